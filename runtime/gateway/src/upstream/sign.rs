//! Requests signed anew, for upstreams that read the account from the key or verify signatures.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HOST};
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use http_body::{Body, Frame};
use percent_encoding::percent_decode_str;
use stockade_wire::chunked::BodyError;
use stockade_wire::sigv4::{DeclaredHash, signs_plain_path};

use super::Signing;

/// Why a request cannot be signed.
type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The secret of an account that is its own key; no upstream that reads it verifies it.
const ACCOUNT_SECRET: &str = "test";

const CONTENT_SHA256: HeaderName = HeaderName::from_static("x-amz-content-sha256");
const DECODED_LENGTH: HeaderName = HeaderName::from_static("x-amz-decoded-content-length");
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";
const UNSIGNED_TRAILER: &str = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

/// The headers of a signature.
const SIGNATURE_HEADERS: &[&str] = &[
    "authorization",
    "x-amz-date",
    "x-amz-region-set",
    "x-amz-security-token",
];

/// The parameters of a presigned URL that are its signature, in lower case.
const SIGNATURE_PARAMETERS: &[&str] = &[
    "awsaccesskeyid",
    "expires",
    "signature",
    "x-amz-algorithm",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-expires",
    "x-amz-region-set",
    "x-amz-security-token",
    "x-amz-signature",
    "x-amz-signedheaders",
];

/// In whose name and for what a request is signed.
pub(super) struct Scope<'a> {
    pub(super) account: &'a str,
    pub(super) region: &'a str,
    /// The service's signing name.
    pub(super) service: &'a str,
    pub(super) s3: bool,
    pub(super) now: SystemTime,
}

/// What the signature says of the body.
pub(super) enum Payload<'a> {
    /// S3: what the headers declared is declared again.
    Declared(&'a DeclaredHash),
    /// The bytes themselves.
    Hash(String),
    /// Nothing.
    Unsigned,
}

/// How a body has to be sent under its new signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Frames {
    /// As it came.
    AsSent,
    /// Without its chunks, whose signatures belong to the old one.
    Bare,
    /// In new chunks without signatures, for the sake of the trailer.
    Chunked,
}

/// Takes a request's signature away: the headers, or the parameters of a presigned URL. What such a
/// URL says beside its signature becomes headers ("Signing and authenticating REST requests",
/// Amazon S3 User Guide: query string request authentication alternative).
pub(super) fn unsign(target: &PathAndQuery, headers: &mut HeaderMap) -> PathAndQuery {
    let presigned = !headers.contains_key(AUTHORIZATION);
    for name in SIGNATURE_HEADERS {
        headers.remove(*name);
    }
    let Some(query) = target.query().filter(|_| presigned) else {
        return target.clone();
    };
    let mut left: Vec<&str> = Vec::new();
    for part in query.split('&') {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let name = decoded(name).to_ascii_lowercase();
        if SIGNATURE_PARAMETERS.contains(&&*name) {
            continue;
        }
        if name.starts_with("x-amz-")
            && let Ok(name) = HeaderName::try_from(&name)
            && let Ok(value) = HeaderValue::try_from(&*decoded(value))
        {
            headers.entry(name).or_insert(value);
            continue;
        }
        left.push(part);
    }
    if left.len() == query.split('&').count() {
        return target.clone();
    }
    let path = target.path();
    let rest = if left.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", left.join("&"))
    };
    PathAndQuery::try_from(rest).unwrap_or_else(|_| target.clone())
}

fn decoded(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8_lossy()
}

/// Says in the headers how the body is framed and hashed, and in the answer what has to be done to
/// it for that to be true.
pub(super) fn declare(payload: &Payload<'_>, headers: &mut HeaderMap) -> Frames {
    let Payload::Declared(declared) = payload else {
        return Frames::AsSent;
    };
    let declared_again = match declared {
        DeclaredHash::Absent => UNSIGNED,
        DeclaredHash::Unsigned | DeclaredHash::Sha256(_) | DeclaredHash::StreamingUnsigned => {
            return Frames::AsSent;
        }
        DeclaredHash::StreamingSigned { trailer: true } => UNSIGNED_TRAILER,
        DeclaredHash::StreamingSigned { trailer: false } => UNSIGNED,
    };
    headers.insert(CONTENT_SHA256, HeaderValue::from_static(declared_again));
    match declared {
        DeclaredHash::StreamingSigned { trailer: true } => {
            headers.remove(CONTENT_LENGTH);
            Frames::Chunked
        }
        DeclaredHash::StreamingSigned { trailer: false } => {
            headers.remove(CONTENT_LENGTH);
            if let Some(length) = headers.remove(DECODED_LENGTH) {
                headers.insert(CONTENT_LENGTH, length);
            }
            unchunk(headers);
            Frames::Bare
        }
        _ => Frames::AsSent,
    }
}

/// Takes `aws-chunked` out of the content encodings.
fn unchunk(headers: &mut HeaderMap) {
    let left: Vec<String> = headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|coding| coding.trim().to_owned())
        .filter(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case("aws-chunked"))
        .collect();
    headers.remove(CONTENT_ENCODING);
    if let Ok(value) = HeaderValue::try_from(left.join(","))
        && !left.is_empty()
    {
        headers.insert(CONTENT_ENCODING, value);
    }
}

/// Signs a request that carries no signature.
pub(super) fn sign_anew(
    signing: &Signing,
    scope: &Scope<'_>,
    payload: &Payload<'_>,
    (method, target): (&Method, &PathAndQuery),
    headers: &mut HeaderMap,
) -> Result<(), BoxError> {
    let (id, secret) = match signing {
        Signing::AsSent => return Ok(()),
        Signing::Account => (scope.account, ACCOUNT_SECRET),
        Signing::Key { id, secret } => (&**id, &**secret),
    };
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let url = format!("http://{}{target}", host.unwrap_or("localhost"));
    let hash = headers
        .get(CONTENT_SHA256)
        .and_then(|hash| hash.to_str().ok());
    let body = match (payload, hash) {
        (_, Some(UNSIGNED)) | (Payload::Unsigned, None) => SignableBody::UnsignedPayload,
        (_, Some(UNSIGNED_TRAILER)) => SignableBody::StreamingUnsignedPayloadTrailer,
        (_, Some(hash)) => SignableBody::Precomputed(hash.to_owned()),
        (Payload::Hash(hash), None) => SignableBody::Precomputed(hash.clone()),
        (Payload::Declared(_), None) => SignableBody::UnsignedPayload,
    };
    let covered = headers.iter().filter_map(|(name, value)| {
        let covered = *name == HOST
            || *name == CONTENT_TYPE
            || name.as_str() == "content-md5"
            || (name.as_str().starts_with("x-amz-") && *name != CONTENT_SHA256);
        Some((name.as_str(), value.to_str().ok()?)).filter(|_| covered)
    });
    let request = SignableRequest::new(method.as_str(), url, covered, body)?;
    let credentials = Credentials::new(id, secret, None, None, "upstream");
    let identity = credentials.into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(scope.region)
        .name(scope.service)
        .time(scope.now)
        .settings(settings(scope, scope.s3 || hash.is_some()))
        .build()?
        .into();
    let (instructions, _) = sign(request, &params)?.into_parts();
    for header in instructions.into_parts().0 {
        if let Ok(value) = HeaderValue::from_str(header.value()) {
            headers.insert(header.name(), value);
        }
    }
    Ok(())
}

fn settings(scope: &Scope<'_>, with_hash: bool) -> SigningSettings {
    let mut settings = SigningSettings::default();
    if with_hash {
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    }
    if signs_plain_path(scope.service) {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    }
    settings
}

/// A body in `aws-chunked` framing without signatures, a chunk for each frame, its trailer behind
/// them ("Signature calculations … with trailing headers", Amazon S3 API Reference).
pub(super) struct Chunked<B> {
    inner: B,
    ready: VecDeque<Bytes>,
    done: bool,
}

impl<B> Chunked<B> {
    pub(super) fn new(inner: B) -> Self {
        Self {
            inner,
            ready: VecDeque::new(),
            done: false,
        }
    }

    fn end(&mut self, trailers: &HeaderMap) {
        let mut end = b"0\r\n".to_vec();
        for (name, value) in trailers {
            end.extend_from_slice(name.as_str().as_bytes());
            end.push(b':');
            end.extend_from_slice(value.as_bytes());
            end.extend_from_slice(b"\r\n");
        }
        end.extend_from_slice(b"\r\n");
        self.ready.push_back(end.into());
        self.done = true;
    }
}

impl<B> Body for Chunked<B>
where
    B: Body<Data = Bytes, Error = BodyError> + Unpin,
{
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        loop {
            if let Some(bytes) = this.ready.pop_front() {
                return Poll::Ready(Some(Ok(Frame::data(bytes))));
            }
            if this.done {
                return Poll::Ready(None);
            }
            match ready!(Pin::new(&mut this.inner).poll_frame(context)).transpose()? {
                Some(frame) => match frame.into_data() {
                    Ok(data) if data.is_empty() => {}
                    Ok(data) => {
                        let head = format!("{:x}\r\n", data.len());
                        this.ready
                            .extend([Bytes::from(head), data, Bytes::from_static(b"\r\n")]);
                    }
                    Err(frame) => {
                        if let Ok(trailers) = frame.into_trailers() {
                            this.end(&trailers);
                        }
                    }
                },
                None => this.end(&HeaderMap::new()),
            }
        }
    }
}
