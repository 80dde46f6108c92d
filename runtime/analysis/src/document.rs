//! The document and its statements.

use std::collections::BTreeSet;

use stockade_policy::language::ELEMENTS;

use crate::authority::Authority;
use crate::checks::{
    Check, DATA_TYPE_MISMATCH, EMPTY_SID_VALUE, INVALID_EFFECT, INVALID_POLICY_ELEMENT,
    INVALID_VERSION, JSON_SYNTAX_ERROR, MISSING_ACTION, MISSING_EFFECT, MISSING_PRINCIPAL,
    MISSING_RESOURCE, MISSING_STATEMENT, MISSING_VERSION,
    POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA, POLICY_SIZE_EXCEEDS_RCP_QUOTA,
    POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA, POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA,
    POLICY_SIZE_EXCEEDS_SCP_QUOTA, UNIQUE_SIDS_RECOMMENDED, UNIQUE_SIDS_REQUIRED,
    UNSUPPORTED_ELEMENT_COMBINATION, UNSUPPORTED_SID,
};
use crate::finding::{Finding, Report, Spot};
use crate::node::{Malformed, Member, Node, Value};
use crate::redundancy::Redundant;
use crate::statement::{Element, Entry, Statement, member, spots};
use crate::tables::{ATTACHED, Attached, FEDERATION};
use crate::{
    actions, attached, condition, control, principals, redundancy, resources, roles, trust,
    variables,
};

/// The versions of the language.
const VERSIONS: [&str; 2] = ["2012-10-17", "2008-10-17"];
/// The most characters but white space of a role's inline policies together, the greatest quota of an identity's (*IAM and
/// AWS STS quotas*).
const IDENTITY_QUOTA: usize = 10_240;
/// The same of a trust policy, unless the quota was raised.
const TRUST_QUOTA: usize = 2_048;
/// The most characters of a control policy (*Quotas for AWS Organizations*).
const CONTROL_QUOTA: usize = 5_120;
/// The type of resource that stands for trust policies.
const TRUST: &str = "AWS::IAM::AssumeRolePolicyDocument";

/// What a document is meant to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyType {
    /// A policy of a user, group or role.
    Identity,
    /// A policy of a resource, a role's trust policy included.
    Resource,
    /// A service control policy.
    ServiceControl,
    /// A resource control policy.
    ResourceControl,
}

/// What an analysis knows while it goes through a document.
pub(crate) struct Analysis<'a> {
    pub(crate) authority: &'a Authority<'a>,
    pub(crate) kind: PolicyType,
    /// The type of resource that the policy is attached to, where its checks are known.
    pub(crate) attached: Option<&'static Attached>,
    /// Whether the policy is said to be a trust policy.
    pub(crate) is_trust: bool,
    /// Whether `${…}` is a variable.
    pub(crate) has_variables: bool,
    pub(crate) report: Report,
}

impl Analysis<'_> {
    /// Whether a statement is one of a trust policy: the policy is said to be one, or the statement is about
    /// nothing else than sessions.
    pub(crate) fn trusts(&self, statement: &Statement<'_>) -> bool {
        self.is_trust
            || (self.kind == PolicyType::Resource
                && self.attached.is_none()
                && statement.is_about(FEDERATION))
    }
}

/// What is to be said of a policy, in the order of the places that it is about.
///
/// `resource_type` is the type of resource that the policy is for, as CloudFormation names it.
#[must_use]
pub fn validate(
    text: &str,
    kind: PolicyType,
    resource_type: Option<&str>,
    authority: &Authority<'_>,
) -> Vec<Finding> {
    let mut analysis = Analysis {
        authority,
        kind,
        attached: ATTACHED.iter().find(|one| Some(one.name) == resource_type),
        is_trust: resource_type == Some(TRUST),
        has_variables: false,
        report: Report::default(),
    };
    let spot = |span| Spot {
        path: Vec::new(),
        span,
    };
    match Node::parse(text) {
        Ok(node) => document(&mut analysis, text, &spot(node.span.clone()), &node),
        Err(Malformed::Text(span)) => {
            analysis
                .report
                .add(&JSON_SYNTAX_ERROR, &[""], vec![spot(span)]);
        }
        Err(Malformed::At(at)) => {
            let mut findings = {
                analysis
                    .report
                    .add(&JSON_SYNTAX_ERROR, &[""], vec![spot(at..at)]);
                analysis.report.finish(text)
            };
            for finding in &mut findings {
                if let Some(location) = finding.locations.first() {
                    let place = location.start;
                    let words = format!(
                        " at index {} line {} column {}",
                        place.offset, place.line, place.column
                    );
                    finding.details = JSON_SYNTAX_ERROR.details(&[&words]);
                }
            }
            return findings;
        }
    }
    analysis.report.finish(text)
}

fn document(analysis: &mut Analysis<'_>, text: &str, root: &Spot, node: &Node) {
    let Value::Object(members) = &node.value else {
        mismatch(analysis, root, "Object");
        return;
    };
    elements(analysis, root, members, &["Version", "Id", "Statement"]);
    version(analysis, root, members);
    if let Some(id) = member(members, "Id")
        && id.value.text().is_none()
    {
        mismatch(analysis, &root.at_value(id), "String");
    }
    let whole = Spot {
        path: Vec::new(),
        span: 0..text.len(),
    };
    let statement = member(members, "Statement");
    let mut statements = Vec::new();
    match statement {
        Some(statement) if !statement.value.is_empty_list() => {
            let spot = root.at_value(statement);
            for (spot, item) in spots(&spot, &statement.value) {
                match item.members() {
                    Some(members) => statements.push(Statement::read(spot, item, members)),
                    None => mismatch(analysis, &spot, "Object"),
                }
            }
        }
        _ => analysis
            .report
            .add(&MISSING_STATEMENT, &[], vec![root.clone()]),
    }
    size(analysis, text, &whole, &statements);
    sids(analysis, &statements);
    for statement in &statements {
        look(analysis, statement);
    }
    redundancy::of_statements(analysis, &statements);
}

/// All that one statement is looked at for.
fn look(analysis: &mut Analysis<'_>, statement: &Statement<'_>) {
    elements(analysis, &statement.spot, statement.members, &ELEMENTS);
    effect(analysis, statement);
    presence(analysis, statement);
    principals::look(analysis, statement);
    actions::look(analysis, statement);
    resources::look(analysis, statement);
    condition::look(analysis, statement);
    variables::look(analysis, statement);
    roles::look(analysis, statement);
    trust::look(analysis, statement);
    attached::look(analysis, statement);
    control::look(analysis, statement);
}

/// Refuses members that are unknown, and those that are there twice, as no JSON object of a policy may have them.
fn elements(analysis: &mut Analysis<'_>, spot: &Spot, members: &[Member], known: &[&str]) {
    let mut seen = BTreeSet::new();
    for member in members {
        let key = || vec![spot.at_key(member)];
        if !known.contains(&member.key.as_str()) {
            let words = [member.key.as_str()];
            analysis.report.add(&INVALID_POLICY_ELEMENT, &words, key());
        } else if !seen.insert(&member.key) {
            analysis.report.add(&JSON_SYNTAX_ERROR, &[""], key());
        }
    }
}

fn version(analysis: &mut Analysis<'_>, root: &Spot, members: &[Member]) {
    let Some(version) = member(members, "Version") else {
        analysis
            .report
            .add(&MISSING_VERSION, &[], vec![root.clone()]);
        return;
    };
    let spot = root.at_value(version);
    match version.value.text() {
        Some(text) if VERSIONS.contains(&text) => analysis.has_variables = text == VERSIONS[0],
        Some(text) => {
            let words = [text, &VERSIONS.join(", ")];
            analysis.report.add(&INVALID_VERSION, &words, vec![spot]);
        }
        None => mismatch(analysis, &spot, "String"),
    }
}

fn size(analysis: &mut Analysis<'_>, text: &str, whole: &Spot, statements: &[Statement<'_>]) {
    let printed = text.chars().filter(|c| !c.is_whitespace()).count();
    let all = text.chars().count();
    let is_trust = statements
        .iter()
        .any(|statement| analysis.trusts(statement));
    let (check, size, quota) = match analysis.kind {
        PolicyType::Identity => (
            &POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA,
            printed,
            IDENTITY_QUOTA,
        ),
        PolicyType::ServiceControl => (&POLICY_SIZE_EXCEEDS_SCP_QUOTA, all, CONTROL_QUOTA),
        PolicyType::ResourceControl => (&POLICY_SIZE_EXCEEDS_RCP_QUOTA, all, CONTROL_QUOTA),
        PolicyType::Resource if is_trust => (
            &POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA,
            printed,
            TRUST_QUOTA,
        ),
        PolicyType::Resource => match analysis.attached {
            Some(attached) => (
                &POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA,
                all,
                attached.quota,
            ),
            None => return,
        },
    };
    if size > quota {
        let words = [size.to_string(), quota.to_string()];
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        analysis.report.add(check, &words, vec![whole.clone()]);
    }
}

fn sids(analysis: &mut Analysis<'_>, statements: &[Statement<'_>]) {
    let mut seen = BTreeSet::new();
    for statement in statements {
        let Some(sid) = member(statement.members, "Sid") else {
            continue;
        };
        let spot = statement.spot.at_value(sid);
        let Some(text) = sid.value.text() else {
            mismatch(analysis, &spot, "String");
            continue;
        };
        let strict = analysis.kind != PolicyType::Resource;
        if text.is_empty() {
            analysis
                .report
                .add(&EMPTY_SID_VALUE, &[], vec![spot.clone()]);
        } else if seen.contains(text) {
            let check = if strict || analysis.trusts(statement) {
                &UNIQUE_SIDS_REQUIRED
            } else {
                &UNIQUE_SIDS_RECOMMENDED
            };
            analysis.report.add(check, &[], vec![spot.clone()]);
        }
        if strict && !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            analysis.report.add(&UNSUPPORTED_SID, &[], vec![spot]);
        }
        seen.insert(text);
    }
}

fn effect(analysis: &mut Analysis<'_>, statement: &Statement<'_>) {
    let Some(effect) = member(statement.members, "Effect") else {
        analysis
            .report
            .add(&MISSING_EFFECT, &[], vec![statement.spot.clone()]);
        return;
    };
    let spot = statement.spot.at_value(effect);
    match effect.value.text() {
        Some("Allow" | "Deny") => {}
        Some(text) => analysis.report.add(&INVALID_EFFECT, &[text], vec![spot]),
        None => mismatch(analysis, &spot, "String"),
    }
}

/// Elements that must be there, and those that exclude each other.
fn presence(analysis: &mut Analysis<'_>, statement: &Statement<'_>) {
    for (plain, negative) in [
        ("Action", "NotAction"),
        ("Resource", "NotResource"),
        ("Principal", "NotPrincipal"),
    ] {
        let both = [plain, negative].map(|name| member(statement.members, name));
        if let [Some(one), Some(other)] = both {
            let spots = [one, other].map(|member| statement.spot.at_key(member));
            let words = [plain, negative];
            analysis
                .report
                .add(&UNSUPPORTED_ELEMENT_COMBINATION, &words, spots.to_vec());
        }
    }
    let trusts = analysis.trusts(statement);
    let needs_principal = matches!(
        analysis.kind,
        PolicyType::Resource | PolicyType::ResourceControl
    );
    for (missing, check) in [
        (statement.actions.is_none(), &MISSING_ACTION),
        (statement.resources.is_none() && !trusts, &MISSING_RESOURCE),
        (
            statement.principal.is_none() && needs_principal,
            &MISSING_PRINCIPAL,
        ),
    ] {
        if missing {
            analysis
                .report
                .add(check, &[], vec![statement.spot.clone()]);
        }
    }
}

/// A value is not of the type that belongs there.
pub(crate) fn mismatch(analysis: &mut Analysis<'_>, spot: &Spot, expected: &str) {
    analysis
        .report
        .add(&DATA_TYPE_MISMATCH, &[expected], vec![spot.clone()]);
}

/// Strings belong into an element, one or a list of them.
pub(crate) fn strings(analysis: &mut Analysis<'_>, spot: &Spot, node: &Node) {
    for (spot, item) in spots(spot, node) {
        if item.text().is_none() {
            let expected = if node.is_list() {
                "String"
            } else {
                "String or String Array"
            };
            mismatch(analysis, &spot, expected);
        }
    }
}

/// An element's strings: that there are some, each by itself, and whether others cover them.
pub(crate) fn entries(
    analysis: &mut Analysis<'_>,
    element: &Element<'_>,
    empty: &'static Check,
    known: fn(&mut Analysis<'_>, &Entry<'_>),
    of: Redundant,
) {
    if element.value.is_empty_list() {
        analysis.report.add(empty, &[], vec![element.spot.clone()]);
        return;
    }
    strings(analysis, &element.spot, element.value);
    for entry in &element.entries {
        known(analysis, entry);
    }
    redundancy::of_entries(analysis, &element.entries, of);
}
