//! IAM: users, groups, roles, access keys, policies, boundaries, instance profiles and their tags;
//! and, for the rest of Stockade, who is who.
//!
//! What is here behaves as the IAM API Reference says, names, limits and messages included. What is
//! not (login profiles, MFA devices, identity providers, server certificates, reports)
//! keeps the generated default: 501 `NotImplemented`, after authorization.
//!
//! The crate deliberately knows nothing of how requests arrive or are decided: it answers
//! operations, resolves names for permission templates ([`Facts`](stockade_spec::Facts),
//! `Resolvers`), and is the [`Directory`](stockade_spec::directory::Directory) that authentication
//! and authorization ask.
//!
//! ```
//! use stockade_iam::Iam;
//! use stockade_spec::Service;
//! use stockade_store::Store;
//!
//! let iam = Iam::new(Store::in_memory());
//! let server = stockade_iam_api::Server::new(iam.clone());
//! assert_eq!(server.id(), "iam");
//! ```

mod access;
mod access_keys;
mod boundaries;
mod directory;
mod documents;
mod entity;
mod groups;
mod instance_profiles;
mod managed;
mod paging;
mod policies;
mod quotas;
mod render;
mod resolve;
mod roles;
mod service;
mod service_linked;
pub mod sessions;
mod simulate;
mod state;
mod tags;
mod trust;
mod usage;
mod users;

use std::sync::Arc;

use stockade_spec::Error;
use stockade_spec::directory::Organizations;
use stockade_store::Store;

/// The IAM service over a store. A clone is another handle on the same state.
#[derive(Clone)]
pub struct Iam {
    store: Store,
    keys: Arc<directory::Keys>,
    organizations: Option<Arc<dyn Organizations>>,
    formats: Option<Arc<dyn Formats>>,
}

/// Knows the formats of resources' ARNs, which answers of simulations name.
pub trait Formats: Send + Sync {
    /// The format of the type of resource that an action works on, in the reference's notation
    /// (`arn:${Partition}:sns:${Region}:${Account}:${TopicName}`): of several, the resource's; `None` for an action without
    /// types of resources.
    fn format(&self, action: &str, resource: &str) -> Option<String>;
}

impl Iam {
    /// IAM, with its records in this store.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self {
            store,
            keys: Arc::default(),
            organizations: None,
            formats: None,
        }
    }

    /// The same, with the control policies that simulations of principals take into account.
    #[must_use]
    pub fn with_organizations(mut self, organizations: Arc<dyn Organizations>) -> Self {
        self.organizations = Some(organizations);
        self
    }

    /// The same, with the formats of ARNs, without which simulations name `*`.
    #[must_use]
    pub fn with_formats(mut self, formats: Arc<dyn Formats>) -> Self {
        self.formats = Some(formats);
        self
    }
}

impl std::fmt::Debug for Iam {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Iam").finish_non_exhaustive()
    }
}

/// The path of what is made without one.
fn default_path() -> String {
    String::from("/")
}

/// IAM's refusal of a malformed value; no model has this error.
fn validation_error(message: impl Into<String>) -> Error {
    Error::new("ValidationError", 400, message)
}
