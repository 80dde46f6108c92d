//! What users, groups and roles share: inline policies, attachments, and refusing to be deleted
//! while they have any.

use stockade_iam_api::errors;
use stockade_kit::failure::Failure;
use stockade_kit::page::Page;
use stockade_policy::PolicyKind;
use stockade_spec::{Error, RequestContext};
use stockade_store::{Scope, Snapshot, WriteTx};

use crate::state::{self, Group, Policies, Role, User};
use crate::{Iam, documents, groups, paging, policies, roles, users};

/// Most managed policies that one of them can carry: "IAM and AWS STS quotas" (default).
pub(crate) const MAX_ATTACHED_TO_USER: usize = 10;
pub(crate) const MAX_ATTACHED_TO_GROUP: usize = 10;
pub(crate) const MAX_ATTACHED_TO_ROLE: usize = 20;
/// Most characters of all inline policies of one together, without white space (the same page).
pub(crate) const MAX_INLINE_OF_USER: usize = 2_048;
pub(crate) const MAX_INLINE_OF_GROUP: usize = 5_120;
pub(crate) const MAX_INLINE_OF_ROLE: usize = 10_240;

/// A user, group or role.
pub(crate) trait Entity: Sized {
    /// As messages name it: `user`.
    const KIND: &'static str;
    /// As quotas name it: `PoliciesPerUser`.
    const ATTACHED_QUOTA: &'static str;
    /// Most managed policies.
    const MAX_ATTACHED: usize;
    /// Most characters of all inline policies together, without white space.
    const MAX_INLINE: usize;

    fn get(snapshot: &Snapshot, scope: &Scope, name: &str) -> Result<Self, Failure>;
    fn put(&self, tx: &mut WriteTx, scope: &Scope) -> Result<(), Failure>;
    fn policies(&self) -> &Policies;
    fn policies_mut(&mut self) -> &mut Policies;
}

macro_rules! entity {
    ($record:ty, $module:ident, $put:ident, $kind:literal, $quota:literal, $attached:ident, $inline:ident) => {
        impl Entity for $record {
            const KIND: &'static str = $kind;
            const ATTACHED_QUOTA: &'static str = $quota;
            const MAX_ATTACHED: usize = $attached;
            const MAX_INLINE: usize = $inline;

            fn get(snapshot: &Snapshot, scope: &Scope, name: &str) -> Result<Self, Failure> {
                $module::get(snapshot, scope, name)
            }

            fn put(&self, tx: &mut WriteTx, scope: &Scope) -> Result<(), Failure> {
                $module::$put(tx, scope, self)
            }

            fn policies(&self) -> &Policies {
                &self.policies
            }

            fn policies_mut(&mut self) -> &mut Policies {
                &mut self.policies
            }
        }
    };
}

entity!(
    User,
    users,
    put,
    "user",
    "PoliciesPerUser",
    MAX_ATTACHED_TO_USER,
    MAX_INLINE_OF_USER
);
entity!(
    Group,
    groups,
    put,
    "group",
    "PoliciesPerGroup",
    MAX_ATTACHED_TO_GROUP,
    MAX_INLINE_OF_GROUP
);
entity!(
    Role,
    roles,
    put_changed,
    "role",
    "PoliciesPerRole",
    MAX_ATTACHED_TO_ROLE,
    MAX_INLINE_OF_ROLE
);

impl Policies {
    /// AWS deletes nobody who carries policies.
    pub(crate) fn refuse_deletion(&self) -> Result<(), Error> {
        if !self.attached.is_empty() {
            return Err(users::conflict("must detach all policies first"));
        }
        if !self.inline.is_empty() {
            return Err(users::conflict("must delete policies first"));
        }
        Ok(())
    }
}

pub(crate) async fn put_inline<E: Entity + Send>(
    iam: &Iam,
    context: &RequestContext,
    name: &str,
    policy: &str,
    document: &str,
) -> Result<(), Error> {
    documents::check(document, PolicyKind::Identity)?;
    state::write(&iam.store, &context.account, |tx, scope| {
        let mut entity = E::get(tx, scope, name)?;
        let inline = &mut entity.policies_mut().inline;
        inline.insert(policy.to_owned(), document.to_owned());
        let size: usize = inline
            .values()
            .map(|document| documents::size(document))
            .sum();
        if size > E::MAX_INLINE {
            return Err(errors::limit_exceeded_exception(format!(
                "Maximum policy size of {} bytes exceeded for {} {name}",
                E::MAX_INLINE,
                E::KIND
            ))
            .into());
        }
        entity.put(tx, scope)
    })
    .await
}

fn inline_not_found<E: Entity>(policy: &str) -> Error {
    errors::no_such_entity_exception(format!(
        "The {} policy with name {policy} cannot be found.",
        E::KIND
    ))
}

/// An inline policy's document.
pub(crate) fn read_inline<E: Entity>(
    iam: &Iam,
    context: &RequestContext,
    name: &str,
    policy: &str,
) -> Result<String, Error> {
    let entity = E::get(
        &iam.store.snapshot(),
        &Scope::account(&context.account),
        name,
    )?;
    let document = entity.policies().inline.get(policy);
    document
        .cloned()
        .ok_or_else(|| inline_not_found::<E>(policy))
}

pub(crate) async fn delete_inline<E: Entity + Send>(
    iam: &Iam,
    context: &RequestContext,
    name: &str,
    policy: &str,
) -> Result<(), Error> {
    state::write(&iam.store, &context.account, |tx, scope| {
        let mut entity = E::get(tx, scope, name)?;
        let removed = entity.policies_mut().inline.remove(policy);
        removed.ok_or_else(|| inline_not_found::<E>(policy))?;
        entity.put(tx, scope)
    })
    .await
}

/// One page of the names of inline policies.
pub(crate) fn list_inline<E: Entity>(
    iam: &Iam,
    context: &RequestContext,
    name: &str,
    request: paging::Request,
) -> Result<Page<String>, Error> {
    let entity = E::get(
        &iam.store.snapshot(),
        &Scope::account(&context.account),
        name,
    )?;
    let names: Vec<String> = entity.policies().inline.keys().cloned().collect();
    paging::items(request, names, |name| name.as_str())
}

pub(crate) async fn attach<E: Entity + Send>(
    iam: &Iam,
    context: &RequestContext,
    name: &str,
    arn: &str,
) -> Result<(), Error> {
    state::write(&iam.store, &context.account, |tx, scope| {
        let mut entity = E::get(tx, scope, name)?;
        if !policies::exists(tx, scope, arn)? {
            return Err(errors::no_such_entity_exception(format!(
                "Policy {arn} does not exist or is not attachable."
            ))
            .into());
        }
        let attached = &mut entity.policies_mut().attached;
        attached.insert(arn.to_owned());
        if attached.len() > E::MAX_ATTACHED {
            return Err(errors::limit_exceeded_exception(format!(
                "Cannot exceed quota for {}: {}",
                E::ATTACHED_QUOTA,
                E::MAX_ATTACHED
            ))
            .into());
        }
        entity.put(tx, scope)
    })
    .await
}

pub(crate) async fn detach<E: Entity + Send>(
    iam: &Iam,
    context: &RequestContext,
    name: &str,
    arn: &str,
) -> Result<(), Error> {
    policies::arn_parts(arn)?;
    state::write(&iam.store, &context.account, |tx, scope| {
        let mut entity = E::get(tx, scope, name)?;
        if !entity.policies_mut().attached.remove(arn) {
            return Err(
                errors::no_such_entity_exception(format!("Policy {arn} was not found.")).into(),
            );
        }
        entity.put(tx, scope)
    })
    .await
}

/// One page of the attached managed policies under a path, as (ARN, name).
pub(crate) fn list_attached<E: Entity>(
    iam: &Iam,
    context: &RequestContext,
    name: &str,
    path_prefix: Option<&str>,
    request: paging::Request,
) -> Result<Page<(String, String)>, Error> {
    let entity = E::get(
        &iam.store.snapshot(),
        &Scope::account(&context.account),
        name,
    )?;
    let prefix = path_prefix.unwrap_or("/");
    let attached = entity.policies().attached.iter().filter_map(|arn| {
        let (_, resource) = arn.split_once(":policy")?;
        let name = resource.rsplit('/').next()?;
        resource
            .starts_with(prefix)
            .then(|| (arn.clone(), name.to_owned()))
    });
    paging::items(request, attached, |(arn, _)| arn.as_str())
}
