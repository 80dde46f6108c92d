//! The types of policies, and switching them on and off for the root.
//!
//! Control policies bind requests. Management policies, which configure accounts (of tags, backups, AI
//! services, …), bind nobody's.

use stockade_organizations_api::{errors, shapes};
use stockade_spec::{Error, RequestContext};
use stockade_store::WriteTx;

use crate::errors as refusals;
use crate::state::{self, ATTACHMENTS, Membership, TRUSTED};
use crate::{Organizations, attachments};

pub(crate) const SERVICE_CONTROL: &str = "SERVICE_CONTROL_POLICY";
pub(crate) const RESOURCE_CONTROL: &str = "RESOURCE_CONTROL_POLICY";

/// A type that stays on only while its service is trusted ("ConstraintViolationException", SERVICE_ACCESS_NOT_ENABLED
/// and POLICY_TYPE_ENABLED_FOR_THIS_SERVICE).
pub(crate) const SECURITY_HUB: &str = "SECURITYHUB_POLICY";
pub(crate) const SECURITY_HUB_SERVICE: &str = "securityhub.amazonaws.com";

pub(crate) fn summary(kind: &str) -> shapes::PolicyTypeSummary {
    shapes::PolicyTypeSummary {
        r#type: Some(kind.into()),
        status: Some(shapes::PolicyTypeStatus::Enabled),
    }
}

pub(crate) async fn enable(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::EnablePolicyTypeRequest,
) -> Result<shapes::EnablePolicyTypeResponse, Error> {
    let kind = input.policy_type.as_str();
    let root = state::write(&service.store, |tx| {
        let mut membership = of_root(tx, context, "EnablePolicyType", &input.root_id)?;
        if !membership.organization.all_features {
            return Err(errors::policy_type_not_available_for_organization_exception(
                "This operation is not supported by organizations that have only the consolidated \
                 billing feature set.",
            )
            .into());
        }
        if kind == SECURITY_HUB && !tx.contains(TRUSTED, &membership.scope, &[SECURITY_HUB_SERVICE])
        {
            return Err(refusals::constraint(
                shapes::ConstraintViolationExceptionReason::ServiceAccessNotEnabled,
                "You must enable service access before you enable the policy type.",
            )
            .into());
        }
        if !membership.organization.policy_types.insert(kind.to_owned()) {
            return Err(errors::policy_type_already_enabled_exception(
                "The specified policy type is already enabled.",
            )
            .into());
        }
        membership.save(tx)?;
        attachments::attach_default(tx, &membership, kind)?;
        Ok(membership.organization.root_shape(context))
    })
    .await?;
    Ok(shapes::EnablePolicyTypeResponse { root: Some(root) })
}

/// Disabling detaches: who enables the type again begins with the default alone ("Disabling a policy
/// type", AWS Organizations User Guide).
pub(crate) async fn disable(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::DisablePolicyTypeRequest,
) -> Result<shapes::DisablePolicyTypeResponse, Error> {
    let kind = input.policy_type.as_str();
    let root = state::write(&service.store, |tx| {
        let mut membership = of_root(tx, context, "DisablePolicyType", &input.root_id)?;
        if !membership.organization.policy_types.remove(kind) {
            return Err(not_enabled().into());
        }
        membership.save(tx)?;
        for attachment in attachments::all(tx, &membership)? {
            if attachments::kind_of(tx, &membership, &attachment.policy)?.as_deref() == Some(kind) {
                tx.delete(
                    ATTACHMENTS,
                    &membership.scope,
                    &[&attachment.target, &attachment.policy],
                );
            }
        }
        Ok(membership.organization.root_shape(context))
    })
    .await?;
    Ok(shapes::DisablePolicyTypeResponse { root: Some(root) })
}

pub(crate) fn not_enabled() -> Error {
    errors::policy_type_not_enabled_exception(
        "This operation can be performed only for enabled policy types.",
    )
}

fn of_root(
    tx: &WriteTx,
    context: &RequestContext,
    operation: &str,
    root: &str,
) -> Result<Membership, stockade_kit::failure::Failure> {
    let membership = Membership::administered_by(tx, &context.account, operation)?;
    if membership.organization.root != root {
        return Err(refusals::no_root().into());
    }
    Ok(membership)
}
