//! What services do that act because of a request, decided for whom they act as: the caller whose session they forward, a
//! role that they assume, or themselves.

use std::sync::Arc;

use stockade_policy::Resource;
use stockade_spec::{Caller, RequestContext};

use super::judge::{Call, root, scope};
use super::{Authorizer, Mode};
use crate::decision::Decision;
use crate::examination::{Consequence, Witness};
use crate::fill::{self, Acting, Need};
use crate::request::{Facts, Request};

impl Authorizer {
    /// Decides on what services do that act because of a request that was allowed: a decision for each principal that they
    /// act as, in the template's order. A service asks before it acts, and does not where the decision [blocks](Decision::blocks).
    ///
    /// The caller needs none of it. Its headers are not the service's, and its address alone goes with its own session
    /// (*Forward access sessions*: such requests have the same `aws:SourceIp`).
    pub fn follow_up(&self, request: &Request<'_>) -> Vec<Arc<Decision>> {
        if self.mode == Mode::Off {
            return Vec::new();
        }
        let consequences = self.consequences(request, None).into_iter();
        consequences.map(|it| self.keep(it.decision)).collect()
    }

    /// What services do that act because of a request, and what it comes to; a witness hears of each, and what it heard is
    /// told.
    pub(super) fn consequences(
        &self,
        request: &Request<'_>,
        witness: Option<&Witness>,
    ) -> Vec<Consequence> {
        let Some(needs) = request.needs else {
            return Vec::new();
        };
        let context = request.context;
        let root = root(context);
        let source = fill::Source {
            scope: scope(context, root.as_deref()),
            service: needs.service,
            header: request.facts.header,
        };
        // An input that cannot be read was refused to the caller.
        let Ok(input) = fill::Input::gather(needs.permissions, needs.input, source) else {
            return Vec::new();
        };
        let consequence = |(acting, acts): (Acting, Vec<Need<'_>>)| {
            let actor = self.actor(request, &acting);
            let verdicts = match &actor {
                Ok(actor) => {
                    let (via, source_ip) = match acting {
                        Acting::Caller { via } => (Some(via), request.facts.source_ip),
                        Acting::Role(_) | Acting::Service(_) => (None, None),
                    };
                    let call = Call {
                        context: actor,
                        facts: &Facts {
                            source_ip,
                            ..OF_SERVICES
                        },
                        service: needs.service,
                        divisible: false,
                        via,
                        witness,
                    };
                    self.judge(&call, acts).map(|judged| judged.verdicts)
                }
                Err(why) => Err(why.clone()),
            };
            let heard = witness.map(Witness::take).unwrap_or_default();
            let hearings = if verdicts.is_ok() { heard } else { Vec::new() };
            let mut decision = self.decision(request, actor.as_ref().unwrap_or(context), verdicts);
            if let (Acting::Role(role), Err(_)) = (&acting, &actor) {
                decision.principal = role.to_string();
            }
            Consequence {
                actor: acting.to_string(),
                decision,
                hearings,
            }
        };
        input.acts().into_iter().map(consequence).collect()
    }

    /// Whom a service acts as, in the request's place.
    fn actor(&self, request: &Request<'_>, acting: &Acting) -> Result<RequestContext, String> {
        let context = request.context;
        let (caller, account) = match acting {
            Acting::Caller { .. } => return Ok(context.clone()),
            Acting::Service(name) => {
                let caller = Caller::Service { name: name.clone() };
                (caller, context.account.clone())
            }
            Acting::Role(role) => self.session(context.partition, request.service, role)?,
        };
        Ok(RequestContext {
            caller,
            account,
            access_key: None,
            session: None,
            ..context.clone()
        })
    }

    /// A session of a role that a service assumes, and the role's account.
    fn session(
        &self,
        partition: &str,
        service: &str,
        role: &Resource<'_>,
    ) -> Result<(Caller, String), String> {
        let unknown = || format!("because nobody here can tell which role {service} assumes");
        let arn = role.as_literal().ok_or_else(unknown)?;
        let account = arn.split(':').nth(4).unwrap_or_default();
        let name = arn.rsplit('/').next().unwrap_or_default();
        let id = self
            .directory
            .role_id(arn)
            .ok_or_else(|| format!("because the role {arn} does not exist"))?;
        let caller = Caller::AssumedRole {
            role_arn: arn.to_owned(),
            session_arn: format!("arn:{partition}:sts::{account}:assumed-role/{name}/{service}"),
            id: format!("{id}:{service}"),
        };
        Ok((caller, account.to_owned()))
    }
}

/// Services call each other over TLS, from addresses of their own.
const OF_SERVICES: Facts<'static> = Facts {
    source_ip: None,
    secure: true,
    header: &|_| None,
};
