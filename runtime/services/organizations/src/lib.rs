//! AWS Organizations: the organization and its root, organizational units, accounts, invitations,
//! control policies and their attachments, tags, trusted services, delegated administrators, the resource
//! policy that delegates to members, and transfers of responsibility between organizations; and, for the rest of
//! Stockade, which control policies bind an account.
//!
//! Behaves as the AWS Organizations API Reference and User Guide say. An account need not be made to be
//! used in Stockade; one that `CreateAccount` makes, or that accepts an invitation, is a member from
//! then on. Policies that configure accounts (of tags, backups, …) are kept, merged and validated as far as AWS's
//! pages say how, and configure nothing.
//!
//! The crate deliberately knows no HTTP and no evaluation: it says which policies stand at which level
//! ([`stockade_spec::directory::Organizations`]); roles of new accounts are made through [`Roles`].
//!
//! ```
//! use std::sync::Arc;
//! use stockade_organizations::{Organizations, Roles};
//! use stockade_spec::directory::Organizations as _;
//! use stockade_spec::service::BoxFuture;
//! use stockade_spec::{Error, RequestContext, Service};
//! use stockade_store::Store;
//!
//! struct Nothing;
//!
//! impl Roles for Nothing {
//!     fn admit<'a>(
//!         &'a self,
//!         _context: &'a RequestContext,
//!         _account: &'a str,
//!         _role: &'a str,
//!     ) -> BoxFuture<'a, Result<(), Error>> {
//!         Box::pin(async { Ok(()) })
//!     }
//! }
//!
//! let organizations = Organizations::new(Store::in_memory(), Arc::new(Nothing));
//! assert!(organizations.guardrails("000000000000").is_none());
//! let service = stockade_organizations_api::Server::new(organizations);
//! assert_eq!(service.id(), "organizations");
//! ```

mod accounts;
mod all_features;
mod attachments;
mod contacts;
mod creations;
mod delegable;
mod delegation;
mod departures;
mod documents;
mod effective;
mod errors;
mod guardrails;
mod handshakes;
mod ids;
mod invitations;
mod management_policies;
mod names;
mod organization;
mod paging;
mod policies;
mod policy_types;
mod resolve;
mod resource_policy;
mod service;
mod state;
mod tags;
mod transfers;
mod tree;
mod trusted_services;
mod units;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use stockade_spec::service::BoxFuture;
use stockade_spec::{Error, RequestContext};
use stockade_store::Store;

/// Where the roles of new accounts are made.
pub trait Roles: Send + Sync {
    /// Makes the role through which the caller's account administers an account that it made.
    ///
    /// # Errors
    ///
    /// The keeper's own; the account is there nevertheless.
    fn admit<'a>(
        &'a self,
        context: &'a RequestContext,
        account: &'a str,
        role: &'a str,
    ) -> BoxFuture<'a, Result<(), Error>>;
}

/// The service. A clone is another handle on the same state.
#[derive(Clone)]
pub struct Organizations {
    store: Store,
    roles: Arc<dyn Roles>,
}

impl Organizations {
    /// The service on a store.
    #[must_use]
    pub fn new(store: Store, roles: Arc<dyn Roles>) -> Self {
        Self { store, roles }
    }
}

impl fmt::Debug for Organizations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Organizations").finish_non_exhaustive()
    }
}
