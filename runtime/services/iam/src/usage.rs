//! `ListEntitiesForPolicy`: who carries a managed policy or is bounded by it.

use stockade_iam_api::shapes;
use stockade_kit::failure::Failure;
use stockade_spec::{Error, RequestContext};
use stockade_store::{Scan, Scope};

use crate::state::{GROUPS, ROLES, USERS};
use crate::{Iam, paging, policies};

enum Entity {
    User(shapes::PolicyUser),
    Group(shapes::PolicyGroup),
    Role(shapes::PolicyRole),
}

pub(crate) async fn list(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::ListEntitiesForPolicyRequest,
) -> Result<shapes::ListEntitiesForPolicyResponse, Error> {
    let snapshot = iam.store.snapshot();
    let scope = Scope::account(&context.account);
    let arn = &input.policy_arn;
    if !policies::exists(&snapshot, &scope, arn)? {
        return Err(policies::not_found(arn));
    }
    let wanted = |kind| {
        input
            .entity_filter
            .as_ref()
            .is_none_or(|filter| filter.as_str() == kind)
    };
    let usage = input
        .policy_usage_filter
        .as_ref()
        .map(shapes::PolicyUsageType::as_str);
    let under = |path: &str| path.starts_with(input.path_prefix.as_deref().unwrap_or("/"));
    let uses = |attached: bool, bounded: bool| match usage {
        Some("PermissionsPolicy") => attached,
        Some("PermissionsBoundary") => bounded,
        _ => attached || bounded,
    };

    // The place of an entity in the listing: its kind and its name.
    let mut found: Vec<(String, Entity)> = Vec::new();
    for entry in snapshot.scan(USERS, &scope, Scan::all()) {
        let user = entry.map_err(Failure::from)?.record;
        let bounded = user.boundary.as_ref() == Some(arn);
        if wanted("User")
            && under(&user.path)
            && uses(user.policies.attached.contains(arn), bounded)
        {
            let shape = shapes::PolicyUser {
                user_id: Some(user.id),
                user_name: Some(user.name.clone()),
            };
            found.push((format!("user/{}", user.name), Entity::User(shape)));
        }
    }
    for entry in snapshot.scan(ROLES, &scope, Scan::all()) {
        let role = entry.map_err(Failure::from)?.record;
        let bounded = role.boundary.as_ref() == Some(arn);
        if wanted("Role")
            && under(&role.path)
            && uses(role.policies.attached.contains(arn), bounded)
        {
            let shape = shapes::PolicyRole {
                role_id: Some(role.id),
                role_name: Some(role.name.clone()),
            };
            found.push((format!("role/{}", role.name), Entity::Role(shape)));
        }
    }
    for entry in snapshot.scan(GROUPS, &scope, Scan::all()) {
        let group = entry.map_err(Failure::from)?.record;
        if wanted("Group")
            && under(&group.path)
            && uses(group.policies.attached.contains(arn), false)
        {
            let shape = shapes::PolicyGroup {
                group_id: Some(group.id),
                group_name: Some(group.name.clone()),
            };
            found.push((format!("group/{}", group.name), Entity::Group(shape)));
        }
    }
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    let request = paging::Request::new(
        "ListEntitiesForPolicy",
        input.marker.as_deref(),
        input.max_items,
    )?;
    let page = paging::items(request, found, |(place, _)| place.as_str())?;

    let (mut users, mut groups, mut roles) = (Vec::new(), Vec::new(), Vec::new());
    for (_, entity) in page.items {
        match entity {
            Entity::User(user) => users.push(user),
            Entity::Group(group) => groups.push(group),
            Entity::Role(role) => roles.push(role),
        }
    }
    Ok(shapes::ListEntitiesForPolicyResponse {
        is_truncated: Some(page.next.is_some()),
        marker: page.next,
        policy_groups: Some(groups),
        policy_roles: Some(roles),
        policy_users: Some(users),
    })
}
