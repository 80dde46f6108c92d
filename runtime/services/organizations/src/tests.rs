//! Behaviour through the handler's face, with state in memory: what the black-box suite cannot see.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use stockade_organizations_api::Organizations as _;
use stockade_organizations_api::shapes::*;
use stockade_spec::directory::{Guardrails, Organizations as _};
use stockade_spec::service::BoxFuture;
use stockade_spec::{Caller, Error, RequestContext};
use stockade_store::Store;

use crate::{Organizations, Roles};

const MANAGEMENT: &str = "000000000000";
const INVITED: &str = "111122223333";

struct Nothing;

impl Roles for Nothing {
    fn admit<'a>(
        &'a self,
        _context: &'a RequestContext,
        _account: &'a str,
        _role: &'a str,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async { Ok(()) })
    }
}

fn start() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_657_037_305)
}

fn context(account: &str, now: SystemTime) -> RequestContext {
    RequestContext {
        caller: Caller::Root,
        account: account.to_owned(),
        region: "us-east-1".to_owned(),
        partition: "aws",
        access_key: None,
        session: None,
        request_id: "REQUEST".to_owned(),
        now,
        origin: "http://localhost:4566".to_owned(),
    }
}

/// A service with an organization, and the organization's root.
async fn organization() -> (Organizations, String) {
    let service = Organizations::new(Store::in_memory(), Arc::new(Nothing));
    let context = context(MANAGEMENT, start());
    let input = CreateOrganizationRequest::default();
    service.create_organization(&context, input).await.unwrap();
    let input = ListRootsRequest::default();
    let roots = service.list_roots(&context, input).await.unwrap().roots;
    let root = roots
        .and_then(|roots| roots.into_iter().next()?.id)
        .unwrap();
    (service, root)
}

async fn invite(service: &Organizations) -> String {
    let input = InviteAccountToOrganizationRequest {
        target: HandshakeParty {
            id: INVITED.to_owned(),
            r#type: HandshakePartyType::Account,
        },
        notes: None,
        tags: None,
    };
    let answer = service
        .invite_account_to_organization(&context(MANAGEMENT, start()), input)
        .await
        .unwrap();
    answer.handshake.and_then(|it| it.id).unwrap()
}

/// "If the handshake isn't accepted within 15 days, it expires".
#[tokio::test]
async fn an_invitation_lasts_for_fifteen_days() {
    let days = |days: u64| Duration::from_secs(days * 24 * 3600);
    for (wait, expected) in [
        (days(15) - Duration::from_secs(1), None),
        (days(15), Some("InvalidHandshakeTransitionException")),
    ] {
        let (service, _) = organization().await;
        let handshake_id = invite(&service).await;
        let late = context(INVITED, start() + wait);
        let answer = service
            .accept_handshake(&late, AcceptHandshakeRequest { handshake_id })
            .await;
        assert_eq!(
            answer.err().map(|error| error.code.into_owned()).as_deref(),
            expected
        );
    }
}

/// "Handshake is deleted and no longer appears in lists: 30 days after the handshake is completed".
#[tokio::test]
async fn settled_invitations_are_shown_for_thirty_days() {
    let (service, _) = organization().await;
    let handshake_id = invite(&service).await;
    let days = |days: u64| start() + Duration::from_secs(days * 24 * 3600);
    let input = DeclineHandshakeRequest {
        handshake_id: handshake_id.clone(),
    };
    let invited = context(INVITED, days(10));
    service.decline_handshake(&invited, input).await.unwrap();
    for (at, expected) in [(days(40) - Duration::from_secs(1), 1), (days(40), 0)] {
        for account in [MANAGEMENT, INVITED] {
            let asker = context(account, at);
            let listed = if account == INVITED {
                let input = ListHandshakesForAccountRequest::default();
                let answer = service.list_handshakes_for_account(&asker, input).await;
                answer.unwrap().handshakes
            } else {
                let input = ListHandshakesForOrganizationRequest::default();
                let answer = service.list_handshakes_for_organization(&asker, input);
                answer.await.unwrap().handshakes
            };
            assert_eq!(listed.unwrap().len(), expected, "{account}");
            let input = DescribeHandshakeRequest {
                handshake_id: handshake_id.clone(),
            };
            let described = service.describe_handshake(&asker, input).await;
            assert_eq!(described.is_ok(), expected == 1, "{account}");
        }
    }
}

/// "20% of member accounts in organizations or 250, whichever is higher", within 30 days.
#[tokio::test]
async fn two_hundred_and_fifty_accounts_are_closed_in_thirty_days() {
    let (service, _) = organization().await;
    let asker = context(MANAGEMENT, start());
    for number in 0..252 {
        let input = CreateAccountRequest {
            account_name: format!("a{number}"),
            email: format!("a{number}@example.com"),
            ..Default::default()
        };
        service.create_account(&asker, input).await.unwrap();
    }
    let input = ListCreateAccountStatusRequest::default();
    let mut page = service
        .list_create_account_status(&asker, input)
        .await
        .unwrap();
    let mut made = page.create_account_statuses.take().unwrap();
    while let Some(next_token) = page.next_token.take() {
        let input = ListCreateAccountStatusRequest {
            next_token: Some(next_token),
            ..Default::default()
        };
        page = service
            .list_create_account_status(&asker, input)
            .await
            .unwrap();
        made.extend(page.create_account_statuses.take().unwrap());
    }
    let mut ids = made.into_iter().filter_map(|status| status.account_id);
    let close = async |account_id: String, days: u64| {
        let asker = context(MANAGEMENT, start() + Duration::from_secs(days * 24 * 3600));
        let input = CloseAccountRequest { account_id };
        let answer = service.close_account(&asker, input).await;
        answer.err().map(|error| error.message)
    };
    for account in ids.by_ref().take(250) {
        assert_eq!(close(account, 1).await, None);
    }
    let last = ids.next().unwrap();
    let exceeded = "You have exceeded close account quota for the past 30 days.";
    assert_eq!(close(last.clone(), 30).await.as_deref(), Some(exceeded));
    assert_eq!(close(last, 31).await, None);
}

#[tokio::test]
async fn the_revision_tells_changes() {
    let service = Organizations::new(Store::in_memory(), Arc::new(Nothing));
    assert_eq!(service.revision(), 0);
    let input = CreateOrganizationRequest::default();
    let asker = context(MANAGEMENT, start());
    service.create_organization(&asker, input).await.unwrap();
    assert_ne!(service.revision(), 0);
}

#[tokio::test]
async fn guardrails_stand_from_the_root_down_to_the_account() {
    let (service, root) = organization().await;
    let asker = context(MANAGEMENT, start());
    let input = EnablePolicyTypeRequest {
        root_id: root.clone(),
        policy_type: PolicyType::ServiceControlPolicy,
    };
    service.enable_policy_type(&asker, input).await.unwrap();
    let handshake_id = invite(&service).await;
    let input = AcceptHandshakeRequest { handshake_id };
    let invited = context(INVITED, start());
    service.accept_handshake(&invited, input).await.unwrap();
    let unit = CreateOrganizationalUnitRequest {
        name: "Workloads".to_owned(),
        parent_id: root.clone(),
        tags: None,
    };
    let unit = service
        .create_organizational_unit(&asker, unit)
        .await
        .unwrap();
    let unit = unit.organizational_unit.and_then(|unit| unit.id).unwrap();
    let input = MoveAccountRequest {
        account_id: INVITED.to_owned(),
        source_parent_id: root.clone(),
        destination_parent_id: unit.clone(),
    };
    service.move_account(&asker, input).await.unwrap();

    let Guardrails {
        organization,
        path,
        is_management,
        service_control,
        resource_control,
    } = service.guardrails(INVITED).unwrap();
    assert_eq!(path, format!("{organization}/{root}/{unit}/"));
    assert!(!is_management && resource_control.is_none());
    let levels: Vec<(String, Vec<String>)> = service_control
        .unwrap()
        .into_iter()
        .map(|level| {
            let names = level.policies.into_iter().map(|policy| policy.name);
            (level.target, names.collect())
        })
        .collect();
    let full = || vec!["p-FullAWSAccess".to_owned()];
    assert_eq!(
        levels,
        [(root, full()), (unit, full()), (INVITED.to_owned(), full())]
    );
    assert!(service.guardrails(MANAGEMENT).unwrap().is_management);
    assert!(service.guardrails("999999999999").is_none());
}
