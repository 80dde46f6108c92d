//! `POST /_stockade/explain`: whether a principal may make a request, and what every policy says of it.

use std::net::IpAddr;
use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode, request};
use serde_json::json;
use stockade_authz::render::{self, examination::without_permission};
use stockade_authz::{Facts, Needs};
use stockade_kit::ids::is_account_id;
use stockade_spec::directory::Named;
use stockade_spec::{Caller, Error, RequestContext};
use stockade_wire::{Dialect, Protocol, Query};

use super::captured;
use super::read::{Read, Reader};
use crate::answer::{self, Body};
use crate::authenticate::DEFAULT_ACCOUNT;
use crate::body::{self, Incoming, Received};
use crate::endpoints::is_set;
use crate::gateway::Gateway;
use crate::pipeline::{DEFAULT_REGION, partition, text};

/// The endpoint's path.
pub(crate) const PATH: &str = "/_stockade/explain";

/// What is asked beside the request itself.
struct Question<'a> {
    named: Named,
    region: &'a str,
    peer: Option<IpAddr>,
    request_id: &'a str,
    /// Text for people; else JSON.
    is_text: bool,
}

/// A question that cannot be answered, with the status that says so.
type Failure = (StatusCode, String);

impl Gateway {
    /// Answers for a request what `as` may do: with `service` and `operation` the body is the operation's input as JSON, else
    /// a captured HTTP request. Nothing is performed or kept.
    pub(crate) async fn explain<B: Incoming>(
        &self,
        parts: &request::Parts,
        body: B,
        query: &Query,
        peer: Option<IpAddr>,
        request_id: &str,
    ) -> Response<Body> {
        let dialect = Dialect::new(Protocol::RestJson);
        let body = body::collect(Received(body), &parts.headers, &dialect, "explain").await;
        let answer = body
            .map_err(unreadable)
            .and_then(|body| self.asked(query, &body, peer, request_id));
        answer.unwrap_or_else(|(status, message)| {
            answer::json(status, request_id, &json!({ "message": message }))
        })
    }

    fn asked(
        &self,
        query: &Query,
        body: &Bytes,
        peer: Option<IpAddr>,
        request_id: &str,
    ) -> Result<Response<Body>, Failure> {
        let bad = |message: &str| (StatusCode::BAD_REQUEST, message.to_owned());
        let now = SystemTime::now();
        let account = query.get("account").unwrap_or(DEFAULT_ACCOUNT);
        if !is_account_id(account) {
            return Err(bad("account has to be the twelve digits of an account."));
        }
        let principal = query.get("as").unwrap_or_default();
        if principal.is_empty() {
            return Err(bad(
                "as has to name a principal: as=arn:aws:iam::000000000000:user/NAME",
            ));
        }
        let question = Question {
            named: self.named(principal, account, now)?,
            region: query.get("region").unwrap_or(DEFAULT_REGION),
            peer,
            request_id,
            is_text: is_set(query, "text"),
        };
        let reader = Reader {
            catalog: self.catalog,
            router: &self.router,
            services: &self.services,
        };
        let answer = match (query.get("service"), query.get("operation")) {
            (Some(service), Some(operation)) => {
                let input = if body.is_empty() { b"{}" } else { &body[..] };
                let headers = HeaderMap::new();
                reader.input(service, operation, input, |read| {
                    self.answered(&question, read, &headers, now)
                })
            }
            (None, None) => {
                let request = captured::parse(body);
                let request: Request<Bytes> = request.map_err(|why| bad(&why))?;
                reader.request(&request, |read| {
                    self.answered(&question, read, request.headers(), now)
                })
            }
            _ => return Err(bad("service and operation belong together.")),
        };
        answer.map_err(unreadable)
    }

    /// Whom a principal's name stands for.
    fn named(&self, name: &str, account: &str, now: SystemTime) -> Result<Named, Failure> {
        let nameless = |caller: Caller, account: &str| Named {
            caller,
            account: account.to_owned(),
            session: None,
        };
        if name == "anonymous" {
            return Ok(nameless(Caller::Anonymous, account));
        }
        if !name.starts_with("arn:") {
            if name.ends_with(".amazonaws.com") {
                let name = name.to_owned();
                return Ok(nameless(Caller::Service { name }, account));
            }
            let credential = self.authenticator.directory.credential(name);
            return match credential {
                Some(credential) => Ok(Named {
                    caller: credential.caller.clone(),
                    account: credential.account.clone(),
                    session: credential.session.clone(),
                }),
                None => Err((
                    StatusCode::NOT_FOUND,
                    format!(
                        "{name} is no principal of this server: name a user, role, session or root by its ARN, a key that \
                         the server issued, a service such as lambda.amazonaws.com, or anonymous."
                    ),
                )),
            };
        }
        let root = name
            .strip_suffix(":root")
            .and_then(|name| name.rsplit_once("::"))
            .filter(|(service, account)| service.ends_with(":iam") && is_account_id(account));
        if let Some((_, account)) = root {
            return Ok(nameless(Caller::Root, account));
        }
        self.authenticator.directory.named(name, now).ok_or_else(|| {
            let message = format!(
                "There is no {name} on this server: aws iam list-users and aws iam list-roles tell who there is, paths \
                 included; state ends with the server's process."
            );
            (StatusCode::NOT_FOUND, message)
        })
    }

    fn answered(
        &self,
        question: &Question<'_>,
        read: &Read<'_>,
        headers: &HeaderMap,
        now: SystemTime,
    ) -> Response<Body> {
        let region = read.signed.region.as_deref().unwrap_or(question.region);
        let context = RequestContext {
            caller: question.named.caller.clone(),
            account: question.named.account.clone(),
            partition: partition(region),
            region: region.to_owned(),
            access_key: None,
            session: question.named.session.clone(),
            request_id: question.request_id.to_owned(),
            now,
            origin: "http://localhost".to_owned(),
        };
        let refused = read
            .typed
            .and_then(|(service, index)| service.admit(index, &context).err());
        let request = stockade_authz::Request {
            context: &context,
            service: read.service,
            operation: read.operation,
            needs: Some(Needs {
                permissions: read.permissions,
                input: read.input,
                service: read.state(),
                divisible: read.typed.is_some() && !self.upstreams.is_named(read.service),
            }),
            facts: Facts {
                source_ip: question.peer,
                secure: false,
                header: &|name| text(headers, name),
            },
        };
        let why = refused.map(|error| {
            let message = error.message.trim_end_matches('.');
            format!("whatever policies say ({}: {message})", error.code)
        });
        let examination = self.authorizer.examine(&request, why);
        let (service, operation) = (read.service, read.operation);
        let id = question.request_id;
        match (examination, question.is_text) {
            (Some(examination), true) => answer::text(id, render::examination::text(&examination)),
            (Some(examination), false) => {
                answer::json(StatusCode::OK, id, &render::json::examination(&examination))
            }
            (None, true) => {
                let class = without_permission(read.permissions.class).unwrap_or_default();
                answer::text(id, format!("{service}:{operation} {class}"))
            }
            (None, false) => {
                let value = json!({
                    "service": service,
                    "operation": operation,
                    "decision": "allowed",
                    "class": read.permissions.class.to_string(),
                });
                answer::json(StatusCode::OK, id, &value)
            }
        }
    }
}

/// What is wrong with the request that is asked about.
fn unreadable(error: Error) -> Failure {
    let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST);
    (status, format!("{}: {}", error.code, error.message))
}
