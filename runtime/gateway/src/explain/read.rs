//! Requests and inputs, routed and read as the gateway reads what comes in.

use aws_smithy_schema::serde::SerializableStruct;
use bytes::Bytes;
use http::{HeaderMap, Method, Request};
use stockade_kit::access_key;
use stockade_kit::ids::is_account_id;
use stockade_spec::catalog::Catalog;
use stockade_spec::permission::Permissions;
use stockade_spec::{Error, Service};
use stockade_wire::sigv4::{self, Identity, Parts};
use stockade_wire::{Dialect, Protocol, Query, decode};

use crate::pipeline::is_form;
use crate::route::{Head, Router};
use crate::services::Services;

/// Reads requests of a catalog's services.
pub(super) struct Reader<'a> {
    pub(super) catalog: &'static Catalog,
    pub(super) router: &'a Router,
    pub(super) services: &'a Services,
}

/// A request, read.
pub(super) struct Read<'a> {
    /// The service's id.
    pub(super) service: &'static str,
    /// The operation's name.
    pub(super) operation: &'static str,
    pub(super) permissions: &'a Permissions,
    pub(super) input: &'a dyn SerializableStruct,
    /// The service with code, and the operation's index in it.
    pub(super) typed: Option<(&'a dyn Service, usize)>,
    pub(super) signed: Signed,
}

/// What a signature tells that nobody verified.
#[derive(Default)]
pub(super) struct Signed {
    pub(super) account: Option<String>,
    pub(super) region: Option<String>,
}

impl<'a> Read<'a> {
    /// Who resolves names by state.
    pub(super) fn state(&self) -> Option<&'a dyn Service> {
        self.typed.map(|(service, _)| service)
    }
}

impl Signed {
    fn of(identity: &Identity<'_>) -> Self {
        let key = identity.access_key;
        let named = is_account_id(key).then(|| key.to_owned());
        Self {
            account: named.or_else(|| access_key::account_of(key)),
            region: (!matches!(identity.region, "" | "*")).then(|| identity.region.to_owned()),
        }
    }
}

impl Reader<'_> {
    /// Reads an operation's input: JSON with the model's member names, blobs in base64, timestamps in seconds.
    pub(super) fn input<T>(
        &self,
        service: &str,
        operation: &str,
        input: &[u8],
        then: impl FnOnce(&Read<'_>) -> T,
    ) -> Result<T, Error> {
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
        self.read(known.id, name, &request, Signed::default(), then)
    }

    /// Reads a request as if it had come in.
    pub(super) fn request<T>(
        &self,
        request: &Request<Bytes>,
        then: impl FnOnce(&Read<'_>) -> T,
    ) -> Result<T, Error> {
        let malformed = |error: String| Error::new("InvalidRequest", 400, error);
        let (method, headers, body) = (request.method(), request.headers(), request.body());
        let query = Query::parse(request.uri().query().unwrap_or_default())
            .map_err(|error| malformed(error.to_string()))?;
        let form = is_form(method, headers)
            .then(|| Query::parse_bytes(body))
            .transpose()
            .map_err(|error| malformed(error.to_string()))?;
        let parts = Parts {
            method,
            path: request.uri().path(),
            query: &query,
            headers,
        };
        let identity = sigv4::identify(&parts);
        let head = Head::new(&parts, form.as_ref(), identity.as_ref());
        let route = self
            .router
            .route(&head)
            .map_err(|unrouted| unrouted.error)?;
        let route = self.router.settle(route, body);
        let (query, body) = route.read(method, &query, form.as_ref(), body);
        let signed = identity.as_ref().map(Signed::of).unwrap_or_default();
        let request = decode::Request {
            dialect: &route.dialect,
            method,
            labels: &route.labels,
            query,
            form: form.as_ref().filter(|_| !body.is_empty()),
            headers,
            body,
        };
        self.read(
            route.service.id,
            route.operation.name,
            &request,
            signed,
            then,
        )
    }

    fn read<T>(
        &self,
        service: &'static str,
        operation: &'static str,
        request: &decode::Request<'_>,
        signed: Signed,
        then: impl FnOnce(&Read<'_>) -> T,
    ) -> Result<T, Error> {
        let unreadable = |error: decode::DecodeError| error.into_error(request.dialect);
        if let Some((typed, index)) = self.services.typed(service, operation) {
            let input = decode::read(request, |deserializer| {
                typed.read(index, deserializer, None)
            })
            .map_err(unreadable)?;
            return Ok(then(&Read {
                service,
                operation,
                permissions: typed.operations()[index].permissions,
                input: input.as_serializable(),
                typed: Some((typed, index)),
                signed,
            }));
        }
        let (described, permissions) = self
            .services
            .described(service, operation)
            .ok_or_else(Error::internal)?;
        let input = decode::read(request, |deserializer| described.read(deserializer))
            .map_err(unreadable)?;
        Ok(then(&Read {
            service,
            operation,
            permissions,
            input: &input,
            typed: None,
            signed,
        }))
    }
}
