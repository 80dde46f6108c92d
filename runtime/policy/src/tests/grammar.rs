//! Refusals in AWS's words, and documents that are accepted.
//!
//! Sources: *Grammar of the IAM JSON policy language*; *IAM JSON policy elements reference*; the texts are those of
//! `CreatePolicy`, `PutUserPolicy`, `CreateRole` and `PutBucketPolicy`.

use pretty_assertions::assert_eq;

use crate::{Policy, PolicyKind, Position, Version};

const SYNTAX: &str = "Syntax errors in policy.";
const LEGACY: &str = "The policy failed legacy parsing";
const OLD: &str = "Policy document must be version 2012-10-17 or greater.";
const NO_ACTIONS: &str = "Policy statement must contain actions.";
const NO_RESOURCES: &str = "Policy statement must contain resources.";
const VENDOR: &str = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";

fn refusal(text: &str, kind: PolicyKind) -> String {
    match Policy::parse_strict(text, kind) {
        Ok(_) => "accepted".to_owned(),
        Err(error) => error.to_string(),
    }
}

/// A managed policy with one statement that has these members.
fn statement(members: &str) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":{{{members}}}}}"#)
}

#[test]
fn documents_that_are_not_policies() {
    for (text, message) in [
        ("this is not JSON", SYNTAX),
        ("", SYNTAX),
        ("[]", SYNTAX),
        ("null", SYNTAX),
        ("{}", SYNTAX),
        (r#"{"Version":"2012-10-17"}"#, SYNTAX),
        (r#"{"Version":"2012-10-17","Statement":null}"#, SYNTAX),
        (r#"{"Version":"2012-10-17","Statement":[]}"#, SYNTAX),
        (r#"{"Version":"2012-10-17","Statement":["afd"]}"#, SYNTAX),
        (
            r#"{"Version":"2013-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#,
            SYNTAX,
        ),
        (
            r#"{"Version":20121017,"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#,
            SYNTAX,
        ),
        (
            r#"{"Version":"2012-10-17","Id":["a"],"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#,
            SYNTAX,
        ),
        (
            r#"{"Version":"2012-10-17","Extra":1,"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#,
            SYNTAX,
        ),
        (
            r#"{"Version":"2012-10-17","Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#,
            SYNTAX,
        ),
        (
            r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#,
            OLD,
        ),
        (
            r#"{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#,
            OLD,
        ),
    ] {
        assert_eq!(refusal(text, PolicyKind::Managed), message, "{text}");
    }
}

#[test]
fn statements_that_are_refused() {
    for (members, message) in [
        (r#""Action":"s3:*","Resource":"*""#, SYNTAX),
        (r#""Effect":"Maybe","Action":"s3:*","Resource":"*""#, SYNTAX),
        (r#""Effect":"denY","Action":"s3:*","Resource":"*""#, LEGACY),
        (
            r#""Effect":"Allow","Action":"s3:*","Resource":"*","Extra":"x""#,
            SYNTAX,
        ),
        (
            r#""Effect":"Allow","Effect":"Deny","Action":"s3:*","Resource":"*""#,
            SYNTAX,
        ),
        (r#""Effect":"Allow","Action":123,"Resource":"*""#, SYNTAX),
        (r#""Effect":"Allow","Action":[[]],"Resource":"*""#, SYNTAX),
        (r#""Effect":"Allow","Action":{},"Resource":"*""#, SYNTAX),
        (
            r#""Effect":"Allow","Action":"s3:*","NotAction":"iam:*","Resource":"*""#,
            SYNTAX,
        ),
        (
            r#""Effect":"Allow","Action":"s3:*","Resource":"*","NotResource":[]"#,
            SYNTAX,
        ),
        (
            r#""Effect":"Allow","Action":"s3:*","Resource":{"a":"*"}"#,
            SYNTAX,
        ),
        (
            r#""Effect":"Deny","Action":"s3:*","Resource":["adfdf",{}]"#,
            SYNTAX,
        ),
        (
            r#""Sid":{},"Effect":"Allow","Action":"s3:*","Resource":"*""#,
            SYNTAX,
        ),
        (
            r#""Sid":"not alnum","Effect":"Allow","Action":"s3:*","Resource":"*""#,
            "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression \
             [0-9A-Za-z]*",
        ),
        (r#""Effect":"Allow""#, NO_ACTIONS),
        (r#""Effect":"Allow","Resource":"*""#, NO_ACTIONS),
        (r#""Effect":"Allow","Action":[],"Resource":"*""#, NO_ACTIONS),
        (r#""Effect":"Allow","Action":"s3:*""#, NO_RESOURCES),
        (
            r#""Effect":"Allow","Action":"s3:*","Resource":[]"#,
            NO_RESOURCES,
        ),
        (r#""Effect":"Allow","Action":"invalid""#, NO_RESOURCES),
        (
            r#""Effect":"Allow","Action":"GetObject","Resource":"*""#,
            VENDOR,
        ),
        (r#""Effect":"Allow","NotAction":"","Resource":"*""#, VENDOR),
        (
            r#""Effect":"Allow","Action":"a a:List","Resource":"*""#,
            "Vendor a a is not valid",
        ),
        (
            r#""Effect":"Allow","Action":":List","Resource":"*""#,
            "Vendor  is not valid",
        ),
        (
            r#""Effect":"Allow","Action":"s3:List:Bucket","Resource":"*""#,
            "Actions/Condition can contain only one colon.",
        ),
        (
            r#""Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*""#,
            "Policy document should not specify a principal.",
        ),
        (
            r#""Effect":"Allow","NotPrincipal":{"AWS":"*"},"Action":"s3:*","Resource":"*""#,
            "Policy document should not specify a principal.",
        ),
    ] {
        let text = statement(members);
        assert_eq!(refusal(&text, PolicyKind::Managed), message, "{members}");
    }
}

#[test]
fn resources_that_are_refused() {
    for (resource, message) in [
        (
            "invalid resource",
            r#"Resource invalid resource must be in ARN format or "*"."#,
        ),
        ("", r#"Resource  must be in ARN format or "*"."#),
        (
            "a:bsdfdsafsad",
            r#"Partition "bsdfdsafsad" is not valid for resource "arn:bsdfdsafsad:*:*:*:*"."#,
        ),
        (
            "a:b:cadfsdf",
            r#"Partition "b" is not valid for resource "arn:b:cadfsdf:*:*:*"."#,
        ),
        (
            "a:b:c:d:e:f:g:h",
            r#"Partition "b" is not valid for resource "arn:b:c:d:e:f:g:h"."#,
        ),
        (
            "aws:s3:::example_bucket",
            r#"Partition "s3" is not valid for resource "arn:s3:::example_bucket:*"."#,
        ),
        (
            "s3::example-bucket/*",
            r#"Partition "" is not valid for resource "arn::example-bucket/*:*:*:*"."#,
        ),
        (
            "arn:error:s3:::b",
            r#"Partition "error" is not valid for resource "arn:error:s3:::b"."#,
        ),
        (
            "arn:aws",
            "Resource vendor must be fully qualified and cannot contain regexes.",
        ),
        ("arn:aws:s3::example_bucket", LEGACY),
        ("arn:aws::::example_bucket", LEGACY),
        ("arn:aws::fdsasf", LEGACY),
        ("arn:aws:ssm:us-east-1:ACCOUNT_ID:parameter/a", LEGACY),
    ] {
        for element in ["Resource", "NotResource"] {
            let text = statement(&format!(
                r#""Effect":"Allow","Action":"s3:ListBucket","{element}":"{resource}""#
            ));
            assert_eq!(
                refusal(&text, PolicyKind::Managed),
                message,
                "{element} {resource}"
            );
        }
    }
}

/// *SCP syntax*; *RCP syntax*. Organizations has one message for all that is wrong with a policy.
#[test]
fn control_policies() {
    const REFUSED: &str =
        "The provided policy document does not meet the requirements of the specified policy type.";
    const SCP: PolicyKind = PolicyKind::ServiceControl;
    const RCP: PolicyKind = PolicyKind::ResourceControl;
    for (kind, members, message) in [
        (
            SCP,
            r#""Effect":"Allow","Action":"*","Resource":"*""#,
            "accepted",
        ),
        (
            SCP,
            r#""Effect":"Deny","NotAction":"iam:*","Resource":"*""#,
            "accepted",
        ),
        (
            SCP,
            r#""Effect":"Deny","Principal":"*","Action":"*","Resource":"*""#,
            REFUSED,
        ),
        (SCP, r#""Effect":"Deny","Action":"*""#, REFUSED),
        (
            RCP,
            r#""Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*""#,
            "accepted",
        ),
        (
            RCP,
            r#""Effect":"Deny","Principal":{"AWS":"*"},"Action":"s3:*","NotResource":"arn:aws:s3:::b""#,
            "accepted",
        ),
        (
            RCP,
            r#""Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*""#,
            REFUSED,
        ),
        (
            RCP,
            r#""Effect":"Deny","Principal":{"AWS":"444455556666"},"Action":"s3:*","Resource":"*""#,
            REFUSED,
        ),
        (
            RCP,
            r#""Effect":"Deny","NotPrincipal":"*","Action":"s3:*","Resource":"*""#,
            REFUSED,
        ),
        (
            RCP,
            r#""Effect":"Deny","Principal":"*","Action":"*","Resource":"*""#,
            REFUSED,
        ),
        (
            RCP,
            r#""Effect":"Deny","Principal":"*","NotAction":"s3:*","Resource":"*""#,
            REFUSED,
        ),
    ] {
        assert_eq!(refusal(&statement(members), kind), message, "{members}");
    }
    let full = statement(r#""Effect":"Allow","Principal":"*","Action":"*","Resource":"*""#);
    assert!(
        Policy::parse(&full, RCP).is_ok(),
        "AWS's own RCPFullAWSAccess"
    );
}

/// *IAM JSON policy elements: Condition operators*: ARN operators compare ARNs.
#[test]
fn arn_operators_take_arns() {
    for (value, message) in [
        (r#""arn:aws:s3:::b""#, "accepted"),
        (r#""arn:*:iam::*:role/${aws:username}""#, "accepted"),
        (r#""*""#, "accepted"),
        (r#""${aws:PrincipalArn}""#, "accepted"),
        (r#"["arn:aws:s3:::b","b"]"#, LEGACY),
    ] {
        let members = format!(
            r#""Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{{"ArnNotLike":{{"aws:SourceArn":{value}}}}}"#
        );
        let text = statement(&members);
        assert_eq!(refusal(&text, PolicyKind::Managed), message, "{value}");
        assert!(Policy::parse(&text, PolicyKind::Managed).is_ok());
    }
}

#[test]
fn of_two_faults_the_one_of_the_earlier_pass_is_told() {
    for (members, message) in [
        // A resource comes before an action.
        (
            r#""Effect":"Allow","Action":"s:3:ListBucket","Resource":"sdfsadf""#,
            r#"Resource sdfsadf must be in ARN format or "*"."#,
        ),
        // Legacy parsing comes before missing elements.
        (
            r#""Effect":"Allow","Resource":"arn:aws:s3::example_bucket""#,
            LEGACY,
        ),
        (
            r#""Effect":"Allow","Action":"s3:*","Resource":"arn:error:s3:::b","Condition":{"DateGreaterThan":{"a":"x"}}"#,
            LEGACY,
        ),
        // Of two bad resources, the first.
        (
            r#""Effect":"Allow","Action":"s3:*","Resource":["arn:error:s3:::b","nothing"]"#,
            r#"Partition "error" is not valid for resource "arn:error:s3:::b"."#,
        ),
    ] {
        let text = statement(members);
        assert_eq!(refusal(&text, PolicyKind::Managed), message, "{members}");
    }
    let twice = r#"{"Version":"2012-10-17","Statement":[
        {"Sid":"a","Effect":"Allow","Action":"s3:*","Resource":"*"},{"Sid":"a","Effect":"Allow"}]}"#;
    assert_eq!(
        refusal(twice, PolicyKind::Managed),
        "Statement IDs (SID) in a single policy must be unique."
    );
    // The version comes before legacy parsing, and before the Sids.
    let old = r#"{"Statement":{"Effect":"denY","Action":"s3:*","Resource":"*"}}"#;
    assert_eq!(refusal(old, PolicyKind::Managed), OLD);
}

#[test]
fn conditions_that_are_refused() {
    for (condition, message) in [
        ("[]", SYNTAX),
        (r#""a""#, SYNTAX),
        (r#"{"StringEquals":"b"}"#, SYNTAX),
        (r#"{"StringEquals":[]}"#, SYNTAX),
        (r#"{"StringEquals":{"aws:username":{}}}"#, SYNTAX),
        (r#"{"StringEquals":{"aws:username":null}}"#, SYNTAX),
        (r#"{"x":{"a":"1"}}"#, SYNTAX),
        (r#"{"NullIfExists":{"a":"true"}}"#, SYNTAX),
        (
            r#"{"ForAnyValue::StringEqualsIfExists":{"a":"asf"}}"#,
            SYNTAX,
        ),
        (
            r#"{"StringEquals":{"a":"1"},"StringEquals":{"a":"2"}}"#,
            SYNTAX,
        ),
        (r#"{"DateGreaterThan":{"a":"sdfdsf"}}"#, LEGACY),
        (r#"{"DateLessThanEquals":{"a":"234-13"}}"#, LEGACY),
        (
            r#"{"DateLessThanEquals":{"a":"2016-12-13t2:00:00.593194+1"}}"#,
            LEGACY,
        ),
        (r#"{"DateLessThan":{"a":"9223372036854775808"}}"#, LEGACY),
        (r#"{"NumericEquals":{"a":"many"}}"#, LEGACY),
        (r#"{"IpAddress":{"aws:SourceIp":"203.0.113.0/33"}}"#, LEGACY),
    ] {
        let text = statement(&format!(
            r#""Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{condition}"#
        ));
        assert_eq!(refusal(&text, PolicyKind::Managed), message, "{condition}");
    }
}

#[test]
fn documents_that_are_accepted() {
    for members in [
        r#""Effect":"Allow","Action":"iam: asdf safdsf af ","Resource":"*""#,
        r#""Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b""#,
        r#""Effect":"Allow","Action":["s3-s:List","s3.s:List"],"Resource":"*""#,
        r#""Effect":"Allow","NotAction":"s3:ListBucket","NotResource":"*""#,
        r#""Effect":"Allow","Action":"s3:*","Resource":"arn:aws:fdsasf""#,
        r#""Effect":"Allow","Action":"s3:*","Resource":"arn:aws:invalid-service:us-east-1::b""#,
        r#""Effect":"Allow","Action":"s3:*","Resource":"arn:aws-cn:s3:::b/${aws:username}/*""#,
        r#""Effect":"Allow","Action":"s3:*","Resource":"arn:aws:iam::aws:policy/ReadOnlyAccess""#,
        r#""Effect":"Allow","Action":"s3:*","Resource":"arn:*:s3:::b""#,
        r#""Sid":"","Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{}"#,
        r#""Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"DateGreaterThan":{}}"#,
        r#""Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"a":{}}"#,
        r#""Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"DateGreaterThan":{"a":[]}}"#,
        r#""Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"DateGreaterThan":{"a":"01T"}}"#,
        r#""Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"DateLessThan":{"a":"-292275054"}}"#,
        r#""Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"DateLessThan":{"a":"2016-12-13t2:00:00.593194+23"}}"#,
        r#""Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":true}}"#,
        r#""Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"NumericLessThan":{"s3:max-keys":10.5}}"#,
        r#""Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"ForAnyValue:StringEqualsIfExists":{"a":"b"}}"#,
    ] {
        let text = statement(members);
        assert_eq!(refusal(&text, PolicyKind::Managed), "accepted", "{members}");
    }
}

#[test]
fn the_version_defaults_to_the_older_one_where_it_may() {
    let text = r#"{"Id":"x","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#;
    let policy = Policy::parse(text, PolicyKind::Identity).unwrap();
    assert_eq!(policy.version(), Version::V2008);
    assert_eq!(policy.id(), Some("x"));
    assert_eq!(policy.text(), text);
}

#[test]
fn an_unknown_operator_is_carried_unless_strictness_is_asked_for() {
    let text = statement(
        r#""Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringSoundsLike":{"a":"b"}}"#,
    );
    let policy = Policy::parse(&text, PolicyKind::Identity).unwrap();
    assert_eq!(
        policy.statements()[0].unknown_operator(),
        Some("StringSoundsLike")
    );
    assert_eq!(refusal(&text, PolicyKind::Identity), SYNTAX);
}

#[test]
fn trust_policies() {
    for (statement, message) in [
        (
            r#"{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}"#,
            "accepted",
        ),
        (
            r#"{"Effect":"Allow","Principal":{"Service":["a.amazonaws.com","b.amazonaws.com"]},"Action":"sts:AssumeRole"}"#,
            "accepted",
        ),
        (
            r#"{"Sid":"any text","Effect":"Allow","Principal":{"Federated":"accounts.google.com"},"Action":"sts:AssumeRoleWithWebIdentity"}"#,
            "accepted",
        ),
        (
            r#"{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole","Resource":"*"}"#,
            "Has prohibited field Resource",
        ),
        (
            r#"{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole","NotResource":"*"}"#,
            "AssumeRole policy must not contain resources.",
        ),
        (
            r#"{"Effect":"Allow","Action":"sts:AssumeRole"}"#,
            "Missing required field Principal",
        ),
        (
            r#"{"Effect":"Allow","Principal":{},"Action":"sts:AssumeRole"}"#,
            "Missing required field Principal cannot be empty!",
        ),
        (
            r#"{"Effect":"Allow","Principal":{"Who":"x"},"Action":"sts:AssumeRole"}"#,
            r#"Invalid principal in policy: "Who""#,
        ),
        (
            r#"{"Effect":"Allow","NotPrincipal":{"AWS":"*"},"Action":"sts:AssumeRole"}"#,
            "Allow with NotPrincipal is not allowed.",
        ),
        (
            r#"{"Effect":"Allow","Principal":{"AWS":"*"}}"#,
            "Missing required field Action",
        ),
        (
            r#"{"Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}"#,
            "Missing required field Effect",
        ),
        (
            r#"{"Effect":"allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}"#,
            "Invalid effect: allow",
        ),
    ] {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#);
        assert_eq!(refusal(&text, PolicyKind::Trust), message, "{statement}");
    }
    for (text, message) in [
        ("{", "This policy contains invalid Json"),
        ("", "This policy contains invalid Json"),
        (
            r#"{"Version":"1"}"#,
            "The policy must contain a valid version string",
        ),
        (
            r#"{"Version":"2012-10-17","Statement":[]}"#,
            "Could not parse the policy: Statement is empty!",
        ),
    ] {
        assert_eq!(refusal(text, PolicyKind::Trust), message, "{text}");
    }
}

#[test]
fn resource_policies() {
    for (text, message) in [
        (
            "nonsense",
            "Policies must be valid JSON and the first byte must be '{'",
        ),
        ("{nonsense", "This policy contains invalid Json"),
        (
            r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}}"#,
            "accepted",
        ),
        (
            r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject"}}"#,
            "Missing required field Resource",
        ),
        (
            r#"{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}"#,
            "Missing required field Principal",
        ),
        (
            r#"{"Statement":{"Effect":"Allow","Principal":"ana","Action":"s3:GetObject","Resource":"*"}}"#,
            "Invalid principal in policy",
        ),
        (
            r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"GetObject","Resource":"*"}}"#,
            "Policy has invalid action",
        ),
    ] {
        assert_eq!(refusal(text, PolicyKind::Resource), message, "{text}");
    }
    let implied =
        r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"ecr:BatchGetImage"}}"#;
    assert_eq!(refusal(implied, PolicyKind::ResourceImplied), "accepted");
}

#[test]
fn errors_say_where() {
    let place = |text: &str| {
        Policy::parse(text, PolicyKind::Identity)
            .unwrap_err()
            .position()
            .clone()
    };
    assert_eq!(
        place("{\n  \"Version\": nope }"),
        Position::Text {
            line: 2,
            column: 15
        }
    );
    assert_eq!(
        place(
            r#"{"Statement":[{"Effect":"Deny","Action":"*","Resource":"*"},
                {"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"a":[{}]}}}]}"#
        ),
        Position::Path("Statement[1].Condition.Bool.a".into())
    );
}

#[test]
fn a_variable_in_the_account_is_for_aws_own_policies() {
    let text = statement(
        r#""Effect":"Allow","Action":"kms:*","Resource":"arn:*:kms:*:${aws:PrincipalAccount}:key/*""#,
    );
    assert_eq!(refusal(&text, PolicyKind::Managed), LEGACY);
    let policy = Policy::parse(&text, PolicyKind::Managed).unwrap();
    let policy = super::Attached::new(policy.into(), super::Source::inline("aws", None));
    let mut context = super::Context::new();
    context.set("aws:PrincipalAccount", super::ACCOUNT);
    for (account, expected) in [(super::ACCOUNT, true), (super::OTHER, false)] {
        let key = format!("arn:aws:kms:us-east-1:{account}:key/1");
        assert_eq!(
            super::allows(&policy, "kms:Decrypt", &key, &context),
            expected
        );
    }
}
