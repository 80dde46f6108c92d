//! Immutable byte strings of any size, beside the records that name them.
//!
//! A body is held in memory up to [`MAX_INLINE_BLOB_BYTES`]; a longer one flows through to a file,
//! [`WRITE_PART_BYTES`] at a time, and is read back [`READ_CHUNK_BYTES`] at a time, so that memory
//! does not grow with the object. How large a body may be is for the service to say.

mod generation;
mod read;

use std::{fmt, ops::Range, pin::pin, sync::Arc};

use bytes::Bytes;
use futures_util::{FutureExt, Stream, TryStreamExt};
use parking_lot::RwLock;
use serde::{Deserialize, Serialize};

use self::generation::{Generation, Sink};
pub use self::read::BlobStream;
use crate::StoreError;

/// Longest body in bytes that is kept in memory.
pub const MAX_INLINE_BLOB_BYTES: usize = 256 * 1024;

/// A long body is written in parts of at least this many bytes.
pub const WRITE_PART_BYTES: usize = 1024 * 1024;

/// A blob is read in chunks of at most this many bytes.
pub const READ_CHUNK_BYTES: usize = 512 * 1024;

/// Names a blob; belongs into the record that owns it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BlobRef {
    /// Unguessable, and never used twice.
    pub id: String,
    /// Length in bytes.
    pub len: u64,
}

/// Why a body was not stored. Nothing of it is left.
#[derive(Debug)]
pub enum PutError<E> {
    /// The body's own stream failed.
    Body(E),
    /// The store failed.
    Store(StoreError),
}

impl<E: fmt::Display> fmt::Display for PutError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Body(error) => write!(f, "the body could not be read: {error}"),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl<E: std::error::Error + 'static> std::error::Error for PutError<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Body(error) => Some(error),
            Self::Store(error) => Some(error),
        }
    }
}

/// All blobs of a store. A clone is another handle on the same blobs.
#[derive(Clone)]
pub struct Blobs {
    /// Replaced as a whole by a reset, so that what is in flight cannot leak into the new state.
    current: Arc<RwLock<Arc<Generation>>>,
}

impl Blobs {
    /// Blobs that live as long as this process: short ones in memory, long ones in a private
    /// directory below the system's temporary one, which is made when it is first needed.
    pub(crate) fn temporary() -> Self {
        Self {
            current: Arc::new(RwLock::new(Arc::new(Generation::new()))),
        }
    }

    /// Stores a body. Its bytes vanish again unless the caller [keeps](Staged::keep) them.
    ///
    /// # Errors
    ///
    /// [`PutError::Body`] as soon as the body yields an error, [`PutError::Store`] if the bytes
    /// cannot be written. A caller that goes away half-way leaves nothing behind either.
    pub async fn put<S, E>(&self, body: S) -> Result<Staged, PutError<E>>
    where
        S: Stream<Item = Result<Bytes, E>>,
    {
        let generation = self.generation();
        let mut sink = Sink::new(Arc::clone(&generation));
        let mut body = pin!(body);
        loop {
            match body.try_next().await {
                Ok(Some(bytes)) => sink.push(bytes).await.map_err(PutError::Store)?,
                Ok(None) => break,
                Err(error) => {
                    sink.abort().await;
                    return Err(PutError::Body(error));
                }
            }
        }
        let blob = sink.finish().await.map_err(PutError::Store)?;
        let staged = Staged {
            blob,
            owner: Some(Arc::clone(&generation)),
        };
        if Arc::ptr_eq(&generation, &self.generation()) {
            Ok(staged)
        } else {
            Err(PutError::Store(StoreError::BlobReset))
        }
    }

    /// Stores bytes that are in memory already; otherwise as [`Blobs::put`].
    ///
    /// # Errors
    ///
    /// If the bytes cannot be written.
    pub async fn put_bytes(&self, bytes: Bytes) -> Result<Staged, StoreError> {
        let body = futures_util::stream::iter([Ok::<_, StoreError>(bytes)]);
        self.put(body).await.map_err(|error| match error {
            PutError::Body(error) | PutError::Store(error) => error,
        })
    }

    /// Reads a blob, or the part of it that `range` tells (bytes from 0, end exclusive).
    ///
    /// A reader that has begun goes on to the end even if the blob is deleted meanwhile.
    ///
    /// # Errors
    ///
    /// [`StoreError::BlobNotFound`], [`StoreError::BlobRange`], and failures to read.
    pub async fn get(
        &self,
        blob: &BlobRef,
        range: Option<Range<u64>>,
    ) -> Result<BlobStream, StoreError> {
        let range = range.unwrap_or(0..blob.len);
        if range.start > range.end || range.end > blob.len {
            return Err(StoreError::BlobRange {
                start: range.start,
                end: range.end,
                len: blob.len,
            });
        }
        self.generation().read(blob, range).await
    }

    /// Deletes a blob; one that is gone already is no error.
    ///
    /// # Errors
    ///
    /// If the file cannot be removed.
    pub async fn delete(&self, blob: &BlobRef) -> Result<(), StoreError> {
        self.generation().delete(blob).await
    }

    /// Forgets all blobs at once.
    pub(crate) async fn reset(&self) {
        let previous = std::mem::replace(&mut *self.current.write(), Arc::new(Generation::new()));
        // The last owner removes the directory, which may hold a great deal.
        if tokio::task::spawn_blocking(move || drop(previous))
            .await
            .is_err()
        {
            tracing::warn!("the temporary directory of the blobs could not be removed");
        }
    }

    fn generation(&self) -> Arc<Generation> {
        Arc::clone(&self.current.read())
    }
}

impl fmt::Debug for Blobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blobs").finish_non_exhaustive()
    }
}

/// A stored body that no record names yet. Dropped, it takes its bytes along; so a refused
/// transaction or a caller gone away leaves nothing behind.
#[must_use = "the bytes are deleted again unless they are kept"]
pub struct Staged {
    blob: BlobRef,
    /// Taken when the blob is kept.
    owner: Option<Arc<Generation>>,
}

impl Staged {
    /// What the record will name.
    #[must_use]
    pub fn blob(&self) -> &BlobRef {
        &self.blob
    }

    /// The record is committed: the blob stays until it is deleted.
    pub fn keep(mut self) -> BlobRef {
        self.owner = None;
        self.blob.clone()
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        let Some(owner) = self.owner.take() else {
            return;
        };
        let blob = self.blob.clone();
        let discard = async move {
            if let Err(error) = owner.delete(&blob).await {
                tracing::warn!(%error, "an abandoned blob could not be deleted");
            }
        };
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(discard)),
            // Without a runtime nothing in there waits.
            Err(_) => drop(discard.now_or_never()),
        }
    }
}

impl fmt::Debug for Staged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Staged").field(&self.blob).finish()
    }
}

#[cfg(test)]
mod tests;
