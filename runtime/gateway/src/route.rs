//! From a request's head to its service and operation.
//!
//! The signing name comes first: it names the service even where the rest of the request could be
//! another's. Without one, `X-Amz-Target`, the RPC path, `Action` and `Version`, the host, and the
//! table of paths follow, in that order; a plain unsigned path is S3's.

mod host;
mod unknown;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

use http::header::{CONTENT_TYPE, HOST};
use http::{HeaderMap, Method};
use stockade_spec::Error;
use stockade_spec::catalog::{Catalog, CatalogOperation, Protocol, Segment, Service};
use stockade_wire::sigv4::Identity;
use stockade_wire::{Dialect, Query};

use crate::matcher::{Found, Labels, Matcher};

pub(crate) use host::Host;

/// The service of unsigned plain paths.
const S3: &str = "s3";

/// What routing reads of a request.
#[derive(Clone, Copy)]
pub(crate) struct Head<'a> {
    pub(crate) method: &'a Method,
    /// As sent, percent-escapes untouched.
    pub(crate) path: &'a str,
    pub(crate) query: &'a Query,
    pub(crate) headers: &'a HeaderMap,
    /// The body's parameters, where it is a form.
    pub(crate) form: Option<&'a Query>,
    /// Who the request says it comes from.
    pub(crate) identity: Option<&'a Identity<'a>>,
}

/// Where a request goes.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    pub(crate) service: &'static Service,
    pub(crate) dialect: Dialect<'static>,
    pub(crate) operation: &'static CatalogOperation,
    pub(crate) labels: Labels,
}

/// A request that is no operation's, in the words of the service it seems to be for.
#[derive(Debug)]
pub(crate) struct NoRoute {
    pub(crate) service: Option<&'static Service>,
    pub(crate) dialect: Dialect<'static>,
    pub(crate) error: Error,
}

/// Routes requests by the catalog's tables; what a service needs of them is built when it is first
/// asked for.
pub(crate) struct Router {
    catalog: &'static Catalog,
    matchers: Box<[OnceLock<Matcher>]>,
    /// The REST operations that begin with a literal segment, by that segment.
    first_segments: OnceLock<HashMap<&'static str, Vec<Candidate>>>,
}

type Candidate = (&'static Service, &'static CatalogOperation);

impl Router {
    pub(crate) fn new(catalog: &'static Catalog) -> Self {
        Self {
            catalog,
            matchers: catalog.services.iter().map(|_| OnceLock::new()).collect(),
            first_segments: OnceLock::new(),
        }
    }

    /// Finds the service and operation of a request.
    pub(crate) fn route(&self, head: &Head<'_>) -> Result<Route, Box<NoRoute>> {
        let host = Host::of(head.headers.get(HOST).and_then(|host| host.to_str().ok()));
        let candidates = self.candidates(head, &host);
        let service = match candidates.as_slice() {
            [] => return Err(unknown::service(head)),
            [only] => only,
            several => self.narrow(several, head, &host),
        };
        self.operation(service, head, &host)
    }

    /// The services that the request can be for.
    fn candidates(&self, head: &Head<'_>, host: &Host<'_>) -> Vec<&'static Service> {
        let catalog = self.catalog;
        if let Some(name) = head.identity.map(|identity| identity.service)
            && !name.is_empty()
        {
            let signed: Vec<_> = catalog.find(catalog.by_signing_name, name).collect();
            if !signed.is_empty() {
                return signed;
            }
        }
        if let Some((prefix, _)) = target(head) {
            return catalog.find(catalog.by_target_prefix, prefix).collect();
        }
        if let Some((name, _)) = rpc(head) {
            return catalog.find(catalog.by_target_prefix, name).collect();
        }
        if parameter(head, "Action").is_some()
            && let Some(version) = parameter(head, "Version")
        {
            let known: Vec<_> = catalog.find(catalog.by_query_version, version).collect();
            if !known.is_empty() {
                return known;
            }
        }
        for prefix in host.endpoint_prefixes() {
            let known: Vec<_> = catalog.find(catalog.by_endpoint_prefix, prefix).collect();
            if !known.is_empty() {
                return known;
            }
        }
        if let Some(service) = self.by_first_segment(head) {
            return vec![service];
        }
        // A signature under a name that nobody has is not S3's.
        match head.identity {
            Some(identity) if !identity.service.is_empty() => Vec::new(),
            _ => catalog.service(S3).into_iter().collect(),
        }
    }

    /// Of services that share a name, the one that the rest of the request speaks of.
    fn narrow(
        &self,
        several: &[&'static Service],
        head: &Head<'_>,
        host: &Host<'_>,
    ) -> &'static Service {
        let named = |name: &str| {
            several
                .iter()
                .find(|service| service.target_prefix == Some(name))
                .copied()
        };
        if let Some(service) = target(head).and_then(|(prefix, _)| named(prefix)) {
            return service;
        }
        if let Some(service) = rpc(head).and_then(|(name, _)| named(name)) {
            return service;
        }
        if let Some(action) = parameter(head, "Action") {
            let version = parameter(head, "Version");
            let has = |service: &&&'static Service| {
                service.operations.by_name(action).is_some()
                    && version.is_none_or(|version| service.api_version == version)
            };
            return several.iter().find(has).unwrap_or(&several[0]);
        }
        let by_host = |service: &&&'static Service| {
            host.endpoint_prefixes()
                .any(|prefix| prefix == service.endpoint_prefix)
        };
        if let Some(service) = several.iter().find(by_host) {
            return service;
        }
        several
            .iter()
            .filter_map(|service| {
                let (operation, _) = self.rest(service, head, host).ok()?;
                Some((operation.specificity(), *service))
            })
            // The first of equals: `max_by_key` would take the last.
            .reduce(|best, next| if next.0 > best.0 { next } else { best })
            .map_or(several[0], |(_, service)| service)
    }

    fn operation(
        &self,
        service: &'static Service,
        head: &Head<'_>,
        host: &Host<'_>,
    ) -> Result<Route, Box<NoRoute>> {
        let dialect = dialect(service, head);
        let route = |operation, labels| Route {
            service,
            dialect,
            operation,
            labels,
        };
        let name = match dialect.protocol {
            Protocol::RestJson | Protocol::RestXml => {
                return match self.rest(service, head, host) {
                    Ok((operation, labels)) => Ok(route(operation, labels)),
                    Err(found) => Err(unknown::path(service, dialect, head, &found)),
                };
            }
            Protocol::Query | Protocol::Ec2Query => parameter(head, "Action"),
            Protocol::AwsJson1_0 | Protocol::AwsJson1_1 => target(head).map(|(_, name)| name),
            Protocol::RpcV2Cbor => rpc(head).map(|(_, name)| name),
        };
        name.and_then(|name| service.operations.by_name(name))
            .map(|operation| route(operation, Labels::new()))
            .ok_or_else(|| unknown::name(service, dialect, name))
    }

    fn rest(
        &self,
        service: &'static Service,
        head: &Head<'_>,
        host: &Host<'_>,
    ) -> Result<(&'static CatalogOperation, Labels), Found> {
        let operations = service.operations.all();
        let path = path(service, head, host);
        let found = match self.matcher(service) {
            Some(matcher) => matcher.find(head.method, &path, head.query, head.headers),
            None => Found::Nothing,
        };
        match found {
            Found::Operation(index, labels) => match operations.get(index) {
                Some(operation) => Ok((operation, labels)),
                None => Err(Found::Nothing),
            },
            other => Err(other),
        }
    }

    fn matcher(&self, service: &'static Service) -> Option<&Matcher> {
        let place = self
            .catalog
            .services
            .binary_search_by(|other| other.id.cmp(service.id))
            .ok()?;
        let matcher = self.matchers.get(place)?;
        Some(matcher.get_or_init(|| Matcher::new(service.operations.all())))
    }

    /// The service of an unsigned path that begins as some operation's does. Reads are S3's unless
    /// they begin with an API version, so that buckets may be called `tags` or `functions`.
    fn by_first_segment(&self, head: &Head<'_>) -> Option<&'static Service> {
        let first = head.path.strip_prefix('/')?.split('/').next()?;
        let reads = matches!(*head.method, Method::GET | Method::HEAD);
        if first.is_empty() || (reads && !is_version(first)) {
            return None;
        }
        let index = self
            .first_segments
            .get_or_init(|| first_segments(self.catalog));
        index
            .get(first)?
            .iter()
            .filter(|(_, operation)| {
                operation.matches(head.method.as_str(), head.path, |name, value| match value {
                    Some(value) => head.query.get(name) == Some(value),
                    None => head.query.has(name),
                })
            })
            .max_by_key(|(_, operation)| operation.specificity())
            .map(|(service, _)| *service)
    }
}

fn first_segments(catalog: &'static Catalog) -> HashMap<&'static str, Vec<Candidate>> {
    let mut index: HashMap<_, Vec<Candidate>> = HashMap::new();
    for service in catalog.services {
        let rest = |protocol: &Protocol| matches!(protocol, Protocol::RestJson | Protocol::RestXml);
        if !service.protocols.iter().any(rest) {
            continue;
        }
        for operation in service.operations.all() {
            if let Some(Segment::Literal(first)) = operation.path.first() {
                index.entry(*first).or_default().push((service, operation));
            }
        }
    }
    index
}

/// Whether this is an API version such as `2015-03-31`.
fn is_version(segment: &str) -> bool {
    segment.len() == 10
        && segment
            .bytes()
            .enumerate()
            .all(|(place, byte)| match place {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            })
}

/// The path that the service's patterns are matched against: S3's bucket may stand in the host.
fn path<'a>(service: &Service, head: &Head<'a>, host: &Host<'_>) -> Cow<'a, str> {
    if service.id == S3
        && let Some(bucket) = host.bucket()
    {
        return format!("/{bucket}{}", head.path).into();
    }
    head.path.into()
}

/// A parameter of the form or, for a request without one, of the query.
pub(crate) fn parameter<'a>(head: &Head<'a>, name: &str) -> Option<&'a str> {
    head.form
        .and_then(|form| form.get(name))
        .or_else(|| head.query.get(name))
}

/// What stands before and behind the last dot of `X-Amz-Target`.
fn target<'a>(head: &Head<'a>) -> Option<(&'a str, &'a str)> {
    text(head.headers, "x-amz-target")?.rsplit_once('.')
}

/// Service and operation of an RPC v2 path, `…/service/Name/operation/Name`.
fn rpc<'a>(head: &Head<'a>) -> Option<(&'a str, &'a str)> {
    text(head.headers, "smithy-protocol").filter(|protocol| *protocol == "rpc-v2-cbor")?;
    let (_, named) = head.path.rsplit_once("/service/")?;
    let (service, operation) = named.split_once("/operation/")?;
    // A service's name may carry its namespace.
    let service = service.rsplit('.').next().unwrap_or(service);
    Some((service, operation.trim_end_matches('/')))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// How the service speaks to this client: of the protocols it knows, the one that the request is
/// in.
fn dialect(service: &'static Service, head: &Head<'_>) -> Dialect<'static> {
    let json = text(head.headers, CONTENT_TYPE.as_str()).unwrap_or_default();
    let speaks = |protocol: Protocol| match protocol {
        Protocol::RpcV2Cbor => rpc(head).is_some(),
        Protocol::AwsJson1_0 => target(head).is_some() && json.ends_with("json-1.0"),
        Protocol::AwsJson1_1 => target(head).is_some() && !json.ends_with("json-1.0"),
        Protocol::Query | Protocol::Ec2Query => parameter(head, "Action").is_some(),
        Protocol::RestJson | Protocol::RestXml => target(head).is_none() && rpc(head).is_none(),
    };
    let protocol = service
        .protocols
        .iter()
        .find(|protocol| speaks(**protocol))
        .or(service.protocols.first())
        .copied()
        .unwrap_or(Protocol::RestJson);
    Dialect::of(service, protocol)
}
