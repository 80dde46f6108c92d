//! `models/overlays/kms-by-service.toml`: what each service asks of KMS in the caller's name.
//!
//! A service that encrypts with a key that the caller names calls KMS with the caller's forwarded session, so that the
//! caller must be allowed the call. Which calls these are differs by service and operation, and no model says so.

use std::collections::BTreeMap;
use std::path::Path as FilePath;

use anyhow::{Result as AnyResult, anyhow};
use serde::Deserialize;
use toml::Spanned;

use super::input::{Found, Input, is_scalar, plain};
use super::keys;
use super::overlay::Several;
use super::resolve::known_action;
use super::{Diagnostic, Key, KeyValue, Path, Predicate, Requirement, Resource, Step};
use crate::model::{Action, Authorization, Models, ShapeKind};
use stockade_spec::filter::Filter;
use stockade_spec::permission::OPAQUE;
use stockade_spec::template::{LeftOut, Part, Why, syntax};

/// The table, held against the models.
#[derive(Debug, Default)]
pub(crate) struct Kms {
    uses: BTreeMap<String, BTreeMap<String, Vec<Use>>>,
}

/// What a service does with one key of an operation's input.
#[derive(Debug)]
pub(super) struct Use {
    /// The member that names the key; `None` where only state knows it.
    pub(super) key: Option<Path>,
    /// Empty: the service asks nothing of KMS in the caller's name, or nothing that can be asked here.
    pub(super) requirements: Vec<Requirement>,
    /// What is asked of a key that is the state's alone.
    pub(super) left_out: Vec<LeftOut>,
}

/// The file: services by their ids.
type Raw = BTreeMap<Spanned<String>, RawService>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawService {
    /// The AWS document that says so, by title.
    because: String,
    /// The service's part of `kms:ViaService`; left out: its endpoint prefix. `{?}` where documents do not tell.
    via: Option<String>,
    /// The principal in `aws:CalledVia`, for services that AWS lists for that key.
    called_via: Option<String>,
    calls: Vec<RawCalls>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCalls {
    operations: Vec<Spanned<String>>,
    /// The members that name keys.
    key: Option<Spanned<Several>>,
    /// The key's ARN, where no member names it.
    resource: Option<Spanned<String>>,
    /// Whose key it is, where neither a member nor a template tells it.
    state: Option<Spanned<String>>,
    /// Whoever's name KMS sees, where it is not the service's.
    via: Option<String>,
    /// The key's region, where it is not the request's.
    region: Option<String>,
    /// Names of KMS' actions, without their prefix; none where the service uses the key as itself or under a role.
    actions: Spanned<Vec<String>>,
    /// When the calls are made, beside the presence of the key.
    when: Option<Spanned<String>>,
    /// The encryption context, by key.
    #[serde(default)]
    context: BTreeMap<Spanned<String>, String>,
    /// Whether AWS sets `kms:GrantIsForAWSResource` for a grant, as for nearly all services; where not, nobody can tell the key.
    #[serde(default = "yes")]
    grant_for_resource: bool,
    /// The AWS document, where it is not the service's.
    because: Option<String>,
}

fn yes() -> bool {
    true
}

impl Kms {
    pub(crate) const FILE: &'static str = "models/overlays/kms-by-service.toml";

    /// Reads the table of the workspace under `root`; an error lists all that is wrong in it, each with file and line.
    pub(crate) fn load(root: &FilePath, models: &Models) -> AnyResult<Self> {
        let text = super::read(root, FilePath::new(Self::FILE))?;
        Self::parse(&text, models).map_err(|problems| {
            let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
            anyhow!("{}", lines.join("\n"))
        })
    }

    /// Parses the table and holds it against the models; an error is all that is wrong in it.
    pub(super) fn parse(text: &str, models: &Models) -> Result<Self, Vec<Diagnostic>> {
        let file = FilePath::new(Self::FILE);
        let raw: Raw = toml::from_str(text).map_err(|error: toml::de::Error| {
            let at = error.span().map_or(0, |span| span.start);
            vec![Diagnostic::at(file, text, at, error.message().to_owned())]
        })?;
        let mut reader = Reader {
            text,
            models,
            problems: Vec::new(),
        };
        let uses = raw
            .iter()
            .map(|(service, raw)| (service.get_ref().clone(), reader.service(service, raw)))
            .collect();
        if reader.problems.is_empty() {
            Ok(Self { uses })
        } else {
            Err(reader.problems)
        }
    }

    /// What the table says of an operation; empty where it says nothing.
    pub(super) fn of(&self, service: &str, operation: &str) -> &[Use] {
        self.uses
            .get(service)
            .and_then(|operations| operations.get(operation))
            .map_or(&[], Vec::as_slice)
    }

    /// How many members of an operation's input name KMS keys, and of how many of these the table tells what is done
    /// with them.
    pub(crate) fn decided(
        &self,
        service: &str,
        operation: &str,
        models: &Models,
    ) -> (usize, usize) {
        let model = &models.services[service];
        let input = Input::new(model, model.operations[operation].input.as_deref());
        let members = key_members(&input);
        let told = members.iter().filter(|found| {
            self.of(service, operation)
                .iter()
                .any(|told| told.key.as_ref() == Some(&found.path))
        });
        (members.len(), told.count())
    }

    /// Whether an operation uses a key that only the state of its service knows.
    pub(crate) fn is_of_state(&self, service: &str, operation: &str) -> bool {
        let mut uses = self.of(service, operation).iter();
        uses.any(|told| !told.left_out.is_empty())
    }
}

/// The ARN of a KMS key by whatever names it.
pub(super) fn key_arn(path: Path) -> Vec<Part> {
    vec![
        Part::Literal("arn:".to_owned()),
        Part::Partition,
        Part::Literal(":kms:".to_owned()),
        Part::Region,
        Part::Literal(":".to_owned()),
        Part::Account,
        Part::Literal(":".to_owned()),
        Part::Member {
            path,
            default: None,
            filter: Some(Filter::Key),
        },
    ]
}

/// Members that name a KMS key.
pub(super) fn key_members<'a>(input: &Input<'a>) -> Vec<Found<'a>> {
    let mut members = input.all_members();
    members.retain(names_key);
    members
}

/// Whether a member names a KMS key: by its own name, or by the ARN that its pattern asks for.
fn names_key(found: &Found<'_>) -> bool {
    let name = plain(found.name);
    let by_name = name.contains("kms")
        && (name.contains("key") || name.ends_with("arn"))
        && !name.contains("role")
        && !name.ends_with("region")
        && !name.ends_with("uri");
    let by_pattern = found
        .shape
        .pattern
        .as_deref()
        .is_some_and(|pattern| pattern.contains(":kms:"));
    matches!(found.shape.kind, ShapeKind::String)
        && found.shape.enum_values.is_empty()
        && (by_name || by_pattern)
}

/// The table on its way in.
struct Reader<'a> {
    text: &'a str,
    models: &'a Models,
    problems: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn problem(&mut self, at: usize, message: String) {
        let diagnostic = Diagnostic::at(FilePath::new(Kms::FILE), self.text, at, message);
        if !self.problems.contains(&diagnostic) {
            self.problems.push(diagnostic);
        }
    }

    fn parsed<T>(&mut self, at: usize, parsed: Result<T, String>) -> Option<T> {
        parsed.map_err(|message| self.problem(at, message)).ok()
    }

    fn service(
        &mut self,
        service: &Spanned<String>,
        raw: &RawService,
    ) -> BTreeMap<String, Vec<Use>> {
        let mut uses = BTreeMap::<String, Vec<Use>>::new();
        let (id, at) = (service.get_ref(), service.span().start);
        let Some(model) = self.models.services.get(id) else {
            self.problem(at, format!("there is no service {id}"));
            return uses;
        };
        let mut titles = raw.calls.iter().filter_map(|calls| calls.because.as_ref());
        if raw.because.is_empty() || titles.any(String::is_empty) {
            self.problem(at, "`because` is the title of the AWS document".to_owned());
        }
        let via = raw
            .via
            .as_deref()
            .unwrap_or(&model.metadata.endpoint_prefix);
        for calls in &raw.calls {
            for operation in &calls.operations {
                let (name, at) = (operation.get_ref(), operation.span().start);
                let Some(known) = model.operations.get(name) else {
                    self.problem(at, format!("{id} has no operation {name}"));
                    continue;
                };
                let input = Input::new(model, known.input.as_deref());
                let of_operation = uses.entry(name.clone()).or_default();
                for told in self.calls(calls, via, raw.called_via.as_deref(), &input) {
                    let again = |known: &Use| {
                        known.key == told.key
                            && (known.requirements == told.requirements
                                || known.requirements.is_empty()
                                || told.requirements.is_empty())
                    };
                    if told.key.is_some() && of_operation.iter().any(again) {
                        self.problem(at, format!("{name} is told of this key already"));
                    }
                    of_operation.push(told);
                }
            }
        }
        uses
    }

    /// What an entry says of one operation, a use for each of its keys.
    fn calls(
        &mut self,
        raw: &RawCalls,
        via: &str,
        called_via: Option<&str>,
        input: &Input<'_>,
    ) -> Vec<Use> {
        let at = raw.actions.span().start;
        for action in raw.actions.get_ref() {
            let name = format!("kms:{action}");
            if known_action(&self.models.authorization, &name).is_none() {
                self.problem(at, format!("there is no action {name}"));
            }
        }
        let region = raw.region.as_deref().unwrap_or("{region}");
        let keys: Vec<(Option<Path>, String, usize)> = match (&raw.key, &raw.resource, &raw.state) {
            (Some(key), None, None) => key
                .get_ref()
                .0
                .iter()
                .map(|key| {
                    let resource =
                        format!("arn:{{partition}}:kms:{region}:{{account}}:{{{key}|key}}");
                    (Path::parse(key), resource, key_at(raw))
                })
                .collect(),
            (None, Some(resource), None) => {
                vec![(None, resource.get_ref().clone(), resource.span().start)]
            }
            (None, None, Some(_)) => return vec![of_state(raw)],
            _ => {
                let message = "an entry has either `key`, a member, `resource`, a template, or `state`, whose key it is";
                self.problem(at, message.to_owned());
                return Vec::new();
            }
        };
        let mut uses = Vec::new();
        for (key, resource, at) in keys {
            let Some(resource) = self.parsed(at, syntax::resource(&resource)) else {
                continue;
            };
            let Some(when) = self.when(raw, key.as_ref()) else {
                continue;
            };
            let via = match raw.via.as_deref().unwrap_or(via) {
                OPAQUE => OPAQUE.to_owned(),
                // In every partition: "AWS KMS condition keys (AWS KMS Developer Guide), kms:ViaService".
                label => format!("{label}.{region}.amazonaws.com"),
            };
            let common = self.keys(raw, key.as_ref(), &via, called_via);
            let requirements = raw
                .actions
                .get_ref()
                .iter()
                .map(|action| Requirement {
                    action: format!("kms:{action}"),
                    resources: vec![resource.clone()],
                    when: when.clone(),
                    each: key.as_ref().and_then(list_of),
                    keys: of_action(action, &common, raw, &self.models.authorization),
                    untold: Vec::new(),
                })
                .collect();
            self.exists(&resource, &common, at, input);
            let at = raw.when.as_ref().map_or(at, |when| when.span().start);
            for path in when.paths() {
                if let Err(message) = input.follow(path) {
                    self.problem(at, message);
                }
            }
            uses.push(Use {
                key,
                requirements,
                left_out: Vec::new(),
            });
        }
        uses
    }

    /// The key is named, and is none that AWS manages: its policy lets everyone of the account use it through the
    /// service.
    fn when(&mut self, raw: &RawCalls, key: Option<&Path>) -> Option<Predicate> {
        let mut all = Vec::new();
        if let Some(key) = key {
            let managed = Predicate::Contains(key.clone(), "alias/aws/".to_owned());
            all.push(Predicate::Present(key.clone()));
            all.push(Predicate::Not(Box::new(managed)));
        }
        if let Some(when) = &raw.when {
            match self.parsed(when.span().start, syntax::predicate(when.get_ref()))? {
                Predicate::All(more) => all.extend(more),
                one => all.push(one),
            }
        }
        Some(match all.len() {
            0 => Predicate::Always,
            1 => all.remove(0),
            _ => Predicate::All(all),
        })
    }

    /// The condition keys that a forwarded session's call sets, whatever the action.
    fn keys(
        &mut self,
        raw: &RawCalls,
        key: Option<&Path>,
        via: &str,
        called_via: Option<&str>,
    ) -> Vec<(Key, usize)> {
        let at = raw.actions.span().start;
        let mut texts = vec![
            ("aws:ViaAWSService".to_owned(), "true".to_owned(), at),
            ("kms:CallerAccount".to_owned(), "{account}".to_owned(), at),
            // Services encrypt with symmetric keys alone.
            (
                "kms:EncryptionAlgorithm".to_owned(),
                "SYMMETRIC_DEFAULT".to_owned(),
                at,
            ),
            ("kms:ViaService".to_owned(), via.to_owned(), at),
        ];
        if let Some(key) = key {
            texts.push((
                "kms:RequestAlias".to_owned(),
                format!("{{{key}|alias}}"),
                at,
            ));
        }
        for name in ["aws:CalledVia", "aws:CalledViaFirst", "aws:CalledViaLast"] {
            texts.extend(called_via.map(|principal| (name.to_owned(), principal.to_owned(), at)));
        }
        for (name, value) in &raw.context {
            let (name, at) = (name.get_ref(), name.span().start);
            texts.push((format!("{CONTEXT}{name}"), value.clone(), at));
            texts.push((CONTEXT_KEYS.to_owned(), name.clone(), at));
        }
        texts
            .into_iter()
            .filter_map(|(name, value, at)| {
                let value = self.parsed(at, syntax::key_value(&value))?;
                Some((Key { name, value }, at))
            })
            .collect()
    }

    /// Every member that is written into a text exists, and is a text.
    fn exists(&mut self, resource: &Resource, keys: &[(Key, usize)], at: usize, input: &Input<'_>) {
        let whole = |keys: Vec<Key>| Requirement {
            action: String::new(),
            resources: Vec::new(),
            when: Predicate::Always,
            each: None,
            keys,
            untold: Vec::new(),
        };
        let resource = Requirement {
            resources: vec![resource.clone()],
            ..whole(Vec::new())
        };
        let mut texts: Vec<(Path, usize)> = resource
            .paths()
            .into_iter()
            .map(|path| (path.clone(), at))
            .collect();
        for (key, at) in keys {
            let key = whole(vec![key.clone()]);
            texts.extend(key.paths().into_iter().map(|path| (path.clone(), *at)));
        }
        for (path, at) in texts {
            match input.follow(&path) {
                Ok(shape) if is_scalar(shape) => {}
                Ok(_) => self.problem(at, format!("{path} is no text")),
                Err(message) => self.problem(at, message),
            }
        }
    }
}

/// Keys that a service's call is known not to have: it runs in no enclave, and its context is the one that is told.
pub(super) fn is_unset(requirement: &Requirement, key: &str) -> bool {
    let has_context = || requirement.keys.iter().any(|key| key.name == CONTEXT_KEYS);
    key.starts_with("kms:RecipientAttestation:") || (key.starts_with(CONTEXT) && has_context())
}

const CONTEXT: &str = "kms:EncryptionContext:";
const CONTEXT_KEYS: &str = "kms:EncryptionContextKeys";

/// What is asked of a key that no request names and nobody here knows.
fn of_state(raw: &RawCalls) -> Use {
    let left_out = |action: &String| LeftOut {
        action: format!("kms:{action}"),
        why: Why::Elsewhere,
    };
    Use {
        key: None,
        requirements: Vec::new(),
        left_out: raw.actions.get_ref().iter().map(left_out).collect(),
    }
}

fn key_at(raw: &RawCalls) -> usize {
    raw.key.as_ref().map_or(0, |key| key.span().start)
}

/// The keys that the reference lists for an action, of those that the call sets; a grant is the service's own.
fn of_action(
    action: &str,
    common: &[(Key, usize)],
    raw: &RawCalls,
    references: &BTreeMap<String, Authorization>,
) -> Vec<Key> {
    let Some((_, action)) = known_action(references, &format!("kms:{action}")) else {
        return Vec::new();
    };
    let lists = |name: &str| {
        name.starts_with("aws:")
            || keys::lists(action, name)
            || (name.starts_with(CONTEXT) && keys::lists(action, CONTEXT))
    };
    let mut keys: Vec<Key> = common
        .iter()
        .map(|(key, _)| key)
        .filter(|key| lists(&key.name))
        .cloned()
        .collect();
    keys.extend(of_grant(action).filter(|_| raw.grant_for_resource));
    keys.sort_by(|a, b| a.name.cmp(&b.name));
    keys
}

fn of_grant(action: &Action) -> Option<Key> {
    const FOR_RESOURCE: &str = "kms:GrantIsForAWSResource";
    keys::lists(action, FOR_RESOURCE).then(|| Key {
        name: FOR_RESOURCE.to_owned(),
        value: KeyValue::Literal("true".to_owned()),
    })
}

/// The list or map whose elements a path leads through.
fn list_of(path: &Path) -> Option<Path> {
    let at = path
        .0
        .iter()
        .position(|step| !matches!(step, Step::Member(_)))?;
    let step = match path.0[at] {
        Step::Each => Step::Each,
        _ => Step::Keys,
    };
    Some(Path(path.0[..at].to_vec()).then(step))
}
