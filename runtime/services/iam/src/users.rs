//! Users.

use std::collections::BTreeSet;

use stockade_iam_api::{errors, shapes};
use stockade_kit::failure::Failure;
use stockade_kit::ids::UniqueId;
use stockade_spec::{Caller, Error, RequestContext};
use stockade_store::{Scope, Snapshot, WriteTx};

use crate::state::{self, ACCESS_KEYS, Policies, USERS, User};
use crate::{
    Iam, boundaries, default_path, groups, paging, quotas, render, tags, validation_error,
};

impl User {
    pub(crate) fn to_shape(&self, context: &RequestContext) -> shapes::User {
        shapes::User {
            path: self.path.clone(),
            user_name: self.name.clone(),
            user_id: self.id.clone(),
            arn: self.arn(context.partition, &context.account),
            create_date: render::time(self.created),
            permissions_boundary: self.boundary.as_deref().map(boundaries::attached),
            tags: (!self.tags.is_empty()).then(|| tags::to_shape(&self.tags)),
            ..Default::default()
        }
    }
}

/// The user, or AWS's error.
pub(crate) fn get(snapshot: &Snapshot, scope: &Scope, name: &str) -> Result<User, Failure> {
    Ok(snapshot
        .get(USERS, scope, &[&state::key(name)])?
        .ok_or_else(|| not_found(name))?)
}

pub(crate) fn not_found(name: &str) -> Error {
    errors::no_such_entity_exception(format!("The user with name {name} cannot be found."))
}

pub(crate) fn put(tx: &mut WriteTx, scope: &Scope, user: &User) -> Result<(), Failure> {
    Ok(tx.put(USERS, scope, &[&state::key(&user.name)], user)?)
}

/// The user that an operation means when it names none: the caller.
pub(crate) fn name_or_caller<'a>(
    name: Option<&'a str>,
    context: &'a RequestContext,
) -> Result<&'a str, Error> {
    match (name, &context.caller) {
        (Some(name), _) => Ok(name),
        (None, Caller::User { name, .. }) => Ok(name),
        (None, _) => Err(validation_error(
            "Must specify userName when calling with non-User credentials",
        )),
    }
}

pub(crate) async fn create(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::CreateUserRequest,
) -> Result<shapes::CreateUserResponse, Error> {
    let path = input.path.unwrap_or_else(default_path);
    let tags = tags::from_input(input.tags.as_deref())?;
    let user = User {
        name: input.user_name,
        path,
        id: UniqueId::User.draw(),
        created: render::now(context),
        tags,
        boundary: input.permissions_boundary,
        policies: Policies::default(),
        groups: BTreeSet::new(),
        access_keys: Vec::new(),
    };
    state::write(&iam.store, &context.account, |tx, scope| {
        boundaries::check(tx, scope, user.boundary.as_deref())?;
        if tx.contains(USERS, scope, &[&state::key(&user.name)]) {
            return Err(errors::entity_already_exists_exception(format!(
                "User with name {} already exists.",
                user.name
            ))
            .into());
        }
        quotas::OF_USERS.check(tx, scope, USERS)?;
        put(tx, scope, &user)
    })
    .await?;
    Ok(shapes::CreateUserResponse {
        user: Some(user.to_shape(context)),
    })
}

pub(crate) async fn read(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::GetUserRequest,
) -> Result<shapes::GetUserResponse, Error> {
    if input.user_name.is_none() && context.caller == Caller::Root {
        return Ok(shapes::GetUserResponse {
            user: render::root_user(context),
        });
    }
    let name = name_or_caller(input.user_name.as_deref(), context)?;
    let user = get(
        &iam.store.snapshot(),
        &Scope::account(&context.account),
        name,
    )?;
    Ok(shapes::GetUserResponse {
        user: user.to_shape(context),
    })
}

pub(crate) async fn list(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::ListUsersRequest,
) -> Result<shapes::ListUsersResponse, Error> {
    let page = paging::records(
        &iam.store.snapshot(),
        USERS,
        &Scope::account(&context.account),
        paging::Request::new("ListUsers", input.marker.as_deref(), input.max_items)?,
        |user| {
            user.path
                .starts_with(input.path_prefix.as_deref().unwrap_or("/"))
        },
    )?;
    Ok(shapes::ListUsersResponse {
        users: page
            .items
            .iter()
            // Listings leave tags and boundaries out: "ListUsers", IAM API Reference.
            .map(|user| shapes::User {
                tags: None,
                permissions_boundary: None,
                ..user.to_shape(context)
            })
            .collect(),
        is_truncated: Some(page.next.is_some()),
        marker: page.next,
    })
}

pub(crate) async fn update(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::UpdateUserRequest,
) -> Result<(), Error> {
    state::write(&iam.store, &context.account, |tx, scope| {
        let mut user = get(tx, scope, &input.user_name)?;
        let old = state::key(&user.name);
        if let Some(path) = &input.new_path {
            user.path.clone_from(path);
        }
        if let Some(name) = &input.new_user_name {
            let new = state::key(name);
            if new != old && tx.contains(USERS, scope, &[&new]) {
                return Err(errors::entity_already_exists_exception(format!(
                    "User with name {name} already exists."
                ))
                .into());
            }
            user.name.clone_from(name);
            if new != old {
                tx.delete(USERS, scope, &[&old]);
                groups::rename_member(tx, scope, &user.groups, &old, &new)?;
                for id in &user.access_keys {
                    if let Some(mut record) = tx.get(ACCESS_KEYS, scope, &[id])? {
                        record.user.clone_from(&new);
                        tx.put(ACCESS_KEYS, scope, &[id], &record)?;
                    }
                }
            }
        }
        put(tx, scope, &user)
    })
    .await
}

pub(crate) async fn delete(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::DeleteUserRequest,
) -> Result<(), Error> {
    state::write(&iam.store, &context.account, |tx, scope| {
        let user = get(tx, scope, &input.user_name)?;
        let key = state::key(&user.name);
        user.policies.refuse_deletion()?;
        if !user.access_keys.is_empty() {
            return Err(conflict("must delete access keys first").into());
        }
        if !user.groups.is_empty() {
            return Err(conflict("must remove users from group first").into());
        }
        tx.delete(USERS, scope, &[&key]);
        Ok(())
    })
    .await
}

/// AWS's refusal to delete what others still refer to.
pub(crate) fn conflict(what_first: &str) -> Error {
    errors::delete_conflict_exception(format!("Cannot delete entity, {what_first}."))
}
