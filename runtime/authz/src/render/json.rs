//! A decision as JSON, for programs.

use serde_json::{Value, json};
use stockade_policy::Effect;

use crate::context::timestamp;
use crate::decision::{Decision, Verdict};
use crate::render::suggestion::suggest;

/// The decision, its verdicts with the statements that spoke, and what would have allowed it.
pub fn decision(decision: &Decision) -> Value {
    let allowed = decision.is_allowed();
    let mut value = json!({
        "requestId": decision.request_id,
        "time": timestamp(decision.time.into()),
        "principal": decision.principal,
        "account": decision.account,
        "service": decision.service,
        "operation": decision.operation,
        "decision": if allowed { "allowed" } else { "denied" },
        "softMode": decision.soft,
        "blocked": decision.blocks(),
        "partial": decision.is_partial(),
        "permissions": decision.verdicts.iter().map(verdict).collect::<Value>(),
    });
    if let Some(refusal) = &decision.refusal {
        value["refusal"] = json!({ "action": refusal.action, "reason": refusal.why });
    }
    if !allowed {
        value["suggestions"] = suggest(decision)
            .into_iter()
            .map(|suggestion| {
                json!({ "policy": suggestion.layer.name(), "statement": suggestion.statement })
            })
            .collect();
    }
    value
}

fn verdict(verdict: &Verdict) -> Value {
    let mut value = json!({
        "action": verdict.action,
        "resource": verdict.resource.to_string(),
        "decision": verdict.decision,
        "layer": verdict.layer,
        "statements": verdict.statements.iter().map(|spoken| json!({
            "layer": spoken.layer,
            "policy": spoken.policy.source.to_string(),
            "statement": spoken.label(),
            "effect": match spoken.effect() {
                Effect::Allow => "Allow",
                Effect::Deny => "Deny",
            },
        })).collect::<Value>(),
    });
    if let Some(element) = verdict.element {
        value["element"] = json!(element);
    }
    if let Some(reason) = &verdict.reason {
        value["reason"] = json!(reason);
    }
    if !verdict.keys.is_empty() {
        value["context"] = verdict
            .keys
            .iter()
            .map(|(key, values)| (key.clone(), json!(values)))
            .collect::<serde_json::Map<_, _>>()
            .into();
    }
    value
}
