//! `DeleteObject` and `DeleteObjects`.

use stockade_kit::failure::Failure;
use stockade_s3_api::shapes;
use stockade_spec::{Denied, Error};
use stockade_store::WriteTx;

use crate::conditions::WriteConditions;
use crate::state::{Bucket, Garbage};
use crate::{S3, errors};

/// Most keys of one `DeleteObjects`.
const MAX_KEYS: usize = 1000;

pub(crate) async fn one(
    s3: &S3,
    input: shapes::DeleteObjectRequest,
) -> Result<shapes::DeleteObjectOutput, Error> {
    errors::check_key(&input.key)?;
    refuse_directory_conditions(
        input.if_match_last_modified_time.is_some(),
        input.if_match_size.is_some(),
    )?;
    check_governance(input.bypass_governance_retention)?;
    let garbage = s3
        .store
        .write(|tx| {
            let owner = input.expected_bucket_owner.as_deref();
            let bucket = Bucket::require(tx, &input.bucket, owner)?;
            errors::check_version(input.version_id.as_deref())?;
            remove(tx, &bucket, &input.key, input.if_match.as_deref())
        })
        .await?;
    s3.leases.discard(s3.store.blobs(), garbage);
    Ok(shapes::DeleteObjectOutput::default())
}

pub(crate) async fn many(
    s3: &S3,
    input: shapes::DeleteObjectsRequest,
    mut denied: Denied,
) -> Result<shapes::DeleteObjectsOutput, Error> {
    let objects = &input.delete.objects;
    if objects.is_empty() || objects.len() > MAX_KEYS {
        return Err(errors::malformed_xml());
    }
    check_governance(input.bypass_governance_retention)?;
    let listed = objects.iter().enumerate();
    let allowed: Vec<_> = listed
        .filter(|(place, _)| !denied.contains(*place))
        .map(|(_, object)| object)
        .collect();
    let outcomes = s3
        .store
        .write(|tx| {
            let owner = input.expected_bucket_owner.as_deref();
            let bucket = Bucket::require(tx, &input.bucket, owner)?;
            let mut outcomes = Vec::with_capacity(allowed.len());
            for object in &allowed {
                outcomes.push(match remove_listed(tx, &bucket, object) {
                    Ok(garbage) => Ok(garbage),
                    // A key's own trouble is told beside the others; the store's is everyone's.
                    Err(failure) => match failure.into_error() {
                        error if error.is_senders_fault() => Err(error),
                        error => return Err(Failure::from(error)),
                    },
                });
            }
            Ok(outcomes)
        })
        .await?;

    let quiet = input.delete.quiet.unwrap_or(false);
    let mut deleted = Vec::new();
    let mut refused = Vec::new();
    let mut outcomes = outcomes.into_iter();
    for (place, object) in input.delete.objects.into_iter().enumerate() {
        let of_key = denied.take(place).map(Err).or_else(|| outcomes.next());
        match of_key.unwrap_or_else(|| Err(Error::internal())) {
            Ok(garbage) => {
                s3.leases.discard(s3.store.blobs(), garbage);
                if !quiet {
                    deleted.push(shapes::DeletedObject {
                        key: Some(object.key),
                        version_id: object.version_id,
                        ..Default::default()
                    });
                }
            }
            Err(error) => refused.push(shapes::Error {
                key: Some(object.key),
                version_id: object.version_id,
                code: Some(error.code.into_owned()),
                message: Some(error.message),
            }),
        }
    }
    Ok(shapes::DeleteObjectsOutput {
        deleted: (!deleted.is_empty()).then_some(deleted),
        errors: (!refused.is_empty()).then_some(refused),
        ..Default::default()
    })
}

fn remove_listed(
    tx: &mut WriteTx,
    bucket: &Bucket,
    object: &shapes::ObjectIdentifier,
) -> Result<Garbage, Failure> {
    errors::check_key(&object.key)?;
    if object.version_id.as_deref().is_some_and(|id| id != "null") {
        return Err(Error::new(
            "NoSuchVersion",
            404,
            "The specified version does not exist.",
        )
        .into());
    }
    refuse_directory_conditions(object.last_modified_time.is_some(), object.size.is_some())?;
    remove(tx, bucket, &object.key, object.e_tag.as_deref())
}

/// Removes an object; without a condition it need not be there.
fn remove(
    tx: &mut WriteTx,
    bucket: &Bucket,
    key: &str,
    if_match: Option<&str>,
) -> Result<Garbage, Failure> {
    let conditions = WriteConditions {
        if_match,
        if_none_match: None,
    };
    if if_match.is_some() {
        conditions.check(key, bucket.object(tx, key)?.as_deref())?;
    }
    Ok(bucket.replace(tx, key, None)?)
}

/// These conditions exist for directory buckets alone.
fn refuse_directory_conditions(on_time: bool, on_size: bool) -> Result<(), Error> {
    if on_time {
        return Err(errors::header_not_implemented(
            "x-amz-if-match-last-modified-time",
        ));
    }
    if on_size {
        return Err(errors::header_not_implemented("x-amz-if-match-size"));
    }
    Ok(())
}

/// No bucket has object lock here.
fn check_governance(bypass: Option<bool>) -> Result<(), Error> {
    if bypass == Some(true) {
        return Err(errors::invalid_argument(
            "x-amz-bypass-governance-retention is only applicable to Object Lock enabled buckets.",
            "x-amz-bypass-governance-retention",
            "",
        ));
    }
    Ok(())
}
