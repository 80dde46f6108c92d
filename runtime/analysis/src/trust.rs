//! What role trust policies say more (*Role trust policies and permissions*; *Create a role for third-party identity
//! providers*).

use crate::arn::Arn;
use crate::checks::{
    FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE, INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY,
    MISMATCHED_ACTION_FOR_PRINCIPAL, MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY,
    MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL, MISSING_GITHUB_REPO_CONDITION_KEY,
    REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY, ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL,
    ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE, ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL,
    SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED,
};
use crate::document::Analysis;
use crate::finding::Spot;
use crate::statement::{Element, Entry, Statement};
use crate::tables::{
    ASSUME_ROLE, GITHUB, ROLES_ANYWHERE, ROLES_ANYWHERE_ACTIONS, WITH_SAML, WITH_WEB_IDENTITY,
};
use stockade_policy::language::Set;

pub(crate) fn look(analysis: &mut Analysis<'_>, statement: &Statement<'_>) {
    if !analysis.trusts(statement) {
        return;
    }
    if let Some(resources) = &statement.resources
        && analysis.is_trust
    {
        let spots = vec![resources.spot.clone()];
        analysis
            .report
            .add(&ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE, &[], spots);
    }
    let Some(principal) = &statement.principal else {
        return;
    };
    let spots = || vec![principal.spot.clone()];
    if principal.negated {
        analysis
            .report
            .add(&ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL, &[], spots());
        return;
    }
    if analysis.is_trust && principal.value.text() == Some("*") {
        let check = &ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL;
        analysis.report.add(check, &[], spots());
    }
    for entry in statement.principals("Federated") {
        if provider(entry.text).is_none() && !entry.text.contains(['*', '?']) {
            let check = &INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY;
            analysis.report.add(check, &[], vec![entry.spot.clone()]);
        }
    }
    redundant(analysis, statement);
    audiences(analysis, statement);
    if statement.allows == Some(true)
        && let Some(actions) = &statement.actions
        && !actions.negated
    {
        mismatched(analysis, principal, actions);
        roles_anywhere(analysis, statement, actions);
        providers(analysis, statement, actions);
    }
}

/// An identity provider as a principal names it.
enum Provider<'t> {
    Saml,
    /// Its keys begin with this.
    OpenId(&'t str),
}

fn provider(text: &str) -> Option<Provider<'_>> {
    if text.starts_with("arn:") {
        let arn = Arn::parse(text)?;
        let name = |kind: &str| {
            arn.resource
                .strip_prefix(kind)
                .filter(|name| !name.is_empty())
        };
        return match (arn.service, name("saml-provider/"), name("oidc-provider/")) {
            ("iam", Some(_), _) => Some(Provider::Saml),
            ("iam", _, Some(url)) => Some(Provider::OpenId(url)),
            _ => None,
        };
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
    let host = text.split('/').next().unwrap_or_default();
    let is_domain = host.contains('.') && host.split('.').all(|label| !label.is_empty());
    (is_domain && host.bytes().all(plain)).then_some(Provider::OpenId(text))
}

/// Who cannot take an action: each action that makes sessions is for one kind of principal.
fn mismatched(analysis: &mut Analysis<'_>, principal: &Element<'_>, actions: &Element<'_>) {
    for action in &actions.entries {
        let is = |name: &str| action.text.eq_ignore_ascii_case(name);
        let fits = |entry: &Entry<'_>| match (entry.kind, provider(entry.text)) {
            ("Federated", Some(Provider::Saml)) => is(WITH_SAML),
            ("Federated", Some(Provider::OpenId(_))) => is(WITH_WEB_IDENTITY),
            // What has no form is told of as such; everyone may do what they can.
            ("Federated", None) | ("", _) => true,
            _ => is(ASSUME_ROLE) || entry.text == "*",
        };
        if !is(ASSUME_ROLE) && !is(WITH_SAML) && !is(WITH_WEB_IDENTITY) {
            continue;
        }
        let strangers: Vec<&Entry<'_>> = principal
            .entries
            .iter()
            .filter(|entry| !fits(entry))
            .collect();
        if strangers.is_empty() {
            continue;
        }
        let names: Vec<&str> = strangers.iter().map(|entry| entry.text).collect();
        let others = strangers.iter().map(|entry| entry.spot.clone());
        let spots: Vec<Spot> = std::iter::once(action.spot.clone()).chain(others).collect();
        let words = [names.join(", ")];
        let check = &MISMATCHED_ACTION_FOR_PRINCIPAL;
        analysis.report.add(check, &[action.text, &words[0]], spots);
    }
}

fn roles_anywhere(analysis: &mut Analysis<'_>, statement: &Statement<'_>, actions: &Element<'_>) {
    let has = |name: &&str| {
        let mut entries = actions.entries.iter();
        entries.any(|entry| crate::actions::speaks_of(entry.text, name))
    };
    let service = statement
        .principals("Service")
        .find(|entry| entry.text == ROLES_ANYWHERE);
    if let Some(service) = service
        && !ROLES_ANYWHERE_ACTIONS.iter().all(has)
    {
        let spots = vec![actions.spot.clone(), service.spot.clone()];
        analysis
            .report
            .add(&MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY, &[], spots);
    }
}

/// Conditions that tell whose tokens are taken.
fn providers(analysis: &mut Analysis<'_>, statement: &Statement<'_>, actions: &Element<'_>) {
    let speaks = |entry: &Entry<'_>| entry.text.eq_ignore_ascii_case(WITH_WEB_IDENTITY);
    if !actions.entries.iter().any(speaks) {
        return;
    }
    let about = |url: &str, claim: &str| {
        let prefix = format!("{url}:{claim}");
        let mut clauses = statement.clauses.iter();
        clauses.any(|clause| {
            clause
                .key
                .get(..prefix.len())
                .is_some_and(|key| key.eq_ignore_ascii_case(&prefix))
        })
    };
    for entry in statement.principals("Federated") {
        let Some(Provider::OpenId(url)) = provider(entry.text) else {
            continue;
        };
        if !about(url, "") {
            let spots = vec![entry.spot.clone()];
            analysis
                .report
                .add(&MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL, &[], spots);
        }
        if url.eq_ignore_ascii_case(GITHUB) && !about(url, "sub") {
            let spots = vec![entry.spot.clone()];
            analysis
                .report
                .add(&MISSING_GITHUB_REPO_CONDITION_KEY, &[], spots);
        }
    }
    let subject = format!("{GITHUB}:sub");
    for clause in &statement.clauses {
        if !clause.key.eq_ignore_ascii_case(&subject) || about(GITHUB, "ref") {
            continue;
        }
        for value in clause
            .values
            .iter()
            .filter(|value| value.text.contains(['*', '?']))
        {
            let spots = vec![value.spot.clone()];
            analysis
                .report
                .add(&SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED, &[], spots);
        }
    }
}

/// Whom a token is for is one value.
fn audiences(analysis: &mut Analysis<'_>, statement: &Statement<'_>) {
    for clause in &statement.clauses {
        let of_set = clause.operator.and_then(|operator| operator.set);
        if clause.key.to_ascii_lowercase().ends_with(":aud") && of_set == Some(Set::AnyValue) {
            let spots = vec![clause.key_spot.clone()];
            analysis
                .report
                .add(&FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE, &[clause.key], spots);
        }
    }
}

/// Sessions of roles that are principals themselves.
fn redundant(analysis: &mut Analysis<'_>, statement: &Statement<'_>) {
    let roles: Vec<(&str, &str, &Entry<'_>)> = statement
        .principals("AWS")
        .filter_map(|entry| {
            let arn = Arn::parse(entry.text).filter(|arn| arn.service == "iam")?;
            let name = arn.resource.strip_prefix("role/")?.rsplit('/').next()?;
            Some((arn.account, name, entry))
        })
        .collect();
    for entry in statement.principals("AWS") {
        let Some(arn) = Arn::parse(entry.text) else {
            continue;
        };
        let session = arn.resource.strip_prefix("assumed-role/");
        let Some((name, _)) = session.and_then(|session| session.split_once('/')) else {
            continue;
        };
        let parent = roles
            .iter()
            .find(|(account, role, _)| *account == arn.account && *role == name);
        if let Some((_, _, role)) = parent {
            let spots = vec![entry.spot.clone(), role.spot.clone()];
            let words = [entry.text, role.text];
            analysis
                .report
                .add(&REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY, &words, spots);
        }
    }
}
