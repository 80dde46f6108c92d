//! Global condition keys of the resource that some actions do not support: their requests do not carry them, whoever owns
//! the resource.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::model::Models;
use stockade_spec::template::{Key, KeyValue, OperationPermissions, Requirement};

/// The table's file.
pub(super) const FILE: &str = "models/overlays/unset.toml";

/// `models/overlays/unset.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct Unset {
    families: BTreeMap<String, Family>,
}

/// Actions that do not support some keys.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Family {
    /// The AWS document that says so, by title.
    because: String,
    /// The keys.
    keys: Vec<String>,
    /// `prefix:Name`, or `prefix:*` of all of a service.
    actions: Vec<String>,
}

impl Family {
    fn has(&self, action: &str) -> bool {
        let is = |pattern: &String| match pattern.strip_suffix('*') {
            Some(start) => action.starts_with(start),
            None => pattern == action,
        };
        self.actions.iter().any(is)
    }
}

impl Unset {
    /// What the table says of actions that do not exist, or without a source.
    pub(super) fn check(&self, models: &Models) -> Vec<String> {
        let mut problems = Vec::new();
        for (name, family) in &self.families {
            if family.because.is_empty() {
                problems.push(format!("{FILE}: {name} has no source"));
            }
            for pattern in &family.actions {
                let (prefix, action) = pattern.split_once(':').unwrap_or_default();
                let reference = models.authorization.get(prefix);
                if !reference
                    .is_some_and(|known| action == "*" || known.actions.contains_key(action))
                {
                    problems.push(format!("{FILE}: there is no action {pattern}"));
                }
            }
        }
        problems
    }

    /// Says of each requirement which keys its action does not support.
    pub(super) fn settle(&self, operation: &mut OperationPermissions) {
        let own = operation.requirements.iter_mut();
        let follow_ups = operation.follow_ups.iter_mut();
        for requirement in own.chain(follow_ups.map(|act| &mut act.requirement)) {
            self.settle_one(requirement);
        }
    }

    fn settle_one(&self, requirement: &mut Requirement) {
        let families = self.families.values();
        for family in families.filter(|family| family.has(&requirement.action)) {
            requirement.keys.extend(family.keys.iter().map(|name| Key {
                name: name.clone(),
                value: KeyValue::Unset,
            }));
            requirement.keys.sort_by(|a, b| a.name.cmp(&b.name));
        }
    }
}
