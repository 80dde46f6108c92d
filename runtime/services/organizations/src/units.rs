//! Organizational units.

use stockade_kit::failure::Failure;
use stockade_organizations_api::shapes::ConstraintViolationExceptionReason;
use stockade_organizations_api::{errors as api, shapes};
use stockade_spec::{Error, RequestContext};
use stockade_store::{Scan, Snapshot, WriteTx};

use crate::paging::Asked;
use crate::state::{self, ATTACHMENTS, Membership, UNITS, Unit};
use crate::{Organizations, attachments, errors, ids, tags, tree};

/// "Quotas and service limits for AWS Organizations".
const MAX_UNITS: usize = 2000;

fn to_shape(
    unit: &Unit,
    membership: &Membership,
    snapshot: &Snapshot,
    context: &RequestContext,
) -> Result<shapes::OrganizationalUnit, Failure> {
    Ok(shapes::OrganizationalUnit {
        arn: Some(
            membership
                .organization
                .unit_arn(context.partition, &unit.id),
        ),
        id: Some(unit.id.clone()),
        name: Some(unit.name.clone()),
        path: Some(membership.path(snapshot, &unit.id)?),
    })
}

fn require(membership: &Membership, snapshot: &Snapshot, id: &str) -> Result<Unit, Failure> {
    Ok(membership.unit(snapshot, id)?.ok_or_else(errors::no_unit)?)
}

/// Names are one under a parent.
fn refuse_twin(
    tx: &WriteTx,
    membership: &Membership,
    parent: &str,
    name: &str,
) -> Result<(), Failure> {
    let units = membership.units(tx)?;
    if units
        .iter()
        .any(|unit| unit.parent == parent && unit.name == name)
    {
        return Err(api::duplicate_organizational_unit_exception(
            "An OU with the same name already exists.",
        )
        .into());
    }
    Ok(())
}

pub(crate) async fn create(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::CreateOrganizationalUnitRequest,
) -> Result<shapes::CreateOrganizationalUnitResponse, Error> {
    let tags = tags::from_input(input.tags.as_deref())?;
    let shape = state::write(&service.store, |tx| {
        let membership = Membership::managed_by(tx, &context.account)?;
        let line = membership.line(tx, &input.parent_id)?;
        if line.is_empty() || !membership.is_parent(tx, &input.parent_id) {
            return Err(errors::no_parent().into());
        }
        if line.len() > tree::MAX_DEPTH {
            return Err(errors::constraint(
                ConstraintViolationExceptionReason::OuDepthLimitExceeded,
                "You cannot add an organizational unit to the specified parent because it would exceed the \
                 max depth allowed.",
            )
            .into());
        }
        if membership.units(tx)?.len() >= MAX_UNITS {
            return Err(errors::constraint(
                ConstraintViolationExceptionReason::OuNumberLimitExceeded,
                "You have exceeded the allowed number of organizational units.",
            )
            .into());
        }
        refuse_twin(tx, &membership, &input.parent_id, &input.name)?;
        let unit = Unit {
            id: ids::unit(&membership.organization.root),
            name: input.name.clone(),
            parent: input.parent_id.clone(),
            tags: tags.clone(),
        };
        tx.put(UNITS, &membership.scope, &[&unit.id], &unit)?;
        attachments::attach_defaults(tx, &membership, &unit.id)?;
        to_shape(&unit, &membership, tx, context)
    })
    .await?;
    Ok(shapes::CreateOrganizationalUnitResponse {
        organizational_unit: Some(shape),
    })
}

pub(crate) async fn describe(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::DescribeOrganizationalUnitRequest,
) -> Result<shapes::DescribeOrganizationalUnitResponse, Error> {
    let snapshot = service.store.snapshot();
    let membership =
        Membership::administered_by(&snapshot, &context.account, "DescribeOrganizationalUnit")?;
    let unit = require(&membership, &snapshot, &input.organizational_unit_id)?;
    Ok(shapes::DescribeOrganizationalUnitResponse {
        organizational_unit: Some(to_shape(&unit, &membership, &snapshot, context)?),
    })
}

pub(crate) async fn update(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::UpdateOrganizationalUnitRequest,
) -> Result<shapes::UpdateOrganizationalUnitResponse, Error> {
    let shape = state::write(&service.store, |tx| {
        let membership = Membership::managed_by(tx, &context.account)?;
        let mut unit = require(&membership, tx, &input.organizational_unit_id)?;
        if let Some(name) = input.name.as_ref().filter(|name| **name != unit.name) {
            refuse_twin(tx, &membership, &unit.parent, name)?;
            unit.name.clone_from(name);
            tx.put(UNITS, &membership.scope, &[&unit.id], &unit)?;
        }
        to_shape(&unit, &membership, tx, context)
    })
    .await?;
    Ok(shapes::UpdateOrganizationalUnitResponse {
        organizational_unit: Some(shape),
    })
}

pub(crate) async fn delete(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::DeleteOrganizationalUnitRequest,
) -> Result<(), Error> {
    state::write(&service.store, |tx| {
        let membership = Membership::managed_by(tx, &context.account)?;
        let unit = require(&membership, tx, &input.organizational_unit_id)?;
        let is_empty = membership
            .units(tx)?
            .iter()
            .all(|other| other.parent != unit.id)
            && membership
                .accounts(tx)?
                .iter()
                .all(|account| account.parent != unit.id);
        if !is_empty {
            return Err(api::organizational_unit_not_empty_exception(
                "The specified OU is not empty. Move its accounts and delete its OUs first.",
            )
            .into());
        }
        tx.delete(UNITS, &membership.scope, &[&unit.id]);
        tx.delete_all(ATTACHMENTS, &membership.scope, Scan::under(&[&unit.id]));
        Ok(())
    })
    .await
}

pub(crate) async fn list_for_parent(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::ListOrganizationalUnitsForParentRequest,
) -> Result<shapes::ListOrganizationalUnitsForParentResponse, Error> {
    const OPERATION: &str = "ListOrganizationalUnitsForParent";
    let snapshot = service.store.snapshot();
    let membership = Membership::administered_by(&snapshot, &context.account, OPERATION)?;
    if !membership.is_parent(&snapshot, &input.parent_id) {
        return Err(errors::no_parent());
    }
    let mut units = membership.units(&snapshot)?;
    units.retain(|unit| unit.parent == input.parent_id);
    let asked = Asked::new(OPERATION, &input.next_token, input.max_results);
    let (units, next_token) = asked.page(
        units,
        |unit| &unit.id,
        |unit| to_shape(&unit, &membership, &snapshot, context),
    )?;
    Ok(shapes::ListOrganizationalUnitsForParentResponse {
        organizational_units: Some(units),
        next_token,
    })
}
