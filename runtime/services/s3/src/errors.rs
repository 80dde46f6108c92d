//! S3's errors in its own words ("Error responses", Amazon S3 API Reference), with the elements it
//! writes beside the message.

use stockade_spec::Error;
use stockade_wire::chunked::BodyError;

/// Longest object key in bytes.
pub(crate) const MAX_KEY_BYTES: usize = 1024;

pub(crate) fn access_denied() -> Error {
    Error::new("AccessDenied", 403, "Access Denied")
}

pub(crate) fn invalid_expected_owner(account: &str) -> Error {
    Error::new(
        "InvalidBucketOwnerAWSAccountID",
        400,
        format!(
            "The value of the expected bucket owner parameter must be an AWS Account ID... [{account}]"
        ),
    )
}

pub(crate) fn no_such_bucket(bucket: &str) -> Error {
    Error::new("NoSuchBucket", 404, "The specified bucket does not exist")
        .with_detail("BucketName", bucket)
}

pub(crate) fn no_such_key(key: &str) -> Error {
    Error::new("NoSuchKey", 404, "The specified key does not exist.").with_detail("Key", key)
}

pub(crate) fn no_such_upload(upload: &str) -> Error {
    Error::new(
        "NoSuchUpload",
        404,
        "The specified upload does not exist. The upload ID may be invalid, or the upload may \
         have been aborted or completed.",
    )
    .with_detail("UploadId", upload)
}

pub(crate) fn invalid_request(message: impl Into<String>) -> Error {
    Error::new("InvalidRequest", 400, message)
}

pub(crate) fn invalid_argument(
    message: impl Into<String>,
    name: impl Into<String>,
    value: impl Into<String>,
) -> Error {
    Error::new("InvalidArgument", 400, message)
        .with_detail("ArgumentName", name)
        .with_detail("ArgumentValue", value)
}

pub(crate) fn malformed_xml() -> Error {
    Error::new(
        "MalformedXML",
        400,
        "The XML you provided was not well-formed or did not validate against our published schema",
    )
}

pub(crate) fn precondition_failed(condition: &'static str) -> Error {
    Error::new(
        "PreconditionFailed",
        412,
        "At least one of the pre-conditions you specified did not hold",
    )
    .with_detail("Condition", condition)
}

/// A header that asks for something that S3 has, but this crate or this kind of bucket does not.
pub(crate) fn header_not_implemented(header: &str) -> Error {
    Error::new(
        "NotImplemented",
        501,
        "A header you provided implies functionality that is not implemented",
    )
    .with_detail("Header", header)
}

pub(crate) fn entity_too_large(size: u64, max: u64) -> Error {
    Error::new(
        "EntityTooLarge",
        400,
        "Your proposed upload exceeds the maximum allowed size",
    )
    .with_detail("ProposedSize", size.to_string())
    .with_detail("MaxSizeAllowed", max.to_string())
}

/// The error of a request's body that could not be read to its end.
pub(crate) fn body(error: &(dyn std::error::Error + 'static)) -> Error {
    match BodyError::find(error) {
        Some(error) => error.to_error(),
        None => Error::new(
            "IncompleteBody",
            400,
            "The request body terminated unexpectedly",
        ),
    }
}

/// Checks an object's key.
pub(crate) fn check_key(key: &str) -> Result<(), Error> {
    if key.len() <= MAX_KEY_BYTES {
        return Ok(());
    }
    Err(Error::new("KeyTooLongError", 400, "Your key is too long")
        .with_detail("Size", key.len().to_string())
        .with_detail("MaxSizeAllowed", MAX_KEY_BYTES.to_string()))
}

/// Checks the version asked for: buckets without versioning have the version `null` alone.
pub(crate) fn check_version(version: Option<&str>) -> Result<(), Error> {
    match version {
        None | Some("null") => Ok(()),
        Some(version) => Err(invalid_argument(
            "Invalid version id specified",
            "versionId",
            version,
        )),
    }
}
