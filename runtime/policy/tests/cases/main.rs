//! The case table `tests/policy/*.toml`, held against the crate. Its README tells the format.
#![allow(missing_docs, clippy::unwrap_used)]

mod decision;
mod document;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use table::{Case, Question};

/// How many cases the table has at least.
const CASES: usize = 1_000;

/// What a case got instead of what it expects; `None` when it holds.
fn failure(case: &Case) -> Option<String> {
    match &case.question {
        Question::Decision(decision) => decision.failure(),
        Question::Document(document) => document.failure(),
    }
}

#[test]
fn every_case_holds() {
    let cases = table::read();
    let failures: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let what = failure(case)?;
            Some(format!(
                "{}: {}\n  document: {}\n  {what}\n",
                case.file, case.rule, case.document
            ))
        })
        .collect();
    assert!(
        failures.is_empty(),
        "{} of {} cases fail:\n\n{}",
        failures.len(),
        cases.len(),
        failures.join("\n")
    );
}

#[test]
fn the_table_is_large_and_says_nothing_twice() {
    let cases = table::read();
    assert!(cases.len() >= CASES, "{} cases", cases.len());
    let mut rules = BTreeSet::new();
    let mut questions = BTreeMap::new();
    for case in &cases {
        assert!(
            rules.insert((&case.file, &case.rule)),
            "{}: two cases have the rule {}",
            case.file,
            case.rule
        );
        if let Some(other) = questions.insert(&case.asked, case) {
            panic!(
                "{}: {} and {}: {} ask the same",
                case.file, case.rule, other.file, other.rule
            );
        }
    }
}
