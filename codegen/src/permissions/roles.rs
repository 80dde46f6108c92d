//! Roles that a call hands over to a service: `iam:PassRole`, and which service the role is for.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::bind::Resources;
use super::input::{Found, Input, plain};
use crate::model::{Model, ShapeKind};
use stockade_spec::filter::Filter;
use stockade_spec::template::{Key, KeyValue, Part, Path, Predicate, Requirement, Resource, Step};

/// The table's file.
pub(super) const FILE: &str = "models/overlays/roles.toml";

/// `models/overlays/roles.toml`: whom roles are for, where it is not the service's own principal, and members that are
/// called roles and hand none over.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct Roles(BTreeMap<String, OfService>);

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfService {
    /// The principal of whatever role no entry below speaks of.
    principal: Option<String>,
    /// Principals by member; an empty one: the member hands no role over.
    #[serde(default)]
    members: BTreeMap<String, String>,
}

impl Roles {
    /// What the table says of services or members that do not exist.
    pub(super) fn check(&self, services: &BTreeMap<String, Model>) -> Vec<String> {
        let mut problems = Vec::new();
        for (service, of) in &self.0 {
            let Some(model) = services.get(service) else {
                problems.push(format!("{FILE}: there is no service {service}"));
                continue;
            };
            for entry in of.members.keys() {
                let entry = Entry::new(entry);
                let found = model.operations.iter().any(|(name, operation)| {
                    Input::new(model, operation.input.as_deref())
                        .all_members()
                        .iter()
                        .any(|found| entry.rank(name, &found.path).is_some())
                });
                if !found {
                    problems.push(format!("{FILE}: {service}: no operation has {entry:?}"));
                }
            }
        }
        problems
    }

    /// Whom a service's roles are for.
    pub(super) fn of<'a>(&'a self, model: &Model) -> Passed<'a> {
        let own = format!("{}.amazonaws.com", model.metadata.signing_name());
        let listed = self.0.get(&model.id);
        Passed {
            principal: listed.and_then(|of| of.principal.clone()).unwrap_or(own),
            members: listed
                .into_iter()
                .flat_map(|of| &of.members)
                .map(|(entry, principal)| (Entry::new(entry), principal.as_str()))
                .collect(),
        }
    }
}

/// A member in the table: `RoleArn`, `Settings.RoleArn`, `CreateBox:Settings.RoleArn`, or `CreateBox:` of all that an
/// operation has.
#[derive(Debug)]
struct Entry<'a> {
    operation: Option<&'a str>,
    members: Vec<&'a str>,
}

impl<'a> Entry<'a> {
    fn new(text: &'a str) -> Self {
        let (operation, path) = match text.split_once(':') {
            Some((operation, path)) => (Some(operation), path),
            None => (None, text),
        };
        Self {
            operation,
            members: path.split('.').filter(|name| !name.is_empty()).collect(),
        }
    }

    /// How closely the entry speaks of a member; `None`: of another.
    fn rank(&self, operation: &str, path: &Path) -> Option<(bool, usize)> {
        if self.operation.is_some_and(|named| named != operation) {
            return None;
        }
        let names: Vec<&str> = path
            .0
            .iter()
            .filter_map(|step| match step {
                Step::Member(name) => Some(name.as_str()),
                _ => None,
            })
            .collect();
        names
            .ends_with(&self.members)
            .then_some((self.operation.is_some(), self.members.len()))
    }
}

/// Whom one service's roles are for.
pub(super) struct Passed<'a> {
    principal: String,
    members: Vec<(Entry<'a>, &'a str)>,
}

impl Passed<'_> {
    /// The principal that the table has for a member: that of the entry that says most.
    fn listed(&self, operation: &str, path: &Path) -> Option<&str> {
        self.members
            .iter()
            .filter_map(|(entry, principal)| Some((entry.rank(operation, path)?, *principal)))
            .max_by_key(|(rank, _)| *rank)
            .map(|(_, principal)| principal)
    }
}

/// `iam:PassRole` for each role that an input hands over. `listed`: the reference calls it a dependent action of the
/// operation's.
pub(super) fn passed(
    operation: &str,
    listed: bool,
    passed: &Passed<'_>,
    resources: &Resources,
    input: &Input<'_>,
) -> Vec<Requirement> {
    let takes_away = !listed && takes_away(operation);
    let mut requirements = Vec::new();
    for found in input.all_members() {
        let of_map = matches!(found.shape.kind, ShapeKind::Map { .. });
        let Some(path) = found
            .values(input)
            .or_else(|| of_map.then(|| found.path.then(Step::Values)))
        else {
            continue;
        };
        let principal = match passed.listed(operation, &found.path) {
            Some("") => continue,
            Some(principal) => principal,
            None if listed && is_profile(&found) => PROFILES,
            None if takes_away || !is_role(&found, input) || is_resource(&path, resources) => {
                continue;
            }
            None => &passed.principal,
        };
        requirements.push(pass_role(&found, path, principal, input));
    }
    requirements
}

/// Whom the role of an instance profile is for: "Use an IAM role to grant permissions to applications running on Amazon
/// EC2 instances" (IAM User Guide).
const PROFILES: &str = "ec2.amazonaws.com";

/// Whether a member is an instance profile, whose role is handed over.
fn is_profile(found: &Found<'_>) -> bool {
    let name = plain(found.name);
    matches!(found.shape.kind, ShapeKind::String)
        && [
            "instanceprofile",
            "instanceprofilearn",
            "instanceprofilename",
        ]
        .iter()
        .any(|end| name.ends_with(end))
}

/// Whether an operation ends what another one began: it hands nothing over.
fn takes_away(operation: &str) -> bool {
    ["Remove", "Disassociate", "Detach"]
        .iter()
        .any(|verb| operation.starts_with(verb))
}

/// Whether a member is an IAM role of the caller's account, by its name, or by that of its shape or by its pattern.
pub(super) fn is_role(found: &Found<'_>, input: &Input<'_>) -> bool {
    let shape = input.element(found.shape).unwrap_or(found.shape);
    let is_list = matches!(found.shape.kind, ShapeKind::List(_));
    if !shape.enum_values.is_empty() || !matches!(shape.kind, ShapeKind::String) {
        return false;
    }
    // A role of another account cannot be passed: "Granting a user permissions to pass a role to an AWS service"
    // (IAM User Guide).
    let is_of_another = found.path.0.iter().any(|step| {
        matches!(step, Step::Member(name) if {
            let name = plain(name);
            name.contains("crossaccount") || name.starts_with("remove")
        })
    });
    let name = plain(found.name);
    let named = if is_list {
        name.ends_with("rolearns") || name.ends_with("iamroles")
    } else {
        name.ends_with("rolearn") || name.ends_with("role")
    };
    let shaped = name.contains("role")
        && (plain(found.target()).ends_with("rolearn")
            || shape
                .pattern
                .as_deref()
                .is_some_and(|pattern| pattern.contains(":iam:") && pattern.contains(":role")));
    (named || shaped) && !is_of_another
}

/// Whether the role is what the operation is about.
fn is_resource(path: &Path, resources: &Resources) -> bool {
    resources.all().any(|resource| {
        matches!(resource, Resource::Template(parts)
            if parts.iter().any(|part| matches!(part, Part::Member { path: used, .. } if used == path)))
    })
}

fn pass_role(found: &Found<'_>, path: Path, principal: &str, input: &Input<'_>) -> Requirement {
    Requirement {
        action: "iam:PassRole".to_owned(),
        when: if found.required {
            Predicate::Always
        } else {
            Predicate::Present(found.path.clone())
        },
        resources: vec![Resource::Template(role(found, path, input))],
        each: None,
        keys: vec![Key {
            name: "iam:PassedToService".to_owned(),
            value: KeyValue::Literal(principal.to_owned()),
        }],
        untold: Vec::new(),
    }
}

/// The role's ARN: the member's value, where it can be nothing else, or made of the role's name.
pub(super) fn role(found: &Found<'_>, path: Path, input: &Input<'_>) -> Vec<Part> {
    let shape = input.element(found.shape).unwrap_or(found.shape);
    let pattern = shape.pattern.as_deref().unwrap_or_default();
    let name = plain(found.name);
    let is_arn = ["arn", "arns"].iter().any(|end| name.ends_with(end))
        || matches!(found.shape.kind, ShapeKind::Map { .. })
        || pattern.trim_start_matches('^').starts_with("arn");
    let member = |filter| Part::Member {
        path,
        default: None,
        filter,
    };
    if is_arn && !is_profile(found) {
        return vec![member(None)];
    }
    let named = if is_profile(found) {
        // Which role the profile has is the state's to know.
        Part::Opaque
    } else {
        member(Some(Filter::Arn))
    };
    vec![
        Part::Literal("arn:".to_owned()),
        Part::Partition,
        Part::Literal(":iam::".to_owned()),
        Part::Account,
        Part::Literal(":role/".to_owned()),
        named,
    ]
}
