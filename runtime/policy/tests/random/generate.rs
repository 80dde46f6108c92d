//! Random policies and requests over small alphabets, so that what they name overlaps and about half is allowed.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use crate::world::{Combines, Context, Who, World};

const OWN: &str = "111122223333";
const OTHER: &str = "444455556666";
const CANONICAL: &str = "79a59df900b949e5";

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

fn who() -> impl Strategy<Value = Who> {
    let account = || prop_oneof![4 => Just(OWN), 1 => Just(OTHER)];
    prop_oneof![
        1 => account().prop_map(|account| Who::Root { account }),
        4 => (account(), select(vec!["ana", "bo"])).prop_map(|(account, name)| Who::User {
            account,
            arn: format!("arn:aws:iam::{account}:user/{name}"),
        }),
        4 => (account(), select(vec!["app", "team/web"]), select(vec!["one", "two"])).prop_map(
            |(account, role, session)| Who::Session {
                account,
                role: format!("arn:aws:iam::{account}:role/{role}"),
                arn: format!(
                    "arn:aws:sts::{account}:assumed-role/{}/{session}",
                    role.trim_start_matches("team/")
                ),
            }
        ),
        2 => account().prop_map(|account| Who::FederatedUser {
            account,
            user: format!("arn:aws:iam::{account}:user/ana"),
            arn: format!("arn:aws:sts::{account}:federated-user/guest"),
        }),
        1 => select(vec!["lambda.amazonaws.com", "sns.amazonaws.com"]).prop_map(Who::Service),
        1 => Just(Who::Federated("accounts.google.com")),
        1 => Just(Who::Anonymous),
    ]
}

/// Something, mostly alone, now and then in a list with others.
fn one_or_many(
    entry: impl Strategy<Value = Value> + Clone + 'static,
) -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => entry.clone(),
        1 => prop::collection::vec(entry, 1..4).prop_map(Value::Array),
    ]
}

fn texts(texts: &[&'static str]) -> impl Strategy<Value = Value> + Clone + 'static {
    select(texts.to_vec()).prop_map(|text| json!(text))
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

/// Who a Deny spares: often all levels of a principal.
fn not_principal() -> impl Strategy<Value = Value> {
    let level = |all: &[&str]| json!({ "AWS": all });
    prop_oneof![
        principal(),
        Just(level(&[OWN, "arn:aws:iam::111122223333:user/ana"])),
        Just(level(&[
            "arn:aws:iam::111122223333:root",
            "arn:aws:iam::111122223333:role/app",
            "arn:aws:sts::111122223333:assumed-role/app/one",
        ])),
        Just(json!({ "Service": ["lambda.amazonaws.com", "sns.amazonaws.com"] })),
    ]
}

fn action(broad: u32) -> impl Strategy<Value = (&'static str, Value)> {
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

fn resource(broad: u32) -> impl Strategy<Value = (&'static str, Value)> {
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

/// Texts that several keys hold.
const TEXTS: [&str; 5] = ["a", "b", "A", "ab", ""];
const NUMBERS: [&str; 5] = ["1", "2", "2.0", "-1", "10"];
const DATES: [&str; 5] = [
    "2026-01-01T00:00:00Z",
    "2026-01-01T01:00:00+01:00",
    "1767225600",
    "2026-07-01",
    "2024-02-29T12:30:15Z",
];
const ADDRESSES: [&str; 4] = [
    "203.0.113.7",
    "198.51.100.9",
    "203.0.112.1",
    "2001:db8:0:0:0:0:0:1",
];
const ARNS: [&str; 4] = [
    "arn:aws:iam::111122223333:user/ana",
    "arn:aws:iam::111122223333:role/app",
    "arn:aws:sns:us-east-1:444455556666:a:b",
    "arn:aws:sns:eu-west-1:111122223333:b",
];
const BYTES: [&str; 2] = ["QQ==", "Qg=="];

/// The name of an operator, with its negation where it has one.
fn named(
    names: &[&'static str],
    keys: &[&'static str],
    sets: &[&'static str],
    wanted: impl Strategy<Value = Value> + Clone + 'static,
) -> BoxedStrategy<Value> {
    let keys = keys.to_vec();
    let sets = sets.to_vec();
    let name = (select(names.to_vec()), prop_oneof![3 => Just(""), 1 => Just("IfExists")])
        .prop_map(|(name, suffix)| format!("{name}{suffix}"));
    let single = (name.clone(), select(keys), one_or_many(wanted.clone()));
    let set = (
        name,
        select(vec!["ForAllValues:", "ForAnyValue:"]),
        select(sets),
        one_or_many(wanted),
    )
        .prop_map(|(name, set, key, wanted)| (format!("{set}{name}"), key, wanted));
    prop_oneof![2 => single, 1 => set]
        .prop_map(|(name, key, wanted)| json!({ name: { key: wanted } }))
        .boxed()
}

fn condition() -> impl Strategy<Value = Value> {
    let plain = texts(&["a", "b", "A", "ab", "", "${aws:username}", "a${*}"]);
    let patterns = texts(&["a*", "?", "*", "a", "${aws:PrincipalTag/team}*", "${aws:username}"]);
    prop_oneof![
        named(
            &[
                "StringEquals",
                "StringNotEquals",
                "StringEqualsIgnoreCase",
                "StringNotEqualsIgnoreCase",
            ],
            &["aws:username", "aws:PrincipalTag/team", "AWS:principaltag/team"],
            &["aws:TagKeys", "aws:username"],
            plain,
        ),
        named(
            &["StringLike", "StringNotLike"],
            &["aws:username", "aws:PrincipalTag/team"],
            &["aws:TagKeys", "aws:username"],
            patterns,
        ),
        named(
            &[
                "NumericEquals",
                "NumericNotEquals",
                "NumericLessThan",
                "NumericLessThanEquals",
                "NumericGreaterThan",
                "NumericGreaterThanEquals",
            ],
            &["s3:max-keys"],
            &["example:Sizes", "s3:max-keys"],
            prop_oneof![texts(&NUMBERS), Just(json!(2)), Just(json!(1.5))],
        ),
        named(
            &[
                "DateEquals",
                "DateNotEquals",
                "DateLessThan",
                "DateLessThanEquals",
                "DateGreaterThan",
                "DateGreaterThanEquals",
            ],
            &["aws:CurrentTime"],
            &["aws:CurrentTime"],
            texts(&DATES),
        ),
        named(
            &["Bool"],
            &["aws:SecureTransport"],
            &["aws:SecureTransport"],
            prop_oneof![texts(&["true", "false"]), any::<bool>().prop_map(Value::Bool)],
        ),
        named(
            &["BinaryEquals"],
            &["example:Bytes"],
            &["example:Bytes"],
            texts(&BYTES),
        ),
        named(
            &["IpAddress", "NotIpAddress"],
            &["aws:SourceIp"],
            &["example:Addresses", "aws:SourceIp"],
            texts(&[
                "203.0.113.0/24",
                "203.0.112.0/23",
                "198.51.100.9",
                "0.0.0.0/0",
                "2001:db8:0:0:0:0:0:0/64",
            ]),
        ),
        named(
            &["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"],
            &["aws:PrincipalArn", "aws:SourceArn"],
            &["example:Arns", "aws:PrincipalArn"],
            texts(&[
                "arn:aws:iam::*:user/*",
                "arn:aws:iam::111122223333:role/app",
                "arn:aws:sns:*:*:a:b",
                "arn:aws:sns:*-?:1111*:${aws:username}",
                "arn:*:*:*:*:*",
            ]),
        ),
        (
            select(vec!["aws:username", "aws:TagKeys", "s3:max-keys"]),
            any::<bool>(),
        )
            .prop_map(|(key, absent)| json!({ "Null": { key: absent.to_string() } })),
    ]
}

/// Up to two conditions in one element.
fn conditions() -> impl Strategy<Value = Option<Value>> {
    let both = prop::collection::vec(condition(), 1..3).prop_map(|parts| {
        let mut all = Map::new();
        for part in parts {
            if let Value::Object(part) = part {
                all.extend(part);
            }
        }
        Value::Object(all)
    });
    prop_oneof![3 => Just(None), 1 => both.prop_map(Some)]
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
                statement.insert("Effect".into(), json!(if denies { "Deny" } else { "Allow" }));
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
    (statements, prop_oneof![7 => Just("2012-10-17"), 1 => Just("2008-10-17")]).prop_map(
        |(mut statements, version)| {
            let statement = if statements.len() == 1 {
                statements.remove(0)
            } else {
                Value::Array(statements)
            };
            json!({ "Version": version, "Statement": statement })
        },
    )
}

fn modern(of: Of) -> impl Strategy<Value = Value> {
    policy(of).prop_map(|mut policy| {
        policy["Version"] = json!("2012-10-17");
        policy
    })
}

fn policies(of: Of, most: usize) -> impl Strategy<Value = Vec<Value>> {
    prop_oneof![
        1 => Just(Vec::new()),
        9 => prop::collection::vec(policy(of), 1..=most),
    ]
}

fn levels(of: Of) -> impl Strategy<Value = Vec<Vec<Value>>> {
    let level = prop::collection::vec(policy(of), 1..3);
    prop_oneof![3 => Just(Vec::new()), 1 => prop::collection::vec(level, 1..4)]
}

fn maybe<T: std::fmt::Debug + Clone + 'static>(
    often: u32,
    strategy: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = Option<T>> {
    prop_oneof![often => Just(None), 1 => strategy.prop_map(Some)]
}

pub(crate) fn context() -> impl Strategy<Value = Context> {
    let one = |key: &'static str, values: &[&'static str]| {
        maybe(1, select(values.to_vec()))
            .prop_map(move |value| value.map(|value| (key, vec![value.to_owned()])))
            .boxed()
    };
    let many = |key: &'static str, values: &[&'static str]| {
        let values = prop::collection::vec(select(values.to_vec()), 0..4);
        maybe(1, values)
            .prop_map(move |values| {
                values.map(|values| (key, values.into_iter().map(str::to_owned).collect()))
            })
            .boxed()
    };
    vec![
        one("aws:username", &TEXTS),
        one("aws:PrincipalTag/team", &TEXTS),
        one("s3:max-keys", &NUMBERS),
        one("aws:CurrentTime", &DATES),
        one("aws:SecureTransport", &["true", "false", "True"]),
        one("example:Bytes", &BYTES),
        one("aws:SourceIp", &ADDRESSES),
        one("aws:PrincipalArn", &ARNS),
        one("aws:SourceArn", &ARNS),
        many("aws:TagKeys", &TEXTS),
        many("example:Sizes", &NUMBERS),
        many("example:Addresses", &ADDRESSES),
        many("example:Arns", &ARNS),
    ]
    .prop_map(|keys| Context(keys.into_iter().flatten().collect()))
}

pub(crate) fn action_and_resource() -> impl Strategy<Value = (&'static str, &'static str)> {
    prop_oneof![
        6 => (
            select(vec!["s3:GetObject", "s3:PutObject"]),
            select(vec!["arn:aws:s3:::a/x", "arn:aws:s3:::b/x", "arn:aws:s3:::a/*"]),
        ),
        2 => (
            Just("sqs:SendMessage"),
            select(vec![
                "arn:aws:sqs:us-east-1:111122223333:a",
                "arn:aws:sqs:us-east-1:444455556666:a",
                "arn:aws:sqs:us-east-1:111122223333:b:a",
            ]),
        ),
        1 => Just(("s3:ListAllMyBuckets", "*")),
    ]
}

/// Makes a trust policy of a resource's: it has no resource, and spares nobody by `NotPrincipal`.
fn make_trust(policy: &mut Value) {
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

/// A whole request.
pub(crate) fn world() -> impl Strategy<Value = World> {
    let combines = prop_oneof![
        6 => Just(Combines::Usually),
        2 => Just(Combines::AsKeyPolicy),
        1 => Just(Combines::AsTrustPolicy),
    ];
    let facts = (
        who(),
        maybe(2, select(vec![CANONICAL.to_owned(), "ffff".to_owned()])),
        action_and_resource(),
        prop_oneof![
            4 => Just(Some(OWN.to_owned())),
            1 => Just(Some(OTHER.to_owned())),
            1 => Just(None),
        ],
        context(),
        combines,
        (
            prop::bool::weighted(0.1),
            prop::bool::weighted(0.1),
            prop::bool::weighted(0.1),
        ),
    );
    let layers = (
        policies(Of::Principal, 3),
        maybe(3, modern(Of::Principal)),
        maybe(3, policies(Of::Principal, 2)),
        policies(Of::Resource, 2),
        prop_oneof![4 => Just(Vec::new()), 1 => policies(Of::Resource, 1)],
        levels(Of::Guard),
        levels(Of::GuardOfResources),
        maybe(5, policies(Of::GuardOfResources, 2)),
    );
    (facts, layers).prop_map(|(facts, layers)| {
        let (who, canonical_user, (action, resource), owner, context, combines, exempt) = facts;
        let (identity, boundary, session, mut resource_policies, grants, scps, rcps, endpoint) =
            layers;
        if combines == Combines::AsTrustPolicy {
            resource_policies.iter_mut().for_each(make_trust);
        }
        // Root users have no boundary, users no session policies, and the others neither.
        let bounded = matches!(
            who,
            Who::User { .. } | Who::Session { .. } | Who::FederatedUser { .. }
        );
        let session_able = matches!(who, Who::Session { .. } | Who::FederatedUser { .. });
        World {
            canonical_user,
            action: action.to_owned(),
            resource: resource.to_owned(),
            owner,
            context,
            identity,
            boundary: boundary.filter(|_| bounded),
            session: session.filter(|_| session_able),
            resource_policies,
            combines,
            grants,
            scps,
            rcps,
            endpoint,
            principal_manages: exempt.0,
            resource_manages: exempt.1,
            service_linked: exempt.2 && matches!(who, Who::Session { .. }),
            who,
        }
    })
}
