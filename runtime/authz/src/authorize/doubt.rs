//! What was not known when a request was denied, in words that follow the denial's reason.

use stockade_policy::{Decision, Effect, Evaluation, Miss, PolicySet, Request, explain};

/// Why a statement denies that may not have applied, or why one does not allow that may have.
pub(super) fn of(
    evaluation: &Evaluation<'_>,
    question: &Request<'_>,
    set: &PolicySet<'_>,
) -> Option<String> {
    if let Some(operator) = evaluation.unknown_operator() {
        return Some(format!(
            "its condition operator {operator} is unknown, so it applies"
        ));
    }
    match evaluation.decision() {
        Decision::Allowed => None,
        _ if !question.context.has_unknown() => None,
        Decision::ExplicitlyDenied => evaluation
            .speakers()
            .flat_map(|speaker| speaker.statement().conditions())
            .find_map(|clause| {
                let why = question.context.unknown(clause.key())?;
                Some(format!(
                    "its condition on {} applies, because {why}",
                    clause.key()
                ))
            }),
        Decision::ImplicitlyDenied => {
            let is_unknown = |miss: &Miss| matches!(miss, Miss::UnknownKey { .. });
            let explanation = explain(question, set);
            let statement = explanation.statements.iter().find(|statement| {
                statement.effect == Effect::Allow
                    && !statement.applies
                    && statement.misses.iter().all(is_unknown)
            })?;
            statement.misses.iter().find_map(|miss| match miss {
                Miss::UnknownKey { key, why } => Some(format!(
                    "one with a condition on {key} does not apply, because {why}"
                )),
                _ => None,
            })
        }
    }
}
