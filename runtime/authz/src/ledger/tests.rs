use std::sync::Arc;

use pretty_assertions::assert_eq;
use serde_json::json;
use stockade_policy::{Attached, Decision, Policy, PolicyKind, Source};

use super::{Deeds, Needs, Report, generalise};

const TABLE: &str = "arn:aws:dynamodb:us-east-1:000000000000:table/orders";
const BUCKET: &str = "arn:aws:s3:::photos";

fn needs(entries: &[(&'static str, &str, Decision)]) -> Needs {
    let mut needs = Needs::new();
    for (action, resource, decision) in entries {
        let resources = needs.entry(action).or_default();
        resources.insert((*resource).to_owned(), *decision);
    }
    needs
}

fn attached(document: &str) -> Attached {
    let policy = Policy::parse(document, PolicyKind::Identity).unwrap();
    Attached::new(Arc::new(policy), Source::inline("p", None))
}

#[test]
fn actions_on_the_same_resources_share_a_statement() {
    let needs = needs(&[
        ("dynamodb:GetItem", TABLE, Decision::Allowed),
        ("dynamodb:PutItem", TABLE, Decision::Allowed),
        ("s3:ListBucket", BUCKET, Decision::Allowed),
    ]);
    let report = Report::new("p", &needs, false, &[]);
    assert_eq!(
        report.policy["Statement"],
        json!([
            { "Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:PutItem"], "Resource": TABLE },
            { "Effect": "Allow", "Action": "s3:ListBucket", "Resource": BUCKET },
        ])
    );
}

#[test]
fn what_was_denied_is_told_apart() {
    let needs = needs(&[
        ("s3:GetObject", "arn:aws:s3:::photos/a", Decision::Allowed),
        (
            "s3:PutObject",
            "arn:aws:s3:::photos/a",
            Decision::ImplicitlyDenied,
        ),
        (
            "s3:DeleteObject",
            "arn:aws:s3:::photos/a",
            Decision::ExplicitlyDenied,
        ),
    ]);
    let report = Report::new("p", &needs, false, &[]);
    let statement = |action| json!({ "Effect": "Allow", "Action": action, "Resource": "arn:aws:s3:::photos/a" });
    assert_eq!(
        report.policy["Statement"],
        json!([statement(json!(["s3:GetObject", "s3:PutObject"]))])
    );
    assert_eq!(report.missing, [statement(json!("s3:PutObject"))]);
    assert_eq!(report.denied, [statement(json!("s3:DeleteObject"))]);
}

#[test]
fn resources_are_generalised_by_their_last_part() {
    for (resource, general) in [
        (
            "arn:aws:s3:::photos/2026/a.png",
            "arn:aws:s3:::photos/2026/*",
        ),
        (BUCKET, BUCKET),
        (TABLE, "arn:aws:dynamodb:us-east-1:000000000000:table/*"),
        (
            "arn:aws:lambda:us-east-1:000000000000:function:f",
            "arn:aws:lambda:us-east-1:000000000000:function:*",
        ),
        ("*", "*"),
    ] {
        assert_eq!(generalise(resource), general);
    }
    let needs = needs(&[
        ("s3:GetObject", "arn:aws:s3:::photos/a", Decision::Allowed),
        ("s3:GetObject", "arn:aws:s3:::photos/b", Decision::Allowed),
    ]);
    let report = Report::new("p", &needs, true, &[]);
    assert_eq!(
        report.policy["Statement"][0]["Resource"],
        "arn:aws:s3:::photos/*"
    );
}

#[test]
fn what_policies_allow_and_nothing_needs_is_unused() {
    let policy = attached(
        r#"{"Version":"2012-10-17","Statement":[
            {"Sid":"Read","Effect":"Allow","Action":["s3:Get*","sqs:SendMessage"],"Resource":["arn:aws:s3:::photos/*","arn:aws:s3:::films/*"]},
            {"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::${aws:username}/*"},
            {"Effect":"Deny","Action":"iam:*","Resource":"*"}]}"#,
    );
    let needs = needs(&[("s3:GetObject", "arn:aws:s3:::photos/a", Decision::Allowed)]);
    let report = Report::new("p", &needs, false, &[policy]);
    let [unused] = report.unused.as_slice() else {
        panic!("one statement has unused parts: {:?}", report.unused);
    };
    assert_eq!(unused.statement, "Read");
    assert_eq!(unused.actions, ["sqs:SendMessage"]);
    assert_eq!(unused.resources, ["arn:aws:s3:::films/*"]);
}

/// Very many resources of one action are kept by their general form.
#[test]
fn a_flood_of_resources_is_kept_in_general() {
    use stockade_policy::{Layer, Resource};
    use stockade_spec::Caller;

    let mut deeds = Deeds {
        caller: Caller::Root,
        account: String::new(),
        needs: Needs::new(),
    };
    for number in 0..5_000 {
        deeds.note(&crate::decision::Verdict {
            action: "s3:PutObject",
            resource: Resource::literal(format!("arn:aws:s3:::photos/{number}")),
            decision: Decision::Allowed,
            layer: Layer::Identity,
            reason: None,
            statements: Vec::new(),
            filled: true,
            cross_account: false,
            element: None,
            of_missing: false,
            keys: Vec::new(),
        });
    }
    let resources = &deeds.needs["s3:PutObject"];
    assert_eq!(resources.len(), super::MAX_RESOURCES + 1);
    assert!(resources.contains_key("arn:aws:s3:::photos/*"));
}
