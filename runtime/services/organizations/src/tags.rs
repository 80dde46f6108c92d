//! Tags of the root, of units, accounts, policies, transfers to the organization, and of the resource policy.

use stockade_kit::failure::Failure;
use stockade_kit::tags::{Rules, TagError, TagSet};
use stockade_organizations_api::shapes;
use stockade_organizations_api::shapes::{
    ConstraintViolationExceptionReason, InvalidInputExceptionReason,
};
use stockade_spec::{Error, RequestContext};
use stockade_store::{Scope, Snapshot, WriteTx};

use crate::paging::Asked;
use crate::state::{
    self, ACCOUNTS, Account, Membership, Organization, POLICIES, Policy, RESOURCE_POLICY,
    ResourcePolicy, TRANSFERS, Transfer, UNITS, Unit,
};
use crate::{Organizations, errors};

fn refuse(error: TagError) -> Error {
    match error {
        TagError::TooMany { .. } => errors::constraint(
            ConstraintViolationExceptionReason::MaxTagLimitExceeded,
            "You have exceeded the number of tags allowed on this resource.",
        ),
        TagError::Duplicate { .. } => errors::invalid(
            InvalidInputExceptionReason::DuplicateTagKey,
            "Tag keys must be unique.",
        ),
        TagError::Reserved { .. } => errors::invalid(
            InvalidInputExceptionReason::InvalidSystemTagsParameter,
            "You can't add, edit, or delete system tag keys because they're reserved for AWS use.",
        ),
        // The model's demands have been checked before, with their own words.
        other => errors::invalid(
            InvalidInputExceptionReason::InvalidPattern,
            other.to_string(),
        ),
    }
}

/// The tags of a request, checked.
pub(crate) fn from_input(tags: Option<&[shapes::Tag]>) -> Result<TagSet, Error> {
    let pairs = tags
        .unwrap_or_default()
        .iter()
        .map(|tag| (tag.key.as_str(), tag.value.as_str()));
    TagSet::parse(pairs, Rules::default()).map_err(refuse)
}

/// What has tags.
enum Tagged {
    Root(Organization),
    Account(Account),
    Unit(Unit),
    Transfer(Transfer),
    Policy(Policy),
    ResourcePolicy(ResourcePolicy),
}

impl Tagged {
    fn find(
        snapshot: &Snapshot,
        membership: &Membership,
        id: &str,
    ) -> Result<Option<Self>, Failure> {
        let scope = &membership.scope;
        if id == membership.organization.root {
            return Ok(Some(Self::Root(membership.organization.clone())));
        }
        if let Some(account) = membership.account(snapshot, id)? {
            return Ok(Some(Self::Account(account)));
        }
        if let Some(unit) = membership.unit(snapshot, id)? {
            return Ok(Some(Self::Unit(unit)));
        }
        if let Some(transfer) = snapshot.get(TRANSFERS, scope, &[id])? {
            return Ok(Some(Self::Transfer(transfer)));
        }
        if let Some(policy) = snapshot.get(POLICIES, scope, &[id])? {
            return Ok(Some(Self::Policy(policy)));
        }
        let policy = membership.resource_policy(snapshot)?;
        Ok(policy
            .filter(|policy| policy.id == id)
            .map(Self::ResourcePolicy))
    }

    fn tags(&mut self) -> &mut TagSet {
        match self {
            Self::Root(organization) => &mut organization.root_tags,
            Self::Account(account) => &mut account.tags,
            Self::Unit(unit) => &mut unit.tags,
            Self::Transfer(transfer) => &mut transfer.tags,
            Self::Policy(policy) => &mut policy.tags,
            Self::ResourcePolicy(policy) => &mut policy.tags,
        }
    }

    fn save(self, tx: &mut WriteTx, scope: &Scope) -> Result<(), Failure> {
        match self {
            Self::Root(organization) => Membership::new(organization).save(tx)?,
            Self::Account(account) => tx.put(ACCOUNTS, scope, &[&account.id], &account)?,
            Self::Unit(unit) => tx.put(UNITS, scope, &[&unit.id], &unit)?,
            Self::Transfer(transfer) => tx.put(TRANSFERS, scope, &[&transfer.id], &transfer)?,
            Self::Policy(policy) => tx.put(POLICIES, scope, &[&policy.id], &policy)?,
            Self::ResourcePolicy(policy) => tx.put(RESOURCE_POLICY, scope, &[], &policy)?,
        }
        Ok(())
    }
}

/// The tags of what has this id; `None` if nothing has.
pub(crate) fn of(
    snapshot: &Snapshot,
    membership: &Membership,
    id: &str,
) -> Result<Option<TagSet>, Failure> {
    let tagged = Tagged::find(snapshot, membership, id)?;
    Ok(tagged.map(|mut tagged| std::mem::take(tagged.tags())))
}

async fn change(
    service: &Organizations,
    context: &RequestContext,
    (operation, id): (&str, &str),
    change: impl Fn(&mut TagSet) -> Result<(), Error> + Send + Sync,
) -> Result<(), Error> {
    state::write(&service.store, |tx| {
        let membership = Membership::administered_by(tx, &context.account, operation)?;
        let mut tagged = Tagged::find(tx, &membership, id)?.ok_or_else(errors::no_target)?;
        change(tagged.tags())?;
        tagged.save(tx, &membership.scope)
    })
    .await
}

pub(crate) async fn tag(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::TagResourceRequest,
) -> Result<(), Error> {
    let more = from_input(Some(&input.tags))?;
    let named = ("TagResource", input.resource_id.as_str());
    change(service, context, named, |tags| {
        tags.merge(more.clone(), Rules::default()).map_err(refuse)
    })
    .await
}

pub(crate) async fn untag(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::UntagResourceRequest,
) -> Result<(), Error> {
    let named = ("UntagResource", input.resource_id.as_str());
    change(service, context, named, |tags| {
        tags.remove(input.tag_keys.iter().map(String::as_str), Rules::default());
        Ok(())
    })
    .await
}

pub(crate) async fn list(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::ListTagsForResourceRequest,
) -> Result<shapes::ListTagsForResourceResponse, Error> {
    let snapshot = service.store.snapshot();
    let membership =
        Membership::administered_by(&snapshot, &context.account, "ListTagsForResource")?;
    let tags = of(&snapshot, &membership, &input.resource_id)?.ok_or_else(errors::no_target)?;
    let asked = Asked::new("ListTagsForResource", &input.next_token, None);
    let (tags, next_token) = asked.page(
        tags.into_iter().collect(),
        |(key, _)| key,
        |(key, value)| Ok(shapes::Tag { key, value }),
    )?;
    Ok(shapes::ListTagsForResourceResponse {
        tags: Some(tags),
        next_token,
    })
}
