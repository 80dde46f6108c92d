use serde_json::json;

use super::*;

fn statement() -> Value {
    json!({
        "Sid": "one",
        "Effect": "Allow",
        "Principal": {"AWS": ["111111111111", "arn:aws:iam::111111111111:role/path/r"]},
        "Action": ["s3:GetObject", "s3:ListBucket"],
        "Resource": ["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"],
        "Condition": {"ForAnyValue:StringLikeIfExists": {"aws:TagKeys": ["a", "b"]}},
    })
}

fn checked(policy: &Value) -> Result<String, Error> {
    check(&policy.to_string(), "bucket", "aws")
}

/// The statement with one element replaced; `null` takes it out.
fn changed(element: &str, value: Value) -> Value {
    let mut statement = statement();
    let elements = statement.as_object_mut().unwrap();
    if value.is_null() {
        elements.remove(element);
    } else {
        elements.insert(element.to_owned(), value);
    }
    json!({"Version": "2012-10-17", "Statement": [statement]})
}

#[test]
fn good_policies_are_kept() {
    checked(&json!({"Version": "2012-10-17", "Id": "x", "Statement": statement()})).unwrap();
    for (element, value) in [
        ("Principal", json!("*")),
        ("Principal", json!({"AWS": "*"})),
        ("Principal", json!({"Service": "cloudtrail.amazonaws.com"})),
        (
            "Principal",
            json!({"AWS": "arn:aws:sts::111111111111:assumed-role/r/s"}),
        ),
        ("Action", json!("s3:*")),
        ("Action", json!("*")),
        (
            "Resource",
            json!(["arn:aws:s3:::buck*", "arn:aws:s3:::bucket*"]),
        ),
        ("Condition", Value::Null),
    ] {
        let policy = changed(element, value.clone());
        assert!(checked(&policy).is_ok(), "{element}: {value}");
    }
}

#[test]
fn bad_policies_are_refused_in_s3s_words() {
    for text in ["", "[]", "nothing", " {\"Statement\"", "\"{}\""] {
        let error = check(text, "bucket", "aws").unwrap_err();
        assert_eq!((&*error.code, error.status), ("MalformedPolicy", 400));
        assert_eq!(
            error.message,
            "Policies must be valid JSON and the first byte must be '{'"
        );
    }
    let cases = [
        (json!({}), "Missing required field Statement"),
        (
            json!({"Statement": []}),
            "Could not parse the policy: Statement is empty!",
        ),
        (
            json!({"Version": "2020", "Statement": []}),
            "The policy must contain a valid version string",
        ),
        (json!({"Statements": []}), "Unknown field Statements"),
        (
            changed("Effect", Value::Null),
            "Missing required field Effect",
        ),
        (changed("Effect", json!("Maybe")), "Invalid effect: Maybe"),
        (
            changed("Principal", Value::Null),
            "Missing required field Principal",
        ),
        (
            changed("Principal", json!("me")),
            "Invalid principal in policy",
        ),
        (
            changed(
                "Principal",
                json!({"AWS": "arn:aws:iam::111111111111:user/*"}),
            ),
            "Invalid principal in policy",
        ),
        (
            changed("Principal", json!({"Friend": "x"})),
            "Invalid principal in policy",
        ),
        (
            changed("Action", Value::Null),
            "Statement is missing required element",
        ),
        (
            changed("Action", json!("iam:GetUser")),
            "Policy has invalid action",
        ),
        (
            changed("Resource", json!("*")),
            "Policy has invalid resource",
        ),
        (
            changed("Resource", json!("arn:aws:s3:::other/*")),
            "Policy has invalid resource",
        ),
        (
            changed("Resource", json!("arn:aws:s3:::bucket")),
            "Action does not apply to any resource(s) in statement",
        ),
        (
            changed("Resource", json!("arn:aws:s3:::bucket/*")),
            "Action does not apply to any resource(s) in statement",
        ),
        (
            changed("Condition", json!({"Sounds": {"aws:x": "y"}})),
            "Invalid Condition type : Sounds",
        ),
        // "IAM JSON policy elements: Condition operators": `IfExists` ends any operator but `Null`.
        (
            changed("Condition", json!({"NullIfExists": {"aws:x": "true"}})),
            "Invalid Condition type : NullIfExists",
        ),
        (
            changed("Condition", json!({"Bool": {"secure": "y"}})),
            "Policy has an invalid condition key",
        ),
        (
            changed("NotAction", json!("s3:*")),
            "Invalid policy syntax.",
        ),
        (changed("Action", json!([])), "Invalid policy syntax."),
    ];
    for (policy, message) in cases {
        assert_eq!(checked(&policy).unwrap_err().message, message, "{policy}");
    }
    let long = changed("Sid", json!("x".repeat(MAX_POLICY_BYTES)));
    assert_eq!(checked(&long).unwrap_err().code, "MalformedPolicy");
}

#[test]
fn patterns_match() {
    for (pattern, text, expected) in [
        ("bucket", "bucket", true),
        ("b*t", "bucket", true),
        ("*", "", true),
        ("b?cket", "bucket", true),
        ("b*x", "bucket", false),
        ("", "b", false),
        ("**k**", "bucket", true),
    ] {
        assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
    }
}
