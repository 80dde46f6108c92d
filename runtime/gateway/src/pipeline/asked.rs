//! What is known of a request before it is routed.

use std::net::IpAddr;
use std::sync::OnceLock;
use std::time::SystemTime;

use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST, TRANSFER_ENCODING};
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, Method, request};
use stockade_spec::RequestContext;
use stockade_wire::sigv4::Parts;
use stockade_wire::{Query, decode, headers};

use crate::authenticate::{Known, Verification};
use crate::route::{Host, Route};
use crate::upstream::Passage;

/// The region of requests that name none.
pub(crate) const DEFAULT_REGION: &str = "us-east-1";

/// What is known of a request before it is routed.
pub(crate) struct Asked<'a> {
    pub(crate) parts: &'a request::Parts,
    pub(super) query: &'a Query,
    /// The body's parameters, once it is known that it is a form.
    pub(super) form: OnceLock<Query>,
    pub(super) signed: Parts<'a>,
    pub(super) peer: Option<IpAddr>,
    pub(crate) now: SystemTime,
    pub(crate) passage: Passage,
}

impl Asked<'_> {
    /// The request as the codecs read it.
    pub(super) fn decodable<'a>(&'a self, route: &'a Route, body: &'a [u8]) -> decode::Request<'a> {
        let method = &self.parts.method;
        let (query, body) = route.read(method, self.query, self.form.get(), body);
        decode::Request {
            dialect: &route.dialect,
            method,
            labels: &route.labels,
            query,
            form: self.form.get().filter(|_| !body.is_empty()),
            headers: &self.parts.headers,
            body,
        }
    }
}

/// What a handler is told of the request, and what is left to verify of who sent it.
pub(super) fn context(
    asked: &Asked<'_>,
    known: Known,
    region: &str,
    request_id: String,
) -> (RequestContext, Verification) {
    let host = asked.parts.headers.get(HOST).and_then(headers::ascii);
    // A signature for all regions (SigV4A) names none.
    let region = match region {
        "" | "*" => Host::of(host).region().unwrap_or(DEFAULT_REGION),
        region => region,
    };
    let context = RequestContext {
        caller: known.caller,
        account: known.account,
        partition: partition(region),
        region: region.to_owned(),
        access_key: known.access_key,
        session: known.session,
        request_id,
        now: asked.now,
        origin: ["http://", host.unwrap_or("localhost")].concat(),
    };
    (context, known.verification)
}

/// Whether there is one host, neither none nor several (RFC 9112, section 3.2).
pub(super) fn has_host(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    let host = hosts.next().map(HeaderValue::as_bytes);
    hosts.next().is_none() && host.is_some_and(|host| Authority::try_from(host).is_ok())
}

/// HTTP/2 names the host in the URL alone; signatures and routes read it from the header.
pub(super) fn name_host(parts: &mut request::Parts) {
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
    headers::text(headers, name).map(str::to_owned)
}

pub(crate) fn is_form(method: &Method, headers: &HeaderMap) -> bool {
    *method == Method::POST
        && headers.get(CONTENT_TYPE).is_some_and(|content_type| {
            content_type
                .as_bytes()
                .starts_with(b"application/x-www-form-urlencoded")
        })
}

pub(super) fn has_length(headers: &HeaderMap) -> bool {
    headers.contains_key(CONTENT_LENGTH) || headers.contains_key(TRANSFER_ENCODING)
}
