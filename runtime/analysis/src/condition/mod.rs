//! `Condition` (*IAM JSON policy elements: Condition*).

mod keys;
mod operators;
mod values;
mod wildcards;

use crate::checks::EMPTY_OBJECT_CONDITION;
use crate::document::{Analysis, mismatch};
use crate::statement::{Statement, member};

pub(crate) fn look(analysis: &mut Analysis<'_>, statement: &Statement<'_>) {
    let Some(condition) = member(statement.members, "Condition") else {
        return;
    };
    let spot = statement.spot.at_value(condition);
    let Some(blocks) = condition.value.members() else {
        mismatch(analysis, &spot, "Object");
        return;
    };
    if blocks.is_empty() {
        analysis
            .report
            .add(&EMPTY_OBJECT_CONDITION, &[], vec![spot]);
        return;
    }
    for block in blocks {
        let spot = spot.at_value(block);
        match block.value.members() {
            None => mismatch(analysis, &spot, "Object"),
            Some([]) => analysis
                .report
                .add(&EMPTY_OBJECT_CONDITION, &[], vec![spot]),
            Some(keys) => keys::repeated(analysis, &spot, keys),
        }
    }
    operators::look(analysis, &statement.spot.at_value(condition), blocks);
    for clause in &statement.clauses {
        values::form(analysis, clause);
        keys::look(analysis, statement, clause);
        keys::scoped(analysis, statement, clause);
        if let Some(operator) = clause.operator {
            values::look(analysis, clause, operator);
            wildcards::look(analysis, clause, operator);
        }
    }
    keys::settable(analysis, statement);
    keys::together(analysis, statement);
}
