//! What was decided, and why: the one value that every rendering reads.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::SystemTime;

use stockade_policy::{self as policy, Attached, Effect, Layer, Resource};

/// The decision on one request.
#[derive(Debug, Clone)]
pub struct Decision {
    /// The request's id, as the answer's headers carry it.
    pub request_id: String,
    /// When the request arrived.
    pub time: SystemTime,
    /// Who called: an ARN, a service's name or `anonymous`.
    pub principal: String,
    /// The caller's account.
    pub account: String,
    /// Whether the caller is a stranger to every account: told less in S3's denials.
    pub anonymous: bool,
    /// The service's id, for example `lambda`.
    pub service: &'static str,
    /// The operation, for example `CreateFunction`.
    pub operation: &'static str,
    /// What each requirement came to, in the template's order; shared with other decisions on the same question.
    pub verdicts: Arc<[Verdict]>,
    /// Why the whole request is denied, whatever its verdicts: no template, a principal that is
    /// gone, a policy that cannot be read.
    pub refusal: Option<Refusal>,
    /// Denials are told, not enforced.
    pub soft: bool,
}

/// Why a request is denied before any policy is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The action that the message names.
    pub action: String,
    /// The reason, to follow `… is not authorized to perform: …`.
    pub why: String,
}

/// What one requirement came to.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// The action.
    pub action: &'static str,
    /// The resource.
    pub resource: Resource<'static>,
    /// The evaluator's decision.
    pub decision: policy::Decision,
    /// The layer that settled it.
    pub layer: Layer,
    /// AWS's words for a denial, or what could not be told of the request.
    pub reason: Option<String>,
    /// The statements that decided.
    pub statements: Vec<Spoken>,
    /// Whether the request could be told apart at all: a statement could allow it.
    pub filled: bool,
    /// The resource belongs to another account, which has to allow the call as well.
    pub cross_account: bool,
    /// The place in the input's list of the one element that this is about: a denial leaves that element out, and the
    /// request goes through for the others.
    pub element: Option<usize>,
    /// It is about a role that does not exist, and that the service makes once the call was let.
    pub of_missing: bool,
    /// Of a denial: the condition keys of the request with their values. Those of an allowed request are not kept.
    pub keys: Vec<(String, Vec<String>)>,
}

/// A statement that took part in a decision.
#[derive(Debug, Clone)]
pub struct Spoken {
    /// The layer it belongs to.
    pub layer: Layer,
    /// Its policy.
    pub policy: Attached,
    /// Its position in the policy, from 0.
    pub index: usize,
}

impl Decision {
    /// Whether the request may proceed; a denial of soft mode is still a denial here.
    pub fn is_allowed(&self) -> bool {
        self.refusal.is_none() && self.verdicts.iter().all(Verdict::is_allowed)
    }

    /// Whether the request is turned away as a whole.
    pub fn blocks(&self) -> bool {
        let whole = |verdict: &Verdict| !verdict.is_allowed() && verdict.element.is_none();
        !self.soft && (self.refusal.is_some() || self.verdicts.iter().any(whole))
    }

    /// The ARNs of the service-linked roles that are missing, and that the service makes once the call succeeded.
    pub fn missing_roles(&self) -> impl Iterator<Item = &str> {
        self.verdicts
            .iter()
            .filter(|verdict| verdict.of_missing)
            .filter_map(|verdict| verdict.resource.as_literal())
    }

    /// Whether the request goes through without what is denied of it.
    pub fn is_partial(&self) -> bool {
        !self.soft && !self.blocks() && !self.is_allowed()
    }

    /// The verdict that a denial's message speaks of, with the element that it is about: of each element, or of the
    /// request as a whole, the first explicit denial, else the first denial.
    pub fn denials(&self) -> BTreeMap<Option<usize>, &Verdict> {
        let mut denials: BTreeMap<Option<usize>, &Verdict> = BTreeMap::new();
        for verdict in self.verdicts.iter().filter(|verdict| !verdict.is_allowed()) {
            let told = denials.entry(verdict.element).or_insert(verdict);
            if verdict.is_explicit() && !told.is_explicit() {
                *told = verdict;
            }
        }
        denials
    }

    /// The verdict that the message of a request denied as a whole speaks of.
    pub fn first_denial(&self) -> Option<&Verdict> {
        self.denials().remove(&None)
    }

    /// How many elements of the input were decided on, each by itself.
    pub fn elements(&self) -> usize {
        let elements: BTreeSet<usize> = self
            .verdicts
            .iter()
            .filter_map(|verdict| verdict.element)
            .collect();
        elements.len()
    }
}

impl Verdict {
    /// Whether the requirement is met.
    pub fn is_allowed(&self) -> bool {
        self.decision == policy::Decision::Allowed
    }

    /// Whether a statement denies it.
    fn is_explicit(&self) -> bool {
        self.decision == policy::Decision::ExplicitlyDenied
    }
}

impl Spoken {
    /// Its effect.
    pub fn effect(&self) -> Effect {
        self.policy.policy.statements()[self.index].effect()
    }

    /// The statement's Sid, or its position where it has none.
    pub fn label(&self) -> String {
        match self.policy.policy.statements()[self.index].sid() {
            Some(sid) => sid.to_owned(),
            None => self.index.to_string(),
        }
    }
}
