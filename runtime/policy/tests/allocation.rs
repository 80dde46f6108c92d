//! Deciding takes no memory, as long as the resource is known in full.

use std::sync::Arc;

use allocation_counter::measure;
use stockade_policy::{
    Attached, Context, Policy, PolicyKind, PolicySet, Principal, Request, Source, evaluate,
};

fn policy(kind: PolicyKind, statements: &str) -> Attached {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
    let policy = Policy::parse(&text, kind).expect("the policy is well-formed");
    Attached::new(Arc::new(policy), Source::inline("test", None))
}

fn context() -> Context<'static> {
    let mut context = Context::new();
    context.set("aws:username", "ana");
    context.set("aws:PrincipalTag/team", "red");
    context.set("aws:PrincipalArn", "arn:aws:iam::123456789012:user/ana");
    context.set("aws:CurrentTime", "2026-11-24T10:00:00.5+01:00");
    context.set("aws:SourceIp", "203.0.113.9");
    context.set("aws:SecureTransport", "true");
    context.set("s3:max-keys", "10.50");
    context.set_many("aws:TagKeys", ["team", "stage"]);
    context
}

/// How often an evaluation with this identity-based policy takes memory; it must allow.
fn allocations(set: &PolicySet<'_>) -> u64 {
    let context = context();
    let ana = Principal::User {
        arn: "arn:aws:iam::123456789012:user/ana",
        account: "123456789012",
    };
    let mut allowed = false;
    let taken = measure(|| {
        let request = Request::new(
            ana,
            "s3:GetObject",
            "arn:aws:s3:::photos/ana/1.png",
            &context,
        );
        allowed = evaluate(&request, set).is_allowed();
    });
    assert!(allowed);
    taken.count_total
}

#[test]
fn an_allow_takes_no_memory() {
    let all = r#""Action":"*","Resource":"*""#;
    let conditions = [
        r#"{"StringEquals":{"aws:PrincipalTag/team":["blue","red"]}}"#,
        r#"{"StringEqualsIgnoreCase":{"aws:username":"ANA"}}"#,
        r#"{"StringLike":{"aws:PrincipalTag/team":"*e?"}}"#,
        r#"{"StringNotEquals":{"aws:PrincipalTag/team":"${aws:username}"}}"#,
        r#"{"ForAllValues:StringLike":{"aws:TagKeys":["team","st*"]}}"#,
        r#"{"NumericLessThan":{"s3:max-keys":"10.6"}}"#,
        r#"{"DateLessThan":{"aws:CurrentTime":"2030-01-01T00:00:00Z"}}"#,
        r#"{"Bool":{"aws:SecureTransport":"true"}}"#,
        r#"{"IpAddress":{"aws:SourceIp":["10.0.0.0/8","203.0.113.0/24"]}}"#,
        r#"{"ArnLike":{"aws:PrincipalArn":"arn:*:iam::*:user/*"}}"#,
        r#"{"Null":{"aws:SourceArn":"true"}}"#,
    ]
    .map(|condition| format!(r#"{all},"Condition":{condition}"#));
    let elements = [
        r#""Action":"s3:GetObject","Resource":"arn:aws:s3:::photos/*""#,
        r#""Action":["s3:Put*","S3:*OBJECT"],"Resource":["arn:aws:sns:*:*:*","arn:aws:s3:*:*:p?otos/*.png"]"#,
        r#""NotAction":"iam:*","NotResource":"arn:aws:s3:::other/*""#,
        r#""Action":"s3:Get*","Resource":"arn:aws:s3:::photos/${aws:username}/*""#,
    ]
    .map(str::to_owned);
    for rest in elements.into_iter().chain(conditions) {
        let identity = [policy(
            PolicyKind::Identity,
            &format!(r#"{{"Effect":"Allow",{rest}}}"#),
        )];
        let set = PolicySet {
            identity: &identity,
            ..PolicySet::default()
        };
        assert_eq!(allocations(&set), 0, "{rest}");
    }
}

#[test]
fn many_statements_and_layers_take_none_either() {
    let others = (0..50).map(|number| {
        format!(
            r#"{{"Effect":"Deny","Action":["s3:Get{number}*","svc{number}:*"],"Resource":"arn:aws:s3:::bucket{number}/*"}}"#
        )
    });
    let allow = r#"{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}"#.to_owned();
    let statements: Vec<String> = others.chain([allow.clone()]).collect();
    let identity = [policy(PolicyKind::Identity, &statements.join(","))];
    let boundary = policy(PolicyKind::Boundary, &allow);
    let session = [policy(PolicyKind::Session, &allow)];
    let resource = [policy(
        PolicyKind::Resource,
        r#"{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"*","Resource":"*"}"#,
    )];
    let set = PolicySet {
        identity: &identity,
        boundary: Some(&boundary),
        session: Some(&session),
        resource: &resource,
        ..PolicySet::default()
    };
    assert_eq!(allocations(&set), 0);
}
