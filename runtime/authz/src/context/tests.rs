use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use pretty_assertions::assert_eq;
use stockade_spec::service::Session;

use super::*;

/// A request of 30 August 2015, of account 123456789012 in eu-central-1.
pub(crate) fn context(caller: Caller, session: Option<Session>) -> RequestContext {
    RequestContext {
        caller,
        account: "123456789012".into(),
        region: "eu-central-1".into(),
        partition: "aws",
        access_key: None,
        session: session.map(Arc::new),
        request_id: "1".into(),
        now: UNIX_EPOCH + Duration::from_millis(1_440_938_160_500),
        origin: "http://localhost:4566".into(),
    }
}

fn keys(context: &RequestContext, tags: &[(String, String)]) -> Vec<String> {
    let facts = Facts {
        source_ip: Some([203, 0, 113, 9].into()),
        secure: false,
        header: &|name| (name == "user-agent").then(|| "aws-cli/2".to_owned()),
    };
    global(context, &facts, tags)
        .iter()
        .map(|(key, values)| format!("{key}={}", values.join("|")))
        .collect()
}

#[test]
fn a_users_keys() {
    let user = Caller::User {
        arn: "arn:aws:iam::123456789012:user/dev/ada".into(),
        id: "AIDAEXAMPLE".into(),
        name: "ada".into(),
    };
    let tags = [("team".to_owned(), "red".to_owned())];
    assert_eq!(
        keys(&context(user, None), &tags),
        [
            "aws:PrincipalArn=arn:aws:iam::123456789012:user/dev/ada",
            "aws:PrincipalType=User",
            "aws:userid=AIDAEXAMPLE",
            "aws:username=ada",
            "aws:PrincipalAccount=123456789012",
            "aws:PrincipalIsAWSService=false",
            "aws:PrincipalTag/team=red",
            "aws:SourceIp=203.0.113.9",
            "aws:SecureTransport=false",
            "aws:CurrentTime=2015-08-30T12:36:00Z",
            "aws:EpochTime=1440938160",
            "aws:RequestedRegion=eu-central-1",
            "aws:ViaAWSService=false",
            "aws:UserAgent=aws-cli/2",
        ]
    );
}

#[test]
fn a_roles_session_is_its_role_and_its_tags_win() {
    let role = Caller::AssumedRole {
        role_arn: "arn:aws:iam::123456789012:role/r".into(),
        session_arn: "arn:aws:sts::123456789012:assumed-role/r/s".into(),
        id: "AROAEXAMPLE:s".into(),
    };
    let session = Session {
        tags: vec![("Team".into(), "blue".into())],
        source_identity: Some("ada".into()),
        issued: Some(UNIX_EPOCH + Duration::from_secs(1_440_938_100)),
        mfa: true,
        ..Session::default()
    };
    let tags = [("team".to_owned(), "red".to_owned())];
    let keys = keys(&context(role, Some(session)), &tags);
    for wanted in [
        "aws:PrincipalArn=arn:aws:iam::123456789012:role/r",
        "aws:PrincipalTag/team=blue",
        "aws:MultiFactorAuthPresent=true",
        "aws:MultiFactorAuthAge=60",
        "aws:TokenIssueTime=2015-08-30T12:35:00Z",
        "aws:SourceIdentity=ada",
    ] {
        assert!(keys.iter().any(|key| key == wanted), "{wanted} in {keys:?}");
    }
}

#[test]
fn a_stranger_has_no_principal() {
    let keys = keys(&context(Caller::Anonymous, None), &[]);
    assert!(keys.contains(&"aws:PrincipalType=Anonymous".to_owned()));
    assert!(!keys.iter().any(|key| key.starts_with("aws:PrincipalArn")));
    assert!(keys.contains(&"aws:PrincipalAccount=anonymous".to_owned()));
    assert!(
        !keys
            .iter()
            .any(|key| key.starts_with("aws:MultiFactorAuth"))
    );
}

#[test]
fn a_requirement_adds_its_resource_and_its_own_keys() {
    let request = context(Caller::Root, None);
    let facts = Facts {
        source_ip: None,
        secure: true,
        header: &|_| None,
    };
    let global = global(&request, &facts, &[]);
    let resource = StateKeys {
        tags: vec![("stage".into(), "prod".into())],
        ..StateKeys::default()
    };
    let own: Keys = vec![("aws:TagKeys".into(), Ok(vec!["a".into(), "b".into()]))];
    let context = requirement(global, &own, &resource, &[], Some("210987654321"));
    assert_eq!(context.one("aws:ResourceAccount"), Some("210987654321"));
    assert_eq!(context.one("aws:ResourceTag/stage"), Some("prod"));
    assert_eq!(context.get("aws:tagkeys").map(<[_]>::len), Some(2));
    assert_eq!(
        context.one("aws:PrincipalArn"),
        Some("arn:aws:iam::123456789012:root")
    );
}

fn user() -> Caller {
    Caller::User {
        arn: "arn:aws:iam::123456789012:user/ada".into(),
        id: "AIDAEXAMPLE".into(),
        name: "ada".into(),
    }
}

fn without_mfa() -> Option<Session> {
    Some(Session {
        issued: Some(UNIX_EPOCH),
        ..Session::default()
    })
}

/// "AWS global condition context keys", aws:MultiFactorAuthPresent: absent from long-term credentials and from federated
/// identities, `false` in other temporary ones without MFA; aws:MultiFactorAuthAge only where MFA was used.
#[test]
fn mfa_is_told_by_the_kind_of_credentials() {
    let federated = Caller::FederatedUser {
        arn: "arn:aws:sts::123456789012:federated-user/bob".into(),
        id: "123456789012:bob".into(),
        user_arn: "arn:aws:iam::123456789012:user/ada".into(),
    };
    let role = Caller::AssumedRole {
        role_arn: "arn:aws:iam::123456789012:role/r".into(),
        session_arn: "arn:aws:sts::123456789012:assumed-role/r/s".into(),
        id: "AROAEXAMPLE:s".into(),
    };
    for (caller, session, expected) in [
        (user(), None, None),
        (
            user(),
            without_mfa(),
            Some("aws:MultiFactorAuthPresent=false"),
        ),
        (
            role,
            without_mfa(),
            Some("aws:MultiFactorAuthPresent=false"),
        ),
        (federated, without_mfa(), None),
        (Caller::Root, None, None),
    ] {
        let keys = keys(&context(caller.clone(), session), &[]);
        let mut of_mfa = keys
            .iter()
            .filter(|key| key.starts_with("aws:MultiFactorAuth"));
        assert_eq!(of_mfa.next().map(String::as_str), expected, "{caller:?}");
        assert_eq!(of_mfa.next(), None, "{caller:?}");
    }
}

/// The same page: where a service uses a user's long-term credentials again, it does so with temporary ones without MFA.
#[test]
fn a_forwarded_session_has_no_mfa_but_what_its_own_had() {
    let with_mfa = Session {
        mfa: true,
        ..Session::default()
    };
    for (caller, session, expected) in [
        (user(), None, Some("false")),
        (user(), Some(with_mfa), Some("true")),
        (Caller::Root, None, None),
    ] {
        let request = context(caller, session);
        let facts = Facts {
            source_ip: None,
            secure: true,
            header: &|_| None,
        };
        let mut keys = global(&request, &facts, &[]);
        forwarded(&mut keys, &request, "athena.amazonaws.com");
        assert_eq!(keys.one("aws:MultiFactorAuthPresent"), expected);
        assert_eq!(keys.one("aws:CalledViaFirst"), Some("athena.amazonaws.com"));
        assert_eq!(keys.one("aws:ViaAWSService"), Some("true"));
    }
}

/// The same page: a service's principal has the keys of its names, and of all others of who asks only
/// aws:PrincipalIsAWSService, which nobody signed for otherwise has as true.
#[test]
fn a_service_has_its_names_and_no_account() {
    let service = Caller::Service {
        name: "sns.amazonaws.com".into(),
    };
    let principal: Vec<String> = keys(&context(service, None), &[])
        .into_iter()
        .filter(|key| key.starts_with("aws:Principal") || key.starts_with("aws:user"))
        .collect();
    assert_eq!(
        principal,
        [
            "aws:PrincipalIsAWSService=true",
            "aws:PrincipalServiceName=sns.amazonaws.com",
            "aws:PrincipalServiceNamesList=sns.amazonaws.com",
        ]
    );
    let of_user = keys(&context(user(), None), &[]);
    assert!(
        !of_user
            .iter()
            .any(|key| key.starts_with("aws:PrincipalService"))
    );
}

/// The same page, aws:ResourceAccount: some actions do not support the key, whoever owns the resource.
#[test]
fn a_key_that_an_action_does_not_support_is_absent() {
    let mut global = Context::new();
    global.set("aws:ResourceOrgID", "o-example");
    let own: Keys = vec![
        ("aws:ResourceAccount".into(), Ok(Vec::new())),
        ("aws:ResourceOrgID".into(), Ok(Vec::new())),
    ];
    let state = StateKeys::default();
    let context = requirement(global, &own, &state, &[], Some("210987654321"));
    assert_eq!(context.get("aws:ResourceAccount"), None);
    assert_eq!(context.get("aws:ResourceOrgID"), None);
}
