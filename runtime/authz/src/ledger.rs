//! What principals did: every permission that their requests needed, once, for as long as the process runs.
//!
//! Unlike the [`Ring`](crate::Ring) it forgets nothing: only resources are told less exactly where a principal uses
//! very many of them.

mod report;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;
use stockade_policy as policy;
use stockade_spec::{Caller, RequestContext};

use crate::compiled::Profile;
use crate::decision::{Decision, Verdict};

pub use report::{Report, Unused, generalise};

/// How many resources of one action are kept apart. Beyond, a resource is kept by its [general](generalise) form.
const MAX_RESOURCES: usize = 1_000;

/// How many general forms of one action are kept apart. Beyond, `*` stands for all.
const MAX_GENERAL: usize = 10_000;

/// The permissions that were needed, by principal.
#[derive(Debug, Default)]
pub struct Ledger {
    principals: Mutex<BTreeMap<String, Deeds>>,
}

/// What one principal did.
#[derive(Debug, Clone)]
pub(crate) struct Deeds {
    pub(crate) caller: Caller,
    pub(crate) account: String,
    pub(crate) needs: Needs,
}

/// Actions, the resources that each was needed on, and what came of it the last time.
pub(crate) type Needs = BTreeMap<&'static str, BTreeMap<String, policy::Decision>>;

impl Ledger {
    /// Keeps what a request needed. Root needs nothing, and services and strangers have no policies of their own: they
    /// are left out.
    pub(crate) fn note(&self, context: &RequestContext, decision: &Decision) {
        let name = match &context.caller {
            Caller::Root | Caller::Service { .. } | Caller::Anonymous => return,
            // Policies are the role's, not the session's.
            Caller::AssumedRole { role_arn, .. } => role_arn,
            Caller::User { arn, .. } | Caller::FederatedUser { arn, .. } => arn,
        };
        let mut principals = self.principals.lock();
        let deeds = match principals.get_mut(name) {
            Some(deeds) => deeds,
            None => principals.entry(name.clone()).or_insert(Deeds {
                caller: context.caller.clone(),
                account: context.account.clone(),
                needs: Needs::new(),
            }),
        };
        // A user that was made anew under the name of another goes on with its record, not with its policies.
        if deeds.caller != context.caller {
            deeds.caller.clone_from(&context.caller);
        }
        for verdict in decision.verdicts.iter() {
            deeds.note(verdict);
        }
    }

    /// The principals that did something, by ARN; sessions go by their role.
    pub fn principals(&self) -> Vec<String> {
        self.principals.lock().keys().cloned().collect()
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.principals.lock().clear();
    }

    pub(crate) fn deeds(&self, principal: &str) -> Option<Deeds> {
        self.principals.lock().get(principal).cloned()
    }
}

impl Deeds {
    fn note(&mut self, verdict: &Verdict) {
        if !verdict.filled {
            return;
        }
        let resources = self.needs.entry(verdict.action).or_default();
        let resource = verdict.resource.pattern();
        // Most requests need what others needed before them.
        if let Some(decision) = resources.get_mut(&*resource) {
            *decision = verdict.decision;
            return;
        }
        let key = if resources.len() < MAX_RESOURCES {
            resource.into_owned()
        } else if resources.len() < MAX_GENERAL {
            generalise(&resource)
        } else {
            "*".to_owned()
        };
        resources.insert(key, verdict.decision);
    }

    pub(crate) fn report(
        &self,
        principal: &str,
        general: bool,
        profile: Option<Arc<Profile>>,
    ) -> Report {
        let identity = profile
            .as_deref()
            .map(|profile| profile.identity.as_slice());
        Report::new(
            principal,
            &self.needs,
            general,
            identity.unwrap_or_default(),
        )
    }
}
