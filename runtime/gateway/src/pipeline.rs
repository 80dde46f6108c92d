//! The way of a request: route, authenticate, decode, authorize, handle, answer.

#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock};
use std::time::{Instant, SystemTime};

use aws_smithy_types::byte_stream::ByteStream;
use bytes::Bytes;
use futures_util::FutureExt;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST, TRANSFER_ENCODING};
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, Method, Request, Response, Version, request};
use stockade_authz::render::error::{Style, denial, denied};
use stockade_authz::{Authorizer, Facts, Mode, Needs, principal_name};
use stockade_kit::{ids, validate};
use stockade_spec::catalog::Catalog;
use stockade_spec::directory::{Directory, Organizations};
use stockade_spec::service::BoxFuture;
use stockade_spec::{AnyShape, Denied, Error, RequestContext, Service};
use stockade_wire::sigv4::{self, DeclaredHash, KeyCache, Kind, Parts};
use stockade_wire::{Dialect, Protocol, Query, decode, encode, errors};

use crate::answer::{self, Body};
use crate::authenticate::{Authenticator, Known};
use crate::body::{self, Announced, Drained, Incoming, Received};
use crate::endpoints::About;
use crate::route::{Head, Host, Route, Router};
use crate::services::Services;
use crate::upstream::{Elsewhere, Passage, Tapped, Upstreams};

/// The region of requests that name none.
const DEFAULT_REGION: &str = "us-east-1";

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
    router: Router,
    services: Services,
    authenticator: Authenticator,
    authorizer: Authorizer,
    style: Style,
    reset: Reset,
    upstreams: Upstreams,
    about: About,
}

/// What becomes known of a request on its way: how failures are said, and what its log line tells.
struct Told {
    request_id: String,
    dialect: Dialect<'static>,
    service: &'static str,
    operation: &'static str,
    principal: Option<String>,
    upstream: Option<Arc<str>>,
}

/// A request's answer, or the error to answer with.
type Outcome = Result<Response<Body>, Error>;

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

    /// Answers a request. Never fails and never panics: what goes wrong is an answer too.
    pub async fn answer<B: Incoming>(
        &self,
        request: Request<B>,
        peer: Option<IpAddr>,
    ) -> Response<Body> {
        let started = Instant::now();
        let (mut parts, body) = request.into_parts();
        name_host(&mut parts);
        let body = Drained::new(body, &parts.headers);
        let mut told = Told {
            request_id: ids::request_id(),
            dialect: Dialect::new(Protocol::RestJson),
            service: "-",
            operation: "-",
            principal: None,
            upstream: None,
        };
        let response = self.serve(&parts, body, peer, &mut told).await;
        tracing::info!(
            target: "stockade::request",
            service = told.service,
            operation = told.operation,
            status = response.status().as_u16(),
            principal = told.principal.as_deref().unwrap_or("-"),
            upstream = told.upstream.as_deref(),
            request_id = told.request_id,
            micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
            "{} {}",
            parts.method,
            parts.uri.path(),
        );
        response
    }

    async fn serve<B: Incoming>(
        &self,
        parts: &request::Parts,
        body: B,
        peer: Option<IpAddr>,
        told: &mut Told,
    ) -> Response<Body> {
        if parts.version == Version::HTTP_11 && !has_host(&parts.headers) {
            return failed(
                told,
                &Error::new("BadRequest", 400, "Bad Request"),
                &parts.method,
            );
        }
        let query = match Query::parse(parts.uri.query().unwrap_or_default()) {
            Ok(query) => query,
            Err(error) => {
                let error = Error::new("InvalidRequest", 400, error.to_string());
                return failed(told, &error, &parts.method);
            }
        };
        let path = parts.uri.path();
        if let Some(response) = self
            .endpoint(&parts.method, path, &query, &told.request_id)
            .await
        {
            return response;
        }
        let (body, spool) = Tapped::new(body, !self.upstreams.is_empty());
        let asked = Asked {
            parts,
            query: &query,
            form: OnceLock::new(),
            signed: Parts {
                method: &parts.method,
                path,
                query: &query,
                headers: &parts.headers,
            },
            peer,
            now: SystemTime::now(),
            passage: Passage::new(spool),
        };
        let work = self.operation(&asked, body, told);
        let outcome = AssertUnwindSafe(work).catch_unwind().await;
        told.upstream = asked.passage.taken();
        let outcome = match outcome {
            Ok(outcome) => outcome,
            Err(_) => {
                let request_id = &*told.request_id;
                tracing::error!(
                    request_id,
                    "A handler panicked; this is a defect of Stockade."
                );
                Err(Error::internal())
            }
        };
        match outcome {
            Ok(response) => response,
            Err(error) => failed(told, &error, &parts.method),
        }
    }

    /// The request's way from its route to its answer. What becomes known is told at once, so that
    /// whatever fails is said in the right words.
    async fn operation<B: Incoming>(&self, asked: &Asked<'_>, body: B, told: &mut Told) -> Outcome {
        let headers = &asked.parts.headers;
        let mut body = Unread::Wire(body);
        let mut form = None;
        if is_form(&asked.parts.method, headers) {
            told.dialect = Dialect::new(Protocol::Query);
            let bytes = body.collect(headers, &told.dialect, "").await?;
            form = Query::parse_bytes(&bytes)
                .map(Some)
                .map_err(|error| Error::new("MalformedQueryString", 400, error.to_string()))?;
            body = Unread::Bytes(bytes);
        }
        let identity = sigv4::identify(&asked.signed);
        let route = self.router.route(&Head {
            method: &asked.parts.method,
            path: asked.signed.path,
            query: asked.query,
            headers,
            form: form.as_ref(),
            identity: identity.as_ref(),
        });
        let mut route = match route {
            Ok(route) => route,
            Err(unrouted) => {
                told.speak(unrouted.dialect);
                told.service = unrouted.service.map_or("-", |service| service.id);
                return Err(unrouted.error);
            }
        };
        if route.operation.rival.is_some() {
            let bytes = body
                .collect(headers, &route.dialect, route.operation.name)
                .await?;
            route = self.router.settle(route, &bytes);
            body = Unread::Bytes(bytes);
        }
        if let Some(form) = form {
            let _ = asked.form.set(form);
        }
        if !self.upstreams.takes(route.service.id) {
            asked.passage.stream();
        }
        told.speak(route.dialect);
        told.service = route.service.id;
        told.operation = route.operation.name;
        let known = self.authenticator.who(
            &asked.signed,
            identity.as_ref(),
            route.operation.auth,
            &route.dialect,
            asked.now,
        )?;
        let region = identity.map(|identity| identity.region).unwrap_or_default();
        let context = context(asked, &known, region, told.request_id.clone());
        told.principal = Some(principal_name(
            &context.caller,
            context.partition,
            &context.account,
        ));
        self.run(asked, &route, &known, context, body).await
    }

    async fn run<B: Incoming>(
        &self,
        asked: &Asked<'_>,
        route: &Route,
        known: &Known,
        context: RequestContext,
        body: Unread<B>,
    ) -> Outcome {
        let headers = &asked.parts.headers;
        let dialect = &route.dialect;
        let name = route.operation.name;
        let Some((service, index)) = self.services.typed(route.service.id, name) else {
            let bytes = if self.passes_by(asked, route, known) {
                asked.passage.stream();
                self.announced(asked, dialect, known)?;
                Bytes::new()
            } else {
                self.verified(asked, route, known, body).await?
            };
            self.authorize_described(asked, route, &context, &bytes)?;
            return self.unhandled(asked, route, known, &context).await;
        };
        let operation = &service.operations()[index];
        if self.mode() == Mode::Enforce {
            service.admit(index, &context)?;
        }
        let (bytes, stream) = if operation.streams_input && dialect.s3 {
            if !has_length(headers) && asked.parts.method == Method::PUT {
                return Err(Error::new(
                    "MissingContentLength",
                    411,
                    "You must provide the Content-Length HTTP header.",
                ));
            }
            (
                Bytes::new(),
                Some(self.streamed(asked, route, known, body)?),
            )
        } else {
            // Only S3's signatures tell a body's hash before the body.
            let bytes = self.verified(asked, route, known, body).await?;
            let stream = operation
                .streams_input
                .then(|| ByteStream::from(bytes.clone()));
            (bytes, stream)
        };
        let input = decode::read(&asked.decodable(route, &bytes), |deserializer| {
            service.read(index, deserializer, stream)
        })
        .map_err(|error| error.into_error(dialect))?;
        let needs = Needs {
            permissions: operation.permissions,
            input: input.as_serializable(),
            service: Some(service),
            divisible: !self.upstreams.is_named(route.service.id),
        };
        let denied = self.authorize(asked, route, &context, Some(needs))?;
        let is_whole = denied.is_empty();
        if let Some(constraints) = operation.constraints {
            validate::check(constraints, input.as_serializable())
                .map_err(|message| errors::violation(dialect, message))?;
        }
        let mut output = match service.handle(index, &context, input, denied).await {
            // An upstream would act on what is denied, too.
            Err(error) if is_whole && error.is_not_implemented(route.service.id, name) => {
                return self.unhandled(asked, route, known, &context).await;
            }
            answer => answer?,
        };
        respond(dialect, operation, &mut *output, &context.request_id)
    }

    /// Whether the body of an operation without code stays on the wire: nobody here reads it, and the signature, where it is
    /// verified, is over a hash that the headers tell.
    fn passes_by(&self, asked: &Asked<'_>, route: &Route, known: &Known) -> bool {
        let tells_hash = || match sigv4::declared_hash(&asked.parts.headers) {
            Ok(DeclaredHash::Sha256(_)) => true,
            Ok(DeclaredHash::Unsigned) => route.operation.unsigned_payload,
            _ => false,
        };
        let streams = || {
            let described = self
                .services
                .described(route.service.id, route.operation.name);
            described.is_some_and(|(operation, _)| operation.streams_input())
        };
        !route.dialect.s3 && streams() && (!known.is_verified() || tells_hash())
    }

    /// The body in memory, once the signature over it is found right.
    async fn verified<B: Incoming>(
        &self,
        asked: &Asked<'_>,
        route: &Route,
        known: &Known,
        body: Unread<B>,
    ) -> Result<Bytes, Error> {
        let (dialect, headers) = (&route.dialect, &asked.parts.headers);
        let name = route.operation.name;
        if dialect.s3 {
            let (announced, signing) = self.announced(asked, dialect, known)?;
            if route.operation.checksum_required && !announced.has_checksum() {
                return Err(Error::new(
                    "InvalidRequest",
                    400,
                    "Missing required header for this request: Content-MD5",
                ));
            }
            return match body {
                Unread::Wire(body) => {
                    let body = announced.decode(body, signing);
                    body::collect(body, headers, dialect, name).await
                }
                Unread::Bytes(bytes) => {
                    let body = announced.decode(http_body_util::Full::new(bytes), signing);
                    body::collect(body, headers, dialect, name).await
                }
            };
        }
        let bytes = body.collect(headers, dialect, name).await?;
        self.authenticator
            .verify(known, &asked.signed, dialect, asked.now, |_| {
                Ok(sigv4::body_hash(&bytes))
            })?;
        Ok(bytes)
    }

    /// The body as a stream, its head's signature found right; what is wrong with the rest fails
    /// the stream.
    fn streamed<B: Incoming>(
        &self,
        asked: &Asked<'_>,
        route: &Route,
        known: &Known,
        body: Unread<B>,
    ) -> Result<ByteStream, Error> {
        asked.passage.stream();
        let (announced, signing) = self.announced(asked, &route.dialect, known)?;
        Ok(match body {
            Unread::Wire(body) => body::stream(announced.decode(body, signing)),
            Unread::Bytes(bytes) => {
                body::stream(announced.decode(http_body_util::Full::new(bytes), signing))
            }
        })
    }

    /// Verifies a signature whose payload hash the headers declare, before the body is read.
    pub(crate) fn announced(
        &self,
        asked: &Asked<'_>,
        dialect: &Dialect<'_>,
        known: &Known,
    ) -> Result<(Announced, Option<sigv4::SigningContext>), Error> {
        let headers = &asked.parts.headers;
        let declared = sigv4::declared_hash(headers).map_err(|error| error.into_error(dialect))?;
        let signing =
            self.authenticator
                .verify(known, &asked.signed, dialect, asked.now, |kind| {
                    match (&declared, kind) {
                        (DeclaredHash::Absent, Kind::Query) => Ok("UNSIGNED-PAYLOAD".to_owned()),
                        (DeclaredHash::Absent, Kind::Header) => Err(Error::new(
                            "InvalidRequest",
                            400,
                            "Missing required header for this request: x-amz-content-sha256",
                        )),
                        _ => Ok(text(headers, "x-amz-content-sha256").unwrap_or_default()),
                    }
                })?;
        Ok((Announced::read(headers, &declared)?, signing))
    }

    /// Decides on an operation without code, by what the catalog says of its input and permissions.
    fn authorize_described(
        &self,
        asked: &Asked<'_>,
        route: &Route,
        context: &RequestContext,
        body: &[u8],
    ) -> Result<(), Error> {
        if self.mode() == Mode::Off {
            return Ok(());
        }
        let described = self
            .services
            .described(route.service.id, route.operation.name);
        let Some((operation, permissions)) = described else {
            return self.authorize(asked, route, context, None).map(drop);
        };
        let input = decode::read(&asked.decodable(route, body), |deserializer| {
            operation.read(deserializer)
        })
        .map_err(|error| error.into_error(&route.dialect))?;
        let needs = Needs {
            permissions,
            input: &input,
            service: None,
            divisible: false,
        };
        self.authorize(asked, route, context, Some(needs)).map(drop)
    }

    /// Decides on a request; what is denied of one that goes through for the rest.
    fn authorize(
        &self,
        asked: &Asked<'_>,
        route: &Route,
        context: &RequestContext,
        needs: Option<Needs<'_>>,
    ) -> Result<Denied, Error> {
        let headers = &asked.parts.headers;
        let decision = self.authorizer.authorize(&stockade_authz::Request {
            context,
            service: route.service.id,
            operation: route.operation.name,
            needs,
            facts: Facts {
                source_ip: asked.peer,
                secure: false,
                header: &|name| text(headers, name),
            },
        });
        let Some(decision) = decision else {
            return Ok(Denied::default());
        };
        let form = answer::form(&route.dialect);
        if decision.blocks() {
            return Err(denial(&decision, self.style, form));
        }
        Ok(denied(&decision, self.style, form))
    }
}

/// What is known of a request before it is routed.
pub(crate) struct Asked<'a> {
    pub(crate) parts: &'a request::Parts,
    query: &'a Query,
    /// The body's parameters, once it is known that it is a form.
    form: OnceLock<Query>,
    signed: Parts<'a>,
    peer: Option<IpAddr>,
    pub(crate) now: SystemTime,
    pub(crate) passage: Passage,
}

impl Asked<'_> {
    /// The request as the codecs read it.
    fn decodable<'a>(&'a self, route: &'a Route, body: &'a [u8]) -> decode::Request<'a> {
        let method = &self.parts.method;
        let (query, body) = route.read(method, self.query, self.form.get(), body);
        decode::Request {
            dialect: &route.dialect,
            method,
            labels: &route.labels,
            query,
            headers: &self.parts.headers,
            body,
        }
    }
}

/// A body on the wire, or one that routing had to read.
enum Unread<B> {
    Wire(B),
    Bytes(Bytes),
}

impl<B: Incoming> Unread<B> {
    async fn collect(
        self,
        headers: &HeaderMap,
        dialect: &Dialect<'_>,
        operation: &str,
    ) -> Result<Bytes, Error> {
        match self {
            Self::Wire(body) => body::collect(Received(body), headers, dialect, operation).await,
            Self::Bytes(bytes) => Ok(bytes),
        }
    }
}

fn context(asked: &Asked<'_>, known: &Known, region: &str, request_id: String) -> RequestContext {
    let headers = &asked.parts.headers;
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    // A signature for all regions (SigV4A) names none.
    let region = match region {
        "" | "*" => Host::of(host).region().unwrap_or(DEFAULT_REGION),
        region => region,
    };
    RequestContext {
        caller: known.caller.clone(),
        account: known.account.clone(),
        partition: partition(region),
        region: region.to_owned(),
        access_key: known.access_key.clone(),
        session: known.session.clone(),
        request_id,
        now: asked.now,
        origin: format!("http://{}", host.unwrap_or("localhost")),
    }
}

/// Whether there is one host, neither none nor several (RFC 9112, section 3.2).
fn has_host(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    let host = hosts.next().map(HeaderValue::as_bytes);
    hosts.next().is_none() && host.is_some_and(|host| Authority::try_from(host).is_ok())
}

/// HTTP/2 names the host in the URL alone; signatures and routes read it from the header.
fn name_host(parts: &mut request::Parts) {
    if !parts.headers.contains_key(HOST)
        && let Some(authority) = parts.uri.authority()
        && let Ok(host) = HeaderValue::from_str(authority.as_str())
    {
        parts.headers.insert(HOST, host);
    }
}

/// The partition of a region (*Partitions*, AWS Fault Isolation Boundaries).
pub(crate) fn partition(region: &str) -> &'static str {
    const PARTITIONS: &[(&str, &str)] = &[
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("us-iso-", "aws-iso"),
        ("us-isob-", "aws-iso-b"),
        ("eu-isoe-", "aws-iso-e"),
        ("us-isof-", "aws-iso-f"),
        ("eusc-", "aws-eusc"),
    ];
    PARTITIONS
        .iter()
        .find(|(prefix, _)| region.starts_with(prefix))
        .map_or("aws", |(_, partition)| partition)
}

pub(crate) fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}

pub(crate) fn is_form(method: &Method, headers: &HeaderMap) -> bool {
    *method == Method::POST
        && headers.get(CONTENT_TYPE).is_some_and(|content_type| {
            content_type
                .as_bytes()
                .starts_with(b"application/x-www-form-urlencoded")
        })
}

fn has_length(headers: &HeaderMap) -> bool {
    headers.contains_key(CONTENT_LENGTH) || headers.contains_key(TRANSFER_ENCODING)
}

fn respond(
    dialect: &Dialect<'_>,
    operation: &stockade_spec::Operation,
    output: &mut dyn AnyShape,
    request_id: &str,
) -> Outcome {
    let stream = output.take_stream();
    let response = encode::respond(dialect, operation, output.as_serializable(), request_id)
        .map_err(|error| {
            tracing::error!(request_id, %error, "An output cannot be written.");
            Error::internal()
        })?;
    Ok(match stream {
        Some(stream) => response.map(|_| Body::stream(stream)),
        None => response.map(Body::from),
    })
}

fn failed(told: &Told, error: &Error, method: &Method) -> Response<Body> {
    let head = method == Method::HEAD;
    errors::respond(&told.dialect, error, &told.request_id, head).map(Body::from)
}

impl Told {
    /// From here on the request is known to be in this dialect; S3's request ids have another form.
    fn speak(&mut self, dialect: Dialect<'static>) {
        self.dialect = dialect;
        if dialect.s3 {
            self.request_id = ids::s3_request_id();
        }
    }
}
