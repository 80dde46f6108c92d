//! Permission templates: what a caller needs for an operation, as data that the generator writes
//! and [`authz`](https://docs.rs) fills from the decoded input.
//!
//! An operation's [`Permissions`] holds the paths of the input's members that any of its
//! requirements mentions ([`Capture`]); everything else refers to them by index, so that filling a
//! template is one walk over the input and a few look-ups.

use std::fmt;

use crate::filter::Filter;

/// Everything that authorization needs to know about one operation.
#[derive(Debug)]
pub struct Permissions {
    /// Whether, and how, the caller is authorized.
    pub class: Class,
    /// Where the requirements come from.
    pub source: Source,
    /// The input's members that the requirements mention.
    pub captures: &'static [Capture],
    /// What the caller needs; all of the requirements whose predicate holds must be allowed.
    pub requirements: &'static [Requirement],
    /// What services need that act because of the call. The caller needs none of it.
    pub follow_ups: &'static [FollowUp],
    /// The list for each of whose elements the operation answers, as [`Requirement::each`] has it: what a requirement
    /// of one element denies, it denies to that element alone.
    pub answers: Option<CaptureIndex>,
}

/// What a service needs that acts because of a call.
#[derive(Debug)]
pub struct FollowUp {
    /// As whom it acts.
    pub actor: Actor,
    /// What that principal needs. A resource whose member is absent is none to act on.
    pub requirement: Requirement,
}

/// As whom a service acts.
#[derive(Debug)]
pub enum Actor {
    /// As the caller, whose session this service forwards (`aws:CalledVia`).
    Caller {
        /// The service's principal.
        via: &'static str,
    },
    /// As the role of this ARN, which the service assumes. Where a member in it is absent nobody acts.
    Role(&'static [Part]),
    /// As itself: a service principal, for [`Scope::expand`](crate::resolve::Scope::expand).
    Service(&'static str),
}

/// How an operation is authorized.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// By its requirements. With none it is denied to all but root: no template, no access.
    Requirements,
    /// Signed, but AWS needs no permission for it (`sts:GetCallerIdentity`).
    Open,
    /// The model's no-auth operations: neither signature nor permission.
    Unsigned,
    /// Authorized by a token in the request, not by IAM.
    Bearer,
}

/// The first source, in the order of the design, that named the operation's action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// The operation's own name among its prefix's actions.
    Name,
    /// The operation that an action's documentation link names.
    Link,
    /// `prefix:Operation`, for an operation newer than the reference.
    Inferred,
    /// A hand-written overlay.
    Overlay,
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Requirements => "requirements",
            Self::Open => "open",
            Self::Unsigned => "unsigned",
            Self::Bearer => "bearer",
        })
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name => "name",
            Self::Link => "link",
            Self::Inferred => "inferred",
            Self::Overlay => "overlay",
        })
    }
}

/// A path from the input to one member, or to one member of each element of a list or map.
#[derive(Debug)]
pub struct Capture {
    /// The path as the overlays write it, for messages: `Delete.Objects[].Key`.
    pub name: &'static str,
    /// The steps from the input's root.
    pub steps: &'static [Step],
}

/// One step of a [`Capture`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Into the structure's member of this index.
    Member(u16),
    /// Into each element of a list (`[]`).
    Each,
    /// To each key of a map (`{keys}`).
    Keys,
    /// To each value of a map (`{values}`).
    Values,
}

/// An index into [`Permissions::captures`].
pub type CaptureIndex = u16;

/// One action that must be allowed on each of its resources.
#[derive(Debug)]
pub struct Requirement {
    /// The action, for example `lambda:CreateFunction`.
    pub action: &'static str,
    /// The resources; empty means that the action has none, and is checked against `*`.
    pub resources: &'static [Resource],
    /// When the requirement applies.
    pub when: Predicate,
    /// The list whose elements are taken one at a time, as an index of any capture below it: the
    /// resources, predicate and keys then see only that element's values.
    pub each: Option<CaptureIndex>,
    /// Condition keys that the request itself sets.
    pub keys: &'static [KeyBinding],
    /// Condition keys that AWS sets for the action on these resources and that nothing in the request tells; one that ends
    /// in `/` or `:` stands for all that begin so. Where the resource's state is not kept here, they are unknown.
    pub untold: &'static [&'static str],
}

/// A resource of a requirement.
#[derive(Debug)]
pub enum Resource {
    /// An ARN or other name made of parts. Where several parts have many values, each combination
    /// is a resource.
    Template(&'static [Part]),
    /// A typed function of the service's crate turns the captured values into resources.
    Resolver {
        /// The resolver's name within the service, for messages.
        name: &'static str,
        /// The resolver's index in the service's generated `Resolvers` trait.
        index: u16,
        /// The captures it is given.
        arguments: &'static [CaptureIndex],
    },
}

/// A part nobody here can know, as a template writes it.
pub const OPAQUE: &str = "{?}";

/// A part of a [`Resource::Template`].
#[derive(Debug)]
pub enum Part {
    /// Text.
    Literal(&'static str),
    /// The partition of the request's region, for example `aws`.
    Partition,
    /// The request's region.
    Region,
    /// The caller's account.
    Account,
    /// What hosts of the partition end in: `amazonaws.com`.
    DnsSuffix,
    /// A captured value; `default` stands in when the member is absent. A member that is absent
    /// and has no default leaves the template unfilled, and the request is denied.
    Capture {
        /// Which.
        capture: CaptureIndex,
        /// The text for an absent member: [`OPAQUE`], or one for [`Scope::expand`](crate::resolve::Scope::expand).
        default: Option<&'static str>,
        /// What is made of each value.
        filter: Option<Filter>,
    },
    /// A part nobody here can know: an allow must cover all of its values, a deny any.
    Opaque,
}

/// When a requirement applies.
#[derive(Debug)]
pub enum Predicate {
    /// To each call.
    Always,
    /// When the member is present (and not an empty string or list).
    Present(CaptureIndex),
    /// When the member is absent.
    Absent(CaptureIndex),
    /// When the member's value is one of these.
    OneOf(CaptureIndex, &'static [&'static str]),
    /// When the text lies somewhere in the member's value (`?versionId=` in a copy's source).
    Contains(CaptureIndex, &'static str),
    /// When the member's value begins with the text, without regard to case and to space before it (`select` of a
    /// statement).
    Begins(CaptureIndex, &'static str),
    /// While the role that the requirement names does not exist. What lies in another predicate than [`Predicate::All`] is
    /// never this.
    Missing,
    /// When all hold.
    All(&'static [Predicate]),
    /// When any holds.
    Any(&'static [Predicate]),
    /// When it does not hold.
    Not(&'static Predicate),
}

impl Predicate {
    /// Whether what it holds for is asked for only while the role that it is about does not exist.
    pub fn is_of_missing(&self) -> bool {
        match self {
            Self::Missing => true,
            Self::All(all) => all.iter().any(Self::is_of_missing),
            _ => false,
        }
    }
}

/// A condition key that the request sets.
#[derive(Debug)]
pub struct KeyBinding {
    /// The key; with [`Value::Pairs`] the part before the name, for example `aws:RequestTag/`.
    pub key: &'static str,
    /// Where its values come from.
    pub value: Value,
}

/// Where a condition key's values come from.
#[derive(Debug)]
pub enum Value {
    /// A fixed text, for [`Scope::expand`](crate::resolve::Scope::expand).
    Literal(&'static str),
    /// All values of the capture; no key when there are none.
    Capture(CaptureIndex),
    /// Text made of parts, one value for each combination of theirs (`ec2:Vpc` is an ARN); no key when a member is
    /// absent, and one that nobody can tell when a part is opaque.
    Template(&'static [Part]),
    /// One key for each name, with the value at the same place of the same list or map.
    Pairs {
        /// The names, appended to the key.
        names: CaptureIndex,
        /// The values.
        values: CaptureIndex,
    },
    /// The values of what has one name alone: of keys with a single attribute, which must be the table's partition key.
    /// Where there are several names, or values that have no text, nobody can tell.
    Sole {
        /// The names.
        names: CaptureIndex,
        /// The values, of one kind or another.
        values: &'static [CaptureIndex],
    },
    /// The top-level attributes that members name, and that [expressions](crate::expression) speak of. Where an expression
    /// cannot be read, nobody can tell.
    Attributes {
        /// Members whose values are names.
        plain: &'static [CaptureIndex],
        /// Expressions.
        expressions: &'static [CaptureIndex],
        /// Placeholders in expressions, and the names at the same place.
        names: Option<(CaptureIndex, CaptureIndex)>,
    },
    /// What a key condition's one equality tests for. Where it has several, or cannot be read, nobody can tell.
    Equated {
        /// The key condition.
        expression: CaptureIndex,
        /// Placeholders of values.
        values: CaptureIndex,
        /// The values at the same place, of one kind or another.
        texts: &'static [CaptureIndex],
        /// Names and values for a request without the expression, as of [`Value::Sole`].
        otherwise: Option<(CaptureIndex, &'static [CaptureIndex])>,
    },
    /// `true` when the member is present, else `false`.
    Presence(CaptureIndex),
    /// None: AWS does not set the key for the action, whatever the resource's state or owner would make of it.
    Unset,
    /// A fact of the HTTP request that no model has: the named header's value.
    Header(&'static str),
    /// A typed function of the service's crate computes the values. Under a key that ends in `/`
    /// each value is `name=value`, and makes a key of its own (S3's `s3:RequestObjectTag/…`, which
    /// travel in one header).
    Resolver {
        /// The resolver's name within the service.
        name: &'static str,
        /// The resolver's index in the service's generated `Resolvers` trait.
        index: u16,
        /// The captures it is given.
        arguments: &'static [CaptureIndex],
    },
}
