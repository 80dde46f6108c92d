//! Presigned URLs of Signature Version 2, the server's side ("Signing and authenticating REST
//! requests (AWS signature version 2)", Amazon S3 Developer Guide).
//!
//! S3 in `us-east-1` still takes them, and the AWS CLI's first version and boto3 still make them
//! there unless told otherwise. Signatures of this version in headers are nobody's any more.

#[cfg(test)]
mod tests;

use std::time::{SystemTime, UNIX_EPOCH};

use aws_smithy_types::base64;
use hmac::{Hmac, Mac};
use sha1::Sha1;
use stockade_spec::Error;

use crate::sigv4::Parts;

/// The query parameters that are part of what is signed, sorted.
const SIGNED_PARAMETERS: &[&str] = &[
    "accelerate",
    "acl",
    "analytics",
    "cors",
    "defaultObjectAcl",
    "delete",
    "inventory",
    "lifecycle",
    "location",
    "logging",
    "metrics",
    "notification",
    "object-lock",
    "partNumber",
    "policy",
    "replication",
    "requestPayment",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "restore",
    "select",
    "select-type",
    "storageClass",
    "tagging",
    "torrent",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
    "website",
];

/// Whether this is a presigned URL of Signature Version 2.
pub fn is_presigned(parts: &Parts<'_>) -> bool {
    parts.query.has("AWSAccessKeyId") && parts.query.has("Signature")
}

/// Refuses a presigned URL whose time is over.
///
/// # Errors
/// S3's, where `Expires` is past, absent or no number.
pub fn check_time(parts: &Parts<'_>, now: SystemTime) -> Result<(), Error> {
    let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    match parts.query.get("Expires").map(str::parse::<u64>) {
        Some(Ok(expires)) if now < expires => Ok(()),
        Some(Ok(_)) => Err(Error::new("AccessDenied", 403, "Request has expired")),
        Some(Err(_)) => Err(Error::new(
            "AccessDenied",
            403,
            "Invalid date (should be seconds since epoch)",
        )),
        None => Err(Error::new(
            "AccessDenied",
            403,
            "Query-string authentication requires the Signature, Expires and AWSAccessKeyId \
             parameters",
        )),
    }
}

/// Verifies a presigned URL's time and signature. `bucket` is the bucket that the host names.
///
/// # Errors
/// S3's, where the time is over or the signature is another.
pub fn verify(
    parts: &Parts<'_>,
    bucket: Option<&str>,
    secret: &str,
    now: SystemTime,
) -> Result<(), Error> {
    check_time(parts, now)?;
    let text = string_to_sign(parts, bucket);
    let given = parts.query.get("Signature").unwrap_or_default();
    // A key of any length will do for an HMAC, so this never fails.
    let matches = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).is_ok_and(|mut mac| {
        mac.update(text.as_bytes());
        base64::decode(given).is_ok_and(|given| mac.verify_slice(&given).is_ok())
    });
    if matches {
        return Ok(());
    }
    Err(Error::new(
        "SignatureDoesNotMatch",
        403,
        "The request signature we calculated does not match the signature you provided. Check \
         your key and signing method.",
    )
    .with_detail(
        "AWSAccessKeyId",
        parts.query.get("AWSAccessKeyId").unwrap_or_default(),
    )
    .with_detail("StringToSign", text)
    .with_detail("SignatureProvided", given))
}

fn string_to_sign(parts: &Parts<'_>, bucket: Option<&str>) -> String {
    let header = |name: &str| {
        let header = parts
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok());
        header.or_else(|| parts.query.get(name)).unwrap_or_default()
    };
    let mut text = [
        parts.method.as_str(),
        header("content-md5"),
        header("content-type"),
        parts.query.get("Expires").unwrap_or_default(),
        "",
    ]
    .join("\n");
    for (name, value) in amazon_headers(parts) {
        text.push_str(&format!("{name}:{value}\n"));
    }
    if let Some(bucket) = bucket {
        text.push('/');
        text.push_str(bucket);
    }
    text.push_str(parts.path);
    let mut separator = '?';
    for name in SIGNED_PARAMETERS {
        if let Some(value) = parts.query.get(name) {
            text.push(separator);
            text.push_str(name);
            if !value.is_empty() {
                text.push('=');
                text.push_str(value);
            }
            separator = '&';
        }
    }
    text
}

/// `x-amz-` headers in order of their names. Clients that presign put them into the URL.
fn amazon_headers(parts: &Parts<'_>) -> Vec<(String, String)> {
    let sent = parts.headers.keys().map(|name| {
        let values = parts.headers.get_all(name).iter();
        let values: Vec<&str> = values
            .filter_map(|value| value.to_str().ok().map(str::trim))
            .collect();
        (name.as_str().to_owned(), values.join(","))
    });
    let pairs = parts.query.pairs().iter();
    let asked = pairs.map(|(name, value)| (name.to_ascii_lowercase(), value.clone()));
    let mut headers: Vec<_> = sent
        .chain(asked)
        .filter(|(name, _)| name.starts_with("x-amz-"))
        .collect();
    headers.sort();
    headers.dedup_by(|next, first| next.0 == first.0);
    headers
}
