//! Objects' bytes on their way out, and what happens to bytes that nobody names any more.
//!
//! A reader that has begun must be able to finish although its object is overwritten or deleted
//! meanwhile. Of an object in one blob the reader holds the blob itself open. Of one in pieces it
//! opens blob after blob, so it takes a lease on the manifest first: garbage under lease stays
//! until the last lease is returned.

use std::collections::HashMap;
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use bytes::Bytes;
use futures_util::{FutureExt, Stream, StreamExt, TryStreamExt, stream};
use http_body::{Frame, SizeHint};
use parking_lot::Mutex;
use stockade_store::{BlobRef, Blobs, MAX_INLINE_BLOB_BYTES, StoreError};

use crate::state::Garbage;

/// The leases of all readers of this process.
#[derive(Clone, Debug, Default)]
pub(crate) struct Leases {
    /// Transient by nature: a lease lasts as long as an answer is being sent.
    held: Arc<Mutex<HashMap<String, Held>>>,
}

#[derive(Debug, Default)]
struct Held {
    readers: usize,
    /// To be deleted with the last reader.
    garbage: Vec<BlobRef>,
}

/// A reader's claim on the blobs of a manifest.
pub(crate) struct Lease {
    leases: Leases,
    manifest: String,
    blobs: Blobs,
}

impl Leases {
    /// Takes a lease. Whoever takes one must look again whether the object still names the
    /// manifest: its blobs may have been deleted just before.
    pub(crate) fn take(&self, manifest: &str, blobs: &Blobs) -> Lease {
        let mut held = self.held.lock();
        held.entry(manifest.to_owned()).or_default().readers += 1;
        Lease {
            leases: self.clone(),
            manifest: manifest.to_owned(),
            blobs: blobs.clone(),
        }
    }

    /// Deletes garbage, once its readers are done. To be called after the commit that made it.
    pub(crate) fn discard(&self, blobs: &Blobs, garbage: Garbage) {
        if let Some(manifest) = &garbage.manifest
            && let Some(held) = self.held.lock().get_mut(manifest)
        {
            held.garbage.extend(garbage.blobs);
            return;
        }
        delete(blobs, garbage.blobs);
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut held = self.leases.held.lock();
        let Some(entry) = held.get_mut(&self.manifest) else {
            return;
        };
        entry.readers -= 1;
        if entry.readers > 0 {
            return;
        }
        let garbage = held.remove(&self.manifest).unwrap_or_default().garbage;
        drop(held);
        delete(&self.blobs, garbage);
    }
}

/// Deletes blobs. What takes time goes on apart from the request, which may end before they are gone.
fn delete(blobs: &Blobs, garbage: Vec<BlobRef>) {
    if garbage.is_empty() {
        return;
    }
    let blobs = blobs.clone();
    let mut delete = Box::pin(async move {
        for blob in &garbage {
            if let Err(error) = blobs.delete(blob).await {
                tracing::warn!(%error, "a blob that nothing names could not be deleted");
            }
        }
    });
    match tokio::runtime::Handle::try_current() {
        // Nothing waits for blobs in memory, and a task for them would only wake another thread.
        Ok(runtime) if (&mut delete).now_or_never().is_none() => drop(runtime.spawn(delete)),
        Ok(_) => {}
        Err(_) => tracing::warn!("blobs that nothing names are left behind: no runtime"),
    }
}

type Chunks = Pin<Box<dyn Stream<Item = Result<Bytes, StoreError>> + Send>>;

/// An answer's body: chunks, and how many bytes they are.
struct ObjectBody {
    /// Never contended: a lock makes it `Sync`, and is gone around by `get_mut`.
    chunks: Mutex<Chunks>,
    left: u64,
}

impl http_body::Body for ObjectBody {
    type Data = Bytes;
    type Error = StoreError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, StoreError>>> {
        let polled = self.chunks.get_mut().as_mut().poll_next(cx);
        polled.map(|chunk| {
            let chunk = chunk?;
            if let Ok(bytes) = &chunk {
                self.left = self.left.saturating_sub(bytes.len() as u64);
            }
            Some(chunk.map(Frame::data))
        })
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

fn stream_of(chunks: Chunks, len: u64) -> ByteStream {
    ByteStream::new(SdkBody::from_body_1_x(ObjectBody {
        chunks: Mutex::new(chunks),
        left: len,
    }))
}

/// Opens a part of one blob. A short one comes whole, without a stream behind it.
pub(crate) async fn open_blob(
    blobs: &Blobs,
    blob: &BlobRef,
    range: Range<u64>,
) -> Result<ByteStream, StoreError> {
    let len = range.end - range.start;
    let mut chunks = blobs.get(blob, Some(range)).await?;
    if len <= MAX_INLINE_BLOB_BYTES as u64 {
        let mut bytes = chunks.try_next().await?.unwrap_or_default();
        if (bytes.len() as u64) < len {
            let mut all = Vec::with_capacity(usize::try_from(len).unwrap_or(0));
            all.extend_from_slice(&bytes);
            while let Some(chunk) = chunks.try_next().await? {
                all.extend_from_slice(&chunk);
            }
            bytes = all.into();
        }
        return Ok(ByteStream::from(bytes));
    }
    Ok(stream_of(chunks.boxed(), len))
}

/// Opens a part of the concatenation of some blobs, each when it is reached.
pub(crate) fn open_pieces(
    blobs: &Blobs,
    pieces: impl IntoIterator<Item = BlobRef>,
    range: Range<u64>,
    lease: Lease,
) -> ByteStream {
    let mut offset = 0;
    let mut wanted = Vec::new();
    for blob in pieces {
        let start = range.start.max(offset) - offset;
        offset += blob.len;
        let end = blob.len - (offset - range.end.min(offset)).min(blob.len);
        if start < end {
            wanted.push((blob, start..end));
        }
    }
    let blobs = blobs.clone();
    let chunks = stream::iter(wanted)
        .then(move |(blob, range)| {
            let blobs = blobs.clone();
            async move { blobs.get(&blob, Some(range)).await }
        })
        .try_flatten()
        .map(move |chunk| {
            // The lease lives as long as the stream that owns this closure.
            let _ = &lease;
            chunk
        });
    stream_of(chunks.boxed(), range.end - range.start)
}

#[cfg(test)]
mod tests;
