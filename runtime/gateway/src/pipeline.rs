//! The way of a request: route, authenticate, decode, authorize, handle, answer.

mod asked;
mod decide;
mod payload;
#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock};
use std::time::{Instant, SystemTime};

use aws_smithy_types::byte_stream::ByteStream;
use bytes::Bytes;
use futures_util::FutureExt;
use http::header::CONNECTION;
use http::{HeaderValue, Method, Request, Response, Version, request};
use stockade_authz::{Mode, Needs, principal_name};
use stockade_kit::{ids, validate};
use stockade_spec::{AnyShape, Error, RequestContext};
use stockade_wire::sigv4::{self, Parts};
use stockade_wire::{Dialect, Protocol, Query, decode, encode, errors};

use crate::answer::Body;
use crate::authenticate::Verification;
use crate::body::{Drained, Incoming};
use crate::explain;
use crate::gateway::Gateway;
use crate::route::{Head, Route};
use crate::upstream::{Passage, Tapped};

pub(crate) use asked::{Asked, DEFAULT_REGION, is_form, partition, text};
use asked::{context, has_host, has_length, name_host};
use decide::Decided;
use payload::Unread;

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
        let waits = body.waits();
        let mut told = Told {
            request_id: ids::request_id(),
            dialect: Dialect::new(Protocol::RestJson),
            service: "-",
            operation: "-",
            principal: None,
            upstream: None,
        };
        let mut response = self.serve(&parts, body, peer, &mut told).await;
        if waits.still() && parts.version == Version::HTTP_11 {
            // Its body may still come or not, and nobody could tell it from the next request.
            let headers = response.headers_mut();
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
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
        if path == explain::PATH && parts.method == Method::POST {
            return self
                .explain(parts, body, &query, peer, &told.request_id)
                .await;
        }
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
        let head = Head::new(&asked.signed, form.as_ref(), identity.as_ref());
        let mut route = match self.router.route(&head) {
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
        let (context, verification) = context(asked, known, region, told.request_id.clone());
        told.principal = Some(principal_name(
            &context.caller,
            context.partition,
            &context.account,
        ));
        self.run(asked, &route, &verification, context, body).await
    }

    async fn run<B: Incoming>(
        &self,
        asked: &Asked<'_>,
        route: &Route,
        verification: &Verification,
        context: RequestContext,
        body: Unread<B>,
    ) -> Outcome {
        let headers = &asked.parts.headers;
        let dialect = &route.dialect;
        let name = route.operation.name;
        let Some((service, index)) = self.services.typed(route.service.id, name) else {
            let bytes = if self.passes_by(asked, route, verification) {
                asked.passage.stream();
                self.announced(asked, dialect, verification)?;
                Bytes::new()
            } else {
                self.verified(asked, route, verification, body).await?
            };
            let Decided { missing_roles, .. } =
                self.authorize_described(asked, route, &context, &bytes)?;
            return self
                .passed_on(asked, route, verification, &context, &missing_roles)
                .await;
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
                Some(self.streamed(asked, route, verification, body)?),
            )
        } else {
            // Only S3's signatures tell a body's hash before the body.
            let bytes = self.verified(asked, route, verification, body).await?;
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
        let Decided {
            denied,
            missing_roles,
        } = self.authorize(asked, route, &context, Some(needs))?;
        let is_whole = denied.is_empty();
        if let Some(constraints) = operation.constraints {
            validate::check(constraints, input.as_serializable())
                .map_err(|violations| errors::violation(dialect, violations))?;
        }
        let mut output = match service.handle(index, &context, input, denied).await {
            // An upstream would act on what is denied, too.
            Err(error) if is_whole && error.is_not_implemented(route.service.id, name) => {
                return self
                    .passed_on(asked, route, verification, &context, &missing_roles)
                    .await;
            }
            answer => answer?,
        };
        self.link_roles(&missing_roles, &context).await;
        respond(dialect, operation, &mut *output, &context.request_id)
    }

    /// The upstream's answer to what nothing here handles.
    async fn passed_on(
        &self,
        asked: &Asked<'_>,
        route: &Route,
        verification: &Verification,
        context: &RequestContext,
        missing_roles: &[String],
    ) -> Outcome {
        let response = self.unhandled(asked, route, verification, context).await?;
        if response.status().is_success() {
            self.link_roles(missing_roles, context).await;
        }
        Ok(response)
    }
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
