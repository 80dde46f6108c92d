//! Instance profiles and the role in each.

use stockade_iam_api::{errors, shapes};
use stockade_kit::failure::Failure;
use stockade_kit::ids::UniqueId;
use stockade_spec::{Error, RequestContext};
use stockade_store::{Scope, Snapshot, WriteTx};

use crate::state::{self, INSTANCE_PROFILES, InstanceProfile, ROLES};
use crate::{Iam, default_path, paging, quotas, render, roles, tags, users};

pub(crate) fn get(
    snapshot: &Snapshot,
    scope: &Scope,
    name: &str,
) -> Result<InstanceProfile, Failure> {
    Ok(snapshot
        .get(INSTANCE_PROFILES, scope, &[&state::key(name)])?
        .ok_or_else(|| {
            errors::no_such_entity_exception(format!("Instance Profile {name} cannot be found."))
        })?)
}

pub(crate) fn put(
    tx: &mut WriteTx,
    scope: &Scope,
    profile: &InstanceProfile,
) -> Result<(), Failure> {
    Ok(tx.put(
        INSTANCE_PROFILES,
        scope,
        &[&state::key(&profile.name)],
        profile,
    )?)
}

fn to_shape(
    profile: &InstanceProfile,
    snapshot: &Snapshot,
    context: &RequestContext,
) -> Result<shapes::InstanceProfile, Failure> {
    let scope = Scope::account(&context.account);
    let role = match &profile.role {
        Some(key) => snapshot.get(ROLES, &scope, &[key])?,
        None => None,
    };
    Ok(shapes::InstanceProfile {
        arn: profile.arn(context.partition, &context.account),
        create_date: render::time(profile.created),
        instance_profile_id: profile.id.clone(),
        instance_profile_name: profile.name.clone(),
        path: profile.path.clone(),
        roles: role.iter().map(|role| role.to_listed(context)).collect(),
        tags: (!profile.tags.is_empty()).then(|| tags::to_shape(&profile.tags)),
    })
}

pub(crate) async fn create(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::CreateInstanceProfileRequest,
) -> Result<shapes::CreateInstanceProfileResponse, Error> {
    let profile = InstanceProfile {
        path: input.path.unwrap_or_else(default_path),
        name: input.instance_profile_name,
        id: UniqueId::InstanceProfile.draw(),
        created: render::now(context),
        tags: tags::from_input(input.tags.as_deref())?,
        role: None,
    };
    state::write(&iam.store, &context.account, |tx, scope| {
        if tx.contains(INSTANCE_PROFILES, scope, &[&state::key(&profile.name)]) {
            return Err(errors::entity_already_exists_exception(format!(
                "Instance Profile {} already exists.",
                profile.name
            ))
            .into());
        }
        quotas::OF_INSTANCE_PROFILES.check(tx, scope, INSTANCE_PROFILES)?;
        put(tx, scope, &profile)
    })
    .await?;
    let instance_profile = to_shape(&profile, &iam.store.snapshot(), context)?;
    Ok(shapes::CreateInstanceProfileResponse { instance_profile })
}

pub(crate) async fn read(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::GetInstanceProfileRequest,
) -> Result<shapes::GetInstanceProfileResponse, Error> {
    let snapshot = iam.store.snapshot();
    let scope = Scope::account(&context.account);
    let profile = get(&snapshot, &scope, &input.instance_profile_name)?;
    let instance_profile = to_shape(&profile, &snapshot, context)?;
    Ok(shapes::GetInstanceProfileResponse { instance_profile })
}

pub(crate) async fn delete(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::DeleteInstanceProfileRequest,
) -> Result<(), Error> {
    state::write(&iam.store, &context.account, |tx, scope| {
        let profile = get(tx, scope, &input.instance_profile_name)?;
        if profile.role.is_some() {
            return Err(users::conflict("must remove roles from instance profile first").into());
        }
        tx.delete(INSTANCE_PROFILES, scope, &[&state::key(&profile.name)]);
        Ok(())
    })
    .await
}

pub(crate) async fn list(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::ListInstanceProfilesRequest,
) -> Result<shapes::ListInstanceProfilesResponse, Error> {
    let request = paging::Request::new(
        "ListInstanceProfiles",
        input.marker.as_deref(),
        input.max_items,
    )?;
    let prefix = input.path_prefix.as_deref().unwrap_or("/");
    let (instance_profiles, marker) = listed(iam, context, request, |profile| {
        profile.path.starts_with(prefix)
    })?;
    Ok(shapes::ListInstanceProfilesResponse {
        is_truncated: Some(marker.is_some()),
        instance_profiles,
        marker,
    })
}

pub(crate) async fn list_for_role(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::ListInstanceProfilesForRoleRequest,
) -> Result<shapes::ListInstanceProfilesForRoleResponse, Error> {
    let scope = Scope::account(&context.account);
    let role = roles::get(&iam.store.snapshot(), &scope, &input.role_name)?;
    let key = state::key(&role.name);
    let request = paging::Request::new(
        "ListInstanceProfilesForRole",
        input.marker.as_deref(),
        input.max_items,
    )?;
    let (instance_profiles, marker) = listed(iam, context, request, |profile| {
        profile.role.as_deref() == Some(&key)
    })?;
    Ok(shapes::ListInstanceProfilesForRoleResponse {
        is_truncated: Some(marker.is_some()),
        instance_profiles,
        marker,
    })
}

/// One page of profiles, and the marker of the next.
fn listed(
    iam: &Iam,
    context: &RequestContext,
    request: paging::Request,
    matches: impl Fn(&InstanceProfile) -> bool,
) -> Result<(Vec<shapes::InstanceProfile>, Option<String>), Error> {
    let snapshot = iam.store.snapshot();
    let scope = Scope::account(&context.account);
    let page = paging::records(&snapshot, INSTANCE_PROFILES, &scope, request, matches)?;
    let mut shapes = Vec::with_capacity(page.items.len());
    for profile in &page.items {
        shapes.push(shapes::InstanceProfile {
            tags: None,
            ..to_shape(profile, &snapshot, context)?
        });
    }
    Ok((shapes, page.next))
}

pub(crate) async fn add_role(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::AddRoleToInstanceProfileRequest,
) -> Result<(), Error> {
    state::write(&iam.store, &context.account, |tx, scope| {
        let mut profile = get(tx, scope, &input.instance_profile_name)?;
        let role = roles::get(tx, scope, &input.role_name)?;
        if profile.role.is_some() {
            return Err(errors::limit_exceeded_exception(
                "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1",
            )
            .into());
        }
        profile.role = Some(state::key(&role.name));
        put(tx, scope, &profile)
    })
    .await
}

pub(crate) async fn remove_role(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::RemoveRoleFromInstanceProfileRequest,
) -> Result<(), Error> {
    state::write(&iam.store, &context.account, |tx, scope| {
        let mut profile = get(tx, scope, &input.instance_profile_name)?;
        let role = roles::get(tx, scope, &input.role_name)?;
        if profile.role.take() != Some(state::key(&role.name)) {
            return Err(errors::no_such_entity_exception(format!(
                "Role {} is not in Instance Profile {}.",
                input.role_name, input.instance_profile_name
            ))
            .into());
        }
        put(tx, scope, &profile)
    })
    .await
}
