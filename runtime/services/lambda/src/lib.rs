//! AWS Lambda: functions, their versions and aliases, their policies, tags and concurrency.
//!
//! What clients need to make, configure, publish, list and remove functions, and to say who may
//! invoke them. A function is active as soon as it is made: there is nothing to wait for. Nothing
//! runs here: `Invoke` and all other operations answer `NotImplemented`, and so do settings that
//! would change what a function is in a way that is not kept (capacity providers, durable
//! execution, tenancy, code signing).
//!
//! - A package is unzipped once, to see that it can be, and kept as it came. `GetFunction` tells a
//!   location in AWS's form; no bytes are served there.
//! - What a request names a function by (`name`, `name:qualifier`, partial or whole ARN) is read in
//!   one place, `names`; permissions and handlers cannot differ on it.
//! - A role need not exist, unless [`Options::strict_roles`] says so.
//!
//! The crate deliberately knows no HTTP, no other service and no permissions: roles and objects are
//! asked for through [`Roles`] and [`Objects`]; who may do what is decided before, with what
//! [`stockade_spec::Facts`] tells of functions.
//!
//! # Example
//!
//! ```
//! use std::sync::Arc;
//!
//! use aws_smithy_types::byte_stream::ByteStream;
//! use stockade_lambda::{Lambda, Objects, Options, Roles};
//! use stockade_spec::service::BoxFuture;
//! use stockade_spec::{Error, Service};
//! use stockade_store::Store;
//!
//! struct Nothing;
//!
//! impl Roles for Nothing {
//!     fn can_be_assumed(&self, _role_arn: &str) -> bool {
//!         false
//!     }
//! }
//!
//! impl Objects for Nothing {
//!     fn open<'a>(
//!         &'a self,
//!         bucket: &'a str,
//!         _key: &'a str,
//!         _version: Option<&'a str>,
//!     ) -> BoxFuture<'a, Result<ByteStream, Error>> {
//!         let error = Error::new("NoSuchBucket", 404, format!("There is no {bucket}."));
//!         Box::pin(async move { Err(error) })
//!     }
//! }
//!
//! let options = Options::default();
//! let lambda = Lambda::new(Store::in_memory(), options, Arc::new(Nothing), Arc::new(Nothing));
//! let service = stockade_lambda_api::Server::new(lambda);
//! assert_eq!(service.id(), "lambda");
//! ```

mod account;
mod aliases;
mod code;
mod configuration;
mod describe;
mod errors;
mod functions;
mod listing;
mod names;
mod policy;
mod resolve;
mod service;
mod settings;
mod state;
mod tags;
mod versions;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use aws_smithy_types::byte_stream::ByteStream;
use stockade_spec::Error;
use stockade_spec::service::BoxFuture;
use stockade_store::Store;

/// What is known of roles.
pub trait Roles: Send + Sync {
    /// Whether there is a role of this ARN whose trust policy lets Lambda assume it.
    fn can_be_assumed(&self, role_arn: &str) -> bool;
}

/// Where packages lie that a request names by bucket and key.
pub trait Objects: Send + Sync {
    /// Opens an object's bytes. Whether the caller may read it has been asked already.
    ///
    /// # Errors
    ///
    /// Those of S3's `GetObject`; the caller is told their code and message.
    fn open<'a>(
        &'a self,
        bucket: &'a str,
        key: &'a str,
        version: Option<&'a str>,
    ) -> BoxFuture<'a, Result<ByteStream, Error>>;
}

/// How strict the service is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Refuse a role that does not exist, or that Lambda cannot assume, as AWS does.
    pub strict_roles: bool,
    /// Another server handles the requests: what the service is asked for authorization, its own store cannot tell.
    pub elsewhere: bool,
}

/// The service. A clone is another handle on the same state.
#[derive(Clone)]
pub struct Lambda {
    store: Store,
    options: Options,
    roles: Arc<dyn Roles>,
    objects: Arc<dyn Objects>,
}

impl Lambda {
    /// The service on a store.
    #[must_use]
    pub fn new(
        store: Store,
        options: Options,
        roles: Arc<dyn Roles>,
        objects: Arc<dyn Objects>,
    ) -> Self {
        Self {
            store,
            options,
            roles,
            objects,
        }
    }
}

impl fmt::Debug for Lambda {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lambda")
            .field("store", &self.store)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
