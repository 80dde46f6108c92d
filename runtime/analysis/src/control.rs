//! Policies of organizations (*SCP syntax*, *RCP syntax*, AWS Organizations User Guide).

use stockade_policy::language::Family;

use crate::checks::{
    RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY,
    RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY,
    RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK, RCP_SYNTAX_ERROR_ACTION, RCP_SYNTAX_ERROR_ALLOW,
    RCP_SYNTAX_ERROR_NOTACTION, RCP_SYNTAX_ERROR_PRINCIPAL, SCP_SYNTAX_ERROR_ACTION_WILDCARD,
    SCP_SYNTAX_ERROR_PRINCIPAL,
};
use crate::document::{Analysis, PolicyType};
use crate::statement::{Clause, Element, Statement};
use crate::tables::{IS_SERVICE, OF_PRINCIPALS, SOURCE_TOLD, SOURCES, is_one};

pub(crate) fn look(analysis: &mut Analysis<'_>, statement: &Statement<'_>) {
    match analysis.kind {
        PolicyType::ServiceControl => service_control(analysis, statement),
        PolicyType::ResourceControl => {
            resource_control(analysis, statement);
            if statement.allows == Some(false) {
                intended(analysis, statement);
            }
        }
        PolicyType::Identity | PolicyType::Resource => {}
    }
}

fn service_control(analysis: &mut Analysis<'_>, statement: &Statement<'_>) {
    if let Some(principal) = &statement.principal {
        let spots = vec![principal.spot.clone()];
        analysis.report.add(&SCP_SYNTAX_ERROR_PRINCIPAL, &[], spots);
    }
    for action in statement
        .actions
        .iter()
        .flat_map(|element| &element.entries)
    {
        let body = action.text.strip_suffix('*').unwrap_or(action.text);
        if body.contains('*') && action.text != "*:*" {
            let spots = vec![action.spot.clone()];
            analysis
                .report
                .add(&SCP_SYNTAX_ERROR_ACTION_WILDCARD, &[action.text], spots);
        }
    }
}

fn resource_control(analysis: &mut Analysis<'_>, statement: &Statement<'_>) {
    let is_all = |element: &Element<'_>| {
        !element.negated && element.entries.iter().all(|entry| entry.text == "*")
    };
    let everyone = |element: &Element<'_>| !element.negated && element.value.text() == Some("*");
    let principal = statement.principal.as_ref();
    if let Some(principal) = principal.filter(|element| !everyone(element)) {
        let spots = vec![principal.spot.clone()];
        analysis.report.add(&RCP_SYNTAX_ERROR_PRINCIPAL, &[], spots);
    }
    let resources = statement.resources.as_ref();
    if statement.allows == Some(true)
        && (!principal.is_some_and(everyone)
            || !resources.is_some_and(is_all)
            || crate::statement::member(statement.members, "Condition").is_some())
    {
        analysis
            .report
            .add(&RCP_SYNTAX_ERROR_ALLOW, &[], vec![statement.spot.clone()]);
    }
    let Some(actions) = &statement.actions else {
        return;
    };
    if actions.negated {
        let spots = vec![actions.spot.clone()];
        analysis.report.add(&RCP_SYNTAX_ERROR_NOTACTION, &[], spots);
        return;
    }
    for action in &actions.entries {
        let taken = match action.text.split_once(':') {
            // AWS's own policy that allows everything says so.
            None => action.text == "*" && statement.allows == Some(true),
            Some((prefix, _)) => analysis.authority.takes_resource_control(prefix),
        };
        if !taken {
            let spots = vec![action.spot.clone()];
            analysis.report.add(&RCP_SYNTAX_ERROR_ACTION, &[], spots);
        }
    }
}

/// Whom a Deny would hit that it does not mean: services where it is about principals, principals where it is about
/// services.
fn intended(analysis: &mut Analysis<'_>, statement: &Statement<'_>) {
    let tests = |key: &str, family: Family, wanted: &str| {
        statement.clauses.iter().any(|clause| {
            clause.key.eq_ignore_ascii_case(key)
                && clause
                    .operator
                    .is_some_and(|operator| operator.family == family)
                && clause
                    .values
                    .iter()
                    .any(|value| value.text.eq_ignore_ascii_case(wanted))
        })
    };
    let first = |keys: &[&str]| -> Option<&Clause<'_>> {
        let mut clauses = statement.clauses.iter();
        clauses.find(|clause| {
            let reads = clause
                .operator
                .is_some_and(|operator| operator.family != Family::Null);
            is_one(keys, clause.key) && reads
        })
    };
    if let Some(clause) = first(&OF_PRINCIPALS)
        && !tests(IS_SERVICE, Family::Bool, "false")
    {
        let spots = vec![clause.key_spot.clone()];
        let check = &RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY;
        analysis.report.add(check, &[clause.key], spots);
    }
    let Some(clause) = first(&SOURCES) else {
        return;
    };
    let spots = || vec![clause.key_spot.clone()];
    if !tests(IS_SERVICE, Family::Bool, "true") {
        let check = &RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY;
        analysis.report.add(check, &[clause.key], spots());
    }
    if !SOURCE_TOLD
        .iter()
        .any(|key| tests(key, Family::Null, "false"))
    {
        let check = &RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK;
        analysis
            .report
            .add(check, &[clause.key, clause.key], spots());
    }
}
