//! `CopyObject`, and the sources that copies name.

use aws_smithy_types::DateTime;
use percent_encoding::percent_decode_str;
use stockade_s3_api::shapes;
use stockade_spec::{Error, RequestContext};

use crate::attributes::{Attributes, Given, given, refuse_customer_key};
use crate::checksum::{self, Algorithm};
use crate::conditions::{ReadConditions, WriteConditions};
use crate::get::{Selection, Wanted, open};
use crate::receive::{Expected, MAX_BODY_BYTES, receive};
use crate::state::{Body, Bucket, ObjectRecord};
use crate::{S3, errors, names, put, tagging};

/// The source of a copy, as `x-amz-copy-source` names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) version: Option<String>,
}

impl Source {
    /// Reads `bucket/key` or `/bucket/key`, URL-encoded, with or without `?versionId=…`.
    pub(crate) fn parse(header: &str) -> Result<Self, Error> {
        let refused =
            |message: &str| errors::invalid_argument(message, "x-amz-copy-source", header);
        let (path, version) = match header.rsplit_once("?versionId=") {
            Some((path, version)) => (path, Some(version.to_owned())),
            None => (header, None),
        };
        let path = percent_decode_str(path)
            .decode_utf8()
            .map_err(|_| refused("Invalid copy source encoding."))?;
        if path.starts_with("arn:") {
            return Err(errors::header_not_implemented("x-amz-copy-source"));
        }
        let path = path.strip_prefix('/').unwrap_or(&path);
        match path.split_once('/') {
            Some((bucket, key)) if !bucket.is_empty() && !key.is_empty() => Ok(Self {
                bucket: bucket.to_owned(),
                key: key.to_owned(),
                version,
            }),
            _ => Err(refused(
                "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
            )),
        }
    }

    pub(crate) fn wanted<'a>(&'a self, expected_owner: Option<&'a str>) -> Wanted<'a> {
        Wanted {
            bucket: &self.bucket,
            key: &self.key,
            version: self.version.as_deref(),
            expected_owner,
        }
    }
}

/// The conditions that a copy sets on its source.
macro_rules! source_conditions {
    ($input:expr) => {
        $crate::conditions::ReadConditions {
            if_match: $input.copy_source_if_match.as_deref(),
            if_none_match: $input.copy_source_if_none_match.as_deref(),
            if_modified_since: $input.copy_source_if_modified_since.as_ref(),
            if_unmodified_since: $input.copy_source_if_unmodified_since.as_ref(),
        }
    };
}

/// Whether a copy brings its own key for its source.
macro_rules! source_key {
    ($input:expr) => {
        $input.copy_source_sse_customer_algorithm.is_some()
            || $input.copy_source_sse_customer_key.is_some()
            || $input.copy_source_sse_customer_key_md5.is_some()
    };
}

pub(crate) use {source_conditions, source_key};

/// Fails unless the source meets the conditions and can be read.
pub(crate) fn check_source(
    record: &ObjectRecord,
    conditions: &ReadConditions<'_>,
) -> Result<(), Error> {
    conditions
        .check(&record.etag, record.modified)
        .map_err(|failed| failed.of_copy_source())?;
    record.attributes.check_readable()
}

/// `COPY` or `REPLACE`.
fn replaces(directive: Option<&str>, kind: &str, header: &str) -> Result<bool, Error> {
    match directive {
        None | Some("COPY") => Ok(false),
        Some("REPLACE") => Ok(true),
        Some(other) => Err(errors::invalid_argument(
            format!("Unknown {kind} directive."),
            header,
            other,
        )),
    }
}

/// What the copy takes over from its source, and what the request says anew.
struct Directives {
    metadata: bool,
    tags: bool,
}

impl Directives {
    fn attributes(
        &self,
        given: Given,
        source: &Attributes,
        bucket: &Bucket,
    ) -> Result<Attributes, Error> {
        let tagging = given.tagging.clone();
        let mut attributes = Given {
            tagging: None,
            ..given
        }
        .check(&bucket.record)?;
        if !self.metadata {
            // Storage class, encryption and redirect are never taken over.
            attributes = Attributes {
                tags: attributes.tags,
                storage_class: attributes.storage_class,
                kms: attributes.kms,
                website_redirect: attributes.website_redirect,
                ..source.clone()
            };
        }
        attributes.tags = match (self.tags, tagging) {
            (false, _) => source.tags.clone(),
            (true, Some(header)) => tagging::parse_header(&header)?,
            (true, None) => Default::default(),
        };
        Ok(attributes)
    }
}

pub(crate) async fn copy(
    s3: &S3,
    context: &RequestContext,
    mut input: shapes::CopyObjectRequest,
) -> Result<shapes::CopyObjectOutput, Error> {
    errors::check_key(&input.key)?;
    let source = Source::parse(&input.copy_source)?;
    let directives = Directives {
        metadata: replaces(
            input.metadata_directive.as_ref().map(|it| it.as_str()),
            "metadata",
            "x-amz-metadata-directive",
        )?,
        tags: replaces(
            input.tagging_directive.as_ref().map(|it| it.as_str()),
            "tagging",
            "x-amz-tagging-directive",
        )?,
    };
    refuse_customer_key(source_key!(input))?;
    let conditions = WriteConditions {
        if_match: input.if_match.as_deref(),
        if_none_match: input.if_none_match.as_deref(),
    };
    conditions.check_form()?;
    let algorithm = input
        .checksum_algorithm
        .as_ref()
        .map(Algorithm::parse)
        .transpose()?;
    let given = given!(input);
    let owner = input.expected_bucket_owner.as_deref();
    let bucket = Bucket::require(&s3.store.snapshot(), &input.bucket, owner)?;
    let onto_itself = source.bucket == input.bucket && source.key == input.key;
    if onto_itself && !directives.metadata && !given.changes_storage() {
        return Err(errors::invalid_request(
            "This copy request is illegal because it is trying to copy an object to itself without \
             changing the object's metadata, storage class, website redirect location or \
             encryption attributes.",
        ));
    }

    let source_conditions = source_conditions!(input);
    let wanted = source.wanted(input.expected_source_bucket_owner.as_deref());
    let (original, _, body) = open(s3, wanted, |_, _, record| {
        check_source(record, &source_conditions)?;
        if record.size > MAX_BODY_BYTES {
            return Err(errors::invalid_request(format!(
                "The specified copy source is larger than the maximum allowable size for a copy \
                 source: {MAX_BODY_BYTES}"
            )));
        }
        Ok(Selection::of(record, None))
    })
    .await?;
    let attributes = directives.attributes(given, &original.attributes, &bucket)?;
    let algorithm = algorithm.unwrap_or(original.checksum.algorithm);
    let received = receive(&s3.store, body, &Expected::compute(algorithm)).await?;
    let blob = received.staged.keep();
    let record = ObjectRecord {
        size: blob.len,
        body: Body::Whole(blob),
        etag: received.md5,
        modified: stockade_kit::time::epoch_seconds(context.now),
        checksum: received.checksum,
        attributes,
    };
    put::commit(s3, &bucket, &input.key, &record, conditions).await?;

    let mut result = shapes::CopyObjectResult {
        e_tag: Some(names::quoted(&record.etag)),
        last_modified: Some(DateTime::from_secs(record.modified)),
        checksum_type: Some(record.checksum.type_shape()),
        ..Default::default()
    };
    checksum::set!(result, &record.checksum);
    Ok(shapes::CopyObjectOutput {
        copy_object_result: Some(result),
        server_side_encryption: record.attributes.encryption(),
        ssekms_key_id: record.attributes.kms_key(),
        bucket_key_enabled: record.attributes.bucket_key(),
        ..Default::default()
    })
}

#[cfg(test)]
mod source_tests {
    use super::Source;

    #[test]
    fn sources_are_read_in_all_their_forms() {
        for header in ["b/k/x", "/b/k/x", "/b%2Fk%2Fx", "b/k%2Fx"] {
            let source = Source::parse(header).unwrap();
            assert_eq!((&*source.bucket, &*source.key), ("b", "k/x"), "{header}");
            assert_eq!(source.version, None);
        }
        let source = Source::parse("/b/a%20b+c?versionId=null").unwrap();
        assert_eq!(source.key, "a b+c");
        assert_eq!(source.version.as_deref(), Some("null"));
    }

    #[test]
    fn sources_without_bucket_and_key_are_refused() {
        for header in ["", "/", "b", "/b", "b/", "//k", "b/%FF"] {
            assert_eq!(
                Source::parse(header).unwrap_err().code,
                "InvalidArgument",
                "{header}"
            );
        }
    }
}
