//! Tags of objects ("Categorizing your objects using tags", Amazon S3 User Guide).

use std::sync::Arc;

use stockade_kit::failure::Failure;
use stockade_kit::tags::{Rules, TagError, TagSet};
use stockade_s3_api::shapes;
use stockade_spec::Error;
use stockade_store::Snapshot;

use crate::state::{Bucket, OBJECTS, ObjectRecord};
use crate::{S3, errors};

/// Objects have fewer tags than other resources.
const RULES: Rules = Rules {
    max: 10,
    fold_case: false,
};

/// Reads the `x-amz-tagging` header: a URL query.
pub(crate) fn parse_header(header: &str) -> Result<TagSet, Error> {
    let refused = || {
        errors::invalid_argument(
            "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query \
             parameters without tag name duplicates.",
            "x-amz-tagging",
            header,
        )
    };
    let pairs = form_urlencoded::parse(header.as_bytes());
    // Undecodable bytes become this character, which no tag may have.
    let pairs = pairs.map(|(key, value)| (key.into_owned(), value.into_owned()));
    TagSet::parse(pairs, RULES).map_err(|error| match error {
        TagError::Duplicate { .. } => refused(),
        TagError::KeyLength { key } if key.is_empty() => refused(),
        other => refusal(other),
    })
}

fn refusal(error: TagError) -> Error {
    let invalid = |message: &str| Error::new("InvalidTag", 400, message);
    match error {
        TagError::Duplicate { key } => {
            invalid("Cannot provide multiple Tags with the same key").with_detail("TagKey", key)
        }
        TagError::Reserved { key } => {
            invalid("Your TagKey cannot be prefixed with aws:").with_detail("TagKey", key)
        }
        TagError::TooMany { .. } => {
            Error::new("BadRequest", 400, "Object tags cannot be greater than 10")
        }
        TagError::KeyLength { key } | TagError::KeyCharacter { key } => {
            invalid("The TagKey you have provided is invalid").with_detail("TagKey", key)
        }
        TagError::ValueLength { key } | TagError::ValueCharacter { key } => {
            invalid("The TagValue you have provided is invalid").with_detail("TagKey", key)
        }
    }
}

pub(crate) async fn get(
    s3: &S3,
    input: shapes::GetObjectTaggingRequest,
) -> Result<shapes::GetObjectTaggingOutput, Error> {
    let snapshot = s3.store.snapshot();
    let (_, record) = find(
        &snapshot,
        &input.bucket,
        &input.key,
        input.version_id.as_deref(),
        input.expected_bucket_owner.as_deref(),
    )?;
    let tags = record.attributes.tags.clone().into_iter();
    Ok(shapes::GetObjectTaggingOutput {
        tag_set: tags
            .map(|(key, value)| shapes::Tag { key, value })
            .collect(),
        ..Default::default()
    })
}

pub(crate) async fn put(
    s3: &S3,
    input: shapes::PutObjectTaggingRequest,
) -> Result<shapes::PutObjectTaggingOutput, Error> {
    let pairs = input.tagging.tag_set.into_iter();
    let tags = TagSet::parse(pairs.map(|tag| (tag.key, tag.value)), RULES).map_err(refusal)?;
    replace(
        s3,
        &input.bucket,
        &input.key,
        input.version_id.as_deref(),
        input.expected_bucket_owner.as_deref(),
        &tags,
    )
    .await?;
    Ok(shapes::PutObjectTaggingOutput::default())
}

pub(crate) async fn delete(
    s3: &S3,
    input: shapes::DeleteObjectTaggingRequest,
) -> Result<shapes::DeleteObjectTaggingOutput, Error> {
    replace(
        s3,
        &input.bucket,
        &input.key,
        input.version_id.as_deref(),
        input.expected_bucket_owner.as_deref(),
        &TagSet::default(),
    )
    .await?;
    Ok(shapes::DeleteObjectTaggingOutput::default())
}

fn find(
    snapshot: &Snapshot,
    bucket: &str,
    key: &str,
    version: Option<&str>,
    expected_owner: Option<&str>,
) -> Result<(Bucket, Arc<ObjectRecord>), Failure> {
    errors::check_key(key)?;
    errors::check_version(version)?;
    let bucket = Bucket::require(snapshot, bucket, expected_owner)?;
    let record = bucket.require_object(snapshot, key)?;
    Ok((bucket, record))
}

async fn replace(
    s3: &S3,
    bucket: &str,
    key: &str,
    version: Option<&str>,
    expected_owner: Option<&str>,
    tags: &TagSet,
) -> Result<(), Failure> {
    s3.store
        .write(|tx| {
            let (bucket, record) = find(tx, bucket, key, version, expected_owner)?;
            let mut record = Arc::unwrap_or_clone(record);
            record.attributes.tags = tags.clone();
            tx.put(OBJECTS, bucket.scope(), &[&bucket.name, key], &record)?;
            Ok(())
        })
        .await
}
