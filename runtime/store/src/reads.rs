//! What a piece of work read, and whether it would read the same again.
//!
//! What is made from state can be kept for as long as the state that it was made from stands, and nobody has to say which
//! state that is: reading is what tells.
//!
//! INVARIANT: every method by which a [`Snapshot`] tells of state [notes](note) what was asked of it. Work is synchronous,
//! as transactions are, so that nothing else runs on its thread meanwhile; what it reads on other threads is not seen.

use std::cell::RefCell;

use crate::{Snapshot, key::Key};

/// What was read, as it was at one revision.
#[derive(Debug)]
pub struct Reads {
    revision: u64,
    read: Box<[Read]>,
}

/// What was asked of the state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Read {
    /// Its revision: any commit is a change.
    Revision,
    /// Records of a table, or its keys.
    Table(&'static str),
    /// Whether there is a record.
    Presence(Key, bool),
}

thread_local! {
    /// What the work at hand on this thread has read so far; `None` outside of work.
    static WORK: RefCell<Option<Vec<Read>>> = const { RefCell::new(None) };
}

/// Notes what is read, where somebody wants to know; `read` is made only then.
pub(crate) fn note(read: impl FnOnce() -> Read) {
    // A thread that ends does no work.
    let _ = WORK.try_with(|work| {
        if let Some(reads) = &mut *work.borrow_mut() {
            push(reads, read());
        }
    });
}

fn push(reads: &mut Vec<Read>, read: Read) {
    if !reads.contains(&read) {
        reads.push(read);
    }
}

/// Work at hand. It ends when this is dropped, by a panic too.
struct Work {
    /// The work that this is a part of.
    whole: Option<Vec<Read>>,
}

impl Work {
    fn begin() -> Self {
        Self {
            whole: WORK.replace(Some(Vec::new())),
        }
    }

    fn end(self) -> Vec<Read> {
        WORK.with_borrow(Clone::clone).unwrap_or_default()
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        let part = WORK.replace(self.whole.take());
        for read in part.into_iter().flatten() {
            note(|| read);
        }
    }
}

/// Runs work; what it read is told as of `before`, a state from before it began.
pub(crate) fn of<T>(before: &Snapshot, work: impl FnOnce() -> T) -> (T, Reads) {
    let at_hand = Work::begin();
    let made = work();
    let reads = Reads {
        revision: before.at(),
        read: at_hand.end().into(),
    };
    (made, reads)
}

impl Reads {
    /// Whether the work would read the same in this state, which must not be older than the work's end. A change that came
    /// while it was under way counts: what it read may be of either side.
    #[must_use]
    pub fn stand(&self, now: &Snapshot) -> bool {
        now.at() == self.revision
            || self.read.iter().all(|read| match read {
                Read::Revision => false,
                Read::Table(table) => now.written(table) <= self.revision,
                Read::Presence(key, was) => now.has(key) == *was,
            })
    }
}

#[cfg(test)]
mod tests;
