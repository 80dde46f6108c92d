use std::sync::Arc;

use stockade_spec::resolve::PolicyRole;
use stockade_spec::{Caller, Facts, RequestContext};
use stockade_sts_api::shapes;

use super::{
    ACCOUNT, Fixture, NOW, POLICY, READ_ONLY, TRUST, alice, arns, at, context, refusal, refused,
    tag,
};

const ROLE: &str = "arn:aws:iam::123456789012:role/ops/deploy";

fn request() -> shapes::AssumeRoleRequest {
    shapes::AssumeRoleRequest {
        role_arn: ROLE.to_owned(),
        role_session_name: "ci".to_owned(),
        ..Default::default()
    }
}

async fn fixture() -> Fixture {
    let fixture = Fixture::new();
    fixture.role(ACCOUNT, "deploy", Some(7200)).await;
    fixture
}

/// The refusal of a request by alice.
async fn refused_to_alice(input: shapes::AssumeRoleRequest) -> (String, u16, String) {
    let fixture = fixture().await;
    refusal(fixture.sts.assume_role(&context(alice()), input).await)
}

#[tokio::test]
async fn a_session_speaks_for_the_role() {
    let fixture = Fixture::new();
    let id = fixture.role(ACCOUNT, "deploy", None).await;
    let answer = fixture
        .sts
        .assume_role(&context(alice()), request())
        .await
        .unwrap();
    let user = answer.assumed_role_user.unwrap();
    // The session's ARN has no path: "IAM ARNs", IAM User Guide.
    assert_eq!(user.arn, "arn:aws:sts::123456789012:assumed-role/deploy/ci");
    assert_eq!(user.assumed_role_id, format!("{id}:ci"));
    assert_eq!(answer.packed_policy_size, None);
    assert_eq!(answer.source_identity, None);
    let credential = fixture.credential(answer.credentials);
    assert_eq!(
        credential.caller,
        Caller::AssumedRole {
            role_arn: ROLE.to_owned(),
            session_arn: user.arn,
            id: user.assumed_role_id,
        }
    );
    assert_eq!(credential.expires, Some(at(NOW + 3600)));
}

#[tokio::test]
async fn a_session_is_of_the_roles_account() {
    let fixture = Fixture::new();
    let other = "210987654321";
    fixture.role(other, "deploy", None).await;
    let input = shapes::AssumeRoleRequest {
        role_arn: format!("arn:aws:iam::{other}:role/ops/deploy"),
        ..request()
    };
    let answer = fixture
        .sts
        .assume_role(&context(alice()), input)
        .await
        .unwrap();
    assert_eq!(
        answer.assumed_role_user.unwrap().arn,
        "arn:aws:sts::210987654321:assumed-role/deploy/ci"
    );
    assert_eq!(fixture.credential(answer.credentials).account, other);
}

#[tokio::test]
async fn the_trust_policy_decides() {
    let fixture = fixture().await;
    let context = context(alice());
    let facts = fixture
        .sts
        .0
        .facts("sts:AssumeRole", ROLE, &context.scope());
    let policy = facts.policy.unwrap();
    assert_eq!(&*policy.document, TRUST);
    assert_eq!(policy.role, PolicyRole::DecidesAlone);
    assert_eq!(facts.owner.as_deref(), Some(ACCOUNT));
    let keys = fixture
        .sts
        .0
        .state_keys("sts:AssumeRole", ROLE, &context.scope());
    assert_eq!(keys.tags, [("stage".to_owned(), "prod".to_owned())]);
    // Neither another path nor another case is the role.
    for arn in [
        "arn:aws:iam::123456789012:role/deploy",
        "arn:aws:iam::123456789012:role/ops/Deploy",
        "arn:aws:iam::123456789012:user/ops/deploy",
        "*",
    ] {
        let facts = fixture.sts.0.facts("sts:AssumeRole", arn, &context.scope());
        assert!(facts.policy.is_none(), "{arn}");
    }
}

#[tokio::test]
async fn a_missing_role_is_refused_as_one_that_does_not_trust() {
    let input = shapes::AssumeRoleRequest {
        role_arn: "arn:aws:iam::123456789012:role/nowhere".to_owned(),
        ..request()
    };
    assert_eq!(
        refused_to_alice(input).await,
        refused(
            "AccessDenied",
            403,
            "User: arn:aws:iam::123456789012:user/alice is not authorized to perform: \
             sts:AssumeRole on resource: arn:aws:iam::123456789012:role/nowhere"
        )
    );
}

#[tokio::test]
async fn root_and_federated_users_are_not_admitted_to_roles() {
    let fixture = fixture().await;
    let root = context(Caller::Root);
    assert_eq!(
        refusal(fixture.sts.0.admit("AssumeRole", &root)),
        refused(
            "AccessDenied",
            403,
            "Roles may not be assumed by root accounts."
        )
    );
    assert!(fixture.sts.0.admit("GetCallerIdentity", &root).is_ok());
    // Where IAM is not enforced, nobody asks for admission.
    fixture.sts.assume_role(&root, request()).await.unwrap();

    let bob = context(Caller::FederatedUser {
        arn: "arn:aws:sts::123456789012:federated-user/bob".to_owned(),
        id: "123456789012:bob".to_owned(),
        user_arn: "arn:aws:iam::123456789012:user/alice".to_owned(),
    });
    assert_eq!(
        refusal(fixture.sts.0.admit("AssumeRole", &bob)),
        refused(
            "AccessDenied",
            403,
            "User: arn:aws:sts::123456789012:federated-user/bob is not authorized to perform: \
             sts:AssumeRole"
        )
    );
    assert!(fixture.sts.0.admit("GetCallerIdentity", &bob).is_ok());
    assert!(fixture.sts.0.admit("AssumeRole", &context(alice())).is_ok());
}

#[tokio::test]
async fn durations_keep_to_the_role() {
    let lasting = |seconds| shapes::AssumeRoleRequest {
        duration_seconds: Some(seconds),
        ..request()
    };
    let fixture = fixture().await;
    let caller = context(alice());
    fixture
        .sts
        .assume_role(&caller, lasting(7200))
        .await
        .unwrap();
    assert_eq!(
        refusal(fixture.sts.assume_role(&caller, lasting(7201)).await),
        refused(
            "ValidationError",
            400,
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        )
    );
    assert_eq!(
        refusal(fixture.sts.assume_role(&caller, lasting(43_201)).await).2,
        "1 validation error detected: Value '43201' at 'durationSeconds' failed to satisfy \
         constraint: Member must have value less than or equal to 43200"
    );
    let answer = fixture.sts.assume_role(&caller, request()).await.unwrap();
    let chained = fixture.context_of(answer.credentials);
    assert_eq!(
        refusal(fixture.sts.assume_role(&chained, lasting(3601)).await),
        refused(
            "ValidationError",
            400,
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by \
             role chaining"
        )
    );
    fixture
        .sts
        .assume_role(&chained, lasting(3600))
        .await
        .unwrap();
}

#[tokio::test]
async fn session_policies_are_kept_and_measured() {
    let fixture = fixture().await;
    let input = shapes::AssumeRoleRequest {
        policy: Some(POLICY.to_owned()),
        policy_arns: arns(&[READ_ONLY]),
        ..request()
    };
    let answer = fixture
        .sts
        .assume_role(&context(alice()), input)
        .await
        .unwrap();
    let percent = answer.packed_policy_size.unwrap();
    assert!((1..=20).contains(&percent), "{percent}");
    let credential = fixture.credential(answer.credentials);
    let session = credential.session.as_deref().unwrap();
    assert_eq!(session.policies, [Arc::from(POLICY)]);
    assert_eq!(session.policy_arns, [READ_ONLY]);
}

#[tokio::test]
async fn session_policies_that_are_wrong_are_refused() {
    for wrong in ["{}", "not json", &POLICY.replace("Allow", "Perhaps")] {
        let input = shapes::AssumeRoleRequest {
            policy: Some(wrong.to_owned()),
            ..request()
        };
        let (code, status, _) = refused_to_alice(input).await;
        assert_eq!((code.as_str(), status), ("MalformedPolicyDocument", 400));
    }
    let eleven = shapes::AssumeRoleRequest {
        policy_arns: arns(&[READ_ONLY; 11]),
        ..request()
    };
    assert_eq!(refused_to_alice(eleven).await.0, "ValidationError");
    // A session policy of somebody else's account is not to be had.
    let foreign = shapes::AssumeRoleRequest {
        policy_arns: arns(&["arn:aws:iam::210987654321:policy/theirs"]),
        ..request()
    };
    assert_eq!(refused_to_alice(foreign).await.0, "ValidationError");
}

/// Tags that no packing makes small.
fn noise() -> Vec<shapes::Tag> {
    let word = |n: u64| format!("{:016x}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let value = |n: u64| {
        (0..16)
            .map(|part| word(n * 16 + part + 1))
            .collect::<String>()
    };
    (0..50).map(|n| tag(&format!("k{n}"), &value(n))).collect()
}

#[tokio::test]
async fn credentials_have_little_room() {
    for (policy, begin) in [
        (None, "Packed size of session tags consumes "),
        (Some(POLICY.to_owned()), "Packed policy consumes "),
    ] {
        let input = shapes::AssumeRoleRequest {
            policy,
            tags: Some(noise()),
            ..request()
        };
        let (code, status, message) = refused_to_alice(input).await;
        assert_eq!((code.as_str(), status), ("PackedPolicyTooLarge", 400));
        assert!(message.starts_with(begin), "{message}");
    }
}

#[tokio::test]
async fn session_policies_have_2048_characters_together() {
    let policy = |spaces| format!("{POLICY}{}", " ".repeat(spaces));
    let room = 2048 - POLICY.len() - READ_ONLY.len();
    let asking = |spaces| shapes::AssumeRoleRequest {
        policy: Some(policy(spaces)),
        policy_arns: arns(&[READ_ONLY]),
        ..request()
    };
    let fixture = fixture().await;
    let context = context(alice());
    let granted = fixture.sts.assume_role(&context, asking(room)).await;
    granted.unwrap();
    assert_eq!(
        refused_to_alice(asking(room + 1)).await.0,
        "ValidationError"
    );
}

#[tokio::test]
async fn transitive_tags_and_source_identity_follow_the_chain() {
    let fixture = fixture().await;
    let input = shapes::AssumeRoleRequest {
        tags: Some(vec![tag("Team", "red"), tag("cost", "7")]),
        transitive_tag_keys: Some(vec!["team".to_owned()]),
        source_identity: Some("alice".to_owned()),
        ..request()
    };
    let answer = fixture
        .sts
        .assume_role(&context(alice()), input)
        .await
        .unwrap();
    assert_eq!(answer.source_identity.as_deref(), Some("alice"));
    let chained = fixture.context_of(answer.credentials);

    let more = shapes::AssumeRoleRequest {
        tags: Some(vec![tag("stage", "test")]),
        ..request()
    };
    let answer = fixture.sts.assume_role(&chained, more).await.unwrap();
    assert_eq!(answer.source_identity.as_deref(), Some("alice"));
    let session = fixture
        .credential(answer.credentials)
        .session
        .clone()
        .unwrap();
    let tags = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        pairs.iter().map(owned).collect()
    };
    assert_eq!(session.tags, tags(&[("Team", "red"), ("stage", "test")]));
    assert_eq!(session.transitive_tags, ["Team"]);

    let colliding = shapes::AssumeRoleRequest {
        tags: Some(vec![tag("TEAM", "blue")]),
        ..request()
    };
    assert_eq!(
        refusal(fixture.sts.assume_role(&chained, colliding).await),
        refused(
            "InvalidParameterValue",
            400,
            "One of the specified transitive tag keys can't be set because it conflicts with a \
             transitive tag key from the calling session."
        )
    );
    let renamed = shapes::AssumeRoleRequest {
        source_identity: Some("mallory".to_owned()),
        ..request()
    };
    assert_eq!(
        refusal(fixture.sts.assume_role(&chained, renamed).await),
        refused(
            "ValidationError",
            400,
            "The source identity is already set for this assume role session"
        )
    );
}

#[tokio::test]
async fn tags_that_are_wrong_are_refused() {
    let tagged = |tags| shapes::AssumeRoleRequest {
        tags: Some(tags),
        ..request()
    };
    assert_eq!(
        refused_to_alice(tagged(vec![tag("a", "1"), tag("A", "2")])).await,
        refused(
            "InvalidParameterValue",
            400,
            "Duplicate tag keys found. Please note that Tag keys are case insensitive."
        )
    );
    let unknown = shapes::AssumeRoleRequest {
        transitive_tag_keys: Some(vec!["b".to_owned()]),
        ..tagged(vec![tag("a", "1")])
    };
    assert_eq!(
        refused_to_alice(unknown).await,
        refused(
            "InvalidParameterValue",
            400,
            "The specified transitive tag key must be included in the requested tags."
        )
    );
    let many = (0..51).map(|n| tag(&format!("k{n}"), "")).collect();
    assert_eq!(refused_to_alice(tagged(many)).await.0, "ValidationError");
    assert_eq!(
        refused_to_alice(tagged(vec![tag("aws:a", "1")])).await.0,
        "InvalidParameterValue"
    );
}

#[tokio::test]
async fn names_and_arns_keep_to_their_patterns() {
    for name in ["x", "a b", "a/b", &"x".repeat(65)] {
        let input = shapes::AssumeRoleRequest {
            role_session_name: (*name).to_owned(),
            ..request()
        };
        assert_eq!(refused_to_alice(input).await.0, "ValidationError", "{name}");
    }
    let input = shapes::AssumeRoleRequest {
        role_arn: "role/deploy but no ARN at all".to_owned(),
        ..request()
    };
    assert_eq!(
        refused_to_alice(input).await,
        refused("ValidationError", 400, "Request ARN is invalid")
    );
    let input = shapes::AssumeRoleRequest {
        external_id: Some("x".to_owned()),
        ..request()
    };
    assert_eq!(refused_to_alice(input).await.0, "ValidationError");
}

#[tokio::test]
async fn a_one_time_pass_code_is_always_wrong() {
    let input = shapes::AssumeRoleRequest {
        serial_number: Some("arn:aws:iam::123456789012:mfa/alice".to_owned()),
        token_code: Some("123456".to_owned()),
        ..request()
    };
    assert_eq!(
        refused_to_alice(input).await,
        refused(
            "AccessDenied",
            403,
            "MultiFactorAuthentication failed with invalid MFA one time pass code. "
        )
    );
}

#[tokio::test]
async fn a_session_of_a_session_token_is_no_chain() {
    let fixture = fixture().await;
    let in_session = RequestContext {
        session: Some(Arc::default()),
        ..context(alice())
    };
    let input = shapes::AssumeRoleRequest {
        duration_seconds: Some(7200),
        ..request()
    };
    fixture.sts.assume_role(&in_session, input).await.unwrap();
}
