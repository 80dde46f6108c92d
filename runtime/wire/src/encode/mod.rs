//! Shapes to answers.

use aws_smithy_schema::serde::{SerdeError, SerializableStruct};
use bytes::Bytes;
use http::Response;
use stockade_spec::Operation;

use crate::Dialect;

/// Writes an operation's output: status, headers and body.
///
/// The body of an operation with a streaming payload is empty here: the caller sends the stream it
/// took from the output, and sets no header but `Content-Length`.
///
/// Fails only when the output holds what the protocol cannot carry, which is the service's fault.
pub fn respond(
    dialect: &Dialect<'_>,
    operation: &Operation,
    output: &dyn SerializableStruct,
    request_id: &str,
) -> Result<Response<Bytes>, SerdeError> {
    let _ = (dialect, operation, output, request_id);
    todo!()
}
