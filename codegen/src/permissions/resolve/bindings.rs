//! The condition keys of a requirement: those of the rules, and what the overlay sets in their place.

use super::*;

impl Resolver<'_> {
    /// The keys that a requirement of the overlay itself sets.
    pub(super) fn own_keys(&self, keys: Vec<Key>, wanted: &Wanted) -> Vec<Key> {
        keys.into_iter()
            .filter(|key| wanted.keys.contains_key(&key.name))
            .collect()
    }

    /// A requirement with the keys that hold for its action wherever the input has the members. AWS sets a key that
    /// belongs to a resource type for resources of that type alone, so that the resources are told apart by their keys.
    pub(super) fn with_keys(
        &self,
        operation: &str,
        requirement: Requirement,
        input: &Input<'_>,
    ) -> Vec<Requirement> {
        let Some((reference, action)) = known_action(self.references, &requirement.action) else {
            return vec![requirement];
        };
        let is_own = self
            .own
            .references
            .iter()
            .any(|own| own.prefix == reference.prefix);
        if !is_own {
            let tagging = dependents::is_tagging(&requirement.action);
            let mut requirement = requirement;
            for Key { name, value } in keys::elsewhere(action, reference, tagging, input) {
                set(&mut requirement.keys, &name, value);
            }
            return vec![requirement];
        }
        let mut several: Vec<Requirement> = Vec::new();
        let resources: Vec<Option<Resource>> = if requirement.resources.is_empty() {
            vec![None]
        } else {
            requirement.resources.iter().cloned().map(Some).collect()
        };
        for resource in resources {
            let types = resource
                .as_ref()
                .map_or_else(Vec::new, |resource| types::of(resource, action, reference));
            let of_types: Vec<&str> = if verbs::is_verb(&requirement.action) {
                // A verb is of every type: what a request sets is listed for the types themselves.
                types::keys(&types, reference)
            } else if names::makes(operation) {
                // What will be the state of what is made is what the request says.
                self.untold.of_state(reference, &types).collect()
            } else {
                Vec::new()
            };
            let mut keys = self.default_keys(operation, (reference, action), &of_types, input);
            keys.retain(|key| {
                types::sets(action, &types, &key.name) || keys::names(&of_types, &key.name)
            });
            match several.iter_mut().find(|one| one.keys == keys) {
                Some(one) => one.resources.extend(resource),
                None => several.push(Requirement {
                    resources: resource.into_iter().collect(),
                    keys,
                    ..requirement.clone()
                }),
            }
        }
        several
    }

    /// The keys that hold for an action wherever the input has the members.
    /// `of_types`: keys of the resource's type, which the overlay alone binds: some are of the resource's state.
    pub(super) fn default_keys(
        &self,
        operation: &str,
        (reference, action): (&Authorization, &Action),
        of_types: &[&str],
        input: &Input<'_>,
    ) -> Vec<Key> {
        let mut keys = keys::evident(action, reference, input);
        for (name, located) in &self.overlay.keys {
            if !keys::lists(action, name) && !keys::names(of_types, name) {
                continue;
            }
            if let Some(value) = located.value.iter().find(|value| has_members(value, input)) {
                let value = match value {
                    value if is_operation(value) => KeyValue::Literal(operation.to_owned()),
                    value => value.clone(),
                };
                set(&mut keys, name, value);
            }
        }
        keys
    }

    /// Keys of a whole operation: of each requirement whose action lists them.
    pub(super) fn operation_keys(
        &mut self,
        name: &str,
        entry: &Entry,
        input: &Input<'_>,
        requirements: &mut [Requirement],
    ) {
        for (key, located) in &entry.keys {
            let one = Keys::from([(key.clone(), located.clone())]);
            let references = self.references;
            let mut of: Vec<&mut Requirement> = requirements
                .iter_mut()
                .filter(|requirement| {
                    known_action(references, &requirement.action)
                        .is_some_and(|(_, action)| keys::lists(action, key))
                })
                .collect();
            if of.is_empty() {
                self.problem(
                    located.at,
                    format!("no action of {name} has a condition key {key:?}"),
                );
            }
            for requirement in &mut of {
                self.set_keys(&one, input, std::slice::from_mut(*requirement));
            }
        }
    }

    pub(super) fn set_keys(
        &mut self,
        keys: &Keys,
        input: &Input<'_>,
        requirements: &mut [Requirement],
    ) {
        for (name, located) in keys {
            for requirement in &mut *requirements {
                let known = known_action(self.references, &requirement.action)
                    .is_none_or(|(reference, _)| keys::known(reference, name) || is_global(name));
                if !known {
                    let message = format!(
                        "condition key {name:?} is not known to {}",
                        requirement.action
                    );
                    self.problem(located.at, message);
                }
                match &located.value {
                    None => requirement.keys.retain(|key| key.name != *name),
                    Some(value) => set(&mut requirement.keys, name, value.clone()),
                }
            }
            if let Some(value) = &located.value {
                self.check_value(value, located.at, input);
            }
        }
    }
}

fn set(keys: &mut Vec<Key>, name: &str, value: KeyValue) {
    keys.retain(|key| !key.name.eq_ignore_ascii_case(name));
    keys.push(Key {
        name: name.to_owned(),
        value,
    });
    keys.sort_by(|a, b| a.name.cmp(&b.name));
}

/// Keys that every service knows, and that the request sets.
fn is_global(key: &str) -> bool {
    const GLOBAL: [&str; 5] = [
        "aws:RequestTag/",
        "aws:TagKeys",
        "aws:CalledVia",
        "aws:SourceAccount",
        "aws:SourceArn",
    ];
    GLOBAL.iter().any(|global| key.eq_ignore_ascii_case(global)) || key.starts_with(GLOBAL[0])
}
