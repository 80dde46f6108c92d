//! From a request to its decision.

mod acting;
mod doubt;
mod judge;
mod memory;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use hashbrown::HashMap;
use stockade_spec::directory::{Directory, Organizations};
use stockade_spec::permission::Class;
use stockade_spec::{Caller, RequestContext, Service};

use crate::compiled::Cache;
use crate::decision::{Decision, Refusal, Verdict};
use crate::examination::{Examination, Witness};
use crate::fill;
use crate::guards::Guards;
use crate::ledger::{Ledger, Report};
use crate::request::{Needs, Request, principal_name};
use crate::ring::Ring;

use judge::{Call, Judged, root, scope};
use memory::{Memory, Question, Remembered};

/// Whether decisions are made, and whether they bind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Nothing is decided.
    Off,
    /// Denials are told, and the request goes through.
    Soft,
    /// Denials bind.
    Enforce,
}

/// Decides who may do what.
pub struct Authorizer {
    mode: Mode,
    directory: Arc<dyn Directory>,
    /// The typed services by action prefix, for facts of resources that are not the called
    /// service's own (the role that `iam:PassRole` names).
    services: HashMap<&'static str, Arc<dyn Service>>,
    guards: Guards,
    cache: Cache,
    memory: Memory,
    ring: Ring,
    ledger: Ledger,
}

impl Authorizer {
    /// An authorizer over the keeper of identities and the services that have state.
    pub fn new(
        mode: Mode,
        directory: Arc<dyn Directory>,
        services: impl IntoIterator<Item = Arc<dyn Service>>,
    ) -> Self {
        Self {
            mode,
            directory,
            services: services
                .into_iter()
                .map(|service| (service.id(), service))
                .collect(),
            guards: Guards::default(),
            cache: Cache::default(),
            memory: Memory::default(),
            ring: Ring::default(),
            ledger: Ledger::default(),
        }
    }

    /// The same, with the control policies of organizations.
    #[must_use]
    pub fn with_organizations(mut self, organizations: Arc<dyn Organizations>) -> Self {
        self.guards = Guards::new(organizations);
        self
    }

    /// Whether decisions are made, and whether they bind.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// The keeper of identities.
    pub fn directory(&self) -> &dyn Directory {
        &*self.directory
    }

    /// The last decisions.
    pub fn ring(&self) -> &Ring {
        &self.ring
    }

    /// What principals needed.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The smallest policy for what a principal did, with what differs from the policies that it has now; `None` for one
    /// that did nothing. With `general`, resources are told by their [general form](crate::ledger::generalise).
    pub fn report(&self, principal: &str, general: bool) -> Option<Report> {
        let deeds = self.ledger.deeds(principal)?;
        let profile = self
            .cache
            .profile(&*self.directory, &deeds.account, &deeds.caller);
        Some(deeds.report(principal, general, profile))
    }

    /// Decides on a request, keeps the decision, and writes a denial to the log. `None`: there was
    /// nothing to decide, because enforcement is off or AWS needs no permission for the operation.
    pub fn authorize(&self, request: &Request<'_>) -> Option<Arc<Decision>> {
        if self.mode == Mode::Off || is_free(request) {
            return None;
        }
        let decision = self.decision(request, request.context, self.verdicts(request, None));
        self.ledger.note(request.context, &decision);
        Some(self.keep(decision))
    }

    /// Keeps a decision, and writes a denial to the log.
    fn keep(&self, decision: Decision) -> Arc<Decision> {
        let decision = Arc::new(decision);
        if !decision.is_allowed() {
            crate::render::log::write(&decision);
        }
        self.ring.push(Arc::clone(&decision));
        decision
    }

    /// Decides on a request that nobody makes, as enforcement would, and tells all that the decision is made from. Nothing
    /// is kept of it. What services would do because of it is decided for those whom they act as, whatever becomes of the
    /// request itself. `refusal` says why the service takes no such request of this caller, whatever policies say. `None`:
    /// AWS needs no permission for the operation.
    pub fn examine(&self, request: &Request<'_>, refusal: Option<String>) -> Option<Examination> {
        if is_free(request) {
            return None;
        }
        let witness = Witness::default();
        let mut then = Vec::new();
        let (verdicts, hearings) = match refusal {
            Some(why) => (Err(why), Vec::new()),
            None => {
                let verdicts = self.verdicts(request, Some(&witness));
                let heard = witness.take();
                then = self.consequences(request, Some(&witness));
                let hearings = if verdicts.is_ok() { heard } else { Vec::new() };
                (verdicts, hearings)
            }
        };
        for consequence in &mut then {
            consequence.decision.soft = false;
        }
        Some(Examination {
            decision: Decision {
                soft: false,
                ..self.decision(request, request.context, verdicts)
            },
            hearings,
            then,
        })
    }

    /// The decision on a request, or on what follows from it, for the principal of a context; an error refuses it whole.
    fn decision(
        &self,
        request: &Request<'_>,
        context: &RequestContext,
        verdicts: Result<Arc<[Verdict]>, String>,
    ) -> Decision {
        let (verdicts, refusal) = match verdicts {
            Ok(verdicts) => (verdicts, None),
            Err(why) => {
                let action = format!("{}:{}", request.service, request.operation);
                (Arc::default(), Some(Refusal { action, why }))
            }
        };
        Decision {
            request_id: context.request_id.clone(),
            time: context.now,
            principal: principal_name(&context.caller, context.partition, &context.account),
            account: context.account.clone(),
            anonymous: context.caller == Caller::Anonymous,
            service: request.service,
            operation: request.operation,
            verdicts,
            refusal,
            soft: self.mode == Mode::Soft,
        }
    }

    fn verdicts(
        &self,
        request: &Request<'_>,
        witness: Option<&Witness>,
    ) -> Result<Arc<[Verdict]>, String> {
        let context = request.context;
        let is_root = context.caller == Caller::Root;
        let Some(needs) = request
            .needs
            .filter(|needs| !needs.permissions.requirements.is_empty())
        else {
            // No template, no access: but the account's root needs none.
            return if is_root {
                Ok(Arc::default())
            } else {
                Err(format!(
                    "because no permission template is known for {}:{}, so only root may call it",
                    request.service, request.operation
                ))
            };
        };
        let root = root(context);
        let source = fill::Source {
            scope: scope(context, root.as_deref()),
            service: needs.service,
            header: request.facts.header,
        };
        let input = fill::Input::gather(needs.permissions, needs.input, source)
            .map_err(|error| format!("because the request's input cannot be read: {error}"))?;
        let question = Question {
            service: request.service,
            operation: request.operation,
            divisible: needs.divisible,
            context,
            captured: input.captured(),
        };
        let mut judged = Err("because nothing was judged".to_owned());
        let mut judge = || judged = self.judge_input(request, needs, &input, witness);
        // A witness hears nothing of what is remembered.
        if witness.is_some() {
            judge();
            return Ok(judged?.verdicts);
        }
        let hash = self.memory.hash(&question);
        if let Some(verdicts) = self.memory.recall(hash, &question) {
            return Ok(verdicts);
        }
        let basis = self.directory.observe(&mut judge);
        let judged = judged?;
        if let Some(basis) = basis.filter(|_| !judged.by_keys) {
            let verdicts = Arc::clone(&judged.verdicts);
            let remembered = Remembered { verdicts, basis };
            self.memory.keep(hash, &question, remembered);
        }
        Ok(judged.verdicts)
    }

    /// What an input needs, and what that comes to. It reads the state, and nothing before it does.
    fn judge_input(
        &self,
        request: &Request<'_>,
        needs: Needs<'_>,
        input: &fill::Input<'_>,
        witness: Option<&Witness>,
    ) -> Result<Judged, String> {
        let required = input.needs();
        if required.is_empty() && request.context.caller != Caller::Root {
            if needs.divisible && input.answers_for_nothing() {
                return Ok(Judged::default());
            }
            return Err(
                "because none of the permissions of this operation applies to the request"
                    .to_owned(),
            );
        }
        let call = Call {
            context: request.context,
            facts: &request.facts,
            service: needs.service,
            divisible: needs.divisible,
            via: None,
            witness,
        };
        self.judge(&call, required)
    }
}

/// Whether AWS needs no permission for the operation.
fn is_free(request: &Request<'_>) -> bool {
    let is_free = |needs: Needs<'_>| needs.permissions.class != Class::Requirements;
    request.needs.is_some_and(is_free)
}
