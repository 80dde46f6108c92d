//! Wildcards and variables in the values of conditions.

use stockade_policy::language::{Family, Operator, Set};

use crate::checks::{
    EQUIVALENT_TO_NULL_FALSE, EQUIVALENT_TO_NULL_TRUE, REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION,
    REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION, VARIABLE_IN_USER_ID,
    VARIABLE_USAGE_TOO_PERMISSIVE, WILDCARD_IN_USER_ID, WILDCARD_USAGE_TOO_PERMISSIVE,
    WILDCARD_WITHOUT_LIKE_OPERATOR,
};
use crate::document::Analysis;
use crate::statement::Clause;
use crate::tables::{SENSITIVE, USER_ID, is_one};
use crate::variables::{self, Variable};

pub(super) fn look(analysis: &mut Analysis<'_>, clause: &Clause<'_>, operator: Operator) {
    let patterns = match operator.family {
        Family::String => operator.like,
        Family::Arn => true,
        _ => return,
    };
    let sensitive = is_one(&SENSITIVE, clause.key);
    let user_id = clause.key.eq_ignore_ascii_case(USER_ID);
    for value in &clause.values {
        let spots = || vec![value.spot.clone()];
        let (plain, named) = variables::split(value.text, analysis.has_variables);
        let wild = plain.contains(['*', '?']);
        if wild && !patterns {
            analysis
                .report
                .add(&WILDCARD_WITHOUT_LIKE_OPERATOR, &[], spots());
        }
        let is_all = !plain.is_empty() && plain.bytes().all(|byte| byte == b'*');
        if sensitive && wild && patterns {
            let words = [clause.key];
            analysis
                .report
                .add(&WILDCARD_USAGE_TOO_PERMISSIVE, &words, spots());
        } else if user_id && patterns && is_loose_id(value.text, |id| id.contains(['*', '?']), "*")
        {
            analysis.report.add(&WILDCARD_IN_USER_ID, &[], spots());
        } else if patterns && is_all && named.is_empty() {
            everything(analysis, clause, operator);
        }
        // A variable that is as fixed as the key itself is no wildcard.
        let loose = |variable: &Variable<'_>| !is_one(&SENSITIVE, variable.key());
        if sensitive && named.iter().any(loose) {
            let words = [clause.key];
            analysis
                .report
                .add(&VARIABLE_USAGE_TOO_PERMISSIVE, &words, spots());
        }
        let is_variable = |id: &str| !named.is_empty() && id.contains("${");
        let alone = named
            .first()
            .map(|variable| variable.text())
            .unwrap_or_default();
        if user_id && is_loose_id(value.text, is_variable, &alone) {
            analysis.report.add(&VARIABLE_IN_USER_ID, &[], spots());
        }
    }
}

/// Whether the id of a user or role is left open otherwise than as a whole: `id:session` has it on the left.
fn is_loose_id(value: &str, is_open: impl Fn(&str) -> bool, whole: &str) -> bool {
    match value.split_once(':') {
        _ if !is_open(value) => false,
        Some((id, _)) if value.starts_with("${") => {
            // The colon of a variable's own name is none.
            let after = value.strip_prefix(whole).unwrap_or_default();
            whole.is_empty() || !after.starts_with(':') || id.is_empty()
        }
        Some((id, _)) => is_open(id) && id != whole,
        None => true,
    }
}

/// The value matches whatever the key holds, so all hangs on whether it is there.
fn everything(analysis: &mut Analysis<'_>, clause: &Clause<'_>, operator: Operator) {
    let check = match (operator.negated, operator.set) {
        (false, Some(Set::AllValues)) => &REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION,
        (false, _) if operator.if_exists => &REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION,
        (false, _) => &EQUIVALENT_TO_NULL_FALSE,
        (true, Some(Set::AnyValue)) if !operator.if_exists => {
            &REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION
        }
        (true, _) => &EQUIVALENT_TO_NULL_TRUE,
    };
    let words = [clause.key, clause.name, clause.key];
    analysis
        .report
        .add(check, &words, vec![clause.value_spot.clone()]);
}
