//! The settings of upstreams: which services go where, and how their requests are signed.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use http::Uri;
use http::uri::Scheme;
use stockade_spec::catalog::{Catalog, Service};

use super::tls::{self, Trust};
use super::{Upstream, Upstreams};

/// The settings as they are written.
#[derive(Debug, Clone, Copy, Default)]
pub struct Settings<'a> {
    /// `URL` and `SERVICE=URL`; each text may hold several, with commas or spaces between them.
    pub upstreams: &'a [String],
    /// `HOW` and `SERVICE=HOW`, in the same way; [`Signing`] tells what can be said.
    pub signing: &'a [String],
    /// A file with certificates of authorities, in PEM, that are trusted beside the system's.
    pub ca: Option<&'a Path>,
    /// The services that never leave: identities are here, and an answer of another server about
    /// them would be taken for this one's.
    pub kept: &'a [&'static str],
}

/// How requests are signed on their way to an upstream.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Signing {
    /// `pass`: as they came.
    #[default]
    AsSent,
    /// `account`: anew, the account's number as access key and `test` as secret, for emulators that
    /// tell accounts by their keys.
    Account,
    /// `KEY:SECRET`: anew with this key, for upstreams that verify signatures.
    Key {
        /// The access key's id.
        id: String,
        /// Its secret.
        secret: String,
    },
}

impl fmt::Debug for Signing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AsSent => "AsSent",
            Self::Account => "Account",
            Self::Key { .. } => "Key",
        })
    }
}

/// A setting's names, for what is said about it.
const UPSTREAM: &str = "--upstream (UPSTREAM)";
const CA: &str = "--upstream-ca (UPSTREAM_CA)";
const SIGN: &str = "--upstream-sign (UPSTREAM_SIGN)";

/// How alike two names are, from 0 to 1, for one to be suggested for the other.
const ALIKE: f64 = 0.8;

pub(super) fn read(catalog: &Catalog, settings: &Settings<'_>) -> Result<Upstreams, String> {
    let (named, rest) = table(catalog, UPSTREAM, settings.upstreams, |text| {
        upstream(text).map(Arc::new)
    })?;
    if let Some(service) = named.keys().find(|id| settings.kept.contains(id)) {
        return Err(format!(
            "{UPSTREAM}: {service} cannot go to an upstream, because IAM is enforced by what it \
             holds; leave {service}=… out."
        ));
    }
    let (signing, signing_of_rest) = table(catalog, SIGN, settings.signing, how)?;
    let mut all = named.values().chain(&rest);
    let trust = match settings.ca {
        ca if all.any(|upstream| upstream.scheme == Scheme::HTTPS) => Trust::System(ca),
        None => Trust::Nobody,
        Some(_) => {
            return Err(format!(
                "{CA}: no upstream has an https:// URL; leave it out."
            ));
        }
    };
    let client = if named.is_empty() && rest.is_none() {
        None
    } else {
        Some(tls::client(&trust).map_err(|why| format!("{CA}: {why}"))?)
    };
    Ok(Upstreams {
        named,
        rest,
        kept: settings.kept.into(),
        signing,
        signing_of_rest: signing_of_rest.unwrap_or_default(),
        client,
    })
}

/// What is said of services by name, and of all others.
type Table<T> = (BTreeMap<&'static str, T>, Option<T>);

fn table<T>(
    catalog: &Catalog,
    setting: &str,
    texts: &[String],
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<Table<T>, String> {
    let (mut named, mut rest) = (BTreeMap::new(), None);
    let entries = texts
        .iter()
        .flat_map(|text| text.split([',', ' ', '\t', '\n']))
        .filter(|entry| !entry.is_empty());
    for entry in entries {
        let about = |why: String| format!("{setting}: {why}");
        match entry.split_once('=') {
            // A URL or a key may have an equals sign, but a colon stands before it.
            Some((service, text)) if !service.contains(':') => {
                let id = catalog
                    .service(service)
                    .map(|service| service.id)
                    .ok_or_else(|| about(unknown(catalog, service)))?;
                if named.insert(id, read(text).map_err(about)?).is_some() {
                    return Err(about(format!("{id} is set twice.")));
                }
            }
            _ => {
                if rest.replace(read(entry).map_err(about)?).is_some() {
                    return Err(about(format!(
                        "{entry} is the second without a service; only one can stand for all others."
                    )));
                }
            }
        }
    }
    Ok((named, rest))
}

fn upstream(text: &str) -> Result<Upstream, String> {
    let form = "give it as http://HOST:PORT";
    let uri: Uri = text
        .parse()
        .map_err(|error| format!("{text} is no URL ({error}); {form}."))?;
    let scheme = uri
        .scheme()
        .filter(|scheme| [Scheme::HTTP, Scheme::HTTPS].contains(scheme))
        .ok_or_else(|| format!("{text} is neither an http:// nor an https:// URL; {form}."))?;
    let authority = uri
        .authority()
        .filter(|authority| !authority.host().is_empty() && !authority.as_str().contains('@'))
        .ok_or_else(|| format!("{text} has no plain host; {form}."))?;
    if uri.path() != "/" || uri.query().is_some() {
        return Err(format!(
            "{text} has a path; requests keep their own: {form}."
        ));
    }
    Ok(Upstream {
        url: format!("{scheme}://{authority}").into(),
        scheme: scheme.clone(),
        authority: authority.clone(),
    })
}

fn how(text: &str) -> Result<Signing, String> {
    match text.split_once(':') {
        None if text == "pass" => Ok(Signing::AsSent),
        None if text == "account" => Ok(Signing::Account),
        Some((id, secret)) if is_key_id(id) && !secret.is_empty() => Ok(Signing::Key {
            id: id.to_owned(),
            secret: secret.to_owned(),
        }),
        // What may be half a secret is not repeated.
        _ => Err("give pass, account, or KEY:SECRET.".to_owned()),
    }
}

/// Whether a text can stand in a credential, between its slashes and commas.
fn is_key_id(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'/' | b',');
    !text.is_empty() && text.bytes().all(plain)
}

/// Says that no service has this name, and which one may be meant.
fn unknown(catalog: &Catalog, name: &str) -> String {
    match meant(catalog, name) {
        Some(service) => format!(
            "no service is called {name:?}; did you mean {}?",
            service.id
        ),
        None => format!("no service is called {name:?}; the AWS CLI's names are used."),
    }
}

/// The service that goes by another name of these letters, or by one that is nearly the same.
fn meant(catalog: &Catalog, name: &str) -> Option<&'static Service> {
    let name = name.to_ascii_lowercase();
    let letters = |text: &str| -> String {
        let letters = text.chars().filter(char::is_ascii_alphanumeric);
        letters.collect::<String>().to_ascii_lowercase()
    };
    let plain = letters(&name);
    let called = |service: &&'static Service| {
        [
            service.id,
            service.service_id,
            service.signing_name,
            service.endpoint_prefix,
        ]
        .into_iter()
        .any(|other| letters(other) == plain)
    };
    catalog.services.iter().find(called).or_else(|| {
        catalog
            .services
            .iter()
            .map(|service| (strsim::jaro_winkler(service.id, &name), service))
            .filter(|(alike, _)| *alike >= ALIKE)
            .max_by(|(one, _), (other, _)| one.total_cmp(other))
            .map(|(_, service)| service)
    })
}
