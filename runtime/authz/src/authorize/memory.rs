//! What was judged already, for as long as nothing changes.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use hashbrown::{Equivalent, HashMap};
use parking_lot::RwLock;
use stockade_spec::{Caller, RequestContext, Session};

use crate::compiled::make_room;
use crate::decision::Verdict;
use crate::fill::Captured;

/// How many questions are remembered.
const MAX_QUESTIONS: usize = 4_096;

/// The most verdicts that are remembered of a question, and the most bytes of its input: what is larger is seldom asked
/// twice.
const MAX_VERDICTS: usize = 8;
const MAX_BYTES: usize = 2_048;

/// Verdicts by question.
///
/// INVARIANT: verdicts in which no condition key had a part are a function of the state and of the [`Question`]. They are
/// kept for one revision of the state, which was read before anything else was: any change, of whatever policy, boundary,
/// group, organization or resource, makes all of them unfit at once.
#[derive(Debug, Default)]
pub(super) struct Memory {
    kept: RwLock<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    revision: u64,
    verdicts: HashMap<Asked, Arc<[Verdict]>>,
}

impl Memory {
    /// The verdicts on a question at this revision of the state.
    pub(super) fn recall(&self, revision: u64, question: &Question<'_>) -> Option<Arc<[Verdict]>> {
        let kept = self.kept.read();
        if kept.revision != revision {
            return None;
        }
        kept.verdicts.get(question).cloned()
    }

    /// Keeps the verdicts on a question, in which no condition key had a part, unless it is the first at its revision.
    pub(super) fn keep(&self, revision: u64, question: &Question<'_>, verdicts: &Arc<[Verdict]>) {
        let bytes: usize = question.captured.texts().map(str::len).sum();
        if verdicts.len() > MAX_VERDICTS || bytes > MAX_BYTES {
            return;
        }
        let mut kept = self.kept.write();
        match kept.revision.cmp(&revision) {
            Ordering::Equal => {
                make_room(&mut kept.verdicts, MAX_QUESTIONS);
                kept.verdicts.insert(question.asked(), Arc::clone(verdicts));
            }
            // Where each request writes, a revision sees one question, and to keep that would be in vain.
            Ordering::Less => {
                kept.verdicts.clear();
                kept.revision = revision;
            }
            // Whoever read an older state comes too late.
            Ordering::Greater => {}
        }
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
#[derive(Debug, PartialEq, Eq)]
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
}

impl Equivalent<Asked> for Question<'_> {
    fn equivalent(&self, asked: &Asked) -> bool {
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

// Both are told apart by what differs most; the rest is compared.

impl Hash for Question<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash(state, self.operation, &self.context.caller, self.captured);
    }
}

impl Hash for Asked {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash(state, self.operation, &self.caller, &self.captured);
    }
}

fn hash(state: &mut impl Hasher, operation: &str, caller: &Caller, captured: &Captured) {
    state.write(operation.as_bytes());
    state.write(caller.arn().unwrap_or_default().as_bytes());
    captured
        .texts()
        .for_each(|text| state.write(text.as_bytes()));
}
