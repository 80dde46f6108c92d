//! IAM's authorization reference as a plain text: which actions, resource types and condition keys a prefix has.
//!
//! A line each, its columns apart by tabs, lists apart by commas:
//!
//! ```text
//! key     sqs:Fruit           String
//! type    queue               arn:${Partition}:sqs:${Region}:${Account}:${QueueName}    aws:ResourceTag/${TagKey}
//! action  SendMessage         SendMessage    aws:TagKeys    queue!sqs:Fruit,dead
//! ```
//!
//! An action's third column is the operation that its documentation is about, its fourth the keys that it has whatever
//! the resource, and its last the types of resources that it works on, apart by `;`, each with the keys that hold for it.
//!
//! ```
//! use stockade_spec::reference::Reference;
//!
//! let text = "action\tListQueues\tListQueues\t\t\naction\tSendMessage\t\t\tqueue\n";
//! let reference = Reference::parse(text).unwrap();
//! assert!(reference.action("sendmessage").unwrap().types.contains_key("queue"));
//! assert_eq!(reference.write(), text);
//! ```

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::catalog::Packed;

/// The reference of every prefix, and what is about all of them.
#[derive(Debug)]
pub struct References {
    /// By IAM prefix, sorted.
    pub prefixes: &'static [(&'static str, Packed)],
    /// Condition keys that all services know, with their types; tags end in `/tag-key`.
    pub global_keys: &'static [(&'static str, &'static str)],
    /// The prefixes of services that resource control policies may name.
    pub resource_control: &'static [&'static str],
}

impl References {
    /// The packed text of a prefix.
    pub fn packed(&self, prefix: &str) -> Option<Packed> {
        let place = self
            .prefixes
            .binary_search_by(|(name, _)| (*name).cmp(prefix))
            .ok()?;
        Some(self.prefixes[place].1)
    }
}

/// What the reference says of one prefix.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reference {
    /// By name, for example `SendMessage`.
    pub actions: BTreeMap<String, Action>,
    /// By name, for example `queue`.
    pub types: BTreeMap<String, ResourceType>,
    /// Condition keys and their types: `String`, `ArrayOfString`, `ARN`, `Bool`, `Numeric`, …
    pub keys: BTreeMap<String, String>,
}

/// An action of the reference.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Action {
    /// The operation that its documentation is about, for example `ListBuckets` of `s3:ListAllMyBuckets`.
    pub operation: Option<String>,
    /// The condition keys that it has whatever the resource.
    pub keys: Vec<String>,
    /// The types of resources that it works on, each with the condition keys that hold for it.
    pub types: BTreeMap<String, Vec<String>>,
}

/// A type of resource.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ResourceType {
    /// Formats with placeholders (`${QueueName}`), alternatives of one another.
    pub arns: Vec<String>,
    /// The condition keys of resources of the type.
    pub keys: Vec<String>,
}

impl Reference {
    /// The action of a name, whose case does not count.
    pub fn action(&self, name: &str) -> Option<&Action> {
        let caseless = || {
            self.actions
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(name))
                .map(|(_, action)| action)
        };
        self.actions.get(name).or_else(caseless)
    }

    /// Reads what [`Reference::write`] wrote.
    ///
    /// # Errors
    ///
    /// The line that is malformed.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut reference = Self::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let columns: Vec<&str> = line.split('\t').collect();
            match columns[..] {
                ["key", name, kind] => {
                    reference.keys.insert(name.to_owned(), kind.to_owned());
                }
                ["type", name, arns, keys] => {
                    let resource_type = ResourceType {
                        arns: list(arns, ','),
                        keys: list(keys, ','),
                    };
                    reference.types.insert(name.to_owned(), resource_type);
                }
                ["action", name, operation, keys, types] => {
                    let action = Action {
                        operation: (!operation.is_empty()).then(|| operation.to_owned()),
                        keys: list(keys, ','),
                        types: list(types, ';').iter().map(|text| usage(text)).collect(),
                    };
                    reference.actions.insert(name.to_owned(), action);
                }
                _ => return Err(format!("a line of an authorization reference: {line}")),
            }
        }
        Ok(reference)
    }

    /// The text.
    pub fn write(&self) -> String {
        let mut text = String::new();
        for (name, kind) in &self.keys {
            let _ = writeln!(text, "key\t{name}\t{kind}");
        }
        for (name, ResourceType { arns, keys }) in &self.types {
            let _ = writeln!(text, "type\t{name}\t{}\t{}", arns.join(","), keys.join(","));
        }
        for (name, action) in &self.actions {
            let types: Vec<String> = action
                .types
                .iter()
                .map(|(name, keys)| match &keys[..] {
                    [] => name.clone(),
                    keys => format!("{name}!{}", keys.join(",")),
                })
                .collect();
            let _ = writeln!(
                text,
                "action\t{name}\t{}\t{}\t{}",
                action.operation.as_deref().unwrap_or_default(),
                action.keys.join(","),
                types.join(";")
            );
        }
        text
    }
}

fn list(text: &str, separator: char) -> Vec<String> {
    text.split(separator)
        .filter(|item| !item.is_empty())
        .map(str::to_owned)
        .collect()
}

fn usage(text: &str) -> (String, Vec<String>) {
    let (name, keys) = text.split_once('!').unwrap_or((text, ""));
    (name.to_owned(), list(keys, ','))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut reference = Reference::default();
        reference.keys.insert("sqs:Fruit".into(), "String".into());
        let queue = ResourceType {
            arns: vec!["arn:${Partition}:sqs:${Region}:${Account}:${QueueName}".into()],
            keys: vec!["aws:ResourceTag/${TagKey}".into(), "sqs:Fruit".into()],
        };
        reference.types.insert("queue of two words".into(), queue);
        let action = Action {
            operation: Some("SendMessage".into()),
            keys: vec!["aws:TagKeys".into()],
            types: BTreeMap::from([
                ("a".into(), Vec::new()),
                (
                    "queue of two words".into(),
                    vec!["sqs:Fruit".into(), "x:y".into()],
                ),
            ]),
        };
        reference.actions.insert("SendMessage".into(), action);
        assert_eq!(Reference::parse(&reference.write()), Ok(reference));
    }

    #[test]
    fn a_malformed_line_is_told() {
        assert!(
            Reference::parse("action\tName\n")
                .unwrap_err()
                .contains("action\tName")
        );
    }
}
