//! What was judged already, for as long as nothing changes that it was judged by.

use std::hash::{BuildHasher, Hash, Hasher};
use std::iter::repeat_with;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hashbrown::{DefaultHashBuilder, HashTable};
use parking_lot::RwLock;
use stockade_spec::directory::Basis;
use stockade_spec::{Caller, RequestContext, Session};

use crate::decision::Verdict;
use crate::fill::Captured;

/// How many questions are remembered.
const MAX_QUESTIONS: usize = 4_096;

/// How many questions are known to have been asked before.
const MAX_ASKED: usize = 4_096;

/// The most verdicts that are remembered of a question, and the most bytes of its input: what is larger is seldom asked
/// twice.
const MAX_VERDICTS: usize = 8;
const MAX_BYTES: usize = 2_048;

/// Verdicts by question.
///
/// INVARIANT: verdicts in which no condition key had a part are a function of the [`Question`] and of the state that was
/// read for them. They are given again while that [stands](Basis::stands): any change of it, of whatever policy, boundary,
/// group, organization or resource, makes them unfit at once.
#[derive(Debug)]
pub(super) struct Memory {
    hasher: DefaultHashBuilder,
    kept: RwLock<HashTable<Kept>>,
    /// The hashes of questions that were asked, each in its place. A question is kept when it is asked again: many, as those
    /// of a new object, never are.
    asked: Box<[AtomicU64]>,
}

/// Verdicts, and the state that they were made from.
#[derive(Debug)]
pub(super) struct Remembered {
    pub(super) verdicts: Arc<[Verdict]>,
    pub(super) basis: Box<dyn Basis>,
}

#[derive(Debug)]
struct Kept {
    hash: u64,
    asked: Asked,
    remembered: Remembered,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            hasher: DefaultHashBuilder::default(),
            kept: RwLock::default(),
            asked: repeat_with(AtomicU64::default).take(MAX_ASKED).collect(),
        }
    }
}

impl Memory {
    /// The hash that a question is found by.
    pub(super) fn hash(&self, question: &Question<'_>) -> u64 {
        self.hasher.hash_one(question)
    }

    /// The verdicts on a question, if all that they were made from stands.
    pub(super) fn recall(&self, hash: u64, question: &Question<'_>) -> Option<Arc<[Verdict]>> {
        let kept = self.kept.read();
        let kept = kept.find(hash, |kept| question.is(&kept.asked))?;
        let Remembered { verdicts, basis } = &kept.remembered;
        basis.stands().then(|| Arc::clone(verdicts))
    }

    /// Keeps the verdicts on a question, in which no condition key had a part, unless it is asked for the first time.
    pub(super) fn keep(&self, hash: u64, question: &Question<'_>, remembered: Remembered) {
        let bytes: usize = question.captured.texts().map(str::len).sum();
        if remembered.verdicts.len() > MAX_VERDICTS || bytes > MAX_BYTES || !self.again(hash) {
            return;
        }
        let mut kept = self.kept.write();
        if let Some(kept) = kept.find_mut(hash, |kept| question.is(&kept.asked)) {
            kept.remembered = remembered;
            return;
        }
        if kept.len() >= MAX_QUESTIONS {
            kept.clear();
        }
        let asked = question.asked();
        let new = Kept {
            hash,
            asked,
            remembered,
        };
        kept.insert_unique(hash, new, |kept| kept.hash);
    }

    /// Whether a question of this hash was asked lately; from now on, it was.
    fn again(&self, hash: u64) -> bool {
        let place = &self.asked[hash as usize % MAX_ASKED];
        place.swap(hash, Ordering::Relaxed) == hash
    }
}

/// All that verdicts depend on beside the state, where no condition key has a part in them.
pub(super) struct Question<'a> {
    pub(super) service: &'static str,
    pub(super) operation: &'static str,
    /// Whether verdicts are of single elements.
    pub(super) divisible: bool,
    pub(super) context: &'a RequestContext,
    /// What the operation's template makes use of.
    pub(super) captured: &'a Captured,
}

/// A [`Question`] that is kept.
#[derive(Debug)]
struct Asked {
    service: &'static str,
    operation: &'static str,
    divisible: bool,
    caller: Caller,
    session: Option<Arc<Session>>,
    account: String,
    region: String,
    partition: &'static str,
    captured: Captured,
}

impl Question<'_> {
    fn asked(&self) -> Asked {
        let context = self.context;
        Asked {
            service: self.service,
            operation: self.operation,
            divisible: self.divisible,
            caller: context.caller.clone(),
            session: context.session.clone(),
            account: context.account.clone(),
            region: context.region.clone(),
            partition: context.partition,
            captured: self.captured.clone(),
        }
    }

    fn is(&self, asked: &Asked) -> bool {
        let context = self.context;
        self.operation == asked.operation
            && self.service == asked.service
            && self.divisible == asked.divisible
            && *self.captured == asked.captured
            && context.caller == asked.caller
            && context.session == asked.session
            && context.account == asked.account
            && context.region == asked.region
            && context.partition == asked.partition
    }
}

/// Questions are told apart by what differs most; the rest is compared.
impl Hash for Question<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(self.operation.as_bytes());
        state.write(self.context.caller.arn().unwrap_or_default().as_bytes());
        for text in self.captured.texts() {
            state.write(text.as_bytes());
        }
    }
}
