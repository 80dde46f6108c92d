//! Why, in words and as data.

use pretty_assertions::assert_eq;

use super::{USER, identity};
use crate::{
    Context, Decision, Holder, Layer, Miss, PolicySet, Request, Resource, Source, evaluate,
    explain, minimal_allow,
};

#[test]
fn every_statement_says_why_it_does_not_apply() {
    let policies = [identity(
        r#"{"Sid":"Write","Effect":"Allow","Action":"s3:Put*","Resource":"arn:aws:s3:::b/*"},
           {"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{
               "StringEquals":{"aws:PrincipalTag/team":"red"},
               "IpAddress":{"aws:SourceIp":"203.0.113.0/24"},
               "Bool":{"aws:SecureTransport":"true"}}}"#,
    )];
    let set = PolicySet {
        identity: &policies,
        ..PolicySet::default()
    };
    let mut context = Context::new();
    context.set("aws:SourceIp", "198.51.100.7");
    context.set("aws:SecureTransport", "true");
    let request = Request::new(USER, "s3:GetObject", "arn:aws:s3:::c/1", &context);
    let explanation = explain(&request, &set);
    assert_eq!(explanation.decision, Decision::ImplicitlyDenied);
    assert_eq!(explanation.layer, Layer::Identity);
    assert_eq!(
        explanation.reason.as_deref(),
        Some("because no identity-based policy allows the s3:GetObject action")
    );
    let words: Vec<Vec<String>> = explanation
        .statements
        .iter()
        .map(|statement| statement.misses.iter().map(ToString::to_string).collect())
        .collect();
    assert_eq!(
        words,
        [
            vec![
                r#"s3:GetObject is not within Action ["s3:Put*"]"#,
                r#"arn:aws:s3:::c/1 is not within Resource ["arn:aws:s3:::b/*"]"#,
            ],
            vec![
                r#"StringEquals of aws:PrincipalTag/team wants ["red"], the request does not carry the key"#,
                r#"IpAddress of aws:SourceIp wants ["203.0.113.0/24"], the request has ["198.51.100.7"]"#,
            ],
        ]
    );
    assert_eq!(explanation.statements[0].sid.as_deref(), Some("Write"));
    assert!(serde_json::to_value(&explanation).is_ok());
}

#[test]
fn an_unknown_operator_denies_and_says_so() {
    let context = Context::new();
    let request = Request::new(USER, "s3:GetObject", "arn:aws:s3:::b/1", &context);
    let unknown = r#""Action":"s3:*","Resource":"*","Condition":{
        "StringSoundsLike":{"a":"b"},"StringEquals":{"aws:username":"nobody"}}"#;

    let allow = [identity(&format!(r#"{{"Effect":"Allow",{unknown}}}"#))];
    let set = PolicySet {
        identity: &allow,
        ..PolicySet::default()
    };
    assert!(!evaluate(&request, &set).is_allowed());
    assert_eq!(
        explain(&request, &set).statements[0].misses,
        [Miss::UnknownOperator {
            operator: "StringSoundsLike".into()
        }]
    );

    let deny = [
        identity(r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#),
        identity(&format!(r#"{{"Effect":"Deny",{unknown}}}"#)),
    ];
    let set = PolicySet {
        identity: &deny,
        ..PolicySet::default()
    };
    let evaluation = evaluate(&request, &set);
    assert_eq!(evaluation.decision(), Decision::ExplicitlyDenied);
    assert_eq!(evaluation.unknown_operator(), Some("StringSoundsLike"));
    // It denies what it is about, not everything.
    let other = Request::new(
        USER,
        "iam:GetUser",
        "arn:aws:iam::123456789012:user/a",
        &context,
    );
    assert!(evaluate(&other, &set).is_allowed());
}

#[test]
fn sources_have_names() {
    let source = Source::managed(
        "arn:aws:iam::123456789012:policy/p1",
        Some(Holder::Group("devs".into())),
    );
    assert_eq!(
        source.to_string(),
        "policy arn:aws:iam::123456789012:policy/p1 (managed, attached to group devs)"
    );
}

#[test]
fn what_is_no_arn_is_named_by_a_star() {
    for name in ["policy path /", "*"] {
        let statement = minimal_allow("iam:ListPolicies", &Resource::literal(name));
        assert_eq!(statement["Resource"], "*");
        let policy = identity(&statement.to_string());
        assert!(super::allows(
            &policy,
            "iam:ListPolicies",
            name,
            &Context::new()
        ));
    }
}

#[test]
fn the_smallest_statement_allows_the_request_and_not_its_neighbour() {
    let context = Context::new();
    let name = "arn:aws:s3:::b/what?*${x}";
    let statement = minimal_allow("s3:GetObject", &Resource::literal(name));
    let policy = identity(&statement.to_string());
    assert!(super::allows(&policy, "s3:GetObject", name, &context));
    for (action, resource) in [
        ("s3:GetObject", "arn:aws:s3:::b/whatX*${x}"),
        ("s3:GetObject", "arn:aws:s3:::b/what?and more${x}"),
        ("s3:PutObject", name),
    ] {
        assert!(
            !super::allows(&policy, action, resource, &context),
            "{action} {resource}"
        );
    }
}
