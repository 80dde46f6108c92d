//! A second evaluator, as plain as AWS's pages are written: policies are JSON values, wildcards are matched by recursion,
//! nothing is compiled, nothing is fast, and no line is shared with the crate.
//!
//! Sources: *How AWS enforcement code logic evaluates requests to allow or deny access*; *Cross-account policy evaluation
//! logic*; *Key policies in AWS KMS*; and the pages that the other files name.

mod condition;
mod dates;
mod principal;
mod statement;
mod text;

use serde_json::Value;

use crate::world::{Combines, Who, World};
use principal::Named;
use statement::Asked;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Allowed,
    ExplicitlyDenied,
    ImplicitlyDenied,
}

/// Decides as the page goes: denials, then each kind of policy in turn.
pub(crate) fn decide(world: &World) -> Outcome {
    let asked = Asked { world };

    // Deny evaluation: one Deny in any policy that bears on the request is enough.
    if applicable(world).any(|policy| asked.denied_by(policy)) {
        return Outcome::ExplicitlyDenied;
    }

    // Organizations and the endpoint: at each level a policy has to allow.
    let levels = scps(world).chain(rcps(world)).chain(&world.endpoint);
    for level in levels {
        if !level.iter().any(|policy| asked.allowed_by(policy)) {
            return Outcome::ImplicitlyDenied;
        }
    }

    if may(world, &asked) {
        Outcome::Allowed
    } else {
        Outcome::ImplicitlyDenied
    }
}

/// Of every statement that bears on the request whether it applies: organizations and endpoint first, then the resource's
/// side, then the principal's.
pub(crate) fn applying(world: &World) -> Vec<bool> {
    let asked = Asked { world };
    applicable(world)
        .flat_map(|policy| asked.of(policy).map(|(_, applies)| applies))
        .collect()
}

fn may(world: &World, asked: &Asked<'_>) -> bool {
    let named: Vec<Named> = world
        .resource_policies
        .iter()
        .chain(&world.grants)
        .flat_map(|policy| asked.named_by(policy))
        .collect();
    let itself = named.contains(&Named::Itself) || named.contains(&Named::Everyone);
    let entity = named.contains(&Named::Entity);

    // Services, anonymous requests and identities of a provider have the resource's policy alone.
    let Some(account) = world.who.account() else {
        return itself;
    };

    let identity = world.identity.iter().any(|policy| asked.allowed_by(policy));
    let boundary = world
        .boundary
        .as_ref()
        .is_none_or(|policy| asked.allowed_by(policy));
    let session = match &world.session {
        Some(policies) => policies.iter().any(|policy| asked.allowed_by(policy)),
        None => !matches!(world.who, Who::FederatedUser { .. }),
    };
    let root = world.who.is_root();

    if world.owner.as_deref().is_some_and(|owner| owner != account) {
        // Across accounts: the trusting account by the resource's policy, the trusted one by the principal's.
        return !named.is_empty() && (identity || root) && boundary && session;
    }
    if itself {
        return true;
    }
    if entity {
        // The grant is there before the session is made: boundary and session policies limit it.
        return boundary && session;
    }
    match world.combines {
        Combines::Usually => (identity || root) && boundary && session,
        // The policy has to name at least the account, which then decides.
        Combines::AsKeyPolicy | Combines::AsTrustPolicy => {
            !named.is_empty() && (identity || root) && boundary && session
        }
    }
}

/// Service control policies, where they bind: principals of member accounts, but for service-linked roles.
fn scps(world: &World) -> impl Iterator<Item = &Vec<Value>> {
    let binding =
        world.who.account().is_some() && !world.principal_manages && !world.service_linked;
    world.scps.iter().filter(move |_| binding)
}

/// Resource control policies, where they bind: resources of member accounts, but for service-linked roles.
fn rcps(world: &World) -> impl Iterator<Item = &Vec<Value>> {
    let binding = !world.resource_manages && !world.service_linked;
    world.rcps.iter().filter(move |_| binding)
}

fn applicable(world: &World) -> impl Iterator<Item = &Value> {
    scps(world)
        .chain(rcps(world))
        .chain(&world.endpoint)
        .flatten()
        .chain(&world.resource_policies)
        .chain(&world.grants)
        .chain(&world.identity)
        .chain(&world.boundary)
        .chain(world.session.iter().flatten())
}

/// Whether a text is like a pattern without variables.
pub(crate) fn is_like(pattern: &str, value: &str) -> bool {
    text::matches(
        text::signs(pattern, true, false, &crate::world::Context::default()),
        value,
    )
}
