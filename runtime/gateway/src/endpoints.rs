//! Endpoints that are no AWS operation: health, information, reset, decisions, policies.

use std::time::Instant;

use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use futures_util::stream::{self, Stream};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Method, Response, StatusCode};
use http_body::Frame;
use http_body_util::StreamBody;
use serde_json::{Value, json};
use stockade_authz::{Filter, Mode, render};
use stockade_wire::Query;
use tokio::sync::broadcast::error::RecvError;

use crate::answer::{self, Body};
use crate::gateway::Gateway;
use crate::limits;

/// What the endpoints tell of the server itself.
pub(crate) struct About {
    pub(crate) started: Instant,
    pub(crate) session: String,
    /// What this process is called among the servers that a request goes through (`Via`).
    pub(crate) name: String,
}

impl Default for About {
    fn default() -> Self {
        let session = stockade_kit::ids::request_id();
        Self {
            started: Instant::now(),
            name: format!("stockade-{session}"),
            session,
        }
    }
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

impl Gateway {
    /// Answers a request for one of the endpoints; `None` for any other. No bucket's name begins
    /// with an underscore, so no path of S3's is hidden.
    pub(crate) async fn endpoint(
        &self,
        method: &Method,
        path: &str,
        query: &Query,
        request_id: &str,
    ) -> Option<Response<Body>> {
        if !path.starts_with("/_") && path != "/moto-api/reset" {
            return None;
        }
        let ok = |value: Value| answer::json(StatusCode::OK, request_id, &value);
        let get = matches!(*method, Method::GET | Method::HEAD);
        let post = *method == Method::POST;
        Some(match path {
            "/_localstack/health" | "/_stockade/health" if get => ok(self.health().await),
            "/_localstack/info" if get => ok(self.info()),
            "/_localstack/init" if get => ok(json!({
                "completed": { "BOOT": true, "START": true, "READY": true, "SHUTDOWN": false },
                "scripts": [],
            })),
            "/_localstack/state/reset" | "/_stockade/reset" | "/moto-api/reset" if post => {
                match self.reset().await {
                    Ok(()) => ok(self.forgotten()),
                    Err(error) => {
                        tracing::error!(%error, "The state could not be reset.");
                        let error = json!({ "status": "error", "message": error });
                        answer::json(StatusCode::INTERNAL_SERVER_ERROR, request_id, &error)
                    }
                }
            }
            "/_stockade/decisions" if get => ok(self.decisions(query)),
            "/_stockade/policy" if get => self.policy(query, request_id),
            "/_stockade/decisions/stream" if get => self.stream(query, request_id),
            _ => {
                let error = json!({ "message": format!("{method} {path} is no endpoint.") });
                answer::json(StatusCode::NOT_FOUND, request_id, &error)
            }
        })
    }

    async fn health(&self) -> Value {
        let services: serde_json::Map<String, Value> = self
            .service_ids()
            .map(|id| {
                let forwarded = self.upstreams().is_named(id);
                let state = if forwarded { "forwarded" } else { "available" };
                (id.to_owned(), state.into())
            })
            .collect();
        json!({
            "services": services,
            "edition": "stockade",
            "version": VERSION,
            "enforcement": match self.mode() {
                Mode::Off => "off",
                Mode::Soft => "soft",
                Mode::Enforce => "on",
            },
            "upstreams": self.upstreams().health().await,
        })
    }

    /// The answer to a reset. What upstreams hold is not Stockade's to forget.
    fn forgotten(&self) -> Value {
        let mut told = json!({ "status": "ok" });
        let kept: Vec<&str> = self
            .upstreams()
            .each()
            .into_iter()
            .map(|each| each.0)
            .collect();
        if !kept.is_empty() {
            told["upstreams_not_reset"] = kept.into();
        }
        told
    }

    fn info(&self) -> Value {
        let about = self.about();
        json!({
            "version": VERSION,
            "edition": "stockade",
            "is_license_activated": false,
            "session_id": about.session,
            "system": std::env::consts::OS,
            "is_docker": false,
            "uptime": about.started.elapsed().as_secs(),
        })
    }

    fn decisions(&self, query: &Query) -> Value {
        let limit = query
            .get("limit")
            .and_then(|limit| limit.parse().ok())
            .unwrap_or(limits::DECISIONS_SHOWN);
        let decisions: Vec<Value> = self
            .authorizer()
            .ring()
            .last(&filter(query), limit)
            .iter()
            .map(|decision| render::json::decision(decision))
            .collect();
        json!({ "decisions": decisions })
    }

    /// The smallest policy for what a principal did; without one, who did something.
    fn policy(&self, query: &Query, request_id: &str) -> Response<Body> {
        let authorizer = self.authorizer();
        let Some(principal) = query.get("principal") else {
            let principals = json!({ "principals": authorizer.ledger().principals() });
            return answer::json(StatusCode::OK, request_id, &principals);
        };
        match authorizer.report(principal, is_set(query, "generalize")) {
            Some(report) => answer::json(StatusCode::OK, request_id, &report.to_json()),
            None => {
                let why = match authorizer.mode() {
                    Mode::Off => {
                        "nothing is recorded unless ENFORCE_IAM=1 or IAM_SOFT_MODE=1 is set"
                    }
                    Mode::Soft | Mode::Enforce => "/_stockade/policy lists those who have",
                };
                let message = format!("{principal} has not needed any permission yet: {why}.");
                let error = json!({ "message": message });
                answer::json(StatusCode::NOT_FOUND, request_id, &error)
            }
        }
    }

    /// Decisions as server-sent events, from now on (*HTML: server-sent events*).
    fn stream(&self, query: &Query, request_id: &str) -> Response<Body> {
        let events = StreamBody::new(self.events(filter(query)));
        let mut response = Response::new(Body::Stream(SdkBody::from_body_1_x(events)));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        if let Ok(id) = HeaderValue::from_str(request_id) {
            headers.insert("x-amzn-requestid", id);
        }
        response
    }

    fn events(
        &self,
        filter: Filter,
    ) -> impl Stream<Item = Result<Frame<Bytes>, std::io::Error>> + use<> {
        let first = Some(": decisions from now on\n\n".to_owned());
        stream::unfold(
            (self.authorizer().ring().listen(), filter, first),
            |(mut listener, filter, first)| async move {
                let event = match first {
                    Some(comment) => comment,
                    None => loop {
                        match listener.recv().await {
                            Ok(decision) if filter.passes(&decision) => {
                                let value = render::json::decision(&decision);
                                break format!("event: decision\ndata: {value}\n\n");
                            }
                            Ok(_) => {}
                            Err(RecvError::Lagged(count)) => {
                                break format!("event: lost\ndata: {count}\n\n");
                            }
                            Err(RecvError::Closed) => return None,
                        }
                    },
                };
                Some((Ok(Frame::data(event.into())), (listener, filter, None)))
            },
        )
    }
}

fn filter(query: &Query) -> Filter {
    Filter {
        principal: query.get("principal").map(str::to_owned),
        denied: is_set(query, "denied"),
    }
}

/// Whether a switch is there and not off.
pub(crate) fn is_set(query: &Query, name: &str) -> bool {
    query
        .get(name)
        .is_some_and(|value| !matches!(value, "0" | "false"))
}
