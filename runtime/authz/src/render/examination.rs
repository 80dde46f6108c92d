//! An examination as text, for people. [`json`](super::json) has it for programs.

use std::fmt::Write as _;

use stockade_policy::{Layer, Place};
use stockade_spec::permission::Class;

use crate::decision::{Decision, Spoken, Verdict};
use crate::examination::{Examination, Heard, Hearing, KeyRead, KeyValue, Said, Stated, Voice};
use crate::render::suggestion;

/// What is told of operations that nobody needs a permission for.
pub fn without_permission(class: Class) -> Option<&'static str> {
    match class {
        Class::Requirements => None,
        Class::Open => Some("needs no permission, only a signature"),
        Class::Unsigned => Some("needs no permission and no signature"),
        Class::Bearer => Some("needs a bearer token, and no permission"),
    }
}

/// The decision, by which statements it was made, what each layer of policies said, the condition keys that were read, and
/// what would have allowed the request; and the same of what services do then.
pub fn text(examination: &Examination) -> String {
    let decision = &examination.decision;
    let mut text = format!(
        "{}:{} as {}: {}",
        decision.service,
        decision.operation,
        decision.principal,
        outcome(decision)
    );
    decided(&mut text, decision, &examination.hearings);
    for then in &examination.then {
        let outcome = outcome(&then.decision);
        let _ = write!(text, "\nif it is let, then as {}: {outcome}", then.actor);
        decided(&mut text, &then.decision, &then.hearings);
    }
    text
}

/// What a decision is made from, and what would have allowed it.
fn decided(text: &mut String, decision: &Decision, hearings: &[Option<Hearing>]) {
    if let Some(refusal) = &decision.refusal {
        let _ = write!(text, "\n  {} is denied {}", refusal.action, refusal.why);
    } else if decision.verdicts.is_empty() {
        text.push_str("\n  it needs no permission");
    }
    for (index, verdict) in decision.verdicts.iter().enumerate() {
        told(text, verdict);
        if let Some(Some(hearing)) = hearings.get(index) {
            heard(text, hearing);
        }
    }
    if !decision.is_allowed() {
        let _ = write!(text, "\n{}", suggestion::sentence(decision));
    }
}

fn outcome(decision: &Decision) -> String {
    if decision.is_allowed() {
        "allowed".to_owned()
    } else if decision.is_partial() {
        let (denied, all) = (decision.denials().len(), decision.elements());
        format!("denied for {denied} of {all}, and allowed for the rest")
    } else {
        "denied".to_owned()
    }
}

/// A verdict, and the statements that made it.
fn told(text: &mut String, verdict: &Verdict) {
    let how = if verdict.is_allowed() {
        "allowed"
    } else {
        "denied"
    };
    let (action, resource) = (verdict.action, &verdict.resource);
    let _ = write!(text, "\n  {action} on {resource}: {how}");
    if let Some(reason) = &verdict.reason {
        let _ = write!(text, " {reason}");
    }
    if verdict.is_allowed() && verdict.layer == Layer::Root {
        text.push_str("\n    by the right of the account's root user");
    }
    for spoken in &verdict.statements {
        let _ = write!(text, "\n    by {}", statement(spoken));
    }
}

fn statement(spoken: &Spoken) -> String {
    let (label, policy) = (spoken.label(), &spoken.policy);
    let place = policy.policy.places().get(spoken.index).copied();
    format!("statement {label} of {}{}", policy.source, at(place))
}

fn at(place: Option<Place>) -> String {
    match place {
        Some(Place { line, column }) => format!(", line {line}, column {column}"),
        None => String::new(),
    }
}

fn heard(text: &mut String, hearing: &Hearing) {
    for voice in &hearing.layers {
        layer(text, voice);
    }
    if !hearing.keys.is_empty() {
        text.push_str("\n    condition keys read");
    }
    for KeyRead { key, value } in &hearing.keys {
        let _ = match value {
            KeyValue::Values(values) => write!(text, "\n      {key} = {}", values.join(", ")),
            KeyValue::Absent => write!(text, "\n      {key}: the request does not carry it"),
            KeyValue::Unknown(why) => write!(text, "\n      {key} cannot be told: {why}"),
        };
    }
}

fn layer(text: &mut String, voice: &Voice) {
    let said = match voice.said {
        Said::Denies => "denies",
        Said::Allows => "allows",
        Said::Nothing => "does not allow",
        Said::Exempt => "does not bind this request",
        Said::Absent => "none",
    };
    let _ = write!(text, "\n    {}: {said}", voice.layer.name());
    for policy in &voice.policies {
        let _ = write!(text, "\n      {}{}", policy.source, others(policy));
        for stated in &policy.statements {
            let _ = write!(text, "\n        {}", sentence(stated));
        }
    }
}

fn others(policy: &Heard) -> String {
    match (policy.others, policy.statements.is_empty()) {
        (0, _) => String::new(),
        (_, true) => ": nothing about the action".to_owned(),
        (1, false) => ", beside 1 statement about other actions".to_owned(),
        (count, false) => format!(", beside {count} statements about other actions"),
    }
}

fn sentence(stated: &Stated) -> String {
    let misses: Vec<String> = stated.misses.iter().map(ToString::to_string).collect();
    let applies = if stated.applies {
        "applies"
    } else {
        "does not apply"
    };
    let (label, effect) = (&stated.label, stated.effect);
    let mut text = format!("statement {label} ({effect}{}) {applies}", at(stated.place));
    if !misses.is_empty() {
        let _ = write!(text, ": {}", misses.join("; "));
    }
    text
}
