//! Request ids in headers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::{HeaderMap, HeaderName, HeaderValue};
use sha2::{Digest, Sha256};

use super::header_value;
use crate::{Dialect, Protocol};

const AMZN_REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const AMZ_REQUEST_ID: HeaderName = HeaderName::from_static("x-amz-request-id");
const AMZ_ID_2: HeaderName = HeaderName::from_static("x-amz-id-2");
const SMITHY_PROTOCOL: HeaderName = HeaderName::from_static("smithy-protocol");

/// Adds the headers that every answer of a service carries.
pub(crate) fn insert(dialect: &Dialect<'_>, request_id: &str, headers: &mut HeaderMap) {
    let value = header_value::plain(request_id);
    if dialect.s3 {
        headers.insert(AMZ_REQUEST_ID, value);
        headers.insert(AMZ_ID_2, header_value::plain(&host_id(request_id)));
        return;
    }
    headers.insert(AMZN_REQUEST_ID, value);
    if dialect.protocol == Protocol::RpcV2Cbor {
        headers.insert(SMITHY_PROTOCOL, HeaderValue::from_static("rpc-v2-cbor"));
    }
}

/// S3's second id of a request: 56 opaque bytes in base64. The first decides them, so that header
/// and error document agree.
pub(crate) fn host_id(request_id: &str) -> String {
    let digest = Sha256::digest(request_id.as_bytes());
    let mut bytes = [0; 56];
    let (first, second) = bytes.split_at_mut(digest.len());
    first.copy_from_slice(&digest);
    second.copy_from_slice(&digest[..second.len()]);
    BASE64.encode(bytes)
}
