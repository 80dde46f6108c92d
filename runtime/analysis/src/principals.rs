//! `Principal` and `NotPrincipal` (*AWS JSON policy elements: Principal*).

use stockade_policy::language::is_service_principal;

use crate::checks::{
    ALLOW_WITH_NOT_PRINCIPAL, EMPTY_ARRAY_PRINCIPAL, EMPTY_OBJECT_PRINCIPAL,
    FEDERATED_PRINCIPAL_NOT_SUPPORTED, INVALID_PRINCIPAL_FORMAT, INVALID_PRINCIPAL_KEY,
    INVALID_ROLE_REFERENCE, INVALID_SERVICE_PRINCIPAL_FORMAT, INVALID_USER_REFERENCE,
    RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL, RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL,
    UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL, UNSUPPORTED_PRINCIPAL,
    UNSUPPORTED_WILDCARD_IN_PRINCIPAL,
};
use crate::document::{Analysis, PolicyType, mismatch, strings};
use crate::finding::Spot;
use crate::node::Value;
use crate::statement::{Element, Entry, Statement};
use crate::tables::{NO_SOURCE, NOT_OF_SERVICES, SERVICE_FORMAT, SOURCES, is_one};

const KINDS: [&str; 4] = ["AWS", "CanonicalUser", "Federated", "Service"];

pub(crate) fn look(analysis: &mut Analysis<'_>, statement: &Statement<'_>) {
    let Some(element) = &statement.principal else {
        return;
    };
    match analysis.kind {
        PolicyType::Identity => {
            let key = vec![element.spot.clone()];
            analysis
                .report
                .add(&UNSUPPORTED_PRINCIPAL, &["IDENTITY_POLICY"], key);
        }
        PolicyType::Resource => {
            form(analysis, element);
            for entry in &element.entries {
                named(analysis, statement, element, entry);
            }
            if element.negated && statement.allows == Some(true) && !analysis.trusts(statement) {
                let spots = vec![element.spot.clone()];
                analysis.report.add(&ALLOW_WITH_NOT_PRINCIPAL, &[], spots);
            }
            services(analysis, statement, element);
        }
        // The grammar of control policies says it in its own words.
        PolicyType::ServiceControl | PolicyType::ResourceControl => {}
    }
}

fn form(analysis: &mut Analysis<'_>, element: &Element<'_>) {
    let spot = &element.spot;
    match &element.value.value {
        Value::Text(text) if text == "*" => {}
        Value::Text(_) => analysis
            .report
            .add(&INVALID_PRINCIPAL_FORMAT, &[], vec![spot.clone()]),
        Value::Object(kinds) if kinds.is_empty() => {
            analysis
                .report
                .add(&EMPTY_OBJECT_PRINCIPAL, &[], vec![spot.clone()]);
        }
        Value::Object(kinds) => {
            for kind in kinds {
                let value = spot.at_value(kind);
                if !KINDS.contains(&kind.key.as_str()) {
                    let key = vec![spot.at_key(kind)];
                    analysis
                        .report
                        .add(&INVALID_PRINCIPAL_KEY, &[&kind.key], key);
                }
                if kind.value.is_empty_list() {
                    analysis
                        .report
                        .add(&EMPTY_ARRAY_PRINCIPAL, &[], vec![value]);
                } else {
                    strings(analysis, &value, &kind.value);
                }
            }
        }
        Value::List(items) if items.is_empty() => {
            analysis
                .report
                .add(&EMPTY_ARRAY_PRINCIPAL, &[], vec![spot.clone()]);
        }
        Value::List(_) => analysis
            .report
            .add(&INVALID_PRINCIPAL_FORMAT, &[], vec![spot.clone()]),
        _ => mismatch(analysis, spot, "String or Object"),
    }
}

/// One principal by its kind.
fn named(
    analysis: &mut Analysis<'_>,
    statement: &Statement<'_>,
    element: &Element<'_>,
    entry: &Entry<'_>,
) {
    let (text, spots) = (entry.text, || vec![entry.spot.clone()]);
    // Everyone is written with an asterisk, and nobody is excepted from everyone.
    let may_be_all = entry.kind == "AWS" && text == "*" && !element.negated;
    if KINDS.contains(&entry.kind) && text.contains(['*', '?']) && !may_be_all {
        analysis
            .report
            .add(&UNSUPPORTED_WILDCARD_IN_PRINCIPAL, &[entry.kind], spots());
        return;
    }
    match entry.kind {
        "AWS" if is_unique_id(text, "AROA") => {
            analysis
                .report
                .add(&INVALID_ROLE_REFERENCE, &[text], spots());
        }
        "AWS" if is_unique_id(text, "AIDA") => {
            analysis
                .report
                .add(&INVALID_USER_REFERENCE, &[text], spots());
        }
        "Service" if !is_service_principal(text) => {
            let words = [SERVICE_FORMAT];
            analysis
                .report
                .add(&INVALID_SERVICE_PRINCIPAL_FORMAT, &words, spots());
        }
        "Federated" if !analysis.trusts(statement) => {
            analysis
                .report
                .add(&FEDERATED_PRINCIPAL_NOT_SUPPORTED, &[], spots());
        }
        _ => {}
    }
}

fn is_unique_id(text: &str, prefix: &str) -> bool {
    text.starts_with(prefix) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// What tells whose requests a service makes (*The confused deputy problem*).
fn services(analysis: &mut Analysis<'_>, statement: &Statement<'_>, element: &Element<'_>) {
    let services: Vec<&Entry<'_>> = statement.principals("Service").collect();
    if services.is_empty() || element.negated || statement.allows != Some(true) {
        return;
    }
    let found = |keys: &[&str]| -> Vec<(String, Spot)> {
        let clauses = statement.clauses.iter();
        clauses
            .filter(|clause| is_one(keys, clause.key))
            .map(|clause| (clause.key.to_owned(), clause.key_spot.clone()))
            .collect()
    };
    let not_theirs = found(&NOT_OF_SERVICES);
    if !not_theirs.is_empty() {
        let (keys, spots): (Vec<_>, Vec<_>) = not_theirs.into_iter().unzip();
        let words = [keys.join(", ")];
        let check = &UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL;
        analysis.report.add(check, &[&words[0]], spots);
    }
    if analysis.trusts(statement) || statement.has_key(&SOURCES) {
        return;
    }
    if let Some((key, spot)) = found(&NO_SOURCE).into_iter().next() {
        for service in services {
            let prefix = service.text.split('.').next().unwrap_or_default();
            let spots = vec![service.spot.clone(), spot.clone()];
            let check = &RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL;
            analysis.report.add(check, &[prefix, &key], spots);
        }
        return;
    }
    for service in services {
        let spots = vec![service.spot.clone()];
        analysis
            .report
            .add(&RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL, &[], spots);
    }
}
