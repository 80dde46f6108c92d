//! `Resource` and `NotResource`, held against the formats of the reference.

use stockade_policy::language::PARTITIONS;

use crate::arn::{
    Arn, Wanted, fits, formats, is_account, is_open, is_partition, is_region, pieces, wanted,
};
use crate::checks::{
    ARN_ACCOUNT_NOT_ALLOWED, ARN_REGION_NOT_ALLOWED, EMPTY_ARRAY_RESOURCE, INVALID_ARN_ACCOUNT,
    INVALID_ARN_PREFIX, INVALID_ARN_REGION, INVALID_ARN_RESOURCE, INVALID_ARN_SERVICE_CASE,
    INVALID_PARTITION, INVALID_SERVICE, MISSING_ARN_ACCOUNT, MISSING_ARN_FIELD, MISSING_ARN_REGION,
    WILDCARD_IN_SERVICE_NAME,
};
use crate::document::{Analysis, entries};
use crate::redundancy::Redundant;
use crate::statement::{Entry, Statement};
use crate::tables::UNLISTED;

/// How many pieces an ARN has.
const PIECES: usize = 6;

pub(crate) fn look(analysis: &mut Analysis<'_>, statement: &Statement<'_>) {
    if let Some(element) = &statement.resources {
        entries(
            analysis,
            element,
            &EMPTY_ARRAY_RESOURCE,
            known,
            Redundant::Resource,
        );
    }
}

fn known(analysis: &mut Analysis<'_>, entry: &Entry<'_>) {
    let (text, spots) = (entry.text, || vec![entry.spot.clone()]);
    // What a variable begins may be any ARN.
    if text == "*" || text.starts_with("${") {
        return;
    }
    if !text.starts_with("arn:") {
        analysis.report.add(&INVALID_ARN_PREFIX, &[], spots());
        return;
    }
    let Some(arn) = Arn::parse(text) else {
        // A wildcard at the end stands for what is left out.
        if !pieces(text).last().is_some_and(|last| last.ends_with('*')) {
            let words = [PIECES.to_string()];
            analysis
                .report
                .add(&MISSING_ARN_FIELD, &[&words[0]], spots());
        }
        return;
    };
    if !is_partition(arn.partition) {
        let partitions = PARTITIONS.join(", ");
        let words = [arn.service, arn.partition, &partitions];
        analysis.report.add(&INVALID_PARTITION, &words, spots());
    }
    if is_open(arn.service) {
        analysis.report.add(&WILDCARD_IN_SERVICE_NAME, &[], spots());
        return;
    }
    let Some(reference) = analysis.authority.prefix(arn.service) else {
        analysis
            .report
            .add(&INVALID_SERVICE, &[arn.service], spots());
        return;
    };
    if arn.service.bytes().any(|byte| byte.is_ascii_uppercase()) {
        analysis
            .report
            .add(&INVALID_ARN_SERVICE_CASE, &[arn.service], spots());
        return;
    }
    let all = formats(&reference, &arn);
    let fitting: Vec<&[String; 3]> = all
        .iter()
        .filter(|[_, _, resource]| fits(resource, arn.resource))
        .collect();
    if fitting.is_empty() && !all.is_empty() {
        // Patterns are for resources to come, and paths for those of an API.
        let unlisted = UNLISTED.contains(&(arn.service, arn.resource));
        if is_open(arn.resource) || arn.resource.starts_with('/') || unlisted {
            return;
        }
        analysis.report.add(&INVALID_ARN_RESOURCE, &[], spots());
        return;
    }
    let region = wanted(fitting.iter().map(|[region, _, _]| region));
    match (region, arn.region) {
        (Wanted::Empty, region) if !region.is_empty() && region != "*" => {
            analysis
                .report
                .add(&ARN_REGION_NOT_ALLOWED, &[arn.service], spots());
        }
        (Wanted::Filled, "") => {
            analysis
                .report
                .add(&MISSING_ARN_REGION, &[arn.service], spots());
        }
        (_, region) if !region.is_empty() && !is_open(region) && !is_region(region) => {
            analysis.report.add(&INVALID_ARN_REGION, &[region], spots());
        }
        _ => {}
    }
    let account = wanted(fitting.iter().map(|[_, account, _]| account));
    match (account, arn.account) {
        (Wanted::Empty, account) if !account.is_empty() && account != "*" => {
            analysis
                .report
                .add(&ARN_ACCOUNT_NOT_ALLOWED, &[arn.service], spots());
        }
        (Wanted::Filled, "") if !is_of_aws(arn.resource) => {
            analysis
                .report
                .add(&MISSING_ARN_ACCOUNT, &[arn.resource], spots());
        }
        (_, account) if !account.is_empty() && !is_account(account) => {
            analysis
                .report
                .add(&INVALID_ARN_ACCOUNT, &[account], spots());
        }
        _ => {}
    }
}

/// Whether a resource is AWS's own by its name, so that it is in no account: `document/AWS-RunShellScript`.
fn is_of_aws(resource: &str) -> bool {
    let name = resource
        .split_once(['/', ':'])
        .map_or(resource, |(_, name)| name);
    let lower = name.to_ascii_lowercase();
    ["aws", "amazon"]
        .iter()
        .any(|owner| lower.starts_with(owner))
}
