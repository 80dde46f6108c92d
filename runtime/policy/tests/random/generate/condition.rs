//! Condition keys with their values, and operators that read them.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use super::{maybe, one_or_many, texts};
use crate::world::Context;

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
    let name = (
        select(names.to_vec()),
        prop_oneof![3 => Just(""), 1 => Just("IfExists")],
    )
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
    let patterns = texts(&[
        "a*",
        "?",
        "*",
        "a",
        "${aws:PrincipalTag/team}*",
        "${aws:username}",
    ]);
    prop_oneof![
        named(
            &[
                "StringEquals",
                "StringNotEquals",
                "StringEqualsIgnoreCase",
                "StringNotEqualsIgnoreCase",
            ],
            &[
                "aws:username",
                "aws:PrincipalTag/team",
                "AWS:principaltag/team"
            ],
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
            prop_oneof![
                texts(&["true", "false"]),
                any::<bool>().prop_map(Value::Bool)
            ],
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

/// A positive operator, what negates it, values of a policy and one of a request that both can read.
pub(crate) fn opposites() -> impl Strategy<Value = (&'static str, &'static str, Value, &'static str)>
{
    prop_oneof![
        family(
            &[
                ("StringEquals", "StringNotEquals"),
                ("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"),
                ("StringLike", "StringNotLike"),
            ],
            &[
                "a",
                "A",
                "ab",
                "a*",
                "?",
                "*",
                "${aws:PrincipalTag/none}",
                "${*}"
            ],
            &TEXTS,
        ),
        family(&[("NumericEquals", "NumericNotEquals")], &NUMBERS, &NUMBERS),
        family(&[("DateEquals", "DateNotEquals")], &DATES, &DATES),
        family(
            &[("IpAddress", "NotIpAddress")],
            &[
                "203.0.113.0/24",
                "0.0.0.0/0",
                "198.51.100.9",
                "2001:db8:0:0:0:0:0:0/64"
            ],
            &ADDRESSES,
        ),
        family(
            &[("ArnEquals", "ArnNotEquals"), ("ArnLike", "ArnNotLike")],
            &[
                "arn:aws:iam::*:user/*",
                "arn:aws:sns:*:*:a:b",
                "arn:*:*:*:*:*"
            ],
            &ARNS,
        ),
        // Of one limit, being below it is not being at it or above.
        (select(NUMBERS.to_vec()), select(NUMBERS.to_vec())).prop_map(|(wanted, found)| (
            "NumericLessThan",
            "NumericGreaterThanEquals",
            json!(wanted),
            found
        )),
        (select(DATES.to_vec()), select(DATES.to_vec())).prop_map(|(wanted, found)| (
            "DateGreaterThan",
            "DateLessThanEquals",
            json!(wanted),
            found
        )),
    ]
}

fn family(
    pairs: &[(&'static str, &'static str)],
    wanted: &[&'static str],
    found: &[&'static str],
) -> impl Strategy<Value = (&'static str, &'static str, Value, &'static str)> + use<> {
    (
        select(pairs.to_vec()),
        one_or_many(texts(wanted)),
        select(found.to_vec()),
    )
        .prop_map(|((positive, negative), wanted, found)| (positive, negative, wanted, found))
}

/// Up to two conditions in one element.
pub(super) fn conditions() -> impl Strategy<Value = Option<Value>> {
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

pub(super) fn context() -> impl Strategy<Value = Context> {
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
