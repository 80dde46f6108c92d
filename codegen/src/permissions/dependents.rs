//! Dependent actions whose resource or trigger is evident from the input.
//!
//! The reference lists them as what a caller must be allowed beside the action itself. Where the action has no resource,
//! it is asked for; where a member names the resource, it is asked for on that; else it is about what only the service
//! knows, which checks it with the caller's forwarded session as it gets there.

use serde::Deserialize;

use super::input::{Found, Input, is_scalar, plain};
use super::names::{self, Kind, common, singular, stem};
use super::roles;
use crate::model::{Action, Authorization, Models, ShapeKind};
use stockade_spec::filter::Filter;
use stockade_spec::template::{Part, Path, Predicate, Requirement, Resource, Step};

/// A dependent action, and the reference that it stands in.
pub(super) struct Dependent<'a> {
    /// `prefix:Name`.
    pub(super) name: &'a str,
    pub(super) reference: &'a Authorization,
    pub(super) action: &'a Action,
    /// The reference of the operation's own action.
    pub(super) own: Option<&'a Authorization>,
}

impl Dependent<'_> {
    fn short(&self) -> &str {
        self.name
            .split_once(':')
            .map_or(self.name, |(_, name)| name)
    }

    /// Whether the operation's service has resources of its own by this name: a cluster of SageMaker's is none of EKS's.
    fn is_own(&self, member: &str, service: &str) -> bool {
        self.own.is_some_and(|own| {
            own.prefix != self.reference.prefix
                && own.resource_types.iter().any(|(name, kind)| {
                    let name = common(name);
                    (name == member || name.strip_suffix("resource") == Some(member))
                        && kind
                            .arns
                            .iter()
                            .all(|arn| arn.split(':').nth(2) != Some(service))
                })
        })
    }

    fn requirement(&self, resource: Option<Resource>, when: Predicate) -> Requirement {
        Requirement {
            action: self.name.to_owned(),
            resources: resource.into_iter().collect(),
            when,
            each: None,
            keys: Vec::new(),
            untold: Vec::new(),
        }
    }
}

/// Whether an action undoes what another one did.
fn undoes(action: &str) -> bool {
    const VERBS: [&str; 12] = [
        "Delete",
        "Terminate",
        "Detach",
        "Disassociate",
        "Revoke",
        "Release",
        "Remove",
        "Deregister",
        "Stop",
        "Cancel",
        "Disable",
        "Unauthorize",
    ];
    VERBS.iter().any(|verb| action.starts_with(verb))
}

/// Whether a dependent action is what a service undoes, of its own doing, when the call fails or changes something.
pub(super) fn is_cleanup(operation: &str, dependent: &str) -> bool {
    let (_, name) = dependent.split_once(':').unwrap_or_default();
    undoes(name) && !undoes(operation)
}

/// Whether a dependent action sets or takes tags.
pub(super) fn is_tagging(dependent: &str) -> bool {
    let (_, name) = dependent.split_once(':').unwrap_or_default();
    const VERBS: [&str; 7] = [
        "Tag",
        "Untag",
        "AddTags",
        "CreateTags",
        "DeleteTags",
        "RemoveTags",
        "UnTag",
    ];
    VERBS.iter().any(|verb| name.starts_with(verb))
}

/// What an input evidently needs of a dependent action; nothing where the resource is not evident.
pub(super) fn evident(dependent: &Dependent<'_>, input: &Input<'_>) -> Vec<Requirement> {
    let members = input.all_members();
    if dependent.action.resource_types.is_empty() {
        let when = mentions(dependent.short(), &members).unwrap_or(Predicate::Always);
        return vec![dependent.requirement(None, when)];
    }
    if dependent.reference.prefix == "s3" {
        return objects(dependent, &members, input);
    }
    // What the call creates in a service-linked role's name, and with it, is that service's alone.
    if dependent.reference.prefix == "iam" && !dependent.action.access_level.contains("Read") {
        return Vec::new();
    }
    let mut named = Vec::new();
    let mut made = Vec::new();
    for (name, usage) in &dependent.action.resource_types {
        if let Some(resource) = gets_id(dependent, name) {
            made.push(resource);
            continue;
        }
        match resource(dependent, name, &members, input) {
            Some((resource, found)) => named.push((resource, presence(found))),
            None if !usage.required => {}
            None => return Vec::new(),
        }
    }
    let Some((_, when)) = named.first() else {
        return Vec::new();
    };
    let with = when.clone();
    let made = made.into_iter().map(|resource| (resource, with.clone()));
    let mut requirements: Vec<Requirement> = Vec::new();
    for (resource, when) in made.chain(named.clone()) {
        match requirements.iter_mut().find(|known| known.when == when) {
            Some(known) => known.resources.push(resource),
            None => requirements.push(dependent.requirement(Some(resource), when)),
        }
    }
    requirements
}

fn presence(found: &Found<'_>) -> Predicate {
    if found.required {
        Predicate::Always
    } else {
        Predicate::Present(found.path.clone())
    }
}

/// Whether the input speaks of what an action without resources is about: the action is then asked for with that member.
/// A VPC is told by the subnets in it.
fn mentions(action: &str, members: &[Found<'_>]) -> Option<Predicate> {
    const NETWORK: [&str; 3] = ["vpc", "subnet", "securitygroup"];
    const SHORTEST: usize = 3;
    let subject = names::noun(action);
    let with = |part: &str| {
        members
            .iter()
            .find(|found| common(found.name).contains(part))
    };
    let network = NETWORK.contains(&subject.as_str());
    let found = (subject.len() >= SHORTEST)
        .then(|| with(&subject))
        .flatten()
        .or_else(|| {
            let mut parts = NETWORK.iter().filter(|_| network);
            parts.find_map(|part| with(part))
        })?;
    Some(presence(found))
}

/// The resource of a type that a member names, and the member.
fn resource<'f, 'a>(
    dependent: &Dependent<'_>,
    resource_type: &str,
    members: &'f [Found<'a>],
    input: &Input<'_>,
) -> Option<(Resource, &'f Found<'a>)> {
    if dependent.reference.prefix == "iam" && resource_type == "role" {
        let found = members.iter().find(|found| roles::is_role(found, input))?;
        let path = found.values(input)?;
        return Some((Resource::Template(roles::role(found, path, input)), found));
    }
    let kind = dependent.reference.resource_types.get(resource_type)?;
    for arn in &kind.arns {
        let (before, slot, after) = one_slot(arn)?;
        let slot = common(slot);
        let (of, slot_kind) = stem(&slot);
        let own = common(resource_type);
        let service = arn.split(':').nth(2).unwrap_or_default();
        let stems = match of {
            "" | "resource" => vec![own.as_str()],
            _ if names::relation(of, &own) > 0 || names::relation(&own, of) > 0 => {
                vec![own.as_str(), of]
            }
            _ => vec![of],
        };
        let prefix = &dependent.reference.prefix;
        for found in members {
            let Some(path) = found.values(input) else {
                continue;
            };
            let name = singular(&common(found.name));
            let (member_of, member_kind) = stem(&name);
            let by_service = member_kind == Kind::Arn && member_of == prefix;
            let says = by_service || stems.iter().any(|stem| says(member_of, stem));
            if !says || !is_text(found, input) || dependent.is_own(member_of, service) {
                continue;
            }
            let member = |filter| Part::Member {
                path: path.clone(),
                default: None,
                filter,
            };
            if member_kind == Kind::Arn {
                return Some((Resource::Template(vec![member(None)]), found));
            }
            if member_kind == slot_kind || member_kind == Kind::Any {
                let mut parts = literal(before);
                parts.push(member(found.takes_arn(input).then_some(Filter::Arn)));
                parts.extend(literal(after));
                return Some((Resource::Template(parts), found));
            }
        }
    }
    None
}

fn is_text(found: &Found<'_>, input: &Input<'_>) -> bool {
    let shape = input.element(found.shape).unwrap_or(found.shape);
    matches!(shape.kind, ShapeKind::String)
}

/// Whether a member's stem speaks of a type's: `vpcsubnet` of a `subnet`.
fn says(member: &str, stem: &str) -> bool {
    const SHORTEST: usize = 3;
    stem.len() >= SHORTEST && member.ends_with(stem)
}

/// The resource of a type that is yet to get its id, as the dependent action makes it.
fn gets_id(dependent: &Dependent<'_>, resource_type: &str) -> Option<Resource> {
    let kind = dependent.reference.resource_types.get(resource_type)?;
    let (before, slot, after) = one_slot(kind.arns.first()?)?;
    let slot = common(slot);
    let is_made = names::makes(dependent.short())
        && names::relation(&names::noun(dependent.short()), &common(resource_type)) > 1
        && stem(&slot).1 == Kind::Id;
    is_made.then(|| {
        let mut parts = literal(before);
        parts.push(Part::Literal("*".to_owned()));
        parts.extend(literal(after));
        Resource::Template(parts)
    })
}

/// An ARN format with one placeholder of its own, taken apart there.
fn one_slot(arn: &str) -> Option<(&str, &str, &str)> {
    let mut slots = arn.match_indices("${").filter_map(|(at, _)| {
        let name = arn[at + 2..].split('}').next()?;
        (!["Partition", "Region", "Account", "AccountId"].contains(&name)).then_some((at, name))
    });
    let (at, name) = slots.next()?;
    let another = slots.next().is_some();
    // An account within the resource is not the request's.
    let within = arn
        .splitn(6, ':')
        .nth(5)
        .is_some_and(|resource| resource.contains("${Account"));
    if another || within {
        return None;
    }
    Some((&arn[..at], name, &arn[at + name.len() + 3..]))
}

/// A piece of an ARN format whose placeholders are the request's.
fn literal(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        if !before.is_empty() {
            parts.push(Part::Literal(before.to_owned()));
        }
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        parts.push(match name {
            "Partition" => Part::Partition,
            "Region" => Part::Region,
            _ => Part::Account,
        });
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Literal(rest.to_owned()));
    }
    parts
}

/// Buckets and objects: a bucket's member, and the key beside it.
fn objects(
    dependent: &Dependent<'_>,
    members: &[Found<'_>],
    input: &Input<'_>,
) -> Vec<Requirement> {
    let types = &dependent.action.resource_types;
    let of_object = types.contains_key("object");
    if !of_object && !types.contains_key("bucket") {
        return Vec::new();
    }
    let mut requirements = Vec::new();
    for found in members {
        let Some(path) = found.values(input) else {
            continue;
        };
        let name = singular(&plain(found.name));
        let (of, kind) = stem(&name);
        if !of.ends_with("bucket") {
            continue;
        }
        let member = |path: &Path, filter| Part::Member {
            path: path.clone(),
            default: None,
            filter,
        };
        let mut parts = match kind {
            Kind::Arn => vec![member(&path, None)],
            _ => vec![
                Part::Literal("arn:".to_owned()),
                Part::Partition,
                Part::Literal(":s3:::".to_owned()),
                member(&path, Some(Filter::Base)),
            ],
        };
        if of_object {
            // Which objects the service will ask for, without their key, it alone knows.
            let Some(key) = key_beside(found, members) else {
                continue;
            };
            parts.push(Part::Literal("/".to_owned()));
            parts.push(member(&key.path, None));
        }
        requirements.push(dependent.requirement(Some(Resource::Template(parts)), presence(found)));
    }
    requirements
}

/// The key of an object in the bucket that a member names.
fn key_beside<'f, 'a>(bucket: &Found<'_>, members: &'f [Found<'a>]) -> Option<&'f Found<'a>> {
    const KEYS: [&str; 4] = ["key", "objectkey", "s3key", "s3objectkey"];
    let beside = |found: &&Found<'_>| {
        found.path.0.len() == bucket.path.0.len()
            && found.path.0[..found.path.0.len() - 1] == bucket.path.0[..bucket.path.0.len() - 1]
            && is_scalar(found.shape)
    };
    let in_object = bucket.path.0.iter().rev().nth(1).is_some_and(
        |step| matches!(step, Step::Member(name) if plain(name).ends_with("s3object")),
    );
    members.iter().filter(beside).find(|found| {
        let name = plain(found.name);
        KEYS.contains(&name.as_str()) || (in_object && name == "name")
    })
}

/// The table's file.
pub(super) const FILE: &str = "models/overlays/dependents.toml";

/// `models/overlays/dependents.toml`: when dependent actions are asked for, where the reference alone does not tell.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Dependents {
    #[serde(default)]
    family: Vec<Family>,
}

/// Dependent actions of one kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Family {
    /// The AWS document that says so, by title.
    because: String,
    /// `prefix:Name`, or a beginning before a `*`.
    actions: Vec<String>,
    /// The services that it holds for; left out: all.
    #[serde(default)]
    services: Vec<String>,
    /// The operations that it holds for; left out: all.
    #[serde(default)]
    operations: Vec<String>,
    /// The members that trigger it, by their own names; none: it is not asked for.
    #[serde(default)]
    when: Vec<String>,
}

impl Dependents {
    /// What the table says of services or actions that do not exist, or that no operation depends on.
    pub(super) fn check(&self, models: &Models) -> Vec<String> {
        let mut problems = Vec::new();
        for family in &self.family {
            if family.because.is_empty() {
                problems.push(format!("{FILE}: {:?} have no source", family.actions));
            }
            for service in &family.services {
                if !models.services.contains_key(service) {
                    problems.push(format!("{FILE}: there is no service {service}"));
                }
            }
            for action in &family.actions {
                let known = models
                    .authorization
                    .values()
                    .flat_map(|reference| reference.actions.values())
                    .flat_map(Action::dependents)
                    .any(|dependent| matches(action, dependent));
                if !known {
                    problems.push(format!("{FILE}: nothing depends on {action}"));
                }
            }
        }
        problems
    }

    /// The family that an operation's dependent action is of: the first that fits.
    pub(super) fn of(&self, service: &str, operation: &str, action: &str) -> Option<&Family> {
        let among =
            |all: &[String], name: &str| all.is_empty() || all.iter().any(|one| one == name);
        self.family.iter().find(|family| {
            among(&family.services, service)
                && among(&family.operations, operation)
                && family
                    .actions
                    .iter()
                    .any(|pattern| matches(pattern, action))
        })
    }
}

/// What a family makes of a call.
pub(super) enum Asked {
    /// Never.
    No,
    /// As the reference has it.
    Always,
    /// When a member says so.
    When(Predicate),
}

fn matches(pattern: &str, action: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => action.starts_with(start),
        None => pattern == action,
    }
}

impl Family {
    /// When the input asks for the family's actions.
    pub(super) fn asked(&self, input: &Input<'_>) -> Asked {
        if self.when.is_empty() {
            return Asked::No;
        }
        let members = input.all_members();
        let found = self
            .when
            .iter()
            .find_map(|name| members.iter().find(|found| found.name == name));
        match found {
            None => Asked::Always,
            Some(found) if matches!(found.shape.kind, ShapeKind::Boolean) => Asked::When(
                Predicate::OneOf(found.path.clone(), vec!["true".to_owned()]),
            ),
            Some(found) => Asked::When(presence(found)),
        }
    }
}
