use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use insta::assert_snapshot;
use pretty_assertions::assert_eq;
use stockade_policy::{self as policy, Attached, Holder, Layer, Policy, PolicyKind, Source};

use crate::decision::{Decision, Refusal, Spoken, Verdict};
use crate::render::error::{Form, Style, denial, denied};
use crate::render::{json, log};

fn verdict(action: &'static str, resource: &str, decision: policy::Decision) -> Verdict {
    Verdict {
        action,
        resource: resource.to_owned().into(),
        decision,
        layer: Layer::Identity,
        reason: (decision == policy::Decision::ImplicitlyDenied)
            .then(|| format!("because no identity-based policy allows the {action} action")),
        statements: Vec::new(),
        filled: true,
        cross_account: false,
        element: None,
        of_missing: false,
        keys: Vec::new(),
    }
}

/// The page's example: `lambda:CreateFunction` is allowed and `iam:PassRole` is missing.
fn create_function() -> Decision {
    let document = r#"{"Version": "2012-10-17", "Statement": [{"Sid": "FirstStatement",
        "Effect": "Allow", "Action": "lambda:CreateFunction", "Resource": "*"}]}"#;
    let policy = Policy::parse(document, PolicyKind::Identity).unwrap();
    let holder = Some(Holder::User("test-user".into()));
    let mut allowed = verdict(
        "lambda:CreateFunction",
        "arn:aws:lambda:us-east-1:000000000000:function:test-function",
        policy::Decision::Allowed,
    );
    allowed.statements = vec![Spoken {
        layer: Layer::Identity,
        policy: Attached::new(Arc::new(policy), Source::inline("policy1", holder)),
        index: 0,
    }];
    Decision {
        request_id: "7a62c49f-347e-4fc4-9331-6e8eEXAMPLE".into(),
        time: UNIX_EPOCH + Duration::from_secs(1_657_035_805),
        principal: "arn:aws:iam::000000000000:user/test-user".into(),
        account: "000000000000".into(),
        anonymous: false,
        service: "lambda",
        operation: "CreateFunction",
        verdicts: [
            allowed,
            verdict(
                "iam:PassRole",
                "arn:aws:iam::000000000000:role/lambda-role",
                policy::Decision::ImplicitlyDenied,
            ),
        ]
        .into(),
        refusal: None,
        soft: false,
    }
}

#[test]
fn the_five_entries_and_the_sixth() {
    let entries = log::entries(&create_function());
    assert_snapshot!(entries.info, @"Request for service lambda for operation CreateFunction denied.");
    assert_snapshot!(entries.debug[0], @r#"Necessary permissions for this action: ["Action 'lambda:CreateFunction' for 'arn:aws:lambda:us-east-1:000000000000:function:test-function'", "Action 'iam:PassRole' for 'arn:aws:iam::000000000000:role/lambda-role'"]"#);
    assert_snapshot!(entries.debug[1], @"0 permissions have been explicitly denied: []");
    assert_snapshot!(entries.debug[2], @r#"1 permissions have been explicitly allowed: ["Action 'lambda:CreateFunction' for 'arn:aws:lambda:us-east-1:000000000000:function:test-function'"]"#);
    assert_snapshot!(entries.debug[3], @r#"1 permissions have been implicitly denied: ["Action 'iam:PassRole' for 'arn:aws:iam::000000000000:role/lambda-role'"]"#);
    assert_snapshot!(entries.debug[4], @r#"Decided by: 'lambda:CreateFunction' for 'arn:aws:lambda:us-east-1:000000000000:function:test-function' is allowed by statement FirstStatement of policy policy1 (inline, attached to user test-user). 'iam:PassRole' for 'arn:aws:iam::000000000000:role/lambda-role' is denied because no identity-based policy allows the iam:PassRole action. The smallest statement that would have allowed the call: {"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::000000000000:role/lambda-role"} (in an identity-based policy)"#);
}

#[test]
fn soft_mode_says_what_would_have_been() {
    let decision = Decision {
        soft: true,
        ..create_function()
    };
    assert!(!decision.blocks() && !decision.is_allowed());
    assert_eq!(
        log::entries(&decision).info,
        "Request for service lambda for operation CreateFunction denied. Soft mode: it would have \
         been denied, and goes through."
    );
}

/// Of three keys, the second is denied by a statement and the third by none; the second of each lacks an allow first.
fn delete_objects() -> Decision {
    let of = |element, key: &str, decision| Verdict {
        element: Some(element),
        ..verdict(
            "s3:DeleteObject",
            &format!("arn:aws:s3:::b/{key}"),
            decision,
        )
    };
    let explicit = Verdict {
        reason: Some("with an explicit deny in an identity-based policy".into()),
        ..of(1, "b", policy::Decision::ExplicitlyDenied)
    };
    Decision {
        service: "s3",
        operation: "DeleteObjects",
        verdicts: [
            of(0, "a", policy::Decision::Allowed),
            of(1, "b", policy::Decision::ImplicitlyDenied),
            explicit,
            of(2, "c", policy::Decision::ImplicitlyDenied),
        ]
        .into(),
        ..create_function()
    }
}

#[test]
fn a_denial_of_elements_is_told_for_each_and_spares_the_rest() {
    let decision = delete_objects();
    assert!(decision.is_partial() && !decision.blocks() && !decision.is_allowed());
    assert_snapshot!(log::entries(&decision).info, @"Request for service s3 for operation DeleteObjects denied. In part: for 2 of 3; the rest goes through.");
    let mut errors = denied(&decision, Style::Aws, Form::S3);
    assert!(!errors.contains(0));
    let user = "User: arn:aws:iam::000000000000:user/test-user is not authorized to perform: s3:DeleteObject on \
                resource:";
    for (element, expected) in [
        (
            1,
            r#""arn:aws:s3:::b/b" with an explicit deny in an identity-based policy"#,
        ),
        (
            2,
            r#""arn:aws:s3:::b/c" because no identity-based policy allows the s3:DeleteObject action"#,
        ),
    ] {
        let error = errors.take(element).unwrap();
        assert_eq!(error.code, "AccessDenied");
        assert_eq!(error.message, format!("{user} {expected}"));
    }
    let told = json::decision(&decision);
    assert_eq!(told["decision"], "denied");
    assert_eq!(
        (&told["partial"], &told["blocked"]),
        (&true.into(), &false.into())
    );
    assert_eq!(told["permissions"][3]["element"], 2);
}

#[test]
fn soft_mode_and_denials_of_the_whole_are_not_partial() {
    let soft = Decision {
        soft: true,
        ..delete_objects()
    };
    assert!(!soft.is_partial() && !soft.blocks());
    assert!(denied(&soft, Style::Aws, Form::S3).is_empty());

    let mut whole = delete_objects();
    let of_bucket = verdict(
        "s3:ListBucket",
        "arn:aws:s3:::b",
        policy::Decision::ImplicitlyDenied,
    );
    whole.verdicts = whole.verdicts.iter().cloned().chain([of_bucket]).collect();
    assert!(whole.blocks() && !whole.is_partial());
    assert!(denied(&whole, Style::Aws, Form::S3).is_empty());
    let message = denial(&whole, Style::Aws, Form::S3).message;
    assert!(message.contains("s3:ListBucket"), "{message}");
}

#[test]
fn statements_share_actions_and_resources() {
    let mut decision = create_function();
    let denied = policy::Decision::ImplicitlyDenied;
    decision.verdicts = [
        verdict("s3:GetObject", "arn:aws:s3:::b/1*", denied),
        verdict("s3:GetObject", "arn:aws:s3:::b/2", denied),
        verdict("s3:GetObjectTagging", "arn:aws:s3:::b/1*", denied),
        verdict("s3:GetObjectTagging", "arn:aws:s3:::b/2", denied),
        verdict("s3:ListAllMyBuckets", "*", denied),
    ]
    .into();
    let sentence = super::suggestion::sentence(&decision);
    assert_snapshot!(sentence, @r#"The smallest statements that would together have allowed the call: {"Effect":"Allow","Action":["s3:GetObject","s3:GetObjectTagging"],"Resource":["arn:aws:s3:::b/1${*}","arn:aws:s3:::b/2"]} (in an identity-based policy) {"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"} (in an identity-based policy)"#);
    decision.verdicts = [verdict(
        "s3:GetObject",
        "arn:aws:s3:::b/2",
        policy::Decision::ExplicitlyDenied,
    )]
    .into();
    assert_eq!(
        super::suggestion::sentence(&decision),
        "No statement that could be added would have allowed the call."
    );
}

#[test]
fn denials_in_each_form() {
    let decision = create_function();
    let say = |form| {
        let error = denial(&decision, Style::Aws, form);
        format!("{} {}", error.code, error.status)
    };
    assert_eq!(say(Form::Query), "AccessDenied 403");
    assert_eq!(say(Form::Ec2), "UnauthorizedOperation 403");
    assert_eq!(say(Form::JsonRpc), "AccessDeniedException 400");
    assert_eq!(say(Form::RestJson), "AccessDeniedException 403");
    assert_eq!(say(Form::S3), "AccessDenied 403");
    assert_snapshot!(denial(&decision, Style::Aws, Form::RestJson).message, @"User: arn:aws:iam::000000000000:user/test-user is not authorized to perform: iam:PassRole on resource: arn:aws:iam::000000000000:role/lambda-role because no identity-based policy allows the iam:PassRole action");
    let error = denial(&decision, Style::Localstack, Form::S3);
    assert_eq!(
        (&*error.code, error.status, &*error.message),
        (
            "AccessDeniedException",
            403,
            "Access to the specified resource is denied"
        )
    );
}

#[test]
fn s3_tells_strangers_nothing() {
    let mut decision = create_function();
    decision.anonymous = true;
    assert_eq!(
        denial(&decision, Style::Aws, Form::S3).message,
        "Access Denied"
    );
}

#[test]
fn a_refusal_says_why() {
    let mut decision = create_function();
    decision.verdicts = [].into();
    decision.refusal = Some(Refusal {
        action: "sqs:SendMessage".into(),
        why: "because no permission template is known".into(),
    });
    assert_eq!(
        denial(&decision, Style::Aws, Form::JsonRpc).message,
        "User: arn:aws:iam::000000000000:user/test-user is not authorized to perform: \
         sqs:SendMessage because no permission template is known"
    );
}

#[test]
fn the_decision_as_json() {
    let text = serde_json::to_string_pretty(&json::decision(&create_function())).unwrap();
    assert_snapshot!(text);
}
