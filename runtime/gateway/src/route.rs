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

use http::header::{AUTHORIZATION, HOST};
use http::{HeaderMap, Method};
use serde::de::IgnoredAny;
use stockade_spec::Error;
use stockade_spec::catalog::{Auth, Catalog, CatalogOperation, Protocol, Segment, Service};
use stockade_wire::sigv4::{Identity, Parts};
use stockade_wire::{Dialect, Query, headers};

use crate::matcher::{Found, Labels, Matcher, Request};

pub(crate) use host::Host;
use unknown::{Reason, Refusal};

/// The service of unsigned plain paths.
const S3: &str = "s3";
/// API Gateway's management of WebSocket connections.
const CONNECTIONS: &str = "apigatewaymanagementapi";

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
    /// What stands before and behind the last dot of `X-Amz-Target`.
    target: Option<(&'a str, &'a str)>,
    /// Service and operation of an RPC v2 path, `…/service/Name/operation/Name`.
    rpc: Option<(&'a str, &'a str)>,
}

impl<'a> Head<'a> {
    /// Reads once what every service that the request may be for is told from.
    pub(crate) fn new(
        parts: &Parts<'a>,
        form: Option<&'a Query>,
        identity: Option<&'a Identity<'a>>,
    ) -> Self {
        Self {
            method: parts.method,
            path: parts.path,
            query: parts.query,
            headers: parts.headers,
            form,
            identity,
            target: headers::text(parts.headers, "x-amz-target")
                .and_then(|target| target.rsplit_once('.')),
            rpc: rpc(parts),
        }
    }
}

/// Where a request goes.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    pub(crate) service: &'static Service,
    pub(crate) dialect: Dialect<'static>,
    pub(crate) operation: &'static CatalogOperation,
    pub(crate) labels: Labels,
}

impl Route {
    /// Where the operation's parameters are, and its body: with a second method, what the first has in its query is in the
    /// form.
    pub(crate) fn read<'a>(
        &self,
        method: &Method,
        query: &'a Query,
        form: Option<&'a Query>,
        body: &'a [u8],
    ) -> (&'a Query, &'a [u8]) {
        match form.filter(|_| self.operation.also == Some(method.as_str())) {
            Some(form) => (form, &[]),
            None => (query, body),
        }
    }
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
        let host = Host::of(head.headers.get(HOST).and_then(headers::ascii));
        let candidates = self.candidates(head, &host);
        match candidates.as_slice() {
            [] => Err(unknown::service(head)),
            [only] => self
                .operation(only, head, &host)
                .map_err(|refusal| refusal.told(head)),
            several => self.best(several, head, &host),
        }
    }

    /// The route once the body is known: another operation's, where a member of the body tells it from this one.
    pub(crate) fn settle(&self, route: Route, body: &[u8]) -> Route {
        let rival = route.operation.rival.and_then(|rival| {
            let members: HashMap<Cow<'_, str>, IgnoredAny> = serde_json::from_slice(body).ok()?;
            let service = self.catalog.service(rival.service)?;
            let operation = service.operations.by_name(rival.operation)?;
            members
                .contains_key(rival.member)
                .then_some((service, operation))
        });
        match rival {
            Some((service, operation)) => Route {
                service,
                operation,
                ..route
            },
            None => route,
        }
    }

    /// The services that the request can be for.
    fn candidates(&self, head: &Head<'_>, host: &Host<'_>) -> Vec<&'static Service> {
        let catalog = self.catalog;
        let signing_name = signing_name(head);
        if let Some(name) = signing_name {
            let signed: Vec<_> = catalog.find(catalog.by_signing_name, name).collect();
            if !signed.is_empty() {
                return signed;
            }
        }
        if let Some((prefix, _)) = head.target {
            return catalog.find(catalog.by_target_prefix, prefix).collect();
        }
        if let Some((name, _)) = head.rpc {
            let name = without_namespace(name);
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
        let named = self.named_by(host);
        if !named.is_empty() {
            return named;
        }
        if host.is_s3() {
            return catalog.service(S3).into_iter().collect();
        }
        if let Some(service) = self.by_path(head) {
            return vec![service];
        }
        // A signature under a name that nobody has is not S3's.
        match signing_name {
            Some(_) => Vec::new(),
            None => catalog.service(S3).into_iter().collect(),
        }
    }

    /// The services that a host names.
    fn named_by(&self, host: &Host<'_>) -> Vec<&'static Service> {
        let labels = host.service_labels();
        Host::suffixes(&labels)
            .map(|prefix| self.catalog.find(self.catalog.by_host, prefix).collect())
            .find(|named: &Vec<_>| !named.is_empty())
            .unwrap_or_default()
    }

    /// Of services that share a name, the one that the rest of the request speaks of.
    fn best(
        &self,
        several: &[&'static Service],
        head: &Head<'_>,
        host: &Host<'_>,
    ) -> Result<Route, Box<NoRoute>> {
        let named = self.named_by(host);
        let mut best: Option<(Fit, Route)> = None;
        let mut refused: Option<(bool, Refusal<'_>)> = None;
        for service in several {
            let scoped = is_meant(service, head);
            match self.operation(service, head, host) {
                Ok(route) => {
                    let operation = route.operation;
                    let slash = head.path.len() > 1 && head.path.ends_with('/');
                    let fit = Fit {
                        scoped,
                        hosted: named.iter().any(|other| other.id == service.id),
                        marked: operation
                            .headers
                            .iter()
                            .all(|name| head.headers.contains_key(*name)),
                        specificity: operation.specificity(),
                        slash: operation.trailing_slash == slash,
                        own: operation.served_as.is_none(),
                    };
                    if best.as_ref().is_none_or(|(other, _)| fit > *other) {
                        best = Some((fit, route));
                    }
                }
                Err(refusal) => {
                    if refused.as_ref().is_none_or(|(other, _)| scoped && !other) {
                        refused = Some((scoped, refusal));
                    }
                }
            }
        }
        match (best, refused) {
            (Some((_, route)), _) => Ok(route),
            (None, Some((_, refusal))) => Err(refusal.told(head)),
            (None, None) => Err(unknown::service(head)),
        }
    }

    fn operation<'a>(
        &self,
        service: &'static Service,
        head: &Head<'a>,
        host: &Host<'_>,
    ) -> Result<Route, Refusal<'a>> {
        let dialect = dialect(service, head);
        let refusal = |reason| Refusal {
            service,
            dialect,
            reason,
        };
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
                    Err(found) => Err(refusal(Reason::Path(found))),
                };
            }
            Protocol::Query | Protocol::Ec2Query => parameter(head, "Action"),
            Protocol::AwsJson1_0 | Protocol::AwsJson1_1 => head.target.map(|(_, name)| name),
            Protocol::RpcV2Cbor => head.rpc.map(|(_, name)| name),
        };
        // EC2 keeps its former versions ("api_versions", AWS SDKs and Tools Reference Guide).
        let is_spoken = dialect.protocol != Protocol::Query || version(head) == service.api_version;
        name.filter(|_| is_spoken)
            .and_then(|name| service.operations.by_name(name))
            .map(|operation| route(operation, Labels::new()))
            .ok_or_else(|| refusal(Reason::Name(name)))
    }

    fn rest(
        &self,
        service: &'static Service,
        head: &Head<'_>,
        host: &Host<'_>,
    ) -> Result<(&'static CatalogOperation, Labels), Found> {
        let found = self.rest_at(&path(service, head, host), service, head, host);
        if found.is_err() && service.id == S3 && host.bucket().is_some() {
            // What stands before S3's host may be a label of the operation's own, not a bucket.
            let labelled = self.rest_at(head.path, service, head, host);
            return match labelled {
                Ok((operation, _)) if operation.host_prefix.is_some() => labelled,
                _ => found,
            };
        }
        found
    }

    fn rest_at(
        &self,
        path: &str,
        service: &'static Service,
        head: &Head<'_>,
        host: &Host<'_>,
    ) -> Result<(&'static CatalogOperation, Labels), Found> {
        let operations = service.operations.all();
        let request = Request {
            method: head.method,
            path,
            query: head.query,
            form: head.form,
            headers: head.headers,
            signing_name: signing_name(head).or(host.signing_name()),
        };
        let found = match self.matcher(service) {
            Some(matcher) => matcher.find(&request),
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

    /// The service of a path that begins as some operation's does, for requests that nothing else
    /// says it of. S3's anonymous requests look like any: so that a bucket may be called `tags` or
    /// `functions`, an operation has to show in some way that it is not S3's.
    fn by_path(&self, head: &Head<'_>) -> Option<&'static Service> {
        let first = head.path.strip_prefix('/')?.split('/').next()?;
        if first.is_empty() {
            return None;
        }
        let index = self
            .first_segments
            .get_or_init(|| first_segments(self.catalog));
        let candidates = index.get(first)?;
        let bearer = has_bearer(head);
        let not_s3 = bearer || is_version(first) || !self.is_s3s(head);
        candidates
            .iter()
            .filter(|(_, operation)| {
                let marked = !operation.headers.is_empty()
                    && operation
                        .headers
                        .iter()
                        .all(|name| headers::has(head.headers, name));
                (not_s3 || operation.auth == Auth::Unsigned && marked)
                    && operation.matches(head.method.as_str(), head.path, |name, value| match value
                    {
                        Some(value) => head.query.get(name) == Some(value),
                        None => head.query.has(name),
                    })
            })
            .max_by_key(|(_, operation)| {
                let likely = match operation.auth {
                    Auth::Bearer => bearer,
                    Auth::Unsigned => !bearer,
                    Auth::SigV4 => false,
                };
                (likely, operation.specificity())
            })
            .map(|(service, _)| *service)
    }

    /// Whether S3 has an operation for the request.
    fn is_s3s(&self, head: &Head<'_>) -> bool {
        self.catalog
            .service(S3)
            .is_some_and(|s3| self.rest(s3, head, &Host::default()).is_ok())
    }
}

/// How well an operation fits a request that several services have an operation for: the greater the
/// better, the first field before the next.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Fit {
    /// The target's prefix, or the version, is the service's.
    scoped: bool,
    /// The host names the service.
    hosted: bool,
    /// The headers are there that tell the operation from paths of a caller's own choice, which S3's are.
    marked: bool,
    specificity: (usize, usize, usize),
    /// The path ends in a slash as the operation's does.
    slash: bool,
    /// The operation is served under its own name.
    own: bool,
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

/// The path that the service's patterns are matched against: S3's bucket may stand in the host, and
/// before the connections of an API Gateway API stands its stage.
fn path<'a>(service: &Service, head: &Head<'a>, host: &Host<'_>) -> Cow<'a, str> {
    match service.id {
        S3 => match host.bucket() {
            Some(bucket) => format!("/{bucket}{}", head.path).into(),
            None => head.path.into(),
        },
        CONNECTIONS => match head.path.find("/@connections/") {
            Some(start) => head.path[start..].into(),
            None => head.path.into(),
        },
        _ => head.path.into(),
    }
}

/// The service in the request's credential scope.
fn signing_name<'a>(head: &Head<'a>) -> Option<&'a str> {
    let name = head.identity?.service;
    (!name.is_empty()).then_some(name)
}

/// Whether the target's prefix, RPC v2's service or the API's version is this service's; true of
/// requests that have none of them.
fn is_meant(service: &Service, head: &Head<'_>) -> bool {
    if let Some((prefix, _)) = head.target {
        return service.target_prefix == Some(prefix);
    }
    if let Some((name, _)) = head.rpc {
        return service.target_prefix.map(without_namespace) == Some(without_namespace(name));
    }
    if parameter(head, "Action").is_some()
        && let Some(version) = parameter(head, "Version")
    {
        return service.api_version == version;
    }
    true
}

fn has_bearer(head: &Head<'_>) -> bool {
    headers::text(head.headers, AUTHORIZATION.as_str())
        .is_some_and(|value| value.starts_with("Bearer "))
}

/// A parameter of the form or, for a request without one, of the query.
pub(crate) fn parameter<'a>(head: &Head<'a>, name: &str) -> Option<&'a str> {
    head.form
        .and_then(|form| form.get(name))
        .or_else(|| head.query.get(name))
}

/// The API version that a query protocol's request is written for, or what AWS calls one that names none.
fn version<'a>(head: &Head<'a>) -> &'a str {
    parameter(head, "Version").unwrap_or("NO_VERSION_SPECIFIED")
}

/// See [`Head::rpc`].
fn rpc<'a>(parts: &Parts<'a>) -> Option<(&'a str, &'a str)> {
    headers::text(parts.headers, "smithy-protocol")
        .filter(|protocol| *protocol == "rpc-v2-cbor")?;
    let (_, named) = parts.path.rsplit_once("/service/")?;
    let (service, operation) = named.split_once("/operation/")?;
    Some((service, operation.trim_end_matches('/')))
}

/// A service's name as RPC v2 has it; some clients put its namespace before it.
fn without_namespace(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// How the service speaks to this client: of the protocols it knows, the one that the request is
/// in.
fn dialect(service: &'static Service, head: &Head<'_>) -> Dialect<'static> {
    let speaks = |protocol: Protocol| match protocol {
        Protocol::RpcV2Cbor => head.rpc.is_some(),
        // A service knows one of the two, and clients may send either's content type.
        Protocol::AwsJson1_0 | Protocol::AwsJson1_1 => head.target.is_some(),
        Protocol::Query | Protocol::Ec2Query => parameter(head, "Action").is_some(),
        Protocol::RestJson | Protocol::RestXml => head.target.is_none() && head.rpc.is_none(),
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
