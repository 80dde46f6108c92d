//! Accounts: made here, listed, moved, and taken out.

use aws_smithy_types::DateTime;
use stockade_kit::failure::Failure;
use stockade_kit::time::epoch_seconds;
use stockade_organizations_api::shapes::ConstraintViolationExceptionReason;
use stockade_organizations_api::{errors as api, shapes};
use stockade_spec::{Error, RequestContext};
use stockade_store::{Snapshot, WriteTx};

use crate::state::{self, ACCOUNTS, Account, CREATIONS, Creation, Membership};
use crate::{Organizations, attachments, delegation, errors, ids, paging, tags};

/// The greatest quota that AWS grants ("Quotas and service limits for AWS Organizations"); the default
/// of 10 can be raised there, and nothing here could raise it.
const MAX_ACCOUNTS: usize = 10_000;

/// The role that the management account assumes in an account that it made ("Accessing member accounts
/// that have OrganizationAccountAccessRole").
const ACCESS_ROLE: &str = "OrganizationAccountAccessRole";

/// What an account is called that was there before its organization.
pub(crate) fn default_name(account: &str) -> String {
    format!("Account {account}")
}

/// The address of an account that was there before its organization.
pub(crate) fn default_email(account: &str) -> String {
    format!("root@{account}.example.com")
}

pub(crate) fn to_shape(
    account: &Account,
    membership: &Membership,
    snapshot: &Snapshot,
    context: &RequestContext,
) -> Result<shapes::Account, Failure> {
    let (status, state) = if account.suspended {
        (
            shapes::AccountStatus::Suspended,
            shapes::AccountState::Suspended,
        )
    } else {
        (shapes::AccountStatus::Active, shapes::AccountState::Active)
    };
    Ok(shapes::Account {
        arn: Some(
            membership
                .organization
                .account_arn(context.partition, &account.id),
        ),
        email: Some(account.email.clone()),
        id: Some(account.id.clone()),
        joined_method: Some(if account.created {
            shapes::AccountJoinedMethod::Created
        } else {
            shapes::AccountJoinedMethod::Invited
        }),
        joined_timestamp: Some(DateTime::from_secs(account.joined)),
        name: Some(account.name.clone()),
        paths: Some(vec![membership.path(snapshot, &account.id)?]),
        state: Some(state),
        status: Some(status),
    })
}

fn creation_shape(creation: &Creation) -> shapes::CreateAccountStatus {
    let mut shape = shapes::CreateAccountStatus {
        account_name: Some(creation.name.clone()),
        completed_timestamp: Some(DateTime::from_secs(creation.requested)),
        id: Some(creation.id.clone()),
        requested_timestamp: Some(DateTime::from_secs(creation.requested)),
        ..Default::default()
    };
    match &creation.outcome {
        Ok(account) => {
            shape.account_id = Some(account.clone());
            shape.state = Some(shapes::CreateAccountState::Succeeded);
        }
        Err(reason) => {
            shape.failure_reason = Some(reason.as_str().into());
            shape.state = Some(shapes::CreateAccountState::Failed);
        }
    }
    shape
}

/// An id that no member has.
fn free_id(membership: &Membership, tx: &WriteTx) -> Result<String, Failure> {
    loop {
        let id = ids::account();
        if membership.account(tx, &id)?.is_none() && Membership::find(tx, &id)?.is_none() {
            return Ok(id);
        }
    }
}

/// The answer says that the account is being made, as AWS's does; it is there once it is asked for.
pub(crate) async fn create(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::CreateAccountRequest,
) -> Result<shapes::CreateAccountResponse, Error> {
    let tags = tags::from_input(input.tags.as_deref())?;
    let now = epoch_seconds(context.now);
    let creation = state::write(&service.store, |tx| {
        let membership = Membership::managed_by(tx, &context.account)?;
        let accounts = membership.accounts(tx)?;
        if accounts.len() >= MAX_ACCOUNTS {
            return Err(errors::constraint(
                ConstraintViolationExceptionReason::AccountNumberLimitExceeded,
                "You have exceeded the allowed number of AWS accounts.",
            )
            .into());
        }
        let is_taken = accounts
            .iter()
            .any(|account| account.email.eq_ignore_ascii_case(&input.email));
        let outcome = if is_taken {
            Err("EMAIL_ALREADY_EXISTS".to_owned())
        } else {
            let account = Account {
                id: free_id(&membership, tx)?,
                name: input.account_name.clone(),
                email: input.email.clone(),
                parent: membership.organization.root.clone(),
                created: true,
                joined: now,
                suspended: false,
                tags: tags.clone(),
            };
            membership.join(tx, &account)?;
            attachments::attach_defaults(tx, &membership, &account.id)?;
            Ok(account.id)
        };
        let creation = Creation {
            id: ids::creation(),
            name: input.account_name.clone(),
            requested: now,
            outcome,
        };
        tx.put(CREATIONS, &membership.scope, &[&creation.id], &creation)?;
        Ok(creation)
    })
    .await?;
    if let Ok(account) = &creation.outcome {
        let role = input.role_name.as_deref().unwrap_or(ACCESS_ROLE);
        service.roles.admit(context, account, role).await?;
    }
    Ok(shapes::CreateAccountResponse {
        create_account_status: Some(shapes::CreateAccountStatus {
            state: Some(shapes::CreateAccountState::InProgress),
            account_id: None,
            completed_timestamp: None,
            failure_reason: None,
            ..creation_shape(&creation)
        }),
    })
}

pub(crate) async fn describe_creation(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::DescribeCreateAccountStatusRequest,
) -> Result<shapes::DescribeCreateAccountStatusResponse, Error> {
    let snapshot = service.store.snapshot();
    let membership =
        Membership::administered_by(&snapshot, &context.account, "DescribeCreateAccountStatus")?;
    let creation = snapshot
        .get(
            CREATIONS,
            &membership.scope,
            &[&input.create_account_request_id],
        )
        .map_err(Failure::from)?
        .ok_or_else(|| {
            api::create_account_status_not_found_exception(
                "You specified a create account request that doesn't exist.",
            )
        })?;
    Ok(shapes::DescribeCreateAccountStatusResponse {
        create_account_status: Some(creation_shape(&creation)),
    })
}

pub(crate) async fn list_creations(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::ListCreateAccountStatusRequest,
) -> Result<shapes::ListCreateAccountStatusResponse, Error> {
    let snapshot = service.store.snapshot();
    let membership =
        Membership::administered_by(&snapshot, &context.account, "ListCreateAccountStatus")?;
    let states = input.states.unwrap_or_default();
    let creations: Vec<(String, shapes::CreateAccountStatus)> = membership
        .creations(&snapshot)
        .map_err(Failure::from)?
        .into_iter()
        .map(|creation| (creation.id.clone(), creation_shape(&creation)))
        .filter(|(_, shape)| {
            states.is_empty()
                || shape
                    .state
                    .as_ref()
                    .is_some_and(|state| states.contains(state))
        })
        .collect();
    let page = paging::page(
        "ListCreateAccountStatus",
        input.next_token.as_deref(),
        input.max_results,
        creations,
        |(id, _)| id,
    )?;
    Ok(shapes::ListCreateAccountStatusResponse {
        create_account_statuses: Some(page.items.into_iter().map(|(_, shape)| shape).collect()),
        next_token: page.next,
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

/// A page of those accounts that `belongs` picks.
fn page(
    service: &Organizations,
    context: &RequestContext,
    operation: &'static str,
    (token, max_results): (Option<&str>, Option<i32>),
    parent: Option<&str>,
) -> Result<(Vec<shapes::Account>, Option<String>), Error> {
    let snapshot = service.store.snapshot();
    let membership = Membership::administered_by(&snapshot, &context.account, operation)?;
    if parent.is_some_and(|parent| !membership.is_parent(&snapshot, parent)) {
        return Err(errors::no_parent());
    }
    let mut accounts = membership.accounts(&snapshot).map_err(Failure::from)?;
    accounts.retain(|account| parent.is_none_or(|parent| account.parent == parent));
    let page = paging::page(operation, token, max_results, accounts, |account| {
        &account.id
    })?;
    let shapes: Result<Vec<_>, Failure> = page
        .items
        .iter()
        .map(|account| to_shape(account, &membership, &snapshot, context))
        .collect();
    Ok((shapes?, page.next))
}

pub(crate) async fn list(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::ListAccountsRequest,
) -> Result<shapes::ListAccountsResponse, Error> {
    let asked = (input.next_token.as_deref(), input.max_results);
    let (accounts, next_token) = page(service, context, "ListAccounts", asked, None)?;
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
    let asked = (input.next_token.as_deref(), input.max_results);
    let parent = Some(input.parent_id.as_str());
    let (accounts, next_token) = page(service, context, "ListAccountsForParent", asked, parent)?;
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

fn expel(tx: &mut WriteTx, membership: &Membership, id: &str) -> Result<(), Failure> {
    if membership.organization.management == id {
        return Err(api::master_cannot_leave_organization_exception(
            "You can't remove the management account from the organization.",
        )
        .into());
    }
    require(membership, tx, id)?;
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

/// What is paired with no account of AWS GovCloud (US) cannot make any.
pub(crate) async fn create_gov_cloud(
    service: &Organizations,
    context: &RequestContext,
    _input: shapes::CreateGovCloudAccountRequest,
) -> Result<shapes::CreateGovCloudAccountResponse, Error> {
    Membership::managed_by(&service.store.snapshot(), &context.account)?;
    Err(errors::constraint(
        ConstraintViolationExceptionReason::MasterAccountNotGovcloudEnabled,
        "To complete this operation, the management account must have an associated account in the \
         AWS GovCloud (US-West) Region.",
    ))
}

pub(crate) async fn close(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::CloseAccountRequest,
) -> Result<(), Error> {
    state::write(&service.store, |tx| {
        let membership = Membership::managed_by(tx, &context.account)?;
        if membership.organization.management == input.account_id {
            return Err(errors::constraint(
                ConstraintViolationExceptionReason::CannotCloseManagementAccount,
                "You can't close the management account of the organization.",
            )
            .into());
        }
        let mut account = require(&membership, tx, &input.account_id)?;
        if account.suspended {
            return Err(api::account_already_closed_exception(
                "You specified an account that is already closed.",
            )
            .into());
        }
        account.suspended = true;
        tx.put(ACCOUNTS, &membership.scope, &[&account.id], &account)?;
        Ok(())
    })
    .await
}
