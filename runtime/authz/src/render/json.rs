//! A decision as JSON, for programs.

use serde_json::{Value, json};
use stockade_policy::Effect;

use crate::context::timestamp;
use crate::decision::{Decision, Verdict};
use crate::examination::{Examination, Heard, Hearing, KeyValue, Said, Voice};
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

/// The decision, with what each layer of policies said of each permission, and the condition keys that were read; `then`, the
/// same of what services do because of the request.
pub fn examination(examination: &Examination) -> Value {
    let mut value = examined(&examination.decision, &examination.hearings);
    if !examination.then.is_empty() {
        let then = examination.then.iter().map(|then| {
            let mut value = examined(&then.decision, &then.hearings);
            value["as"] = json!(then.actor);
            value
        });
        value["then"] = then.collect();
    }
    value
}

fn examined(of: &Decision, hearings: &[Option<Hearing>]) -> Value {
    let mut value = decision(of);
    for (index, hearing) in hearings.iter().enumerate() {
        if let Some(hearing) = hearing {
            value["permissions"][index]["layers"] = layers(hearing);
            value["permissions"][index]["keysRead"] = keys_read(hearing);
        }
    }
    value
}

fn layers(hearing: &Hearing) -> Value {
    let layer = |voice: &Voice| {
        json!({
            "layer": voice.layer,
            "says": match voice.said {
                Said::Denies => "deny",
                Said::Allows => "allow",
                Said::Nothing => "nothing",
                Said::Exempt => "exempt",
                Said::Absent => "absent",
            },
            "policies": voice.policies.iter().map(policy).collect::<Value>(),
        })
    };
    hearing.layers.iter().map(layer).collect()
}

fn policy(heard: &Heard) -> Value {
    let statements = heard.statements.iter().map(|stated| {
        json!({
            "statement": stated.label,
            "line": stated.place.map(|place| place.line),
            "column": stated.place.map(|place| place.column),
            "effect": stated.effect,
            "applies": stated.applies,
            "misses": stated.misses.iter().map(ToString::to_string).collect::<Value>(),
        })
    });
    json!({
        "policy": heard.source.to_string(),
        "statements": statements.collect::<Value>(),
        "otherStatements": heard.others,
    })
}

/// By key: its values, nothing where the request does not carry it, or why it cannot be told.
fn keys_read(hearing: &Hearing) -> Value {
    let keys = hearing.keys.iter().map(|read| {
        let value = match &read.value {
            KeyValue::Values(values) => json!(values),
            KeyValue::Absent => Value::Null,
            KeyValue::Unknown(why) => json!({ "unknown": why }),
        };
        (read.key.clone(), value)
    });
    keys.collect::<serde_json::Map<_, _>>().into()
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
