//! Entries on their way to the log: gathered in memory, written by a thread of their own.
//!
//! Waking a thread for each entry costs a request more than the entry itself. So the thread writes
//! at once when it has been idle, and every [`PAUSE`] while entries come fast.

#[cfg(test)]
mod tests;

use std::io::{self, Write};
use std::mem;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};
use tracing_subscriber::fmt::MakeWriter;

/// Most bytes that wait to be written; beyond it, requests wait for the log.
const MAX_WAITING_BYTES: usize = 1024 * 1024;
/// For how long entries gather after some were written.
const PAUSE: Duration = Duration::from_millis(5);

/// Where entries are put; a clone is another handle on the same log.
#[derive(Clone)]
pub(crate) struct Entries(Arc<Shared>);

/// Dropped, it ends the thread once everything is written. An entry that comes later still is
/// written by whoever logs it.
pub(crate) struct Guard {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// What those who log and the thread share.
pub(crate) struct Shared {
    waiting: Mutex<Waiting>,
    /// There is something to write, or no more will come.
    filled: Condvar,
    /// There is room again.
    drained: Condvar,
    output: Mutex<Box<dyn Write + Send>>,
}

#[derive(Default)]
struct Waiting {
    bytes: Vec<u8>,
    /// The thread sleeps until somebody wakes it.
    idle: bool,
    /// The thread is to end.
    ended: bool,
}

impl Waiting {
    fn is_full(&self) -> bool {
        self.bytes.len() >= MAX_WAITING_BYTES
    }
}

/// Starts the thread that writes to `output`.
///
/// # Errors
///
/// When there can be no more threads.
pub(crate) fn start(output: impl Write + Send + 'static) -> io::Result<(Entries, Guard)> {
    let shared = Arc::new(Shared {
        waiting: Mutex::default(),
        filled: Condvar::new(),
        drained: Condvar::new(),
        output: Mutex::new(Box::new(output)),
    });
    let thread = thread::Builder::new().name("log".to_owned()).spawn({
        let shared = Arc::clone(&shared);
        move || shared.run()
    })?;
    let entries = Entries(Arc::clone(&shared));
    let thread = Some(thread);
    Ok((entries, Guard { shared, thread }))
}

impl Shared {
    /// The thread: writes until there is nothing left and no more will come.
    fn run(&self) {
        let mut batch = Vec::new();
        while self.take(&mut batch) {
            self.write(&batch);
            batch.clear();
            self.pause();
        }
    }

    /// Waits for entries and takes them; false when no more will come.
    fn take(&self, batch: &mut Vec<u8>) -> bool {
        let mut waiting = self.waiting.lock();
        while waiting.bytes.is_empty() {
            if waiting.ended {
                return false;
            }
            waiting.idle = true;
            self.filled.wait(&mut waiting);
        }
        waiting.idle = false;
        mem::swap(&mut waiting.bytes, batch);
        self.drained.notify_all();
        true
    }

    /// Lets entries gather, unless there is no room for more or none will come.
    fn pause(&self) {
        let until = Instant::now() + PAUSE;
        let mut waiting = self.waiting.lock();
        while !waiting.ended && !waiting.is_full() {
            if self.filled.wait_until(&mut waiting, until).timed_out() {
                return;
            }
        }
    }

    fn push(&self, bytes: &[u8]) {
        let mut waiting = self.waiting.lock();
        while waiting.is_full() && !waiting.ended {
            self.drained.wait(&mut waiting);
        }
        if waiting.ended {
            drop(waiting);
            return self.write(bytes);
        }
        waiting.bytes.extend_from_slice(bytes);
        if waiting.idle || waiting.is_full() {
            waiting.idle = false;
            self.filled.notify_one();
        }
    }

    fn write(&self, bytes: &[u8]) {
        // Whoever closed the log does not need it.
        let _ = self.output.lock().write_all(bytes);
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.shared.waiting.lock().ended = true;
        self.shared.filled.notify_one();
        self.shared.drained.notify_all();
        if let Some(thread) = self.thread.take() {
            // It does not panic; if it did, there would be nobody to tell.
            let _ = thread.join();
        }
    }
}

impl Write for &Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.push(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Entries {
    type Writer = &'a Shared;

    fn make_writer(&'a self) -> &'a Shared {
        &self.0
    }
}
