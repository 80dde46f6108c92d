//! `models/overlays/endpoints.toml`: how services are reached, beyond what their models say.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use super::Source;
use crate::model::{Model, Models, Operation};
use crate::permissions::Diagnostic;

/// The overlay's content, by service.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct Endpoints(BTreeMap<Spanned<String>, Service>);

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Service {
    /// What hosts begin with, beside the model's endpoint prefix.
    #[serde(default)]
    hosts: Vec<Spanned<String>>,
    /// Services in credential scopes, beside the model's signing name.
    #[serde(default)]
    signing_names: Vec<Spanned<String>>,
    #[serde(default)]
    operations: BTreeMap<Spanned<String>, Call>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    /// The one signing name that the operation is called under.
    signing_name: Option<Spanned<String>>,
    /// A second HTTP method that clients use.
    method: Option<String>,
}

impl Endpoints {
    pub(super) const FILE: &'static str = "models/overlays/endpoints.toml";

    /// Parses the file and holds it against the models.
    pub(super) fn parse(text: &str, models: &Models) -> Result<Self, Vec<Diagnostic>> {
        let source = Source::new(Path::new(Self::FILE), text);
        let endpoints: Self = source.parse()?;
        let problems = endpoints.problems(models, &source);
        if problems.is_empty() {
            Ok(endpoints)
        } else {
            Err(problems)
        }
    }

    fn problems(&self, models: &Models, source: &Source<'_>) -> Vec<Diagnostic> {
        let mut problems = Vec::new();
        for (id, service) in &self.0 {
            let Some(model) = models.services.get(id.get_ref()) else {
                problems.push(source.at(id, format!("there is no service {}", id.get_ref())));
                continue;
            };
            let own = [
                (&service.hosts, model.metadata.endpoint_prefix.as_str()),
                (&service.signing_names, model.metadata.signing_name()),
            ];
            for (names, own) in own {
                for name in names.iter().filter(|name| name.get_ref() == own) {
                    let message = format!("{own:?} is what the model says already");
                    problems.push(source.at(name, message));
                }
            }
            for (name, call) in &service.operations {
                let problem = if !model.operations.contains_key(name.get_ref()) {
                    Some(format!("{} has no operation {}", model.id, name.get_ref()))
                } else {
                    call.signing_name
                        .as_ref()
                        .filter(|wanted| {
                            service
                                .signing_names
                                .iter()
                                .all(|known| known.get_ref() != wanted.get_ref())
                        })
                        .map(|wanted| {
                            format!(
                                "{:?} is not among the service's signing_names",
                                wanted.get_ref()
                            )
                        })
                };
                problems.extend(problem.map(|message| source.at(name, message)));
            }
        }
        problems
    }

    fn service(&self, id: &str) -> Option<&Service> {
        let found = self.0.iter().find(|(other, _)| other.get_ref() == id);
        found.map(|(_, service)| service)
    }

    fn call(&self, id: &str, operation: &str) -> Option<&Call> {
        let calls = &self.service(id)?.operations;
        let found = calls.iter().find(|(name, _)| name.get_ref() == operation);
        found.map(|(_, call)| call)
    }

    /// All that hosts of a service begin with: what the model and the overlay say, and the same
    /// behind the prefixes of operations.
    pub(crate) fn hosts(&self, model: &Model) -> Vec<String> {
        let own = &model.metadata.endpoint_prefix;
        let listed = self.service(&model.id).map(|service| &service.hosts);
        let listed = listed.into_iter().flatten().map(Spanned::get_ref);
        let mut hosts: Vec<String> = std::iter::once(own).chain(listed).cloned().collect();
        for operation in model.operations.values() {
            // One with a member in it is of the caller's making, and stands before what names the service.
            if let Some(prefix) = &operation.host_prefix
                && !prefix.contains('{')
            {
                hosts.push(format!("{prefix}{own}"));
            }
        }
        hosts.sort_unstable();
        hosts.dedup();
        hosts
    }

    /// All names that a service's requests are signed under.
    pub(crate) fn all_signing_names<'a>(&'a self, model: &'a Model) -> Vec<&'a str> {
        let listed = self
            .service(&model.id)
            .map(|service| &service.signing_names);
        std::iter::once(model.metadata.signing_name())
            .chain(
                listed
                    .into_iter()
                    .flatten()
                    .map(|name| name.get_ref().as_str()),
            )
            .collect()
    }

    /// The names that an operation's requests are signed under.
    pub(crate) fn signing_names<'a>(&'a self, model: &'a Model, operation: &str) -> Vec<&'a str> {
        match self.own_signing_name(model, operation) {
            Some(name) => vec![name],
            None => self.all_signing_names(model),
        }
    }

    /// The one signing name of an operation that has one of its own.
    pub(crate) fn own_signing_name(&self, model: &Model, operation: &str) -> Option<&str> {
        let name = self.call(&model.id, operation)?.signing_name.as_ref()?;
        Some(name.get_ref())
    }

    /// A second HTTP method of an operation.
    pub(crate) fn second_method(&self, model: &Model, operation: &str) -> Option<&str> {
        self.call(&model.id, operation)?.method.as_deref()
    }

    pub(super) fn methods<'a>(
        &'a self,
        model: &Model,
        name: &str,
        operation: &'a Operation,
    ) -> Vec<&'a str> {
        std::iter::once(operation.method.as_str())
            .chain(self.second_method(model, name))
            .collect()
    }
}
