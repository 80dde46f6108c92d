//! *AWS JSON policy elements: Principal*; *AWS JSON policy elements: NotPrincipal*.

use serde_json::Value;

use super::statement::each;
use crate::world::{Who, World};

/// How an entry of `Principal` names who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    Everyone,
    Account,
    /// The role or the user whose session it is.
    Entity,
    Itself,
}

/// All ways in which an element names who asks.
pub(super) fn named(element: &Value, world: &World) -> Vec<Named> {
    let mut ways = Vec::new();
    match element {
        Value::String(text) if text == "*" => ways.push(Named::Everyone),
        Value::Object(kinds) => {
            for (kind, entries) in kinds {
                for entry in each(entries) {
                    ways.extend(one(kind, &entry, world));
                }
            }
        }
        _ => {}
    }
    ways
}

fn one(kind: &str, entry: &str, world: &World) -> Vec<Named> {
    let mut ways = Vec::new();
    let who = &world.who;
    match kind {
        "AWS" if entry == "*" => ways.push(Named::Everyone),
        "AWS" => {
            let whole =
                |account: &str| entry == account || entry == format!("arn:aws:iam::{account}:root");
            if who.account().is_some_and(whole) {
                ways.push(if who.is_root() {
                    Named::Itself
                } else {
                    Named::Account
                });
            }
            match who {
                Who::User { arn, .. } if entry == arn => ways.push(Named::Itself),
                Who::Session { arn, role, .. } => {
                    ways.extend((entry == arn).then_some(Named::Itself));
                    ways.extend((entry == role).then_some(Named::Entity));
                }
                Who::FederatedUser { arn, user, .. } => {
                    ways.extend((entry == arn).then_some(Named::Itself));
                    ways.extend((entry == user).then_some(Named::Entity));
                }
                _ => {}
            }
        }
        "Service" => {
            ways.extend(
                matches!(who, Who::Service(name) if *name == entry).then_some(Named::Itself),
            );
        }
        "Federated" => {
            ways.extend(
                matches!(who, Who::Federated(name) if *name == entry).then_some(Named::Itself),
            );
        }
        "CanonicalUser" if world.canonical_user.as_deref() == Some(entry) => {
            ways.push(if who.is_root() {
                Named::Itself
            } else {
                Named::Account
            });
        }
        _ => {}
    }
    ways
}

/// Whether a Deny with `NotPrincipal` spares who asks: they are listed with their role and their account, and have no
/// permissions boundary.
pub(super) fn spared(element: &Value, world: &World) -> bool {
    let ways = named(element, world);
    if world.boundary.is_some() {
        return false;
    }
    if ways.contains(&Named::Everyone) {
        return true;
    }
    let wanted: &[Named] = match world.who {
        Who::User { .. } => &[Named::Account, Named::Itself],
        Who::Session { .. } | Who::FederatedUser { .. } => {
            &[Named::Account, Named::Entity, Named::Itself]
        }
        Who::Root { .. } | Who::Service(_) | Who::Federated(_) | Who::Anonymous => &[Named::Itself],
    };
    wanted.iter().all(|way| ways.contains(way))
}
