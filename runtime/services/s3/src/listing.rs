//! `ListObjects` and `ListObjectsV2`.

use aws_smithy_types::DateTime;
use stockade_kit::failure::Failure;
use stockade_kit::page::Markers;
use stockade_s3_api::shapes;
use stockade_spec::Error;

use crate::state::{Bucket, OBJECTS, ObjectRecord};
use crate::walk::{Item, Listing, Position};
use crate::{S3, errors, names};

/// Most keys of one page, and the default.
const MAX_KEYS: i32 = 1000;

const TOKENS: Markers = Markers::new("s3:ListObjectsV2");

/// How names are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Plain,
    Url,
}

impl Encoding {
    pub(crate) fn parse(asked: Option<&shapes::EncodingType>) -> Result<Self, Error> {
        match asked.map(|encoding| encoding.as_str()) {
            None | Some("") => Ok(Self::Plain),
            Some("url") => Ok(Self::Url),
            Some(other) => Err(errors::invalid_argument(
                "Invalid Encoding Method specified in Request",
                "encoding-type",
                other,
            )),
        }
    }

    pub(crate) fn write(self, text: String) -> String {
        match self {
            Self::Plain => text,
            Self::Url => names::url_encoded(&text),
        }
    }
}

/// Reads a page's size, as `max-keys` and its like give it.
pub(crate) fn page_size(asked: Option<i32>, parameter: &str) -> Result<i32, Error> {
    match asked {
        Some(count) if count < 0 => Err(errors::invalid_argument(
            format!("Argument {parameter} must be an integer between 0 and 2147483647"),
            parameter,
            count.to_string(),
        )),
        Some(count) => Ok(count.min(MAX_KEYS)),
        None => Ok(MAX_KEYS),
    }
}

/// A page of a bucket's objects.
struct Page {
    contents: Vec<shapes::Object>,
    prefixes: Vec<shapes::CommonPrefix>,
    /// Where the next page begins, if there is one: the last name of this one.
    next: Option<Position>,
}

fn page(
    s3: &S3,
    bucket: &Bucket,
    listing: &Listing<'_>,
    position: Position,
    encoding: Encoding,
    with_owner: bool,
) -> Result<Page, Error> {
    let mut page = Page {
        contents: Vec::new(),
        prefixes: Vec::new(),
        next: None,
    };
    if listing.limit == 0 {
        return Ok(page);
    }
    let (items, more) = listing
        .walk(&s3.store.snapshot(), OBJECTS, bucket.scope(), position)
        .map_err(Failure::from)?;
    if more {
        page.next = items.last().map(|last| match last {
            Item::Entry(entry) => Position::After(vec![entry.name().to_owned()]),
            Item::Prefix(prefix) => Position::Past(prefix.clone()),
        });
    }
    let owner = with_owner.then(|| names::owner(&bucket.record.account));
    for item in items {
        match item {
            Item::Entry(mut entry) => {
                let key = encoding.write(entry.parts.pop().unwrap_or_default());
                page.contents
                    .push(describe(key, entry.record, owner.clone()));
            }
            Item::Prefix(prefix) => page.prefixes.push(shapes::CommonPrefix {
                prefix: Some(encoding.write(prefix)),
            }),
        }
    }
    Ok(page)
}

fn describe(key: String, record: ObjectRecord, owner: Option<shapes::Owner>) -> shapes::Object {
    shapes::Object {
        key: Some(key),
        last_modified: Some(DateTime::from_secs(record.modified)),
        e_tag: Some(names::quoted(&record.etag)),
        size: i64::try_from(record.size).ok(),
        storage_class: Some(record.attributes.storage_class_name().into()),
        checksum_algorithm: Some(vec![record.checksum.algorithm.shape()]),
        checksum_type: Some(record.checksum.type_shape()),
        owner,
        ..Default::default()
    }
}

fn is_given(text: &str) -> bool {
    !text.is_empty()
}

pub(crate) async fn v1(
    s3: &S3,
    input: shapes::ListObjectsRequest,
) -> Result<shapes::ListObjectsOutput, Error> {
    let max_keys = page_size(input.max_keys, "max-keys")?;
    let encoding = Encoding::parse(input.encoding_type.as_ref())?;
    let owner = input.expected_bucket_owner.as_deref();
    let bucket = Bucket::require(&s3.store.snapshot(), &input.bucket, owner)?;
    let delimiter = input.delimiter.filter(|text| is_given(text));
    let prefix = input.prefix.unwrap_or_default();
    let marker = input.marker.unwrap_or_default();
    let listing = Listing {
        bucket: &bucket.name,
        prefix: &prefix,
        delimiter: delimiter.as_deref(),
        limit: usize::try_from(max_keys).unwrap_or(0),
    };
    // A marker below a common prefix stands for the whole of it, as it was told on the last page.
    let position = match listing.common_prefix(&marker) {
        Some(common) => Position::Past(common),
        None if marker.is_empty() => Position::Start,
        None => Position::After(vec![marker.clone()]),
    };
    let page = page(s3, &bucket, &listing, position, encoding, true)?;
    // Without a delimiter, the last key serves as the marker.
    let next_marker = match (&page.next, &delimiter) {
        (Some(Position::Past(prefix)), Some(_)) => Some(prefix.clone()),
        (Some(Position::After(parts)), Some(_)) => parts.first().cloned(),
        _ => None,
    };
    Ok(shapes::ListObjectsOutput {
        is_truncated: Some(page.next.is_some()),
        marker: Some(encoding.write(marker)),
        next_marker: next_marker.map(|marker| encoding.write(marker)),
        contents: Some(page.contents),
        common_prefixes: Some(page.prefixes),
        prefix: Some(encoding.write(prefix)),
        delimiter: delimiter.map(|delimiter| encoding.write(delimiter)),
        name: Some(bucket.name),
        max_keys: Some(max_keys),
        encoding_type: input.encoding_type,
        ..Default::default()
    })
}

pub(crate) async fn v2(
    s3: &S3,
    input: shapes::ListObjectsV2Request,
) -> Result<shapes::ListObjectsV2Output, Error> {
    let max_keys = page_size(input.max_keys, "max-keys")?;
    let encoding = Encoding::parse(input.encoding_type.as_ref())?;
    let owner = input.expected_bucket_owner.as_deref();
    let bucket = Bucket::require(&s3.store.snapshot(), &input.bucket, owner)?;
    let delimiter = input.delimiter.filter(|text| is_given(text));
    let prefix = input.prefix.unwrap_or_default();
    let listing = Listing {
        bucket: &bucket.name,
        prefix: &prefix,
        delimiter: delimiter.as_deref(),
        limit: usize::try_from(max_keys).unwrap_or(0),
    };
    let position = match (&input.continuation_token, &input.start_after) {
        (Some(token), _) => open_token(token)?,
        (None, Some(key)) if is_given(key) => Position::After(vec![key.clone()]),
        _ => Position::Start,
    };
    let with_owner = input.fetch_owner.unwrap_or(false);
    let page = page(s3, &bucket, &listing, position, encoding, with_owner)?;
    let count = page.contents.len() + page.prefixes.len();
    let resumed = input.continuation_token.is_some();
    Ok(shapes::ListObjectsV2Output {
        is_truncated: Some(page.next.is_some()),
        next_continuation_token: page.next.as_ref().map(seal_token),
        contents: Some(page.contents),
        common_prefixes: Some(page.prefixes),
        prefix: Some(encoding.write(prefix)),
        delimiter: delimiter.map(|delimiter| encoding.write(delimiter)),
        name: Some(bucket.name),
        max_keys: Some(max_keys),
        key_count: i32::try_from(count).ok(),
        encoding_type: input.encoding_type,
        continuation_token: input.continuation_token,
        start_after: input
            .start_after
            .filter(|_| !resumed)
            .map(|key| encoding.write(key)),
        ..Default::default()
    })
}

const KEY: &str = "key";
const PREFIX: &str = "prefix";

fn seal_token(position: &Position) -> String {
    match position {
        Position::Start => TOKENS.seal(&[]),
        Position::After(parts) => TOKENS.seal(&[KEY, parts.first().map_or("", String::as_str)]),
        Position::Past(prefix) => TOKENS.seal(&[PREFIX, prefix]),
    }
}

fn open_token(token: &str) -> Result<Position, Error> {
    let parts = TOKENS.open(Some(token)).ok().flatten().unwrap_or_default();
    match &parts[..] {
        [kind, key] if kind == KEY => Ok(Position::After(vec![key.clone()])),
        [kind, prefix] if kind == PREFIX => Ok(Position::Past(prefix.clone())),
        _ => Err(errors::invalid_argument(
            "The continuation token provided is incorrect",
            "continuation-token",
            token,
        )),
    }
}
