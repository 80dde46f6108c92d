//! Wildcards and variables in the values of conditions.

use stockade_policy::language::{Family, Operator, Set};

use crate::checks::{
    EQUIVALENT_TO_NULL_FALSE, EQUIVALENT_TO_NULL_TRUE, REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION,
    REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION, VARIABLE_USAGE_TOO_PERMISSIVE,
    WILDCARD_USAGE_TOO_PERMISSIVE, WILDCARD_WITHOUT_LIKE_OPERATOR,
};
use crate::document::Analysis;
use crate::statement::Clause;
use crate::tables::{SENSITIVE, is_one};
use crate::variables::{self, Variable};

pub(super) fn look(analysis: &mut Analysis<'_>, clause: &Clause<'_>, operator: Operator) {
    let patterns = match operator.family {
        Family::String => operator.like,
        Family::Arn => true,
        _ => return,
    };
    let sensitive = is_one(&SENSITIVE, clause.key);
    for value in &clause.values {
        let spots = || vec![value.spot.clone()];
        let (plain, named) = variables::split(value.text, analysis.has_variables);
        let wild = plain.contains(['*', '?']);
        if wild && !patterns {
            analysis
                .report
                .add(&WILDCARD_WITHOUT_LIKE_OPERATOR, &[], spots());
        }
        if sensitive && wild && patterns {
            analysis
                .report
                .add(&WILDCARD_USAGE_TOO_PERMISSIVE, &[clause.key], spots());
        } else if patterns
            && !plain.is_empty()
            && plain.bytes().all(|byte| byte == b'*')
            && named.is_empty()
        {
            everything(analysis, clause, operator);
        }
        // A variable that is as fixed as the key itself is no wildcard.
        let loose = |variable: &Variable<'_>| !is_one(&SENSITIVE, variable.key());
        if sensitive && named.iter().any(loose) {
            analysis
                .report
                .add(&VARIABLE_USAGE_TOO_PERMISSIVE, &[clause.key], spots());
        }
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
