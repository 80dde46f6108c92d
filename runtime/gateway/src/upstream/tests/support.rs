//! A gateway on a socket before an upstream whose every byte the test reads and writes itself.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SignatureLocation, sign};
use aws_sigv4::sign::v4;
use aws_smithy_schema::serde::{SerdeError, ShapeDeserializer};
use aws_smithy_types::byte_stream::ByteStream;
use stockade_authz::Mode;
use stockade_authz::render::error::Style;
use stockade_catalog::CATALOG;
use stockade_spec::operation::Operation;
use stockade_spec::permission::{Class, Permissions, Source};
use stockade_spec::resolve::{Arguments, Resolved, ResourceFacts, Scope, StateKeys};
use stockade_spec::service::BoxFuture;
use stockade_spec::{AnyShape, Denied, Error, RequestContext, Service, Structure as _, Unit};
use stockade_wire::sigv4::{KeyCache, Parts, parse, verify};
use stockade_wire::{Dialect, Query};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::testing::Users;
use crate::upstream::{Settings, Upstreams};
use crate::{Config, Gateway, Parties, serve};

/// After how long something that has to come is given up.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

static OPEN: Permissions = Permissions {
    class: Class::Open,
    source: Source::Name,
    captures: &[],
    requirements: &[],
    follow_ups: &[],
    answers: None,
};

const fn operation(name: &'static str, streams_input: bool) -> Operation {
    Operation {
        name,
        method: "PUT",
        uri: "/",
        status: 200,
        input: Unit::SCHEMA,
        output: Unit::SCHEMA,
        result_wrapper: None,
        streams_input,
        constraints: None,
        permissions: &OPEN,
    }
}

/// S3 in name: it lists buckets, and takes objects without doing anything about them.
struct Objects;

impl Service for Objects {
    fn id(&self) -> &'static str {
        "s3"
    }

    fn operations(&self) -> &'static [Operation] {
        static OPERATIONS: &[Operation] = &[
            operation("ListBuckets", false),
            operation("PutBucketAccelerateConfiguration", false),
            operation("PutObject", true),
        ];
        OPERATIONS
    }

    fn read(
        &self,
        _: usize,
        _: &mut dyn ShapeDeserializer,
        _: Option<ByteStream>,
    ) -> Result<Box<dyn AnyShape>, SerdeError> {
        Ok(Box::new(Unit))
    }

    fn handle<'a>(
        &'a self,
        operation: usize,
        _: &'a RequestContext,
        input: Box<dyn AnyShape>,
        _: Denied,
    ) -> BoxFuture<'a, Result<Box<dyn AnyShape>, Error>> {
        let name = self.operations()[operation].name;
        Box::pin(async move {
            match name {
                "ListBuckets" => Ok(input),
                _ => Err(Error::not_implemented("s3", name)),
            }
        })
    }

    fn resolve(&self, _: u16, _: &Scope<'_>, _: &Arguments<'_>) -> Resolved {
        Resolved::Needless
    }

    fn admit(&self, _: usize, _: &RequestContext) -> Result<(), Error> {
        Ok(())
    }

    fn facts(&self, _: &str, _: &str, _: &Scope<'_>) -> ResourceFacts {
        ResourceFacts::default()
    }

    fn state_keys(&self, _: &str, _: &str, _: &Scope<'_>) -> StateKeys {
        StateKeys::default()
    }
}

/// The gateway, and the upstream behind it.
pub(super) struct Bench {
    pub(super) gateway: SocketAddr,
    pub(super) upstream: TcpListener,
}

impl Bench {
    /// `setting` is `--upstream`'s, `URL` in it the upstream's; `signing` is `--upstream-sign`'s.
    pub(super) async fn start(mode: Mode, setting: &str, signing: &str) -> Self {
        let upstream = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", upstream.local_addr().unwrap());
        let settings = Settings {
            upstreams: &[setting.replace("URL", &url)],
            signing: &[signing.to_owned()],
            kept: &["iam", "sts"],
            ca: None,
        };
        Self::before(upstream, mode, &settings).await
    }

    /// A gateway before an upstream that listens already.
    pub(super) async fn before(upstream: TcpListener, mode: Mode, settings: &Settings<'_>) -> Self {
        let config = Config {
            mode,
            style: Style::Aws,
            strict_credentials: false,
        };
        let parties = Parties {
            catalog: &CATALOG,
            services: vec![Arc::new(Objects)],
            directory: Arc::new(Users("444455556666")),
            organizations: None,
            reset: Arc::new(|| Box::pin(async { Ok(()) })),
            upstreams: Upstreams::new(&CATALOG, settings).unwrap(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let gateway = listener.local_addr().unwrap();
        let served = Arc::new(Gateway::new(config, parties));
        tokio::spawn(serve(served, listener, std::future::pending()));
        Self { gateway, upstream }
    }

    /// A gateway that forwards all that it does not handle.
    pub(super) async fn plain() -> Self {
        Self::start(Mode::Off, "URL", "").await
    }

    /// A gateway with all of S3 behind the upstream.
    pub(super) async fn objects() -> Self {
        Self::start(Mode::Off, "s3=URL", "").await
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.upstream.local_addr().unwrap())
    }

    /// A client that has sent these bytes.
    pub(super) async fn client(&self, request: impl AsRef<[u8]>) -> Wire {
        let mut client = Wire(TcpStream::connect(self.gateway).await.unwrap());
        client.write(request).await;
        client
    }

    /// The next connection that the upstream gets.
    pub(super) async fn accept(&self) -> Wire {
        let accepted = tokio::time::timeout(PATIENCE, self.upstream.accept()).await;
        Wire(accepted.expect("nothing was forwarded").unwrap().0)
    }

    /// The upstream goes away; its address stays.
    pub(super) fn close(self) -> SocketAddr {
        self.gateway
    }

    /// Sends a request through whose body breaks off on its way, and gives the answer.
    pub(super) async fn break_off(&self, request: impl AsRef<[u8]>) -> Message {
        let mut client = self.client(request).await;
        let arrived = self.accept().await.rest().await;
        let head = arrived.windows(4).position(|end| end == b"\r\n\r\n");
        if let Some(head) = head {
            let text = std::str::from_utf8(&arrived[..head]).unwrap().to_owned();
            let (_, length) = text.split_once("content-length: ").unwrap();
            let length: usize = length.lines().next().unwrap().parse().unwrap();
            let body = arrived.len() - head - 4;
            assert!(body < length, "{body} of {length} arrived");
        }
        client.message().await
    }

    /// Sends a request through, answers it with 200, and gives what the upstream got.
    pub(super) async fn pass(&self, request: impl AsRef<[u8]>) -> Message {
        let mut client = self.client(request).await;
        let mut upstream = self.accept().await;
        let message = upstream.message().await;
        upstream
            .write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            .await;
        assert_eq!(client.message().await.line, "HTTP/1.1 200 OK");
        message
    }
}

/// One end of a connection.
pub(super) struct Wire(pub(super) TcpStream);

impl Wire {
    pub(super) async fn write(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.unwrap();
    }

    /// Reads this many bytes.
    pub(super) async fn read(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        self.0.read_exact(&mut bytes).await.unwrap();
        bytes
    }

    /// Reads what is left until the other side closes, however it does.
    pub(super) async fn rest(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        // What came before a reset is kept.
        let _ = self.0.read_to_end(&mut bytes).await;
        bytes
    }

    /// Reads a message's head, byte by byte, so that what follows stays to be read.
    pub(super) async fn head(&mut self) -> Message {
        let mut bytes = Vec::new();
        while !bytes.ends_with(b"\r\n\r\n") {
            bytes.extend(self.read(1).await);
        }
        let text = String::from_utf8(bytes).unwrap();
        let mut lines = text.trim_end().split("\r\n").map(str::to_owned);
        Message {
            line: lines.next().unwrap(),
            headers: lines
                .map(|line| {
                    let (name, value) = line.split_once(": ").unwrap();
                    (name.to_ascii_lowercase(), value.to_owned())
                })
                .collect(),
            body: Vec::new(),
        }
    }

    /// Reads a message: its head, and its body by length or in chunks, the chunks' framing kept.
    pub(super) async fn message(&mut self) -> Message {
        let mut message = self.head().await;
        if let Some(length) = message.header("content-length") {
            message.body = self.read(length.parse().unwrap()).await;
        } else if message.header("transfer-encoding").is_some() {
            message.body = self.chunks().await;
        }
        message
    }

    /// Reads up to and with a line break.
    async fn line(&mut self) -> Vec<u8> {
        let mut line = Vec::new();
        while !line.ends_with(b"\r\n") {
            line.extend(self.read(1).await);
        }
        line
    }

    async fn chunks(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        loop {
            let line = self.line().await;
            let size = std::str::from_utf8(&line).unwrap().trim_end();
            let size = usize::from_str_radix(size, 16).unwrap();
            bytes.extend(line);
            if size > 0 {
                bytes.extend(self.read(size + 2).await);
                continue;
            }
            loop {
                let trailer = self.line().await;
                bytes.extend(&trailer);
                if trailer == b"\r\n" {
                    return bytes;
                }
            }
        }
    }
}

/// A request or an answer.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) line: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Message {
    /// A header's value; several are an error of the test.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(other, _)| other == name);
        let value = values.next()?.1.as_str();
        assert!(values.next().is_none(), "{name} is there twice: {self:?}");
        Some(value)
    }

    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The bytes of a chunked body.
    pub(super) fn unchunked(&self) -> Vec<u8> {
        let (mut rest, mut bytes) = (&self.body[..], Vec::new());
        loop {
            let line = rest.windows(2).position(|pair| pair == b"\r\n").unwrap();
            let size = std::str::from_utf8(&rest[..line]).unwrap();
            let size = usize::from_str_radix(size, 16).unwrap();
            if size == 0 {
                return bytes;
            }
            bytes.extend_from_slice(&rest[line + 2..line + 2 + size]);
            rest = &rest[line + 2 + size + 2..];
        }
    }

    /// Verifies the message's signature, as whoever verifies signatures here does.
    pub(super) fn verify(&self, secret: &str, payload_hash: &str, s3: bool) {
        let mut line = self.line.split(' ');
        let method = line.next().unwrap().parse().unwrap();
        let (path, query) = match line.next().unwrap() {
            target if target.contains('?') => target.split_once('?').unwrap(),
            target => (target, ""),
        };
        let mut headers = http::HeaderMap::new();
        for (name, value) in &self.headers {
            let name: http::HeaderName = name.parse().unwrap();
            headers.append(name, value.parse().unwrap());
        }
        let query = Query::parse(query).unwrap();
        let parts = Parts {
            method: &method,
            path,
            query: &query,
            headers: &headers,
        };
        let dialect = if s3 {
            Dialect::s3()
        } else {
            Dialect::new(stockade_wire::Protocol::AwsJson1_0)
        };
        let presented = parse(&parts, &dialect).unwrap().unwrap();
        let now = SystemTime::now();
        let keys = KeyCache::default();
        verify(
            &presented,
            secret,
            &parts,
            payload_hash,
            now,
            &dialect,
            &keys,
        )
        .unwrap();
    }
}

/// A request as an SDK signs it: the head, and the seed of its chunks' signatures.
pub(super) struct Signed {
    pub(super) head: String,
    pub(super) signature: String,
    pub(super) params: (String, SystemTime),
}

/// Signs a request of `user-ada` or of another key. `headers` are `name: value` lines, `host` not
/// among them.
pub(super) fn signed(
    key: &str,
    service: &str,
    (method, target): (&str, &str),
    headers: &[&str],
    body: SignableBody<'_>,
    presign: bool,
) -> Signed {
    let now = SystemTime::now();
    let identity = Credentials::new(key, "secret", None, None, "test").into();
    let mut settings = aws_sigv4::http_request::SigningSettings::default();
    if service == "s3" {
        settings.percent_encoding_mode = aws_sigv4::http_request::PercentEncodingMode::Single;
        settings.uri_path_normalization_mode =
            aws_sigv4::http_request::UriPathNormalizationMode::Disabled;
        if !presign {
            settings.payload_checksum_kind =
                aws_sigv4::http_request::PayloadChecksumKind::XAmzSha256;
        }
    }
    if presign {
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(std::time::Duration::from_secs(60));
    }
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region("eu-west-1")
        .name(service)
        .time(now)
        .settings(settings)
        .build()
        .unwrap()
        .into();
    let url = format!("http://localhost{target}");
    let pairs: Vec<_> = headers
        .iter()
        .filter(|line| !line.starts_with("content-length"))
        .map(|line| line.split_once(": ").unwrap())
        .collect();
    let request = SignableRequest::new(method, &url, pairs.into_iter(), body).unwrap();
    let (instructions, signature) = sign(request, &params).unwrap().into_parts();
    let mut request = http::Request::builder().uri(&url).body(()).unwrap();
    instructions.apply_to_request_http1x(&mut request);
    let target = request.uri().path_and_query().unwrap();
    let mut head = format!("{method} {target} HTTP/1.1\r\nhost: localhost\r\n");
    for line in headers {
        head.push_str(&format!("{line}\r\n"));
    }
    for (name, value) in request.headers() {
        head.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
    }
    head.push_str("\r\n");
    Signed {
        head,
        signature,
        params: (service.to_owned(), now),
    }
}

impl Signed {
    /// A chunk of a signed body, and the signature that the next one builds on ("Signature
    /// calculations for the authorization header: transferring payload in multiple chunks", Amazon
    /// S3 API Reference).
    pub(super) fn chunk(&mut self, data: &[u8]) -> Vec<u8> {
        let identity = Credentials::new("user-ada", "secret", None, None, "test").into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region("eu-west-1")
            .name(&self.params.0)
            .time(self.params.1)
            .settings(())
            .build()
            .unwrap();
        let chunk = bytes::Bytes::copy_from_slice(data);
        let (_, signature) = v4::sign_chunk(&chunk, &self.signature, &params)
            .unwrap()
            .into_parts();
        let mut bytes = format!("{:x};chunk-signature={signature}\r\n", data.len()).into_bytes();
        if !data.is_empty() {
            bytes.extend_from_slice(data);
            bytes.extend_from_slice(b"\r\n");
        }
        self.signature = signature;
        bytes
    }

    /// The trailer behind the last chunk, with its signature.
    pub(super) fn trailer(&mut self, name: &'static str, value: &'static str) -> Vec<u8> {
        let identity = Credentials::new("user-ada", "secret", None, None, "test").into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region("eu-west-1")
            .name(&self.params.0)
            .time(self.params.1)
            .settings(())
            .build()
            .unwrap();
        let mut headers = aws_smithy_runtime_api::http::Headers::new();
        headers.insert(name, value);
        let (_, signature) = v4::sign_trailer(&headers, &self.signature, &params)
            .unwrap()
            .into_parts();
        format!("{name}:{value}\r\nx-amz-trailer-signature:{signature}\r\n\r\n").into_bytes()
    }
}

/// The head of a request that no SDK signed: `lines` after a host and a stranger's credential.
pub(super) fn unsigned(key: &str, service: &str, line: &str, lines: &[&str]) -> String {
    let now = UNIX_EPOCH.elapsed().unwrap().as_secs();
    let mut head = format!(
        "{line} HTTP/1.1\r\nhost: localhost\r\nauthorization: AWS4-HMAC-SHA256 \
         Credential={key}/{now}/eu-west-1/{service}/aws4_request, SignedHeaders=host, \
         Signature={}\r\n",
        "0".repeat(64)
    );
    for line in lines {
        head.push_str(&format!("{line}\r\n"));
    }
    head.push_str("\r\n");
    head
}
