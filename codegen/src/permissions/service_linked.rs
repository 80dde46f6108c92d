//! Service-linked roles: what services call them, and which operations make them on their first use.
//!
//! Who makes such a call needs the permission to make the role as well, while it is missing.

use std::path::Path as FilePath;

use anyhow::{Result as AnyResult, ensure};
use serde::Deserialize;

use super::input::Input;
use crate::model::Models;
use stockade_spec::template::{Key, KeyValue, Part, Predicate, Requirement, Resource, syntax};

/// The table's file.
pub(super) const FILE: &str = "models/overlays/service-linked-roles.toml";

/// What the roles' ARNs have before the service's principal.
const PATH: &str = ":role/aws-service-role/";

/// The action that makes one.
const MAKE: &str = "iam:CreateServiceLinkedRole";

/// The actions that the reference lists beside [`MAKE`], for what the service then does with the role.
const EQUIP: [&str; 2] = ["iam:AttachRolePolicy", "iam:PutRolePolicy"];

/// `models/overlays/service-linked-roles.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServiceLinked {
    #[serde(default)]
    role: Vec<Role>,
}

/// A service-linked role.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Role {
    /// The AWS document that names it, by title.
    because: String,
    /// The service's principal.
    principal: String,
    /// The role's name, or what it begins with before a suffix.
    name: String,
    /// Whether `CreateServiceLinkedRole` takes a suffix for it.
    #[serde(default)]
    suffix: bool,
    /// The services whose operations make it, of those for which the reference lists [`MAKE`].
    #[serde(default)]
    services: Vec<String>,
    /// The operations; left out: all of them.
    #[serde(default)]
    operations: Vec<String>,
    /// When they do; left out: on each call.
    when: Option<String>,
}

impl ServiceLinked {
    /// The table of the workspace at `root`.
    pub(crate) fn load(root: &FilePath) -> AnyResult<Self> {
        let table: Self = super::tables::read(root, FILE)?;
        let problems = table.problems();
        ensure!(problems.is_empty(), "{}", problems.join("\n"));
        Ok(table)
    }

    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for pair in self.role.windows(2) {
            if pair[0].principal >= pair[1].principal {
                let second = &pair[1].principal;
                problems.push(format!("{FILE}: {second} is out of order, or there twice"));
            }
        }
        for role in &self.role {
            if role.because.is_empty() {
                problems.push(format!("{FILE}: {} has no source", role.principal));
            }
            if let Err(message) = role.when() {
                problems.push(format!("{FILE}: {}: {message}", role.principal));
            }
        }
        problems
    }

    /// What the table says of services and operations that do not exist, or of members that they do not have.
    pub(super) fn check(&self, models: &Models) -> Vec<String> {
        let mut problems = Vec::new();
        for role in &self.role {
            for service in &role.services {
                let Some(model) = models.services.get(service) else {
                    problems.push(format!("{FILE}: there is no service {service}"));
                    continue;
                };
                for name in &role.operations {
                    let Some(operation) = model.operations.get(name) else {
                        problems.push(format!("{FILE}: {service} has no operation {name}"));
                        continue;
                    };
                    let input = Input::new(model, operation.input.as_deref());
                    let when = role.when().unwrap_or(Predicate::Always);
                    for path in when.paths() {
                        if let Err(message) = input.follow(path) {
                            problems.push(format!("{FILE}: {name}: {message}"));
                        }
                    }
                }
            }
        }
        problems
    }

    /// The roles as lines of principal, name and whether a suffix may follow.
    pub(crate) fn write(&self) -> String {
        let line = |role: &Role| {
            let suffix = if role.suffix { "suffix" } else { "-" };
            format!("{}\t{}\t{suffix}\n", role.principal, role.name)
        };
        self.role.iter().map(line).collect()
    }

    /// What an operation needs of a dependent action on the roles that it makes; nothing where it makes none, or the action
    /// is another.
    pub(super) fn made(&self, service: &str, operation: &str, action: &str) -> Vec<Requirement> {
        if !makes(action) {
            return Vec::new();
        }
        let is_made = |role: &&Role| {
            role.services.iter().any(|one| one == service)
                && (role.operations.is_empty()
                    || role.operations.iter().any(|one| one == operation))
        };
        let needed = |role: &Role| Requirement {
            action: action.to_owned(),
            resources: vec![Resource::Template(role.arn())],
            when: role
                .when()
                .unwrap_or(Predicate::Always)
                .and(&Predicate::Missing),
            each: None,
            keys: if action == MAKE {
                vec![Key {
                    name: "iam:AWSServiceName".to_owned(),
                    value: KeyValue::Literal(role.principal.clone()),
                }]
            } else {
                Vec::new()
            },
            untold: Vec::new(),
        };
        self.role.iter().filter(is_made).map(needed).collect()
    }

    /// Whether a resource is a service-linked role; an error is a sentence about one that the table does not have.
    pub(super) fn is_role(&self, resource: &Resource) -> Result<bool, String> {
        let text = resource.to_string();
        let Some((_, rest)) = text.split_once(PATH) else {
            return Ok(false);
        };
        let known = self.role.iter().any(|role| {
            rest.split_once('/') == Some((role.principal.as_str(), role.name.as_str()))
        });
        if known {
            Ok(true)
        } else {
            Err(format!("{FILE} has no role {rest}"))
        }
    }
}

impl Role {
    fn arn(&self) -> Vec<Part> {
        vec![
            Part::Literal("arn:".to_owned()),
            Part::Partition,
            Part::Literal(":iam::".to_owned()),
            Part::Account,
            Part::Literal(format!("{PATH}{}/{}", self.principal, self.name)),
        ]
    }

    fn when(&self) -> Result<Predicate, String> {
        self.when
            .as_deref()
            .map_or(Ok(Predicate::Always), syntax::predicate)
    }
}

/// Whether an action is needed for a service-linked role that a service makes.
pub(super) fn makes(action: &str) -> bool {
    action == MAKE || EQUIP.contains(&action)
}
