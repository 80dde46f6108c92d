//! Multipart uploads: begun, abandoned and listed.

use aws_smithy_types::DateTime;
use stockade_kit::failure::Failure;
use stockade_s3_api::shapes;
use stockade_spec::{Error, RequestContext};

use crate::attributes::given;
use crate::checksum::{Algorithm, type_name};
use crate::listing::{Encoding, page_size};
use crate::state::{Bucket, UPLOADS, UploadRecord};
use crate::walk::{Item, Listing, Position};
use crate::{S3, errors, names};

pub(crate) async fn create(
    s3: &S3,
    context: &RequestContext,
    mut input: shapes::CreateMultipartUploadRequest,
) -> Result<shapes::CreateMultipartUploadOutput, Error> {
    errors::check_key(&input.key)?;
    let algorithm = input
        .checksum_algorithm
        .as_ref()
        .map(Algorithm::parse)
        .transpose()?;
    if algorithm.is_none() && input.checksum_type.is_some() {
        return Err(errors::invalid_request(
            "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm \
             header.",
        ));
    }
    let composite = match algorithm {
        Some(algorithm) => algorithm.is_composite(input.checksum_type.as_ref())?,
        None => false,
    };
    let owner = input.expected_bucket_owner.as_deref();
    let bucket = Bucket::require(&s3.store.snapshot(), &input.bucket, owner)?;
    let record = UploadRecord {
        initiated: stockade_kit::time::epoch_seconds(context.now),
        initiator: initiator(context),
        algorithm,
        composite,
        attributes: given!(input).check(&bucket.record)?,
    };
    let upload = draw_id(record.initiated);
    s3.store
        .write(|tx| {
            bucket.recheck(tx)?;
            let key = [bucket.name.as_str(), &input.key, &upload];
            tx.put(UPLOADS, bucket.scope(), &key, &record)?;
            Ok::<_, Failure>(())
        })
        .await?;
    let attributes = &record.attributes;
    Ok(shapes::CreateMultipartUploadOutput {
        bucket: Some(bucket.name),
        key: Some(input.key),
        upload_id: Some(upload),
        server_side_encryption: attributes.encryption(),
        ssekms_key_id: attributes.kms_key(),
        bucket_key_enabled: attributes.bucket_key(),
        checksum_algorithm: algorithm.map(Algorithm::shape),
        checksum_type: algorithm.map(|_| type_name(composite).into()),
        ..Default::default()
    })
}

/// An upload's id: unguessable, and sorted by when the upload began, as listings must be.
fn draw_id(initiated: i64) -> String {
    let random: [u8; 40] = rand::random();
    format!("{initiated:016x}{}", hex::encode(random))
}

/// Who begins an upload: a user's or session's ARN, else the account.
fn initiator(context: &RequestContext) -> String {
    match context.caller.arn() {
        Some(arn) => arn.to_owned(),
        None => names::canonical_user_id(&context.account),
    }
}

/// The initiator as listings write it.
pub(crate) fn describe_initiator(record: &UploadRecord) -> shapes::Initiator {
    shapes::Initiator {
        id: Some(record.initiator.clone()),
        display_name: None,
    }
}

pub(crate) async fn abort(
    s3: &S3,
    input: shapes::AbortMultipartUploadRequest,
) -> Result<shapes::AbortMultipartUploadOutput, Error> {
    errors::check_key(&input.key)?;
    if input.if_match_initiated_time.is_some() {
        return Err(errors::header_not_implemented(
            "x-amz-if-match-initiated-time",
        ));
    }
    let garbage = s3
        .store
        .write(|tx| {
            let owner = input.expected_bucket_owner.as_deref();
            let bucket = Bucket::require(tx, &input.bucket, owner)?;
            bucket.require_upload(tx, &input.key, &input.upload_id)?;
            Ok::<_, Failure>(bucket.drop_upload(tx, &input.key, &input.upload_id)?)
        })
        .await?;
    s3.leases.discard(s3.store.blobs(), garbage.into());
    Ok(shapes::AbortMultipartUploadOutput::default())
}

pub(crate) async fn list(
    s3: &S3,
    input: shapes::ListMultipartUploadsRequest,
) -> Result<shapes::ListMultipartUploadsOutput, Error> {
    let max_uploads = page_size(input.max_uploads, "max-uploads")?;
    let encoding = Encoding::parse(input.encoding_type.as_ref())?;
    let owner = input.expected_bucket_owner.as_deref();
    let snapshot = s3.store.snapshot();
    let bucket = Bucket::require(&snapshot, &input.bucket, owner)?;
    let delimiter = input.delimiter.filter(|text| !text.is_empty());
    let prefix = input.prefix.unwrap_or_default();
    let key_marker = input.key_marker.unwrap_or_default();
    // An upload id means nothing without its key.
    let upload_marker = input.upload_id_marker.filter(|_| !key_marker.is_empty());
    let listing = Listing {
        bucket: &bucket.name,
        prefix: &prefix,
        delimiter: delimiter.as_deref(),
        limit: usize::try_from(max_uploads).unwrap_or(0),
    };
    let position = match (listing.common_prefix(&key_marker), &upload_marker) {
        (Some(common), _) => Position::Past(common),
        (None, Some(upload)) => Position::After(vec![key_marker.clone(), upload.clone()]),
        (None, None) if key_marker.is_empty() => Position::Start,
        // Above every upload of the key: ids are hexadecimal.
        (None, None) => Position::After(vec![key_marker.clone(), "~".to_owned()]),
    };
    let (items, more) = if listing.limit == 0 {
        (Vec::new(), false)
    } else {
        listing
            .walk(&snapshot, UPLOADS, bucket.scope(), position)
            .map_err(Failure::from)?
    };
    let (next_key, next_upload) = match items.last().filter(|_| more) {
        Some(Item::Entry(entry)) => (entry.parts.get(1).cloned(), entry.parts.get(2).cloned()),
        Some(Item::Prefix(prefix)) => (Some(prefix.clone()), None),
        None => (None, None),
    };
    let mut uploads = Vec::new();
    let mut prefixes = Vec::new();
    for item in items {
        match item {
            Item::Entry(entry) => {
                let mut parts = entry.parts.into_iter().skip(1);
                let record = entry.record;
                uploads.push(shapes::MultipartUpload {
                    key: parts.next().map(|key| encoding.write(key)),
                    upload_id: parts.next(),
                    initiated: Some(DateTime::from_secs(record.initiated)),
                    storage_class: Some(record.attributes.storage_class_name().into()),
                    owner: Some(names::owner(&bucket.record.account)),
                    initiator: Some(describe_initiator(&record)),
                    checksum_algorithm: record.algorithm.map(Algorithm::shape),
                    checksum_type: record.algorithm.map(|_| type_name(record.composite).into()),
                    ..Default::default()
                });
            }
            Item::Prefix(prefix) => prefixes.push(shapes::CommonPrefix {
                prefix: Some(encoding.write(prefix)),
            }),
        }
    }
    Ok(shapes::ListMultipartUploadsOutput {
        bucket: Some(bucket.name),
        key_marker: Some(encoding.write(key_marker)),
        upload_id_marker: Some(upload_marker.unwrap_or_default()),
        next_key_marker: next_key.map(|key| encoding.write(key)),
        next_upload_id_marker: next_upload,
        prefix: Some(encoding.write(prefix)),
        delimiter: delimiter.map(|delimiter| encoding.write(delimiter)),
        max_uploads: Some(max_uploads),
        is_truncated: Some(more),
        uploads: Some(uploads),
        common_prefixes: Some(prefixes),
        encoding_type: input.encoding_type,
        ..Default::default()
    })
}
