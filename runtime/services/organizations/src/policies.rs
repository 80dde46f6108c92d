//! Policies: the organization's own, and AWS's two that allow everything.

use stockade_kit::failure::Failure;
use stockade_kit::tags::TagSet;
use stockade_organizations_api::shapes::InvalidInputExceptionReason;
use stockade_organizations_api::{errors as api, shapes};
use stockade_spec::{Error, RequestContext};
use stockade_store::{Snapshot, WriteTx};

use crate::paging::Asked;
use crate::policy_types::{RESOURCE_CONTROL, SERVICE_CONTROL};
use crate::state::{self, Membership, POLICIES, Policy};
use crate::{Organizations, attachments, documents, errors, ids, tags};

/// AWS's service control policy, which is attached to everything until somebody detaches it.
pub(crate) const FULL_ACCESS: &str = "p-FullAWSAccess";
/// AWS's resource control policy, which stays attached to everything.
pub(crate) const FULL_ACCESS_TO_RESOURCES: &str = "p-RCPFullAWSAccess";

/// "Quotas and service limits for AWS Organizations".
fn max_policies(kind: &str) -> usize {
    match kind {
        SERVICE_CONTROL => 10_000,
        RESOURCE_CONTROL => 2000,
        _ => 1000,
    }
}

impl Policy {
    pub(crate) fn is_aws_managed(&self) -> bool {
        matches!(self.id.as_str(), FULL_ACCESS | FULL_ACCESS_TO_RESOURCES)
    }

    pub(crate) fn summary(
        &self,
        membership: &Membership,
        context: &RequestContext,
    ) -> shapes::PolicySummary {
        shapes::PolicySummary {
            arn: Some(membership.organization.policy_arn(context.partition, self)),
            aws_managed: Some(self.is_aws_managed()),
            description: Some(self.description.clone()),
            id: Some(self.id.clone()),
            name: Some(self.name.clone()),
            r#type: Some(self.kind.as_str().into()),
        }
    }

    fn to_shape(&self, membership: &Membership, context: &RequestContext) -> shapes::Policy {
        shapes::Policy {
            content: Some(self.content.clone()),
            policy_summary: Some(self.summary(membership, context)),
        }
    }
}

/// AWS's own policy of a type of control policies. Management policies have none.
pub(crate) fn default_of(kind: &str) -> Option<&'static str> {
    match kind {
        SERVICE_CONTROL => Some(FULL_ACCESS),
        RESOURCE_CONTROL => Some(FULL_ACCESS_TO_RESOURCES),
        _ => None,
    }
}

fn aws_managed(id: &str) -> Option<Policy> {
    let (name, kind, principal) = match id {
        FULL_ACCESS => ("FullAWSAccess", SERVICE_CONTROL, ""),
        FULL_ACCESS_TO_RESOURCES => ("RCPFullAWSAccess", RESOURCE_CONTROL, r#""Principal":"*","#),
        _ => return None,
    };
    Some(Policy {
        id: id.to_owned(),
        name: name.to_owned(),
        description: "Allows access to every operation".to_owned(),
        kind: kind.to_owned(),
        content: format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow",{principal}"Action":"*","Resource":"*"}}]}}"#
        ),
        tags: TagSet::default(),
    })
}

pub(crate) fn find(
    snapshot: &Snapshot,
    membership: &Membership,
    id: &str,
) -> Result<Option<Policy>, Failure> {
    Ok(match aws_managed(id) {
        Some(policy) => Some(policy),
        None => snapshot.get(POLICIES, &membership.scope, &[id])?,
    })
}

pub(crate) fn require(
    snapshot: &Snapshot,
    membership: &Membership,
    id: &str,
) -> Result<Policy, Failure> {
    Ok(find(snapshot, membership, id)?.ok_or_else(errors::no_policy)?)
}

/// A policy that may be changed.
fn require_own(snapshot: &Snapshot, membership: &Membership, id: &str) -> Result<Policy, Failure> {
    let policy = require(snapshot, membership, id)?;
    if policy.is_aws_managed() {
        return Err(errors::invalid(
            InvalidInputExceptionReason::ImmutablePolicy,
            "You can't modify or delete a policy that is managed by AWS.",
        )
        .into());
    }
    Ok(policy)
}

/// Names are one within a type.
fn refuse_twin(
    tx: &WriteTx,
    membership: &Membership,
    (kind, name): (&str, &str),
) -> Result<(), Failure> {
    let is_twin = |policy: &Policy| policy.kind == kind && policy.name == name;
    let of_aws = default_of(kind).and_then(aws_managed);
    if membership.policies(tx)?.iter().chain(&of_aws).any(is_twin) {
        return Err(api::duplicate_policy_exception(
            "A policy with the specified name and type already exists.",
        )
        .into());
    }
    Ok(())
}

pub(crate) async fn create(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::CreatePolicyRequest,
) -> Result<shapes::CreatePolicyResponse, Error> {
    let kind = input.r#type.as_str();
    documents::check(kind, &input.content)?;
    let tags = tags::from_input(input.tags.as_deref())?;
    let shape = state::write(&service.store, |tx| {
        let membership = Membership::administered_by(tx, &context.account, "CreatePolicy")?;
        if !membership.organization.all_features {
            return Err(api::policy_type_not_available_for_organization_exception(
                "You can't use the specified policy type with the feature set currently enabled for \
                 this organization.",
            )
            .into());
        }
        refuse_twin(tx, &membership, (kind, &input.name))?;
        let policies = membership.policies(tx)?;
        if policies.iter().filter(|policy| policy.kind == kind).count() >= max_policies(kind) {
            return Err(errors::constraint(
                shapes::ConstraintViolationExceptionReason::PolicyNumberLimitExceeded,
                "You have exceeded the allowed number of policies.",
            )
            .into());
        }
        let policy = Policy {
            id: ids::policy(),
            name: input.name.clone(),
            description: input.description.clone(),
            kind: kind.to_owned(),
            content: input.content.clone(),
            tags: tags.clone(),
        };
        tx.put(POLICIES, &membership.scope, &[&policy.id], &policy)?;
        Ok(policy.to_shape(&membership, context))
    })
    .await?;
    Ok(shapes::CreatePolicyResponse {
        policy: Some(shape),
    })
}

pub(crate) async fn describe(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::DescribePolicyRequest,
) -> Result<shapes::DescribePolicyResponse, Error> {
    let snapshot = service.store.snapshot();
    let membership = Membership::administered_by(&snapshot, &context.account, "DescribePolicy")?;
    let policy = require(&snapshot, &membership, &input.policy_id)?;
    Ok(shapes::DescribePolicyResponse {
        policy: Some(policy.to_shape(&membership, context)),
    })
}

pub(crate) async fn list(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::ListPoliciesRequest,
) -> Result<shapes::ListPoliciesResponse, Error> {
    let snapshot = service.store.snapshot();
    let membership = Membership::administered_by(&snapshot, &context.account, "ListPolicies")?;
    let kind = input.filter.as_str();
    let mut policies = membership.policies(&snapshot)?;
    policies.retain(|policy| policy.kind == kind);
    policies.extend(default_of(kind).and_then(aws_managed));
    let asked = Asked::new("ListPolicies", &input.next_token, input.max_results);
    let (policies, next_token) = summaries(asked, policies, &membership, context)?;
    Ok(shapes::ListPoliciesResponse {
        policies: Some(policies),
        next_token,
    })
}

/// A page of policies, as listings show them.
pub(crate) fn summaries(
    asked: Asked<'_>,
    policies: Vec<Policy>,
    membership: &Membership,
    context: &RequestContext,
) -> Result<(Vec<shapes::PolicySummary>, Option<String>), Error> {
    asked.page(
        policies,
        |policy| &policy.id,
        |policy| Ok(policy.summary(membership, context)),
    )
}

pub(crate) async fn update(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::UpdatePolicyRequest,
) -> Result<shapes::UpdatePolicyResponse, Error> {
    let shape = state::write(&service.store, |tx| {
        let membership = Membership::administered_by(tx, &context.account, "UpdatePolicy")?;
        let mut policy = require_own(tx, &membership, &input.policy_id)?;
        if let Some(name) = input.name.as_ref().filter(|name| **name != policy.name) {
            refuse_twin(tx, &membership, (&policy.kind, name))?;
            policy.name.clone_from(name);
        }
        if let Some(description) = &input.description {
            policy.description.clone_from(description);
        }
        if let Some(content) = &input.content {
            documents::check(&policy.kind, content)?;
            policy.content.clone_from(content);
        }
        tx.put(POLICIES, &membership.scope, &[&policy.id], &policy)?;
        Ok(policy.to_shape(&membership, context))
    })
    .await?;
    Ok(shapes::UpdatePolicyResponse {
        policy: Some(shape),
    })
}

pub(crate) async fn delete(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::DeletePolicyRequest,
) -> Result<(), Error> {
    state::write(&service.store, |tx| {
        let membership = Membership::administered_by(tx, &context.account, "DeletePolicy")?;
        let policy = require_own(tx, &membership, &input.policy_id)?;
        let attachments = attachments::all(tx, &membership)?;
        if attachments.iter().any(|at| at.policy == policy.id) {
            return Err(api::policy_in_use_exception(
                "The policy is attached to one or more entities. Detach it from all of them before \
                 you delete it.",
            )
            .into());
        }
        tx.delete(POLICIES, &membership.scope, &[&policy.id]);
        Ok(())
    })
    .await
}
