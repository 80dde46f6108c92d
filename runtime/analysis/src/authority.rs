//! IAM's authorization reference, as far as an analysis asks it.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use stockade_policy::language::matches;
use stockade_spec::catalog::Packed;
use stockade_spec::reference::{Action, Reference, References};

use crate::tables::FEDERATION;

/// The reference for one analysis: each prefix is unpacked when it is first asked for.
pub struct Authority<'a> {
    references: &'a References,
    unpack: fn(Packed) -> Result<String, String>,
    read: RefCell<BTreeMap<String, Option<Rc<Reference>>>>,
}

/// What is known of a condition key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Known {
    /// Its type, as the reference has it.
    Key(String),
    /// It is a key of an identity provider that the reference does not list.
    Provider,
    /// It begins as a key of tags does, and names none.
    TagWithoutName(String),
    /// The service has no such key.
    NoKey,
    /// There is no such service.
    NoService,
}

impl std::fmt::Debug for Authority<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authority").finish_non_exhaustive()
    }
}

impl<'a> Authority<'a> {
    /// An authority over packed texts.
    #[must_use]
    pub fn new(references: &'a References, unpack: fn(Packed) -> Result<String, String>) -> Self {
        Self {
            references,
            unpack,
            read: RefCell::default(),
        }
    }

    /// What is known of a prefix, whose case does not count; a text that cannot be read knows nothing.
    pub(crate) fn prefix(&self, prefix: &str) -> Option<Rc<Reference>> {
        let prefix = prefix.to_ascii_lowercase();
        if let Some(read) = self.read.borrow().get(&prefix) {
            return read.clone();
        }
        let text = self.references.packed(&prefix).map(self.unpack);
        let reference = text.map(|text| {
            Rc::new(
                text.and_then(|text| Reference::parse(&text))
                    .unwrap_or_default(),
            )
        });
        self.read.borrow_mut().insert(prefix, reference.clone());
        reference
    }

    pub(crate) fn is_service(&self, prefix: &str) -> bool {
        self.references
            .packed(&prefix.to_ascii_lowercase())
            .is_some()
    }

    /// Whether resource control policies may name the service.
    pub(crate) fn takes_resource_control(&self, prefix: &str) -> bool {
        let mut known = self.references.resource_control.iter();
        known.any(|known| known.eq_ignore_ascii_case(prefix))
    }

    /// Whether a condition key is in the requests to all services.
    pub(crate) fn is_global(&self, key: &str) -> bool {
        let mut keys = self.references.global_keys.iter();
        keys.any(|(known, _)| is_key(known, key))
    }

    /// What is known of a condition key in a statement about actions of these prefixes.
    pub(crate) fn key(&self, key: &str, prefixes: &[String]) -> Known {
        let prefix = key.split(':').next().unwrap_or_default();
        let own = self.prefix(prefix);
        let is_own = own.is_some();
        let named = prefixes.iter().filter_map(|prefix| self.prefix(prefix));
        let references: Vec<Rc<Reference>> = own
            .into_iter()
            .chain(named)
            .chain(self.prefix(FEDERATION))
            .collect();
        let global = self.references.global_keys.iter().copied();
        let listed = references.iter().flat_map(|reference| &reference.keys);
        let listed = listed.map(|(name, kind)| (name.as_str(), kind.as_str()));
        let bare = key.trim_end_matches('/');
        let mut is_listed = false;
        for (name, kind) in global.chain(listed) {
            if is_key(name, key) {
                return Known::Key(kind.to_owned());
            }
            if let Some(stem) = tag_stem(name)
                && bare.eq_ignore_ascii_case(stem.trim_end_matches('/'))
            {
                return Known::TagWithoutName(stem.to_owned());
            }
            is_listed |= name.split(':').next() == Some(prefix);
        }
        if prefix.eq_ignore_ascii_case("aws") || is_own {
            Known::NoKey
        } else if prefix.contains('.') {
            Known::Provider
        } else if is_listed {
            Known::NoKey
        } else {
            Known::NoService
        }
    }

    /// Whether an action is ever asked with a key of its service, or one of tags.
    pub(crate) fn supports(&self, reference: &Reference, action: &Action, key: &str) -> bool {
        let of_types = action.types.iter().flat_map(|(name, usage)| {
            let own = reference
                .types
                .get(name)
                .map_or(&[][..], |kind| &kind.keys[..]);
            usage.iter().chain(own)
        });
        let mut all = action.keys.iter().chain(of_types);
        all.any(|known| is_key(known, key))
    }
}

/// What a key of tags begins with: `aws:ResourceTag/`.
fn tag_stem(name: &str) -> Option<&str> {
    let name = match named(name) {
        Cow::Borrowed(name) => name,
        Cow::Owned(_) => return name.rfind('/').map(|slash| &name[..=slash]),
    };
    let (stem, rest) = name.split_once("${")?;
    (stem.ends_with('/') && rest.ends_with('}') && stem.to_ascii_lowercase().contains("tag"))
        .then_some(stem)
}

/// Whether a key of the reference, which may have placeholders, is this one. Case does not count.
pub(crate) fn is_key(known: &str, key: &str) -> bool {
    let known = &*named(known);
    if !known.contains("${") {
        return known.eq_ignore_ascii_case(key);
    }
    // A placeholder stands for at least one character.
    matches(
        &placeholders(known, "?*").to_ascii_lowercase(),
        &key.to_ascii_lowercase(),
    )
}

/// A key of the reference with one form of placeholder: pages of services write that of a tag's key in others.
fn named(known: &str) -> Cow<'_, str> {
    let stem = known.strip_suffix("/tag-key").or_else(|| {
        let (stem, rest) = known.split_once("/<")?;
        rest.ends_with('>').then_some(stem)
    });
    stem.map_or(Cow::Borrowed(known), |stem| {
        Cow::Owned(format!("{stem}/${{TagKey}}"))
    })
}

/// A format with a pattern in the place of each placeholder.
pub(crate) fn placeholders(format: &str, pattern: &str) -> String {
    let mut text = String::new();
    let mut rest = format;
    while let Some((before, after)) = rest.split_once("${") {
        text.push_str(before);
        text.push_str(pattern);
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    text + rest
}
