//! The handle that everyone holds.

use std::{pin::Pin, sync::Arc};

use tokio::sync::watch;

use crate::{Blobs, Reads, Snapshot, StoreError, WriteTx, memory::MemoryEngine, reads};

/// What a transaction's body tells the engine.
pub(crate) enum Verdict {
    Commit,
    Rollback,
}

/// A transaction's body, its result kept by the caller.
pub(crate) type Body<'a> = &'a mut (dyn FnMut(&mut WriteTx) -> Verdict + Send);

pub(crate) type EngineFuture<'a> =
    Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + 'a>>;

/// Where the records live. Object-safe, so that the choice is made at start-up.
pub(crate) trait Engine: Send + Sync {
    /// The last committed state, in O(1).
    fn snapshot(&self) -> Snapshot;

    /// Runs the body at least once, and ends only when the outcome of its last run is decided: all
    /// of it visible and as durable as the engine promises, or none of it.
    fn write<'a>(&'a self, body: Body<'a>) -> EngineFuture<'a>;

    /// Tells of each committed revision.
    fn changes(&self) -> watch::Receiver<u64>;
}

/// All state of a running Stockade. A clone is another handle on the same state.
#[derive(Clone)]
pub struct Store {
    engine: Arc<dyn Engine>,
    blobs: Blobs,
}

impl Store {
    /// An empty store that lives as long as its handles.
    #[must_use]
    pub fn in_memory() -> Self {
        Self {
            engine: Arc::new(MemoryEngine::new()),
            blobs: Blobs::temporary(),
        }
    }

    /// The last committed state, in O(1) and without waiting: for hot paths that only read.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.engine.snapshot()
    }

    /// Reads from one consistent state.
    ///
    /// The closure may run more than once, and may fail in whatever way its `T` says.
    pub async fn read<T, F>(&self, mut body: F) -> T
    where
        F: FnMut(&Snapshot) -> T,
    {
        body(&self.snapshot())
    }

    /// Runs work that reads from this store, in snapshots that it takes itself, and tells what it read. Once that no longer
    /// [stands](Reads::stand), the work would have to be done again.
    pub fn observe<T>(&self, work: impl FnOnce() -> T) -> (T, Reads) {
        reads::of(&self.snapshot(), work)
    }

    /// Runs a transaction: `Ok` commits all that it wrote, `Err` none of it.
    ///
    /// The closure may run more than once. Keep its effects to the transaction.
    ///
    /// # Errors
    ///
    /// The closure's own, and the engine's [`StoreError`].
    pub async fn write<T, E, F>(&self, mut body: F) -> Result<T, E>
    where
        F: FnMut(&mut WriteTx) -> Result<T, E> + Send,
        T: Send,
        E: From<StoreError> + Send,
    {
        let mut outcome = None;
        let mut run = |tx: &mut WriteTx| {
            let result = body(tx);
            let verdict = if result.is_ok() {
                Verdict::Commit
            } else {
                Verdict::Rollback
            };
            outcome = Some(result);
            verdict
        };
        self.engine.write(&mut run).await?;
        outcome.expect("an engine runs the body at least once")
    }

    /// The revision of the last commit, and word of each new one. A slow receiver skips to the
    /// newest; nothing queues up.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.engine.changes()
    }

    /// Large immutable byte strings.
    #[must_use]
    pub fn blobs(&self) -> &Blobs {
        &self.blobs
    }

    /// Forgets everything, records in one commit and all blobs with them.
    ///
    /// # Errors
    ///
    /// The engine's [`StoreError`].
    pub async fn reset(&self) -> Result<(), StoreError> {
        self.write(|tx| {
            tx.clear();
            Ok::<_, StoreError>(())
        })
        .await?;
        self.blobs.reset().await;
        Ok(())
    }

    /// Removes what lies on disk for this process only. Called once, at the end; handles may
    /// outlive it, and find the blobs gone.
    pub async fn shutdown(&self) {
        self.blobs.reset().await;
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("state", &self.snapshot())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
