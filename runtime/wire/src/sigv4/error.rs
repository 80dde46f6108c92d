//! Why a signature is refused, in AWS's words ("Troubleshoot signed requests for AWS APIs", IAM
//! User Guide; "Error responses", Amazon S3 API Reference).

use std::fmt;

use stockade_spec::Error;

use super::MAX_SKEW;
use crate::{Dialect, Protocol};

/// Why a signature is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignatureError {
    /// The `Authorization` header, or a presigned URL's parameters, cannot be read; the sentence.
    Incomplete(String),
    /// As [`SignatureError::Incomplete`], of the query, where S3 has a code of its own.
    IncompleteQuery(String),
    /// The algorithm is not `AWS4-HMAC-SHA256`.
    Unsupported(String),
    /// There is no date, or it is none.
    NoDate,
    /// The signature contradicts the request's scope or date; the sentence.
    Scope(String),
    /// The request is too old or too new; the sentence.
    Expired(String),
    /// As [`SignatureError::Expired`], as S3 has it.
    TooSkewed {
        /// When the request says it was signed.
        request: String,
        /// The server's time.
        now: String,
    },
    /// A presigned URL's time is over.
    PresignExpired {
        /// For how many seconds it held.
        seconds: i64,
        /// Until when.
        at: String,
        /// The server's time.
        now: String,
    },
    /// A presigned URL is from the future.
    NotYetValid,
    /// Headers that must be signed are not.
    NotSigned(Vec<String>),
    /// As [`SignatureError::NotSigned`], of the host.
    HostNotSigned,
    /// The signature is another.
    Mismatch {
        /// The access key's id.
        access_key: String,
        /// The signature as presented.
        signature: String,
        /// What should have been signed.
        string_to_sign: String,
        /// The canonical request.
        canonical_request: String,
    },
    /// `x-amz-content-sha256` is none of its values.
    InvalidHash(String),
    /// The body is not of the hash that `x-amz-content-sha256` declares.
    HashMismatch {
        /// The header's value.
        declared: String,
        /// The body's hash.
        computed: String,
    },
}

/// The hash header's values, as S3 lists them.
const HASHES: &str = "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, \
    STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, \
    STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, \
    STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER or a valid sha256 value.";

impl SignatureError {
    /// The answer, as AWS words it for the service.
    pub fn into_error(self, dialect: &Dialect<'_>) -> Error {
        match self {
            Self::Incomplete(text) if dialect.s3 => {
                Error::new("AuthorizationHeaderMalformed", 400, text)
            }
            Self::IncompleteQuery(text) if dialect.s3 => {
                Error::new("AuthorizationQueryParametersError", 400, text)
            }
            Self::Incomplete(text) | Self::IncompleteQuery(text) => incomplete(text, dialect),
            Self::Unsupported(_) if dialect.s3 => Error::new(
                "InvalidRequest",
                400,
                "The authorization mechanism you have provided is not supported. Please use \
                 AWS4-HMAC-SHA256.",
            ),
            Self::Unsupported(algorithm) => incomplete(
                format!("Unsupported AWS 'algorithm': '{algorithm}'."),
                dialect,
            ),
            Self::NoDate if dialect.s3 => Error::new(
                "AccessDenied",
                403,
                "AWS authentication requires a valid Date or x-amz-date header",
            ),
            Self::NoDate => incomplete(
                "Date must be in ISO-8601 'basic format'. See http://en.wikipedia.org/wiki/ISO_8601"
                    .to_owned(),
                dialect,
            ),
            Self::Scope(text) if dialect.s3 => {
                Error::new("AuthorizationHeaderMalformed", 400, text)
            }
            Self::Scope(text) | Self::Expired(text) => mismatch(text, dialect),
            Self::TooSkewed { request, now } => Error::new(
                "RequestTimeTooSkewed",
                403,
                "The difference between the request time and the current time is too large.",
            )
            .with_detail("RequestTime", request)
            .with_detail("ServerTime", now)
            .with_detail("MaxAllowedSkewMilliseconds", (MAX_SKEW * 1_000).to_string()),
            Self::PresignExpired { seconds, at, now } => {
                Error::new("AccessDenied", 403, "Request has expired")
                    .with_detail("X-Amz-Expires", seconds.to_string())
                    .with_detail("Expires", at)
                    .with_detail("ServerTime", now)
            }
            Self::NotYetValid => Error::new("AccessDenied", 403, "Request is not valid yet"),
            Self::NotSigned(names) => Error::new(
                "AccessDenied",
                403,
                "There were headers present in the request which were not signed",
            )
            .with_detail("HeadersNotSigned", names.join(", ")),
            Self::HostNotSigned => mismatch(
                "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
                    .to_owned(),
                dialect,
            ),
            Self::Mismatch {
                access_key,
                signature,
                string_to_sign,
                canonical_request,
            } if dialect.s3 => Error::new(
                "SignatureDoesNotMatch",
                403,
                "The request signature we calculated does not match the signature you provided. \
                 Check your key and signing method.",
            )
            .with_detail("AWSAccessKeyId", access_key)
            .with_detail("StringToSign", string_to_sign)
            .with_detail("SignatureProvided", signature)
            .with_detail("CanonicalRequest", canonical_request),
            Self::Mismatch { .. } => mismatch(
                "The request signature we calculated does not match the signature you provided. \
                 Check your AWS Secret Access Key and signing method. Consult the service \
                 documentation for details."
                    .to_owned(),
                dialect,
            ),
            Self::InvalidHash(value) => Error::new("InvalidArgument", 400, HASHES)
                .with_detail("ArgumentName", "x-amz-content-sha256")
                .with_detail("ArgumentValue", value),
            Self::HashMismatch { declared, computed } if dialect.s3 => {
                hash_mismatch(&declared, &computed)
            }
            Self::HashMismatch { .. } => mismatch(
                "The value of 'x-amz-content-sha256' header does not match the calculated value."
                    .to_owned(),
                dialect,
            ),
        }
    }
}

/// S3's answer to a body of another hash.
pub(crate) fn hash_mismatch(declared: &str, computed: &str) -> Error {
    Error::new(
        "XAmzContentSHA256Mismatch",
        400,
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
    )
    .with_detail("ClientComputedContentSHA256", declared)
    .with_detail("S3ComputedContentSHA256", computed)
}

fn incomplete(text: String, dialect: &Dialect<'_>) -> Error {
    let code = match dialect.protocol {
        Protocol::Query | Protocol::Ec2Query | Protocol::RestXml => "IncompleteSignature",
        _ => "IncompleteSignatureException",
    };
    Error::new(code, 400, text)
}

fn mismatch(text: String, dialect: &Dialect<'_>) -> Error {
    match dialect.protocol {
        Protocol::Query | Protocol::RestXml => Error::new("SignatureDoesNotMatch", 403, text),
        Protocol::Ec2Query => Error::new("AuthFailure", 401, text),
        Protocol::RestJson => Error::new("InvalidSignatureException", 403, text),
        Protocol::AwsJson1_0 | Protocol::AwsJson1_1 | Protocol::RpcV2Cbor => {
            Error::new("InvalidSignatureException", 400, text)
        }
    }
}

impl fmt::Display for SignatureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Incomplete(text)
            | Self::IncompleteQuery(text)
            | Self::Scope(text)
            | Self::Expired(text) => f.write_str(text),
            Self::Unsupported(algorithm) => write!(f, "unsupported algorithm {algorithm}"),
            Self::NoDate => f.write_str("no valid date"),
            Self::TooSkewed { .. } => f.write_str("the clocks differ too much"),
            Self::PresignExpired { at, .. } => write!(f, "the URL expired at {at}"),
            Self::NotYetValid => f.write_str("the URL is not valid yet"),
            Self::NotSigned(names) => write!(f, "not signed: {}", names.join(", ")),
            Self::HostNotSigned => f.write_str("the host is not signed"),
            Self::Mismatch { access_key, .. } => {
                write!(f, "the signature is not {access_key}'s")
            }
            Self::InvalidHash(value) => write!(f, "{value} is no hash"),
            Self::HashMismatch { .. } => f.write_str("the body is not of the declared hash"),
        }
    }
}

impl std::error::Error for SignatureError {}
