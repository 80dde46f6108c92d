//! What a request would need, and whether a principal may make it, told without handling it.

mod ask;
mod captured;
mod read;

use std::sync::Arc;

use aws_smithy_schema::serde::SerdeError;
use bytes::Bytes;
use http::{HeaderMap, Request};
use stockade_authz::fill::{self, Act, Required};
use stockade_spec::catalog::Catalog;
use stockade_spec::permission::Class;
use stockade_spec::resolve::Scope;
use stockade_spec::{Error, Service};

use crate::pipeline::{partition, text};
use crate::route::Router;
use crate::services::Services;

pub(crate) use ask::PATH;
pub use captured::parse;
use read::{Read, Reader};

/// Where and as whom a request is taken to be made.
#[derive(Debug, Clone)]
pub struct Vantage {
    /// 12 digits.
    pub account: String,
    /// For example `us-east-1`.
    pub region: String,
    /// The caller's ARN, for operations that default to the caller.
    pub caller: String,
}

/// An operation, and what a request for it needs.
#[derive(Debug)]
pub struct Explained {
    /// The service's id.
    pub service: &'static str,
    /// The operation's name.
    pub operation: &'static str,
    /// How it is authorized.
    pub class: Class,
    /// The permissions needed, in the template's order.
    pub required: Vec<Required>,
    /// What services need that act because of the request, and as whom; the caller needs none of it.
    pub follow_ups: Vec<Act>,
}

/// Routes and reads requests as the gateway does, and tells what each needs.
///
/// Names that only state can turn into ARNs are asked of the services that it is given.
pub struct Explainer {
    catalog: &'static Catalog,
    router: Router,
    services: Services,
}

impl Explainer {
    /// An explainer of a catalog's services; `services` are those that have code.
    pub fn new(catalog: &'static Catalog, services: Vec<Arc<dyn Service>>) -> Self {
        Self {
            catalog,
            router: Router::new(catalog),
            services: Services::new(catalog, services),
        }
    }

    /// What an operation needs with this input: JSON with the model's member names, blobs in base64, timestamps in
    /// seconds.
    ///
    /// # Errors
    ///
    /// A service or operation that does not exist, or an input that is not of its shape.
    pub fn input(
        &self,
        service: &str,
        operation: &str,
        input: &[u8],
        vantage: &Vantage,
    ) -> Result<Explained, Error> {
        let told = |read: &Read<'_>| explain(read, vantage, &HeaderMap::new());
        self.reader().input(service, operation, input, told)?
    }

    /// What a request needs, routed and read as if it had come in. Its signature, which is not verified, tells account
    /// and region; `vantage` stands in for what it does not tell.
    ///
    /// # Errors
    ///
    /// A request of no operation, or one whose input is not of its shape.
    pub fn request(&self, request: &Request<Bytes>, vantage: &Vantage) -> Result<Explained, Error> {
        self.reader().request(request, |read| {
            let mut vantage = vantage.clone();
            if let Some(account) = &read.signed.account {
                vantage.account.clone_from(account);
            }
            if let Some(region) = &read.signed.region {
                vantage.region.clone_from(region);
            }
            explain(read, &vantage, request.headers())
        })?
    }

    fn reader(&self) -> Reader<'_> {
        Reader {
            catalog: self.catalog,
            router: &self.router,
            services: &self.services,
        }
    }
}

fn explain(read: &Read<'_>, vantage: &Vantage, headers: &HeaderMap) -> Result<Explained, Error> {
    let source = fill::Source {
        scope: Scope {
            partition: partition(&vantage.region),
            region: &vantage.region,
            account: &vantage.account,
            caller: Some(&vantage.caller),
        },
        service: read.state(),
        header: &|name| text(headers, name),
    };
    let invalid = |error: SerdeError| Error::new("InvalidRequest", 400, error.to_string());
    let required = match read.permissions.class {
        Class::Requirements => {
            fill::fill(read.permissions, read.input, &source).map_err(invalid)?
        }
        Class::Open | Class::Unsigned | Class::Bearer => Vec::new(),
    };
    let follow_ups = fill::follow_ups(read.permissions, read.input, &source).map_err(invalid)?;
    Ok(Explained {
        service: read.service,
        operation: read.operation,
        class: read.permissions.class,
        required,
        follow_ups,
    })
}
