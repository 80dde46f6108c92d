//! The log entries of a denied request.

use std::fmt;

use stockade_policy as policy;

use crate::decision::{Decision, Verdict};
use crate::render::suggestion;

/// The logger's name, as it stands before each entry.
pub const TARGET: &str = "stockade.services.iam.policy_engine.handler";

/// The entries of a denied request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entries {
    /// The one entry that is written without debugging: what was denied.
    pub info: String,
    /// The four lists of permissions, and what decided.
    pub debug: [String; 5],
}

/// The entries of a denied request, in the order of writing.
pub fn entries(decision: &Decision) -> Entries {
    let how = if decision.soft {
        " Soft mode: it would have been denied, and goes through.".to_owned()
    } else if decision.is_partial() {
        let (denied, all) = (decision.denials().len(), decision.elements());
        format!(" In part: for {denied} of {all}; the rest goes through.")
    } else {
        String::new()
    };
    let (service, operation) = (&decision.service, &decision.operation);
    let count = |wanted: policy::Decision, how: &str| {
        let list = List(
            decision
                .verdicts
                .iter()
                .filter(|verdict| verdict.decision == wanted)
                .collect(),
        );
        format!("{} permissions have been {how}: {list}", list.0.len())
    };
    Entries {
        info: format!("Request for service {service} for operation {operation} denied.{how}"),
        debug: [
            format!(
                "Necessary permissions for this action: {}",
                List(decision.verdicts.iter().collect())
            ),
            count(policy::Decision::ExplicitlyDenied, "explicitly denied"),
            count(policy::Decision::Allowed, "explicitly allowed"),
            count(policy::Decision::ImplicitlyDenied, "implicitly denied"),
            deciders(decision),
        ],
    }
}

/// Writes the entries of a denied request to the log.
pub(crate) fn write(decision: &Decision) {
    let debug = tracing::enabled!(target: TARGET, tracing::Level::DEBUG);
    if !debug && !tracing::enabled!(target: TARGET, tracing::Level::INFO) {
        return;
    }
    let entries = entries(decision);
    let (request_id, principal) = (&*decision.request_id, &*decision.principal);
    tracing::info!(target: TARGET, request_id, principal, "{}", entries.info);
    if debug {
        for entry in &entries.debug {
            tracing::debug!(target: TARGET, request_id, principal, "{entry}");
        }
    }
}

/// Permissions as a JSON list of sentences.
struct List<'a>(Vec<&'a Verdict>);

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (place, verdict) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str(", ")?;
            }
            let text = format!("Action '{}' for '{}'", verdict.action, verdict.resource);
            write!(f, "{}", serde_json::Value::String(text))?;
        }
        f.write_str("]")
    }
}

/// What decided, and what would have allowed the call.
fn deciders(decision: &Decision) -> String {
    let mut parts = Vec::new();
    if let Some(refusal) = &decision.refusal {
        parts.push(format!("{} was denied {}.", refusal.action, refusal.why));
    }
    for verdict in decision.verdicts.iter() {
        let (action, resource) = (verdict.action, &verdict.resource);
        if verdict.is_allowed() {
            for spoken in &verdict.statements {
                parts.push(format!(
                    "'{action}' for '{resource}' is allowed by statement {} of {}.",
                    spoken.label(),
                    spoken.policy.source
                ));
            }
            continue;
        }
        let why = verdict.reason.as_deref().unwrap_or_default();
        let mut part = format!("'{action}' for '{resource}' is denied {why}");
        for spoken in &verdict.statements {
            part.push_str(&format!(
                ": statement {} of {}",
                spoken.label(),
                spoken.policy.source
            ));
        }
        part.push('.');
        parts.push(part);
    }
    parts.push(suggestion::sentence(decision));
    format!("Decided by: {}", parts.join(" "))
}
