//! The details of a denial, as EC2 hands them to the caller for those who may decode them (`DecodeAuthorizationMessage`, AWS
//! STS API Reference).

use serde_json::{Value, json};
use stockade_kit::sealed;
use stockade_policy::{self as policy, Effect};

use crate::decision::{Decision, Verdict};

/// The encoded message.
pub(super) fn message(decision: &Decision, verdict: &Verdict) -> String {
    sealed::seal(&details(decision, verdict).to_string())
}

/// Whether an explicit denial was the reason, the statements that spoke, who asked for what, and with which condition keys.
fn details(decision: &Decision, verdict: &Verdict) -> Value {
    let statements: Vec<Value> = verdict
        .statements
        .iter()
        .map(|spoken| {
            json!({
                "statementId": spoken.label(),
                "effect": match spoken.effect() {
                    Effect::Allow => "ALLOW",
                    Effect::Deny => "DENY",
                },
                "policy": spoken.policy.source.to_string(),
            })
        })
        .collect();
    let conditions: Vec<Value> = verdict
        .keys
        .iter()
        .map(|(key, values)| {
            let values: Vec<Value> = values
                .iter()
                .map(|value| json!({ "value": value }))
                .collect();
            json!({ "key": key, "values": { "items": values } })
        })
        .collect();
    json!({
        "allowed": false,
        "explicitDeny": verdict.decision == policy::Decision::ExplicitlyDenied,
        "matchedStatements": { "items": statements },
        "failures": { "items": [] },
        "context": {
            "principal": {
                "id": value_of(verdict, "aws:userid"),
                "arn": decision.principal,
            },
            "action": verdict.action,
            "resource": verdict.resource.to_string(),
            "conditions": { "items": conditions },
        },
    })
}

fn value_of<'a>(verdict: &'a Verdict, wanted: &str) -> Option<&'a str> {
    let (_, values) = verdict.keys.iter().find(|(key, _)| key == wanted)?;
    values.first().map(String::as_str)
}
