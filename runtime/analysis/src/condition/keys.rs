//! Condition keys: whether they exist, suit their operator, and stand with the others that they need.

use std::collections::BTreeMap;

use stockade_policy::language::{Family, Operator, Set};

use crate::actions::speaks_of;
use crate::authority::{Known, is_key};
use crate::checks::{
    ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE,
    ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE,
    DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE,
    DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE, DEPRECATED_GLOBAL_CONDITION_KEY,
    DUPLICATE_KEYS_WITH_DIFFERENT_CASE, DYNAMODB_ATTRIBUTES_WITHOUT_SELECT,
    FORALLVALUES_WITH_SINGLE_VALUED_KEY, INVALID_CONDITION_KEY_FORMAT,
    INVALID_GLOBAL_CONDITION_KEY, INVALID_SERVICE, INVALID_SERVICE_CONDITION_KEY,
    JSON_SYNTAX_ERROR, MISSING_ACTION_FOR_CONDITION_KEY, MISSING_PAIRED_CONDITION_KEYS,
    MISSING_QUALIFIER, MISSING_TAG_KEY_IN_CONDITION, S3_PREFIX_IN_NEGATIVE_CONTEXT,
    STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS, TYPE_MISMATCH,
    UNSUPPORTED_ACTION_FOR_CONDITION_KEY, UNTRUSTWORTHY_CONDITION_KEY,
    USE_CONDITION_KEY_ONLY_WITH_SUPPORTED_SERVICES,
};
use crate::document::Analysis;
use crate::finding::Spot;
use crate::node::Member;
use crate::statement::{Clause, Entry, Statement};
use crate::tables::{
    ASSUME_ROLE, ATTRIBUTES, CHOSEN_BY_CALLER, DEPRECATED, FEDERATION, KEYS_OF_ONE_ACTION,
    OF_ENDPOINTS, PAIRED, S3_PREFIX, SELECT, SET_BY, is_one,
};

/// The key of a resource's tags.
const RESOURCE_TAG: &str = "aws:ResourceTag/";

/// Keys of one block that are the same.
pub(super) fn repeated(analysis: &mut Analysis<'_>, block: &Spot, keys: &[Member]) {
    let mut first: BTreeMap<String, &Member> = BTreeMap::new();
    for member in keys {
        let Some(earlier) = first.get(&member.key.to_ascii_lowercase()) else {
            first.insert(member.key.to_ascii_lowercase(), member);
            continue;
        };
        let spots = [earlier, member]
            .map(|member| block.at_key(member))
            .to_vec();
        if earlier.key == member.key {
            analysis.report.add(&JSON_SYNTAX_ERROR, &[""], spots);
        } else {
            let words = [member.key.as_str()];
            analysis
                .report
                .add(&DUPLICATE_KEYS_WITH_DIFFERENT_CASE, &words, spots);
        }
    }
}

pub(super) fn look(analysis: &mut Analysis<'_>, statement: &Statement<'_>, clause: &Clause<'_>) {
    let (key, spots) = (clause.key, || vec![clause.key_spot.clone()]);
    let service = match key.split_once(':') {
        Some((prefix, name)) if !prefix.is_empty() && !name.is_empty() => prefix,
        _ => {
            analysis
                .report
                .add(&INVALID_CONDITION_KEY_FORMAT, &[], spots());
            return;
        }
    };
    if key.eq_ignore_ascii_case(DEPRECATED) {
        analysis
            .report
            .add(&DEPRECATED_GLOBAL_CONDITION_KEY, &[], spots());
        return;
    }
    if is_one(&CHOSEN_BY_CALLER, key) && !is_null(clause) && statement.allows == Some(true) {
        analysis
            .report
            .add(&UNTRUSTWORTHY_CONDITION_KEY, &[key], spots());
    }
    match analysis.authority.key(key, &statement.prefixes()) {
        Known::Key(kind) => {
            if let Some(operator) = clause.operator {
                suits(analysis, statement, clause, operator, &kind);
            }
            unsupported(analysis, statement, clause);
        }
        Known::Provider => {}
        Known::TagWithoutName(stem) => {
            let words = [stem.as_str(), stem.as_str()];
            analysis
                .report
                .add(&MISSING_TAG_KEY_IN_CONDITION, &words, spots());
        }
        Known::NoKey if service.eq_ignore_ascii_case("aws") => {
            analysis
                .report
                .add(&INVALID_GLOBAL_CONDITION_KEY, &[key], spots());
        }
        Known::NoKey => {
            let words = [key, service];
            analysis
                .report
                .add(&INVALID_SERVICE_CONDITION_KEY, &words, spots());
        }
        Known::NoService => analysis.report.add(&INVALID_SERVICE, &[service], spots()),
    }
}

fn is_null(clause: &Clause<'_>) -> bool {
    clause
        .operator
        .is_some_and(|operator| operator.family == Family::Null)
}

/// What findings call families of operators.
fn word(family: Family) -> &'static str {
    match family {
        Family::String => "string",
        Family::Number => "numeric",
        Family::Date => "date",
        Family::Bool => "Boolean",
        Family::Binary => "binary",
        Family::Ip => "IP address",
        Family::Arn => "ARN",
        Family::Null => "Null",
    }
}

/// Whether a key's type and number of values suit the operator.
fn suits(
    analysis: &mut Analysis<'_>,
    statement: &Statement<'_>,
    clause: &Clause<'_>,
    operator: Operator,
    kind: &str,
) {
    if operator.family == Family::Null {
        return;
    }
    let (key, spots) = (clause.key, || vec![clause.key_spot.clone()]);
    let (multivalued, kind) = match kind.strip_prefix("ArrayOf") {
        Some(kind) => (true, kind),
        None => (false, kind),
    };
    let family = match kind {
        "Numeric" => Family::Number,
        "Date" => Family::Date,
        "Bool" => Family::Bool,
        "IPAddress" => Family::Ip,
        "ARN" => Family::Arn,
        "Binary" => Family::Binary,
        _ => Family::String,
    };
    match (family, operator.family) {
        // A text that is an ARN may be compared as one; only patterns are read differently.
        (Family::Arn, Family::String) if operator.like => {
            let words = [word(family), word(operator.family), key];
            analysis.report.add(
                &STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS,
                &words,
                spots(),
            );
        }
        (Family::Arn, Family::String) | (Family::String, Family::Arn | Family::Binary) => {}
        // Seconds since 1970 are a number and a date.
        (Family::Date, Family::Number) => {}
        (wanted, found) if wanted != found => {
            let words = [word(wanted), word(found), key];
            analysis.report.add(&TYPE_MISMATCH, &words, spots());
        }
        _ => {}
    }
    if multivalued && operator.set.is_none() {
        analysis.report.add(&MISSING_QUALIFIER, &[key], spots());
    }
    if !multivalued && operator.set == Some(Set::AllValues) && statement.allows == Some(true) {
        analysis
            .report
            .add(&FORALLVALUES_WITH_SINGLE_VALUED_KEY, &[key], spots());
    }
}

/// Actions that are never asked with the key.
fn unsupported(analysis: &mut Analysis<'_>, statement: &Statement<'_>, clause: &Clause<'_>) {
    let (Some(actions), Some(operator)) = (&statement.actions, clause.operator) else {
        return;
    };
    // Where the key is missing, these hold, so the actions are not lost.
    if operator.if_exists || operator.negated || operator.family == Family::Null {
        return;
    }
    let of_tags = clause
        .key
        .get(..RESOURCE_TAG.len())
        .is_some_and(|stem| stem.eq_ignore_ascii_case(RESOURCE_TAG));
    if of_tags {
        tags(analysis, statement, clause);
        return;
    }
    // Of other keys, the service does not say it, whatever the reference has.
    let checked = analysis.trusts(statement) || is_one(&KEYS_OF_ONE_ACTION, clause.key);
    if actions.negated || !checked || analysis.authority.is_global(clause.key) {
        return;
    }
    let strangers: Vec<&Entry<'_>> = actions
        .entries
        .iter()
        .filter(|entry| !entry.text.contains(['*', '?']) && knows_not(analysis, entry, clause.key))
        .collect();
    if strangers.is_empty() {
        return;
    }
    let names: Vec<&str> = strangers.iter().map(|entry| entry.text).collect();
    let mut spots: Vec<Spot> = strangers.iter().map(|entry| entry.spot.clone()).collect();
    spots.push(clause.value_spot.clone());
    let words = [names.join(", ")];
    let check = &UNSUPPORTED_ACTION_FOR_CONDITION_KEY;
    analysis.report.add(check, &[&words[0], clause.key], spots);
}

/// Whether an action exists and is never asked with a key.
fn knows_not(analysis: &Analysis<'_>, entry: &Entry<'_>, key: &str) -> bool {
    let found = entry.text.split_once(':').and_then(|(prefix, name)| {
        let reference = analysis.authority.prefix(prefix)?;
        let action = reference.action(name)?;
        Some(analysis.authority.supports(&reference, action, key))
    });
    found == Some(false)
}

/// Services whose resources' tags nobody asks for.
fn tags(analysis: &mut Analysis<'_>, statement: &Statement<'_>, clause: &Clause<'_>) {
    let (Some(actions), Some(allows)) = (&statement.actions, statement.allows) else {
        return;
    };
    let stem = RESOURCE_TAG.trim_end_matches('/');
    let spots = || vec![actions.spot.clone(), clause.key_spot.clone()];
    if actions.negated {
        let check = if allows {
            &ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE
        } else {
            &DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE
        };
        analysis.report.add(check, &[stem], spots());
        return;
    }
    let without: Vec<String> = statement
        .prefixes()
        .into_iter()
        .filter(|prefix| {
            let reference = analysis.authority.prefix(prefix);
            reference.is_some_and(|reference| {
                !reference.keys.keys().any(|known| is_key(known, clause.key))
            })
        })
        .collect();
    if !without.is_empty() {
        let check = if allows {
            &ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE
        } else {
            &DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE
        };
        let words = [without.join(", ")];
        analysis.report.add(check, &[stem, &words[0]], spots());
    }
}

/// Keys that only requests to some services have, in statements about others. What is about every service is about others.
pub(super) fn scoped(analysis: &mut Analysis<'_>, statement: &Statement<'_>, clause: &Clause<'_>) {
    let mut known = OF_ENDPOINTS.iter();
    let Some((_, services)) = known.find(|(key, _)| clause.key.eq_ignore_ascii_case(key)) else {
        return;
    };
    let Some(actions) = &statement.actions else {
        return;
    };
    let has_key = |entry: &Entry<'_>| {
        let prefix = entry.text.split_once(':').map(|(prefix, _)| prefix);
        prefix.is_some_and(|prefix| services.iter().any(|services| is_one(services, prefix)))
    };
    if actions.negated || !actions.entries.iter().all(has_key) {
        let spots = vec![actions.spot.clone(), clause.key_spot.clone()];
        let check = &USE_CONDITION_KEY_ONLY_WITH_SUPPORTED_SERVICES;
        analysis.report.add(check, &[clause.key], spots);
    }
}

/// Keys whose values nobody may set whom the statement lets assume a role.
pub(super) fn settable(analysis: &mut Analysis<'_>, statement: &Statement<'_>) {
    let Some(actions) = &statement.actions else {
        return;
    };
    let assumes = |entry: &Entry<'_>| {
        let start = entry.text.get(..ASSUME_ROLE.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(ASSUME_ROLE))
    };
    if statement.allows != Some(true)
        || actions.negated
        || !statement.is_about(FEDERATION)
        || !actions.entries.iter().any(assumes)
    {
        return;
    }
    for clause in &statement.clauses {
        let is = |known: &str| match known.ends_with('/') {
            true => {
                let start = clause.key.get(..known.len());
                start.is_some_and(|start| start.eq_ignore_ascii_case(known))
            }
            false => clause.key.eq_ignore_ascii_case(known),
        };
        let Some((_, action)) = SET_BY.iter().find(|(known, _)| is(known)) else {
            continue;
        };
        let mut entries = actions.entries.iter();
        if !entries.any(|entry| speaks_of(entry.text, action)) {
            let spots = vec![actions.spot.clone(), clause.key_spot.clone()];
            let words = [action, clause.key, action];
            let check = &MISSING_ACTION_FOR_CONDITION_KEY;
            analysis.report.add(check, &words, spots);
        }
    }
}

/// Keys that mean little by themselves.
pub(super) fn together(analysis: &mut Analysis<'_>, statement: &Statement<'_>) {
    for clause in &statement.clauses {
        let spots = || vec![clause.key_spot.clone()];
        for (key, beside) in PAIRED {
            if clause.key.eq_ignore_ascii_case(key) && !statement.has_key(beside) {
                let words = [beside.join(", ")];
                analysis
                    .report
                    .add(&MISSING_PAIRED_CONDITION_KEYS, &[key, &words[0]], spots());
            }
        }
        let (select, wanted) = SELECT;
        let selects = statement.clauses.iter().any(|other| {
            other.key.eq_ignore_ascii_case(select)
                && other.values.iter().any(|value| value.text == wanted)
        });
        if clause.key.eq_ignore_ascii_case(ATTRIBUTES)
            && statement.allows == Some(true)
            && !is_null(clause)
            && !selects
        {
            analysis
                .report
                .add(&DYNAMODB_ATTRIBUTES_WITHOUT_SELECT, &[], spots());
        }
        let negated = clause.operator.is_some_and(|operator| operator.negated);
        if clause.key.eq_ignore_ascii_case(S3_PREFIX)
            && !is_null(clause)
            && statement.allows == Some(negated)
        {
            analysis
                .report
                .add(&S3_PREFIX_IN_NEGATIVE_CONTEXT, &[], spots());
        }
    }
}
