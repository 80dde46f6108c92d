//! Questions to a running server.

use bytes::Bytes;
use http::{Method, Request, Uri, header};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use percent_encoding::{NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use serde_json::Value;
use tokio::net::TcpStream;

/// Where a server listens that was started without settings.
pub(super) const DEFAULT: &str = "http://127.0.0.1:4566";

/// A text as a value in a query.
pub(super) fn encoded(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, NON_ALPHANUMERIC)
}

/// What the server answers; the error is its message, or that it cannot be reached.
pub(super) fn ask(
    endpoint: &Uri,
    method: Method,
    path: &str,
    body: Vec<u8>,
) -> Result<Bytes, String> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?
        .block_on(exchange(endpoint, method, path, body))
}

async fn exchange(
    endpoint: &Uri,
    method: Method,
    path: &str,
    body: Vec<u8>,
) -> Result<Bytes, String> {
    let unreachable = |why: String| {
        format!(
            "{endpoint} cannot be reached ({why}); start a server with `stockade`, or name the one that runs with --endpoint"
        )
    };
    let host = endpoint
        .host()
        .filter(|_| endpoint.scheme_str() == Some("http"))
        .ok_or_else(|| {
            format!("{endpoint} is no URL like {DEFAULT}; --endpoint names the server")
        })?;
    let address = (
        host.trim_matches(['[', ']']),
        endpoint.port_u16().unwrap_or(80),
    );
    let stream = TcpStream::connect(address)
        .await
        .map_err(|error| unreachable(error.to_string()))?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| unreachable(error.to_string()))?;
    tokio::spawn(connection);
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, host)
        .body(Full::new(Bytes::from(body)))
        .map_err(|error| error.to_string())?;
    let response = sender
        .send_request(request)
        .await
        .map_err(|error| unreachable(error.to_string()))?;
    let status = response.status();
    let is_ours = response.headers().contains_key("x-amzn-requestid");
    let body = response
        .into_body()
        .collect()
        .await
        .map_err(|error| unreachable(error.to_string()))?
        .to_bytes();
    if status.is_success() && is_ours {
        return Ok(body);
    }
    let value: Value = serde_json::from_slice(&body).unwrap_or_default();
    Err(match value["message"].as_str() {
        Some(message) => message.to_owned(),
        None => format!(
            "{endpoint} answers {status} and is no Stockade that can tell; --endpoint names the server"
        ),
    })
}
