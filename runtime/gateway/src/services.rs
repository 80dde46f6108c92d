//! The operations that requests lead to: typed ones of services with code, described ones of all others.

use std::collections::HashMap;
use std::sync::Arc;

use stockade_described::{Descriptions, Operation};
use stockade_spec::Service;
use stockade_spec::catalog::Catalog;
use stockade_spec::permission::Permissions;

/// Every service of a catalog, with code or without.
pub(crate) struct Services {
    typed: HashMap<&'static str, Arc<dyn Service>>,
    descriptions: Descriptions,
}

impl Services {
    pub(crate) fn new(catalog: &'static Catalog, typed: Vec<Arc<dyn Service>>) -> Self {
        Self {
            descriptions: Descriptions::new(catalog),
            typed: typed
                .into_iter()
                .map(|service| (service.id(), service))
                .collect(),
        }
    }

    /// The ids of the services that have code, sorted.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &'static str> + use<> {
        let mut ids: Vec<_> = self.typed.keys().copied().collect();
        ids.sort_unstable();
        ids.into_iter()
    }

    /// An operation of a service with code: the service, and the operation's index in it.
    pub(crate) fn typed(&self, service: &str, operation: &str) -> Option<(&dyn Service, usize)> {
        let service = self.typed.get(service)?;
        let index = service
            .operations()
            .binary_search_by(|known| known.name.cmp(operation))
            .ok()?;
        Some((&**service, index))
    }

    /// An operation of any service as the catalog describes it, and what its caller needs.
    pub(crate) fn described(
        &self,
        service: &str,
        operation: &str,
    ) -> Option<(Operation<'_>, &'static Permissions)> {
        let unreadable = |problem: &dyn std::fmt::Display| {
            tracing::error!(
                service,
                operation,
                "A service's description is unreadable; this is a defect of Stockade: {problem}"
            );
        };
        let description = self.descriptions.of(service)?;
        let description = description.map_err(|error| unreadable(error)).ok()?;
        let operation = description.operation(operation)?;
        let permissions = operation.permissions();
        let permissions = permissions.map_err(|problem| unreadable(&problem)).ok()?;
        Some((operation, permissions))
    }
}
