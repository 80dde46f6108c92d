//! What a listener's request handling is put together from.

use std::sync::Arc;

use stockade_authz::render::error::Style;
use stockade_authz::{Authorizer, Mode};
use stockade_spec::Service;
use stockade_spec::catalog::Catalog;
use stockade_spec::directory::{Directory, Organizations};
use stockade_spec::service::BoxFuture;
use stockade_wire::sigv4::KeyCache;

use crate::authenticate::Authenticator;
use crate::endpoints::About;
use crate::route::Router;
use crate::services::Services;
use crate::upstream::{Elsewhere, Upstreams};

/// How the gateway treats its callers.
#[derive(Debug, Clone, Copy)]
pub struct Config {
    /// Whether IAM is enforced.
    pub mode: Mode,
    /// The wording of denials.
    pub style: Style,
    /// Keys that are not on record are refused.
    pub strict_credentials: bool,
}

/// Forgets all state.
pub type Reset = Arc<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// What the gateway is put together from.
pub struct Parties {
    /// All services' routing tables.
    pub catalog: &'static Catalog,
    /// The services that have code.
    pub services: Vec<Arc<dyn Service>>,
    /// The keeper of identities.
    pub directory: Arc<dyn Directory>,
    /// Which control policies bind whom; `None` where nobody keeps organizations.
    pub organizations: Option<Arc<dyn Organizations>>,
    /// What the reset endpoints call.
    pub reset: Reset,
    /// Where requests go that nobody here handles.
    pub upstreams: Upstreams,
}

/// One listener's request handling.
pub struct Gateway {
    pub(crate) catalog: &'static Catalog,
    pub(crate) router: Router,
    pub(crate) services: Services,
    pub(crate) authenticator: Authenticator,
    pub(crate) authorizer: Authorizer,
    pub(crate) style: Style,
    pub(crate) reset: Reset,
    pub(crate) upstreams: Upstreams,
    pub(crate) about: About,
}

impl Gateway {
    /// Puts a gateway together.
    pub fn new(config: Config, parties: Parties) -> Self {
        let Parties {
            catalog,
            services,
            directory,
            organizations,
            reset,
            upstreams,
        } = parties;
        let services: Vec<Arc<dyn Service>> = services
            .into_iter()
            .map(|service| -> Arc<dyn Service> {
                if upstreams.is_named(service.id()) {
                    Arc::new(Elsewhere(service))
                } else {
                    service
                }
            })
            .collect();
        let mut authorizer = Authorizer::new(
            config.mode,
            Arc::clone(&directory),
            services.iter().map(Arc::clone),
        );
        if let Some(organizations) = organizations {
            authorizer = authorizer.with_organizations(organizations);
        }
        Self {
            catalog,
            router: Router::new(catalog),
            authorizer,
            services: Services::new(catalog, services),
            authenticator: Authenticator {
                mode: config.mode,
                strict: config.strict_credentials,
                directory,
                keys: KeyCache::default(),
            },
            style: config.style,
            reset,
            upstreams,
            about: About::default(),
        }
    }

    pub(crate) fn mode(&self) -> Mode {
        self.authorizer.mode()
    }

    pub(crate) fn authorizer(&self) -> &Authorizer {
        &self.authorizer
    }

    pub(crate) fn about(&self) -> &About {
        &self.about
    }

    pub(crate) fn upstreams(&self) -> &Upstreams {
        &self.upstreams
    }

    /// The ids of the services that have code, sorted.
    pub(crate) fn service_ids(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.services.ids()
    }

    pub(crate) async fn reset(&self) -> Result<(), String> {
        (self.reset)().await?;
        self.authorizer.ring().clear();
        self.authorizer.ledger().clear();
        Ok(())
    }
}
