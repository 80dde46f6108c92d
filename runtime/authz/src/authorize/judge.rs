//! What each need of a call comes to: the policies and the state that bear on it, put before the evaluator.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::Arc;

use stockade_policy::language::is_account_id;
use stockade_policy::{
    self as policy, Attached, Context, Layer, PolicyKind, PolicySet, Principal, Resource,
    ResourceRole, Rules, evaluate, split_arn,
};
use stockade_spec::resolve::{PolicyRole, ResourceFacts, Scope, StateKeys};
use stockade_spec::{Caller, RequestContext, Service};

use super::{Authorizer, doubt};
use crate::compiled::Profile;
use crate::context;
use crate::decision::{Spoken, Verdict};
use crate::examination::{Hearing, Witness};
use crate::fill::Need;
use crate::guards::{self, Standing};
use crate::request::{Facts, root_arn};

/// The keys of which a service that acts for a resource sets one at least.
const OF_SOURCES: [&str; 2] = ["aws:SourceAccount", "aws:SourceArn"];

/// What a call comes to.
#[derive(Default)]
pub(super) struct Judged {
    pub(super) verdicts: Arc<[Verdict]>,
    /// Whether condition keys had a part in it: a policy read them, or a denial tells them.
    pub(super) by_keys: bool,
}

impl Authorizer {
    /// What each need of a call comes to; an error denies all of them.
    pub(super) fn judge(&self, call: &Call<'_>, needs: Vec<Need<'_>>) -> Result<Judged, String> {
        let context = call.context;
        let root = root(context);
        let profile = self
            .cache
            .profile(&*self.directory, &context.account, &context.caller)
            .ok_or_else(|| "because the principal no longer exists".to_owned())?;
        if let Some(why) = &profile.unreadable {
            return Err(why.clone());
        }
        let session = match &context.session {
            Some(session) => self.cache.session(&*self.directory, session)?,
            None => Vec::new(),
        };
        let (standing, source) = match context.caller {
            Caller::Anonymous => (None, None),
            Caller::Service { .. } => (None, self.standing(Some(&context.account))?),
            _ => (self.standing(Some(&context.account))?, None),
        };
        let asker = Asker {
            context,
            facts: call.facts,
            principal: principal(context),
            profile: &profile,
            session: (!session.is_empty()).then_some(session.as_slice()),
            scope: scope(context, root.as_deref()),
            standing: standing.as_deref(),
            source: source.as_deref(),
            via: call.via,
            witness: call.witness,
            global: OnceCell::new(),
        };
        let verdicts = needs
            .into_iter()
            .filter(|need| !self.is_there(need))
            .map(|need| {
                let element = need.element.filter(|_| call.divisible);
                Ok(Verdict {
                    element,
                    ..self.verdict(&asker, call.service, need)?
                })
            })
            .collect::<Result<_, String>>()?;
        Ok(Judged {
            verdicts,
            by_keys: asker.global.get().is_some(),
        })
    }

    /// Whether a need falls away because the role that it would make exists.
    fn is_there(&self, need: &Need<'_>) -> bool {
        need.of_missing
            && need
                .resource
                .as_literal()
                .is_some_and(|arn| self.directory.has_service_linked_role(arn))
    }

    fn verdict(
        &self,
        asker: &Asker<'_>,
        service: Option<&dyn Service>,
        need: Need<'_>,
    ) -> Result<Verdict, String> {
        let Need {
            action,
            resource,
            keys,
            untold,
            unfilled,
            element: _,
            of_missing,
        } = need;
        if let Some(why) = unfilled
            && asker.context.caller != Caller::Root
        {
            asker.hear(|| None);
            return Ok(Verdict {
                action,
                resource,
                decision: policy::Decision::ImplicitlyDenied,
                layer: Layer::Identity,
                reason: Some(format!("because {why}")),
                statements: Vec::new(),
                filled: false,
                cross_account: false,
                element: None,
                of_missing,
                keys: Vec::new(),
            });
        }
        let name = match resource.as_literal() {
            Some(text) => Cow::Borrowed(text),
            None => Cow::Owned(resource.to_string()),
        };
        let state = self.state(service, action);
        let facts = match state {
            Some(service) => service.facts(action, &name, &asker.scope),
            None => ResourceFacts::default(),
        };
        if facts.is_unreadable {
            return Err(format!("because the state of {name} cannot be read"));
        }
        let owner = owner(&name, &facts);
        let foreign;
        let owners = match owner {
            // Most resources are the principal's own account's, whose standing is at hand.
            Some(own) if own == asker.context.account && asker.standing.is_some() => asker.standing,
            _ => {
                foreign = self.standing(owner)?;
                foreign.as_deref()
            }
        };
        let guardrails = guards::between(asker.standing, owners);
        let resource_policy: Option<Attached> = match &facts.policy {
            Some(policy) => Some(Attached::new(
                self.cache
                    .policy(&policy.document, kind(policy.role), &policy.label)?,
                policy::Source::inline(policy.label.as_str(), None),
            )),
            None => None,
        };
        let set = PolicySet {
            identity: &asker.profile.identity,
            boundary: asker.profile.boundary.as_ref(),
            session: asker.session,
            resource: resource_policy.as_slice(),
            grants: &[],
            guardrails: &guardrails,
            rules: Rules {
                resource_role: match facts.policy.as_ref().map(|policy| policy.role) {
                    Some(PolicyRole::Root) => ResourceRole::RootOfAuthorization,
                    Some(PolicyRole::DecidesAlone) => ResourceRole::Trust,
                    Some(PolicyRole::Grants) | None => ResourceRole::Grants,
                },
                resource_account: owner,
                exemptions: guards::exemptions(&asker.context.caller, asker.standing, owners),
            },
        };
        let asked = if resource.is_opaque() {
            resource.clone()
        } else {
            Resource::literal(&*name)
        };
        let own = OnceCell::new();
        let gather = || {
            let (own, state) = own.get_or_init(|| {
                let state = match state {
                    Some(service) => service.state_keys(action, &name, &asker.scope),
                    None => StateKeys::elsewhere(prefix(action)),
                };
                (keys.tell(), state)
            });
            let untold = if state.is_elsewhere { untold } else { &[] };
            let mut keys = asker.global();
            if let Some(owners) = owners {
                owners.tell_resource(&mut keys);
            }
            // A service that acts for no resource has no source, and none of its keys.
            let names_source = |(key, _): &(Cow<'_, str>, _)| OF_SOURCES.contains(&&**key);
            if let Some(source) = asker.source.filter(|_| own.iter().any(names_source)) {
                source.tell_source(&mut keys);
            }
            context::requirement(keys, own, state, untold, owner)
        };
        let is_read = asker.witness.is_some() || set.reads_context(action);
        let keys = if is_read { gather() } else { Context::new() };
        let question = policy::Request::new(asker.principal, action, asked, &keys);
        let evaluation = evaluate(&question, &set);
        asker.hear(|| Some(Hearing::of(&question, &set)));
        let reason =
            evaluation
                .aws_reason()
                .map(|reason| match doubt::of(&evaluation, &question, &set) {
                    Some(doubt) => format!("{reason} ({doubt})"),
                    None => reason,
                });
        let kept = if evaluation.is_allowed() {
            Vec::new()
        } else if is_read {
            told(&keys)
        } else {
            told(&gather())
        };
        Ok(Verdict {
            action,
            keys: kept,
            decision: evaluation.decision(),
            layer: evaluation.layer(),
            reason,
            statements: evaluation
                .speakers()
                .map(|speaker| Spoken {
                    layer: speaker.layer,
                    policy: speaker.policy.clone(),
                    index: speaker.index,
                })
                .collect(),
            filled: true,
            cross_account: owner.is_some_and(|owner| owner != asker.context.account),
            resource,
            element: None,
            of_missing,
        })
    }

    /// How an account stands in its organization, if it has one.
    fn standing(&self, account: Option<&str>) -> Result<Option<Arc<Standing>>, String> {
        match account {
            Some(account) => self.guards.standing(&self.cache, account),
            None => Ok(None),
        }
    }

    /// Who keeps the state of what an action is on: the service whose prefix the action has, or the called one, which
    /// answers for its own prefixes, of which its id may be but one.
    fn state<'a>(
        &'a self,
        called: Option<&'a dyn Service>,
        action: &str,
    ) -> Option<&'a dyn Service> {
        let of_prefix = self.services.get(prefix(action));
        of_prefix.map(|service| &**service).or(called)
    }
}

/// The service that an action is named after.
fn prefix(action: &str) -> &str {
    let end = action.bytes().position(|byte| byte == b':');
    &action[..end.unwrap_or(action.len())]
}

/// A call to be judged: of the caller, or of a service that acts because of one.
pub(super) struct Call<'a> {
    pub(super) context: &'a RequestContext,
    pub(super) facts: &'a Facts<'a>,
    /// The service whose state resolves names.
    pub(super) service: Option<&'a dyn Service>,
    /// Whether verdicts are of single elements.
    pub(super) divisible: bool,
    /// The service that forwards the principal's session.
    pub(super) via: Option<&'a str>,
    /// Who is told what every policy says.
    pub(super) witness: Option<&'a Witness>,
}

/// What stays the same for all requirements of a request.
struct Asker<'a> {
    context: &'a RequestContext,
    facts: &'a Facts<'a>,
    principal: Principal<'a>,
    profile: &'a Profile,
    session: Option<&'a [Attached]>,
    scope: Scope<'a>,
    /// How its account stands in its organization; services and strangers stand in none.
    standing: Option<&'a Standing>,
    /// How the account stands for whose resource a service acts.
    source: Option<&'a Standing>,
    /// The service that forwards the principal's session.
    via: Option<&'a str>,
    /// Who is told what every policy says.
    witness: Option<&'a Witness>,
    /// Gathered when a policy first reads it.
    global: OnceCell<Context<'a>>,
}

impl<'a> Asker<'a> {
    /// Tells the witness, if there is one, what was heard.
    fn hear(&self, hearing: impl FnOnce() -> Option<Hearing>) {
        if let Some(witness) = self.witness {
            witness.borrow_mut().push(hearing());
        }
    }

    /// The condition keys that are the same for all requirements.
    fn global(&self) -> Context<'a> {
        let gathered = self.global.get_or_init(|| {
            let mut keys = context::global(self.context, self.facts, &self.profile.tags);
            if let Some(standing) = self.standing {
                standing.tell_principal(&mut keys);
            }
            if let Some(via) = self.via {
                context::forwarded(&mut keys, self.context, via);
            }
            keys
        });
        gathered.clone()
    }
}

/// Condition keys with their values, to be kept.
fn told(keys: &Context<'_>) -> Vec<(String, Vec<String>)> {
    keys.iter()
        .map(|(key, values)| {
            let values = values.iter().map(|value| value.to_string());
            (key.to_owned(), values.collect())
        })
        .collect()
}

/// The ARN of root, where root calls.
pub(super) fn root(context: &RequestContext) -> Option<String> {
    (context.caller == Caller::Root).then(|| root_arn(context.partition, &context.account))
}

/// The request's scope; `root` is who calls where no one else does.
pub(super) fn scope<'a>(context: &'a RequestContext, root: Option<&'a str>) -> Scope<'a> {
    let scope = context.scope();
    Scope {
        caller: scope.caller.or(root),
        ..scope
    }
}

fn principal(context: &RequestContext) -> Principal<'_> {
    let account = context.account.as_str();
    match &context.caller {
        Caller::Root => Principal::Root {
            account,
            partition: context.partition,
        },
        Caller::User { arn, .. } => Principal::User { arn, account },
        Caller::AssumedRole {
            role_arn,
            session_arn,
            ..
        } => Principal::AssumedRole {
            role_arn,
            session_arn,
            account,
        },
        Caller::FederatedUser { arn, user_arn, .. } => Principal::FederatedUser {
            arn,
            user_arn,
            account,
        },
        Caller::Service { name } => Principal::Service { name },
        Caller::Anonymous => Principal::Anonymous,
    }
}

/// The account a resource belongs to: what the state says, or else its ARN's. What belongs to AWS itself (a managed
/// policy of `aws`) belongs to nobody here.
pub(super) fn owner<'a>(resource: &'a str, facts: &'a ResourceFacts) -> Option<&'a str> {
    let is_account = |text: &&str| is_account_id(text);
    let owner = facts.owner.as_deref().filter(is_account);
    owner.or_else(|| {
        let account = split_arn(resource).map(|[_, _, _, account, _]| account);
        account.filter(is_account)
    })
}

fn kind(role: PolicyRole) -> PolicyKind {
    match role {
        PolicyRole::Grants | PolicyRole::Root => PolicyKind::Resource,
        PolicyRole::DecidesAlone => PolicyKind::Trust,
    }
}
