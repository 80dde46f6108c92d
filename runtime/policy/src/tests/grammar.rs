//! What the crate makes of documents beyond AWS's refusals, which are in `tests/policy/grammar-*.toml`.

use pretty_assertions::assert_eq;

use crate::{Policy, PolicyKind, Position, Version};

const SYNTAX: &str = "Syntax errors in policy.";
const LEGACY: &str = "The policy failed legacy parsing";

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
fn a_policy_tells_its_elements() {
    let text = r#"{"Id":"x","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#;
    let policy = Policy::parse(text, PolicyKind::Identity).unwrap();
    assert_eq!(policy.version(), Version::V2008);
    assert_eq!(policy.id(), Some("x"));
    assert_eq!(policy.text(), text);
}

/// *RCPs*: AWS's own policy that allows everything is beyond what others may put.
#[test]
fn the_resource_control_policy_of_aws_is_read() {
    let text = statement(r#""Effect":"Allow","Principal":"*","Action":"*","Resource":"*""#);
    assert!(Policy::parse(&text, PolicyKind::ResourceControl).is_ok());
    assert!(Policy::parse_strict(&text, PolicyKind::ResourceControl).is_err());
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
