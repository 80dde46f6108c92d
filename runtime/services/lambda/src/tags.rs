//! Tags, which functions have, and their versions and aliases have not.

use std::collections::BTreeMap;

use stockade_kit::failure::Failure;
use stockade_kit::tags::{RESERVED_PREFIX, Rules, TagError, TagSet};
use stockade_lambda_api::shapes;
use stockade_spec::{Error, RequestContext};

use crate::Lambda;
use crate::errors::{invalid, unsupported};
use crate::names::{Function, Target};
use crate::state::FunctionRecord;

fn refuse(error: TagError) -> Error {
    match error {
        TagError::TooMany { .. } => invalid("Number of tags exceeds resource tag limit."),
        TagError::Reserved { key } => invalid(format!(
            "The tag key {key} is not valid: tag keys cannot start with the prefix \
             {RESERVED_PREFIX}"
        )),
        other => invalid(other.to_string()),
    }
}

/// The tags of a request, checked.
pub(crate) fn parse(tags: BTreeMap<String, String>) -> Result<TagSet, Error> {
    TagSet::parse(tags, Rules::default()).map_err(refuse)
}

fn function_of(
    operation: &str,
    context: &RequestContext,
    resource: &str,
) -> Result<Function, Error> {
    if !resource.contains(":function:") {
        return Err(unsupported(operation, "resources other than functions"));
    }
    let target = Target::of(&context.scope(), resource, None)?;
    match target.qualifier {
        None => Ok(target.function),
        Some(_) => Err(invalid(
            "Tags on function aliases and versions are not supported. Please specify a function \
             ARN.",
        )),
    }
}

pub(crate) async fn tag(
    lambda: &Lambda,
    context: &RequestContext,
    input: shapes::TagResourceRequest,
) -> Result<(), Error> {
    let function = function_of("TagResource", context, &input.resource)?;
    if input.tags.is_empty() {
        return Err(invalid(
            "An error occurred and the request cannot be processed.",
        ));
    }
    let more = parse(input.tags)?;
    change(lambda, &function, |tags| {
        tags.merge(more.clone(), Rules::default()).map_err(refuse)
    })
    .await
}

pub(crate) async fn untag(
    lambda: &Lambda,
    context: &RequestContext,
    input: shapes::UntagResourceRequest,
) -> Result<(), Error> {
    let function = function_of("UntagResource", context, &input.resource)?;
    change(lambda, &function, |tags| {
        tags.remove(input.tag_keys.iter().map(String::as_str), Rules::default());
        Ok(())
    })
    .await
}

async fn change(
    lambda: &Lambda,
    function: &Function,
    mut edit: impl FnMut(&mut TagSet) -> Result<(), Error> + Send,
) -> Result<(), Error> {
    lambda
        .store
        .write(|tx| {
            let mut record = FunctionRecord::require(tx, function)?;
            edit(&mut record.tags)?;
            record.put(tx, function)?;
            Ok::<_, Failure>(())
        })
        .await?;
    Ok(())
}

pub(crate) fn list(
    lambda: &Lambda,
    context: &RequestContext,
    input: shapes::ListTagsRequest,
) -> Result<shapes::ListTagsResponse, Error> {
    let function = function_of("ListTags", context, &input.resource)?;
    let record = FunctionRecord::require(&lambda.store.snapshot(), &function)?;
    Ok(shapes::ListTagsResponse {
        tags: Some(record.tags.into_iter().collect()),
    })
}
