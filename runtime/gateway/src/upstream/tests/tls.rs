//! Upstreams under TLS, with an authority that is made for the test.

use std::path::Path;
use std::sync::Arc;

use pretty_assertions::assert_eq;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use stockade_authz::Mode;
use stockade_catalog::CATALOG;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::support::{Bench, unsigned};
use crate::upstream::{Settings, Upstreams};

/// An upstream with a certificate for a name, and the authority's own in a file.
struct Secured {
    acceptor: TlsAcceptor,
    folder: TempDir,
}

impl Secured {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &authority).unwrap();
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("ca.pem"), authority.pem()).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            folder,
        }
    }

    /// What a client is answered whose request goes to this upstream, which answers 200.
    async fn answer(&self, trusted: bool) -> String {
        let upstream = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = upstream.local_addr().unwrap().port();
        let ca = self.folder.path().join("ca.pem");
        let settings = Settings {
            upstreams: &[format!("https://localhost:{port}")],
            ca: trusted.then_some(&*ca),
            ..Settings::default()
        };
        let bench = Bench::before(upstream, Mode::Off, &settings).await;
        let lines = [
            "x-amz-target: DynamoDB_20120810.ListTables",
            "content-length: 2",
        ];
        let request = unsigned("test", "dynamodb", "POST /", &lines) + "{}";
        let mut client = bench.client(&request).await;
        let served = async {
            let (stream, _) = bench.upstream.accept().await.unwrap();
            // Who does not trust the certificate says so and goes.
            let Ok(mut stream) = self.acceptor.accept(stream).await else {
                return;
            };
            let mut received = Vec::new();
            while !received.ends_with(b"{}") {
                received.push(stream.read_u8().await.unwrap());
            }
            let answer = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nsafe";
            stream.write_all(answer.as_bytes()).await.unwrap();
            stream.flush().await.unwrap();
        };
        let (answer, ()) = tokio::join!(client.message(), served);
        format!("{} {}", answer.line, answer.text())
    }
}

#[tokio::test]
async fn an_authority_of_the_operators_is_trusted() {
    let upstream = Secured::new("localhost");
    assert_eq!(upstream.answer(true).await, "HTTP/1.1 200 OK safe");
}

#[tokio::test]
async fn no_other_is_nor_is_another_name() {
    let stranger = Secured::new("localhost").answer(false).await;
    assert!(
        stranger.starts_with("HTTP/1.1 502") && stranger.contains("UnknownIssuer"),
        "{stranger}"
    );
    let misnamed = Secured::new("elsewhere.example").answer(true).await;
    assert!(
        misnamed.starts_with("HTTP/1.1 502") && misnamed.contains("not valid for name"),
        "{misnamed}"
    );
}

#[test]
fn what_is_wrong_with_the_file_is_said() {
    let folder = TempDir::new().unwrap();
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "").unwrap();
    let missing = folder.path().join("missing.pem");
    let read = |url: &str, ca: &Path| {
        let settings = Settings {
            upstreams: &[url.to_owned()],
            ca: Some(ca),
            ..Settings::default()
        };
        Upstreams::new(&CATALOG, &settings).unwrap_err()
    };
    for (url, ca, wanted) in [
        ("https://localhost", &missing, "missing.pem cannot be read"),
        (
            "https://localhost",
            &empty,
            "empty.pem holds no certificate",
        ),
        (
            "http://localhost",
            &empty,
            "no upstream has an https:// URL",
        ),
    ] {
        let error = read(url, ca);
        assert!(
            error.starts_with("--upstream-ca (UPSTREAM_CA): ") && error.contains(wanted),
            "{error}"
        );
    }
}
