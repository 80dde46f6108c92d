//! Texts, documents and names that nobody means: everything gets an answer, and nothing panics.

use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};
use stockade_policy::{
    Attached, Context, Policy, PolicyKind, PolicySet, Principal, Request, Rules, Source, evaluate,
    explain,
};

use crate::generate::{Of, policy};
use crate::printed::printed;

const KINDS: [PolicyKind; 10] = [
    PolicyKind::Identity,
    PolicyKind::Managed,
    PolicyKind::Boundary,
    PolicyKind::Session,
    PolicyKind::Resource,
    PolicyKind::ResourceImplied,
    PolicyKind::Trust,
    PolicyKind::ServiceControl,
    PolicyKind::ResourceControl,
    PolicyKind::VpcEndpoint,
];

/// Parses the text as every kind of policy, and asks about what is accepted.
fn take(text: &str, action: &str, resource: &str) {
    let mut context = Context::new();
    context.set("aws:username", "ana");
    context.set_many("aws:TagKeys", ["a", "b"]);
    context.set("s3:max-keys", "ten");
    for kind in KINDS {
        if let Err(error) = Policy::parse_strict(text, kind) {
            assert!(!error.message().is_empty(), "{text}");
            let _ = error.position().to_string();
        }
        let Ok(policy) = Policy::parse(text, kind) else {
            continue;
        };
        let _ = printed(&policy);
        let attached = [Attached::new(
            Arc::new(policy),
            Source::inline("strange", None),
        )];
        let set = PolicySet {
            identity: &attached,
            resource: &attached,
            session: Some(&attached),
            rules: Rules {
                resource_account: Some("111122223333"),
                ..Rules::default()
            },
            ..PolicySet::default()
        };
        for principal in [
            Principal::Anonymous,
            Principal::User {
                arn: "arn:aws:iam::111122223333:user/ana",
                account: "111122223333",
            },
        ] {
            let request = Request::new(principal, action, resource, &context);
            let evaluation = evaluate(&request, &set);
            let explanation = explain(&request, &set);
            assert_eq!(evaluation.decision(), explanation.decision, "{text}");
        }
    }
}

/// Values that stand where they belong, and where they do not.
fn json() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        select(vec![
            "Allow",
            "Deny",
            "*",
            "s3:*",
            "2012-10-17",
            "2008-10-17",
            "AWS",
            "Service",
            "true",
            "arn:aws:s3:::${aws:username}/*",
            "arn:aws:s3",
            "arn:",
            "${",
            "${}",
            "${a,'}",
            "${*",
            "203.0.113.0/33",
            "::/129",
            "2026-13-45T99:99:99+99:99",
            "2026-01-01T00:00:00é+01",
            "-",
            "1e400",
            "NaN",
            "=",
        ])
        .prop_map(str::to_owned),
        "[a-z:*?${}'/, é-]{0,12}",
    ];
    let leaf = prop_oneof![
        4 => word.prop_map(Value::String),
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => any::<i64>().prop_map(|number| json!(number)),
        1 => any::<f64>().prop_map(|number| json!(number)),
    ];
    let name = prop_oneof![
        6 => select(vec![
            "Version", "Id", "Statement", "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction",
            "Resource", "NotResource", "Condition", "AWS", "Service", "Federated", "CanonicalUser",
            "StringLike", "ForAnyValue:DateEqualsIfExists", "ForAllValues:NumericLessThan", "NotIpAddress", "Bool",
            "BinaryEquals", "Null", "ArnLike", "aws:TagKeys", "aws:username", "s3:max-keys",
        ])
        .prop_map(str::to_owned),
        1 => "[a-zA-Z:]{0,8}",
    ];
    leaf.prop_recursive(6, 48, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::vec((name.clone(), inner), 0..6)
                .prop_map(|members| Value::Object(Map::from_iter(members))),
        ]
    })
}

/// A change to a text: from where, how much of it, and what instead.
type Cut = (Index, usize, Vec<u8>);

fn cut(text: &mut Vec<u8>, (at, length, instead): &Cut) {
    let from = at.index(text.len() + 1);
    let to = (from + length).min(text.len());
    text.splice(from..to, instead.iter().copied());
}

proptest! {
    #![proptest_config(crate::cases(400))]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        take(&String::from_utf8_lossy(&bytes), "s3:GetObject", "arn:aws:s3:::a/x");
    }

    #[test]
    fn any_json(value in json()) {
        take(&value.to_string(), "s3:GetObject", "arn:aws:s3:::a/x");
    }

    #[test]
    fn any_element_of_a_statement(name in select(vec![
        "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
    ]), value in json()) {
        let mut statement = json!({ "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*" });
        statement[name] = value;
        for other in ["Principal", "Resource", "Nothing"] {
            statement.as_object_mut().unwrap().remove(other);
            take(&json!({ "Version": "2012-10-17", "Statement": statement }).to_string(), "s3:GetObject", "*");
        }
    }

    #[test]
    fn any_damage_to_a_policy(
        policy in policy(Of::Resource),
        cuts in prop::collection::vec(
            (any::<Index>(), 0_usize..8, prop::collection::vec(any::<u8>(), 0..4)),
            1..4,
        ),
    ) {
        let mut text = policy.to_string().into_bytes();
        cuts.iter().for_each(|change| cut(&mut text, change));
        take(&String::from_utf8_lossy(&text), "s3:GetObject", "arn:aws:s3:::a/x");
    }

    #[test]
    fn any_action_and_resource(policy in policy(Of::Resource), action in "\\PC{0,16}", resource in "(arn:)?[\\PC:]{0,24}") {
        take(&policy.to_string(), &action, &resource);
    }

    #[test]
    fn any_pattern_and_text(pattern in "[ab:*?${}]{0,10}", text in "[ab:*?é]{0,10}") {
        let expected = crate::naive::is_like(&pattern, &text);
        let policy = json!({ "Version": "2008-10-17", "Statement": {
            "Effect": "Allow", "Action": "*", "Resource": "*",
            "Condition": { "StringLike": { "s3:prefix": pattern } },
        } });
        let identity = [crate::world::compile(PolicyKind::Identity, &policy)];
        let mut context = Context::new();
        context.set("s3:prefix", text);
        let user = Principal::User { arn: "arn:aws:iam::111122223333:user/ana", account: "111122223333" };
        let request = Request::new(user, "s3:ListBucket", "arn:aws:s3:::a", &context);
        let set = PolicySet { identity: &identity, ..PolicySet::default() };
        prop_assert_eq!(evaluate(&request, &set).is_allowed(), expected);
    }
}
