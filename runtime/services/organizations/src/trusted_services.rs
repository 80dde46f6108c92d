//! Services that the organization trusts: they may make their roles in its accounts.

use aws_smithy_types::DateTime;
use stockade_kit::failure::Failure;
use stockade_kit::time::epoch_seconds;
use stockade_organizations_api::shapes;
use stockade_organizations_api::shapes::{
    ConstraintViolationExceptionReason, InvalidInputExceptionReason,
};
use stockade_policy::language::is_service_principal;
use stockade_spec::{Error, RequestContext};
use stockade_store::Scan;

use crate::paging::Asked;
use crate::policy_types::{SECURITY_HUB, SECURITY_HUB_SERVICE};
use crate::state::{self, Membership, TRUSTED};
use crate::{Organizations, errors};

/// Refuses what is no service's principal.
pub(crate) fn check_principal(principal: &str) -> Result<(), Error> {
    if is_service_principal(principal) {
        return Ok(());
    }
    Err(errors::invalid(
        InvalidInputExceptionReason::UnrecognizedServicePrincipal,
        "You specified an unrecognized service principal.",
    ))
}

/// Trusting a service that is trusted changes nothing.
pub(crate) async fn enable(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::EnableAWSServiceAccessRequest,
) -> Result<(), Error> {
    check_principal(&input.service_principal)?;
    state::write(&service.store, |tx| {
        let membership = Membership::managed_by(tx, &context.account)?;
        if !membership.organization.all_features {
            return Err(errors::constraint(
                ConstraintViolationExceptionReason::OrganizationNotInAllFeaturesMode,
                "This operation requires the organization to have all features enabled.",
            )
            .into());
        }
        let key = [input.service_principal.as_str()];
        if !tx.contains(TRUSTED, &membership.scope, &key) {
            let now = epoch_seconds(context.now);
            tx.put(TRUSTED, &membership.scope, &key, &now)?;
        }
        Ok(())
    })
    .await
}

pub(crate) async fn disable(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::DisableAWSServiceAccessRequest,
) -> Result<(), Error> {
    check_principal(&input.service_principal)?;
    state::write(&service.store, |tx| {
        let membership = Membership::managed_by(tx, &context.account)?;
        let types = &membership.organization.policy_types;
        if input.service_principal == SECURITY_HUB_SERVICE && types.contains(SECURITY_HUB) {
            return Err(errors::constraint(
                ConstraintViolationExceptionReason::PolicyTypeEnabledForThisService,
                "You must disable the policy type before you disable service access.",
            )
            .into());
        }
        tx.delete(TRUSTED, &membership.scope, &[&input.service_principal]);
        Ok(())
    })
    .await
}

pub(crate) async fn list(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::ListAWSServiceAccessForOrganizationRequest,
) -> Result<shapes::ListAWSServiceAccessForOrganizationResponse, Error> {
    const OPERATION: &str = "ListAWSServiceAccessForOrganization";
    let snapshot = service.store.snapshot();
    let membership = Membership::administered_by(&snapshot, &context.account, OPERATION)?;
    let trusted: Result<Vec<(String, i64)>, Failure> = snapshot
        .scan(TRUSTED, &membership.scope, Scan::all())
        .map(|entry| {
            let entry = entry?;
            Ok((entry.name().to_owned(), entry.record))
        })
        .collect();
    let shape = |(principal, since)| {
        Ok(shapes::EnabledServicePrincipal {
            service_principal: Some(principal),
            date_enabled: Some(DateTime::from_secs(since)),
        })
    };
    let asked = Asked::new(OPERATION, &input.next_token, input.max_results);
    let (trusted, next_token) = asked.page(trusted?, |(principal, _)| principal, shape)?;
    Ok(shapes::ListAWSServiceAccessForOrganizationResponse {
        enabled_service_principals: Some(trusted),
        next_token,
    })
}
