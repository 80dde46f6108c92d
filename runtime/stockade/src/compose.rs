//! The services, and what each is given: the one place that knows them all.

use std::sync::Arc;

use stockade_catalog::CATALOG;
use stockade_gateway::Parties;
use stockade_s3::S3;
use stockade_spec::Caller;
use stockade_spec::directory::{Credential, Directory, Profile};
use stockade_store::Store;

use crate::config::Serve;

/// Puts the services together on one store.
pub(crate) fn compose(_config: &Serve, store: &Store) -> Parties {
    let forgetful = store.clone();
    let s3 = S3::new(store.clone());
    Parties {
        catalog: &CATALOG,
        services: vec![Arc::new(stockade_s3_api::Server::new(s3))],
        directory: Arc::new(Nobody),
        reset: Arc::new(move || {
            let store = forgetful.clone();
            Box::pin(async move { store.reset().await.map_err(|error| error.to_string()) })
        }),
    }
}

/// A directory without identities.
struct Nobody;

impl Directory for Nobody {
    fn credential(&self, _: &str) -> Option<Arc<Credential>> {
        None
    }

    fn profile(&self, _: &str, _: &Caller) -> Option<Profile> {
        None
    }

    fn managed_policy(&self, _: &str) -> Option<Arc<str>> {
        None
    }

    fn revision(&self) -> u64 {
        0
    }
}
