//! Tags of the root, of units, accounts, policies, transfers to the organization, and of the resource policy.

use stockade_kit::failure::Failure;
use stockade_kit::tags::{Rules, TagError, TagSet};
use stockade_organizations_api::shapes;
use stockade_organizations_api::shapes::{
    ConstraintViolationExceptionReason, InvalidInputExceptionReason,
};
use stockade_spec::{Error, RequestContext};
use stockade_store::{Snapshot, WriteTx};

use crate::paging::Asked;
use crate::state::{self, ACCOUNTS, Membership, POLICIES, RESOURCE_POLICY, TRANSFERS, UNITS};
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

/// The tags of what has this id; `None` if nothing has.
pub(crate) fn of(
    snapshot: &Snapshot,
    membership: &Membership,
    id: &str,
) -> Result<Option<TagSet>, Failure> {
    if id == membership.organization.root {
        return Ok(Some(membership.organization.root_tags.clone()));
    }
    if let Some(account) = membership.account(snapshot, id)? {
        return Ok(Some(account.tags));
    }
    if let Some(unit) = membership.unit(snapshot, id)? {
        return Ok(Some(unit.tags));
    }
    if let Some(transfer) = snapshot.get(TRANSFERS, &membership.scope, &[id])? {
        return Ok(Some(transfer.tags));
    }
    if let Some(policy) = membership.resource_policy(snapshot)?
        && policy.id == id
    {
        return Ok(Some(policy.tags));
    }
    let policy = snapshot.get(POLICIES, &membership.scope, &[id])?;
    Ok(policy.map(|policy| policy.tags))
}

fn put(
    tx: &mut WriteTx,
    membership: &mut Membership,
    id: &str,
    tags: TagSet,
) -> Result<(), Failure> {
    let scope = membership.scope.clone();
    if id == membership.organization.root {
        membership.organization.root_tags = tags;
        membership.save(tx)?;
    } else if let Some(mut account) = membership.account(tx, id)? {
        account.tags = tags;
        tx.put(ACCOUNTS, &scope, &[id], &account)?;
    } else if let Some(mut unit) = membership.unit(tx, id)? {
        unit.tags = tags;
        tx.put(UNITS, &scope, &[id], &unit)?;
    } else if let Some(mut transfer) = tx.get(TRANSFERS, &scope, &[id])? {
        transfer.tags = tags;
        tx.put(TRANSFERS, &scope, &[id], &transfer)?;
    } else if let Some(mut policy) = tx.get(POLICIES, &scope, &[id])? {
        policy.tags = tags;
        tx.put(POLICIES, &scope, &[id], &policy)?;
    } else if let Some(mut policy) = membership.resource_policy(tx)? {
        policy.tags = tags;
        tx.put(RESOURCE_POLICY, &scope, &[], &policy)?;
    }
    Ok(())
}

async fn change(
    service: &Organizations,
    context: &RequestContext,
    (operation, id): (&str, &str),
    change: impl Fn(&mut TagSet) -> Result<(), Error> + Send + Sync,
) -> Result<(), Error> {
    state::write(&service.store, |tx| {
        let mut membership = Membership::administered_by(tx, &context.account, operation)?;
        let mut tags = of(tx, &membership, id)?.ok_or_else(errors::no_target)?;
        change(&mut tags)?;
        put(tx, &mut membership, id, tags)
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
