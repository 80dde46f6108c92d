//! Permissions boundaries of users and roles.

use stockade_iam_api::{errors, shapes};
use stockade_kit::failure::Failure;
use stockade_spec::{Error, RequestContext};
use stockade_store::{Scope, Snapshot};

use crate::{Iam, policies, roles, state, users};

pub(crate) fn attached(arn: &str) -> shapes::AttachedPermissionsBoundary {
    shapes::AttachedPermissionsBoundary {
        permissions_boundary_type: Some(shapes::PermissionsBoundaryAttachmentType::from(
            "PermissionsBoundaryPolicy",
        )),
        permissions_boundary_arn: Some(arn.to_owned()),
    }
}

/// Refuses a boundary that is no managed policy of the account or of AWS.
pub(crate) fn check(snapshot: &Snapshot, scope: &Scope, arn: Option<&str>) -> Result<(), Failure> {
    match arn {
        Some(arn) if !policies::exists(snapshot, scope, arn)? => {
            Err(errors::no_such_entity_exception(format!(
                "Scope ARN: {arn} does not exist or is not attachable."
            ))
            .into())
        }
        _ => Ok(()),
    }
}

fn none_there(kind: &str, name: &str) -> Error {
    errors::no_such_entity_exception(format!(
        "The permissions boundary of the {kind} with name {name} cannot be found."
    ))
}

pub(crate) async fn put_of_user(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::PutUserPermissionsBoundaryRequest,
) -> Result<(), Error> {
    state::write(&iam.store, &context.account, |tx, scope| {
        let mut user = users::get(tx, scope, &input.user_name)?;
        check(tx, scope, Some(&input.permissions_boundary))?;
        user.boundary = Some(input.permissions_boundary.clone());
        users::put(tx, scope, &user)
    })
    .await
}

pub(crate) async fn delete_of_user(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::DeleteUserPermissionsBoundaryRequest,
) -> Result<(), Error> {
    state::write(&iam.store, &context.account, |tx, scope| {
        let mut user = users::get(tx, scope, &input.user_name)?;
        user.boundary
            .take()
            .ok_or_else(|| none_there("user", &input.user_name))?;
        users::put(tx, scope, &user)
    })
    .await
}

pub(crate) async fn put_of_role(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::PutRolePermissionsBoundaryRequest,
) -> Result<(), Error> {
    state::write(&iam.store, &context.account, |tx, scope| {
        let mut role = roles::get(tx, scope, &input.role_name)?;
        check(tx, scope, Some(&input.permissions_boundary))?;
        role.boundary = Some(input.permissions_boundary.clone());
        roles::put_changed(tx, scope, &role)
    })
    .await
}

pub(crate) async fn delete_of_role(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::DeleteRolePermissionsBoundaryRequest,
) -> Result<(), Error> {
    state::write(&iam.store, &context.account, |tx, scope| {
        let mut role = roles::get(tx, scope, &input.role_name)?;
        role.boundary
            .take()
            .ok_or_else(|| none_there("role", &input.role_name))?;
        roles::put_changed(tx, scope, &role)
    })
    .await
}
