//! Whatever a document holds, it is analysed: findings have their words, and places that lie in the document.
#![allow(clippy::unwrap_used)]

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value};
use stockade_analysis::{Authority, PolicyType, grants_public_access, validate};
use stockade_catalog::REFERENCES;

const WORDS: [&str; 62] = [
    "Version",
    "2012-10-17",
    "2008-10-17",
    "Id",
    "Statement",
    "Condition",
    "Resource",
    "NotResource",
    "Action",
    "NotAction",
    "Principal",
    "NotPrincipal",
    "Effect",
    "Allow",
    "Deny",
    "Sid",
    "AWS",
    "Service",
    "Federated",
    "CanonicalUser",
    "*",
    "s3:Get*",
    "s3:GetObject",
    "iam:PassRole",
    "sts:AssumeRole",
    "sts:AssumeRoleWithWebIdentity",
    "nothing:Here",
    "arn:aws:s3:::b/*",
    "arn:aws:iam::111122223333:role/*",
    "arn:aws:sqs::1:q",
    "arn:::::",
    "arn:aws:*:",
    "111122223333",
    "ec2.amazonaws.com",
    "accounts.google.com",
    "StringEquals",
    "StringLike",
    "ForAllValues:StringLike",
    "ForAnyValue:StringNotLike",
    "ArnLike",
    "IpAddress",
    "NotIpAddressIfExists",
    "NumericLessThan",
    "DateGreaterThan",
    "Bool",
    "Null",
    "NullIfExists",
    "BinaryEquals",
    "aws:SourceIp",
    "aws:SourceVpc",
    "aws:TagKeys",
    "aws:ResourceTag/a",
    "aws:RequestTag",
    "s3:prefix",
    "dynamodb:Attributes",
    "10.0.0.0/8",
    "203.0.113.9/24",
    "::1/129",
    "${aws:username}",
    "${",
    "${a, 'b}é\n",
    "",
];

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        9 => prop::sample::select(&WORDS[..]).prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}

/// JSON of the grammar's words.
fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        8 => word().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(6, 64, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Value::from),
            vec((word(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// A policy whose elements have values of any kind.
fn policy() -> impl Strategy<Value = Value> {
    let element = prop::sample::select(&WORDS[5..16]).prop_map(str::to_owned);
    let statement = vec((element, json()), 0..7)
        .prop_map(|members| Value::Object(members.into_iter().collect()));
    vec(statement, 0..4).prop_map(
        |statements| serde_json::json!({ "Version": "2012-10-17", "Statement": statements }),
    )
}

fn check(text: &str) {
    let authority = Authority::new(&REFERENCES, stockade_described::unpack);
    let length = text.chars().count();
    let kinds = [
        (PolicyType::Identity, None),
        (PolicyType::Resource, Some("AWS::S3::Bucket")),
        (
            PolicyType::Resource,
            Some("AWS::IAM::AssumeRolePolicyDocument"),
        ),
        (PolicyType::ServiceControl, None),
        (PolicyType::ResourceControl, None),
    ];
    for (kind, resource_type) in kinds {
        for finding in validate(text, kind, resource_type, &authority) {
            assert!(
                !finding.details.is_empty() && !finding.locations.is_empty(),
                "{finding:?}"
            );
            for location in finding.locations {
                let (start, end) = (location.start, location.end);
                assert!(
                    start.offset <= end.offset && end.offset <= length,
                    "{location:?}"
                );
                assert!(
                    start.line >= 1 && start.column <= start.offset,
                    "{location:?}"
                );
            }
        }
    }
    let _ = grants_public_access(text);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn json_is_analysed(value in json()) {
        check(&value.to_string());
    }

    #[test]
    fn policies_are_analysed(value in policy()) {
        check(&serde_json::to_string_pretty(&value).unwrap());
    }

    #[test]
    fn damaged_policies_are_analysed(value in policy(), at in any::<prop::sample::Index>(), with in any::<char>()) {
        let mut text: Vec<char> = value.to_string().chars().collect();
        let at = at.index(text.len());
        text[at] = with;
        check(&text.into_iter().collect::<String>());
    }

    #[test]
    fn text_is_analysed(text in any::<String>()) {
        check(&text);
    }
}
