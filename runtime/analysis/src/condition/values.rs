//! Values of conditions: their JSON, whether the operator reads them, and what their key wants.

use std::net::IpAddr;

use stockade_policy::language::{Family, Network, Operator, Set, is_service_principal, reads};

use crate::arn::{Arn, is_account, is_open, is_partition, is_region};
use crate::checks::{
    EMPTY_ARRAY_CONDITION, EMPTY_ARRAY_CONDITION_FORALLVALUES, EMPTY_ARRAY_CONDITION_FORANYVALUE,
    EMPTY_ARRAY_CONDITION_IFEXISTS, IMPROVE_IP_RANGE, INVALID_CONDITION_DATA_TYPE,
    INVALID_CONDITION_MULTIPLE_BOOLEAN, INVALID_DATE_VALUE, INVALID_KMS_KEY_VALUE, INVALID_REGION,
    INVALID_SERVICE, INVALID_SERVICE_PRINCIPAL_FORMAT, INVALID_VPC_FORMAT, INVALID_VPCE_FORMAT,
    PRIVATE_IP_ADDRESS, PRIVATE_IP_ADDRESS_SUBSET, PRIVATE_NOT_IP_ADDRESS,
    PRIVATE_NOT_IP_ADDRESS_SUBSET, REDUNDANT_CONDITION_VALUE_NUM, TYPE_MISMATCH_BOOLEAN,
    TYPE_MISMATCH_DATE, TYPE_MISMATCH_IP_RANGE, TYPE_MISMATCH_NUMBER, TYPE_MISMATCH_STRING,
};
use crate::document::{Analysis, mismatch};
use crate::node::Value;
use crate::statement::{Clause, Entry, spots};
use crate::tables::{KMS_KEYS, SERVICE_FORMAT, SERVICE_PRINCIPAL_KEYS, is_one};

/// What JSON says of the values.
pub(super) fn form(analysis: &mut Analysis<'_>, clause: &Clause<'_>) {
    let here = || vec![clause.value_spot.clone()];
    if clause.value.is_empty_list() {
        let check = match clause.operator {
            Some(operator) if operator.set == Some(Set::AllValues) => {
                &EMPTY_ARRAY_CONDITION_FORALLVALUES
            }
            Some(operator) if operator.set == Some(Set::AnyValue) => {
                &EMPTY_ARRAY_CONDITION_FORANYVALUE
            }
            Some(operator) if operator.if_exists => &EMPTY_ARRAY_CONDITION_IFEXISTS,
            _ => &EMPTY_ARRAY_CONDITION,
        };
        analysis.report.add(check, &[clause.key], here());
        return;
    }
    let mut kinds = Vec::new();
    for (spot, item) in spots(&clause.value_spot, clause.value) {
        kinds.push(match item.value {
            Value::Text(_) => 0,
            Value::Number(_) => 1,
            Value::Bool(_) => 2,
            _ => {
                mismatch(analysis, &spot, "String or String Array");
                continue;
            }
        });
    }
    kinds.dedup();
    if kinds.len() > 1 {
        analysis
            .report
            .add(&INVALID_CONDITION_DATA_TYPE, &[], here());
    }
}

pub(super) fn look(analysis: &mut Analysis<'_>, clause: &Clause<'_>, operator: Operator) {
    let here = || vec![clause.value_spot.clone()];
    if operator.family == Family::Bool && clause.values.len() > 1 {
        analysis
            .report
            .add(&INVALID_CONDITION_MULTIPLE_BOOLEAN, &[], here());
    }
    let name = clause.name.to_ascii_lowercase();
    if operator.family == Family::Number && clause.values.len() > 1 {
        // One value that fits is enough, so the widest stands for all.
        let widest = if name.contains("lessthan") {
            Some("greatest")
        } else if name.contains("greaterthan") {
            Some("least")
        } else {
            None
        };
        if let Some(widest) = widest {
            let words = [clause.name, widest, clause.key];
            analysis
                .report
                .add(&REDUNDANT_CONDITION_VALUE_NUM, &words, here());
        }
    }
    for value in clause
        .values
        .iter()
        .filter(|value| !value.text.contains("${"))
    {
        readable(analysis, clause, operator, value);
        wanted(analysis, clause, value);
    }
    if operator.family == Family::Ip && clause.key.eq_ignore_ascii_case("aws:SourceIp") {
        private(analysis, clause, operator);
    }
}

/// Whether the operator reads a value.
fn readable(
    analysis: &mut Analysis<'_>,
    clause: &Clause<'_>,
    operator: Operator,
    value: &Entry<'_>,
) {
    let spots = || vec![value.spot.clone()];
    if !reads(operator.family, value.text) {
        let words = [clause.name];
        match operator.family {
            Family::Bool | Family::Null => {
                analysis.report.add(&TYPE_MISMATCH_BOOLEAN, &words, spots());
            }
            Family::Number => analysis.report.add(&TYPE_MISMATCH_NUMBER, &words, spots()),
            Family::Date => analysis.report.add(&TYPE_MISMATCH_DATE, &[], spots()),
            Family::Binary => analysis.report.add(&TYPE_MISMATCH_STRING, &words, spots()),
            Family::Ip => analysis
                .report
                .add(&TYPE_MISMATCH_IP_RANGE, &words, spots()),
            Family::String | Family::Arn => {}
        }
        return;
    }
    match operator.family {
        Family::Date
            if value
                .text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'-')
                && value.text.matches('-').count() != 2 =>
        {
            analysis
                .report
                .add(&INVALID_DATE_VALUE, &[value.text], spots());
        }
        Family::Ip => {
            if let Some(network) = Network::parse(value.text)
                && network.first() != network.base
            {
                let better = format!("{}/{}", network.first(), network.prefix);
                analysis.report.add(&IMPROVE_IP_RANGE, &[&better], spots());
            }
        }
        _ => {}
    }
}

/// What a key wants of its values beyond their type.
fn wanted(analysis: &mut Analysis<'_>, clause: &Clause<'_>, value: &Entry<'_>) {
    if clause
        .operator
        .is_some_and(|operator| operator.family == Family::Null)
    {
        return;
    }
    let (text, spots) = (value.text, || vec![value.spot.clone()]);
    let open = is_open(text);
    let is = |key: &str| clause.key.eq_ignore_ascii_case(key);
    if is("aws:SourceVpc") && !open && !is_id(text, "vpc-") {
        analysis.report.add(&INVALID_VPC_FORMAT, &[], spots());
    }
    if is("aws:SourceVpce") && !open && !is_id(text, "vpce-") {
        analysis.report.add(&INVALID_VPCE_FORMAT, &[], spots());
    }
    // Requests to global services carry names of their own for regions, which have the form of one as well.
    if is("aws:RequestedRegion") && !open && !is_region(text) {
        analysis.report.add(&INVALID_REGION, &[text], spots());
    }
    if is_one(&KMS_KEYS, clause.key) && !is_kms_key(text) {
        analysis
            .report
            .add(&INVALID_KMS_KEY_VALUE, &[clause.key], spots());
    }
    let service = SERVICE_PRINCIPAL_KEYS.iter().find(|(key, _)| is(key));
    if let Some((key, format)) = service
        && !open
    {
        if !is_service_principal(text) {
            analysis
                .report
                .add(&INVALID_SERVICE_PRINCIPAL_FORMAT, &[format], spots());
        } else if *format == SERVICE_FORMAT && key.starts_with("aws:CalledVia") {
            let (prefix, domain) = text.split_once('.').unwrap_or((text, ""));
            // Parts of services have principals of more labels.
            if domain == "amazonaws.com" && !analysis.authority.is_service(prefix) {
                analysis.report.add(&INVALID_SERVICE, &[prefix], spots());
            }
        }
    }
}

/// Whether a text is an id with 8 or 17 letters and digits.
fn is_id(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|id| {
        matches!(id.len(), 8 | 17) && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

fn is_kms_key(text: &str) -> bool {
    text == "*"
        || text.starts_with("arn:")
            && Arn::parse(text).is_some_and(|arn| {
                is_partition(arn.partition)
                    && arn.service == "kms"
                    && !arn.region.is_empty()
                    && !arn.account.is_empty()
                    && is_account(arn.account)
                    && (arn.resource.starts_with("key/") || is_open(arn.resource))
            })
}

/// Addresses from where no request comes to AWS but through a VPC endpoint.
fn private(analysis: &mut Analysis<'_>, clause: &Clause<'_>, operator: Operator) {
    let networks: Vec<Network> = clause
        .values
        .iter()
        .filter_map(|value| Network::parse(value.text))
        .collect();
    if networks.is_empty() || networks.len() != clause.values.len() {
        return;
    }
    let private = networks
        .iter()
        .filter(|network| is_private(**network))
        .count();
    let check = match (private, operator.negated) {
        (0, _) => return,
        (count, false) if count == networks.len() => &PRIVATE_IP_ADDRESS,
        (count, true) if count == networks.len() => &PRIVATE_NOT_IP_ADDRESS,
        (_, false) => &PRIVATE_IP_ADDRESS_SUBSET,
        (_, true) => &PRIVATE_NOT_IP_ADDRESS_SUBSET,
    };
    analysis
        .report
        .add(check, &[], vec![clause.value_spot.clone()]);
}

/// Whether a range lies in RFC 1918's, or in the unique local ones of version 6.
pub(crate) fn is_private(network: Network) -> bool {
    match network.first() {
        IpAddr::V4(first) => {
            let ranges = [
                (8, [10, 0, 0, 0]),
                (12, [172, 16, 0, 0]),
                (16, [192, 168, 0, 0]),
            ];
            ranges.iter().any(|(prefix, base)| {
                let range = Network {
                    base: IpAddr::from(*base),
                    prefix: *prefix,
                };
                network.prefix >= *prefix && range.contains(IpAddr::V4(first))
            })
        }
        IpAddr::V6(first) => network.prefix >= 7 && first.is_unique_local(),
    }
}
