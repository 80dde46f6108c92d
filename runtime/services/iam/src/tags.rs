//! Tags of users, roles, policies and instance profiles.

use stockade_iam_api::{errors, shapes};
use stockade_kit::tags::{Rules, TagError, TagSet};
use stockade_spec::Error;

use crate::validation_error;

/// IAM's tag keys are one whatever their case: "Tags for IAM resources", IAM User Guide.
const RULES: Rules = Rules {
    max: 50,
    fold_case: true,
};

/// The tags of a request, checked.
pub(crate) fn from_input(tags: Option<&[shapes::Tag]>) -> Result<TagSet, Error> {
    let pairs = tags
        .unwrap_or_default()
        .iter()
        .map(|tag| (tag.key.as_str(), tag.value.as_str()));
    TagSet::parse(pairs, RULES).map_err(error)
}

/// Adds the tags of a request.
pub(crate) fn merge(tags: &mut TagSet, new: TagSet) -> Result<(), Error> {
    tags.merge(new, RULES).map_err(error)
}

/// Removes the tags with these keys.
pub(crate) fn remove(tags: &mut TagSet, keys: &[String]) {
    tags.remove(keys.iter().map(String::as_str), RULES);
}

pub(crate) fn to_shape(tags: &TagSet) -> Vec<shapes::Tag> {
    tags.iter()
        .map(|(key, value)| shapes::Tag {
            key: key.to_owned(),
            value: value.to_owned(),
        })
        .collect()
}

fn error(error: TagError) -> Error {
    match error {
        TagError::TooMany { .. } => {
            errors::limit_exceeded_exception("The number of tags has reached the maximum limit.")
        }
        TagError::Duplicate { .. } => errors::invalid_input_exception(
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        ),
        TagError::Reserved { .. } => errors::invalid_input_exception(
            "Invalid input: tag keys that begin with aws: are reserved for internal use.",
        ),
        TagError::KeyLength { key } => validation_error(format!(
            "1 validation error detected: Value '{key}' at 'tags.1.member.key' failed to satisfy \
             constraint: Member must have length less than or equal to 128"
        )),
        TagError::ValueLength { .. } => validation_error(
            "1 validation error detected: Value at 'tags.1.member.value' failed to satisfy \
             constraint: Member must have length less than or equal to 256",
        ),
        TagError::KeyCharacter { key } => validation_error(format!(
            "1 validation error detected: Value '{key}' at 'tags.1.member.key' failed to satisfy \
             constraint: Member must satisfy regular expression pattern: \
             [\\p{{L}}\\p{{Z}}\\p{{N}}_.:/=+\\-@]+"
        )),
        TagError::ValueCharacter { .. } => validation_error(
            "1 validation error detected: Value at 'tags.1.member.value' failed to satisfy \
             constraint: Member must satisfy regular expression pattern: \
             [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*",
        ),
    }
}
