//! Operators, one by one.
//!
//! Sources: *IAM JSON policy elements: Condition operators*; *Single-valued vs. multivalued context keys*.

use crate::Context;
use crate::statement::Effect;
use crate::tests::identity;

/// Whether a condition holds for an Allow, with these values of key `k`; `None` where the request does not carry it.
fn holds(operator: &str, wanted: &str, found: Option<&[&'static str]>) -> bool {
    holds_for(Effect::Allow, operator, wanted, found)
}

fn holds_for(effect: Effect, operator: &str, wanted: &str, found: Option<&[&'static str]>) -> bool {
    let policy = identity(&format!(
        r#"{{"Effect":"{effect}","Action":"*","Resource":"*","Condition":{{"{operator}":{{"K":{wanted}}}}}}}"#
    ));
    let mut context = Context::new();
    if let Some(values) = found {
        context.set_many("k", values.iter().copied());
    }
    policy.policy.statements()[0].conditions_hold(&context)
}

#[test]
fn single_values() {
    for (operator, wanted, found, expected) in [
        ("StringEquals", r#""a""#, "a", true),
        ("StringEquals", r#""a""#, "A", false),
        ("StringEquals", r#""a*""#, "ab", false),
        ("StringEquals", r#""a*""#, "a*", true),
        ("StringEquals", r#"["a","b"]"#, "b", true),
        ("StringEquals", "[]", "b", false),
        ("StringNotEquals", r#"["a","b"]"#, "b", false),
        ("StringNotEquals", r#"["a","b"]"#, "c", true),
        ("StringEqualsIgnoreCase", r#""Ä""#, "ä", true),
        ("StringEqualsIgnoreCase", r#""abc""#, "ABC", true),
        ("StringEqualsIgnoreCase", r#""abc""#, "ABD", false),
        ("StringNotEqualsIgnoreCase", r#""abc""#, "ABC", false),
        ("StringLike", r#""a*c""#, "abbc", true),
        ("StringLike", r#""a?c""#, "abbc", false),
        ("StringLike", r#""A*""#, "abc", false),
        ("StringNotLike", r#""a*""#, "abc", false),
        ("StringNotLike", r#""a*""#, "b", true),
        ("NumericEquals", r#""10""#, "10.0", true),
        ("NumericEquals", "10", "010", true),
        ("NumericEquals", r#""10""#, "11", false),
        ("NumericNotEquals", r#""10""#, "11", true),
        ("NumericLessThan", r#""10""#, "9", true),
        ("NumericLessThan", r#""10""#, "10", false),
        ("NumericLessThan", r#""-1""#, "-2.5", true),
        ("NumericLessThanEquals", r#""10""#, "10", true),
        ("NumericGreaterThan", r#""10""#, "10.01", true),
        ("NumericGreaterThan", r#""9""#, "10", true),
        ("NumericGreaterThanEquals", r#""10""#, "9.99", false),
        (
            "NumericGreaterThan",
            r#""99999999999999999999""#,
            "99999999999999999998",
            false,
        ),
        ("NumericEquals", r#""10""#, "ten", false),
        ("NumericNotEquals", r#""10""#, "ten", false),
        (
            "DateEquals",
            r#""2026-11-24T10:00:00Z""#,
            "2026-11-24T11:00:00+01:00",
            true,
        ),
        ("DateEquals", r#""1970-01-02""#, "86400", true),
        (
            "DateEquals",
            r#""2024-02-29T00:00:00Z""#,
            "1709164800",
            true,
        ),
        ("DateEquals", "951782400", "2000-02-29", true),
        ("DateNotEquals", r#""2026-11-24""#, "2026-11-25", true),
        (
            "DateLessThan",
            r#""2026-11-24T00:00:00Z""#,
            "2026-11-23T23:59:59.999Z",
            true,
        ),
        ("DateLessThan", r#""2026""#, "2025-12-31T23:59:59Z", true),
        (
            "DateGreaterThan",
            r#""2026-11-24T00:00:00Z""#,
            "2026-11-24T00:00:00Z",
            false,
        ),
        (
            "DateGreaterThanEquals",
            r#""2026-11-24T00:00:00Z""#,
            "2026-11-24",
            true,
        ),
        (
            "DateLessThanEquals",
            r#""2026-11-24T00:00:00Z""#,
            "yesterday",
            false,
        ),
        (
            "DateLessThan",
            r#""2026-01-01""#,
            "2025-01-01T00+1é2",
            false,
        ),
        ("Bool", r#""true""#, "true", true),
        ("Bool", "true", "True", true),
        ("Bool", "true", "false", false),
        ("Bool", r#"["true","false"]"#, "false", true),
        ("Bool", r#""yes""#, "yes", false),
        ("BinaryEquals", r#""QmluYXJ5""#, "QmluYXJ5", true),
        ("BinaryEquals", r#""QmluYXJ5""#, "Ymlu", false),
        ("BinaryEquals", r#""QmluYXJ5""#, "~", false),
        ("IpAddress", r#""203.0.113.0/24""#, "203.0.113.255", true),
        ("IpAddress", r#""203.0.113.0/24""#, "203.0.114.0", false),
        ("IpAddress", r#""203.0.113.9""#, "203.0.113.9", true),
        ("IpAddress", r#""203.0.113.77/24""#, "203.0.113.1", true),
        ("IpAddress", r#""0.0.0.0/0""#, "203.0.113.9", true),
        ("IpAddress", r#""0.0.0.0/0""#, "2001:db8::1", false),
        (
            "IpAddress",
            r#""2001:DB8:1234:5678::/64""#,
            "2001:db8:1234:5678:ffff::1",
            true,
        ),
        (
            "IpAddress",
            r#""2001:DB8:1234:5678::/64""#,
            "2001:db8:1234:5679::1",
            false,
        ),
        ("IpAddress", r#""::/0""#, "2001:db8::1", true),
        ("IpAddress", r#""0.0.0.0/0""#, "AWS Internal", false),
        ("NotIpAddress", r#""203.0.113.0/24""#, "203.0.113.1", false),
        ("NotIpAddress", r#""203.0.113.0/24""#, "198.51.100.1", true),
        (
            "ArnLike",
            r#""arn:aws:sns:*:123456789012:*""#,
            "arn:aws:sns:us-east-1:123456789012:t:1",
            true,
        ),
        (
            "ArnEquals",
            r#""arn:aws:sns:*:123456789012:*""#,
            "arn:aws:sns:us-east-1:123456789012:t",
            true,
        ),
        (
            "ArnLike",
            r#""arn:aws:sns:*:t""#,
            "arn:aws:sns:us-east-1:123456789012:t",
            false,
        ),
        ("ArnLike", r#""arn:aws:s3:::B""#, "arn:aws:s3:::b", false),
        (
            "ArnNotLike",
            r#""arn:aws:sns:*:123456789012:*""#,
            "arn:aws:sqs:us-east-1:123456789012:q",
            true,
        ),
        (
            "ArnNotEquals",
            r#""arn:aws:s3:::b""#,
            "arn:aws:s3:::b",
            false,
        ),
        ("ArnLike", r#""arn:aws:s3:::*""#, "not an arn", false),
        ("stringequals", r#""a""#, "a", true),
        ("forAnyValue:stringLikeIfExists", r#""a*""#, "ab", true),
    ] {
        assert_eq!(
            holds(operator, wanted, Some(&[found])),
            expected,
            "{operator} {wanted} {found}"
        );
    }
}

#[test]
fn a_key_that_is_missing() {
    for (operator, wanted, expected) in [
        ("StringEquals", r#""a""#, false),
        ("StringLike", r#""*""#, false),
        ("StringNotEquals", r#""a""#, true),
        ("StringNotLike", r#""a""#, true),
        ("NumericNotEquals", r#""1""#, true),
        ("NumericLessThan", r#""1""#, false),
        ("DateNotEquals", r#""2026-01-01""#, true),
        ("NotIpAddress", r#""203.0.113.0/24""#, true),
        ("ArnNotLike", r#""arn:aws:s3:::b""#, true),
        ("Bool", r#""false""#, false),
        ("StringEqualsIfExists", r#""a""#, true),
        ("BoolIfExists", r#""true""#, true),
        ("ForAllValues:StringEquals", r#""a""#, true),
        ("ForAllValues:StringNotEquals", r#""a""#, true),
        ("ForAnyValue:StringEquals", r#""a""#, false),
        ("ForAnyValue:StringNotEquals", r#""a""#, false),
        ("ForAnyValue:StringEqualsIfExists", r#""a""#, true),
        ("Null", r#""true""#, true),
        ("Null", r#""false""#, false),
    ] {
        assert_eq!(
            holds(operator, wanted, None),
            expected,
            "{operator} {wanted}"
        );
        // A set without values is as good as none.
        assert_eq!(
            holds(operator, wanted, Some(&[])),
            expected,
            "{operator} {wanted}, empty"
        );
    }
    assert!(holds("Null", r#""false""#, Some(&["x"])));
    assert!(!holds("Null", "true", Some(&["x"])));
}

#[test]
fn several_values() {
    const AB: &str = r#"["a","b"]"#;
    for (operator, found, expected) in [
        ("ForAllValues:StringEquals", &["a"][..], true),
        ("ForAllValues:StringEquals", &["a", "b"], true),
        ("ForAllValues:StringEquals", &["a", "c"], false),
        ("ForAllValues:StringNotEquals", &["c", "d"], true),
        ("ForAllValues:StringNotEquals", &["a", "c"], false),
        ("ForAnyValue:StringEquals", &["a", "c"], true),
        ("ForAnyValue:StringEquals", &["c", "d"], false),
        ("ForAnyValue:StringNotEquals", &["a", "c"], true),
        ("ForAnyValue:StringNotEquals", &["a", "b"], false),
        ("StringEquals", &["c", "a"], true),
        ("StringEquals", &["c", "d"], false),
        ("StringNotEquals", &["c", "a"], false),
        ("StringNotEquals", &["c", "d"], true),
    ] {
        assert_eq!(
            holds(operator, AB, Some(found)),
            expected,
            "{operator} {found:?}"
        );
    }
}

#[test]
fn what_cannot_be_read_refuses() {
    // An Allow does not apply, a Deny does: nothing says that the value is not the one named.
    for (operator, wanted) in [
        ("NumericNotEquals", r#""10""#),
        ("NotIpAddress", r#""203.0.113.0/24""#),
        ("DateNotEquals", r#""2026-01-01""#),
    ] {
        assert!(
            !holds_for(Effect::Allow, operator, wanted, Some(&["?"])),
            "{operator}"
        );
        assert!(
            holds_for(Effect::Deny, operator, wanted, Some(&["?"])),
            "{operator}"
        );
    }
    assert!(!holds_for(
        Effect::Deny,
        "NumericEquals",
        r#""10""#,
        Some(&["?"])
    ));
}

/// *Set operators for multivalued context keys*: an empty string is a set without values.
#[test]
fn a_set_of_an_empty_string_is_empty() {
    for (operator, expected) in [
        ("ForAllValues:StringEquals", true),
        ("ForAllValues:StringNotEquals", true),
        ("ForAnyValue:StringEquals", false),
        ("ForAnyValue:StringNotEquals", false),
        ("ForAnyValue:StringEqualsIfExists", false),
        ("StringEquals", false),
        ("StringNotEquals", true),
    ] {
        let policy = identity(&format!(
            r#"{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{{"{operator}":{{"k":"a"}}}}}}"#
        ));
        let mut context = Context::new();
        context.set("k", "");
        let statement = &policy.policy.statements()[0];
        assert_eq!(statement.conditions_hold(&context), expected, "{operator}");
    }
}

/// *IAM JSON policy elements: Condition operators*: a variable may stand for a boolean.
#[test]
fn a_boolean_may_be_a_variable() {
    let policy = identity(
        r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"k":"${aws:PrincipalTag/k}"}}}"#,
    );
    let statement = &policy.policy.statements()[0];
    for (tag, expected) in [(None, false), (Some("TRUE"), true), (Some("false"), false)] {
        let mut context = Context::new();
        context.set("k", "true");
        if let Some(tag) = tag {
            context.set("aws:PrincipalTag/k", tag);
        }
        assert_eq!(statement.conditions_hold(&context), expected, "{tag:?}");
    }
}

#[test]
fn all_operators_and_keys_must_hold() {
    let policy = identity(
        r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{
            "StringEquals":{"a":"1","b":"2"},"Bool":{"c":"true"}}}"#,
    );
    let statement = &policy.policy.statements()[0];
    let mut context = Context::new();
    context.set("a", "1");
    context.set("b", "2");
    assert!(!statement.conditions_hold(&context));
    context.set("C", "true");
    assert!(statement.conditions_hold(&context));
    context.set("B", "3");
    assert!(!statement.conditions_hold(&context));
    context.remove("b");
    assert!(!statement.conditions_hold(&context));
}

/// *IAM JSON policy elements: Condition*: an Allow applies only when its conditions are known to hold; so a Deny applies
/// unless one is known not to.
#[test]
fn a_key_that_nobody_can_tell_fails_closed() {
    let mut context = Context::new();
    context.set_unknown("k", "there is no EC2 state");
    assert_eq!(context.get("K"), None);
    for operator in [
        "StringEquals",
        "StringNotEquals",
        "StringEqualsIfExists",
        "Null",
    ] {
        for effect in [Effect::Allow, Effect::Deny] {
            let policy = identity(&format!(
                r#"{{"Effect":"{effect}","Action":"*","Resource":"*","Condition":{{"{operator}":{{"K":"true"}}}}}}"#
            ));
            let holds = policy.policy.statements()[0].conditions_hold(&context);
            assert_eq!(holds, effect == Effect::Deny, "{operator} {effect}");
        }
    }
}
