//! iam-data's copy of the reference: three files a prefix, and the global condition keys.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use serde::Deserialize;
use serde_json::json;

use super::super::archive::Archive;
use super::{Action, ActionResource, Reference, ResourceType, arns, clean};
use crate::lined::{self, Section};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawAction {
    name: String,
    access_level: String,
    resource_types: Vec<RawActionResource>,
    condition_keys: Vec<String>,
    dependent_actions: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawActionResource {
    name: String,
    required: bool,
    condition_keys: Vec<String>,
    dependent_actions: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawResourceType {
    key: String,
    arn: String,
    #[serde(default)]
    condition_keys: Vec<String>,
}

#[derive(Deserialize)]
struct RawConditionKey {
    key: String,
    #[serde(rename = "type")]
    kind: String,
}

/// The reference of every prefix.
pub(super) fn read(package: &Archive) -> Result<BTreeMap<String, Reference>> {
    const DATA: &str = "package/data/";
    let prefixes: Vec<String> = package.json(&format!("{DATA}services.json"))?;
    let names: BTreeMap<String, String> = package.json(&format!("{DATA}serviceNames.json"))?;
    let mut references = BTreeMap::new();
    for prefix in prefixes {
        let actions: BTreeMap<String, RawAction> =
            package.json(&format!("{DATA}actions/{prefix}.json"))?;
        let resource_types: BTreeMap<String, RawResourceType> =
            package.json(&format!("{DATA}resourceTypes/{prefix}.json"))?;
        let condition_keys: BTreeMap<String, RawConditionKey> =
            package.json(&format!("{DATA}conditionKeys/{prefix}.json"))?;
        let reference = Reference {
            names: names.get(&prefix).into_iter().cloned().collect(),
            actions: actions.into_values().map(iam_action).collect(),
            resource_types: resource_types
                .into_values()
                .map(|resource| {
                    let condition_keys = clean(resource.condition_keys);
                    (
                        resource.key,
                        ResourceType {
                            arns: arns(&resource.arn),
                            condition_keys,
                        },
                    )
                })
                .collect(),
            condition_keys: condition_keys
                .into_values()
                .map(|key| (key.key, key.kind))
                .collect(),
        };
        references.insert(prefix, reference);
    }
    Ok(references)
}

fn iam_action(action: RawAction) -> (String, Action) {
    let resource_types = action.resource_types.into_iter().map(|resource| {
        let value = ActionResource {
            required: resource.required,
            condition_keys: clean(resource.condition_keys),
            dependent_actions: clean(resource.dependent_actions),
        };
        (resource.name, value)
    });
    let value = Action {
        access_level: action.access_level,
        condition_keys: clean(action.condition_keys),
        dependent_actions: clean(action.dependent_actions),
        documentation: None,
        resource_types: resource_types.collect(),
        source: "iam-data",
    };
    (action.name, value)
}

/// The global condition keys, and the prefixes that resource control policies apply to.
pub(super) fn global(package: &Archive) -> Result<String> {
    const FILE: &str = "package/dist/esm/globalConditionKeys.js";
    let module = package.text(FILE)?;
    let mut keys = BTreeMap::new();
    let mut key = None;
    let mut category = None;
    for line in module.lines() {
        // The module is a list of literals, a property on each line: `key: 'aws:PrincipalArn',`.
        let Some((name, value)) = line.trim().split_once(": ") else {
            continue;
        };
        let Some((value, _comma_or_comment)) = value
            .strip_prefix('\'')
            .and_then(|value| value.split_once('\''))
        else {
            continue;
        };
        match name {
            "key" => key = Some(value),
            "category" => category = Some(value),
            "type" => {
                if let (Some(key), Some(category)) = (key.take(), category.take()) {
                    keys.insert(
                        key.to_owned(),
                        json!({ "category": category, "type": value }),
                    );
                }
            }
            _ => {}
        }
    }
    let expected = module
        .lines()
        .filter(|line| line.trim_start().starts_with("key:"))
        .count();
    if keys.is_empty() || keys.len() != expected {
        bail!(
            "{}: {} of {expected} keys understood; adapt codegen/src/sync/authorization",
            package.place(FILE),
            keys.len()
        );
    }
    let mut rcp: Vec<String> = package.json("package/data/rcpSupportedServices.json")?;
    rcp.sort();
    Ok(lined::write(&BTreeMap::from([
        ("conditionKeys", Section::Entries(keys)),
        ("resourceControlPolicyPrefixes", Section::Value(json!(rcp))),
    ])))
}
