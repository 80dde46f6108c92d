//! Signature Version 4, the server's side ("AWS Signature Version 4 for API requests", IAM User
//! Guide).
//!
//! [`identify`] tells who a request says it comes from, whatever its signature; [`parse`] reads
//! the signature strictly; [`verify`] checks it.

mod canonical;
mod clock;
mod error;
mod keys;
mod presented;
#[cfg(test)]
mod tests;
mod verify;

use std::borrow::Cow;

pub use error::SignatureError;
use http::{HeaderMap, Method};
pub(crate) use keys::hmac;
pub use keys::{KeyCache, MAX_KEYS};
pub use presented::{declared_hash, identify, parse};
pub use verify::{body_hash, signs_plain_path, verify};
pub(crate) use verify::{hex, unhex};

use crate::Query;
use crate::pieces::split;

/// How far a request's clock may be off, in seconds.
pub const MAX_SKEW: i64 = 15 * 60;

/// For how long a presigned URL may hold, in seconds: a week.
pub const MAX_EXPIRES: u32 = 604_800;

/// The parts of a request that a signature covers, as they were received.
#[derive(Debug, Clone, Copy)]
pub struct Parts<'a> {
    /// The method.
    pub method: &'a Method,
    /// The path as sent: percent-escapes untouched.
    pub path: &'a str,
    /// The query, decoded.
    pub query: &'a Query,
    /// The headers.
    pub headers: &'a HeaderMap,
}

/// Who a request says it comes from, and for which region and service.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identity<'a> {
    /// The access key's id.
    pub access_key: &'a str,
    /// The credential scope's region; empty when unknown.
    pub region: &'a str,
    /// The credential scope's service; empty when unknown.
    pub service: &'a str,
}

/// How a request carries its signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// In the `Authorization` header.
    Header,
    /// In the query: a presigned URL.
    Query,
}

/// A signature as presented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presented<'a> {
    /// How it is carried.
    pub kind: Kind,
    /// Access key and scope, `AKIAIOSFODNN7EXAMPLE/20150830/us-east-1/iam/aws4_request`.
    pub credential: &'a str,
    /// The access key's id.
    pub access_key: &'a str,
    /// The credential scope, `20150830/us-east-1/iam/aws4_request`.
    pub scope: &'a str,
    /// The credential scope's date, `20150830`.
    pub date: &'a str,
    /// The credential scope's region.
    pub region: &'a str,
    /// The credential scope's service.
    pub service: &'a str,
    /// The names of the signed headers, lower-case, in the request's order, with semicolons between.
    pub signed_headers: Cow<'a, str>,
    /// The signature, 64 hexadecimal digits.
    pub signature: &'a str,
    /// When it was signed, `20150830T123600Z`.
    pub timestamp: Cow<'a, str>,
    /// The same, in seconds since the epoch.
    pub signed_at: i64,
    /// For how many seconds a presigned URL holds.
    pub expires: Option<u32>,
    /// The session token of temporary credentials.
    pub session_token: Option<&'a str>,
}

impl Presented<'_> {
    /// The names of the signed headers, lower-case, in the request's order.
    pub fn signed_names(&self) -> impl Iterator<Item = &str> {
        split(&self.signed_headers, b';')
    }
}

/// What the chunks of a signed `aws-chunked` body are verified with.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningContext {
    pub(crate) key: [u8; 32],
    pub(crate) timestamp: String,
    pub(crate) scope: String,
    pub(crate) seed: String,
}

/// The hash of a body as the `x-amz-content-sha256` header declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeclaredHash {
    /// The header is absent.
    Absent,
    /// `UNSIGNED-PAYLOAD`.
    Unsigned,
    /// The hash of the whole body, 64 hexadecimal digits.
    Sha256(String),
    /// `STREAMING-AWS4-HMAC-SHA256-PAYLOAD`, with or without `-TRAILER`.
    StreamingSigned {
        /// Whether a trailer follows.
        trailer: bool,
    },
    /// `STREAMING-UNSIGNED-PAYLOAD-TRAILER`.
    StreamingUnsigned,
}

impl std::fmt::Debug for SigningContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningContext")
            .field("scope", &self.scope)
            .field("timestamp", &self.timestamp)
            .finish_non_exhaustive()
    }
}
