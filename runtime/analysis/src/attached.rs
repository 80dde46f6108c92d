//! Policies of resources of a known type: what they may speak of.

use stockade_policy::language::covers;

use crate::arn::{Arn, is_partition};
use crate::authority::placeholders;
use crate::checks::{
    IRRELEVANT_CONDITION_KEY_IN_POLICY, UNSUPPORTED_ACTION_IN_POLICY,
    UNSUPPORTED_RESOURCE_ARN_IN_POLICY,
};
use crate::document::Analysis;
use crate::statement::Statement;
use crate::tables::{Attached, is_one};

pub(crate) fn look(analysis: &mut Analysis<'_>, statement: &Statement<'_>) {
    let Some(attached) = analysis.attached else {
        return;
    };
    for action in statement
        .actions
        .iter()
        .flat_map(|element| &element.entries)
    {
        if is_of_another(analysis, attached, action.text) {
            let (words, spots) = ([action.text, attached.shown], vec![action.spot.clone()]);
            analysis
                .report
                .add(&UNSUPPORTED_ACTION_IN_POLICY, &words, spots);
        }
    }
    for resource in statement
        .resources
        .iter()
        .flat_map(|element| &element.entries)
    {
        if !is_own(attached, resource.text) {
            let spots = vec![resource.spot.clone()];
            analysis.report.add(
                &UNSUPPORTED_RESOURCE_ARN_IN_POLICY,
                &[attached.shown],
                spots,
            );
        }
    }
    for clause in &statement.clauses {
        if is_one(attached.irrelevant, clause.key) {
            let (words, spots) = ([clause.key, attached.shown], vec![clause.key_spot.clone()]);
            analysis
                .report
                .add(&IRRELEVANT_CONDITION_KEY_IN_POLICY, &words, spots);
        }
    }
}

/// Whether an action exists, and is another service's or one on no resource at all.
fn is_of_another(analysis: &Analysis<'_>, attached: &Attached, text: &str) -> bool {
    let Some((prefix, name)) = text.split_once(':') else {
        return false;
    };
    if prefix.contains(['*', '?']) {
        return false;
    }
    let Some(reference) = analysis.authority.prefix(prefix) else {
        return false;
    };
    let on_nothing = reference
        .action(name)
        .is_some_and(|action| action.types.is_empty());
    !prefix.eq_ignore_ascii_case(attached.prefix) || on_nothing
}

fn is_own(attached: &Attached, text: &str) -> bool {
    let Some(arn) = Arn::parse(text).filter(|_| text.starts_with("arn:")) else {
        return false;
    };
    let place = format!(":{}:{}:{}", arn.region, arn.account, arn.resource);
    is_partition(arn.partition)
        && arn.service == attached.prefix
        && attached.arns.iter().any(|form| {
            // A wildcard of the resource may stand for what the form wants at least one character of.
            covers(&form.replace("?*", "*"), &placeholders(&place, "*")) && !place.ends_with(":::")
        })
}
