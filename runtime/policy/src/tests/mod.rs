//! Behaviour of the whole: documents in, decisions out.

mod evaluation;
mod explanation;
mod grammar;
mod opaque;
mod principals;
mod properties;
mod speed;
mod variables;

use std::sync::Arc;

use crate::{
    Attached, Context, Decision, Evaluation, Policy, PolicyKind, PolicySet, Principal, Request,
    Source, evaluate,
};

pub(crate) const ACCOUNT: &str = "123456789012";
pub(crate) const OTHER: &str = "444455556666";

pub(crate) const USER: Principal<'static> = Principal::User {
    arn: "arn:aws:iam::123456789012:user/ana",
    account: ACCOUNT,
};
pub(crate) const SESSION: Principal<'static> = Principal::AssumedRole {
    role_arn: "arn:aws:iam::123456789012:role/app",
    session_arn: "arn:aws:sts::123456789012:assumed-role/app/one",
    account: ACCOUNT,
};

/// A policy of version 2012-10-17 with these statements.
pub(crate) fn policy(kind: PolicyKind, statements: &str) -> Attached {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
    let policy = Policy::parse(&text, kind).unwrap_or_else(|error| {
        panic!(
            "{text}: {error}: {} at {}",
            error.detail(),
            error.position()
        )
    });
    Attached::new(Arc::new(policy), Source::inline("test", None))
}

pub(crate) fn identity(statements: &str) -> Attached {
    policy(PolicyKind::Identity, statements)
}

pub(crate) fn resource(statements: &str) -> Attached {
    policy(PolicyKind::Resource, statements)
}

/// The outcome of one evaluation, without its borrows.
pub(crate) fn outcome(evaluation: &Evaluation<'_>) -> String {
    match evaluation.decision() {
        Decision::Allowed => format!("allowed by {}", evaluation.layer().name()),
        _ => evaluation.aws_reason().unwrap_or_default(),
    }
}

/// Decides `s3:GetObject` on `arn:aws:s3:::photos/a.png`.
pub(crate) fn get_object(principal: Principal<'_>, set: &PolicySet<'_>) -> String {
    let context = Context::new();
    let request = Request::new(
        principal,
        "s3:GetObject",
        "arn:aws:s3:::photos/a.png",
        &context,
    );
    outcome(&evaluate(&request, set))
}

/// Whether a single identity-based statement of `Effect` Allow lets the request through.
pub(crate) fn allows(
    statement: &Attached,
    action: &str,
    resource: &str,
    context: &Context<'_>,
) -> bool {
    let set = PolicySet {
        identity: std::slice::from_ref(statement),
        ..PolicySet::default()
    };
    evaluate(&Request::new(USER, action, resource, context), &set).is_allowed()
}
