//! Accounts that leave: taken out, on their own, or closed.

use stockade_kit::failure::Failure;
use stockade_kit::time::epoch_seconds;
use stockade_organizations_api::shapes::ConstraintViolationExceptionReason;
use stockade_organizations_api::{errors as api, shapes};
use stockade_spec::{Error, RequestContext};
use stockade_store::WriteTx;

use crate::state::{self, ACCOUNTS, Account, Membership};
use crate::{Organizations, accounts, delegation, errors};

/// Takes an account out of the organization. An account that was made may go at once: the four days that AWS waits
/// are longer than most organizations last here.
pub(crate) fn expel(tx: &mut WriteTx, membership: &Membership, id: &str) -> Result<(), Failure> {
    if membership.organization.management == id {
        return Err(api::master_cannot_leave_organization_exception(
            "You can't remove the management account from the organization.",
        )
        .into());
    }
    accounts::require(membership, tx, id)?;
    if delegation::is_registered(tx, membership, id)? {
        return Err(errors::constraint(
            ConstraintViolationExceptionReason::CannotRemoveDelegatedAdministratorFromOrg,
            "You can't remove an account that is a delegated administrator. Deregister it first.",
        )
        .into());
    }
    membership.part(tx, id);
    Ok(())
}

pub(crate) async fn remove(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::RemoveAccountFromOrganizationRequest,
) -> Result<(), Error> {
    state::write(&service.store, |tx| {
        let membership = Membership::managed_by(tx, &context.account)?;
        expel(tx, &membership, &input.account_id)
    })
    .await
}

pub(crate) async fn leave(service: &Organizations, context: &RequestContext) -> Result<(), Error> {
    state::write(&service.store, |tx| {
        let membership = Membership::of(tx, &context.account)?;
        expel(tx, &membership, &context.account)
    })
    .await
}

/// Whether as many of these accounts were closed within the last 30 days as may be: a fifth of the member accounts,
/// but at least 250 and no more than 1,000 ("Quotas and service limits for AWS Organizations").
fn is_spent(accounts: &[Account], now: i64) -> bool {
    const PERIOD: i64 = 30 * 24 * 3600;
    let members = accounts.len().saturating_sub(1);
    let is_recent = |account: &&Account| account.closed.is_some_and(|at| now < at + PERIOD);
    accounts.iter().filter(is_recent).count() >= (members / 5).clamp(250, 1000)
}

pub(crate) async fn close(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::CloseAccountRequest,
) -> Result<(), Error> {
    let now = epoch_seconds(context.now);
    state::write(&service.store, |tx| {
        let membership = Membership::managed_by(tx, &context.account)?;
        if membership.organization.management == input.account_id {
            return Err(errors::constraint(
                ConstraintViolationExceptionReason::CannotCloseManagementAccount,
                "You can't close the management account of the organization.",
            )
            .into());
        }
        let mut account = accounts::require(&membership, tx, &input.account_id)?;
        if account.closed.is_some() {
            return Err(api::account_already_closed_exception(
                "You specified an account that is already closed.",
            )
            .into());
        }
        let accounts = membership.accounts(tx)?;
        if is_spent(&accounts, now) {
            return Err(errors::constraint(
                ConstraintViolationExceptionReason::CloseAccountQuotaExceeded,
                "You have exceeded close account quota for the past 30 days.",
            )
            .into());
        }
        account.closed = Some(now);
        tx.put(ACCOUNTS, &membership.scope, &[&account.id], &account)?;
        Ok(())
    })
    .await
}
