//! `GetObjectAttributes`.

use aws_smithy_types::DateTime;
use stockade_kit::failure::Failure;
use stockade_s3_api::shapes;
use stockade_spec::Error;

use crate::attributes::{customer_key, refuse_customer_key};
use crate::get::wanted;
use crate::listing::page_size;
use crate::state::{Body, Piece};
use crate::{S3, checksum, errors};

const ATTRIBUTES: [&str; 5] = [
    "ETag",
    "Checksum",
    "ObjectParts",
    "StorageClass",
    "ObjectSize",
];

pub(crate) async fn attributes(
    s3: &S3,
    input: shapes::GetObjectAttributesRequest,
) -> Result<shapes::GetObjectAttributesOutput, Error> {
    refuse_customer_key(customer_key!(input))?;
    let asked: Vec<&str> = input
        .object_attributes
        .iter()
        .flat_map(|names| names.as_str().split(','))
        .map(str::trim)
        .collect();
    if asked.is_empty() || asked.iter().any(|name| !ATTRIBUTES.contains(name)) {
        return Err(errors::invalid_argument(
            "Invalid attribute name specified.",
            "x-amz-object-attributes",
            asked.join(","),
        ));
    }
    let asks = |name| asked.contains(&name);
    let snapshot = s3.store.snapshot();
    let (bucket, record) = wanted!(input).find(&snapshot)?;
    let mut parts = None;
    if asks("ObjectParts")
        && let Body::Pieces { manifest, count } = &record.body
    {
        let pieces = bucket
            .manifest(&snapshot, manifest)
            .map_err(Failure::from)?;
        let mut page = list_parts(&pieces, input.max_parts, input.part_number_marker)?;
        page.total_parts_count = i32::try_from(*count).ok();
        if !record.checksum.composite {
            page.parts = None;
        }
        parts = Some(page);
    }
    let checksum = asks("Checksum").then(|| {
        let mut shape = shapes::Checksum {
            checksum_type: Some(record.checksum.type_shape()),
            ..Default::default()
        };
        checksum::set!(shape, &record.checksum);
        shape
    });
    let storage_class = record.attributes.storage_class_name().into();
    Ok(shapes::GetObjectAttributesOutput {
        last_modified: Some(DateTime::from_secs(record.modified)),
        // Without quotes, in this answer alone.
        e_tag: asks("ETag").then(|| record.etag.clone()),
        checksum,
        object_parts: parts,
        storage_class: asks("StorageClass").then_some(storage_class),
        object_size: asks("ObjectSize").then(|| i64::try_from(record.size).unwrap_or(i64::MAX)),
        ..Default::default()
    })
}

fn list_parts(
    pieces: &[Piece],
    max_parts: Option<i32>,
    marker: Option<i32>,
) -> Result<shapes::GetObjectAttributesParts, Error> {
    let max_parts = page_size(max_parts, "max-parts")?;
    let marker = marker.unwrap_or(0).max(0);
    let limit = usize::try_from(max_parts).unwrap_or(0);
    let mut rest = pieces.iter().filter(|piece| piece.number > marker);
    let listed: Vec<shapes::ObjectPart> = rest
        .by_ref()
        .take(limit)
        .map(|piece| {
            let mut part = shapes::ObjectPart {
                part_number: Some(piece.number),
                size: i64::try_from(piece.blob.len).ok(),
                ..Default::default()
            };
            checksum::set!(part, &piece.checksum);
            part
        })
        .collect();
    let last = listed.last().and_then(|part| part.part_number);
    Ok(shapes::GetObjectAttributesParts {
        part_number_marker: Some(marker),
        next_part_number_marker: last.or(Some(0)),
        max_parts: Some(max_parts),
        is_truncated: Some(limit > 0 && rest.next().is_some()),
        parts: Some(listed),
        ..Default::default()
    })
}
