//! Who besides the management account acts on the organization: members that administer a service read it
//! all, and the resource policy delegates more to whom it names.

use aws_smithy_types::DateTime;
use stockade_kit::failure::Failure;
use stockade_kit::time::epoch_seconds;
use stockade_organizations_api::shapes::ConstraintViolationExceptionReason;
use stockade_organizations_api::{errors as api, shapes};
use stockade_spec::{Error, RequestContext};
use stockade_store::{Scan, Snapshot};

use crate::paging::Asked;
use crate::state::{self, DELEGATIONS, Membership, TRUSTED};
use crate::trusted_services::check_principal;
use crate::{Organizations, accounts, delegable, errors, resource_policy};

/// On what ground an account acts on its organization.
#[derive(Debug)]
pub(crate) enum Ground {
    /// It manages it.
    Own,
    /// It administers a service and reads; what the resource policy denies stays denied.
    Registered { denials: Option<String> },
    /// The resource policy of the management account speaks of it.
    Delegated { by: String, document: String },
    /// On none.
    Nothing,
}

impl Membership {
    /// On what ground an account calls an operation of the organization's administration.
    pub(crate) fn ground(
        &self,
        snapshot: &Snapshot,
        account: &str,
        operation: &str,
    ) -> Result<Ground, Failure> {
        let management = &self.organization.management;
        if account == management {
            return Ok(Ground::Own);
        }
        let policy = self.resource_policy(snapshot)?;
        if delegable::by_registration(operation) && is_registered(snapshot, self, account)? {
            let denials = policy.and_then(|policy| resource_policy::denials(&policy.content));
            return Ok(Ground::Registered { denials });
        }
        Ok(match policy.filter(|_| delegable::by_policy(operation)) {
            Some(policy) if resource_policy::speaks_of(&policy.content, account, operation) => {
                Ground::Delegated {
                    by: management.clone(),
                    document: policy.content,
                }
            }
            _ => Ground::Nothing,
        })
    }

    /// The organization that this account manages, or in which the operation is delegated to it. Conditions and
    /// resources of the delegation are authorization's to read.
    pub(crate) fn administered_by(
        snapshot: &Snapshot,
        account: &str,
        operation: &str,
    ) -> Result<Self, Failure> {
        let membership = Self::of(snapshot, account)?;
        match membership.ground(snapshot, account, operation)? {
            Ground::Nothing => Err(errors::not_management().into()),
            _ => Ok(membership),
        }
    }
}

/// Whether an account administers any service.
pub(crate) fn is_registered(
    snapshot: &Snapshot,
    membership: &Membership,
    account: &str,
) -> Result<bool, Failure> {
    let mut services = snapshot.keys(DELEGATIONS, &membership.scope, Scan::under(&[account]));
    Ok(services.next().transpose()?.is_some())
}

fn not_registered() -> Error {
    api::account_not_registered_exception(
        "The provided account is not a registered delegated administrator for your organization.",
    )
}

pub(crate) async fn register(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::RegisterDelegatedAdministratorRequest,
) -> Result<(), Error> {
    check_principal(&input.service_principal)?;
    state::write(&service.store, |tx| {
        let membership = Membership::managed_by(tx, &context.account)?;
        let account = accounts::require(&membership, tx, &input.account_id)?;
        let refuse = |reason, sentence: &str| Err(errors::constraint(reason, sentence).into());
        if account.id == membership.organization.management {
            return refuse(
                ConstraintViolationExceptionReason::CannotRegisterMasterAsDelegatedAdministrator,
                "You cannot register master account/yourself as delegated administrator for your \
                 organization.",
            );
        }
        if account.closed.is_some() {
            return refuse(
                ConstraintViolationExceptionReason::CannotRegisterSuspendedAccountAsDelegatedAdministrator,
                "You cannot register a suspended account as a delegated administrator.",
            );
        }
        if !tx.contains(TRUSTED, &membership.scope, &[&input.service_principal]) {
            return refuse(
                ConstraintViolationExceptionReason::ServiceAccessNotEnabled,
                "You must enable service access before you register a delegated administrator.",
            );
        }
        let key = [account.id.as_str(), &input.service_principal];
        if tx.contains(DELEGATIONS, &membership.scope, &key) {
            return Err(api::account_already_registered_exception(
                "The provided account is already a delegated administrator for your organization.",
            )
            .into());
        }
        let now = epoch_seconds(context.now);
        tx.put(DELEGATIONS, &membership.scope, &key, &now)?;
        Ok(())
    })
    .await
}

pub(crate) async fn deregister(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::DeregisterDelegatedAdministratorRequest,
) -> Result<(), Error> {
    check_principal(&input.service_principal)?;
    state::write(&service.store, |tx| {
        let membership = Membership::managed_by(tx, &context.account)?;
        let account = accounts::require(&membership, tx, &input.account_id)?;
        let key = [account.id.as_str(), &input.service_principal];
        if !tx.contains(DELEGATIONS, &membership.scope, &key) {
            return Err(not_registered().into());
        }
        tx.delete(DELEGATIONS, &membership.scope, &key);
        Ok(())
    })
    .await
}

/// An account, the service that it administers, and since when.
fn delegations(
    snapshot: &Snapshot,
    membership: &Membership,
    scan: Scan<'_>,
) -> Result<Vec<(String, String, i64)>, Failure> {
    snapshot
        .scan(DELEGATIONS, &membership.scope, scan)
        .map(|entry| {
            let entry = entry?;
            let [account, principal] = <[String; 2]>::try_from(entry.parts).unwrap_or_default();
            Ok((account, principal, entry.record))
        })
        .collect()
}

/// Each account once, since its first delegation.
pub(crate) async fn list_administrators(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::ListDelegatedAdministratorsRequest,
) -> Result<shapes::ListDelegatedAdministratorsResponse, Error> {
    const OPERATION: &str = "ListDelegatedAdministrators";
    if let Some(principal) = &input.service_principal {
        check_principal(principal)?;
    }
    let snapshot = service.store.snapshot();
    let membership = Membership::administered_by(&snapshot, &context.account, OPERATION)?;
    let mut found: Vec<(String, i64)> = Vec::new();
    for (account, principal, since) in delegations(&snapshot, &membership, Scan::all())? {
        if input
            .service_principal
            .as_ref()
            .is_some_and(|asked| *asked != principal)
        {
            continue;
        }
        match found.last_mut() {
            Some((last, first)) if *last == account => *first = since.min(*first),
            _ => found.push((account, since)),
        }
    }
    let shape = |(id, since): (String, i64)| {
        let account = accounts::require(&membership, &snapshot, &id)?;
        let shape = accounts::to_shape(&account, &membership, &snapshot, context)?;
        Ok(shapes::DelegatedAdministrator {
            arn: shape.arn,
            delegation_enabled_date: Some(DateTime::from_secs(since)),
            email: shape.email,
            id: shape.id,
            joined_method: shape.joined_method,
            joined_timestamp: shape.joined_timestamp,
            name: shape.name,
            state: shape.state,
            status: shape.status,
        })
    };
    let asked = Asked::new(OPERATION, &input.next_token, input.max_results);
    let (administrators, next_token) = asked.page(found, |(account, _)| account, shape)?;
    Ok(shapes::ListDelegatedAdministratorsResponse {
        delegated_administrators: Some(administrators),
        next_token,
    })
}

pub(crate) async fn list_services(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::ListDelegatedServicesForAccountRequest,
) -> Result<shapes::ListDelegatedServicesForAccountResponse, Error> {
    const OPERATION: &str = "ListDelegatedServicesForAccount";
    let snapshot = service.store.snapshot();
    let membership = Membership::administered_by(&snapshot, &context.account, OPERATION)?;
    accounts::require(&membership, &snapshot, &input.account_id)?;
    let found = delegations(&snapshot, &membership, Scan::under(&[&input.account_id]))?;
    if found.is_empty() {
        return Err(not_registered());
    }
    let shape = |(_, principal, since)| {
        Ok(shapes::DelegatedService {
            service_principal: Some(principal),
            delegation_enabled_date: Some(DateTime::from_secs(since)),
        })
    };
    let asked = Asked::new(OPERATION, &input.next_token, input.max_results);
    let (services, next_token) = asked.page(found, |(_, principal, _)| principal, shape)?;
    Ok(shapes::ListDelegatedServicesForAccountResponse {
        delegated_services: Some(services),
        next_token,
    })
}
