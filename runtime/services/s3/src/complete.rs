//! `CompleteMultipartUpload`: parts become an object, without a byte being copied.

use std::collections::{BTreeMap, HashSet};

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use md5::{Digest, Md5};
use stockade_kit::failure::Failure;
use stockade_kit::ids;
use stockade_s3_api::shapes;
use stockade_spec::{Error, RequestContext};

use crate::attributes::{customer_key, refuse_customer_key};
use crate::checksum::{self, Algorithm, Announced, Checksum, mismatch, type_name};
use crate::conditions::WriteConditions;
use crate::parts::MAX_PART_NUMBER;
use crate::state::{
    Body, Bucket, Garbage, MANIFESTS, ObjectRecord, PartRecord, Piece, UploadRecord,
};
use crate::{S3, errors, names};

/// Least bytes of every part but the last ("Amazon S3 multipart upload limits", Amazon S3 User
/// Guide).
const MIN_PART_BYTES: u64 = 5 * 1024 * 1024;

/// A part as the request names it.
struct Named {
    number: i32,
    etag: String,
    /// Those that the request gives, which are one or none.
    checksums: Announced,
}

/// What the request says of the object that the parts become.
struct Claims {
    checksum: Announced,
    checksum_type: Option<shapes::ChecksumType>,
    size: Option<i64>,
}

pub(crate) async fn complete(
    s3: &S3,
    context: &RequestContext,
    mut input: shapes::CompleteMultipartUploadRequest,
) -> Result<shapes::CompleteMultipartUploadOutput, Error> {
    errors::check_key(&input.key)?;
    refuse_customer_key(customer_key!(input))?;
    let conditions = WriteConditions {
        if_match: input.if_match.as_deref(),
        if_none_match: input.if_none_match.as_deref(),
    };
    conditions.check_form()?;
    let claims = Claims {
        checksum: Announced::read(None, checksum::values!(input))?,
        checksum_type: input.checksum_type.take(),
        size: input.mpu_object_size,
    };
    let named = read_parts(input.multipart_upload.take(), &input.upload_id)?;
    let manifest = ids::request_id();
    let now = stockade_kit::time::epoch_seconds(context.now);
    let (record, garbage) = s3
        .store
        .write(|tx| {
            let owner = input.expected_bucket_owner.as_deref();
            let bucket = Bucket::require(tx, &input.bucket, owner)?;
            let upload = bucket.require_upload(tx, &input.key, &input.upload_id)?;
            if conditions.if_match.is_some() || conditions.if_none_match.is_some() {
                conditions.check(&input.key, bucket.object(tx, &input.key)?.as_deref())?;
            }
            let stored: BTreeMap<_, _> =
                bucket.parts(tx, &input.upload_id, 0)?.into_iter().collect();
            let chosen = choose(&named, &stored, &upload, &input.upload_id)?;
            let (record, pieces) = assemble(&chosen, upload, &claims, &manifest, now)?;

            let mut unused = bucket.drop_upload(tx, &input.key, &input.upload_id)?;
            let used: HashSet<&str> = pieces.iter().map(|piece| &*piece.blob.id).collect();
            unused.retain(|blob| !used.contains(&*blob.id));
            let replaced = bucket.replace(tx, &input.key, Some(&record))?;
            tx.put(MANIFESTS, bucket.scope(), &[&manifest], &pieces)?;
            Ok::<_, Failure>((record, [Garbage::from(unused), replaced]))
        })
        .await?;
    for garbage in garbage {
        s3.leases.discard(s3.store.blobs(), garbage);
    }
    let key = names::path_encoded(&input.key);
    let mut output = shapes::CompleteMultipartUploadOutput {
        location: Some(format!("{}/{}/{key}", context.origin, input.bucket)),
        e_tag: Some(names::quoted(&record.etag)),
        checksum_type: Some(record.checksum.type_shape()),
        server_side_encryption: record.attributes.encryption(),
        ssekms_key_id: record.attributes.kms_key(),
        bucket_key_enabled: record.attributes.bucket_key(),
        bucket: Some(input.bucket),
        key: Some(input.key),
        ..Default::default()
    };
    checksum::set!(output, &record.checksum);
    Ok(output)
}

/// Reads the list of parts, which must be in order.
fn read_parts(
    upload: Option<shapes::CompletedMultipartUpload>,
    upload_id: &str,
) -> Result<Vec<Named>, Error> {
    let parts = upload.and_then(|upload| upload.parts).unwrap_or_default();
    if parts.is_empty() {
        return Err(errors::malformed_xml());
    }
    let mut named: Vec<Named> = Vec::with_capacity(parts.len());
    for mut part in parts {
        let (Some(number), Some(etag)) = (part.part_number, part.e_tag.take()) else {
            return Err(errors::malformed_xml());
        };
        if !(1..=MAX_PART_NUMBER).contains(&number) {
            return Err(errors::invalid_argument(
                format!("PartNumber must be >= 1 and <= {MAX_PART_NUMBER}"),
                "partNumber",
                number.to_string(),
            ));
        }
        if named.last().is_some_and(|last| last.number >= number) {
            return Err(Error::new(
                "InvalidPartOrder",
                400,
                "The list of parts was not in ascending order. Parts must be ordered by part number.",
            )
            .with_detail("UploadId", upload_id));
        }
        named.push(Named {
            number,
            etag: etag.trim_matches('"').to_owned(),
            checksums: Announced::read(None, checksum::values!(part))?,
        });
    }
    Ok(named)
}

/// Finds the parts that the request names.
fn choose<'a>(
    named: &[Named],
    stored: &'a BTreeMap<i32, PartRecord>,
    upload: &UploadRecord,
    upload_id: &str,
) -> Result<Vec<(i32, &'a PartRecord)>, Error> {
    let mut chosen = Vec::with_capacity(named.len());
    for part in named {
        let invalid = || {
            Error::new(
                "InvalidPart",
                400,
                "One or more of the specified parts could not be found.  The part may not have \
                 been uploaded, or the specified entity tag may not match the part's entity tag.",
            )
            .with_detail("UploadId", upload_id)
            .with_detail("PartNumber", part.number.to_string())
            .with_detail("ETag", &part.etag)
        };
        let record = stored.get(&part.number).ok_or_else(invalid)?;
        if record.etag != part.etag {
            return Err(invalid());
        }
        match (&part.checksums.value, upload.algorithm) {
            (Some(value), Some(_)) if *value != record.checksum.value => return Err(invalid()),
            (None, Some(algorithm)) if upload.composite => {
                return Err(errors::invalid_request(format!(
                    "The upload was created using a {} checksum. The complete request must \
                     include the checksum for each part. It was missing for part {} in the request.",
                    algorithm.lower(),
                    part.number
                )));
            }
            _ => {}
        }
        chosen.push((part.number, record));
    }
    let (_, all_but_last) = chosen.split_last().ok_or_else(errors::malformed_xml)?;
    if let Some((number, record)) = all_but_last
        .iter()
        .find(|(_, record)| record.blob.len < MIN_PART_BYTES)
    {
        return Err(Error::new(
            "EntityTooSmall",
            400,
            "Your proposed upload is smaller than the minimum allowed size",
        )
        .with_detail("ETag", &record.etag)
        .with_detail("MinSizeAllowed", MIN_PART_BYTES.to_string())
        .with_detail("PartNumber", number.to_string())
        .with_detail("ProposedSize", record.blob.len.to_string()));
    }
    Ok(chosen)
}

/// The object that the parts become, checked against what the request says of it.
fn assemble(
    chosen: &[(i32, &PartRecord)],
    upload: UploadRecord,
    claims: &Claims,
    manifest: &str,
    now: i64,
) -> Result<(ObjectRecord, Vec<Piece>), Error> {
    let size = chosen.iter().map(|(_, part)| part.blob.len).sum();
    if let Some(claimed) = claims.size
        && u64::try_from(claimed) != Ok(size)
    {
        return Err(errors::invalid_request(format!(
            "The provided 'x-amz-mp-object-size' header value {claimed} does not match what was \
             computed: {size}"
        )));
    }
    let parts = chosen
        .iter()
        .map(|(_, part)| (&part.checksum, part.blob.len));
    let checksum = Checksum::of_parts(upload.composite, parts).ok_or_else(Error::internal)?;
    check_claims(claims, &upload, &checksum)?;
    let mut md5 = Md5::new();
    for (_, part) in chosen {
        md5.update(hex::decode(&part.etag).unwrap_or_default());
    }
    let record = ObjectRecord {
        body: Body::Pieces {
            manifest: manifest.to_owned(),
            count: chosen.len(),
        },
        size,
        etag: format!("{}-{}", hex::encode(md5.finalize()), chosen.len()),
        modified: now,
        checksum,
        attributes: upload.attributes,
    };
    let pieces = chosen
        .iter()
        .map(|(number, part)| Piece {
            number: *number,
            blob: part.blob.clone(),
            checksum: part.checksum.clone(),
        })
        .collect();
    Ok((record, pieces))
}

fn check_claims(claims: &Claims, upload: &UploadRecord, checksum: &Checksum) -> Result<(), Error> {
    let mode = type_name(checksum.composite);
    if let Some(claimed) = &claims.checksum_type
        && upload.algorithm.is_some()
        && claimed.as_str() != mode
    {
        return Err(errors::invalid_request(format!(
            "The upload was created using the {mode} checksum mode. The complete request must use \
             the same checksum mode."
        )));
    }
    let Some(value) = &claims.checksum.value else {
        return Ok(());
    };
    let algorithm = claims.checksum.algorithm.unwrap_or(Algorithm::DEFAULT);
    if algorithm != checksum.algorithm {
        return Err(errors::invalid_request(format!(
            "Checksum Type mismatch occurred, expected checksum Type: {}, actual checksum Type: {}",
            checksum.algorithm.lower(),
            algorithm.lower()
        )));
    }
    let bare = value.split_once('-').map_or(&**value, |(bare, _)| bare);
    if BASE64.decode(bare).is_err() {
        return Err(checksum::invalid_value(algorithm));
    }
    // The number of parts after a composite checksum may be left out.
    let computed = checksum.value.split_once('-');
    let same = *value == checksum.value || computed.is_some_and(|(computed, _)| value == computed);
    if same {
        Ok(())
    } else {
        Err(mismatch(algorithm))
    }
}
