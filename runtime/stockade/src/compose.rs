//! The services, and what each is given: the one place that knows them all.

use std::sync::Arc;

use stockade_catalog::CATALOG;
use stockade_gateway::Parties;
use stockade_iam::Iam;
use stockade_s3::S3;
use stockade_store::Store;
use stockade_sts::Sts;

use crate::config::Serve;

/// Puts the services together on one store.
pub(crate) fn compose(_config: &Serve, store: &Store) -> Parties {
    let forgetful = store.clone();
    let s3 = S3::new(store.clone());
    let sts = Sts::new(Iam::new(store.clone()));
    Parties {
        catalog: &CATALOG,
        services: vec![
            Arc::new(stockade_iam_api::Server::new(Iam::new(store.clone()))),
            Arc::new(stockade_s3_api::Server::new(s3)),
            Arc::new(stockade_sts_api::Server::new(sts)),
        ],
        directory: Arc::new(Iam::new(store.clone())),
        reset: Arc::new(move || {
            let store = forgetful.clone();
            Box::pin(async move { store.reset().await.map_err(|error| error.to_string()) })
        }),
    }
}
