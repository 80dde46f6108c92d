//! Shapes to answers.

pub(crate) mod body;
pub(crate) mod filter;
pub(crate) mod head;
pub(crate) mod header_value;
pub(crate) mod ids;
pub(crate) mod xml;

use aws_smithy_schema::prelude;
use aws_smithy_schema::serde::{SerdeError, SerializableStruct};
use bytes::Bytes;
use http::header::{CONTENT_RANGE, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use stockade_spec::Operation;

use crate::{Dialect, Protocol};
use filter::Only;
use head::{Head, is_bound, is_unbound};
use xml::push_text;

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
    let mut head = Head::new(dialect);
    let schema = output.schema();
    let rest = dialect.is_rest();
    if rest && schema.members().iter().any(|member| is_bound(member)) {
        output.serialize_members(&mut head)?;
    }
    let status = match head.status {
        Some(status) => status,
        // No model says so: an answer that tells its range is a part (RFC 9110, section 15.3.7).
        None if rest && head.headers.contains_key(CONTENT_RANGE) => StatusCode::PARTIAL_CONTENT,
        None if rest => StatusCode::from_u16(operation.status).unwrap_or(StatusCode::OK),
        None => StatusCode::OK,
    };
    let streams = schema.members().iter().any(|member| member.streaming());
    let (body, content_type) = if let Some(payload) = head.payload {
        (payload.bytes, Some(payload.content_type))
    } else if streams {
        (Bytes::new(), Some("application/octet-stream"))
    } else if rest {
        rest_body(dialect, output)?
    } else {
        (
            rpc_body(dialect, operation, output, request_id)?,
            Some(body::content_type(dialect.protocol)),
        )
    };
    let mut headers = head.headers;
    if let Some(content_type) = content_type
        && status != StatusCode::NO_CONTENT
    {
        headers
            .entry(CONTENT_TYPE)
            .or_insert(HeaderValue::from_static(content_type));
    }
    ids::insert(dialect, request_id, &mut headers);
    Ok(response(status, headers, body))
}

/// Puts an answer together.
pub(crate) fn response(status: StatusCode, headers: HeaderMap, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

type Body = (Bytes, Option<&'static str>);

fn rest_body(dialect: &Dialect<'_>, output: &dyn SerializableStruct) -> Result<Body, SerdeError> {
    let mut members = output.schema().members().iter();
    // An output whose payload is absent has no document either.
    if members
        .clone()
        .any(|member| member.http_payload().is_some())
        || !members.any(|member| is_unbound(member))
    {
        return Ok((Bytes::new(), None));
    }
    let unbound = Only::new(output, is_unbound);
    let content_type = Some(body::content_type(dialect.protocol));
    if dialect.protocol == Protocol::RestJson {
        return Ok((body::structure(dialect.protocol, &unbound)?, content_type));
    }
    let mut document = body::declaration(dialect).to_owned();
    if output.schema().xml_unwrapped_output() {
        body::unwrapped(&mut document, dialect, &unbound)?;
    } else {
        body::element(&mut document, None, dialect.xml_namespace, &unbound)?;
    }
    Ok((Bytes::from(document), content_type))
}

fn rpc_body(
    dialect: &Dialect<'_>,
    operation: &Operation,
    output: &dyn SerializableStruct,
    request_id: &str,
) -> Result<Bytes, SerdeError> {
    let is_unit = output.schema().shape_id() == prelude::UNIT.shape_id();
    match dialect.protocol {
        Protocol::Query => {
            let mut document = envelope(operation.name, dialect);
            match operation.result_wrapper {
                Some(wrapper) => body::element(&mut document, Some(wrapper), None, output)?,
                None if is_unit => {}
                None => body::elements(&mut document, output)?,
            }
            document.push_str("<ResponseMetadata><RequestId>");
            push_text(&mut document, request_id);
            document.push_str("</RequestId></ResponseMetadata></");
            document.push_str(operation.name);
            document.push_str("Response>");
            Ok(Bytes::from(document))
        }
        Protocol::Ec2Query => {
            let mut document = envelope(operation.name, dialect);
            document.push_str("<requestId>");
            push_text(&mut document, request_id);
            document.push_str("</requestId>");
            if !is_unit {
                body::elements(&mut document, output)?;
            }
            document.push_str("</");
            document.push_str(operation.name);
            document.push_str("Response>");
            Ok(Bytes::from(document))
        }
        // An operation without an output answers with no bytes, one with an empty output with `{}`.
        _ if is_unit => Ok(Bytes::new()),
        protocol => body::structure(protocol, output),
    }
}

/// How much room a query protocol's answer is given at first: most are shorter.
const ANSWER_BYTES: usize = 512;

/// The start tag of a query protocol's answer.
fn envelope(operation: &str, dialect: &Dialect<'_>) -> String {
    let mut out = String::with_capacity(ANSWER_BYTES);
    out.push_str(body::declaration(dialect));
    out.push('<');
    out.push_str(operation);
    out.push_str("Response");
    if let Some(namespace) = dialect.xml_namespace {
        out.push_str(" xmlns=\"");
        push_text(&mut out, namespace);
        out.push('"');
    }
    out.push('>');
    out
}
