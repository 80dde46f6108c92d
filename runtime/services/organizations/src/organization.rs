//! The organization itself, and its root.

use stockade_kit::failure::Failure;
use stockade_kit::time::epoch_seconds;
use stockade_organizations_api::{errors, shapes};
use stockade_spec::{Error, RequestContext};
use stockade_store::Snapshot;

use crate::paging::Asked;
use crate::state::{self, Account, Membership, Organization};
use crate::{Organizations, contacts, ids, policy_types, transfers};

/// The name of every root.
const ROOT_NAME: &str = "Root";

impl Organization {
    fn to_shape(
        &self,
        snapshot: &Snapshot,
        context: &RequestContext,
    ) -> Result<shapes::Organization, Failure> {
        let manager = contacts::of(snapshot, &self.management)?;
        Ok(shapes::Organization {
            arn: Some(self.arn(context.partition)),
            // What can be enabled is told by the root; here AWS has this one since the beginning.
            available_policy_types: Some(if self.all_features {
                vec![policy_types::summary("SERVICE_CONTROL_POLICY")]
            } else {
                Vec::new()
            }),
            feature_set: Some(if self.all_features {
                shapes::OrganizationFeatureSet::All
            } else {
                shapes::OrganizationFeatureSet::ConsolidatedBilling
            }),
            id: Some(self.id.clone()),
            master_account_arn: Some(self.account_arn(context.partition, &self.management)),
            master_account_email: Some(manager.email),
            master_account_id: Some(self.management.clone()),
        })
    }

    pub(crate) fn root_shape(&self, context: &RequestContext) -> shapes::Root {
        shapes::Root {
            arn: Some(self.root_arn(context.partition)),
            id: Some(self.root.clone()),
            name: Some(ROOT_NAME.to_owned()),
            policy_types: Some(
                self.policy_types
                    .iter()
                    .map(|kind| policy_types::summary(kind))
                    .collect(),
            ),
        }
    }
}

pub(crate) fn root_name() -> String {
    ROOT_NAME.to_owned()
}

pub(crate) async fn create(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::CreateOrganizationRequest,
) -> Result<shapes::CreateOrganizationResponse, Error> {
    let organization = Organization {
        id: ids::organization(),
        management: context.account.clone(),
        all_features: input.feature_set
            != Some(shapes::OrganizationFeatureSet::ConsolidatedBilling),
        root: ids::root(),
        policy_types: Default::default(),
        root_tags: Default::default(),
    };
    let account = Account {
        id: context.account.clone(),
        parent: organization.root.clone(),
        created: false,
        joined: epoch_seconds(context.now),
        closed: None,
        tags: Default::default(),
    };
    let shape = state::write(&service.store, |tx| {
        if Membership::find(tx, &context.account)?.is_some() {
            return Err(errors::already_in_organization_exception(
                "The AWS account is already a member of an organization.",
            )
            .into());
        }
        let membership = Membership::new(organization.clone());
        membership.save(tx)?;
        membership.join(tx, &account)?;
        organization.to_shape(tx, context)
    })
    .await?;
    Ok(shapes::CreateOrganizationResponse {
        organization: Some(shape),
    })
}

pub(crate) async fn describe(
    service: &Organizations,
    context: &RequestContext,
) -> Result<shapes::DescribeOrganizationResponse, Error> {
    let snapshot = service.store.snapshot();
    let membership = Membership::of(&snapshot, &context.account)?;
    let shape = membership.organization.to_shape(&snapshot, context)?;
    Ok(shapes::DescribeOrganizationResponse {
        organization: Some(shape),
    })
}

pub(crate) async fn delete(service: &Organizations, context: &RequestContext) -> Result<(), Error> {
    state::write(&service.store, |tx| {
        let membership = Membership::managed_by(tx, &context.account)?;
        if membership.size(tx) > 1
            || !membership.units(tx)?.is_empty()
            || !membership.policies(tx)?.is_empty()
        {
            return Err(errors::organization_not_empty_exception(
                "To delete an organization you must first remove all member accounts (except the \
                 master), and delete all OUs and policies.",
            )
            .into());
        }
        transfers::refuse_while_any(tx, context, &membership)?;
        membership.dissolve(tx);
        Ok(())
    })
    .await
}

pub(crate) async fn list_roots(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::ListRootsRequest,
) -> Result<shapes::ListRootsResponse, Error> {
    const OPERATION: &str = "ListRoots";
    let snapshot = service.store.snapshot();
    let membership = Membership::administered_by(&snapshot, &context.account, OPERATION)?;
    let asked = Asked::new(OPERATION, &input.next_token, input.max_results);
    let (roots, next_token) = asked.page(
        vec![membership.organization],
        |organization| &organization.root,
        |organization| Ok(organization.root_shape(context)),
    )?;
    Ok(shapes::ListRootsResponse {
        roots: Some(roots),
        next_token,
    })
}
