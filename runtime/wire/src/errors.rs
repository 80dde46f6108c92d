//! Errors to answers, in each protocol's envelope.

use aws_smithy_schema::serde::{SerdeError, SerializableStruct, ShapeSerializer};
use aws_smithy_schema::{Schema, ShapeType, shape_id};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use stockade_spec::Error;
use stockade_spec::constraint::Violations;

use crate::encode::filter::Only;
use crate::encode::head::is_unbound;
use crate::encode::xml::push_text;
use crate::encode::{body, header_value, ids, response};
use crate::{Dialect, Protocol};

const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
const QUERY_ERROR: HeaderName = HeaderName::from_static("x-amzn-query-error");

/// The answer to an input that breaks a constraint of the model: the service's own about the first
/// violation where it has one, or else all of them in the code that services of the protocol use for
/// it ("Common errors" of the services' references).
pub fn violation(dialect: &Dialect<'_>, violations: Violations) -> Error {
    if let Some(refusals) = dialect.refusals {
        let refusal = violations
            .refusal
            .unwrap_or_else(|| refusals.of(violations.first));
        return Error::new(refusals.code, 400, refusal.sentence)
            .with_detail(refusals.member, refusal.reason);
    }
    let code = match dialect.protocol {
        Protocol::Query => "ValidationError",
        Protocol::Ec2Query => "InvalidParameterValue",
        Protocol::RestXml => "InvalidRequest",
        Protocol::AwsJson1_0 | Protocol::AwsJson1_1 | Protocol::RestJson | Protocol::RpcV2Cbor => {
            "ValidationException"
        }
    };
    Error::new(code, 400, violations.message)
}

/// A member of the envelope.
macro_rules! member {
    ($name:ident = $text:literal, $index:literal) => {
        static $name: Schema<'static> = Schema::new_member(
            shape_id!("stockade", "Error"),
            ShapeType::String,
            $text,
            $index,
        );
    };
}

member!(JSON_TYPE = "__type", 0);
member!(JSON_MESSAGE = "message", 1);
member!(JSON_CAPITAL_MESSAGE = "Message", 2);

/// The index of what stands beside the message.
const DETAIL: usize = 3;

static DOCUMENT: Schema<'static> = Schema::new_struct(
    shape_id!("stockade", "Error"),
    ShapeType::Structure,
    &[&JSON_TYPE, &JSON_MESSAGE, &JSON_CAPITAL_MESSAGE],
);

/// Writes an error. `head` tells that the request's method was `HEAD`, whose answer has no body.
pub fn respond(
    dialect: &Dialect<'_>,
    error: &Error,
    request_id: &str,
    head: bool,
) -> Response<Bytes> {
    let mut headers = HeaderMap::new();
    ids::insert(dialect, request_id, &mut headers);
    match dialect.protocol {
        Protocol::RestJson => {
            headers.insert(ERROR_TYPE, header_value::plain(&error.code));
        }
        Protocol::AwsJson1_0 | Protocol::AwsJson1_1 | Protocol::RpcV2Cbor
            if dialect.query_compatible =>
        {
            let value = format!("{};{}", error.code, fault(error));
            headers.insert(QUERY_ERROR, header_value::plain(&value));
        }
        _ => {}
    }
    for (name, value) in &error.headers {
        if let Ok(name) = HeaderName::from_bytes(name.as_bytes()) {
            headers.insert(name, header_value::plain(value));
        }
    }
    let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    // `304 Not Modified` is an error to S3's operations, and has no body either.
    if head || status == StatusCode::NOT_MODIFIED {
        return response(status, headers, Bytes::new());
    }
    let body = document(dialect, error, request_id);
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static(body::content_type(dialect.protocol)),
    );
    response(status, headers, body)
}

fn fault(error: &Error) -> &'static str {
    if error.is_senders_fault() {
        "Sender"
    } else {
        "Receiver"
    }
}

fn document(dialect: &Dialect<'_>, error: &Error, request_id: &str) -> Bytes {
    match dialect.protocol {
        Protocol::AwsJson1_0 | Protocol::AwsJson1_1 | Protocol::RestJson | Protocol::RpcV2Cbor => {
            let with_type = dialect.protocol != Protocol::RestJson;
            let whole = Envelope {
                error,
                with_type,
                shape: error.shape.as_deref().map(|shape| shape.as_serializable()),
            };
            body::structure(dialect.protocol, &whole).unwrap_or_else(|_| {
                // A shape that cannot be written must not hide the error itself.
                let bare = Envelope {
                    error,
                    with_type,
                    shape: None,
                };
                body::structure(dialect.protocol, &bare).unwrap_or_default()
            })
        }
        Protocol::Query | Protocol::Ec2Query | Protocol::RestXml => {
            Bytes::from(xml(dialect, error, request_id))
        }
    }
}

/// `{"__type": …, "message": …}`, the modelled members and the details.
struct Envelope<'e> {
    error: &'e Error,
    with_type: bool,
    shape: Option<&'e dyn SerializableStruct>,
}

impl Envelope<'_> {
    /// Some services write `Message`: those whose model says so (Lambda), and what denies access
    /// before a service's own code runs.
    fn message_member(&self) -> &'static Schema<'static> {
        let capital = match self.shape {
            Some(shape) => shape.schema().member_schema("Message").is_some(),
            None => self.error.code == "AccessDeniedException",
        };
        if capital {
            &JSON_CAPITAL_MESSAGE
        } else {
            &JSON_MESSAGE
        }
    }
}

impl SerializableStruct for Envelope<'_> {
    fn schema(&self) -> &Schema<'_> {
        &DOCUMENT
    }

    fn serialize_members(&self, serializer: &mut dyn ShapeSerializer) -> Result<(), SerdeError> {
        if self.with_type {
            serializer.write_string(&JSON_TYPE, &self.error.code)?;
        }
        serializer.write_string(self.message_member(), &self.error.message)?;
        if let Some(shape) = self.shape {
            Only::new(shape, is_extra).serialize_members(serializer)?;
        }
        for (name, value) in &self.error.details {
            let id = shape_id!("stockade", "Error");
            let member = Schema::new_member(id, ShapeType::String, name, DETAIL);
            serializer.write_string(&member, value)?;
        }
        Ok(())
    }
}

/// Whether an error shape's member is written beside code and message.
fn is_extra(member: &Schema<'_>) -> bool {
    is_unbound(member)
        && !member
            .member_name()
            .is_some_and(|name| name.eq_ignore_ascii_case("message"))
}

fn xml(dialect: &Dialect<'_>, error: &Error, request_id: &str) -> String {
    let mut inner = String::new();
    if !dialect.s3 && dialect.protocol != Protocol::Ec2Query {
        push(&mut inner, "Type", fault(error));
    }
    push(&mut inner, "Code", &error.code);
    push(&mut inner, "Message", &error.message);
    if let Some(shape) = &error.shape {
        let written = inner.len();
        let extra = Only::new(shape.as_serializable(), is_extra);
        if body::elements(&mut inner, &extra).is_err() {
            // A shape that cannot be written must not hide the error itself.
            inner.truncate(written);
        }
    }
    for (name, value) in &error.details {
        push(&mut inner, name, value);
    }
    let declaration = body::declaration(dialect);
    let id = escaped(request_id);
    if dialect.s3 {
        let host = ids::host_id(request_id);
        return format!(
            "{declaration}<Error>{inner}<RequestId>{id}</RequestId><HostId>{host}</HostId></Error>"
        );
    }
    if dialect.protocol == Protocol::Ec2Query {
        return format!(
            "{declaration}<Response><Errors><Error>{inner}</Error></Errors>\
             <RequestID>{id}</RequestID></Response>"
        );
    }
    let namespace = dialect
        .xml_namespace
        .map(|uri| format!(" xmlns=\"{}\"", escaped(uri)))
        .unwrap_or_default();
    format!(
        "{declaration}<ErrorResponse{namespace}><Error>{inner}</Error>\
         <RequestId>{id}</RequestId></ErrorResponse>"
    )
}

/// Text for XML.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_text(&mut out, text);
    out
}

fn push(out: &mut String, name: &str, value: &str) {
    out.push('<');
    out.push_str(name);
    out.push('>');
    push_text(out, value);
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}
