//! The measure of all things here: hyper answering at once, with nothing behind it.

use std::convert::Infallible;
use std::sync::LazyLock;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::scenario::{LARGE_BYTES, SMALL_BYTES};

/// As long as the answer of GetCallerIdentity.
const IDENTITY: &str = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
    <GetCallerIdentityResult><Arn>arn:aws:iam::000000000000:user/bench</Arn><UserId>AIDAAAAAAAAAAAAAAAAAA</UserId>\
    <Account>000000000000</Account></GetCallerIdentityResult><ResponseMetadata>\
    <RequestId>00000000-0000-0000-0000-000000000000</RequestId></ResponseMetadata></GetCallerIdentityResponse>";

static SMALL: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(vec![b'x'; SMALL_BYTES]));

static LARGE: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(vec![b'x'; LARGE_BYTES]));

/// Serves on a port until the process is ended.
///
/// # Errors
///
/// When the port cannot be listened on.
pub async fn serve(port: u16) -> std::io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let service = service_fn(answer);
        tokio::spawn(async move {
            let connection = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service);
            // A client that goes away is no failure of the measurement's server.
            drop(connection.await);
        });
    }
}

/// Reads the body, as any server must, and answers by method and path.
async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, mut body) = request.into_parts();
    while let Some(Ok(_)) = body.frame().await {}
    let content = match (parts.method, parts.uri.path().ends_with("/large")) {
        (Method::GET, true) => LARGE.clone(),
        (Method::GET, false) => SMALL.clone(),
        (Method::POST, _) => Bytes::from_static(IDENTITY.as_bytes()),
        _ => Bytes::new(),
    };
    Ok(Response::new(Full::new(content)))
}
