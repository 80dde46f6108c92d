//! `PutObject`, and how a new object takes its place.

use stockade_kit::failure::Failure;
use stockade_s3_api::shapes;
use stockade_spec::{Error, RequestContext};

use crate::attributes::given;
use crate::checksum::{self, Algorithm, Announced};
use crate::conditions::WriteConditions;
use crate::receive::{Expected, MAX_BODY_BYTES, receive};
use crate::state::{Body, Bucket, ObjectRecord};
use crate::{S3, errors, names};

pub(crate) async fn put(
    s3: &S3,
    context: &RequestContext,
    mut input: shapes::PutObjectRequest,
) -> Result<shapes::PutObjectOutput, Error> {
    errors::check_key(&input.key)?;
    if input.write_offset_bytes.is_some() {
        return Err(errors::header_not_implemented("x-amz-write-offset-bytes"));
    }
    let conditions = WriteConditions {
        if_match: input.if_match.as_deref(),
        if_none_match: input.if_none_match.as_deref(),
    };
    conditions.check_form()?;

    let snapshot = s3.store.snapshot();
    let owner = input.expected_bucket_owner.as_deref();
    let bucket = Bucket::require(&snapshot, &input.bucket, owner)?;
    if conditions.if_match.is_some() || conditions.if_none_match.is_some() {
        // Checked again at the end; here it spares the caller the upload.
        conditions.check(
            &input.key,
            bucket
                .object(&snapshot, &input.key)
                .map_err(Failure::from)?
                .as_deref(),
        )?;
    }
    // The state must not be held while the body is on its way.
    drop(snapshot);
    let announced = Announced::read(input.checksum_algorithm.as_ref(), checksum::values!(input))?;
    let expected = Expected::read(announced, Algorithm::DEFAULT, input.content_md5.as_deref())?;
    let attributes = given!(input).check(&bucket.record)?;
    let body = std::mem::take(&mut input.body);
    if let (least, _) = body.size_hint()
        && least > MAX_BODY_BYTES
    {
        return Err(errors::entity_too_large(least, MAX_BODY_BYTES));
    }

    let received = receive(&s3.store, body, &expected).await?;
    let blob = received.staged.keep();
    let record = ObjectRecord {
        size: blob.len,
        body: Body::Whole(blob),
        etag: received.md5,
        modified: stockade_kit::time::epoch_seconds(context.now),
        checksum: received.checksum,
        attributes,
    };
    commit(s3, &bucket, &input.key, &record, conditions).await?;

    let attributes = &record.attributes;
    let mut output = shapes::PutObjectOutput {
        e_tag: Some(names::quoted(&record.etag)),
        checksum_type: Some(record.checksum.type_shape()),
        server_side_encryption: attributes.encryption(),
        ssekms_key_id: attributes.kms_key(),
        bucket_key_enabled: attributes.bucket_key(),
        ..Default::default()
    };
    checksum::set!(output, &record.checksum);
    Ok(output)
}

/// Puts an object of one blob in its place. A blob that finds no place is deleted.
///
/// The blob is kept before the transaction: a caller that goes away meanwhile then leaves bytes
/// without a record at worst, never a record without bytes.
pub(crate) async fn commit(
    s3: &S3,
    bucket: &Bucket,
    key: &str,
    record: &ObjectRecord,
    conditions: WriteConditions<'_>,
) -> Result<(), Error> {
    let committed = s3
        .store
        .write(|tx| {
            bucket.recheck(tx)?;
            if conditions.if_match.is_some() || conditions.if_none_match.is_some() {
                conditions.check(key, bucket.object(tx, key)?.as_deref())?;
            }
            Ok::<_, Failure>(bucket.replace(tx, key, Some(record))?)
        })
        .await;
    match committed {
        Ok(garbage) => {
            s3.leases.discard(s3.store.blobs(), garbage);
            Ok(())
        }
        Err(failure) => {
            if let Body::Whole(blob) = &record.body {
                s3.leases
                    .discard(s3.store.blobs(), vec![blob.clone()].into());
            }
            Err(failure.into())
        }
    }
}
