//! Connections to upstreams, plain and under TLS, and whose certificates are trusted.

use std::path::Path;
use std::sync::Arc;

use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

use super::Outgoing;
use crate::limits;

pub(super) type Connector = HttpsConnector<HttpConnector>;

/// Whose certificates are trusted.
pub(super) enum Trust<'a> {
    /// Nobody's: no upstream is spoken to under TLS.
    Nobody,
    /// The system's authorities, and those of a file in PEM.
    System(Option<&'a Path>),
}

/// The client for upstreams. Connections are kept for a short time only: an upstream that closes one just when a request is
/// put on it leaves nobody knowing whether the request was taken.
pub(super) fn client(trust: &Trust<'_>) -> Result<Client<Connector, Outgoing>, String> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("TLS cannot be set up: {error}"))?
        .with_root_certificates(roots(trust)?)
        .with_no_client_auth();
    let mut connector = HttpConnector::new();
    connector.set_connect_timeout(Some(limits::UPSTREAM_CONNECT));
    connector.set_nodelay(true);
    connector.enforce_http(false);
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(config)
        .https_or_http()
        .enable_http1()
        .wrap_connector(connector);
    Ok(Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(limits::UPSTREAM_IDLE)
        .http1_max_headers(limits::MAX_HEADERS)
        .build(connector))
}

fn roots(trust: &Trust<'_>) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    let Trust::System(file) = trust else {
        return Ok(roots);
    };
    // A system without authorities, or with one that cannot be read, trusts the others.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(file) = file {
        for certificate in authorities(file)? {
            roots.add(certificate).map_err(|error| {
                format!("{} has an unfit certificate: {error}.", file.display())
            })?;
        }
    }
    Ok(roots)
}

fn authorities(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let pem = std::fs::read(file)
        .map_err(|error| format!("{} cannot be read: {error}.", file.display()))?;
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<_, _>>()
        .map_err(|error| format!("{} is not in PEM: {error}.", file.display()))?;
    if certificates.is_empty() {
        return Err(format!("{} holds no certificate in PEM.", file.display()));
    }
    Ok(certificates)
}
