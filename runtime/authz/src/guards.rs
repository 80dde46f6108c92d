//! What organizations lay over requests: their control policies, compiled, and the condition keys that tell where an
//! account stands.

use std::fmt;
use std::sync::Arc;

use hashbrown::HashMap;
use parking_lot::RwLock;
use stockade_policy::{
    Attached, Context, Exemptions, Guardrail, GuardrailKind, PolicyKind, Source,
};
use stockade_spec::Caller;
use stockade_spec::directory::{Guardrails, Level, Organizations};

use crate::compiled::{Cache, make_room};

/// How many accounts' standings are kept.
const MAX_STANDINGS: usize = 1_024;

/// How an account stands in its organization.
#[derive(Debug)]
pub(crate) struct Standing {
    organization: String,
    path: String,
    is_management: bool,
    service_control: Option<Guardrail>,
    resource_control: Option<Guardrail>,
}

impl Standing {
    /// A member without guardrails.
    #[cfg(test)]
    pub(crate) fn of(organization: &str, path: &str) -> Self {
        Self {
            organization: organization.to_owned(),
            path: path.to_owned(),
            is_management: false,
            service_control: None,
            resource_control: None,
        }
    }

    /// Sets the keys of the principal's organization.
    pub(crate) fn tell_principal<'a>(&'a self, keys: &mut Context<'a>) {
        keys.set("aws:PrincipalOrgID", self.organization.as_str());
        keys.set_many("aws:PrincipalOrgPaths", [self.path.as_str()]);
    }

    /// Sets the keys of the organization for whose resource a service acts.
    pub(crate) fn tell_source<'a>(&'a self, keys: &mut Context<'a>) {
        keys.set("aws:SourceOrgID", self.organization.as_str());
        keys.set_many("aws:SourceOrgPaths", [self.path.as_str()]);
    }

    /// Sets the keys of the organization that owns the resource.
    pub(crate) fn tell_resource<'a>(&'a self, keys: &mut Context<'a>) {
        keys.set("aws:ResourceOrgID", self.organization.as_str());
        keys.set_many("aws:ResourceOrgPaths", [self.path.as_str()]);
    }
}

/// The guardrails of a request: service control policies of the principal's account, resource control policies of the
/// resource's.
pub(crate) fn between(principal: Option<&Standing>, resource: Option<&Standing>) -> Vec<Guardrail> {
    let service_control = principal.and_then(|standing| standing.service_control.as_ref());
    let resource_control = resource.and_then(|standing| standing.resource_control.as_ref());
    service_control
        .into_iter()
        .chain(resource_control)
        .cloned()
        .collect()
}

/// Whom those guardrails do not bind.
pub(crate) fn exemptions(
    caller: &Caller,
    principal: Option<&Standing>,
    resource: Option<&Standing>,
) -> Exemptions {
    let manages = |standing: Option<&Standing>| standing.is_some_and(|it| it.is_management);
    Exemptions {
        principal_manages: manages(principal),
        resource_manages: manages(resource),
        service_linked_role: matches!(
            caller,
            Caller::AssumedRole { role_arn, .. } if role_arn.contains(":role/aws-service-role/")
        ),
    }
}

/// Standings by account, each as it was at one revision.
#[derive(Default)]
pub(crate) struct Guards {
    /// `None`: nobody keeps organizations.
    organizations: Option<Arc<dyn Organizations>>,
    kept: RwLock<HashMap<String, Kept>>,
}

struct Kept {
    revision: u64,
    standing: Option<Arc<Standing>>,
}

impl Guards {
    pub(crate) fn new(organizations: Arc<dyn Organizations>) -> Self {
        Self {
            organizations: Some(organizations),
            kept: RwLock::default(),
        }
    }

    /// How an account stands; an error if one of its control policies cannot be read.
    pub(crate) fn standing(
        &self,
        cache: &Cache,
        account: &str,
    ) -> Result<Option<Arc<Standing>>, String> {
        let Some(organizations) = &self.organizations else {
            return Ok(None);
        };
        // Read first, so that a change in between is seen. Zero: there has never been an organization.
        let revision = organizations.revision();
        if revision == 0 {
            return Ok(None);
        }
        if let Some(kept) = self.kept.read().get(account)
            && kept.revision == revision
        {
            return Ok(kept.standing.clone());
        }
        let standing = match organizations.guardrails(account) {
            Some(guardrails) => Some(Arc::new(compile(cache, guardrails)?)),
            None => None,
        };
        let mut kept = self.kept.write();
        make_room(&mut kept, MAX_STANDINGS);
        kept.insert(
            account.to_owned(),
            Kept {
                revision,
                standing: standing.clone(),
            },
        );
        Ok(standing)
    }
}

fn compile(cache: &Cache, guardrails: Guardrails) -> Result<Standing, String> {
    let compiled = |levels: Option<Vec<Level>>, kind: GuardrailKind, grammar: PolicyKind| {
        let levels = levels.map(|levels| {
            levels
                .iter()
                .map(|level| compile_level(cache, level, grammar))
                .collect::<Result<Vec<_>, String>>()
        });
        let levels = levels.transpose()?;
        Ok::<_, String>(levels.map(|levels| Guardrail { kind, levels }))
    };
    Ok(Standing {
        service_control: compiled(
            guardrails.service_control,
            GuardrailKind::ServiceControl,
            PolicyKind::ServiceControl,
        )?,
        resource_control: compiled(
            guardrails.resource_control,
            GuardrailKind::ResourceControl,
            PolicyKind::ResourceControl,
        )?,
        organization: guardrails.organization,
        path: guardrails.path,
        is_management: guardrails.is_management,
    })
}

fn compile_level(
    cache: &Cache,
    level: &Level,
    grammar: PolicyKind,
) -> Result<Vec<Attached>, String> {
    level
        .policies
        .iter()
        .map(|policy| {
            let label = format!("{} (attached to {})", policy.name, level.target);
            let compiled = cache.policy(&policy.document, grammar, &label)?;
            Ok(Attached::new(compiled, Source::inline(label, None)))
        })
        .collect()
}

impl fmt::Debug for Guards {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guards").finish_non_exhaustive()
    }
}
