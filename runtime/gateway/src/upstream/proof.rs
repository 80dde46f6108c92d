//! Bodies that are verified while they stream to an upstream.
//!
//! What a body has to be is known for certain only at its end. The last frame waits for that: a
//! body that turns out to be forged or broken never arrives whole.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use parking_lot::Mutex;
use stockade_wire::checksum::VerifiedBody;
use stockade_wire::chunked::BodyError;
use stockade_wire::sigv4::SigningContext;

use crate::body::{Announced, Decoded};

/// A body whose last frame comes only once the end was reached without an error.
pub(super) struct Held<B> {
    inner: B,
    held: Option<Frame<Bytes>>,
}

impl<B> Held<B> {
    pub(super) fn new(inner: B) -> Self {
        Self { inner, held: None }
    }
}

impl<B> Body for Held<B>
where
    B: Body<Data = Bytes, Error = BodyError> + Unpin,
{
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        loop {
            match ready!(Pin::new(&mut this.inner).poll_frame(context)).transpose()? {
                Some(frame) => {
                    if let Some(earlier) = this.held.replace(frame) {
                        return Poll::Ready(Some(Ok(earlier)));
                    }
                }
                None => return Poll::Ready(this.held.take().map(Ok)),
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.held.is_none() && self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let held = self.held.as_ref().and_then(Frame::data_ref);
        let held = held.map_or(0, |data| data.len() as u64);
        let mut hint = self.inner.size_hint();
        if let Some(upper) = hint.upper() {
            hint.set_upper(upper + held);
        }
        hint.set_lower(hint.lower() + held);
        hint
    }
}

/// A body that passes as it came, its framing included, while beside it the same bytes are decoded
/// and verified.
pub(super) struct Witnessed<B> {
    raw: B,
    feed: Feed,
    witness: VerifiedBody<Decoded<Feed>>,
    done: bool,
}

impl<B: Body<Data = Bytes, Error = BodyError> + Unpin> Witnessed<B> {
    pub(super) fn new(raw: B, announced: Announced, signing: Option<SigningContext>) -> Self {
        let feed = Feed::default();
        Self {
            witness: announced.decode(feed.clone(), signing),
            raw,
            feed,
            done: false,
        }
    }

    /// Has the witness look at all that it was given.
    fn look(&mut self, context: &mut Context<'_>) -> Result<(), BodyError> {
        while let Poll::Ready(Some(frame)) = Pin::new(&mut self.witness).poll_frame(context) {
            frame?;
        }
        Ok(())
    }
}

impl<B: Body<Data = Bytes, Error = BodyError> + Unpin> Body for Witnessed<B> {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        if this.done {
            return Poll::Ready(None);
        }
        let frame = ready!(Pin::new(&mut this.raw).poll_frame(context)).transpose()?;
        match frame.as_ref().map(Frame::data_ref) {
            Some(Some(data)) => this.feed.0.lock().waiting.push_back(data.clone()),
            Some(None) => {}
            None => {
                this.feed.0.lock().ended = true;
                this.done = true;
            }
        }
        this.look(context)?;
        Poll::Ready(frame.map(Ok))
    }

    /// Only the end itself tells whether the body was right.
    fn is_end_stream(&self) -> bool {
        self.done
    }

    fn size_hint(&self) -> SizeHint {
        self.raw.size_hint()
    }
}

/// What the witness is given to look at.
#[derive(Debug, Clone, Default)]
pub(super) struct Feed(Arc<Mutex<Fed>>);

#[derive(Debug, Default)]
struct Fed {
    waiting: VecDeque<Bytes>,
    ended: bool,
}

impl Body for Feed {
    type Data = Bytes;
    type Error = BodyError;

    /// Nobody is woken for more: whoever feeds looks on.
    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let mut fed = self.0.lock();
        match fed.waiting.pop_front() {
            Some(data) => Poll::Ready(Some(Ok(Frame::data(data)))),
            None if fed.ended => Poll::Ready(None),
            None => Poll::Pending,
        }
    }
}
