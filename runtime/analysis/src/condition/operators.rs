//! Names of operators.

use stockade_policy::language::Operator;

use crate::checks::{INVALID_CONDITION_OPERATOR, NULL_WITH_IF_EXISTS, NULL_WITH_QUALIFIER};
use crate::document::Analysis;
use crate::finding::Spot;
use crate::node::Member;

pub(super) fn look(analysis: &mut Analysis<'_>, condition: &Spot, blocks: &[Member]) {
    for block in blocks {
        if Operator::parse(&block.key).is_some() {
            continue;
        }
        let spots = vec![condition.at_key(block)];
        let (qualified, bare) = match block.key.split_once(':') {
            Some((qualifier, bare))
                if ["ForAllValues", "ForAnyValue"]
                    .iter()
                    .any(|known| known.eq_ignore_ascii_case(qualifier)) =>
            {
                (true, bare)
            }
            _ => (false, block.key.as_str()),
        };
        if bare.eq_ignore_ascii_case("NullIfExists") {
            analysis.report.add(&NULL_WITH_IF_EXISTS, &[], spots);
        } else if qualified && bare.eq_ignore_ascii_case("Null") {
            analysis.report.add(&NULL_WITH_QUALIFIER, &[], spots);
        } else {
            analysis
                .report
                .add(&INVALID_CONDITION_OPERATOR, &[&block.key], spots);
        }
    }
}
