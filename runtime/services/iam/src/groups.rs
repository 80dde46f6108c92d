//! Groups and who is in them.

use std::collections::BTreeSet;

use stockade_iam_api::{errors, shapes};
use stockade_kit::failure::Failure;
use stockade_kit::ids::UniqueId;
use stockade_spec::{Error, RequestContext};
use stockade_store::{Scope, Snapshot, WriteTx};

use crate::state::{self, GROUPS, Group, Policies, USERS};
use crate::{Iam, default_path, paging, quotas, render, users};

/// Most groups that a user can be in: "IAM and AWS STS quotas", IAM User Guide.
pub(crate) const MAX_GROUPS_PER_USER: usize = 10;

impl Group {
    fn to_shape(&self, context: &RequestContext) -> shapes::Group {
        shapes::Group {
            path: self.path.clone(),
            group_name: self.name.clone(),
            group_id: self.id.clone(),
            arn: self.arn(context.partition, &context.account),
            create_date: render::time(self.created),
        }
    }
}

pub(crate) fn get(snapshot: &Snapshot, scope: &Scope, name: &str) -> Result<Group, Failure> {
    Ok(snapshot
        .get(GROUPS, scope, &[&state::key(name)])?
        .ok_or_else(|| {
            errors::no_such_entity_exception(format!("The group with name {name} cannot be found."))
        })?)
}

pub(crate) fn put(tx: &mut WriteTx, scope: &Scope, group: &Group) -> Result<(), Failure> {
    Ok(tx.put(GROUPS, scope, &[&state::key(&group.name)], group)?)
}

fn exists(name: &str) -> Error {
    errors::entity_already_exists_exception(format!("Group with name {name} already exists."))
}

/// Follows a user's new name in the groups that it is in.
pub(crate) fn rename_member(
    tx: &mut WriteTx,
    scope: &Scope,
    groups: &BTreeSet<String>,
    old: &str,
    new: &str,
) -> Result<(), Failure> {
    for key in groups {
        if let Some(mut group) = tx.get(GROUPS, scope, &[key])? {
            group.members.remove(old);
            group.members.insert(new.to_owned());
            tx.put(GROUPS, scope, &[key], &group)?;
        }
    }
    Ok(())
}

pub(crate) async fn create(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::CreateGroupRequest,
) -> Result<shapes::CreateGroupResponse, Error> {
    let group = Group {
        path: input.path.unwrap_or_else(default_path),
        name: input.group_name,
        id: UniqueId::Group.draw(),
        created: render::now(context),
        policies: Policies::default(),
        members: BTreeSet::new(),
    };
    state::write(&iam.store, &context.account, |tx, scope| {
        if tx.contains(GROUPS, scope, &[&state::key(&group.name)]) {
            return Err(exists(&group.name).into());
        }
        quotas::OF_GROUPS.check(tx, scope, GROUPS)?;
        put(tx, scope, &group)
    })
    .await?;
    Ok(shapes::CreateGroupResponse {
        group: group.to_shape(context),
    })
}

pub(crate) async fn read(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::GetGroupRequest,
) -> Result<shapes::GetGroupResponse, Error> {
    let snapshot = iam.store.snapshot();
    let scope = Scope::account(&context.account);
    let group = get(&snapshot, &scope, &input.group_name)?;
    let request = paging::Request::new("GetGroup", input.marker.as_deref(), input.max_items)?;
    let page = paging::items(request, &group.members, |key| key.as_str())?;
    let mut members = Vec::with_capacity(page.items.len());
    for key in page.items {
        let user = users::get(&snapshot, &scope, key)?;
        members.push(shapes::User {
            tags: None,
            permissions_boundary: None,
            ..user.to_shape(context)
        });
    }
    Ok(shapes::GetGroupResponse {
        group: group.to_shape(context),
        users: members,
        is_truncated: Some(page.next.is_some()),
        marker: page.next,
    })
}

pub(crate) async fn list(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::ListGroupsRequest,
) -> Result<shapes::ListGroupsResponse, Error> {
    let page = paging::records(
        &iam.store.snapshot(),
        GROUPS,
        &Scope::account(&context.account),
        paging::Request::new("ListGroups", input.marker.as_deref(), input.max_items)?,
        |group| {
            group
                .path
                .starts_with(input.path_prefix.as_deref().unwrap_or("/"))
        },
    )?;
    Ok(shapes::ListGroupsResponse {
        groups: page
            .items
            .iter()
            .map(|group| group.to_shape(context))
            .collect(),
        is_truncated: Some(page.next.is_some()),
        marker: page.next,
    })
}

pub(crate) async fn list_for_user(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::ListGroupsForUserRequest,
) -> Result<shapes::ListGroupsForUserResponse, Error> {
    let snapshot = iam.store.snapshot();
    let scope = Scope::account(&context.account);
    let user = users::get(&snapshot, &scope, &input.user_name)?;
    let request = paging::Request::new(
        "ListGroupsForUser",
        input.marker.as_deref(),
        input.max_items,
    )?;
    let page = paging::items(request, &user.groups, |key| key.as_str())?;
    let mut groups = Vec::with_capacity(page.items.len());
    for key in page.items {
        groups.push(get(&snapshot, &scope, key)?.to_shape(context));
    }
    Ok(shapes::ListGroupsForUserResponse {
        groups,
        is_truncated: Some(page.next.is_some()),
        marker: page.next,
    })
}

pub(crate) async fn update(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::UpdateGroupRequest,
) -> Result<(), Error> {
    state::write(&iam.store, &context.account, |tx, scope| {
        let mut group = get(tx, scope, &input.group_name)?;
        let old = state::key(&group.name);
        if let Some(path) = &input.new_path {
            group.path.clone_from(path);
        }
        if let Some(name) = &input.new_group_name {
            let new = state::key(name);
            if new != old && tx.contains(GROUPS, scope, &[&new]) {
                return Err(exists(name).into());
            }
            group.name.clone_from(name);
            tx.delete(GROUPS, scope, &[&old]);
            for member in &group.members {
                if let Some(mut user) = tx.get(USERS, scope, &[member])? {
                    user.groups.remove(&old);
                    user.groups.insert(new.clone());
                    users::put(tx, scope, &user)?;
                }
            }
        }
        put(tx, scope, &group)
    })
    .await
}

pub(crate) async fn delete(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::DeleteGroupRequest,
) -> Result<(), Error> {
    state::write(&iam.store, &context.account, |tx, scope| {
        let group = get(tx, scope, &input.group_name)?;
        if !group.members.is_empty() {
            return Err(users::conflict("must remove users from group first").into());
        }
        group.policies.refuse_deletion()?;
        tx.delete(GROUPS, scope, &[&state::key(&group.name)]);
        Ok(())
    })
    .await
}

pub(crate) async fn add_user(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::AddUserToGroupRequest,
) -> Result<(), Error> {
    state::write(&iam.store, &context.account, |tx, scope| {
        let mut group = get(tx, scope, &input.group_name)?;
        let mut user = users::get(tx, scope, &input.user_name)?;
        user.groups.insert(state::key(&group.name));
        if user.groups.len() > MAX_GROUPS_PER_USER {
            return Err(errors::limit_exceeded_exception(format!(
                "Cannot exceed quota for GroupsPerUser: {MAX_GROUPS_PER_USER}"
            ))
            .into());
        }
        group.members.insert(state::key(&user.name));
        put(tx, scope, &group)?;
        users::put(tx, scope, &user)
    })
    .await
}

pub(crate) async fn remove_user(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::RemoveUserFromGroupRequest,
) -> Result<(), Error> {
    state::write(&iam.store, &context.account, |tx, scope| {
        let mut group = get(tx, scope, &input.group_name)?;
        let mut user = users::get(tx, scope, &input.user_name)?;
        group.members.remove(&state::key(&user.name));
        user.groups.remove(&state::key(&group.name));
        put(tx, scope, &group)?;
        users::put(tx, scope, &user)
    })
    .await
}
