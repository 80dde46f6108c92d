//! Accounts that an organization makes, and the requests for them.

use aws_smithy_types::DateTime;
use stockade_kit::failure::Failure;
use stockade_kit::time::epoch_seconds;
use stockade_organizations_api::shapes::{
    ConstraintViolationExceptionReason, InvalidInputExceptionReason,
};
use stockade_organizations_api::{errors as api, shapes};
use stockade_spec::{Error, RequestContext};
use stockade_store::WriteTx;

use crate::paging::Asked;
use crate::state::{self, Account, CREATIONS, Contact, Creation, Membership};
use crate::{Organizations, accounts, attachments, contacts, errors, ids, tags};

/// The role that the management account assumes in an account that it made ("Accessing member accounts
/// that have OrganizationAccountAccessRole").
const ACCESS_ROLE: &str = "OrganizationAccountAccessRole";

/// What the names of service-linked roles begin with.
const SERVICE_LINKED: &str = "AWSServiceRoleFor";

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

/// An id that no account has.
fn free_id(tx: &WriteTx) -> Result<String, Failure> {
    loop {
        let id = ids::account();
        if !contacts::is_made(tx, &id) && Membership::find(tx, &id)?.is_none() {
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
    let role = input.role_name.as_deref().unwrap_or(ACCESS_ROLE);
    if role.starts_with(SERVICE_LINKED) {
        return Err(errors::invalid(
            InvalidInputExceptionReason::InvalidRoleName,
            "You provided a role name that isn't valid. A role name can't begin with the reserved prefix \
             AWSServiceRoleFor.",
        ));
    }
    let now = epoch_seconds(context.now);
    let creation = state::write(&service.store, |tx| {
        let membership = Membership::managed_by(tx, &context.account)?;
        if accounts::is_full(tx, &membership, now)? {
            return Err(errors::constraint(
                ConstraintViolationExceptionReason::AccountNumberLimitExceeded,
                accounts::TOO_MANY,
            )
            .into());
        }
        let outcome = if contacts::owner(tx, &input.email)?.is_some() {
            Err("EMAIL_ALREADY_EXISTS".to_owned())
        } else {
            let contact = Contact {
                name: input.account_name.clone(),
                email: input.email.clone(),
            };
            let account = Account {
                id: free_id(tx)?,
                parent: membership.organization.root.clone(),
                created: true,
                joined: now,
                closed: None,
                tags: tags.clone(),
            };
            contacts::note(tx, &account.id, &contact)?;
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

pub(crate) async fn describe(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::DescribeCreateAccountStatusRequest,
) -> Result<shapes::DescribeCreateAccountStatusResponse, Error> {
    let snapshot = service.store.snapshot();
    let membership =
        Membership::administered_by(&snapshot, &context.account, "DescribeCreateAccountStatus")?;
    let id = &input.create_account_request_id;
    let creation = membership.creation(&snapshot, id)?.ok_or_else(|| {
        api::create_account_status_not_found_exception(
            "You specified a create account request that doesn't exist.",
        )
    })?;
    Ok(shapes::DescribeCreateAccountStatusResponse {
        create_account_status: Some(creation_shape(&creation)),
    })
}

pub(crate) async fn list(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::ListCreateAccountStatusRequest,
) -> Result<shapes::ListCreateAccountStatusResponse, Error> {
    const OPERATION: &str = "ListCreateAccountStatus";
    let snapshot = service.store.snapshot();
    let membership = Membership::administered_by(&snapshot, &context.account, OPERATION)?;
    let states = input.states.unwrap_or_default();
    let is_asked = |shape: &shapes::CreateAccountStatus| {
        let state = shape.state.as_ref();
        states.is_empty() || state.is_some_and(|state| states.contains(state))
    };
    let creations: Vec<(String, shapes::CreateAccountStatus)> = membership
        .creations(&snapshot)?
        .into_iter()
        .map(|creation| (creation.id.clone(), creation_shape(&creation)))
        .filter(|(_, shape)| is_asked(shape))
        .collect();
    let asked = Asked::new(OPERATION, &input.next_token, input.max_results);
    let (statuses, next_token) = asked.page(creations, |(id, _)| id, |(_, shape)| Ok(shape))?;
    Ok(shapes::ListCreateAccountStatusResponse {
        create_account_statuses: Some(statuses),
        next_token,
    })
}
