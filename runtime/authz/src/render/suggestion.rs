//! The smallest statement that would have allowed a denied call.

use serde_json::{Value, json};
use stockade_policy::{self as policy, Layer, minimal_allow};

use crate::decision::{Decision, Verdict};

/// A statement and the kind of policy that lacks it.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// The kind of policy.
    pub layer: Layer,
    /// The statement, ready to paste.
    pub statement: Value,
}

/// What has to be added where, so that the call is allowed; nothing when it already is, or when no
/// statement could do it.
pub fn suggest(decision: &Decision) -> Vec<Suggestion> {
    let mut groups: Vec<Group> = Vec::new();
    for verdict in decision.verdicts.iter().filter(|verdict| can_help(verdict)) {
        let resource = minimal_allow(verdict.action, &verdict.resource)["Resource"].take();
        let layer = verdict.layer;
        match groups
            .iter_mut()
            .find(|group| group.layer == layer && group.actions == [verdict.action])
        {
            Some(group) if group.resources.contains(&resource) => {}
            Some(group) => group.resources.push(resource),
            None => groups.push(Group {
                layer,
                actions: vec![verdict.action],
                resources: vec![resource],
            }),
        }
    }
    let mut merged: Vec<Group> = Vec::new();
    for group in groups {
        match merged
            .iter_mut()
            .find(|held| held.layer == group.layer && held.resources == group.resources)
        {
            Some(held) => held.actions.extend(group.actions),
            None => merged.push(group),
        }
    }
    merged
        .into_iter()
        .map(|group| Suggestion {
            layer: group.layer,
            statement: group.statement(decision),
        })
        .collect()
}

struct Group {
    layer: Layer,
    actions: Vec<&'static str>,
    resources: Vec<Value>,
}

impl Group {
    fn statement(self, decision: &Decision) -> Value {
        let mut statement = json!({ "Effect": "Allow" });
        match self.layer {
            Layer::Trust | Layer::Resource => {
                statement["Principal"] = if decision.anonymous {
                    json!("*")
                } else {
                    json!({ "AWS": decision.principal })
                };
            }
            _ => {}
        }
        statement["Action"] =
            one_or_many(self.actions.iter().map(|action| json!(action)).collect());
        // A trust policy has no resource: it belongs to one.
        if self.layer != Layer::Trust {
            statement["Resource"] = one_or_many(self.resources);
        }
        statement
    }
}

fn one_or_many(mut values: Vec<Value>) -> Value {
    if values.len() == 1 {
        values.remove(0)
    } else {
        Value::Array(values)
    }
}

/// Only where an allow was missing: nothing outweighs an explicit denial, and no statement covers
/// what the request does not say.
fn can_help(verdict: &Verdict) -> bool {
    verdict.decision == policy::Decision::ImplicitlyDenied && verdict.filled
}

/// The suggestions in words.
pub(super) fn sentence(decision: &Decision) -> String {
    let suggestions = suggest(decision);
    if suggestions.is_empty() {
        return "No statement that could be added would have allowed the call.".to_owned();
    }
    let explicit = decision
        .verdicts
        .iter()
        .any(|verdict| verdict.decision == policy::Decision::ExplicitlyDenied);
    let only = if explicit {
        "Beside removing the explicit denial, the"
    } else {
        "The"
    };
    let statements: Vec<String> = suggestions
        .iter()
        .map(|suggestion| format!("{} (in {})", suggestion.statement, place(suggestion.layer)))
        .collect();
    let (noun, verb) = match statements.as_slice() {
        [_] => ("statement", "would"),
        _ => ("statements", "would together"),
    };
    format!(
        "{only} smallest {noun} that {verb} have allowed the call: {}",
        statements.join(" ")
    )
}

fn place(layer: Layer) -> String {
    match layer {
        Layer::Identity => "an identity-based policy".to_owned(),
        layer => format!("the {}", layer.name()),
    }
}
