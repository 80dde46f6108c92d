//! `aws-chunked` bodies ("Signature calculations for the authorization header: transferring
//! payload in multiple chunks" and "… with trailing headers", Amazon S3 API Reference).
//!
//! [`ChunkedBody`] decodes a body as it arrives, in constant memory and without copying data: what
//! it hands on are slices of the buffers that the connection brought. Each chunk's signature covers
//! the whole chunk, so data is handed on before its chunk is verified; a chunk that turns out to be
//! forged ends the body with an error, and whoever stores it must store nothing until the end.

mod error;
mod lines;
mod signer;
#[cfg(test)]
mod tests;

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use http::{HeaderMap, HeaderName};
use http_body::{Body, Frame, SizeHint};

use crate::encode::header_value;
use crate::sigv4::SigningContext;
pub use error::BodyError;
pub(crate) use error::invalid_checksum;
use lines::Lines;
use signer::Signer;

/// How long a chunk's header line, or a trailer's line, may be.
pub const MAX_LINE: usize = 16 * 1024;
/// How many trailers may follow.
pub const MAX_TRAILERS: usize = 20;
/// How large a chunk may be: S3's largest object upload.
pub const MAX_CHUNK: u64 = 5 * 1024 * 1024 * 1024;

/// What a body must turn out to be.
#[derive(Debug, Clone, Default)]
pub struct Framing {
    /// `x-amz-decoded-content-length`.
    pub decoded_length: Option<u64>,
    /// Verify each chunk's signature with this.
    pub signing: Option<SigningContext>,
    /// A trailer follows the last chunk.
    pub trailer: bool,
}

/// Decodes an `aws-chunked` body as it arrives. Data frames come out without a copy; the trailer
/// comes out as a trailers frame.
#[derive(Debug)]
pub struct ChunkedBody<B> {
    inner: B,
    /// What arrived and is not decoded yet.
    buffer: Bytes,
    lines: Lines,
    state: State,
    signer: Option<Signer>,
    trailer: bool,
    trailers: HeaderMap,
    trailer_signature: Option<String>,
    expected: Option<u64>,
    decoded: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before a chunk's header line.
    Header,
    /// Within a chunk: how many bytes are left.
    Data(u64),
    /// After a chunk's data: its line break.
    DataEnd,
    /// After the last chunk: trailers, or the empty line.
    Trailer,
    /// The body is complete; nothing may follow.
    End,
    /// Failed, or handed everything on.
    Done,
}

impl<B> ChunkedBody<B> {
    /// Wraps the body as it comes from the connection.
    pub fn new(inner: B, framing: Framing) -> Self {
        Self {
            inner,
            buffer: Bytes::new(),
            lines: Lines::default(),
            state: State::Header,
            signer: framing.signing.map(Signer::new),
            trailer: framing.trailer,
            trailers: HeaderMap::new(),
            trailer_signature: None,
            expected: framing.decoded_length,
            decoded: 0,
        }
    }

    /// Takes one step through the buffer; `None` asks for more bytes.
    fn step(&mut self) -> Result<Option<Step>, BodyError> {
        match self.state {
            State::Header => {
                let Some(line) = self.lines.take(&mut self.buffer, MAX_LINE)? else {
                    return Ok(None);
                };
                self.header(&line)?;
            }
            State::Data(0) => self.state = State::DataEnd,
            State::Data(left) => {
                if self.buffer.is_empty() {
                    return Ok(None);
                }
                let take = usize::try_from(left)
                    .map_or(self.buffer.len(), |left| left.min(self.buffer.len()));
                let data = self.buffer.split_to(take);
                self.decoded += take as u64;
                if self
                    .expected
                    .is_some_and(|expected| self.decoded > expected)
                {
                    return Err(BodyError::Incomplete);
                }
                if let Some(signer) = &mut self.signer {
                    signer.update(&data);
                }
                self.state = State::Data(left - take as u64);
                return Ok(Some(Step::Frame(Frame::data(data))));
            }
            State::DataEnd => {
                let Some(line) = self.lines.take(&mut self.buffer, MAX_LINE)? else {
                    return Ok(None);
                };
                if !line.is_empty() {
                    return Err(BodyError::Malformed);
                }
                if let Some(signer) = &mut self.signer {
                    signer.end_chunk()?;
                }
                self.state = State::Header;
            }
            State::Trailer => {
                let Some(line) = self.lines.take(&mut self.buffer, MAX_LINE)? else {
                    return Ok(None);
                };
                if line.is_empty() {
                    return self.complete();
                }
                self.trailer_line(&line)?;
            }
            State::End => {
                if self.buffer.has_remaining() {
                    return Err(BodyError::Malformed);
                }
                return Ok(None);
            }
            State::Done => return Ok(None),
        }
        Ok(Some(Step::Again))
    }

    /// `size[;chunk-signature=…]`.
    fn header(&mut self, line: &str) -> Result<(), BodyError> {
        let (size, extensions) = line.split_once(';').unwrap_or((line, ""));
        let digits = !size.is_empty() && size.bytes().all(|byte| byte.is_ascii_hexdigit());
        let size = Some(size)
            .filter(|_| digits)
            .and_then(|size| u64::from_str_radix(size, 16).ok())
            .filter(|size| *size <= MAX_CHUNK)
            .ok_or(BodyError::Malformed)?;
        if let Some(signer) = &mut self.signer {
            let signature = extensions
                .split(';')
                .find_map(|part| part.trim().strip_prefix("chunk-signature="))
                .ok_or(BodyError::SignatureMismatch)?;
            signer.begin_chunk(signature)?;
        }
        if size > 0 {
            self.state = State::Data(size);
            return Ok(());
        }
        if let Some(signer) = &mut self.signer {
            signer.end_chunk()?;
        }
        self.state = State::Trailer;
        Ok(())
    }

    fn trailer_line(&mut self, line: &str) -> Result<(), BodyError> {
        let (name, value) = line.split_once(':').ok_or(BodyError::Malformed)?;
        let value = value.trim();
        if name.eq_ignore_ascii_case("x-amz-trailer-signature") {
            self.trailer_signature = Some(value.to_owned());
            return Ok(());
        }
        if !self.trailer || self.trailer_signature.is_some() || self.trailers.len() == MAX_TRAILERS
        {
            return Err(BodyError::MalformedTrailer);
        }
        let name =
            HeaderName::from_bytes(name.as_bytes()).map_err(|_| BodyError::MalformedTrailer)?;
        if let Some(signer) = &mut self.signer {
            signer.trailer(name.as_str(), value);
        }
        if self
            .trailers
            .insert(name, header_value::plain(value))
            .is_some()
        {
            return Err(BodyError::MalformedTrailer);
        }
        Ok(())
    }

    /// The empty line after the last chunk, or the end of the body in its place.
    fn complete(&mut self) -> Result<Option<Step>, BodyError> {
        if self
            .expected
            .is_some_and(|expected| self.decoded != expected)
        {
            return Err(BodyError::Incomplete);
        }
        if self.trailer
            && let Some(signer) = &mut self.signer
        {
            let signature = self.trailer_signature.as_deref();
            signer.end_trailer(signature.ok_or(BodyError::SignatureMismatch)?)?;
        }
        self.state = State::End;
        if self.trailers.is_empty() {
            return Ok(Some(Step::Again));
        }
        let trailers = std::mem::take(&mut self.trailers);
        Ok(Some(Step::Frame(Frame::trailers(trailers))))
    }

    /// The connection has no more bytes.
    fn finish(&mut self) -> Result<Option<Step>, BodyError> {
        match self.state {
            State::End | State::Done => Ok(None),
            // Some clients leave the last empty line out.
            State::Trailer if !self.lines.is_partial() => self.complete(),
            _ => Err(BodyError::Incomplete),
        }
    }
}

enum Step {
    Frame(Frame<Bytes>),
    Again,
}

impl<B> Body for ChunkedBody<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        loop {
            if this.state == State::Done {
                return Poll::Ready(None);
            }
            let step = match this.step() {
                Ok(Some(step)) => Ok(Some(step)),
                Err(error) => Err(error),
                Ok(None) => match ready!(Pin::new(&mut this.inner).poll_frame(context)) {
                    Some(Ok(frame)) => {
                        if let Ok(data) = frame.into_data() {
                            this.buffer = data;
                        }
                        Ok(Some(Step::Again))
                    }
                    Some(Err(error)) => Err(BodyError::Connection(error.into().to_string())),
                    None => this.finish(),
                },
            };
            match step {
                Ok(Some(Step::Frame(frame))) => return Poll::Ready(Some(Ok(frame))),
                Ok(Some(Step::Again)) => {}
                Ok(None) => {
                    this.state = State::Done;
                    return Poll::Ready(None);
                }
                Err(error) => {
                    this.state = State::Done;
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.state == State::Done
    }

    fn size_hint(&self) -> SizeHint {
        let left = self.expected.map(|all| all.saturating_sub(self.decoded));
        left.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}
