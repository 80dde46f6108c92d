//! Signature Version 4, the server's side ("AWS Signature Version 4 for API requests", IAM User
//! Guide).
//!
//! [`identify`] tells who a request says it comes from, whatever its signature; [`parse`] reads
//! the signature strictly; [`verify`] checks it.

use std::time::SystemTime;

use http::{HeaderMap, Method};
use stockade_spec::Error;

use crate::{Dialect, Query};

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
pub struct Presented {
    /// How it is carried.
    pub kind: Kind,
    /// The access key's id.
    pub access_key: String,
    /// The credential scope's date, `20150830`.
    pub date: String,
    /// The credential scope's region.
    pub region: String,
    /// The credential scope's service.
    pub service: String,
    /// The names of the signed headers, lower-case, in the request's order.
    pub signed_headers: Vec<String>,
    /// The signature, 64 hexadecimal digits.
    pub signature: String,
    /// When it was signed, `20150830T123600Z`.
    pub timestamp: String,
    /// For how many seconds a presigned URL holds.
    pub expires: Option<u32>,
    /// The session token of temporary credentials.
    pub session_token: Option<String>,
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

/// A small, bounded store of derived signing keys. Cheap to share between threads.
#[derive(Default)]
pub struct KeyCache {}

/// Why a signature is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignatureError {}

impl SignatureError {
    /// The answer, as AWS words it for the service.
    pub fn into_error(self, dialect: &Dialect<'_>) -> Error {
        let _ = dialect;
        todo!()
    }
}

/// Tells who a request says it comes from, however malformed the rest of its signature is.
/// `None` for an unsigned request.
pub fn identify<'a>(parts: &Parts<'a>) -> Option<Identity<'a>> {
    let _ = parts;
    todo!()
}

/// Reads a request's signature; `None` for an unsigned request.
pub fn parse(
    parts: &Parts<'_>,
    dialect: &Dialect<'_>,
) -> Result<Option<Presented>, SignatureError> {
    let _ = (parts, dialect);
    todo!()
}

/// Reads the `x-amz-content-sha256` header.
pub fn declared_hash(headers: &HeaderMap) -> Result<DeclaredHash, SignatureError> {
    let _ = headers;
    todo!()
}

/// The hash of a body, 64 lower-case hexadecimal digits.
pub fn body_hash(body: &[u8]) -> String {
    let _ = body;
    todo!()
}

/// Verifies a signature. `payload_hash` is the canonical request's last line: the body's
/// [`body_hash`], or the `x-amz-content-sha256` header's value.
pub fn verify(
    presented: &Presented,
    secret: &str,
    parts: &Parts<'_>,
    payload_hash: &str,
    now: SystemTime,
    dialect: &Dialect<'_>,
    keys: &KeyCache,
) -> Result<SigningContext, SignatureError> {
    let _ = (presented, secret, parts, payload_hash, now, dialect, keys);
    todo!()
}

impl std::fmt::Debug for SigningContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningContext")
            .field("scope", &self.scope)
            .field("timestamp", &self.timestamp)
            .finish_non_exhaustive()
    }
}
