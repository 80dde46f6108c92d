//! Request bodies: collected within a limit, or handed on as streams.

use std::error::Error as StdError;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, EXPECT};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, Limited};
use stockade_spec::Error;
use stockade_wire::Dialect;
use stockade_wire::checksum::{Expected, VerifiedBody};
use stockade_wire::chunked::{BodyError, ChunkedBody, Framing};
use stockade_wire::headers::ascii;
use stockade_wire::sigv4::{DeclaredHash, SigningContext};

use crate::limits;

/// A body as it comes from a connection, whatever the connection is.
pub trait Incoming:
    Body<Data = Bytes, Error: Into<Box<dyn StdError + Send + Sync>>> + Send + Sync + Unpin + 'static
{
}

impl<B> Incoming for B where
    B: Body<Data = Bytes, Error: Into<Box<dyn StdError + Send + Sync>>>
        + Send
        + Sync
        + Unpin
        + 'static
{
}

/// A body that is read on in the background when whoever read it gave up before its end. Otherwise
/// the connection would be closed on a client that is still sending, and with it the answer that
/// says why, before the client could read it.
#[derive(Debug)]
pub(crate) struct Drained<B: Incoming> {
    body: Option<B>,
    waits: Waits,
}

/// Whether a client still waits to be told to send its body (`Expect: 100-continue`): the first read tells it. Where there is
/// no body to read it is never told, and clients are known that then take the answer's status for the next one's.
#[derive(Clone, Debug)]
pub(crate) struct Waits(Option<Arc<AtomicBool>>);

impl Waits {
    /// Whether it does.
    pub(crate) fn still(&self) -> bool {
        self.0
            .as_ref()
            .is_some_and(|waits| waits.load(Ordering::Relaxed))
    }

    fn end(&self) {
        if let Some(waits) = &self.0 {
            waits.store(false, Ordering::Relaxed);
        }
    }
}

impl<B: Incoming> Drained<B> {
    /// Wraps a request's body.
    pub(crate) fn new(body: B, headers: &HeaderMap) -> Self {
        let waits = headers.contains_key(EXPECT);
        Self {
            waits: Waits(waits.then(|| Arc::new(AtomicBool::new(true)))),
            body: Some(body),
        }
    }

    /// Tells, as long as the request lasts, whether its client still waits.
    pub(crate) fn waits(&self) -> Waits {
        self.waits.clone()
    }
}

impl<B: Incoming> Body for Drained<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        if !self.is_end_stream() {
            self.waits.end();
        }
        match &mut self.body {
            Some(body) => Pin::new(body).poll_frame(context),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map(Body::size_hint).unwrap_or_default()
    }
}

impl<B: Incoming> Drop for Drained<B> {
    fn drop(&mut self) {
        let Some(body) = self.body.take() else { return };
        if self.waits.still() || body.is_end_stream() {
            return;
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let rest = Limited::new(body, limits::MAX_DRAINED);
            runtime.spawn(tokio::time::timeout(limits::DRAIN_TIME, discard(rest)));
        }
    }
}

/// Reads a body to its end, or to its first failure, and keeps nothing.
async fn discard(mut body: impl Body<Data = Bytes> + Unpin) {
    while let Some(Ok(_)) = body.frame().await {}
}

/// A body whose failures are told as the wire tells them.
#[derive(Debug)]
pub(crate) struct Received<B>(pub(crate) B);

impl<B: Incoming> Body for Received<B> {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        Pin::new(&mut self.0)
            .poll_frame(context)
            .map_err(|error| BodyError::Connection(error.into().to_string()))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

/// Collects a body into memory.
pub(crate) async fn collect<B>(
    body: B,
    headers: &HeaderMap,
    dialect: &Dialect<'_>,
    operation: &str,
) -> Result<Bytes, Error>
where
    B: Body<Data = Bytes, Error = BodyError> + Unpin,
{
    let announced = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| ascii(length)?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limits::MAX_BODY as u64) {
        return Err(limits::too_large(dialect, operation));
    }
    match Limited::new(body, limits::MAX_BODY).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) => Err(match BodyError::find(&*error) {
            Some(error) => error.to_error(),
            None => limits::too_large(dialect, operation),
        }),
    }
}

/// What S3's headers say of a body.
pub(crate) struct Announced {
    chunked: bool,
    trailer: bool,
    signed: bool,
    decoded_length: Option<u64>,
    expected: Expected,
}

impl Announced {
    /// Reads the headers; `declared` is what `x-amz-content-sha256` says.
    pub(crate) fn read(headers: &HeaderMap, declared: &DeclaredHash) -> Result<Self, Error> {
        let mut expected = Expected::from_headers(headers)?;
        if let DeclaredHash::Sha256(hash) = declared {
            expected = expected.with_sha256(hash.as_str());
        }
        let (streaming, signed, trailer) = match declared {
            DeclaredHash::StreamingSigned { trailer } => (true, true, *trailer),
            DeclaredHash::StreamingUnsigned => (true, false, true),
            _ => (false, false, expected.trailer.is_some()),
        };
        let encoded = headers.get_all(CONTENT_ENCODING).iter().any(|encoding| {
            encoding.to_str().is_ok_and(|encoding| {
                encoding
                    .split(',')
                    .any(|encoding| encoding.trim().eq_ignore_ascii_case("aws-chunked"))
            })
        });
        let decoded_length = headers
            .get("x-amz-decoded-content-length")
            .map(|length| {
                let length = length.to_str().ok().and_then(|length| length.parse().ok());
                length.ok_or_else(|| Error::new("InvalidArgument", 400, "Invalid Argument"))
            })
            .transpose()?;
        Ok(Self {
            chunked: streaming || encoded,
            trailer,
            signed,
            decoded_length,
            expected,
        })
    }

    /// Whether a checksum of the body comes with it, before or behind it.
    pub(crate) fn has_checksum(&self) -> bool {
        !self.expected.values.is_empty() || self.expected.trailer.is_some()
    }

    /// The body without its framing, failing at its end unless it is what the headers announced.
    /// Without a `signing` context the chunks' signatures are not looked at.
    pub(crate) fn decode<B: Incoming>(
        self,
        body: B,
        signing: Option<SigningContext>,
    ) -> VerifiedBody<Decoded<B>> {
        let body = Received(body);
        let body = if self.chunked {
            Decoded::Chunked(Box::new(ChunkedBody::new(
                body,
                Framing {
                    decoded_length: self.decoded_length,
                    signing: signing.filter(|_| self.signed),
                    trailer: self.trailer,
                },
            )))
        } else {
            Decoded::Plain(body)
        };
        VerifiedBody::new(body, self.expected, &[])
    }
}

/// A body with or without `aws-chunked` framing to take off.
#[derive(Debug)]
pub(crate) enum Decoded<B> {
    Plain(Received<B>),
    Chunked(Box<ChunkedBody<Received<B>>>),
}

impl<B: Incoming> Body for Decoded<B> {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match self.get_mut() {
            Self::Plain(body) => Pin::new(body).poll_frame(context),
            Self::Chunked(body) => Pin::new(body).poll_frame(context),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Plain(body) => body.size_hint(),
            Self::Chunked(body) => body.size_hint(),
        }
    }
}

/// A body as handlers take it.
pub(crate) fn stream<B>(body: B) -> ByteStream
where
    B: Body<Data = Bytes, Error = BodyError> + Send + Sync + 'static,
{
    ByteStream::new(SdkBody::from_body_1_x(body))
}
