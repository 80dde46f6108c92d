//! Operators where AWS's documents say nothing, and values that cannot be read. What they say is in `tests/policy`.

use crate::Context;
use crate::statement::Effect;
use crate::tests::identity;

/// Whether a condition holds for an Allow, with these values of key `k`.
fn holds(operator: &str, wanted: &str, found: &[&'static str]) -> bool {
    holds_for(Effect::Allow, operator, wanted, found)
}

fn holds_for(effect: Effect, operator: &str, wanted: &str, found: &[&'static str]) -> bool {
    let policy = identity(&format!(
        r#"{{"Effect":"{effect}","Action":"*","Resource":"*","Condition":{{"{operator}":{{"K":{wanted}}}}}}}"#
    ));
    let mut context = Context::new();
    context.set_many("k", found.iter().copied());
    policy.policy.statements()[0].conditions_hold(&context)
}

#[test]
fn single_values() {
    for (operator, wanted, found, expected) in [
        ("StringEquals", "[]", "b", false),
        ("StringEqualsIgnoreCase", r#""Ä""#, "ä", true),
        ("NumericEquals", "10", "010", true),
        (
            "NumericGreaterThan",
            r#""99999999999999999999""#,
            "99999999999999999998",
            false,
        ),
        ("NumericEquals", r#""10""#, "ten", false),
        ("NumericNotEquals", r#""10""#, "ten", false),
        ("DateLessThanEquals", r#""2026-11-24""#, "yesterday", false),
        ("Bool", "true", "True", true),
        ("Bool", r#"["true","false"]"#, "false", true),
        ("Bool", r#""yes""#, "yes", false),
        ("BinaryEquals", r#""QmluYXJ5""#, "~", false),
        ("IpAddress", r#""203.0.113.77/24""#, "203.0.113.1", true),
        ("IpAddress", r#""0.0.0.0/0""#, "AWS Internal", false),
        ("ArnLike", r#""arn:aws:s3:::*""#, "not an arn", false),
        ("stringequals", r#""a""#, "a", true),
        ("forAnyValue:stringLikeIfExists", r#""a*""#, "ab", true),
    ] {
        assert_eq!(
            holds(operator, wanted, &[found]),
            expected,
            "{operator} {wanted} {found}"
        );
    }
}

/// Several values under an operator without a qualifier: a positive one is content with any, a negated one wants all.
#[test]
fn several_values_without_a_set_operator() {
    for (operator, found, expected) in [
        ("StringEquals", &["c", "a"][..], true),
        ("StringEquals", &["c", "d"], false),
        ("StringNotEquals", &["c", "a"], false),
        ("StringNotEquals", &["c", "d"], true),
        // None is as good as no key.
        ("StringEquals", &[], false),
        ("StringNotEquals", &[], true),
    ] {
        assert_eq!(
            holds(operator, r#"["a","b"]"#, found),
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
            !holds_for(Effect::Allow, operator, wanted, &["?"]),
            "{operator}"
        );
        assert!(
            holds_for(Effect::Deny, operator, wanted, &["?"]),
            "{operator}"
        );
    }
    assert!(!holds_for(Effect::Deny, "NumericEquals", r#""10""#, &["?"]));
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

/// AWS's grammar takes any text as a boolean of a policy, and no document says what it then is: it never lets anyone do
/// anything.
#[test]
fn a_boolean_that_is_none_fails_closed() {
    let mut context = Context::new();
    context.set("k", "true");
    for (condition, allows, denies) in [
        (r#"{"Bool":{"k":"maybe"}}"#, false, true),
        (r#"{"Bool":{"k":["true","maybe"]}}"#, true, true),
        (r#"{"Bool":{"k":"false"}}"#, false, false),
        (r#"{"Bool":{"absent":"maybe"}}"#, false, false),
        (r#"{"Null":{"k":"maybe"}}"#, false, true),
        (r#"{"Null":{"k":"true"}}"#, false, false),
    ] {
        for (effect, expected) in [(Effect::Allow, allows), (Effect::Deny, denies)] {
            let policy = identity(&format!(
                r#"{{"Effect":"{effect}","Action":"*","Resource":"*","Condition":{condition}}}"#
            ));
            let holds = policy.policy.statements()[0].conditions_hold(&context);
            assert_eq!(holds, expected, "{condition} {effect}");
        }
    }
}
