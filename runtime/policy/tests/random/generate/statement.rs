//! Statements and documents.

use proptest::prelude::*;
use proptest::sample::subsequence;
use serde_json::{Map, Value, json};

use super::condition::conditions;
use super::{CANONICAL, OTHER, OWN, maybe, one_or_many, texts};

/// Which policy a statement is for: what it may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    Principal,
    Resource,
    /// Organizations and endpoints: broad, as they have to allow.
    Guard,
    /// Guards whose grammar has a `Principal`.
    GuardOfResources,
}

fn principal() -> impl Strategy<Value = Value> {
    let arns = texts(&[
        "*",
        "*",
        "*",
        OWN,
        OWN,
        OTHER,
        "arn:aws:iam::111122223333:root",
        "arn:aws:iam::444455556666:root",
        "arn:aws:iam::111122223333:user/ana",
        "arn:aws:iam::111122223333:user/ana",
        "arn:aws:iam::444455556666:user/bo",
        "arn:aws:iam::111122223333:role/app",
        "arn:aws:iam::111122223333:role/app",
        "arn:aws:iam::111122223333:role/team/web",
        "arn:aws:sts::111122223333:assumed-role/app/one",
        "arn:aws:sts::111122223333:assumed-role/web/two",
        "arn:aws:sts::111122223333:federated-user/guest",
    ]);
    let aws = one_or_many(arns).prop_map(|entries| json!({ "AWS": entries }));
    prop_oneof![
        1 => Just(json!("*")),
        6 => aws,
        1 => one_or_many(texts(&["lambda.amazonaws.com", "sns.amazonaws.com"]))
            .prop_map(|entries| json!({ "Service": entries })),
        1 => Just(json!({ "Federated": "accounts.google.com", "AWS": OWN })),
        1 => Just(json!({ "CanonicalUser": CANONICAL })),
    ]
}

/// Who a Deny spares: often all levels of a principal but one.
fn not_principal() -> impl Strategy<Value = Value> {
    let levels = |all: &[&'static str]| {
        let levels: Vec<Value> = all.iter().map(|level| json!(level)).collect();
        let enough = levels.len() - 1;
        subsequence(levels, enough..=enough + 1).prop_map(|levels| json!({ "AWS": levels }))
    };
    prop_oneof![
        2 => principal(),
        3 => levels(&[OWN, "arn:aws:iam::111122223333:user/ana"]),
        4 => levels(&[
            "arn:aws:iam::111122223333:root",
            "arn:aws:iam::111122223333:role/app",
            "arn:aws:sts::111122223333:assumed-role/app/one",
        ]),
        2 => levels(&[
            OWN,
            "arn:aws:iam::111122223333:user/ana",
            "arn:aws:sts::111122223333:federated-user/guest",
        ]),
        1 => Just(json!({ "Service": ["lambda.amazonaws.com", "sns.amazonaws.com"] })),
    ]
}

pub(crate) fn action(broad: u32) -> impl Strategy<Value = (&'static str, Value)> {
    let narrow = texts(&[
        "s3:*",
        "s3:Get*",
        "S3:getobject",
        "s3:?utObject",
        "s3:*Object",
        "sqs:*",
        "s3:PutObject",
    ]);
    prop_oneof![
        broad => Just(("Action", json!("*"))),
        4 => one_or_many(narrow.clone()).prop_map(|entries| ("Action", entries)),
        1 => one_or_many(narrow).prop_map(|entries| ("NotAction", entries)),
    ]
}

pub(crate) fn resource(broad: u32) -> impl Strategy<Value = (&'static str, Value)> {
    let narrow = texts(&[
        "arn:aws:s3:::a/*",
        "arn:aws:s3:::*",
        "arn:aws:s3:::?/x",
        "arn:aws:s3:::a/x",
        "arn:aws:s3:::${aws:username}/*",
        "arn:aws:s3:::${aws:PrincipalTag/team, 'a'}/*",
        "arn:aws:s3:::a/${*}",
        "arn:aws:sqs:us-east-1:*:a",
        "arn:aws:sqs:us-*:111122223333:*",
        "arn:aws:sqs",
    ]);
    prop_oneof![
        broad => Just(("Resource", json!("*"))),
        4 => one_or_many(narrow.clone()).prop_map(|entries| ("Resource", entries)),
        1 => one_or_many(narrow).prop_map(|entries| ("NotResource", entries)),
    ]
}

/// One statement for a kind of policy.
pub(crate) fn statement(of: Of) -> impl Strategy<Value = Value> {
    let guards = matches!(of, Of::Guard | Of::GuardOfResources);
    let (broad, allows) = if guards { (30, 30) } else { (16, 14) };
    let denies = prop_oneof![allows => Just(false), 1 => Just(true)];
    (
        denies,
        action(broad),
        resource(broad),
        conditions(),
        principal(),
        maybe(1, not_principal()),
    )
        .prop_map(
            move |(denies, action, resource, condition, principal, spared)| {
                let mut statement = Map::new();
                statement.insert(
                    "Effect".into(),
                    json!(if denies { "Deny" } else { "Allow" }),
                );
                statement.insert(action.0.into(), action.1);
                statement.insert(resource.0.into(), resource.1);
                match of {
                    Of::Principal | Of::Guard => {}
                    Of::GuardOfResources => {
                        statement.insert("Principal".into(), json!("*"));
                    }
                    Of::Resource => {
                        match spared.filter(|_| denies) {
                            Some(spared) => statement.insert("NotPrincipal".into(), spared),
                            None => statement.insert("Principal".into(), principal),
                        };
                    }
                }
                if let Some(condition) = condition {
                    statement.insert("Condition".into(), condition);
                }
                Value::Object(statement)
            },
        )
}

/// A document of one or more statements.
pub(crate) fn policy(of: Of) -> impl Strategy<Value = Value> {
    let statements = prop::collection::vec(statement(of), 1..4);
    (
        statements,
        prop_oneof![7 => Just("2012-10-17"), 1 => Just("2008-10-17")],
    )
        .prop_map(|(mut statements, version)| {
            let statement = if statements.len() == 1 {
                statements.remove(0)
            } else {
                Value::Array(statements)
            };
            json!({ "Version": version, "Statement": statement })
        })
}

/// Makes a trust policy of a resource's: it has no resource, and spares nobody by `NotPrincipal`.
pub(crate) fn make_trust(policy: &mut Value) {
    let statements = match &mut policy["Statement"] {
        Value::Array(statements) => statements.iter_mut().collect(),
        one => vec![one],
    };
    for statement in statements {
        if let Value::Object(elements) = statement {
            elements.remove("Resource");
            elements.remove("NotResource");
            if let Some(spared) = elements.remove("NotPrincipal") {
                elements.insert("Principal".into(), spared);
            }
        }
    }
}
