//! The smallest policy for what a principal did, and what differs from the policies that it has.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use stockade_policy::{
    self as policy, Attached, Context, Effect, Policy, PolicyKind, PolicySet, Principal, Source,
    evaluate,
};

use super::Needs;

/// What a principal needs, set against what it has.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The principal's ARN.
    pub principal: String,
    /// A policy that allows what it did, and nothing else. What a policy denies explicitly is not in it: no statement
    /// could allow it.
    pub policy: Value,
    /// The part of it that was denied the last time for want of an allow.
    pub missing: Vec<Value>,
    /// What was denied explicitly the last time.
    pub denied: Vec<Value>,
    /// What its policies allow and it never needed.
    pub unused: Vec<Unused>,
}

/// Parts of a statement that nothing made use of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unused {
    /// The policy, as explanations call it.
    pub policy: String,
    /// The statement's Sid, or its position, from 0.
    pub statement: String,
    /// Entries of its `Action`, as written.
    pub actions: Vec<String>,
    /// Entries of its `Resource`, as written.
    pub resources: Vec<String>,
}

impl Report {
    pub(super) fn new(
        principal: &str,
        needs: &Needs,
        general: bool,
        identity: &[Attached],
    ) -> Self {
        let of = |wanted: &[policy::Decision]| statements(needs, general, wanted);
        Self {
            principal: principal.to_owned(),
            policy: json!({
                "Version": "2012-10-17",
                "Statement": of(&[policy::Decision::Allowed, policy::Decision::ImplicitlyDenied]),
            }),
            missing: of(&[policy::Decision::ImplicitlyDenied]),
            denied: of(&[policy::Decision::ExplicitlyDenied]),
            unused: identity
                .iter()
                .flat_map(|attached| unused(attached, needs))
                .collect(),
        }
    }

    /// The report as JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let unused: Vec<Value> = self
            .unused
            .iter()
            .map(|unused| {
                json!({
                    "policy": unused.policy,
                    "statement": unused.statement,
                    "actions": unused.actions,
                    "resources": unused.resources,
                })
            })
            .collect();
        json!({
            "principal": self.principal,
            "policy": self.policy,
            "missing": self.missing,
            "denied": self.denied,
            "unused": unused,
        })
    }
}

/// Allow statements for the needs that came out so: one for all actions that were needed on the same resources.
fn statements(needs: &Needs, general: bool, wanted: &[policy::Decision]) -> Vec<Value> {
    let mut by_resources: BTreeMap<BTreeSet<String>, Vec<&str>> = BTreeMap::new();
    for (action, resources) in needs {
        let resources: BTreeSet<String> = resources
            .iter()
            .filter(|(_, decision)| wanted.contains(decision))
            .map(|(resource, _)| {
                if general {
                    generalise(resource)
                } else {
                    resource.clone()
                }
            })
            .collect();
        if !resources.is_empty() {
            by_resources.entry(resources).or_default().push(action);
        }
    }
    let mut statements: Vec<(Vec<&str>, BTreeSet<String>)> = by_resources
        .into_iter()
        .map(|(resources, actions)| (actions, resources))
        .collect();
    statements.sort();
    statements
        .into_iter()
        .map(|(actions, resources)| {
            json!({
                "Effect": "Allow",
                "Action": one_or_many(actions.into_iter().map(Value::from).collect()),
                "Resource": one_or_many(resources.into_iter().map(Value::from).collect()),
            })
        })
        .collect()
}

fn one_or_many(mut values: Vec<Value>) -> Value {
    if values.len() == 1 {
        values.remove(0)
    } else {
        Value::Array(values)
    }
}

/// A resource with its last part unsaid: `arn:aws:s3:::photos/*` of an object, `…:table/*` of a table. A bucket, and
/// whatever else has one part, stays as it is.
#[must_use]
pub fn generalise(resource: &str) -> String {
    let Some((start, rest)) = resource
        .match_indices(':')
        .nth(4)
        .map(|(at, _)| resource.split_at(at + 1))
    else {
        return resource.to_owned();
    };
    match rest.rfind(['/', ':']) {
        Some(at) => format!("{start}{}*", &rest[..=at]),
        None => resource.to_owned(),
    }
}

/// What a policy allows and nothing needed, a statement at a time. Statements that allow by exception (`NotAction`,
/// `NotResource`) and resources with variables are left out: what they come to depends on the request.
fn unused(attached: &Attached, needs: &Needs) -> Vec<Unused> {
    let mut found = Vec::new();
    for (index, statement) in attached.policy.statements().iter().enumerate() {
        let actions = statement.actions();
        let Some(resources) = statement.resources().filter(|resources| !resources.negated) else {
            continue;
        };
        if statement.effect() != Effect::Allow || actions.negated {
            continue;
        }
        let everything: [Box<str>; 1] = ["*".into()];
        let is_used =
            |actions: &[Box<str>], resources: &[Box<str>]| is_needed(actions, resources, needs);
        let unused = Unused {
            policy: attached.source.to_string(),
            statement: statement
                .sid()
                .map_or_else(|| index.to_string(), str::to_owned),
            actions: actions
                .entries
                .iter()
                .filter(|action| !is_used(std::slice::from_ref(action), &everything))
                .map(ToString::to_string)
                .collect(),
            resources: resources
                .entries
                .iter()
                .filter(|resource| !resource.contains("${"))
                .filter(|resource| !is_used(actions.entries, std::slice::from_ref(resource)))
                .map(ToString::to_string)
                .collect(),
        };
        if !unused.actions.is_empty() || !unused.resources.is_empty() {
            found.push(unused);
        }
    }
    found
}

/// Whether a statement with these entries would have allowed anything that was needed.
fn is_needed(actions: &[Box<str>], resources: &[Box<str>], needs: &Needs) -> bool {
    let document = json!({
        "Version": "2012-10-17",
        "Statement": { "Effect": "Allow", "Action": actions, "Resource": resources },
    });
    // What cannot be read is not reported: it may be in use.
    let Ok(policy) = Policy::parse(&document.to_string(), PolicyKind::Identity) else {
        return true;
    };
    let identity = [Attached::new(
        policy.into(),
        Source::inline("entries", None),
    )];
    let set = PolicySet {
        identity: &identity,
        ..PolicySet::default()
    };
    let context = Context::new();
    let somebody = Principal::User {
        arn: "arn:aws:iam::000000000000:user/somebody",
        account: "000000000000",
    };
    needs.iter().any(|(action, resources)| {
        resources.keys().any(|resource| {
            let request = policy::Request::new(somebody, action, resource.as_str(), &context);
            evaluate(&request, &set).is_allowed()
        })
    })
}
