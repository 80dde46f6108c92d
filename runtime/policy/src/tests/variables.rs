//! *IAM policy elements: Variables and tags*.

use super::{allows, identity};
use crate::{Attached, Context, Policy, PolicyKind, PolicySet, Request, Source, evaluate};

fn home(resource: &str) -> Attached {
    identity(&format!(
        r#"{{"Effect":"Allow","Action":"s3:GetObject","Resource":"{resource}"}}"#
    ))
}

fn ana() -> Context<'static> {
    let mut context = Context::new();
    context.set("aws:username", "ana");
    context.set("aws:PrincipalTag/odd", "*");
    context.set_many("aws:TagKeys", ["a", "b"]);
    context
}

#[test]
fn resources() {
    for (pattern, resource, expected) in [
        ("b/${aws:username}/*", "b/ana/x", true),
        ("b/${aws:username}/*", "b/bo/x", false),
        ("b/${AWS:UserName}/*", "b/ana/x", true),
        // Absent, with and without a default.
        ("b/${aws:PrincipalTag/team}/*", "b//x", false),
        ("b/${aws:PrincipalTag/team, 'none'}/*", "b/none/x", true),
        ("b/${aws:username, 'none'}/*", "b/none/x", false),
        // A default without quotes is none.
        ("b/${aws:PrincipalTag/team, none}/*", "b/none/x", false),
        // A multi-valued key has no value to put in.
        ("b/${aws:TagKeys}", "b/a", false),
        // A value brings no wildcard in.
        ("b/${aws:PrincipalTag/odd}", "b/x", false),
        ("b/${aws:PrincipalTag/odd}", "b/*", true),
        // Escapes.
        ("b/${*}", "b/*", true),
        ("b/${*}", "b/x", false),
        ("b/${?}x", "b/?x", true),
        ("b/${?}x", "b/yx", false),
        ("b/${$}{aws:username}", "b/${aws:username}", true),
        // No end: text.
        ("b/${aws:username", "b/${aws:username", true),
    ] {
        let policy = home(&format!("arn:aws:s3:::{pattern}"));
        let resource = format!("arn:aws:s3:::{resource}");
        assert_eq!(
            allows(&policy, "s3:GetObject", &resource, &ana()),
            expected,
            "{pattern} {resource}"
        );
    }
}

#[test]
fn the_older_version_has_no_variables() {
    let text = r#"{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject",
        "Resource":"arn:aws:s3:::b/${aws:username}/*"}}"#;
    let policy = Attached::new(
        Policy::parse(text, PolicyKind::Identity).unwrap().into(),
        Source::inline("old", None),
    );
    let allows = |resource| allows(&policy, "s3:GetObject", resource, &ana());
    assert!(!allows("arn:aws:s3:::b/ana/x"));
    assert!(allows("arn:aws:s3:::b/${aws:username}/x"));
}

#[test]
fn an_allow_of_all_but_something_unknown_does_not_apply() {
    let policy = identity(
        r#"{"Effect":"Allow","Action":"s3:GetObject","NotResource":"arn:aws:s3:::b/${aws:PrincipalTag/team}"}"#,
    );
    assert!(!allows(&policy, "s3:GetObject", "arn:aws:s3:::b/x", &ana()));
}

#[test]
fn a_deny_of_all_but_something_unknown_applies() {
    let policies = [
        identity(r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#),
        identity(
            r#"{"Effect":"Deny","Action":"*","NotResource":"arn:aws:s3:::b/${aws:PrincipalTag/team}"}"#,
        ),
    ];
    let context = ana();
    let request = Request::new(super::USER, "s3:GetObject", "arn:aws:s3:::b/x", &context);
    let set = PolicySet {
        identity: &policies,
        ..PolicySet::default()
    };
    assert!(!evaluate(&request, &set).is_allowed());
}

#[test]
fn conditions() {
    for (condition, expected) in [
        (
            r#"{"StringEquals":{"aws:username":"${aws:username}"}}"#,
            true,
        ),
        (
            r#"{"StringLike":{"aws:username":"${aws:PrincipalTag/odd}"}}"#,
            false,
        ),
        (
            r#"{"StringEquals":{"aws:username":"${aws:PrincipalTag/team}"}}"#,
            false,
        ),
        // Nothing is known to differ, so the Allow does not apply.
        (
            r#"{"StringNotEquals":{"aws:username":"${aws:PrincipalTag/team}"}}"#,
            false,
        ),
        (
            r#"{"StringEquals":{"aws:username":["${aws:PrincipalTag/team}","ana"]}}"#,
            true,
        ),
    ] {
        let policy = identity(&format!(
            r#"{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{condition}}}"#
        ));
        assert_eq!(
            allows(&policy, "s3:GetObject", "arn:aws:s3:::b/x", &ana()),
            expected,
            "{condition}"
        );
    }
}

#[test]
fn who_reads_the_context() {
    let statement = |rest: &str| {
        let resource = "arn:aws:s3:::b/x";
        let plain = format!(r#""Resource":"{resource}""#);
        let rest = if rest.contains("Resource") {
            rest.to_owned()
        } else {
            format!("{plain}{rest}")
        };
        identity(&format!(
            r#"{{"Effect":"Allow","Action":"s3:Get*",{rest}}}"#
        ))
    };
    let reads = |policy: &Attached, action: &str| {
        let set = PolicySet {
            boundary: Some(policy),
            ..PolicySet::default()
        };
        set.reads_context(action)
    };
    let variable = r#""NotResource":["arn:aws:s3:::a","arn:aws:s3:::${aws:username}"]"#;
    let condition = r#","Condition":{"Bool":{"aws:SecureTransport":"true"}}"#;
    for (policy, expected) in [
        (statement(""), false),
        (statement(r#""Resource":"arn:aws:s3:::${*}""#), false),
        (statement(variable), true),
        (statement(condition), true),
    ] {
        assert_eq!(
            reads(&policy, "s3:GetObject"),
            expected,
            "{}",
            policy.policy.text()
        );
        assert!(!reads(&policy, "s3:PutObject"), "{}", policy.policy.text());
    }
}
