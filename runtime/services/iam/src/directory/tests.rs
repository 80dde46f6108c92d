use std::time::{Duration, SystemTime, UNIX_EPOCH};

use stockade_iam_api::{Iam as _, shapes};
use stockade_spec::directory::Directory;
use stockade_spec::{Caller, RequestContext, Session};
use stockade_store::Store;

use crate::Iam;
use crate::sessions::{SessionRequest, TemporaryCredentials};

const ACCOUNT: &str = "123456789012";
const NOW: u64 = 1_700_000_000;
const ALLOW: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#;
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole"}}"#;

fn context() -> RequestContext {
    RequestContext {
        caller: Caller::Root,
        account: ACCOUNT.to_owned(),
        region: "us-east-1".to_owned(),
        partition: "aws",
        access_key: None,
        session: None,
        request_id: "request".to_owned(),
        now: at(NOW),
        origin: "http://localhost:4566".to_owned(),
    }
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn tag(key: &str, value: &str) -> shapes::Tag {
    shapes::Tag {
        key: key.to_owned(),
        value: value.to_owned(),
    }
}

async fn user(iam: &Iam, name: &str) -> Caller {
    let input = shapes::CreateUserRequest {
        user_name: name.to_owned(),
        path: Some("/ops/".to_owned()),
        tags: Some(vec![tag("team", "red")]),
        ..Default::default()
    };
    let user = iam
        .create_user(&context(), input)
        .await
        .unwrap()
        .user
        .unwrap();
    Caller::User {
        arn: user.arn,
        id: user.user_id,
        name: user.user_name,
    }
}

async fn role(iam: &Iam, name: &str) -> Caller {
    let input = shapes::CreateRoleRequest {
        role_name: name.to_owned(),
        assume_role_policy_document: TRUST.to_owned(),
        ..Default::default()
    };
    let role = iam.create_role(&context(), input).await.unwrap().role;
    let policy = shapes::PutRolePolicyRequest {
        role_name: name.to_owned(),
        policy_name: "inline".to_owned(),
        policy_document: ALLOW.to_owned(),
    };
    iam.put_role_policy(&context(), policy).await.unwrap();
    Caller::AssumedRole {
        role_arn: role.arn,
        session_arn: format!("arn:aws:sts::{ACCOUNT}:assumed-role/{name}/session"),
        id: format!("{}:session", role.role_id),
    }
}

async fn issue(
    iam: &Iam,
    caller: &Caller,
    session: &Session,
    now: u64,
    seconds: u64,
) -> TemporaryCredentials {
    iam.issue_session(SessionRequest {
        account: ACCOUNT,
        caller,
        session,
        now: at(now),
        duration: Duration::from_secs(seconds),
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn a_users_key_tells_its_user_even_after_a_change_of_name() {
    let iam = Iam::new(Store::in_memory());
    user(&iam, "alice").await;
    let input = shapes::CreateAccessKeyRequest {
        user_name: Some("alice".to_owned()),
    };
    let key = iam
        .create_access_key(&context(), input)
        .await
        .unwrap()
        .access_key;
    let rename = shapes::UpdateUserRequest {
        user_name: "alice".to_owned(),
        new_user_name: Some("Alina".to_owned()),
        ..Default::default()
    };
    iam.update_user(&context(), rename).await.unwrap();

    let credential = iam.credential(&key.access_key_id).unwrap();
    assert_eq!(credential.secret, key.secret_access_key);
    assert_eq!(credential.account, ACCOUNT);
    assert_eq!(
        credential.caller.arn(),
        Some("arn:aws:iam::123456789012:user/ops/Alina")
    );
    assert!(credential.active && credential.expires.is_none() && credential.session.is_none());

    let input = shapes::UpdateAccessKeyRequest {
        user_name: Some("Alina".to_owned()),
        access_key_id: key.access_key_id.clone(),
        status: shapes::StatusType::from("Inactive"),
    };
    iam.update_access_key(&context(), input).await.unwrap();
    assert!(!iam.credential(&key.access_key_id).unwrap().active);

    let input = shapes::DeleteAccessKeyRequest {
        user_name: Some("Alina".to_owned()),
        access_key_id: key.access_key_id.clone(),
    };
    iam.delete_access_key(&context(), input).await.unwrap();
    assert!(iam.credential(&key.access_key_id).is_none());
    assert!(iam.credential("AKIAIOSFODNN7EXAMPLE").is_none());
    assert!(iam.credential("test").is_none());
}

#[tokio::test]
async fn a_session_comes_back_as_it_was_issued() {
    let iam = Iam::new(Store::in_memory());
    let caller = role(&iam, "deploy").await;
    let session = Session {
        policies: vec![ALLOW.into()],
        policy_arns: vec!["arn:aws:iam::aws:policy/ReadOnlyAccess".to_owned()],
        tags: vec![("team".to_owned(), "red".to_owned())],
        transitive_tags: vec!["team".to_owned()],
        source_identity: Some("alice".to_owned()),
        ..Session::default()
    };
    let issued = issue(&iam, &caller, &session, NOW, 900).await;
    assert!(issued.access_key_id.starts_with("ASIA"));
    assert_eq!(issued.expires, 1_700_000_900);

    let credential = iam.credential(&issued.access_key_id).unwrap();
    assert_eq!(credential.secret, issued.secret_access_key);
    assert_eq!(
        credential.session_token.as_deref(),
        Some(&*issued.session_token)
    );
    assert_eq!(credential.caller, caller);
    assert_eq!(credential.expires, Some(at(NOW + 900)));
    let expected = Session {
        issued: Some(at(NOW)),
        ..session
    };
    assert_eq!(credential.session.as_deref(), Some(&expected));
}

#[tokio::test]
async fn an_expired_session_is_on_record_for_a_day() {
    let iam = Iam::new(Store::in_memory());
    let first = issue(&iam, &Caller::Root, &Session::default(), NOW, 900).await;
    let day = 24 * 3600;
    issue(
        &iam,
        &Caller::Root,
        &Session::default(),
        NOW + 900 + day,
        900,
    )
    .await;
    assert!(iam.credential(&first.access_key_id).is_some());
    issue(
        &iam,
        &Caller::Root,
        &Session::default(),
        NOW + 901 + day,
        900,
    )
    .await;
    assert!(iam.credential(&first.access_key_id).is_none());
}

#[tokio::test]
async fn sessions_change_no_revision_and_identities_do() {
    let iam = Iam::new(Store::in_memory());
    let before = iam.revision();
    issue(&iam, &Caller::Root, &Session::default(), NOW, 900).await;
    assert_eq!(iam.revision(), before);
    user(&iam, "alice").await;
    assert_ne!(iam.revision(), before);
}

#[tokio::test]
async fn a_users_profile_gathers_all_that_it_carries() {
    let iam = Iam::new(Store::in_memory());
    let caller = user(&iam, "alice").await;
    let context = context();
    iam.put_user_policy(
        &context,
        shapes::PutUserPolicyRequest {
            user_name: "alice".to_owned(),
            policy_name: "own".to_owned(),
            policy_document: ALLOW.to_owned(),
        },
    )
    .await
    .unwrap();
    iam.create_group(
        &context,
        shapes::CreateGroupRequest {
            group_name: "devs".to_owned(),
            path: None,
        },
    )
    .await
    .unwrap();
    iam.put_group_policy(
        &context,
        shapes::PutGroupPolicyRequest {
            group_name: "devs".to_owned(),
            policy_name: "shared".to_owned(),
            policy_document: ALLOW.to_owned(),
        },
    )
    .await
    .unwrap();
    let read_only = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    iam.attach_group_policy(
        &context,
        shapes::AttachGroupPolicyRequest {
            group_name: "devs".to_owned(),
            policy_arn: read_only.to_owned(),
        },
    )
    .await
    .unwrap();
    iam.add_user_to_group(
        &context,
        shapes::AddUserToGroupRequest {
            group_name: "devs".to_owned(),
            user_name: "alice".to_owned(),
        },
    )
    .await
    .unwrap();
    iam.put_user_permissions_boundary(
        &context,
        shapes::PutUserPermissionsBoundaryRequest {
            user_name: "alice".to_owned(),
            permissions_boundary: read_only.to_owned(),
        },
    )
    .await
    .unwrap();

    let profile = iam.profile(ACCOUNT, &caller).unwrap();
    let carried: Vec<(&str, bool, &str)> = profile
        .policies
        .iter()
        .map(|policy| (&*policy.name, policy.managed, &*policy.attached_to))
        .collect();
    let group = "arn:aws:iam::123456789012:group/devs";
    assert_eq!(
        carried,
        [
            ("own", false, "arn:aws:iam::123456789012:user/ops/alice"),
            ("shared", false, group),
            (read_only, true, group),
        ]
    );
    assert_eq!(&*profile.policies[0].document, ALLOW);
    assert!(profile.policies[2].document.contains("Statement"));
    assert_eq!(profile.boundary.unwrap().name, read_only);
    assert_eq!(profile.tags, [("team".to_owned(), "red".to_owned())]);

    let federated = Caller::FederatedUser {
        arn: format!("arn:aws:sts::{ACCOUNT}:federated-user/bob"),
        id: format!("{ACCOUNT}:bob"),
        user_arn: "arn:aws:iam::123456789012:user/ops/alice".to_owned(),
    };
    assert_eq!(iam.profile(ACCOUNT, &federated).unwrap().policies.len(), 3);
}

#[tokio::test]
async fn a_principal_that_is_gone_has_no_profile_though_its_name_is_back() {
    let iam = Iam::new(Store::in_memory());
    let old = role(&iam, "deploy").await;
    assert_eq!(iam.profile(ACCOUNT, &old).unwrap().policies.len(), 1);
    let policy = shapes::DeleteRolePolicyRequest {
        role_name: "deploy".to_owned(),
        policy_name: "inline".to_owned(),
    };
    iam.delete_role_policy(&context(), policy).await.unwrap();
    let input = shapes::DeleteRoleRequest {
        role_name: "deploy".to_owned(),
    };
    iam.delete_role(&context(), input).await.unwrap();
    assert!(iam.profile(ACCOUNT, &old).is_none());
    let new = role(&iam, "deploy").await;
    assert!(iam.profile(ACCOUNT, &old).is_none());
    assert!(iam.profile(ACCOUNT, &new).is_some());

    let old = user(&iam, "alice").await;
    let input = shapes::DeleteUserRequest {
        user_name: "alice".to_owned(),
    };
    iam.delete_user(&context(), input).await.unwrap();
    user(&iam, "alice").await;
    assert!(iam.profile(ACCOUNT, &old).is_none());
}

#[tokio::test]
async fn a_federated_user_goes_with_its_user() {
    let iam = Iam::new(Store::in_memory());
    let alice = user(&iam, "alice").await;
    let federated = Caller::FederatedUser {
        arn: format!("arn:aws:sts::{ACCOUNT}:federated-user/bob"),
        id: format!("{ACCOUNT}:bob"),
        user_arn: alice.arn().unwrap().to_owned(),
    };
    let issued = issue(&iam, &federated, &Session::default(), NOW, 900).await;
    let caller = || {
        iam.credential(&issued.access_key_id)
            .unwrap()
            .caller
            .clone()
    };
    assert_eq!(caller(), federated);
    assert!(iam.profile(ACCOUNT, &caller()).is_some());

    let input = shapes::DeleteUserRequest {
        user_name: "alice".to_owned(),
    };
    iam.delete_user(&context(), input).await.unwrap();
    assert!(iam.profile(ACCOUNT, &caller()).is_none());
    user(&iam, "alice").await;
    assert!(iam.profile(ACCOUNT, &caller()).is_none());
}

#[tokio::test]
async fn root_has_no_policies_and_its_federated_users_are_limited_by_their_session_alone() {
    let iam = Iam::new(Store::in_memory());
    assert!(
        iam.profile(ACCOUNT, &Caller::Root)
            .unwrap()
            .policies
            .is_empty()
    );
    let federated = Caller::FederatedUser {
        arn: format!("arn:aws:sts::{ACCOUNT}:federated-user/bob"),
        id: format!("{ACCOUNT}:bob"),
        user_arn: format!("arn:aws:iam::{ACCOUNT}:root"),
    };
    let profile = iam.profile(ACCOUNT, &federated).unwrap();
    assert!(profile.policies[0].document.contains(r#""Action":"*""#));
}

#[test]
fn managed_policies_are_found_by_arn() {
    let iam = Iam::new(Store::in_memory());
    assert!(
        iam.managed_policy("arn:aws:iam::aws:policy/AdministratorAccess")
            .is_some()
    );
    assert!(
        iam.managed_policy("arn:aws:iam::123456789012:policy/none")
            .is_none()
    );
}

#[tokio::test]
async fn users_roles_and_sessions_are_found_by_their_arns() {
    let iam = Iam::new(Store::in_memory());
    let now = at(NOW);
    let alice = user(&iam, "alice").await;
    let deploy = role(&iam, "deploy").await;
    let named = |arn: &str| iam.named(arn, now);

    let found = named(alice.arn().unwrap()).unwrap();
    assert_eq!((found.caller, found.session), (alice, None));
    assert_eq!(found.account, ACCOUNT);
    // Its path is part of its name.
    assert_eq!(named(&format!("arn:aws:iam::{ACCOUNT}:user/alice")), None);

    let session_arn = deploy.arn().unwrap();
    let Caller::AssumedRole { role_arn, .. } = &deploy else {
        panic!("{deploy:?}");
    };
    let new = named(role_arn).unwrap();
    assert_eq!(
        new.caller.arn(),
        Some(format!("arn:aws:sts::{ACCOUNT}:assumed-role/deploy/explain").as_str())
    );
    assert!(iam.profile(ACCOUNT, &new.caller).is_some());
    assert_eq!(new.session.unwrap().issued, Some(now));

    // Before anybody assumed it, a session is one without policies; then the newest that has not ended.
    let policies = |count: usize| Session {
        policies: vec![ALLOW.into(); count],
        ..Session::default()
    };
    let found = named(session_arn).unwrap();
    assert_eq!(found.caller, deploy);
    assert!(found.session.unwrap().policies.is_empty());
    issue(&iam, &deploy, &policies(1), NOW - 20, 900).await;
    issue(&iam, &deploy, &policies(2), NOW - 10, 900).await;
    issue(&iam, &deploy, &policies(3), NOW - 5, 5).await;
    let found = named(session_arn).unwrap();
    assert_eq!(found.caller, deploy);
    assert_eq!(found.session.unwrap().policies.len(), 2);

    for nobody in [
        "",
        "alice",
        "arn:aws:iam::123456789012:user/ops/bob",
        "arn:aws:iam::123456789012:role/ops/deploy",
        "arn:aws:iam::123456789012:group/alice",
        "arn:aws:sts::123456789012:assumed-role/none/session",
        "arn:aws:sts::123456789012:federated-user/alice",
    ] {
        assert_eq!(named(nobody), None, "{nobody}");
    }
}
