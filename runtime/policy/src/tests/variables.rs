//! Variables where AWS's documents say nothing, and where a value cannot be told. What they say is in `tests/policy/variables.toml`.

use super::{allows, identity, policy};
use crate::{Attached, Context, PolicyKind, PolicySet, Request, evaluate};

fn ana() -> Context<'static> {
    let mut context = Context::new();
    context.set("aws:username", "ana");
    context.set_many("aws:TagKeys", ["a", "b"]);
    context.set_unknown("aws:ResourceTag/", "tags are not kept here");
    context
}

#[test]
fn what_is_not_a_variable_is_text_and_a_default_has_quotes() {
    for (pattern, name, expected) in [
        ("b/${aws:username", "b/${aws:username", true),
        ("b/${aws:PrincipalTag/team, none}/*", "b/none/x", false),
    ] {
        let policy = identity(&format!(
            r#"{{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::{pattern}"}}"#
        ));
        let name = format!("arn:aws:s3:::{name}");
        assert_eq!(
            allows(&policy, "s3:GetObject", &name, &ana()),
            expected,
            "{pattern} {name}"
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

/// A key with several values has none that could be put in, and neither has one that nobody here can tell.
#[test]
fn a_value_that_cannot_be_told_never_allows_and_always_denies() {
    let full = identity(r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#);
    let context = ana();
    let request = Request::new(super::USER, "s3:GetObject", "arn:aws:s3:::b/x", &context);
    for variable in ["${aws:TagKeys}", "${aws:ResourceTag/team}"] {
        let elsewhere = format!(r#""NotResource":"arn:aws:s3:::b/{variable}""#);
        let differs = format!(
            r#""Resource":"*","Condition":{{"StringNotEquals":{{"aws:username":"{variable}"}}}}"#
        );
        for rest in [elsewhere, differs] {
            let allow = identity(&format!(r#"{{"Effect":"Allow","Action":"*",{rest}}}"#));
            assert!(
                !allows(&allow, "s3:GetObject", "arn:aws:s3:::b/x", &context),
                "{rest}"
            );
            let deny = policy(
                PolicyKind::Identity,
                &format!(r#"{{"Effect":"Deny","Action":"*",{rest}}}"#),
            );
            let both = [full.clone(), deny];
            let set = PolicySet {
                identity: &both,
                ..PolicySet::default()
            };
            assert!(!evaluate(&request, &set).is_allowed(), "{rest}");
        }
    }
}
