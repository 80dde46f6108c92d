//! Overlays: hand-written TOML on what no upstream says, as `models/overlays/README.md` has it.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path as FilePath, PathBuf};

use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::Diagnostic;
use stockade_spec::template::syntax;
use stockade_spec::template::{Actor, KeyValue, Path, Predicate, Resource, Step};

/// One service's overlay, parsed but not yet held against its model.
#[derive(Debug, Default)]
pub(crate) struct Overlay {
    file: PathBuf,
    /// Where each line begins, for diagnostics.
    text: String,
    /// What a resource type is here: alternatives, of which the first whose members exist is taken.
    pub(super) resources: BTreeMap<String, Located<Vec<Resource>>>,
    /// Condition keys of every action that knows them: alternatives, as with resources. One without any is known not to be
    /// set.
    pub(super) keys: BTreeMap<String, Located<Vec<KeyValue>>>,
    /// What dependent actions of the reference need, in place of what the rules find.
    pub(super) dependents: Vec<Wanted>,
    /// What services need that act because of a call.
    pub(super) follow_ups: Vec<Acting>,
    pub(super) operations: BTreeMap<String, Located<Entry>>,
}

/// What a service needs as it acts because of a call.
#[derive(Debug)]
pub(super) struct Acting {
    pub(super) operations: Vec<Located<String>>,
    pub(super) actor: Located<Actor>,
    /// One for each action.
    pub(super) wanted: Vec<Wanted>,
}

/// What an overlay says of one operation.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) class: Option<OverlayClass>,
    pub(super) because: Option<String>,
    /// The action, where it is neither the operation's name nor linked to it.
    pub(super) action: Option<Located<String>>,
    /// The action's resources, in place of those that the rules find.
    pub(super) resource: Option<Located<Vec<Resource>>>,
    /// In place of everything that the rules find.
    pub(super) require: Option<Vec<Wanted>>,
    /// Beside what the rules find.
    pub(super) add: Vec<Wanted>,
    pub(super) keys: Keys,
    /// The list for each of whose elements the operation answers.
    pub(super) answers: Option<Located<Path>>,
}

/// A class that only an overlay can give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OverlayClass {
    Open,
    Unsigned,
}

/// A requirement as an overlay has it.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) action: Located<String>,
    pub(super) resources: Located<Vec<Resource>>,
    pub(super) when: Located<Predicate>,
    pub(super) each: Option<Located<Path>>,
    pub(super) keys: Keys,
    /// Of a dependent action: of every operation whose input has the members, listed in the reference or not.
    pub(super) wherever: bool,
}

/// Condition keys; `None` takes a key away that a rule would set.
pub(super) type Keys = BTreeMap<String, Located<Option<KeyValue>>>;

/// A value and its place in the overlay's text.
#[derive(Debug, Clone)]
pub(super) struct Located<T> {
    pub(super) value: T,
    pub(super) at: usize,
}

impl Overlay {
    /// Parses an overlay; `file` is for diagnostics.
    pub(crate) fn parse(file: &FilePath, text: &str) -> Result<Self, Vec<Diagnostic>> {
        let mut overlay = Self {
            file: file.to_owned(),
            text: text.to_owned(),
            ..Self::default()
        };
        let raw: Raw = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            vec![overlay.diagnostic(at, error.message().to_owned())]
        })?;
        let mut problems = Problems {
            overlay: &overlay,
            found: Vec::new(),
        };
        let service = raw.service.unwrap_or_default();
        let mut resources = BTreeMap::new();
        for (name, value) in service.resources {
            let at = value.span().start;
            let parsed = problems.several(value);
            resources.insert(name, Located { value: parsed, at });
        }
        let mut keys = BTreeMap::new();
        for (name, value) in service.keys {
            let at = value.span().start;
            let texts = value.into_inner().0;
            // Nothing at all: the request does not set it.
            let parsed = texts
                .iter()
                .filter(|text| !text.is_empty())
                .filter_map(|text| problems.parsed(at, syntax::key_value(text)))
                .collect();
            keys.insert(name, Located { value: parsed, at });
        }
        let dependents = service
            .dependents
            .into_iter()
            .map(|one| problems.wanted(one))
            .collect();
        let follow_ups = service
            .follow_up
            .into_iter()
            .filter_map(|one| problems.acting(one))
            .collect();
        let mut operations = BTreeMap::new();
        for (name, raw) in raw.operations {
            let at = name.span().start;
            let name = name.into_inner();
            if operations.contains_key(&name) {
                problems.push(at, format!("{name} is there twice"));
            }
            let value = problems.entry(raw, at);
            operations.insert(name, Located { value, at });
        }
        let found = problems.found;
        if !found.is_empty() {
            return Err(found);
        }
        overlay.resources = resources;
        overlay.keys = keys;
        overlay.dependents = dependents;
        overlay.follow_ups = follow_ups;
        overlay.operations = operations;
        Ok(overlay)
    }

    /// A diagnostic about a place in the overlay's text.
    pub(super) fn diagnostic(&self, at: usize, message: String) -> Diagnostic {
        Diagnostic::at(&self.file, &self.text, at, message)
    }
}

/// What was wrong so far.
struct Problems<'a> {
    overlay: &'a Overlay,
    found: Vec<Diagnostic>,
}

impl Problems<'_> {
    fn push(&mut self, at: usize, message: String) {
        self.found.push(self.overlay.diagnostic(at, message));
    }

    fn parsed<T>(&mut self, at: usize, parsed: Result<T, String>) -> Option<T> {
        parsed.map_err(|message| self.push(at, message)).ok()
    }

    fn several(&mut self, raw: Spanned<Several>) -> Vec<Resource> {
        let at = raw.span().start;
        let texts = raw.into_inner().0;
        texts
            .iter()
            .filter_map(|text| self.parsed(at, syntax::resource(text)))
            .collect()
    }

    fn keys(&mut self, raw: BTreeMap<Spanned<String>, String>) -> Keys {
        let mut keys = Keys::new();
        for (name, text) in raw {
            let at = name.span().start;
            let value = match text.as_str() {
                "" => Some(None),
                _ => self.parsed(at, syntax::key_value(&text)).map(Some),
            };
            if let Some(value) = value {
                keys.insert(name.into_inner(), Located { value, at });
            }
        }
        keys
    }

    fn entry(&mut self, raw: RawEntry, at: usize) -> Entry {
        let class = raw.class.and_then(|class| match class.get_ref().as_str() {
            "open" => Some(OverlayClass::Open),
            "unsigned" => Some(OverlayClass::Unsigned),
            other => {
                let message = format!(
                    "class {other:?} is not known; an overlay says \"open\" or \"unsigned\""
                );
                self.push(class.span().start, message);
                None
            }
        });
        if class.is_some() && raw.because.is_none() {
            self.push(
                at,
                "a class needs `because`: the title of the AWS document that says so".to_owned(),
            );
        }
        if class.is_some() && (raw.require.is_some() || !raw.add.is_empty()) {
            self.push(
                at,
                "an operation with a class has no requirements".to_owned(),
            );
        }
        if raw.require.is_some()
            && (!raw.add.is_empty() || raw.action.is_some() || raw.resource.is_some())
        {
            let message = "`require` stands for all that the operation needs; `add`, `action` and `resource` change \
                           what the rules find";
            self.push(at, message.to_owned());
        }
        let own = raw.add.iter().chain(raw.require.iter().flatten());
        for wanted in own.filter(|wanted| wanted.wherever) {
            self.push(
                wanted.action.span().start,
                "`wherever` is said of [[service.dependents]]".to_owned(),
            );
        }
        let located = |raw: Spanned<String>| {
            let at = raw.span().start;
            Located {
                value: raw.into_inner(),
                at,
            }
        };
        Entry {
            class,
            because: raw.because,
            action: raw.action.map(located),
            resource: raw.resource.map(|raw| {
                let at = raw.span().start;
                Located {
                    value: self.several(raw),
                    at,
                }
            }),
            require: raw
                .require
                .map(|all| all.into_iter().map(|one| self.wanted(one)).collect()),
            add: raw.add.into_iter().map(|one| self.wanted(one)).collect(),
            keys: self.keys(raw.keys),
            answers: raw.answers.and_then(|raw| self.elements(&raw)),
        }
    }

    /// A path to a list's elements or a map's keys.
    fn elements(&mut self, raw: &Spanned<String>) -> Option<Located<Path>> {
        let (text, at) = (raw.get_ref(), raw.span().start);
        let path =
            Path::parse(text).filter(|path| matches!(path.0.last(), Some(Step::Each | Step::Keys)));
        if path.is_none() {
            let message = format!(
                "{text:?} is no path to a list's elements or a map's keys, like Delete.Objects[]"
            );
            self.push(at, message);
        }
        path.map(|value| Located { value, at })
    }

    fn acting(&mut self, raw: RawActing) -> Option<Acting> {
        let at = raw.actor.span().start;
        if raw.because.get_ref().is_empty() {
            let message = "`because` is the title of the AWS document";
            self.push(raw.because.span().start, message.to_owned());
        }
        let actor = self.parsed(at, syntax::actor(raw.actor.get_ref()))?;
        let mut keys = raw.keys;
        if let Some(source) = raw.source {
            if !matches!(actor, Actor::Service(_)) {
                let message =
                    "only a service that acts as itself tells what for: `source` is of one";
                self.push(source.span().start, message.to_owned());
            }
            let span = source.span();
            let of = |key: &str| Spanned::new(span.clone(), key.to_owned());
            keys.insert(of("aws:SourceAccount"), "{account}".to_owned());
            keys.insert(of("aws:SourceArn"), source.into_inner());
        }
        let span = raw.action.span();
        let wanted = raw
            .action
            .into_inner()
            .0
            .into_iter()
            .map(|action| RawWanted {
                action: Spanned::new(span.clone(), action),
                resource: raw.resource.clone(),
                when: raw.when.clone(),
                each: raw.each.clone(),
                keys: keys.clone(),
                wherever: false,
            });
        Some(Acting {
            operations: raw
                .operations
                .into_iter()
                .map(|name| Located {
                    at: name.span().start,
                    value: name.into_inner(),
                })
                .collect(),
            actor: Located { value: actor, at },
            wanted: wanted.map(|one| self.wanted(one)).collect(),
        })
    }

    fn wanted(&mut self, raw: RawWanted) -> Wanted {
        let at = raw.action.span().start;
        let resources = match raw.resource {
            None => Located {
                value: Vec::new(),
                at,
            },
            Some(raw) => {
                let at = raw.span().start;
                Located {
                    value: self.several(raw),
                    at,
                }
            }
        };
        let when = raw.when.map_or(
            Located {
                value: Predicate::Always,
                at,
            },
            |raw| {
                let at = raw.span().start;
                let value = self
                    .parsed(at, syntax::predicate(raw.get_ref()))
                    .unwrap_or(Predicate::Always);
                Located { value, at }
            },
        );
        let each = raw.each.and_then(|raw| self.elements(&raw));
        Wanted {
            action: Located {
                value: raw.action.into_inner(),
                at,
            },
            resources,
            when,
            each,
            keys: self.keys(raw.keys),
            wherever: raw.wherever,
        }
    }
}

/// The file as TOML has it; every table but `service` is an operation.
#[derive(Default)]
struct Raw {
    service: Option<RawService>,
    operations: Vec<(Spanned<String>, RawEntry)>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawService {
    #[serde(default)]
    resources: BTreeMap<String, Spanned<Several>>,
    #[serde(default)]
    keys: BTreeMap<String, Spanned<Several>>,
    #[serde(default)]
    dependents: Vec<RawWanted>,
    #[serde(default)]
    follow_up: Vec<RawActing>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawActing {
    /// The AWS document that says so, by title.
    because: Spanned<String>,
    operations: Vec<Spanned<String>>,
    #[serde(rename = "as")]
    actor: Spanned<String>,
    /// `aws:SourceArn`, with the caller's account as `aws:SourceAccount`.
    source: Option<Spanned<String>>,
    action: Spanned<Several>,
    resource: Option<Spanned<Several>>,
    when: Option<Spanned<String>>,
    each: Option<Spanned<String>>,
    #[serde(default)]
    keys: BTreeMap<Spanned<String>, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEntry {
    class: Option<Spanned<String>>,
    because: Option<String>,
    action: Option<Spanned<String>>,
    resource: Option<Spanned<Several>>,
    require: Option<Vec<RawWanted>>,
    #[serde(default)]
    add: Vec<RawWanted>,
    #[serde(default)]
    keys: BTreeMap<Spanned<String>, String>,
    answers: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWanted {
    action: Spanned<String>,
    resource: Option<Spanned<Several>>,
    when: Option<Spanned<String>>,
    each: Option<Spanned<String>>,
    #[serde(default)]
    keys: BTreeMap<Spanned<String>, String>,
    #[serde(default)]
    wherever: bool,
}

/// One text or a list of them.
#[derive(Clone)]
pub(super) struct Several(pub(super) Vec<String>);

impl<'de> Deserialize<'de> for Several {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SeveralVisitor;
        impl<'de> Visitor<'de> for SeveralVisitor {
            type Value = Several;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a list of texts")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Several, E> {
                Ok(Several(vec![text.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Several, A::Error> {
                let mut texts = Vec::new();
                while let Some(text) = seq.next_element()? {
                    texts.push(text);
                }
                if texts.is_empty() {
                    return Err(A::Error::custom("an empty list; leave it out"));
                }
                Ok(Several(texts))
            }
        }
        deserializer.deserialize_any(SeveralVisitor)
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RawVisitor;
        impl<'de> Visitor<'de> for RawVisitor {
            type Value = Raw;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table for each operation")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
                let mut raw = Raw::default();
                while let Some(name) = map.next_key::<Spanned<String>>()? {
                    if name.get_ref() == "service" {
                        raw.service = Some(map.next_value()?);
                    } else {
                        raw.operations.push((name, map.next_value()?));
                    }
                }
                Ok(raw)
            }
        }
        deserializer.deserialize_map(RawVisitor)
    }
}
