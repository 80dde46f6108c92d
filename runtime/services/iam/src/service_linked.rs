//! Service-linked roles: those that a service makes for itself, on its first use or when `CreateServiceLinkedRole` asks for
//! it, and that AWS alone changes ("Create a service-linked role", IAM User Guide).
//!
//! A role here carries no policies: nothing runs under it.

use stockade_iam_api::{errors, shapes};
use stockade_kit::failure::Failure;
use stockade_kit::ids::{self, UniqueId};
use stockade_kit::tags::TagSet;
use stockade_managed_policies::SERVICE_LINKED_ROLES;
use stockade_policy::split_arn;
use stockade_spec::{Error, RequestContext};
use stockade_store::Scope;

use crate::state::{self, DELETION_TASKS, DeletionTask, Policies, ROLES, Role};
use crate::{Iam, render, roles};

/// Where these roles lie, before the service's principal.
const PATH: &str = "/aws-service-role/";

/// What a service calls its role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Naming {
    pub(crate) name: &'static str,
    /// Whether a caller's suffix may follow it.
    pub(crate) takes_suffix: bool,
}

impl Naming {
    /// What the service of a principal calls its role; `None` where nobody here knows.
    pub(crate) fn of(principal: &str) -> Option<Self> {
        SERVICE_LINKED_ROLES.lines().find_map(|line| {
            let mut columns = line.split('\t');
            (columns.next()? == principal).then_some(())?;
            Some(Self {
                name: columns.next()?,
                takes_suffix: columns.next()? == "suffix",
            })
        })
    }

    /// The role's name with a caller's suffix.
    pub(crate) fn full(self, suffix: Option<&str>) -> String {
        match suffix {
            Some(suffix) => format!("{}_{suffix}", self.name),
            None => self.name.to_owned(),
        }
    }
}

/// Refuses changes of roles that AWS alone changes.
pub(crate) fn refuse_change(role: &Role) -> Result<(), Error> {
    if !role.path.starts_with(PATH) {
        return Ok(());
    }
    Err(errors::unmodifiable_entity_exception(format!(
        "Cannot perform the operation on the protected role '{}' - this role is only modifiable by AWS",
        role.name
    )))
}

/// A new role of a service.
fn new(context: &RequestContext, principal: &str, name: &str, description: Option<String>) -> Role {
    let trust = serde_json::json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Service": principal },
            "Action": "sts:AssumeRole"
        }]
    });
    Role {
        path: format!("{PATH}{principal}/"),
        name: name.to_owned(),
        id: UniqueId::Role.draw(),
        created: render::now(context),
        trust: trust.to_string(),
        description,
        max_session: roles::DEFAULT_MAX_SESSION,
        tags: TagSet::default(),
        boundary: None,
        policies: Policies::default(),
    }
}

/// The account, the service's principal and the name that a role's ARN has.
fn parts(arn: &str) -> Option<(&str, &str, &str)> {
    let [_, "iam", "", account, resource] = split_arn(arn)? else {
        return None;
    };
    let (principal, name) = resource
        .strip_prefix("role/aws-service-role/")?
        .split_once('/')?;
    Some((account, principal, name))
}

impl Iam {
    /// Whether there is a service-linked role of this ARN.
    pub(crate) fn is_linked(&self, arn: &str) -> bool {
        let Some((account, principal, name)) = parts(arn) else {
            return false;
        };
        let scope = Scope::account(account);
        let role = self
            .store
            .snapshot()
            .get(ROLES, &scope, &[&state::key(name)]);
        role.ok()
            .flatten()
            .is_some_and(|role| role.path == format!("{PATH}{principal}/"))
    }

    /// Makes the service-linked role of this ARN in the caller's account, unless a role of its name is there.
    pub(crate) async fn link(&self, context: &RequestContext, arn: &str) -> Result<(), Error> {
        let Some((_, principal, name)) = parts(arn) else {
            return Ok(());
        };
        let role = new(context, principal, name, None);
        state::write(&self.store, &context.account, |tx, scope| {
            if tx.contains(ROLES, scope, &[&state::key(name)]) {
                return Ok(());
            }
            roles::put(tx, scope, &role)
        })
        .await
    }
}

/// There is no quota to check: "Only service-linked roles can exceed the limit" (Create a service-linked role).
pub(crate) async fn create(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::CreateServiceLinkedRoleRequest,
) -> Result<shapes::CreateServiceLinkedRoleResponse, Error> {
    let principal = &input.aws_service_name;
    let naming = Naming::of(principal).ok_or_else(|| {
        let message = format!("Stockade does not know what {principal} calls its role.");
        Error::new("NotImplemented", 501, message)
    })?;
    let suffix = input.custom_suffix.as_deref();
    if suffix.is_some() && !naming.takes_suffix {
        return Err(errors::invalid_input_exception(format!(
            "Custom suffix is not allowed for {principal}"
        )));
    }
    let name = naming.full(suffix);
    let role = new(context, principal, &name, input.description);
    state::write(&iam.store, &context.account, |tx, scope| {
        if tx.contains(ROLES, scope, &[&state::key(&name)]) {
            return Err(Failure::from(errors::invalid_input_exception(format!(
                "Service role name {name} has been taken in this account, please try a different suffix."
            ))));
        }
        roles::put(tx, scope, &role)
    })
    .await?;
    Ok(shapes::CreateServiceLinkedRoleResponse {
        role: Some(role.to_shape(context)),
    })
}

/// Nothing here uses such a role, so that its deletion never fails, and is over at once.
pub(crate) async fn delete(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::DeleteServiceLinkedRoleRequest,
) -> Result<shapes::DeleteServiceLinkedRoleResponse, Error> {
    let unique = ids::request_id();
    let task = state::write(&iam.store, &context.account, |tx, scope| {
        let role = roles::get(tx, scope, &input.role_name)?;
        if !role.path.starts_with(PATH) {
            return Err(Failure::from(errors::no_such_entity_exception(format!(
                "The role with name {} cannot be found.",
                input.role_name
            ))));
        }
        let task = format!("task{}{}/{unique}", role.path, role.name);
        tx.delete(ROLES, scope, &[&state::key(&role.name)]);
        tx.put(
            DELETION_TASKS,
            scope,
            &[&task],
            &DeletionTask { role: role.name },
        )?;
        Ok(task)
    })
    .await?;
    Ok(shapes::DeleteServiceLinkedRoleResponse {
        deletion_task_id: task,
    })
}

pub(crate) async fn deletion_status(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::GetServiceLinkedRoleDeletionStatusRequest,
) -> Result<shapes::GetServiceLinkedRoleDeletionStatusResponse, Error> {
    let scope = Scope::account(&context.account);
    let task = &input.deletion_task_id;
    if !iam
        .store
        .snapshot()
        .contains(DELETION_TASKS, &scope, &[task])
    {
        return Err(errors::no_such_entity_exception(format!(
            "The deletion task with id {task} cannot be found."
        )));
    }
    Ok(shapes::GetServiceLinkedRoleDeletionStatusResponse {
        reason: None,
        status: shapes::DeletionTaskStatusType::Succeeded,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_tell_principal_and_name() {
        let arn = "arn:aws:iam::000000000000:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS";
        let told = ("000000000000", "ecs.amazonaws.com", "AWSServiceRoleForECS");
        assert_eq!(parts(arn), Some(told));
        assert_eq!(parts("arn:aws:iam::000000000000:role/ecs"), None);
    }

    #[test]
    fn services_name_their_roles() {
        let ecs = Naming::of("ecs.amazonaws.com").unwrap();
        assert_eq!(ecs.full(None), "AWSServiceRoleForECS");
        assert!(!ecs.takes_suffix);
        let scaling = Naming::of("autoscaling.amazonaws.com").unwrap();
        assert_eq!(
            scaling.full(Some("web")),
            "AWSServiceRoleForAutoScaling_web"
        );
        assert!(scaling.takes_suffix);
        assert_eq!(Naming::of("nobody.amazonaws.com"), None);
    }
}
