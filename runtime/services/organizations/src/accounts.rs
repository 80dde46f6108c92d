//! Accounts of an organization: what they are, listed and moved.

use aws_smithy_types::DateTime;
use stockade_kit::failure::Failure;
use stockade_organizations_api::{errors as api, shapes};
use stockade_spec::{Error, RequestContext};
use stockade_store::Snapshot;

use crate::paging::Asked;
use crate::state::{self, ACCOUNTS, Account, Membership};
use crate::{Organizations, contacts, errors, invitations};

/// The greatest quota that AWS grants ("Quotas and service limits for AWS Organizations"); the default
/// of 10 can be raised there, and nothing here could raise it.
const MAX_ACCOUNTS: usize = 50_000;

/// What who would exceed the quota is told.
pub(crate) const TOO_MANY: &str = "You have exceeded the allowed number of AWS accounts.";

/// Whether the organization has all the accounts that it may have. Closed ones count, and so do those
/// that are invited.
pub(crate) fn is_full(
    snapshot: &Snapshot,
    membership: &Membership,
    now: i64,
) -> Result<bool, Failure> {
    let invited = invitations::pending(snapshot, membership, now)?;
    Ok(membership.size(snapshot) + invited >= MAX_ACCOUNTS)
}

pub(crate) fn to_shape(
    account: &Account,
    membership: &Membership,
    snapshot: &Snapshot,
    context: &RequestContext,
) -> Result<shapes::Account, Failure> {
    // "Monitor the state of your AWS accounts": what is closed has the older status of what AWS suspended.
    let (status, state) = if account.closed.is_some() {
        (
            shapes::AccountStatus::Suspended,
            shapes::AccountState::Closed,
        )
    } else {
        (shapes::AccountStatus::Active, shapes::AccountState::Active)
    };
    let contact = contacts::of(snapshot, &account.id)?;
    Ok(shapes::Account {
        arn: Some(
            membership
                .organization
                .account_arn(context.partition, &account.id),
        ),
        email: Some(contact.email),
        id: Some(account.id.clone()),
        joined_method: Some(if account.created {
            shapes::AccountJoinedMethod::Created
        } else {
            shapes::AccountJoinedMethod::Invited
        }),
        joined_timestamp: Some(DateTime::from_secs(account.joined)),
        name: Some(contact.name),
        paths: Some(vec![membership.path(snapshot, &account.id)?]),
        state: Some(state),
        status: Some(status),
    })
}

pub(crate) fn require(
    membership: &Membership,
    snapshot: &Snapshot,
    id: &str,
) -> Result<Account, Failure> {
    Ok(membership
        .account(snapshot, id)?
        .ok_or_else(errors::no_account)?)
}

pub(crate) async fn describe(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::DescribeAccountRequest,
) -> Result<shapes::DescribeAccountResponse, Error> {
    let snapshot = service.store.snapshot();
    let membership = Membership::administered_by(&snapshot, &context.account, "DescribeAccount")?;
    let account = require(&membership, &snapshot, &input.account_id)?;
    Ok(shapes::DescribeAccountResponse {
        account: Some(to_shape(&account, &membership, &snapshot, context)?),
    })
}

/// A page of those accounts that are below a parent itself, or of all.
fn page(
    service: &Organizations,
    context: &RequestContext,
    (operation, asked): (&str, Asked<'_>),
    parent: Option<&str>,
) -> Result<(Vec<shapes::Account>, Option<String>), Error> {
    let snapshot = service.store.snapshot();
    let membership = Membership::administered_by(&snapshot, &context.account, operation)?;
    if parent.is_some_and(|parent| !membership.is_parent(&snapshot, parent)) {
        return Err(errors::no_parent());
    }
    let mut accounts = membership.accounts(&snapshot)?;
    accounts.retain(|account| parent.is_none_or(|parent| account.parent == parent));
    asked.page(
        accounts,
        |account| &account.id,
        |account| to_shape(&account, &membership, &snapshot, context),
    )
}

pub(crate) async fn list(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::ListAccountsRequest,
) -> Result<shapes::ListAccountsResponse, Error> {
    const OPERATION: &str = "ListAccounts";
    let asked = Asked::new(OPERATION, &input.next_token, input.max_results);
    let (accounts, next_token) = page(service, context, (OPERATION, asked), None)?;
    Ok(shapes::ListAccountsResponse {
        accounts: Some(accounts),
        next_token,
    })
}

pub(crate) async fn list_for_parent(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::ListAccountsForParentRequest,
) -> Result<shapes::ListAccountsForParentResponse, Error> {
    const OPERATION: &str = "ListAccountsForParent";
    let asked = Asked::new(OPERATION, &input.next_token, input.max_results);
    let parent = Some(input.parent_id.as_str());
    let (accounts, next_token) = page(service, context, (OPERATION, asked), parent)?;
    Ok(shapes::ListAccountsForParentResponse {
        accounts: Some(accounts),
        next_token,
    })
}

pub(crate) async fn move_to(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::MoveAccountRequest,
) -> Result<(), Error> {
    state::write(&service.store, |tx| {
        let membership = Membership::managed_by(tx, &context.account)?;
        let mut account = require(&membership, tx, &input.account_id)?;
        if account.parent != input.source_parent_id {
            return Err(api::source_parent_not_found_exception(
                "You specified a source parent that doesn't exist or doesn't contain the account.",
            )
            .into());
        }
        if !membership.is_parent(tx, &input.destination_parent_id) {
            return Err(api::destination_parent_not_found_exception(
                "You specified a destination parent that doesn't exist.",
            )
            .into());
        }
        if account.parent == input.destination_parent_id {
            return Err(api::duplicate_account_exception(
                "You specified an account that is already in the destination parent.",
            )
            .into());
        }
        account.parent.clone_from(&input.destination_parent_id);
        tx.put(ACCOUNTS, &membership.scope, &[&account.id], &account)?;
        Ok(())
    })
    .await
}
