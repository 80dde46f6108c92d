//! The step that passes a request on.

use std::error::Error as StdError;
use std::sync::{Arc, OnceLock};

use http::uri::Uri;
use http::{HeaderMap, HeaderValue, Request, Response, Version};
use http_body_util::{BodyExt, Empty};
use hyper_util::client::legacy;
use sha2::{Digest, Sha256};
use stockade_authz::principal_name;
use stockade_spec::catalog::Auth;
use stockade_spec::{Error, RequestContext};
use stockade_wire::chunked::BodyError;
use stockade_wire::sigv4;

use super::proof::{Held, Witnessed};
use super::sign::{self, Chunked, Frames, Payload};
use super::spool::Raw;
use super::{Outgoing, Signing, Spool, Upstream, hop};
use crate::answer::Body;
use crate::authenticate::Verification;
use crate::gateway::Gateway;
use crate::pipeline::Asked;
use crate::route::Route;

/// A request's way out: its body as it came, and the upstream that it went to.
pub(crate) struct Passage {
    /// `None` where no upstream is set.
    spool: Option<Spool>,
    upstream: OnceLock<Arc<str>>,
}

impl Passage {
    pub(crate) fn new(spool: Option<Spool>) -> Self {
        Self {
            spool,
            upstream: OnceLock::new(),
        }
    }

    /// What is read of the body need not be kept: it streams, or it stays here.
    pub(crate) fn stream(&self) {
        if let Some(spool) = &self.spool {
            spool.stop_keeping();
        }
    }

    /// The upstream that the request went to, if it did.
    pub(crate) fn taken(&self) -> Option<Arc<str>> {
        self.upstream.get().cloned()
    }
}

impl Gateway {
    /// What becomes of an allowed request that nobody here handles: it goes to the service's upstream
    /// or, without one, is answered with the operation's name.
    pub(crate) async fn unhandled(
        &self,
        asked: &Asked<'_>,
        route: &Route,
        verification: &Verification,
        context: &RequestContext,
    ) -> Result<Response<Body>, Error> {
        let service = route.service.id;
        let raw = asked.passage.spool.as_ref().and_then(Spool::take);
        let upstreams = self.upstreams();
        let (Some(upstream), Some(client), Some(raw)) =
            (upstreams.of(service), &upstreams.client, raw)
        else {
            return Err(Error::not_implemented(service, route.operation.name));
        };
        // A request is passed on once.
        let _ = asked.passage.upstream.set(upstream.url.clone());
        if hop::went_through(&asked.parts.headers, &self.about().name) {
            return Err(unavailable(
                upstream,
                service,
                "it leads back to this server",
            ));
        }
        let request = self
            .onward(upstream, asked, route, verification, context, raw)
            .await?;
        match client.request(request).await {
            Ok(response) => Ok(back(response, upstream, &context.request_id)),
            Err(error) => Err(failed(&error, upstream, service)),
        }
    }

    /// The request as it goes on.
    async fn onward(
        &self,
        upstream: &Upstream,
        asked: &Asked<'_>,
        route: &Route,
        verification: &Verification,
        context: &RequestContext,
        raw: Raw,
    ) -> Result<Request<Outgoing>, Error> {
        let received = &asked.parts.headers;
        let mut target = asked
            .parts
            .uri
            .path_and_query()
            .cloned()
            .unwrap_or_else(|| http::uri::PathAndQuery::from_static("/"));
        let mut headers = hop::onward(received);
        // Tokens and unsigned operations have nothing to sign anew.
        let signing = match self.upstreams().signing(route.service.id) {
            signing if route.operation.auth == Auth::SigV4 => signing,
            _ => &Signing::AsSent,
        };
        let body = if *signing == Signing::AsSent {
            self.proven(asked, route, verification, raw).await?
        } else {
            target = sign::unsign(&target, &mut headers);
            let declared;
            let payload = if route.dialect.s3 || raw.streams() {
                declared = sigv4::declared_hash(received)
                    .map_err(|error| error.into_error(&route.dialect))?;
                Payload::Declared(&declared)
            } else {
                raw.whole().map_or(Payload::Unsigned, |bytes| {
                    let mut hash = Sha256::new();
                    bytes.for_each(|bytes| hash.update(bytes));
                    Payload::Hash(hex::encode(hash.finalize()))
                })
            };
            let frames = sign::declare(&payload, &mut headers);
            let scope = sign::Scope {
                account: &context.account,
                region: &context.region,
                service: route.service.signing_name,
                s3: route.dialect.s3,
                now: asked.now,
            };
            let line = (&asked.parts.method, &target);
            sign::sign_anew(signing, &scope, &payload, line, &mut headers).map_err(|error| {
                let request_id = &*context.request_id;
                tracing::error!(request_id, %error, "A request cannot be signed anew.");
                Error::internal()
            })?;
            match frames {
                Frames::AsSent => self.proven(asked, route, verification, raw).await?,
                Frames::Bare => {
                    let (announced, signing) =
                        self.announced(asked, &route.dialect, verification)?;
                    Held::new(announced.decode(raw, signing)).boxed_unsync()
                }
                Frames::Chunked => {
                    let (announced, signing) =
                        self.announced(asked, &route.dialect, verification)?;
                    Chunked::new(Held::new(announced.decode(raw, signing))).boxed_unsync()
                }
            }
        };
        hop::keep_framing(received, &mut headers);
        self.identify(context, &mut headers);
        let mut request = Request::new(body);
        *request.method_mut() = asked.parts.method.clone();
        let mut uri = http::uri::Parts::default();
        uri.scheme = Some(upstream.scheme.clone());
        uri.authority = Some(upstream.authority.clone());
        uri.path_and_query = Some(target);
        *request.uri_mut() = Uri::from_parts(uri).map_err(|_| Error::internal())?;
        *request.headers_mut() = headers;
        Ok(request)
    }

    /// The body as it came. Where the signature was verified before the body was read, the body is
    /// verified on its way.
    async fn proven(
        &self,
        asked: &Asked<'_>,
        route: &Route,
        verification: &Verification,
        raw: Raw,
    ) -> Result<Outgoing, Error> {
        if !raw.streams() {
            return Ok(raw.boxed_unsync());
        }
        let (announced, signing) = self.announced(asked, &route.dialect, verification)?;
        if signing.is_none() {
            return Ok(raw.boxed_unsync());
        }
        if raw.whole().is_some() {
            // Nothing was read and nothing is left: an empty body, which can be the wrong one too.
            let empty = announced.decode(Empty::new(), signing).collect().await;
            return match empty {
                Ok(_) => Ok(raw.boxed_unsync()),
                Err(error) => Err(error.to_error()),
            };
        }
        Ok(Held::new(Witnessed::new(raw, announced, signing)).boxed_unsync())
    }

    /// Says who asks, and that this server passed it on.
    fn identify(&self, context: &RequestContext, headers: &mut HeaderMap) {
        let principal = principal_name(&context.caller, context.partition, &context.account);
        for (name, value) in [
            (hop::PRINCIPAL, &*principal),
            (hop::ACCOUNT, &*context.account),
            (hop::MOTO_ACCOUNT, &*context.account),
        ] {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        }
        hop::pass_through(headers, &self.about().name);
    }
}

/// The upstream's answer, as it came.
fn back(
    response: Response<hyper::body::Incoming>,
    upstream: &Upstream,
    request_id: &str,
) -> Response<Body> {
    let mut response = response.map(Body::Upstream);
    *response.version_mut() = Version::HTTP_11;
    let headers = response.headers_mut();
    hop::end(headers);
    for (name, value) in [
        (hop::UPSTREAM, &*upstream.url),
        (hop::REQUEST_ID, request_id),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    response
}

/// Why there is no answer: the caller's body was not what it had to be, or the upstream failed.
fn failed(error: &legacy::Error, upstream: &Upstream, service: &str) -> Error {
    if let Some(error) = BodyError::find(error) {
        return error.to_error();
    }
    let mut cause: &(dyn StdError + 'static) = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    let what = if error.is_connect() {
        "it cannot be reached"
    } else {
        "it broke off before it answered"
    };
    unavailable(upstream, service, &format!("{what}: {cause}"))
}

/// The answer in an upstream's place. No AWS service has an error of this name.
fn unavailable(upstream: &Upstream, service: &str, why: &str) -> Error {
    let url = &*upstream.url;
    tracing::warn!(target: "stockade::upstream", service, upstream = url, "No answer: {why}.");
    Error::new(
        "UpstreamUnavailable",
        502,
        format!(
            "{service} is forwarded to {url} (--upstream, UPSTREAM), which gave no answer: {why}."
        ),
    )
    .with_header("x-stockade-upstream", url)
}
