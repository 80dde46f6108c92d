//! Answers: their bodies, and the ones that are no operation's.

use std::pin::Pin;
use std::task::{Context, Poll};

use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::Full;
use hyper::body::Incoming;
use stockade_authz::render::error::Form;
use stockade_wire::{Dialect, Protocol};

/// Why an answer's body breaks off.
pub type BodyFailure = Box<dyn std::error::Error + Send + Sync>;

/// An answer's body.
#[derive(Debug)]
pub enum Body {
    /// In memory.
    Full(Full<Bytes>),
    /// As its source brings it.
    Stream(SdkBody),
    /// As the upstream sends it.
    Upstream(Incoming),
}

impl Body {
    /// A body that is sent as a handler's stream brings it.
    pub(crate) fn stream(stream: ByteStream) -> Self {
        Self::Stream(stream.into_inner())
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self::Full(Full::new(bytes))
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = BodyFailure;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyFailure>>> {
        match self.get_mut() {
            Self::Full(body) => Pin::new(body)
                .poll_frame(context)
                .map_err(|never| match never {}),
            Self::Stream(body) => HttpBody::poll_frame(Pin::new(body), context),
            Self::Upstream(body) => Pin::new(body).poll_frame(context).map_err(Into::into),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Full(body) => body.is_end_stream(),
            Self::Stream(body) => HttpBody::is_end_stream(body),
            Self::Upstream(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Full(body) => body.size_hint(),
            Self::Stream(body) => HttpBody::size_hint(body),
            Self::Upstream(body) => body.size_hint(),
        }
    }
}

/// How denials are said to this client.
pub(crate) fn form(dialect: &Dialect<'_>) -> Form {
    match dialect.protocol {
        _ if dialect.s3 => Form::S3,
        // Who once spoke the query protocol keeps its codes and statuses (Smithy, "AWS query compatible").
        _ if dialect.query_compatible => Form::Query,
        Protocol::Query => Form::Query,
        Protocol::Ec2Query => Form::Ec2,
        Protocol::RestXml => Form::RestXml,
        Protocol::RestJson => Form::RestJson,
        Protocol::AwsJson1_0 | Protocol::AwsJson1_1 | Protocol::RpcV2Cbor => Form::JsonRpc,
    }
}

/// JSON that is no operation's answer.
pub(crate) fn json(
    status: StatusCode,
    request_id: &str,
    value: &serde_json::Value,
) -> Response<Body> {
    own(status, request_id, "application/json", value.to_string())
}

/// Text that is no operation's answer.
pub(crate) fn text(request_id: &str, text: String) -> Response<Body> {
    own(
        StatusCode::OK,
        request_id,
        "text/plain; charset=utf-8",
        text,
    )
}

fn own(
    status: StatusCode,
    request_id: &str,
    content_type: &'static str,
    body: String,
) -> Response<Body> {
    let mut response = Response::new(Body::from(Bytes::from(body)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert("x-amzn-requestid", id);
    }
    response
}
