//! Errors to answers, in each protocol's envelope.

use bytes::Bytes;
use http::Response;
use stockade_spec::Error;

use crate::Dialect;

/// Writes an error. `head` tells that the request's method was `HEAD`, whose answer has no body.
pub fn respond(
    dialect: &Dialect<'_>,
    error: &Error,
    request_id: &str,
    head: bool,
) -> Response<Bytes> {
    let _ = (dialect, error, request_id, head);
    todo!()
}
