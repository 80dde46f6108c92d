//! Request bodies that may have to be sent on after they were read.

use std::collections::VecDeque;
use std::error::Error as StdError;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};
use parking_lot::Mutex;
use stockade_wire::chunked::BodyError;

use crate::body::Incoming;

/// A body on its way through the pipeline.
pub(crate) enum Tapped<B> {
    /// Nobody else wants it.
    Direct(B),
    /// It may be sent on.
    Shared(Spool),
}

impl<B: Incoming> Tapped<B> {
    /// Wraps a body; the spool holds what is read of it, for whoever sends it on.
    pub(crate) fn new(body: B, may_leave: bool) -> (Self, Option<Spool>) {
        if !may_leave {
            return (Self::Direct(body), None);
        }
        let spool = Spool(Arc::new(Mutex::new(State {
            body: Some(Box::pin(Named(body))),
            kept: VecDeque::new(),
            trailers: None,
            keeps: true,
            ended: false,
            lost: false,
        })));
        (Self::Shared(spool.clone()), Some(spool))
    }
}

impl<B: Incoming> Body for Tapped<B> {
    type Data = Bytes;
    type Error = Box<dyn StdError + Send + Sync>;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match self.get_mut() {
            Self::Direct(body) => Pin::new(body).poll_frame(context).map_err(Into::into),
            Self::Shared(spool) => spool.0.lock().poll(context).map_err(Into::into),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Direct(body) => body.is_end_stream(),
            Self::Shared(spool) => spool
                .0
                .lock()
                .body
                .as_ref()
                .is_none_or(|body| body.is_end_stream()),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Direct(body) => body.size_hint(),
            Self::Shared(spool) => spool
                .0
                .lock()
                .body
                .as_ref()
                .map(|body| body.size_hint())
                .unwrap_or_default(),
        }
    }
}

/// A body that is read in one place and, when nobody there had a use for it, sent on from another.
#[derive(Clone)]
pub(crate) struct Spool(Arc<Mutex<State>>);

type Wire = Pin<Box<dyn Body<Data = Bytes, Error = BodyError> + Send + Sync>>;

struct State {
    /// What is not read yet; nothing once it is sent on.
    body: Option<Wire>,
    /// What is read already.
    kept: VecDeque<Bytes>,
    trailers: Option<HeaderMap>,
    keeps: bool,
    ended: bool,
    /// Something was read and not kept.
    lost: bool,
}

impl State {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let Some(body) = &mut self.body else {
            return Poll::Ready(None);
        };
        let frame = match ready!(body.as_mut().poll_frame(context)) {
            Some(Ok(frame)) => frame,
            Some(Err(error)) => {
                self.lost = true;
                return Poll::Ready(Some(Err(error)));
            }
            None => {
                self.ended = true;
                return Poll::Ready(None);
            }
        };
        // Trailers end a body, and not every reader polls for more behind them.
        self.ended |= frame.is_trailers();
        if !self.keeps {
            self.lost = true;
        } else if let Some(data) = frame.data_ref() {
            self.kept.push_back(data.clone());
        } else {
            self.trailers = frame.trailers_ref().cloned();
        }
        Poll::Ready(Some(Ok(frame)))
    }
}

impl Spool {
    /// What is read from here on is not kept: it streams, or it will not be sent on.
    pub(crate) fn stop_keeping(&self) {
        let mut state = self.0.lock();
        state.keeps = false;
        state.lost |= !state.kept.is_empty();
        state.kept = VecDeque::new();
    }

    /// The whole body as it came; `None` when a part of it is gone.
    pub(super) fn take(&self) -> Option<Raw> {
        let mut state = self.0.lock();
        if state.lost {
            return None;
        }
        let body = state.body.take()?;
        let ended = state.ended || body.is_end_stream();
        Some(Raw {
            kept: std::mem::take(&mut state.kept),
            rest: (!ended).then_some(body),
            trailers: state.trailers.take(),
            streams: !state.keeps,
        })
    }
}

/// A body as it came: what was read of it already, then the rest from the wire.
pub(super) struct Raw {
    kept: VecDeque<Bytes>,
    rest: Option<Wire>,
    trailers: Option<HeaderMap>,
    streams: bool,
}

impl Raw {
    /// Whether nobody has read it, nor verified it, before.
    pub(super) fn streams(&self) -> bool {
        self.streams
    }

    /// The body's bytes, where all of them are here.
    pub(super) fn whole(&self) -> Option<impl Iterator<Item = &Bytes>> {
        self.rest.is_none().then(|| self.kept.iter())
    }
}

impl Body for Raw {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        if let Some(data) = this.kept.pop_front() {
            return Poll::Ready(Some(Ok(Frame::data(data))));
        }
        if let Some(rest) = &mut this.rest {
            return rest.as_mut().poll_frame(context);
        }
        Poll::Ready(
            this.trailers
                .take()
                .map(|trailers| Ok(Frame::trailers(trailers))),
        )
    }

    fn is_end_stream(&self) -> bool {
        self.kept.is_empty()
            && self.trailers.is_none()
            && self.rest.as_ref().is_none_or(|rest| rest.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        let kept: u64 = self.kept.iter().map(|data| data.len() as u64).sum();
        let mut hint = self
            .rest
            .as_ref()
            .map_or_else(|| SizeHint::with_exact(0), |rest| rest.size_hint());
        if let Some(upper) = hint.upper() {
            hint.set_upper(upper + kept);
        }
        hint.set_lower(hint.lower() + kept);
        hint
    }
}

/// A body of a connection whose failures are told as the wire tells them.
struct Named<B>(B);

impl<B: Incoming> Body for Named<B> {
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
