//! `Action` and `NotAction`, held against the reference.

use stockade_policy::language::matches;

use crate::checks::{
    EMPTY_ARRAY_ACTION, INVALID_ACTION, INVALID_SERVICE_IN_ACTION, WILDCARD_IN_SERVICE_NAME,
};
use crate::document::{Analysis, entries};
use crate::redundancy::Redundant;
use crate::statement::{Entry, Statement};

pub(crate) fn look(analysis: &mut Analysis<'_>, statement: &Statement<'_>) {
    if let Some(element) = &statement.actions {
        entries(
            analysis,
            element,
            &EMPTY_ARRAY_ACTION,
            known,
            Redundant::Action,
        );
    }
}

/// Whether there is such an action, or one that the pattern matches.
fn known(analysis: &mut Analysis<'_>, entry: &Entry<'_>) {
    let (text, spots) = (entry.text, || vec![entry.spot.clone()]);
    if matches!(text, "*" | "*:*") || text.contains("${") {
        return;
    }
    let Some((prefix, name)) = text.split_once(':') else {
        analysis.report.add(&INVALID_ACTION, &[text, ""], spots());
        return;
    };
    if prefix.contains(['*', '?']) {
        analysis.report.add(&WILDCARD_IN_SERVICE_NAME, &[], spots());
        return;
    }
    let Some(reference) = analysis.authority.prefix(prefix) else {
        // The answers of the service name the whole action here.
        analysis
            .report
            .add(&INVALID_SERVICE_IN_ACTION, &[text, ""], spots());
        return;
    };
    let lower = name.to_ascii_lowercase();
    let exists = if name.contains(['*', '?']) {
        let mut names = reference.actions.keys();
        names.any(|known| matches(&lower, &known.to_ascii_lowercase()))
    } else {
        reference.action(name).is_some()
    };
    if exists {
        return;
    }
    let behind = reference.actions.iter().find(|(_, action)| {
        let operation = action.operation.as_deref();
        operation.is_some_and(|operation| operation.eq_ignore_ascii_case(name))
    });
    let hint = behind.map(|(action, _)| {
        format!(
            " Did you mean {prefix}:{action}? The API called {name} authorizes against the IAM action {prefix}:{action}."
        )
    });
    let words = [text, hint.as_deref().unwrap_or_default()];
    analysis.report.add(&INVALID_ACTION, &words, spots());
}

/// Whether an entry of `Action` speaks of an action.
pub(crate) fn speaks_of(entry: &str, action: &str) -> bool {
    entry == "*" || matches(&entry.to_ascii_lowercase(), &action.to_ascii_lowercase())
}
