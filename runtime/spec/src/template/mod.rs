//! What operations need, by names: the form between the models' overlays and rules on one side and
//! the indexed [`permission`](crate::permission) templates that requests are filled into on the other.
//!
//! It has one notation, which overlays, the generator and the tables in `generated/catalog/permissions` share:
//! every type here is parsed from it and displayed in it. [`table`] is a service's whole table.
//!
//! ```
//! use stockade_spec::template::{Resource, syntax};
//!
//! let text = "arn:{partition}:iam::{account}:user{Path=/}{UserName}";
//! let resource: Resource = syntax::resource(text).unwrap();
//! assert_eq!(resource.to_string(), text);
//! ```

pub mod syntax;
pub mod table;

use std::collections::BTreeMap;
use std::fmt;

use crate::filter::Filter;
pub use crate::permission::{Class, Source};

/// A service's permissions, by operation.
pub type Permissions = BTreeMap<String, OperationPermissions>;

/// What one operation needs.
#[derive(Debug, Clone, PartialEq)]
pub struct OperationPermissions {
    /// How the operation is authorized.
    pub class: Class,
    /// The first source that named its action.
    pub source: Source,
    /// The AWS document that says why an operation needs nothing.
    pub because: Option<String>,
    /// All of these must be allowed.
    pub requirements: Vec<Requirement>,
    /// What services need that act because of the call.
    pub follow_ups: Vec<FollowUp>,
    /// The list for each of whose elements the operation answers, where one is denied and another is not; some
    /// requirement is taken over it.
    pub answers: Option<Path>,
    /// Dependent actions of the reference that are not asked for.
    pub left_out: Vec<LeftOut>,
}

/// A dependent action that is not asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// `ec2:DeleteNetworkInterface`.
    pub action: String,
    /// Why not.
    pub why: Why,
}

/// Why a dependent action is not asked for with the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// No rule knows when, or on what.
    Unknown,
    /// It is about what only the service knows, or makes; the service asks for it as it gets there.
    Elsewhere,
    /// A reviewed table says that the call does not need it.
    Declined,
}

impl Why {
    /// Every reason.
    pub const ALL: [Self; 3] = [Self::Unknown, Self::Elsewhere, Self::Declined];

    /// The reason in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "without a member to trigger it",
            Self::Elsewhere => "on what only the service knows",
            Self::Declined => "not needed by this call",
        }
    }
}

/// What a service needs that acts because of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct FollowUp {
    /// As whom it acts.
    pub actor: Actor,
    /// What that principal needs.
    pub requirement: Requirement,
}

/// As whom a service acts.
#[derive(Debug, Clone, PartialEq)]
pub enum Actor {
    /// `caller via athena.amazonaws.com`: as the caller, whose session the service forwards.
    Caller {
        /// The service's principal.
        via: String,
    },
    /// `role {Role}`: as a role that the service assumes, by its ARN.
    Role(Vec<Part>),
    /// `service s3.amazonaws.com`: as itself.
    Service(String),
}

/// One action that must be allowed on each of its resources.
#[derive(Debug, Clone, PartialEq)]
pub struct Requirement {
    /// `lambda:CreateFunction`.
    pub action: String,
    /// Empty where the action has none: `*`.
    pub resources: Vec<Resource>,
    /// When it applies.
    pub when: Predicate,
    /// The list whose elements are taken one at a time; ends in `[]`.
    pub each: Option<Path>,
    /// By key, sorted.
    pub keys: Vec<Key>,
    /// Keys that AWS sets for the action on these resources and that nothing in the request tells, sorted.
    pub untold: Vec<String>,
}

/// A condition key that the request sets.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// For example `iam:PassedToService`; one that ends in `/` takes pairs.
    pub name: String,
    /// Where its values come from.
    pub value: KeyValue,
}

/// A resource of a requirement.
#[derive(Debug, Clone, PartialEq)]
pub enum Resource {
    /// Text with placeholders.
    Template(Vec<Part>),
    /// What a function of the service's crate makes of the members.
    Resolver(Call),
}

/// A resolver and the members it is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The resolver's name.
    pub name: String,
    /// The members.
    pub arguments: Vec<Path>,
}

/// A part of a [`Resource::Template`].
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Text.
    Literal(String),
    /// `{partition}`
    Partition,
    /// `{region}`
    Region,
    /// `{account}`
    Account,
    /// `{dnsSuffix}`: what hosts of the partition end in.
    DnsSuffix,
    /// `{Member}`
    Member {
        /// The member.
        path: Path,
        /// The text for an absent member: `{Member=text}`; what the request itself decides stands for itself in it, and
        /// `{?}` alone for what nobody here can know.
        default: Option<String>,
        /// What is made of its text: `{Member|arn}`.
        filter: Option<Filter>,
    },
    /// `{?}`: nobody here can know it.
    Opaque,
}

/// The word of [`Predicate::Missing`].
const MISSING: &str = "missing";

/// When a requirement applies.
#[derive(Debug, Clone, PartialEq)]
pub enum Predicate {
    /// To each call.
    Always,
    /// `Member`
    Present(Path),
    /// `!Member`
    Absent(Path),
    /// `Member == 'x'`, of one value or another.
    OneOf(Path, Vec<String>),
    /// `Member ~ 'part'`
    Contains(Path, String),
    /// `Member ^ 'start'`
    Begins(Path, String),
    /// `missing()`: while the role that the requirement names does not exist. Alone, or joined with others by `&&`.
    Missing,
    /// Joined by `&&`.
    All(Vec<Predicate>),
    /// Joined by `||`.
    Any(Vec<Predicate>),
    /// `!(…)`
    Not(Box<Predicate>),
}

/// Where a condition key's values come from.
#[derive(Debug, Clone, PartialEq)]
pub enum KeyValue {
    /// A plain text; `{partition}`, `{region}`, `{account}` and `{dnsSuffix}` in it are the request's.
    Literal(String),
    /// `{Member}`
    Member(Path),
    /// `arn:{partition}:…/{Member}`: text with placeholders.
    Template(Vec<Part>),
    /// `{Names}={Values}`
    Pairs {
        /// What is appended to the key.
        names: Path,
        /// The values.
        values: Path,
    },
    /// `sole(Names: Values, Values)`: the values, where all names are one.
    Sole {
        /// The names.
        names: Path,
        /// The values, of one kind or another.
        values: Vec<Path>,
    },
    /// `attributes(Names | Expression | Placeholders: Names)`: the attributes that these speak of.
    Attributes {
        /// Members whose values are names.
        plain: Vec<Path>,
        /// Expressions.
        expressions: Vec<Path>,
        /// Placeholders in expressions, and their names.
        names: Option<(Path, Path)>,
    },
    /// `equated(Expression | Placeholders: Values | Names: Values)`: the value that the expression's one equality tests for.
    Equated {
        /// The key condition.
        expression: Path,
        /// Placeholders of values.
        values: Path,
        /// The values, of one kind or another.
        texts: Vec<Path>,
        /// Names and values for a request without the expression: their sole name's.
        otherwise: Option<(Path, Vec<Path>)>,
    },
    /// `present(Member)`
    Presence(Path),
    /// `unset()`: the action has no such key, though others of the resource do.
    Unset,
    /// `header:name`
    Header(String),
    /// `@resolver(Member)`
    Resolver(Call),
}

/// A path from an operation's input to a member: `Delete.Objects[].Key`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path(pub Vec<Step>);

/// A step of a [`Path`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Into a structure's member.
    Member(String),
    /// `[]`
    Each,
    /// `{keys}`
    Keys,
    /// `{values}`
    Values,
}

impl Path {
    /// The path one step further.
    pub fn then(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// Parses `A.B[].C`, `Tags{keys}`; `None` when it is not a path.
    pub fn parse(text: &str) -> Option<Self> {
        let mut steps = Vec::new();
        for name in text.split('.') {
            let (name, suffix) = match name.find(['[', '{']) {
                Some(at) => name.split_at(at),
                None => (name, ""),
            };
            let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
            if name.is_empty() || !name.chars().all(is_word) {
                return None;
            }
            steps.push(Step::Member(name.to_owned()));
            let mut rest = suffix;
            while !rest.is_empty() {
                let (mark, step) = [
                    ("[]", Step::Each),
                    ("{keys}", Step::Keys),
                    ("{values}", Step::Values),
                ]
                .into_iter()
                .find(|(mark, _)| rest.starts_with(mark))?;
                steps.push(step);
                rest = &rest[mark.len()..];
            }
        }
        Some(Self(steps))
    }
}

/// The members that text with placeholders mentions.
pub fn members(parts: &[Part]) -> impl Iterator<Item = &Path> {
    parts.iter().filter_map(|part| match part {
        Part::Member { path, .. } => Some(path),
        _ => None,
    })
}

impl OperationPermissions {
    /// The requirements of the caller and those of services that act because of the call.
    pub fn all_requirements(&self) -> impl Iterator<Item = &Requirement> {
        let follow_ups = self.follow_ups.iter().map(|one| &one.requirement);
        self.requirements.iter().chain(follow_ups)
    }

    /// Every path that is mentioned, in order of mention.
    pub fn paths(&self) -> Vec<&Path> {
        let mut paths: Vec<&Path> = self
            .requirements
            .iter()
            .flat_map(Requirement::paths)
            .collect();
        for follow_up in &self.follow_ups {
            paths.extend(follow_up.actor.paths());
            paths.extend(follow_up.requirement.paths());
        }
        paths
    }
}

impl Actor {
    /// Every path that the actor mentions.
    pub fn paths(&self) -> Vec<&Path> {
        match self {
            Self::Role(parts) => members(parts).collect(),
            Self::Caller { .. } | Self::Service(_) => Vec::new(),
        }
    }
}

impl Requirement {
    /// Every path that the requirement mentions, in order of mention.
    pub fn paths(&self) -> Vec<&Path> {
        let mut paths: Vec<&Path> = Vec::new();
        for resource in &self.resources {
            match resource {
                Resource::Template(parts) => paths.extend(members(parts)),
                Resource::Resolver(call) => paths.extend(&call.arguments),
            }
        }
        paths.extend(self.when.paths());
        paths.extend(&self.each);
        paths.extend(self.keys.iter().flat_map(|key| key.value.paths()));
        paths
    }

    /// The resolvers that the requirement calls.
    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        let resources = self.resources.iter().filter_map(|resource| match resource {
            Resource::Resolver(call) => Some(call),
            Resource::Template(_) => None,
        });
        let keys = self.keys.iter().filter_map(|key| match &key.value {
            KeyValue::Resolver(call) => Some(call),
            _ => None,
        });
        resources.chain(keys)
    }
}

impl KeyValue {
    /// Every path that the value mentions, in order of mention.
    pub fn paths(&self) -> Vec<&Path> {
        let mut paths: Vec<&Path> = Vec::new();
        match self {
            Self::Member(path) | Self::Presence(path) => paths.push(path),
            Self::Template(parts) => paths.extend(members(parts)),
            Self::Pairs { names, values } => paths.extend([names, values]),
            Self::Sole { names, values } => {
                paths.push(names);
                paths.extend(values);
            }
            Self::Attributes {
                plain,
                expressions,
                names,
            } => {
                paths.extend(plain.iter().chain(expressions));
                paths.extend(names.iter().flat_map(|(names, values)| [names, values]));
            }
            Self::Equated {
                expression,
                values,
                texts,
                otherwise,
            } => {
                paths.extend([expression, values]);
                paths.extend(texts);
                if let Some((names, values)) = otherwise {
                    paths.push(names);
                    paths.extend(values);
                }
            }
            Self::Resolver(call) => paths.extend(&call.arguments),
            Self::Literal(_) | Self::Header(_) | Self::Unset => {}
        }
        paths
    }
}

impl Predicate {
    /// That both hold.
    #[must_use]
    pub fn and(self, other: &Self) -> Self {
        let parts = |predicate: &Self| match predicate {
            Self::Always => Vec::new(),
            Self::All(all) => all.clone(),
            one => vec![one.clone()],
        };
        let mut all = parts(&self);
        for one in parts(other) {
            if !all.contains(&one) {
                all.push(one);
            }
        }
        match all.len() {
            0 => Self::Always,
            1 => all.remove(0),
            _ => Self::All(all),
        }
    }

    /// Every path that the predicate mentions.
    pub fn paths(&self) -> Vec<&Path> {
        match self {
            Self::Always | Self::Missing => Vec::new(),
            Self::Present(path)
            | Self::Absent(path)
            | Self::OneOf(path, _)
            | Self::Contains(path, _)
            | Self::Begins(path, _) => {
                vec![path]
            }
            Self::All(all) | Self::Any(all) => all.iter().flat_map(Self::paths).collect(),
            Self::Not(inner) => inner.paths(),
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            match step {
                Step::Member(name) if index > 0 => write!(f, ".{name}")?,
                Step::Member(name) => f.write_str(name)?,
                Step::Each => f.write_str("[]")?,
                Step::Keys => f.write_str("{keys}")?,
                Step::Values => f.write_str("{values}")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Caller { via } => write!(f, "caller via {via}"),
            Self::Role(parts) => {
                f.write_str("role ")?;
                parts.iter().try_for_each(|part| part.fmt(f))
            }
            Self::Service(name) => write!(f, "service {name}"),
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arguments: Vec<String> = self.arguments.iter().map(ToString::to_string).collect();
        write!(f, "@{}({})", self.name, arguments.join(", "))
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(text) => f.write_str(text),
            Self::Partition => f.write_str("{partition}"),
            Self::Region => f.write_str("{region}"),
            Self::Account => f.write_str("{account}"),
            Self::DnsSuffix => f.write_str("{dnsSuffix}"),
            Self::Opaque => f.write_str("{?}"),
            Self::Member {
                path,
                default,
                filter,
            } => {
                write!(f, "{{{path}")?;
                if let Some(filter) = filter {
                    write!(f, "|{}", filter.name())?;
                }
                if let Some(default) = default {
                    write!(f, "={default}")?;
                }
                f.write_str("}")
            }
        }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Template(parts) => parts.iter().try_for_each(|part| part.fmt(f)),
            Self::Resolver(call) => call.fmt(f),
        }
    }
}

impl fmt::Display for Predicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |f: &mut fmt::Formatter<'_>, all: &[Self], with: &str| {
            all.iter().enumerate().try_for_each(|(index, one)| {
                if index > 0 {
                    f.write_str(with)?;
                }
                match one {
                    Self::All(_) | Self::Any(_) => write!(f, "({one})"),
                    _ => one.fmt(f),
                }
            })
        };
        match self {
            Self::Always => f.write_str("always"),
            Self::Present(path) => path.fmt(f),
            Self::Absent(path) => write!(f, "!{path}"),
            Self::OneOf(path, values) => {
                for (index, value) in values.iter().enumerate() {
                    let or = if index > 0 { " || " } else { "" };
                    write!(f, "{or}{path} == '{value}'")?;
                }
                Ok(())
            }
            Self::Contains(path, text) => write!(f, "{path} ~ '{text}'"),
            Self::Begins(path, text) => write!(f, "{path} ^ '{text}'"),
            Self::Missing => write!(f, "{MISSING}()"),
            Self::All(all) => joined(f, all, " && "),
            Self::Any(any) => joined(f, any, " || "),
            Self::Not(inner) => write!(f, "!({inner})"),
        }
    }
}

fn listed(paths: &[Path]) -> String {
    let paths: Vec<String> = paths.iter().map(ToString::to_string).collect();
    paths.join(", ")
}

impl fmt::Display for KeyValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(text) => f.write_str(text),
            Self::Member(path) => write!(f, "{{{path}}}"),
            Self::Template(parts) => parts.iter().try_for_each(|part| part.fmt(f)),
            Self::Pairs { names, values } => write!(f, "{{{names}}}={{{values}}}"),
            Self::Sole { names, values } => {
                write!(f, "sole({names}: {})", listed(values))
            }
            Self::Attributes {
                plain,
                expressions,
                names,
            } => {
                write!(f, "attributes({}", listed(plain))?;
                if !expressions.is_empty() {
                    write!(f, " | {}", listed(expressions))?;
                }
                if let Some((names, values)) = names {
                    write!(f, " | {names}: {values}")?;
                }
                f.write_str(")")
            }
            Self::Equated {
                expression,
                values,
                texts,
                otherwise,
            } => {
                write!(f, "equated({expression} | {values}: {}", listed(texts))?;
                if let Some((names, values)) = otherwise {
                    write!(f, " | {names}: {}", listed(values))?;
                }
                f.write_str(")")
            }
            Self::Presence(path) => write!(f, "present({path})"),
            Self::Unset => f.write_str("unset()"),
            Self::Header(name) => write!(f, "header:{name}"),
            Self::Resolver(call) => call.fmt(f),
        }
    }
}
