//! A policy written anew from what the crate tells of it.

use serde_json::{Map, Value, json};
use stockade_policy::{Element, Policy, Statement, Version};

pub(crate) fn printed(policy: &Policy) -> Value {
    let mut document = Map::new();
    let version = match policy.version() {
        Version::V2008 => "2008-10-17",
        Version::V2012 => "2012-10-17",
    };
    document.insert("Version".to_owned(), json!(version));
    if let Some(id) = policy.id() {
        document.insert("Id".to_owned(), json!(id));
    }
    let statements = policy.statements().iter().map(statement).collect();
    document.insert("Statement".to_owned(), Value::Array(statements));
    Value::Object(document)
}

fn statement(statement: &Statement) -> Value {
    let mut elements = Map::new();
    if let Some(sid) = statement.sid() {
        elements.insert("Sid".to_owned(), json!(sid));
    }
    elements.insert("Effect".to_owned(), json!(statement.effect().to_string()));
    let mut insert = |name: &str, element: &Element<'_>, value: Value| {
        let not = if element.negated { "Not" } else { "" };
        elements.insert(format!("{not}{name}"), value);
    };
    if let Some(element) = statement.principals() {
        insert("Principal", &element, principals(&element));
    }
    let actions = statement.actions();
    insert("Action", &actions, json!(actions.entries));
    if let Some(element) = statement.resources() {
        insert("Resource", &element, json!(element.entries));
    }
    let mut conditions = Map::new();
    for clause in statement.conditions() {
        conditions
            .entry(clause.operator())
            .or_insert_with(|| json!({}))[clause.key()] = json!(clause.wanted());
    }
    if !conditions.is_empty() {
        elements.insert("Condition".to_owned(), Value::Object(conditions));
    }
    Value::Object(elements)
}

/// Entries read `AWS:…`, or `*` for everyone.
fn principals(element: &Element<'_>) -> Value {
    let mut kinds: Map<String, Value> = Map::new();
    for entry in element.entries {
        let Some((kind, name)) = entry.split_once(':') else {
            return json!(entry);
        };
        let names = kinds.entry(kind).or_insert_with(|| json!([]));
        if let Value::Array(names) = names {
            names.push(json!(name));
        }
    }
    Value::Object(kinds)
}
