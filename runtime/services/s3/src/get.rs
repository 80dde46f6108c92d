//! `GetObject`, `HeadObject`, and opening objects for copies and for other services.

use std::ops::Range;
use std::sync::Arc;

use aws_smithy_types::DateTime;
use aws_smithy_types::byte_stream::ByteStream;
use stockade_kit::failure::Failure;
use stockade_kit::time;
use stockade_s3_api::shapes;
use stockade_spec::{Caller, Error, RequestContext};
use stockade_store::{Snapshot, StoreError};

use crate::attributes::{customer_key, refuse_customer_key};
use crate::checksum::{self, Checksum};
use crate::conditions::{Failed, ReadConditions};
use crate::state::{Body, Bucket, ObjectRecord};
use crate::{S3, body, errors, names, range};

/// How often a reader looks again when the object is replaced under its hands.
const MAX_ATTEMPTS: usize = 16;

/// Which object is wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    pub(crate) bucket: &'a str,
    pub(crate) key: &'a str,
    pub(crate) version: Option<&'a str>,
    pub(crate) expected_owner: Option<&'a str>,
}

impl Wanted<'_> {
    pub(crate) fn find(&self, snapshot: &Snapshot) -> Result<(Bucket, Arc<ObjectRecord>), Error> {
        errors::check_key(self.key)?;
        let bucket = Bucket::require(snapshot, self.bucket, self.expected_owner)?;
        errors::check_version(self.version)?;
        let record = bucket.require_object(snapshot, self.key)?;
        Ok((bucket, record))
    }
}

/// The part of an object that a reader wants.
#[derive(Clone, Debug)]
pub(crate) struct Selection {
    pub(crate) range: Range<u64>,
    /// Whether the answer tells that it is a part.
    partial: bool,
    /// The checksum of what is selected, where there is one.
    checksum: Option<Checksum>,
    /// Of an object that was uploaded in parts, when a part is asked for.
    parts_count: Option<i32>,
}

impl Selection {
    pub(crate) fn of(record: &ObjectRecord, range: Option<Range<u64>>) -> Self {
        let whole = 0..record.size;
        let partial = range.is_some();
        let range = range.unwrap_or_else(|| whole.clone());
        Self {
            checksum: (range == whole).then(|| record.checksum.clone()),
            range,
            partial,
            parts_count: None,
        }
    }

    /// One part of an object, by its number.
    fn of_part(
        snapshot: &Snapshot,
        bucket: &Bucket,
        record: &ObjectRecord,
        number: i32,
    ) -> Result<Self, Error> {
        if !(1..=10_000).contains(&number) {
            return Err(errors::invalid_argument(
                "Part number must be an integer between 1 and 10000, inclusive",
                "partNumber",
                number.to_string(),
            ));
        }
        let index = usize::try_from(number - 1).unwrap_or(usize::MAX);
        let (manifest, count) = match &record.body {
            Body::Whole(_) if index == 0 => {
                let mut whole = Self::of(record, None);
                // An empty object has no bytes to tell the range of.
                whole.partial = record.size > 0;
                return Ok(whole);
            }
            Body::Whole(_) => return Err(invalid_part(number, 1)),
            Body::Pieces { manifest, count } if index < *count => (manifest, *count),
            Body::Pieces { count, .. } => return Err(invalid_part(number, *count)),
        };
        let pieces = bucket.manifest(snapshot, manifest).map_err(Failure::from)?;
        let piece = pieces.get(index).ok_or_else(Error::internal)?;
        let start = pieces[..index].iter().map(|piece| piece.blob.len).sum();
        Ok(Self {
            range: start..start + piece.blob.len,
            partial: piece.blob.len > 0,
            checksum: record.checksum.composite.then(|| piece.checksum.clone()),
            parts_count: Some(i32::try_from(count).unwrap_or(i32::MAX)),
        })
    }
}

fn invalid_part(number: i32, count: usize) -> Error {
    Error::new(
        "InvalidPartNumber",
        416,
        "The requested partnumber is not satisfiable",
    )
    .with_detail("PartNumberRequested", number.to_string())
    .with_detail("ActualPartCount", count.to_string())
}

/// Opens the part of an object that `select` says. If the object is replaced between finding and
/// opening it, all is done again on the new one.
pub(crate) async fn open(
    s3: &S3,
    wanted: Wanted<'_>,
    select: impl Fn(&Snapshot, &Bucket, &ObjectRecord) -> Result<Selection, Error>,
) -> Result<(Arc<ObjectRecord>, Selection, ByteStream), Error> {
    for _ in 0..MAX_ATTEMPTS {
        let snapshot = s3.store.snapshot();
        let (bucket, record) = wanted.find(&snapshot)?;
        let selection = select(&snapshot, &bucket, &record)?;
        let opened = match &record.body {
            Body::Whole(blob) => {
                drop(snapshot);
                body::open_blob(s3.store.blobs(), blob, selection.range.clone()).await
            }
            Body::Pieces { manifest, .. } => {
                let lease = s3.leases.take(manifest, s3.store.blobs());
                // With the lease in hand, a state that still has the manifest has its blobs too.
                let pieces = bucket
                    .manifest(&s3.store.snapshot(), manifest)
                    .map_err(Failure::from)?;
                if pieces.is_empty() {
                    continue;
                }
                let blobs = pieces.into_iter().map(|piece| piece.blob);
                let range = selection.range.clone();
                Ok(body::open_pieces(s3.store.blobs(), blobs, range, lease))
            }
        };
        match opened {
            Ok(stream) => return Ok((record, selection, stream)),
            Err(StoreError::BlobNotFound { .. }) => {}
            Err(error) => return Err(Failure::from(error).into()),
        }
    }
    Err(Error::internal())
}

/// What a caller of `GetObject` or `HeadObject` asks for, beside the object.
struct Asked<'a> {
    conditions: ReadConditions<'a>,
    range: Option<&'a str>,
    part: Option<i32>,
}

impl Asked<'_> {
    fn select(
        &self,
        snapshot: &Snapshot,
        bucket: &Bucket,
        record: &ObjectRecord,
    ) -> Result<Selection, Error> {
        self.conditions
            .check(&record.etag, record.modified)
            .map_err(|failed| refusal(failed, record))?;
        match (self.range, self.part) {
            (Some(_), Some(_)) => Err(errors::invalid_request(
                "Cannot specify both Range header and partNumber query parameter",
            )),
            (None, Some(part)) => Selection::of_part(snapshot, bucket, record, part),
            (header, None) => {
                let range = range::resolve(header, record.size)?;
                Ok(Selection::of(record, range))
            }
        }
    }
}

fn refusal(failed: Failed, record: &ObjectRecord) -> Error {
    match failed {
        Failed::Match => errors::precondition_failed("If-Match"),
        Failed::UnmodifiedSince => errors::precondition_failed("If-Unmodified-Since"),
        Failed::NoneMatch | Failed::ModifiedSince => {
            let modified = time::http_date(&DateTime::from_secs(record.modified));
            let mut error = Error::new("NotModified", 304, "Not Modified")
                .with_header("etag", names::quoted(&record.etag))
                .with_header("last-modified", modified);
            if let Some(control) = &record.attributes.cache_control {
                error = error.with_header("cache-control", control);
            }
            error
        }
    }
}

macro_rules! asked {
    ($input:expr) => {{
        refuse_customer_key(customer_key!($input))?;
        Asked {
            conditions: ReadConditions {
                if_match: $input.if_match.as_deref(),
                if_none_match: $input.if_none_match.as_deref(),
                if_modified_since: $input.if_modified_since.as_ref(),
                if_unmodified_since: $input.if_unmodified_since.as_ref(),
            },
            range: $input.range.as_deref(),
            part: $input.part_number,
        }
    }};
}

macro_rules! wanted {
    ($input:expr) => {
        $crate::get::Wanted {
            bucket: &$input.bucket,
            key: &$input.key,
            version: $input.version_id.as_deref(),
            expected_owner: $input.expected_bucket_owner.as_deref(),
        }
    };
}

pub(crate) use wanted;

/// Fills what `GetObject` and `HeadObject` answer alike; the input's `response-…` parameters
/// override the object's own headers.
macro_rules! describe {
    ($output:expr, $input:expr, $record:expr, $selection:expr) => {{
        let (record, selection): (Arc<ObjectRecord>, Selection) = ($record, $selection);
        let output = &mut $output;
        let attributes = &record.attributes;
        output.accept_ranges = Some("bytes".to_owned());
        output.last_modified = Some(DateTime::from_secs(record.modified));
        let len = selection.range.end - selection.range.start;
        output.content_length = Some(i64::try_from(len).unwrap_or(i64::MAX));
        output.content_range = selection.partial.then(|| {
            let last = selection.range.end - 1;
            format!("bytes {}-{last}/{}", selection.range.start, record.size)
        });
        output.e_tag = Some(names::quoted(&record.etag));
        output.server_side_encryption = attributes.encryption();
        output.ssekms_key_id = attributes.kms_key();
        output.bucket_key_enabled = attributes.bucket_key();
        output.storage_class = attributes.storage_class();
        output.parts_count = selection.parts_count;
        output.tag_count = match attributes.tags.len() {
            0 => None,
            count => i32::try_from(count).ok(),
        };
        if $input
            .checksum_mode
            .as_ref()
            .is_some_and(|mode| mode.as_str() == "ENABLED")
            && let Some(checksum) = &selection.checksum
        {
            checksum::set!(output, checksum);
            output.checksum_type = Some(record.checksum.type_shape());
        }
        output.cache_control = $input
            .response_cache_control
            .take()
            .or_else(|| attributes.cache_control.clone());
        output.content_disposition = $input
            .response_content_disposition
            .take()
            .or_else(|| attributes.content_disposition.clone());
        output.content_encoding = $input
            .response_content_encoding
            .take()
            .or_else(|| attributes.content_encoding.clone());
        output.content_language = $input
            .response_content_language
            .take()
            .or_else(|| attributes.content_language.clone());
        output.content_type = $input
            .response_content_type
            .take()
            .or_else(|| Some(attributes.content_type().to_owned()));
        output.expires = $input
            .response_expires
            .or(attributes.expires.map(DateTime::from_secs));
        output.website_redirect_location = attributes.website_redirect.clone();
        output.metadata = Some(attributes.metadata.clone());
    }};
}

/// Overriding headers is for those who sign.
macro_rules! check_overrides {
    ($context:expr, $input:expr) => {
        if $context.caller == Caller::Anonymous
            && ($input.response_cache_control.is_some()
                || $input.response_content_disposition.is_some()
                || $input.response_content_encoding.is_some()
                || $input.response_content_language.is_some()
                || $input.response_content_type.is_some()
                || $input.response_expires.is_some())
        {
            return Err(errors::invalid_request(
                "Request specific response headers cannot be used for anonymous GET requests.",
            ));
        }
    };
}

pub(crate) async fn get(
    s3: &S3,
    context: &RequestContext,
    mut input: shapes::GetObjectRequest,
) -> Result<shapes::GetObjectOutput, Error> {
    check_overrides!(context, input);
    let asked = asked!(input);
    let (record, selection, body) = open(s3, wanted!(input), |snapshot, bucket, record| {
        let selection = asked.select(snapshot, bucket, record)?;
        record.attributes.check_readable()?;
        Ok(selection)
    })
    .await?;
    let mut output = shapes::GetObjectOutput {
        body,
        ..Default::default()
    };
    describe!(output, input, record, selection);
    Ok(output)
}

pub(crate) async fn head(
    s3: &S3,
    context: &RequestContext,
    mut input: shapes::HeadObjectRequest,
) -> Result<shapes::HeadObjectOutput, Error> {
    check_overrides!(context, input);
    let asked = asked!(input);
    let snapshot = s3.store.snapshot();
    let (bucket, record) = wanted!(input).find(&snapshot)?;
    let selection = asked.select(&snapshot, &bucket, &record)?;
    let mut output = shapes::HeadObjectOutput::default();
    describe!(output, input, record, selection);
    Ok(output)
}
