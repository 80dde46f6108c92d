//! Roles and their trust policies.

use stockade_iam_api::{errors, shapes};
use stockade_kit::failure::Failure;
use stockade_kit::ids::UniqueId;
use stockade_policy::PolicyKind;
use stockade_spec::{Error, RequestContext};
use stockade_store::{Scan, Scope, Snapshot, WriteTx};

use crate::state::{self, INSTANCE_PROFILES, Policies, ROLES, Role};
use crate::{
    Iam, boundaries, default_path, documents, paging, quotas, render, service_linked, tags, users,
};

/// Longest trust policy in characters without white space: "IAM and AWS STS quotas" (default).
pub(crate) const MAX_TRUST_POLICY: usize = 2048;
/// What a session of the role may last at most when nothing is said, in seconds.
pub(crate) const DEFAULT_MAX_SESSION: i32 = 3600;

impl Role {
    pub(crate) fn to_shape(&self, context: &RequestContext) -> shapes::Role {
        shapes::Role {
            path: self.path.clone(),
            role_name: self.name.clone(),
            role_id: self.id.clone(),
            arn: self.arn(context.partition, &context.account),
            create_date: render::time(self.created),
            assume_role_policy_document: Some(render::document(&self.trust)),
            description: self.description.clone(),
            max_session_duration: Some(self.max_session),
            permissions_boundary: self.boundary.as_deref().map(boundaries::attached),
            tags: (!self.tags.is_empty()).then(|| tags::to_shape(&self.tags)),
            ..Default::default()
        }
    }

    /// The role as listings and instance profiles show it: without tags and boundary.
    pub(crate) fn to_listed(&self, context: &RequestContext) -> shapes::Role {
        shapes::Role {
            tags: None,
            permissions_boundary: None,
            ..self.to_shape(context)
        }
    }
}

pub(crate) fn get(snapshot: &Snapshot, scope: &Scope, name: &str) -> Result<Role, Failure> {
    Ok(snapshot
        .get(ROLES, scope, &[&state::key(name)])?
        .ok_or_else(|| {
            errors::no_such_entity_exception(format!("The role with name {name} cannot be found."))
        })?)
}

pub(crate) fn put(tx: &mut WriteTx, scope: &Scope, role: &Role) -> Result<(), Failure> {
    Ok(tx.put(ROLES, scope, &[&state::key(&role.name)], role)?)
}

/// Keeps a role whose permissions or trust were changed; AWS alone changes those of service-linked roles.
pub(crate) fn put_changed(tx: &mut WriteTx, scope: &Scope, role: &Role) -> Result<(), Failure> {
    service_linked::refuse_change(role)?;
    put(tx, scope, role)
}

fn check_trust(document: &str) -> Result<(), Error> {
    if documents::size(document) > MAX_TRUST_POLICY {
        return Err(errors::limit_exceeded_exception(format!(
            "Cannot exceed quota for ACLSizePerRole: {MAX_TRUST_POLICY}"
        )));
    }
    documents::check(document, PolicyKind::Trust)
}

pub(crate) async fn create(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::CreateRoleRequest,
) -> Result<shapes::CreateRoleResponse, Error> {
    check_trust(&input.assume_role_policy_document)?;
    let role = Role {
        path: input.path.unwrap_or_else(default_path),
        name: input.role_name,
        id: UniqueId::Role.draw(),
        created: render::now(context),
        trust: input.assume_role_policy_document,
        description: input.description,
        max_session: input.max_session_duration.unwrap_or(DEFAULT_MAX_SESSION),
        tags: tags::from_input(input.tags.as_deref())?,
        boundary: input.permissions_boundary,
        policies: Policies::default(),
    };
    state::write(&iam.store, &context.account, |tx, scope| {
        boundaries::check(tx, scope, role.boundary.as_deref())?;
        if tx.contains(ROLES, scope, &[&state::key(&role.name)]) {
            return Err(errors::entity_already_exists_exception(format!(
                "Role with name {} already exists.",
                role.name
            ))
            .into());
        }
        quotas::OF_ROLES.check(tx, scope, ROLES)?;
        put(tx, scope, &role)
    })
    .await?;
    Ok(shapes::CreateRoleResponse {
        role: role.to_shape(context),
    })
}

pub(crate) async fn read(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::GetRoleRequest,
) -> Result<shapes::GetRoleResponse, Error> {
    let role = get(
        &iam.store.snapshot(),
        &Scope::account(&context.account),
        &input.role_name,
    )?;
    Ok(shapes::GetRoleResponse {
        role: shapes::Role {
            role_last_used: Some(shapes::RoleLastUsed::default()),
            ..role.to_shape(context)
        },
    })
}

pub(crate) async fn list(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::ListRolesRequest,
) -> Result<shapes::ListRolesResponse, Error> {
    let page = paging::records(
        &iam.store.snapshot(),
        ROLES,
        &Scope::account(&context.account),
        paging::Request::new("ListRoles", input.marker.as_deref(), input.max_items)?,
        |role| {
            role.path
                .starts_with(input.path_prefix.as_deref().unwrap_or("/"))
        },
    )?;
    Ok(shapes::ListRolesResponse {
        roles: page
            .items
            .iter()
            .map(|role| role.to_listed(context))
            .collect(),
        is_truncated: Some(page.next.is_some()),
        marker: page.next,
    })
}

pub(crate) async fn update(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::UpdateRoleRequest,
) -> Result<shapes::UpdateRoleResponse, Error> {
    state::write(&iam.store, &context.account, |tx, scope| {
        let mut role = get(tx, scope, &input.role_name)?;
        if let Some(description) = &input.description {
            role.description = Some(description.clone());
        }
        if let Some(seconds) = input.max_session_duration {
            service_linked::refuse_change(&role)?;
            role.max_session = seconds;
        }
        put(tx, scope, &role)
    })
    .await?;
    Ok(shapes::UpdateRoleResponse::default())
}

pub(crate) async fn update_description(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::UpdateRoleDescriptionRequest,
) -> Result<shapes::UpdateRoleDescriptionResponse, Error> {
    let role = state::write(&iam.store, &context.account, |tx, scope| {
        let mut role = get(tx, scope, &input.role_name)?;
        role.description = Some(input.description.clone());
        put(tx, scope, &role)?;
        Ok(role)
    })
    .await?;
    Ok(shapes::UpdateRoleDescriptionResponse {
        role: Some(role.to_shape(context)),
    })
}

pub(crate) async fn update_trust(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::UpdateAssumeRolePolicyRequest,
) -> Result<(), Error> {
    check_trust(&input.policy_document)?;
    state::write(&iam.store, &context.account, |tx, scope| {
        let mut role = get(tx, scope, &input.role_name)?;
        role.trust.clone_from(&input.policy_document);
        put_changed(tx, scope, &role)
    })
    .await
}

pub(crate) async fn delete(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::DeleteRoleRequest,
) -> Result<(), Error> {
    state::write(&iam.store, &context.account, |tx, scope| {
        let role = get(tx, scope, &input.role_name)?;
        service_linked::refuse_change(&role)?;
        let key = state::key(&role.name);
        for entry in tx.scan(INSTANCE_PROFILES, scope, Scan::all()) {
            if entry?.record.role.as_deref() == Some(&key) {
                return Err(
                    users::conflict("must remove roles from instance profile first").into(),
                );
            }
        }
        role.policies.refuse_deletion()?;
        tx.delete(ROLES, scope, &[&key]);
        Ok(())
    })
    .await
}
