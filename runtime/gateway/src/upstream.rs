//! Other emulators, and what goes to them: allowed requests that nobody here handles.
//!
//! A request is passed on as it came, byte for byte, after it was authenticated and authorized here;
//! its answer is passed back as it comes. `settings` reads which services go where, `hop` tells the
//! headers that end here, `spool` keeps what was already read of a body, `proof` watches over a body
//! that is not read here, `tls` makes the connections, `sign` signs anew where the upstream asks for it, and `forward` is the
//! step itself.

mod elsewhere;
mod forward;
mod health;
mod hop;
mod proof;
mod settings;
mod sign;
mod spool;
mod tls;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use http::uri::{Authority, Scheme};
use http_body_util::combinators::UnsyncBoxBody;
use hyper_util::client::legacy::Client;
use stockade_spec::catalog::Catalog;
use stockade_wire::chunked::BodyError;

pub(crate) use elsewhere::Elsewhere;
pub(crate) use forward::Passage;
pub use settings::{Settings, Signing};
use spool::Spool;
pub(crate) use spool::Tapped;

/// A request's body on its way to an upstream.
type Outgoing = UnsyncBoxBody<Bytes, BodyError>;

/// Which services go to which upstream.
#[derive(Debug, Default)]
pub struct Upstreams {
    /// The services that were given an upstream by name.
    named: BTreeMap<&'static str, Arc<Upstream>>,
    /// Where everything else goes that nobody here handles.
    rest: Option<Arc<Upstream>>,
    /// The services that never leave.
    kept: Box<[&'static str]>,
    /// How requests are signed, by service.
    signing: BTreeMap<&'static str, Signing>,
    /// How all others are.
    signing_of_rest: Signing,
    /// `None` where no upstream is set.
    client: Option<Client<tls::Connector, Outgoing>>,
}

/// An emulator behind this server.
#[derive(Debug, PartialEq, Eq)]
struct Upstream {
    /// As people write it, `http://localhost:5000`.
    url: Arc<str>,
    scheme: Scheme,
    authority: Authority,
}

impl Upstreams {
    /// Reads the settings; what is wrong with them is said in the operator's words.
    pub fn new(catalog: &Catalog, settings: &Settings<'_>) -> Result<Self, String> {
        settings::read(catalog, settings)
    }

    /// Whether no request is ever passed on.
    pub fn is_empty(&self) -> bool {
        self.named.is_empty() && self.rest.is_none()
    }

    /// Each upstream with the services that it was given by name, and whether it also gets what
    /// nobody else handles.
    pub fn each(&self) -> Vec<(&str, Vec<&'static str>, bool)> {
        let mut each: Vec<(&str, Vec<&'static str>, bool)> = Vec::new();
        for (service, upstream) in &self.named {
            match each.iter_mut().find(|(url, ..)| *url == &*upstream.url) {
                Some((_, services, _)) => services.push(service),
                None => each.push((&upstream.url, vec![service], false)),
            }
        }
        if let Some(upstream) = &self.rest {
            match each.iter_mut().find(|(url, ..)| *url == &*upstream.url) {
                Some((.., rest)) => *rest = true,
                None => each.push((&upstream.url, Vec::new(), true)),
            }
        }
        each
    }

    /// Whether the service was given an upstream by name: then all of it is there, and nothing here.
    pub fn is_named(&self, service: &str) -> bool {
        self.named.contains_key(service)
    }

    /// Whether requests for the service can be passed on.
    pub(crate) fn takes(&self, service: &str) -> bool {
        self.of(service).is_some()
    }

    /// Where a service's requests go that nobody here handles.
    fn of(&self, service: &str) -> Option<&Upstream> {
        let named = self.named.get(service);
        named
            .or_else(|| self.rest.as_ref().filter(|_| !self.kept.contains(&service)))
            .map(|upstream| &**upstream)
    }

    /// How a service's requests are signed.
    fn signing(&self, service: &str) -> &Signing {
        self.signing.get(service).unwrap_or(&self.signing_of_rest)
    }
}
