//! What a request would need, told without deciding on it or handling it.

use std::sync::Arc;

use aws_smithy_schema::serde::{SerdeError, SerializableStruct};
use bytes::Bytes;
use http::{HeaderMap, Method, Request};
use stockade_authz::fill::{self, Act, Required};
use stockade_kit::access_key;
use stockade_kit::ids::is_account_id;
use stockade_spec::catalog::Catalog;
use stockade_spec::permission::{Class, Permissions};
use stockade_spec::resolve::Scope;
use stockade_spec::{Error, Service};
use stockade_wire::sigv4::{self, Parts};
use stockade_wire::{Dialect, Protocol, Query, decode};

use crate::pipeline::{is_form, partition, text};
use crate::route::{Head, Router};
use crate::services::Services;

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
        let unknown = |what: String| Error::new("UnknownOperation", 400, what);
        let known = self
            .catalog
            .service(service)
            .ok_or_else(|| unknown(format!("there is no service {service}")))?;
        let name = known
            .operations
            .by_name(operation)
            .ok_or_else(|| unknown(format!("{service} has no operation {operation}")))?
            .name;
        // JSON-RPC reads a structure by its members' names alone, wherever HTTP would put them.
        let dialect = Dialect::new(Protocol::AwsJson1_1);
        let (query, headers) = (Query::default(), HeaderMap::new());
        let request = decode::Request {
            dialect: &dialect,
            method: &Method::POST,
            labels: &[],
            query: &query,
            form: None,
            headers: &headers,
            body: input,
        };
        self.explain(known.id, name, &request, vantage)
    }

    /// What a request needs, routed and read as if it had come in. Its signature, which is not verified, tells account
    /// and region; `vantage` stands in for what it does not tell.
    ///
    /// # Errors
    ///
    /// A request of no operation, or one whose input is not of its shape.
    pub fn request(&self, request: &Request<Bytes>, vantage: &Vantage) -> Result<Explained, Error> {
        let malformed = |error: String| Error::new("InvalidRequest", 400, error);
        let (method, headers, body) = (request.method(), request.headers(), request.body());
        let query = Query::parse(request.uri().query().unwrap_or_default())
            .map_err(|error| malformed(error.to_string()))?;
        let form = is_form(method, headers)
            .then(|| Query::parse_bytes(body))
            .transpose()
            .map_err(|error| malformed(error.to_string()))?;
        let path = request.uri().path();
        let identity = sigv4::identify(&Parts {
            method,
            path,
            query: &query,
            headers,
        });
        let head = Head {
            method,
            path,
            query: &query,
            headers,
            form: form.as_ref(),
            identity: identity.as_ref(),
        };
        let route = self
            .router
            .route(&head)
            .map_err(|unrouted| unrouted.error)?;
        let route = self.router.settle(route, body);
        let (query, body) = route.read(method, &query, form.as_ref(), body);
        let mut vantage = vantage.clone();
        if let Some(identity) = &identity {
            let key = identity.access_key;
            let account = is_account_id(key).then(|| key.to_owned());
            if let Some(account) = account.or_else(|| access_key::account_of(key)) {
                vantage.account = account;
            }
            if !matches!(identity.region, "" | "*") {
                vantage.region = identity.region.to_owned();
            }
        }
        let request = decode::Request {
            dialect: &route.dialect,
            method,
            labels: &route.labels,
            query,
            form: form.as_ref().filter(|_| !body.is_empty()),
            headers,
            body,
        };
        self.explain(route.service.id, route.operation.name, &request, &vantage)
    }

    fn explain(
        &self,
        service: &'static str,
        operation: &'static str,
        request: &decode::Request<'_>,
        vantage: &Vantage,
    ) -> Result<Explained, Error> {
        let unreadable = |error: decode::DecodeError| error.into_error(request.dialect);
        let filled = |permissions: &Permissions,
                      input: &dyn SerializableStruct,
                      state: Option<&dyn Service>| {
            let source = fill::Source {
                scope: Scope {
                    partition: partition(&vantage.region),
                    region: &vantage.region,
                    account: &vantage.account,
                    caller: Some(&vantage.caller),
                },
                service: state,
                header: &|name| text(request.headers, name),
            };
            let invalid = |error: SerdeError| Error::new("InvalidRequest", 400, error.to_string());
            let required = match permissions.class {
                Class::Requirements => fill::fill(permissions, input, &source).map_err(invalid)?,
                Class::Open | Class::Unsigned | Class::Bearer => Vec::new(),
            };
            let follow_ups = fill::follow_ups(permissions, input, &source).map_err(invalid)?;
            Ok(Explained {
                service,
                operation,
                class: permissions.class,
                required,
                follow_ups,
            })
        };
        if let Some((typed, index)) = self.services.typed(service, operation) {
            let input = decode::read(request, |deserializer| {
                typed.read(index, deserializer, None)
            })
            .map_err(unreadable)?;
            let permissions = typed.operations()[index].permissions;
            return filled(permissions, input.as_serializable(), Some(typed));
        }
        let (described, permissions) = self
            .services
            .described(service, operation)
            .ok_or_else(Error::internal)?;
        let input = decode::read(request, |deserializer| described.read(deserializer))
            .map_err(unreadable)?;
        filled(permissions, &input, None)
    }
}
