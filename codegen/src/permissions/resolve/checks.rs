//! What an overlay says, held against the models: every mistake is told with its line.

use super::*;

impl Resolver<'_> {
    /// What the overlay says of the service as a whole, and of operations that do not exist.
    pub(super) fn check_service(&mut self) {
        for (name, entry) in &self.overlay.operations {
            if !self.model.operations.contains_key(name) {
                self.problem(
                    entry.at,
                    format!("{} has no operation {name}", self.model.id),
                );
            }
        }
        for (name, resources) in &self.overlay.resources {
            if !self
                .own
                .references
                .iter()
                .any(|reference| reference.resource_types.contains_key(name))
            {
                self.problem(resources.at, format!("there is no resource type {name:?}"));
            }
            let anywhere = |resource: &Resource| {
                self.model.operations.values().any(|operation| {
                    Input::new(self.model, operation.input.as_deref()).has(resource)
                })
            };
            for resource in &resources.value {
                if !anywhere(resource) {
                    self.problem(
                        resources.at,
                        format!("no operation has the members of {resource}"),
                    );
                }
            }
        }
        for acting in &self.overlay.follow_ups {
            for operation in &acting.operations {
                if !self.model.operations.contains_key(&operation.value) {
                    let message = format!("{} has no operation {}", self.model.id, operation.value);
                    self.problem(operation.at, message);
                }
            }
        }
        for wanted in &self.overlay.dependents {
            self.action(&wanted.action.value, wanted.action.at);
        }
        for (name, value) in &self.overlay.keys {
            if !self
                .own
                .references
                .iter()
                .any(|reference| keys::known(reference, name))
            {
                self.problem(value.at, format!("condition key {name:?} is not known"));
            }
        }
    }

    pub(super) fn check_resources(
        &mut self,
        resources: &Located<Vec<Resource>>,
        input: &Input<'_>,
    ) {
        for resource in &resources.value {
            match resource {
                Resource::Template(parts) => self.check_parts(parts, resources.at, input),
                Resource::Resolver(call) => {
                    for path in &call.arguments {
                        self.check_text(path, resources.at, input);
                    }
                }
            }
        }
    }

    pub(super) fn check_parts(&mut self, parts: &[Part], at: usize, input: &Input<'_>) {
        for path in members(parts) {
            self.check_text(path, at, input);
        }
    }

    pub(super) fn check_value(&mut self, value: &KeyValue, at: usize, input: &Input<'_>) {
        // Whether it is there may be asked of any member.
        if let KeyValue::Presence(path) = value {
            if let Err(message) = input.follow(path) {
                self.problem(at, message);
            }
            return;
        }
        for path in value.paths() {
            self.check_text(path, at, input);
        }
    }

    /// A path must lead to a member that reads as text.
    pub(super) fn check_text(&mut self, path: &Path, at: usize, input: &Input<'_>) {
        let problem = match input.follow(path) {
            Ok(shape) if is_scalar(shape) => return,
            Ok(shape) if input.element(shape).is_some() => {
                format!("{path} is a list; write {path}[] for its elements")
            }
            Ok(_) => format!("{path} is no text; go on to one of its members"),
            Err(message) => message,
        };
        self.problem(at, problem);
    }
}
