//! The last decisions, for whoever asks and whoever listens.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::broadcast;

use crate::decision::Decision;

/// How many decisions are kept.
pub const MAX_DECISIONS: usize = 1_000;

/// How many decisions a listener may fall behind before it loses the oldest.
pub const MAX_BEHIND: usize = 256;

/// A bounded ring of decisions, and their stream.
#[derive(Debug)]
pub struct Ring {
    last: Mutex<VecDeque<Arc<Decision>>>,
    listeners: broadcast::Sender<Arc<Decision>>,
}

/// Which decisions [`Ring::last`] gives.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only those of this principal, by the ARN that decisions name it by.
    pub principal: Option<String>,
    /// Only denials, those of soft mode included.
    pub denied: bool,
}

impl Filter {
    /// Whether a decision passes.
    pub fn passes(&self, decision: &Decision) -> bool {
        (!self.denied || !decision.is_allowed())
            && self
                .principal
                .as_ref()
                .is_none_or(|wanted| *wanted == decision.principal)
    }
}

impl Default for Ring {
    fn default() -> Self {
        Self {
            last: Mutex::new(VecDeque::with_capacity(MAX_DECISIONS)),
            listeners: broadcast::Sender::new(MAX_BEHIND),
        }
    }
}

impl Ring {
    /// Keeps a decision, in the oldest one's place when the ring is full.
    pub fn push(&self, decision: Arc<Decision>) {
        if self.listeners.receiver_count() > 0 {
            // Fails only when the last listener has just left.
            let _ = self.listeners.send(Arc::clone(&decision));
        }
        let oldest = {
            let mut last = self.last.lock();
            let oldest = (last.len() == MAX_DECISIONS)
                .then(|| last.pop_front())
                .flatten();
            last.push_back(decision);
            oldest
        };
        drop(oldest);
    }

    /// The newest `limit` decisions that pass the filter, newest first.
    pub fn last(&self, filter: &Filter, limit: usize) -> Vec<Arc<Decision>> {
        self.last
            .lock()
            .iter()
            .rev()
            .filter(|decision| filter.passes(decision))
            .take(limit)
            .cloned()
            .collect()
    }

    /// The decisions from now on. A listener that falls more than [`MAX_BEHIND`] behind is told
    /// how many it lost.
    pub fn listen(&self) -> broadcast::Receiver<Arc<Decision>> {
        self.listeners.subscribe()
    }

    /// Forgets all decisions.
    pub fn clear(&self) {
        self.last.lock().clear();
    }
}
