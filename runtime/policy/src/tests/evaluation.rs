//! What an evaluation tells beside its decision. Decisions are in `tests/policy`.

use std::slice;

use pretty_assertions::assert_eq;

use super::*;

const ALLOW: &str = r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#;
const ALLOW_OTHER: &str = r#"{"Effect":"Allow","Action":"sqs:*","Resource":"*"}"#;
const DENY: &str = r#"{"Effect":"Deny","Action":"s3:Get*","Resource":"*"}"#;

/// *Troubleshoot access denied error messages*: a denial names the managed policy that denies.
#[test]
fn a_managed_policy_that_denies_is_named() {
    const ARN: &str = "arn:aws:iam::123456789012:policy/none";
    let policy = Arc::clone(&identity(DENY).policy);
    let denying = Attached::new(policy, Source::managed(ARN, None));
    let set = PolicySet {
        identity: slice::from_ref(&denying),
        ..PolicySet::default()
    };
    assert_eq!(
        get_object(USER, &set),
        format!("with an explicit deny in an identity-based policy: {ARN}")
    );
}

#[test]
fn the_deciding_statements_are_named() {
    let policies = [
        identity(ALLOW_OTHER),
        identity(&format!("{ALLOW_OTHER},{ALLOW}")),
    ];
    let boundary = policy(PolicyKind::Boundary, ALLOW);
    let set = PolicySet {
        identity: &policies,
        boundary: Some(&boundary),
        ..PolicySet::default()
    };
    let context = Context::new();
    let request = Request::new(USER, "s3:GetObject", "arn:aws:s3:::b/1", &context);
    let evaluation = evaluate(&request, &set);
    let speakers: Vec<_> = evaluation
        .speakers()
        .map(|speaker| (speaker.layer, speaker.index))
        .collect();
    assert_eq!(
        speakers,
        [(crate::Layer::Identity, 1), (crate::Layer::Boundary, 0)]
    );
}
