//! Tags of users, roles, policies and instance profiles.

use stockade_iam_api::{errors, shapes};
use stockade_kit::failure::Failure;
use stockade_kit::tags::{Rules, TagError, TagSet};
use stockade_spec::{Error, RequestContext};
use stockade_store::{Scope, Snapshot, WriteTx};

use crate::state::{self, InstanceProfile, ManagedPolicy, Role, User};
use crate::{Iam, instance_profiles, policies, roles, users, validation_error};

/// IAM's tag keys are one whatever their case: "Tags for IAM resources", IAM User Guide.
const RULES: Rules = Rules {
    max: 50,
    fold_case: true,
};

/// What has tags.
pub(crate) trait Tagged: Sized {
    /// The record, to be changed: by name, or a policy by its ARN.
    fn get(snapshot: &Snapshot, scope: &Scope, name: &str) -> Result<Self, Failure>;
    fn put(&self, tx: &mut WriteTx, scope: &Scope) -> Result<(), Failure>;
    fn tags_mut(&mut self) -> &mut TagSet;
}

macro_rules! tagged {
    ($record:ty, $get:path, $put:path) => {
        impl Tagged for $record {
            fn get(snapshot: &Snapshot, scope: &Scope, name: &str) -> Result<Self, Failure> {
                $get(snapshot, scope, name)
            }

            fn put(&self, tx: &mut WriteTx, scope: &Scope) -> Result<(), Failure> {
                $put(tx, scope, self)
            }

            fn tags_mut(&mut self) -> &mut TagSet {
                &mut self.tags
            }
        }
    };
}

tagged!(User, users::get, users::put);
tagged!(Role, roles::get, roles::put);
tagged!(
    InstanceProfile,
    instance_profiles::get,
    instance_profiles::put
);
tagged!(ManagedPolicy, policies::get_own, policies::put);

/// Changes a record's tags.
pub(crate) async fn change<T: Tagged + Send>(
    iam: &Iam,
    context: &RequestContext,
    name: &str,
    change: impl Fn(&mut TagSet) -> Result<(), Error> + Send + Sync,
) -> Result<(), Error> {
    state::write(&iam.store, &context.account, |tx, scope| {
        let mut record = T::get(tx, scope, name)?;
        change(record.tags_mut())?;
        record.put(tx, scope)
    })
    .await
}

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
        // The model's demands have been checked before, with their own words.
        TagError::KeyLength { .. }
        | TagError::ValueLength { .. }
        | TagError::KeyCharacter { .. }
        | TagError::ValueCharacter { .. } => validation_error(error.to_string()),
    }
}
