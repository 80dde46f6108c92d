//! A blob on its way out, in chunks of bounded size.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    ops::Range,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_util::{Stream, TryStreamExt, stream};
use object_store::{GetResult, GetResultPayload};

use super::READ_CHUNK_BYTES;
use crate::StoreError;

/// The bytes of a blob: a stream of chunks of at most [`READ_CHUNK_BYTES`], whose length is known.
pub struct BlobStream {
    chunks: Chunks,
    left: u64,
}

enum Chunks {
    /// What is short is in memory.
    Whole(Bytes),
    File(Pin<Box<dyn Stream<Item = Result<Bytes, StoreError>> + Send>>),
}

impl BlobStream {
    pub(super) fn of_bytes(bytes: Bytes) -> Self {
        Self {
            left: bytes.len() as u64,
            chunks: Chunks::Whole(bytes),
        }
    }

    pub(super) fn new(found: GetResult) -> Self {
        let left = found.range.end - found.range.start;
        let chunks: Pin<Box<dyn Stream<Item = _> + Send>> = match found.payload {
            // The store's own reader hands out 8 KiB at a time, one trip to another thread each.
            GetResultPayload::File(file, _) => Box::pin(read_file(file, found.range)),
            GetResultPayload::Stream(stream) => Box::pin(stream.err_into()),
        };
        Self {
            chunks: Chunks::File(chunks),
            left,
        }
    }

    /// Bytes that are still to come.
    #[must_use]
    pub fn remaining(&self) -> u64 {
        self.left
    }
}

impl Stream for BlobStream {
    type Item = Result<Bytes, StoreError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = match &mut self.chunks {
            Chunks::Whole(bytes) => {
                let bytes = std::mem::take(bytes);
                Poll::Ready((!bytes.is_empty()).then_some(Ok(bytes)))
            }
            Chunks::File(chunks) => chunks.as_mut().poll_next(cx),
        };
        if let Poll::Ready(Some(Ok(chunk))) = &polled {
            self.left = self.left.saturating_sub(chunk.len() as u64);
        }
        polled
    }
}

impl std::fmt::Debug for BlobStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BlobStream")
            .field("remaining", &self.left)
            .finish_non_exhaustive()
    }
}

fn read_file(file: File, range: Range<u64>) -> impl Stream<Item = Result<Bytes, StoreError>> {
    stream::try_unfold((file, range), async |(mut file, range)| {
        if range.is_empty() {
            return Ok(None);
        }
        let read = tokio::task::spawn_blocking(move || {
            let want = (range.end - range.start).min(READ_CHUNK_BYTES as u64);
            let mut chunk = Vec::with_capacity(READ_CHUNK_BYTES.min(want as usize));
            file.seek(SeekFrom::Start(range.start))?;
            if (&file).take(want).read_to_end(&mut chunk)? as u64 != want {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            let rest = range.start + want..range.end;
            Ok::<_, std::io::Error>((Bytes::from(chunk), (file, rest)))
        });
        // The task neither panics nor is aborted, unless the runtime is shutting down.
        Ok(Some(read.await.map_err(std::io::Error::other)??))
    })
}
