use std::sync::Arc;

use stockade_spec::{Caller, RequestContext, Session};
use stockade_sts_api::shapes;

use super::{
    ACCOUNT, Fixture, NOW, POLICY, READ_ONLY, alice, arns, at, context, refusal, refused, tag,
};

fn federation(name: &str) -> shapes::GetFederationTokenRequest {
    shapes::GetFederationTokenRequest {
        name: name.to_owned(),
        ..Default::default()
    }
}

fn session_token(seconds: Option<i32>) -> shapes::GetSessionTokenRequest {
    shapes::GetSessionTokenRequest {
        duration_seconds: seconds,
        ..Default::default()
    }
}

#[tokio::test]
async fn a_users_session_is_the_user() {
    let fixture = Fixture::new();
    let answer = fixture
        .sts
        .get_session_token(&context(alice()), session_token(None))
        .await
        .unwrap();
    let credentials = answer.credentials.clone().unwrap();
    assert!(credentials.access_key_id.starts_with("ASIA"));
    let twelve_hours = 43_200;
    assert_eq!(credentials.expiration.secs(), 1_700_000_000 + twelve_hours);
    let credential = fixture.credential(answer.credentials);
    assert_eq!(credential.caller, alice());
    assert_eq!(credential.session_token, Some(credentials.session_token));
    let session = Session {
        issued: Some(at(NOW)),
        ..Session::default()
    };
    assert_eq!(credential.session.as_deref(), Some(&session));
}

#[tokio::test]
async fn roots_sessions_last_an_hour_at_most() {
    let fixture = Fixture::new();
    for asked in [None, Some(129_600)] {
        let answer = fixture
            .sts
            .get_session_token(&context(Caller::Root), session_token(asked))
            .await
            .unwrap();
        let credentials = answer.credentials.unwrap();
        assert_eq!(credentials.expiration.secs(), 1_700_003_600);
    }
}

#[tokio::test]
async fn session_tokens_are_not_for_sessions_nor_for_strangers() {
    let fixture = Fixture::new();
    let in_session = RequestContext {
        session: Some(Arc::default()),
        ..context(alice())
    };
    let answer = fixture
        .sts
        .get_session_token(&in_session, session_token(None));
    assert_eq!(
        refusal(answer.await),
        refused(
            "AccessDenied",
            403,
            "Cannot call GetSessionToken with session credentials"
        )
    );
    let answer = fixture
        .sts
        .get_federation_token(&in_session, federation("bob"));
    assert_eq!(
        refusal(answer.await),
        refused(
            "AccessDenied",
            403,
            "Cannot call GetFederationToken with session credentials"
        )
    );
    let anonymous = context(Caller::Anonymous);
    let answer = fixture
        .sts
        .get_session_token(&anonymous, session_token(None));
    assert_eq!(refusal(answer.await).0, "MissingAuthenticationToken");
}

#[tokio::test]
async fn durations_and_pass_codes_are_checked() {
    let fixture = Fixture::new();
    let caller = context(alice());
    let answer = fixture
        .sts
        .get_session_token(&caller, session_token(Some(899)));
    assert_eq!(
        refusal(answer.await),
        refused(
            "ValidationError",
            400,
            "1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy \
             constraint: Member must have value greater than or equal to 900"
        )
    );
    let long = session_token(Some(129_601));
    assert_eq!(
        refusal(fixture.sts.get_session_token(&caller, long).await).0,
        "ValidationError"
    );
    let coded = shapes::GetSessionTokenRequest {
        serial_number: Some(format!("arn:aws:iam::{ACCOUNT}:mfa/alice")),
        token_code: Some("123456".to_owned()),
        ..Default::default()
    };
    assert_eq!(
        refusal(fixture.sts.get_session_token(&caller, coded.clone()).await),
        refused(
            "AccessDenied",
            403,
            "MultiFactorAuthentication failed with invalid MFA one time pass code. "
        )
    );
    let half = shapes::GetSessionTokenRequest {
        token_code: None,
        ..coded
    };
    assert_eq!(
        refusal(fixture.sts.get_session_token(&caller, half).await).2,
        "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass \
         code."
    );
}

#[tokio::test]
async fn a_federated_user_carries_what_it_was_given() {
    let fixture = Fixture::new();
    let input = shapes::GetFederationTokenRequest {
        policy: Some(POLICY.to_owned()),
        policy_arns: arns(&[READ_ONLY]),
        tags: Some(vec![tag("team", "red")]),
        duration_seconds: Some(900),
        ..federation("bob")
    };
    let answer = fixture
        .sts
        .get_federation_token(&context(alice()), input)
        .await
        .unwrap();
    let user = answer.federated_user.unwrap();
    assert_eq!(user.arn, "arn:aws:sts::123456789012:federated-user/bob");
    assert_eq!(user.federated_user_id, "123456789012:bob");
    assert!(answer.packed_policy_size > Some(0));
    let credential = fixture.credential(answer.credentials);
    assert_eq!(
        credential.caller,
        Caller::FederatedUser {
            arn: user.arn,
            id: user.federated_user_id,
            user_arn: format!("arn:aws:iam::{ACCOUNT}:user/alice"),
        }
    );
    let session = credential.session.as_deref().unwrap();
    assert_eq!(session.policies, [Arc::from(POLICY)]);
    assert_eq!(session.policy_arns, [READ_ONLY]);
    assert_eq!(session.tags, [("team".to_owned(), "red".to_owned())]);
    assert!(session.transitive_tags.is_empty());
}

#[tokio::test]
async fn a_federated_user_without_policies_has_none() {
    let fixture = Fixture::new();
    let answer = fixture
        .sts
        .get_federation_token(&context(Caller::Root), federation("bob"))
        .await
        .unwrap();
    assert_eq!(answer.packed_policy_size, Some(0));
    let credential = fixture.credential(answer.credentials);
    assert_eq!(credential.expires, Some(at(NOW + 3600)));
    let session = credential.session.as_deref().unwrap();
    assert!(session.policies.is_empty() && session.policy_arns.is_empty());
}

#[tokio::test]
async fn federation_refuses_what_is_malformed() {
    let fixture = Fixture::new();
    let caller = context(alice());
    let long = federation(&"x".repeat(33));
    assert_eq!(
        refusal(fixture.sts.get_federation_token(&caller, long).await).0,
        "ValidationError"
    );
    let spaced = federation("b ob");
    assert_eq!(
        refusal(fixture.sts.get_federation_token(&caller, spaced).await).2,
        "1 validation error detected: Value 'b ob' at 'name' failed to satisfy constraint: Member \
         must satisfy regular expression pattern: [\\w+=,.@-]*"
    );
    let malformed = shapes::GetFederationTokenRequest {
        policy: Some("{}".to_owned()),
        ..federation("bob")
    };
    assert_eq!(
        refusal(fixture.sts.get_federation_token(&caller, malformed).await).0,
        "MalformedPolicyDocument"
    );
    let missing = shapes::GetFederationTokenRequest {
        policy_arns: arns(&["arn:aws:iam::aws:policy/NoSuchPolicy"]),
        ..federation("bob")
    };
    assert_eq!(
        refusal(fixture.sts.get_federation_token(&caller, missing).await).0,
        "ValidationError"
    );
}
