//! The engine that keeps everything in memory.
//!
//! The state is a persistent ordered map: a writer works on its own version, which shares all it
//! does not touch, and publishes it by replacing the current one.

use parking_lot::{Mutex, RwLock};
use tokio::sync::watch;

use crate::{
    Snapshot, StoreError, WriteTx,
    store::{Body, Engine, EngineFuture, Verdict},
};

pub(crate) struct MemoryEngine {
    /// Held for the length of a write transaction: one writer at a time.
    writer: Mutex<()>,
    /// Locked only to clone or to replace, so that readers do not wait for writers.
    current: RwLock<Snapshot>,
    revision: watch::Sender<u64>,
}

impl MemoryEngine {
    pub(crate) fn new() -> Self {
        Self {
            writer: Mutex::new(()),
            current: RwLock::new(Snapshot::default()),
            revision: watch::Sender::new(0),
        }
    }

    fn run(&self, body: Body<'_>) {
        let writing = self.writer.lock();
        let mut tx = WriteTx::new(self.snapshot());
        let Verdict::Commit = body(&mut tx) else {
            return;
        };
        let Some(next) = tx.into_next() else {
            return;
        };
        let revision = next.at();
        let previous = std::mem::replace(&mut *self.current.write(), next);
        self.revision.send_replace(revision);
        drop(writing);
        // Freeing the last reference to a large state takes time; no lock is held by now.
        drop(previous);
    }
}

impl Engine for MemoryEngine {
    fn snapshot(&self) -> Snapshot {
        self.current.read().clone()
    }

    fn write<'a>(&'a self, body: Body<'a>) -> EngineFuture<'a> {
        Box::pin(async move {
            self.run(body);
            Ok::<(), StoreError>(())
        })
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.revision.subscribe()
    }
}
