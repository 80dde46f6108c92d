//! What says the same twice.

use std::collections::BTreeMap;

use stockade_policy::language::covers;

use crate::arn::covers_arn;
use crate::checks::{REDUNDANT_ACTION, REDUNDANT_RESOURCE, REDUNDANT_STATEMENT};
use crate::document::Analysis;
use crate::statement::{Entry, Statement};

/// The most comparisons of patterns for one element: beyond them, only equal entries are found.
const MAX_COMPARISONS: usize = 1 << 20;

/// Entries of what.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Redundant {
    Action,
    Resource,
}

/// Entries that others cover: each such other makes one finding, with what it covers.
pub(crate) fn of_entries(analysis: &mut Analysis<'_>, entries: &[Entry<'_>], of: Redundant) {
    let normal: Vec<String> = entries
        .iter()
        .map(|entry| match of {
            Redundant::Action => entry.text.to_ascii_lowercase(),
            Redundant::Resource => entry.text.to_owned(),
        })
        .collect();
    let mut first = BTreeMap::new();
    for (index, text) in normal.iter().enumerate() {
        first.entry(text.as_str()).or_insert(index);
    }
    // What a pattern covers begins as it does, up to its first wildcard.
    let patterns: Vec<(usize, &str)> = normal
        .iter()
        .enumerate()
        .filter(|(index, text)| text.contains(['*', '?']) && first[text.as_str()] == *index)
        .map(|(index, text)| (index, text.split(['*', '?']).next().unwrap_or_default()))
        .collect();
    let patterns = if patterns.len() * entries.len() > MAX_COMPARISONS {
        Vec::new()
    } else {
        patterns
    };
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, text) in normal.iter().enumerate() {
        let equal = first[text.as_str()];
        let beginning = patterns.iter().filter(|(_, head)| text.starts_with(head));
        let by = beginning.map(|(index, _)| *index).find(|by| {
            *by != equal
                && match of {
                    Redundant::Action => covers(&normal[*by], text),
                    Redundant::Resource => covers_arn(&normal[*by], text),
                }
        });
        // Of two that cover each other, the first one stays.
        let by = by.filter(|by| *by < index || !covers(text, &normal[*by]));
        match by {
            Some(by) => groups.entry(by).or_default().push(index),
            None if equal != index => groups.entry(equal).or_default().push(index),
            None => {}
        }
    }
    for (by, covered) in groups {
        let mut all: Vec<usize> = covered.iter().copied().chain([by]).collect();
        all.sort_unstable();
        let count = all.len().to_string();
        // The service names the longest, the first of those.
        let longest = covered
            .iter()
            .rev()
            .max_by_key(|index| entries[**index].text.len());
        let example = longest.map_or("", |index| entries[*index].text);
        let spots = all
            .iter()
            .map(|index| entries[*index].spot.clone())
            .collect();
        let check = match of {
            Redundant::Action => &REDUNDANT_ACTION,
            Redundant::Resource => &REDUNDANT_RESOURCE,
        };
        analysis.report.add(check, &[&count, example], spots);
    }
}

/// Statements that say the same, whatever they are called.
pub(crate) fn of_statements(analysis: &mut Analysis<'_>, statements: &[Statement<'_>]) {
    let mut alike: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, statement) in statements.iter().enumerate() {
        alike
            .entry(statement.node.meaning(&["Sid"]))
            .or_default()
            .push(index);
    }
    for places in alike.into_values().filter(|places| places.len() > 1) {
        let spots = places.iter().map(|index| statements[*index].spot.clone());
        analysis
            .report
            .add(&REDUNDANT_STATEMENT, &[], spots.collect());
    }
}
