//! What is attached to what.

use stockade_kit::failure::Failure;
use stockade_organizations_api::shapes::{
    ConstraintViolationExceptionReason, InvalidInputExceptionReason,
};
use stockade_organizations_api::{errors as api, shapes};
use stockade_spec::{Error, RequestContext};
use stockade_store::{Scan, Snapshot, WriteTx};

use crate::paging::Asked;
use crate::policies::{self, FULL_ACCESS_TO_RESOURCES};
use crate::policy_types::{self, RESOURCE_CONTROL, SERVICE_CONTROL};
use crate::state::{self, ATTACHMENTS, Membership};
use crate::{Organizations, contacts, errors, organization};

/// Most policies of a type on one entity: "Quotas and service limits for AWS Organizations".
fn max_attached(kind: &str) -> usize {
    match kind {
        RESOURCE_CONTROL | "AISERVICES_OPT_OUT_POLICY" | "CHATBOT_POLICY" => 5,
        _ => 10,
    }
}

/// That a policy is attached to something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attachment {
    pub(crate) target: String,
    pub(crate) policy: String,
}

pub(crate) fn all(
    snapshot: &Snapshot,
    membership: &Membership,
) -> Result<Vec<Attachment>, Failure> {
    snapshot
        .keys(ATTACHMENTS, &membership.scope, Scan::all())
        .map(|key| {
            let [target, policy] = <[String; 2]>::try_from(key?).unwrap_or_default();
            Ok(Attachment { target, policy })
        })
        .collect()
}

/// The type of a policy.
pub(crate) fn kind_of(
    snapshot: &Snapshot,
    membership: &Membership,
    policy: &str,
) -> Result<Option<String>, Failure> {
    Ok(policies::find(snapshot, membership, policy)?.map(|policy| policy.kind))
}

/// The policies of a type that are attached to a target itself, in the order of their attachment.
pub(crate) fn attached(
    snapshot: &Snapshot,
    membership: &Membership,
    target: &str,
    kind: &str,
) -> Result<Vec<state::Policy>, Failure> {
    let mut found = Vec::new();
    for entry in snapshot.scan(ATTACHMENTS, &membership.scope, Scan::under(&[target])) {
        let entry = entry?;
        let policy = policies::find(snapshot, membership, entry.name())?;
        found.extend(
            policy
                .filter(|it| it.kind == kind)
                .map(|it| (entry.record, it)),
        );
    }
    found.sort_by_key(|(place, _)| *place);
    Ok(found.into_iter().map(|(_, policy)| policy).collect())
}

fn put(
    tx: &mut WriteTx,
    membership: &Membership,
    target: &str,
    policy: &str,
) -> Result<(), Failure> {
    let mut place = 0;
    for entry in tx.scan(ATTACHMENTS, &membership.scope, Scan::under(&[target])) {
        place = place.max(entry?.record + 1);
    }
    Ok(tx.put(ATTACHMENTS, &membership.scope, &[target, policy], &place)?)
}

fn is_target(snapshot: &Snapshot, membership: &Membership, id: &str) -> Result<bool, Failure> {
    Ok(membership.is_parent(snapshot, id) || membership.account(snapshot, id)?.is_some())
}

/// Attaches AWS's own policy of a type, if it has one, to everything: the type has been enabled.
pub(crate) fn attach_default(
    tx: &mut WriteTx,
    membership: &Membership,
    kind: &str,
) -> Result<(), Failure> {
    let Some(policy) = policies::default_of(kind) else {
        return Ok(());
    };
    let mut targets = vec![membership.organization.root.clone()];
    targets.extend(membership.units(tx)?.into_iter().map(|unit| unit.id));
    targets.extend(
        membership
            .accounts(tx)?
            .into_iter()
            .map(|account| account.id),
    );
    for target in targets {
        put(tx, membership, &target, policy)?;
    }
    Ok(())
}

/// Attaches AWS's own policies of the enabled types to a new target.
pub(crate) fn attach_defaults(
    tx: &mut WriteTx,
    membership: &Membership,
    target: &str,
) -> Result<(), Failure> {
    let types = membership.organization.policy_types.iter();
    for policy in types.filter_map(|kind| policies::default_of(kind)) {
        put(tx, membership, target, policy)?;
    }
    Ok(())
}

/// The policy and target of a request, whose type must be enabled.
fn pair(
    tx: &WriteTx,
    context: &RequestContext,
    operation: &str,
    (policy, target): (&str, &str),
) -> Result<(Membership, state::Policy), Failure> {
    let membership = Membership::administered_by(tx, &context.account, operation)?;
    let policy = policies::require(tx, &membership, policy)?;
    if !is_target(tx, &membership, target)? {
        return Err(errors::no_target().into());
    }
    if !membership.organization.policy_types.contains(&policy.kind) {
        return Err(policy_types::not_enabled().into());
    }
    Ok((membership, policy))
}

pub(crate) async fn attach(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::AttachPolicyRequest,
) -> Result<(), Error> {
    state::write(&service.store, |tx| {
        let named = (input.policy_id.as_str(), input.target_id.as_str());
        let (membership, policy) = pair(tx, context, "AttachPolicy", named)?;
        let attached = attached(tx, &membership, &input.target_id, &policy.kind)?;
        if attached.iter().any(|other| other.id == policy.id) {
            return Err(api::duplicate_policy_attachment_exception(
                "The specified policy is already attached to the specified target.",
            )
            .into());
        }
        if attached.len() >= max_attached(&policy.kind) {
            return Err(errors::constraint(
                ConstraintViolationExceptionReason::MaxPolicyTypeAttachmentLimitExceeded,
                "You have attached the maximum number of policies to the specified target.",
            )
            .into());
        }
        put(tx, &membership, &input.target_id, &policy.id)
    })
    .await
}

pub(crate) async fn detach(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::DetachPolicyRequest,
) -> Result<(), Error> {
    state::write(&service.store, |tx| {
        let named = (input.policy_id.as_str(), input.target_id.as_str());
        let (membership, policy) = pair(tx, context, "DetachPolicy", named)?;
        let attached = attached(tx, &membership, &input.target_id, &policy.kind)?;
        if !attached.iter().any(|other| other.id == policy.id) {
            return Err(api::policy_not_attached_exception(
                "The policy isn't attached to the specified target in the specified root.",
            )
            .into());
        }
        if policy.id == FULL_ACCESS_TO_RESOURCES {
            return Err(errors::invalid(
                InvalidInputExceptionReason::NonDetachablePolicy,
                "You can't detach this AWS managed policy.",
            )
            .into());
        }
        if policy.kind == SERVICE_CONTROL && attached.len() == 1 {
            return Err(errors::constraint(
                ConstraintViolationExceptionReason::MinPolicyTypeAttachmentLimitExceeded,
                "You cannot remove the last policy attached to the specified target. You should have \
                 at least one attached at all times.",
            )
            .into());
        }
        let key = [input.target_id.as_str(), &policy.id];
        tx.delete(ATTACHMENTS, &membership.scope, &key);
        Ok(())
    })
    .await
}

pub(crate) async fn list_policies(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::ListPoliciesForTargetRequest,
) -> Result<shapes::ListPoliciesForTargetResponse, Error> {
    let snapshot = service.store.snapshot();
    let membership =
        Membership::administered_by(&snapshot, &context.account, "ListPoliciesForTarget")?;
    if !is_target(&snapshot, &membership, &input.target_id)? {
        return Err(errors::no_target());
    }
    let policies = attached(
        &snapshot,
        &membership,
        &input.target_id,
        input.filter.as_str(),
    )?;
    let asked = Asked::new(
        "ListPoliciesForTarget",
        &input.next_token,
        input.max_results,
    );
    let (policies, next_token) = policies::summaries(asked, policies, &membership, context)?;
    Ok(shapes::ListPoliciesForTargetResponse {
        policies: Some(policies),
        next_token,
    })
}

pub(crate) async fn list_targets(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::ListTargetsForPolicyRequest,
) -> Result<shapes::ListTargetsForPolicyResponse, Error> {
    let snapshot = service.store.snapshot();
    let membership =
        Membership::administered_by(&snapshot, &context.account, "ListTargetsForPolicy")?;
    let policy = policies::require(&snapshot, &membership, &input.policy_id)?;
    let mut attachments = all(&snapshot, &membership)?;
    attachments.retain(|attachment| attachment.policy == policy.id);
    let asked = Asked::new("ListTargetsForPolicy", &input.next_token, input.max_results);
    let (targets, next_token) = asked.page(
        attachments,
        |attachment| &attachment.target,
        |attachment| target_shape(&snapshot, &membership, context, &attachment.target),
    )?;
    Ok(shapes::ListTargetsForPolicyResponse {
        targets: Some(targets),
        next_token,
    })
}

fn target_shape(
    snapshot: &Snapshot,
    membership: &Membership,
    context: &RequestContext,
    id: &str,
) -> Result<shapes::PolicyTargetSummary, Failure> {
    let organization = &membership.organization;
    let (arn, name, kind) = if membership.account(snapshot, id)?.is_some() {
        let arn = organization.account_arn(context.partition, id);
        let name = contacts::of(snapshot, id)?.name;
        (arn, name, shapes::TargetType::Account)
    } else if let Some(unit) = membership.unit(snapshot, id)? {
        let arn = organization.unit_arn(context.partition, id);
        (arn, unit.name, shapes::TargetType::OrganizationalUnit)
    } else {
        let arn = organization.root_arn(context.partition);
        (arn, organization::root_name(), shapes::TargetType::Root)
    };
    Ok(shapes::PolicyTargetSummary {
        arn: Some(arn),
        name: Some(name),
        target_id: Some(id.to_owned()),
        r#type: Some(kind),
    })
}
