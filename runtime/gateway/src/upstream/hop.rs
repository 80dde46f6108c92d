//! The headers that end here, and those that only this server may set.

use http::header::{
    CONNECTION, CONTENT_LENGTH, HOST, HeaderName, TE, TRANSFER_ENCODING, UPGRADE, VIA,
};
use http::{HeaderMap, HeaderValue};

/// The caller's ARN, as decisions and logs have it.
pub(super) const PRINCIPAL: HeaderName = HeaderName::from_static("x-stockade-principal");
/// The caller's account.
pub(super) const ACCOUNT: HeaderName = HeaderName::from_static("x-stockade-account");
/// The same, by the name that moto reads it from (moto's documentation, *Multi-Account support*).
pub(super) const MOTO_ACCOUNT: HeaderName = HeaderName::from_static("x-moto-account-id");
/// The upstream that answered.
pub(super) const UPSTREAM: HeaderName = HeaderName::from_static("x-stockade-upstream");
/// This server's id of the request, beside the one of the upstream's answer.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-stockade-request-id");

/// What begins the names of the headers that this server alone sets.
const OURS: &str = "x-stockade-";

/// Removes what belongs to one connection and not to the message (RFC 9110, section 7.6.1), and the
/// length of a message that is framed otherwise (RFC 9112, section 6.3).
pub(super) fn end(headers: &mut HeaderMap) {
    let listed: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        // Without these the message would be another one.
        .filter(|name| *name != HOST && *name != CONTENT_LENGTH)
        .collect();
    for name in &listed {
        headers.remove(name);
    }
    if headers.remove(TRANSFER_ENCODING).is_some() {
        headers.remove(CONTENT_LENGTH);
    }
    for name in [CONNECTION, TE, UPGRADE] {
        headers.remove(name);
    }
    headers.remove("keep-alive");
    headers.remove("proxy-connection");
}

/// A request's headers for the next connection; what only this server may say is not the caller's
/// to say.
pub(super) fn onward(received: &HeaderMap) -> HeaderMap {
    let mut headers = received.clone();
    end(&mut headers);
    let ours: Vec<HeaderName> = headers
        .keys()
        .filter(|name| name.as_str().starts_with(OURS) || **name == MOTO_ACCOUNT)
        .cloned()
        .collect();
    for name in &ours {
        headers.remove(name);
    }
    if takes_trailers(received) {
        headers.insert(TE, HeaderValue::from_static("trailers"));
        headers.insert(CONNECTION, HeaderValue::from_static("te"));
    }
    headers
}

/// Whether the client reads trailers.
fn takes_trailers(headers: &HeaderMap) -> bool {
    headers
        .get_all(TE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|coding| coding.trim().eq_ignore_ascii_case("trailers"))
}

/// Adds this server to those that the request went through (RFC 9110, section 7.6.3).
pub(super) fn pass_through(headers: &mut HeaderMap, name: &str) {
    if let Ok(via) = HeaderValue::try_from(format!("1.1 {name}")) {
        headers.append(VIA, via);
    }
}

/// Whether the request already went through a server of this name.
pub(super) fn went_through(headers: &HeaderMap, name: &str) -> bool {
    headers
        .get_all(VIA)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|hop| hop.split_whitespace().nth(1) == Some(name))
}

/// A body that came in chunks goes on in chunks, whatever is known of its length by now: trailers
/// need them.
pub(super) fn keep_framing(received: &HeaderMap, headers: &mut HeaderMap) {
    if received.contains_key(TRANSFER_ENCODING) && !headers.contains_key(CONTENT_LENGTH) {
        headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
    }
}
