//! What the state says of the resources that requirements name.

use stockade_kit::failure::Failure;
use stockade_organizations_api::permissions::Resolvers;
use stockade_spec::Facts;
use stockade_spec::resolve::{ResourceFacts, Scope, StateKeys};

use crate::state::Membership;
use crate::{Organizations, tags};

impl Resolvers for Organizations {}

impl Facts for Organizations {
    /// Everything but the organization itself is named by the last part of its ARN.
    fn facts(&self, _action: &str, _resource: &str, _scope: &Scope<'_>) -> ResourceFacts {
        ResourceFacts::default()
    }

    fn state_keys(&self, _action: &str, resource: &str, scope: &Scope<'_>) -> StateKeys {
        let snapshot = self.store.snapshot();
        let id = resource.rsplit('/').next().unwrap_or_default();
        let found = Membership::find(&snapshot, scope.account)
            .map_err(Failure::from)
            .and_then(|membership| match membership {
                Some(membership) => tags::of(&snapshot, &membership, id),
                None => Ok(None),
            });
        match found {
            Ok(found) => StateKeys {
                tags: found.into_iter().flatten().collect(),
                ..StateKeys::default()
            },
            Err(_) => StateKeys::elsewhere("organizations"),
        }
    }
}
