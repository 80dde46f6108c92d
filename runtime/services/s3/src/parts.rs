//! The parts of a multipart upload: uploaded, copied and listed.

use aws_smithy_types::DateTime;
use stockade_kit::failure::Failure;
use stockade_s3_api::shapes;
use stockade_spec::{Error, RequestContext};

use crate::attributes::{customer_key, refuse_customer_key};
use crate::checksum::{self, Algorithm, Announced, type_name};
use crate::copy::{Source, check_source, source_conditions, source_key};
use crate::get::{Selection, open};
use crate::listing::page_size;
use crate::receive::{Expected, MAX_BODY_BYTES, Received, receive};
use crate::state::{Bucket, PARTS, PartRecord, UploadRecord, part_key};
use crate::uploads::describe_initiator;
use crate::{S3, errors, names, range};

/// Highest part number ("Amazon S3 multipart upload limits", Amazon S3 User Guide).
pub(crate) const MAX_PART_NUMBER: i32 = 10_000;

fn check_number(number: i32) -> Result<(), Error> {
    if (1..=MAX_PART_NUMBER).contains(&number) {
        return Ok(());
    }
    Err(errors::invalid_argument(
        format!("Part number must be an integer between 1 and {MAX_PART_NUMBER}, inclusive"),
        "partNumber",
        number.to_string(),
    ))
}

/// The upload that a part belongs to.
struct Place<'a> {
    bucket: Bucket,
    key: &'a str,
    upload: &'a str,
    number: i32,
    record: UploadRecord,
}

impl<'a> Place<'a> {
    fn find(
        s3: &S3,
        bucket: &str,
        key: &'a str,
        upload: &'a str,
        number: i32,
        expected_owner: Option<&str>,
    ) -> Result<Self, Error> {
        errors::check_key(key)?;
        check_number(number)?;
        let snapshot = s3.store.snapshot();
        let bucket = Bucket::require(&snapshot, bucket, expected_owner)?;
        let record = bucket.require_upload(&snapshot, key, upload)?;
        Ok(Self {
            bucket,
            key,
            upload,
            number,
            record,
        })
    }

    /// The algorithm that the object's checksum needs of each part.
    fn algorithm(&self) -> Algorithm {
        self.record.algorithm.unwrap_or(Algorithm::DEFAULT)
    }

    /// Puts a part in its place; the one that it replaces goes.
    async fn commit(
        &self,
        s3: &S3,
        context: &RequestContext,
        received: Received,
    ) -> Result<PartRecord, Error> {
        let record = PartRecord {
            blob: received.staged.keep(),
            etag: received.md5,
            modified: stockade_kit::time::epoch_seconds(context.now),
            checksum: received.checksum,
        };
        let number = part_key(self.number);
        let key = [self.upload, &number];
        let committed = s3
            .store
            .write(|tx| {
                self.bucket.recheck(tx)?;
                self.bucket.require_upload(tx, self.key, self.upload)?;
                let old = tx.get(PARTS, self.bucket.scope(), &key)?;
                tx.put(PARTS, self.bucket.scope(), &key, &record)?;
                Ok::<_, Failure>(old.map(|old| old.blob))
            })
            .await;
        let garbage = match &committed {
            Ok(old) => old.clone(),
            Err(_) => Some(record.blob.clone()),
        };
        let garbage: Vec<_> = garbage.into_iter().collect();
        s3.leases.discard(s3.store.blobs(), garbage.into());
        committed?;
        Ok(record)
    }
}

pub(crate) async fn upload(
    s3: &S3,
    context: &RequestContext,
    mut input: shapes::UploadPartRequest,
) -> Result<shapes::UploadPartOutput, Error> {
    refuse_customer_key(customer_key!(input))?;
    let place = Place::find(
        s3,
        &input.bucket,
        &input.key,
        &input.upload_id,
        input.part_number,
        input.expected_bucket_owner.as_deref(),
    )?;
    let announced = Announced::read(input.checksum_algorithm.as_ref(), checksum::values!(input))?;
    check_algorithm(&place.record, announced.algorithm)?;
    // The object's checksum needs the upload's algorithm, whatever this part was sent with.
    let stores = place.algorithm();
    let sent_with_other = announced.algorithm.is_some_and(|sent| sent != stores);
    let mut expected = Expected::read(announced, stores, input.content_md5.as_deref())?;
    if sent_with_other {
        expected.also = Some(stores);
    }
    let mut received = receive(&s3.store, std::mem::take(&mut input.body), &expected).await?;
    let told = received.checksum.clone();
    if let Some(also) = received.also.take() {
        received.checksum = also;
    }
    let part = place.commit(s3, context, received).await?;
    let attributes = &place.record.attributes;
    let mut output = shapes::UploadPartOutput {
        e_tag: Some(names::quoted(&part.etag)),
        server_side_encryption: attributes.encryption(),
        ssekms_key_id: attributes.kms_key(),
        bucket_key_enabled: attributes.bucket_key(),
        ..Default::default()
    };
    checksum::set!(output, &told);
    Ok(output)
}

/// A part must come with the algorithm of the upload; only where parts need no checksums of their
/// own may it come without.
fn check_algorithm(upload: &UploadRecord, sent: Option<Algorithm>) -> Result<(), Error> {
    let Some(expected) = upload.algorithm else {
        return Ok(());
    };
    let actual = match sent {
        Some(sent) if sent == expected => return Ok(()),
        None if !upload.composite => return Ok(()),
        Some(sent) => sent.lower(),
        None => "null".to_owned(),
    };
    Err(errors::invalid_request(format!(
        "Checksum Type mismatch occurred, expected checksum Type: {}, actual checksum Type: \
         {actual}",
        expected.lower()
    )))
}

pub(crate) async fn copy(
    s3: &S3,
    context: &RequestContext,
    input: shapes::UploadPartCopyRequest,
) -> Result<shapes::UploadPartCopyOutput, Error> {
    refuse_customer_key(customer_key!(input) || source_key!(input))?;
    let source = Source::parse(&input.copy_source)?;
    let place = Place::find(
        s3,
        &input.bucket,
        &input.key,
        &input.upload_id,
        input.part_number,
        input.expected_bucket_owner.as_deref(),
    )?;
    let conditions = source_conditions!(input);
    let wanted = source.wanted(input.expected_source_bucket_owner.as_deref());
    let (_, _, body) = open(s3, wanted, |_, _, record| {
        check_source(record, &conditions)?;
        let range = range::resolve_copy(input.copy_source_range.as_deref(), record.size)?;
        let selection = Selection::of(record, range);
        if selection.range.end - selection.range.start > MAX_BODY_BYTES {
            return Err(errors::invalid_request(format!(
                "The specified copy source is larger than the maximum allowable size for a copy \
                 source: {MAX_BODY_BYTES}"
            )));
        }
        Ok(selection)
    })
    .await?;
    let received = receive(&s3.store, body, &Expected::compute(place.algorithm())).await?;
    let part = place.commit(s3, context, received).await?;
    let attributes = &place.record.attributes;
    let mut result = shapes::CopyPartResult {
        e_tag: Some(names::quoted(&part.etag)),
        last_modified: Some(DateTime::from_secs(part.modified)),
        ..Default::default()
    };
    if place.record.algorithm.is_some() {
        checksum::set!(result, &part.checksum);
    }
    Ok(shapes::UploadPartCopyOutput {
        copy_part_result: Some(result),
        server_side_encryption: attributes.encryption(),
        ssekms_key_id: attributes.kms_key(),
        bucket_key_enabled: attributes.bucket_key(),
        ..Default::default()
    })
}

pub(crate) async fn list(
    s3: &S3,
    input: shapes::ListPartsRequest,
) -> Result<shapes::ListPartsOutput, Error> {
    errors::check_key(&input.key)?;
    refuse_customer_key(customer_key!(input))?;
    let max_parts = page_size(input.max_parts, "max-parts")?;
    let marker = input.part_number_marker.unwrap_or(0).max(0);
    let snapshot = s3.store.snapshot();
    let owner = input.expected_bucket_owner.as_deref();
    let bucket = Bucket::require(&snapshot, &input.bucket, owner)?;
    let upload = bucket.require_upload(&snapshot, &input.key, &input.upload_id)?;
    let mut parts = bucket
        .parts(&snapshot, &input.upload_id, marker)
        .map_err(Failure::from)?;
    let limit = usize::try_from(max_parts).unwrap_or(0);
    let is_truncated = limit > 0 && parts.len() > limit;
    parts.truncate(limit);
    let next = parts.last().map_or(0, |(number, _)| *number);
    let parts = parts.into_iter().map(|(number, record)| {
        let mut part = shapes::Part {
            part_number: Some(number),
            last_modified: Some(DateTime::from_secs(record.modified)),
            e_tag: Some(names::quoted(&record.etag)),
            size: i64::try_from(record.blob.len).ok(),
            ..Default::default()
        };
        if upload.algorithm.is_some() {
            checksum::set!(part, &record.checksum);
        }
        part
    });
    Ok(shapes::ListPartsOutput {
        parts: Some(parts.collect()),
        part_number_marker: Some(marker),
        next_part_number_marker: Some(next),
        max_parts: Some(max_parts),
        is_truncated: Some(is_truncated),
        initiator: Some(describe_initiator(&upload)),
        owner: Some(names::owner(&bucket.record.account)),
        storage_class: Some(upload.attributes.storage_class_name().into()),
        checksum_algorithm: upload.algorithm.map(Algorithm::shape),
        checksum_type: upload.algorithm.map(|_| type_name(upload.composite).into()),
        bucket: Some(bucket.name),
        key: Some(input.key),
        upload_id: Some(input.upload_id),
        ..Default::default()
    })
}
