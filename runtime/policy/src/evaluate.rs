//! The evaluation flow (*Policy evaluation logic*, *How AWS enforcement code logic evaluates requests*).

use std::cmp::Reverse;

use crate::action::Folded;
use crate::answer::{Decision, Evaluation, Layer, Speaker};
use crate::index::ActionIndex;
use crate::principal::{Grant, Principal};
use crate::request::Request;
use crate::set::{Attached, Exemptions, Guardrail, GuardrailKind, PolicySet, ResourceRole};
use crate::statement::{Effect, Subject};

/// What the policies of one layer say: the first Deny ends the evaluation, else the allow that names the principal most
/// closely.
struct Voice<'a> {
    speaker: Speaker<'a>,
    grant: Grant,
}

/// Listens to the policies of one layer.
///
/// # Errors
/// The first Deny statement that applies.
fn listen<'a>(
    layer: Layer,
    policies: &'a [Attached],
    subject: &Subject<'_>,
) -> Result<Option<Voice<'a>>, Speaker<'a>> {
    let mut best: Option<Voice<'a>> = None;
    for policy in policies {
        let voice = match &policy.policy.index {
            Some(index) => listen_to_many(layer, policy, index, subject)?,
            None => listen_to_few(layer, policy, subject)?,
        };
        if let Some(voice) = voice
            && best.as_ref().is_none_or(|held| held.grant < voice.grant)
        {
            best = Some(voice);
        }
    }
    Ok(best)
}

/// Listens to a policy, statement by statement.
fn listen_to_few<'a>(
    layer: Layer,
    policy: &'a Attached,
    subject: &Subject<'_>,
) -> Result<Option<Voice<'a>>, Speaker<'a>> {
    let mut best: Option<Voice<'a>> = None;
    for (index, statement) in policy.policy.statements().iter().enumerate() {
        let Some(grant) = statement.applies(subject) else {
            continue;
        };
        let speaker = Speaker {
            layer,
            policy,
            index,
        };
        match statement.effect() {
            Effect::Deny => return Err(speaker),
            Effect::Allow if best.as_ref().is_none_or(|held| held.grant < grant) => {
                best = Some(Voice { speaker, grant });
            }
            Effect::Allow => {}
        }
    }
    Ok(best)
}

/// Listens to those statements of a policy that may speak of the action. They come in no order; that of the document
/// settles which of several is named.
fn listen_to_many<'a>(
    layer: Layer,
    policy: &'a Attached,
    index: &ActionIndex,
    subject: &Subject<'_>,
) -> Result<Option<Voice<'a>>, Speaker<'a>> {
    let statements = policy.policy.statements();
    let mut denying: Option<usize> = None;
    let mut allowing: Option<(Grant, Reverse<usize>)> = None;
    for (number, statement) in index.candidates(statements, subject.action) {
        if statement.effect() == Effect::Allow && denying.is_some() {
            continue;
        }
        let Some(grant) = statement.applies_to_action(subject) else {
            continue;
        };
        match statement.effect() {
            Effect::Deny => denying = Some(denying.map_or(number, |held| held.min(number))),
            Effect::Allow => allowing = allowing.max(Some((grant, Reverse(number)))),
        }
    }
    let speaker = |index| Speaker {
        layer,
        policy,
        index,
    };
    match denying {
        Some(number) => Err(speaker(number)),
        None => Ok(allowing.map(|(grant, Reverse(number))| Voice {
            speaker: speaker(number),
            grant,
        })),
    }
}

/// Which layer a guardrail is; `None` when it does not bind the request.
pub(crate) fn guardrail_layer(
    guardrail: &Guardrail,
    principal: &Principal<'_>,
    exempt: Exemptions,
) -> Option<Layer> {
    let (layer, binds) = match guardrail.kind {
        GuardrailKind::ServiceControl => (
            Layer::ServiceControl,
            principal.account().is_some()
                && !exempt.principal_manages
                && !exempt.service_linked_role,
        ),
        GuardrailKind::ResourceControl => (
            Layer::ResourceControl,
            !exempt.resource_manages && !exempt.service_linked_role,
        ),
        GuardrailKind::VpcEndpoint => (Layer::VpcEndpoint, true),
    };
    binds.then_some(layer)
}

pub(crate) fn resource_layer(set: &PolicySet<'_>) -> Layer {
    match set.rules.resource_role {
        ResourceRole::Trust => Layer::Trust,
        ResourceRole::Grants | ResourceRole::RootOfAuthorization => Layer::Resource,
    }
}

/// Decides one request. Pure: the same request and policies give the same answer, and nothing else is read.
///
/// A request without opaque resource parts and policies without variables are decided without allocating.
#[must_use]
pub fn evaluate<'a>(request: &Request<'a>, set: &PolicySet<'a>) -> Evaluation<'a> {
    let action = request.action;
    let folded = Folded::new(action);
    let subject = Subject::of(request, set, &folded);
    match decide(&subject, set) {
        Ok(Verdict::Allowed(layer, speakers)) => {
            Evaluation::new(Decision::Allowed, layer, action).heard(speakers)
        }
        Ok(Verdict::Missing(layer)) => Evaluation::new(Decision::ImplicitlyDenied, layer, action),
        Err(speaker) => Evaluation::new(Decision::ExplicitlyDenied, speaker.layer, action)
            .heard([Some(speaker)]),
    }
}

enum Verdict<'a> {
    Allowed(Layer, [Option<Speaker<'a>>; 4]),
    Missing(Layer),
}

fn decide<'a>(subject: &Subject<'_>, set: &PolicySet<'a>) -> Result<Verdict<'a>, Speaker<'a>> {
    // Every layer is heard before any conclusion: a Deny anywhere wins over every other outcome.
    let mut unguarded = None;
    for guardrail in set.guardrails {
        let Some(layer) = guardrail_layer(guardrail, &subject.principal, set.rules.exemptions)
        else {
            continue;
        };
        for level in &guardrail.levels {
            if listen(layer, level, subject)?.is_none() {
                unguarded = unguarded.or(Some(layer));
            }
        }
    }
    let resource_layer = resource_layer(set);
    let policy = listen(resource_layer, set.resource, subject)?;
    let grant = listen(Layer::Grant, set.grants, subject)?;
    let resource = match (policy, grant) {
        (Some(policy), Some(grant)) if policy.grant < grant.grant => Some(grant),
        (policy, grant) => policy.or(grant),
    };
    let identity = listen(Layer::Identity, set.identity, subject)?;
    let boundary = match set.boundary {
        Some(policy) => Some(listen(
            Layer::Boundary,
            std::slice::from_ref(policy),
            subject,
        )?),
        None => None,
    };
    let session = match set.session {
        Some(policies) => Some(listen(Layer::Session, policies, subject)?),
        // A federated user has only what both its user and its session policies allow.
        None if matches!(subject.principal, Principal::FederatedUser { .. }) => Some(None),
        None => None,
    };
    if let Some(layer) = unguarded {
        return Ok(Verdict::Missing(layer));
    }

    let said = |voice: &Option<Voice<'a>>| voice.as_ref().map(|voice| voice.speaker);
    let grant = resource.as_ref().map(|voice| voice.grant);
    let resource_allows = |others: [Option<Speaker<'a>>; 3]| {
        let own = resource
            .as_ref()
            .map_or(resource_layer, |voice| voice.speaker.layer);
        Verdict::Allowed(own, [said(&resource), others[0], others[1], others[2]])
    };

    let Some(account) = subject.principal.account() else {
        // Services, strangers and federated identities have no identity-based policies.
        return Ok(if grant == Some(Grant::Direct) {
            resource_allows([None; 3])
        } else {
            Verdict::Missing(resource_layer)
        });
    };

    let same_account = set
        .rules
        .resource_account
        .is_none_or(|owner| owner == account);
    if same_account && grant == Some(Grant::Direct) {
        return Ok(resource_allows([None; 3]));
    }

    let resource_must_grant = !same_account || set.rules.resource_role != ResourceRole::Grants;
    // Where the resource's policy is the root of authorization, nothing else can speak before it has.
    if same_account && resource_must_grant && grant.is_none() {
        return Ok(Verdict::Missing(resource_layer));
    }

    let is_root = subject.principal.is_root();
    // Within the account, a grant to the role or user behind the session stands in for its identity-based policies.
    let by_entity = same_account && grant == Some(Grant::Entity);
    if identity.is_none() && !is_root && !by_entity {
        return Ok(Verdict::Missing(Layer::Identity));
    }
    if let Some(None) = boundary {
        return Ok(Verdict::Missing(Layer::Boundary));
    }
    if let Some(None) = session {
        return Ok(Verdict::Missing(Layer::Session));
    }
    if resource_must_grant && grant.is_none() {
        return Ok(Verdict::Missing(resource_layer));
    }

    let limits = [
        said(&identity),
        boundary.as_ref().and_then(&said),
        session.as_ref().and_then(&said),
    ];
    Ok(if by_entity {
        resource_allows(limits)
    } else {
        let own = if identity.is_some() {
            Layer::Identity
        } else {
            Layer::Root
        };
        let from_resource = said(&resource).filter(|_| resource_must_grant);
        Verdict::Allowed(own, [limits[0], limits[1], limits[2], from_resource])
    })
}
