//! Which IAM prefixes a service's operations stand under.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::model::{Authorization, Model};

/// `models/overlays/prefixes.toml`: what does not follow from the models' own names.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct Prefixes(BTreeMap<String, Exception>);

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    /// The service's IAM prefixes, its own first.
    #[serde(default)]
    prefixes: Vec<String>,
}

/// The table's file.
pub(super) const FILE: &str = "models/overlays/prefixes.toml";

/// What a service's operations stand under.
pub(super) struct Own<'a> {
    /// The service's own prefix; the reference need not know it, where the service is newer.
    pub(super) prefix: String,
    /// The reference of its prefixes, its own first.
    pub(super) references: Vec<&'a Authorization>,
}

impl Prefixes {
    /// What the table says of services or prefixes that do not exist.
    pub(crate) fn check(
        &self,
        services: &BTreeMap<String, Model>,
        references: &BTreeMap<String, Authorization>,
    ) -> Vec<String> {
        let mut problems = Vec::new();
        for (service, exception) in &self.0 {
            if !services.contains_key(service) {
                problems.push(format!("{FILE}: there is no service {service}"));
            }
            for prefix in &exception.prefixes {
                if !references.contains_key(prefix) {
                    problems.push(format!(
                        "{FILE}: {service}: the authorization reference has no prefix {prefix:?}"
                    ));
                }
            }
        }
        problems
    }

    /// The prefixes of a service: from the table, else the signing name, else the endpoint's label.
    pub(super) fn of<'a>(
        &self,
        model: &Model,
        references: &'a BTreeMap<String, Authorization>,
    ) -> Own<'a> {
        let listed = self
            .0
            .get(&model.id)
            .map(|exception| exception.prefixes.as_slice())
            .unwrap_or_default();
        if !listed.is_empty() {
            return Own {
                prefix: listed[0].clone(),
                references: listed
                    .iter()
                    .filter_map(|prefix| references.get(prefix))
                    .collect(),
            };
        }
        let signing_name = model.metadata.signing_name();
        let reference = [signing_name, &model.metadata.endpoint_prefix, &model.id]
            .into_iter()
            .find_map(|prefix| references.get(prefix));
        Own {
            prefix: reference.map_or_else(
                || signing_name.to_ascii_lowercase(),
                |reference| reference.prefix.clone(),
            ),
            references: reference.into_iter().collect(),
        }
    }
}
