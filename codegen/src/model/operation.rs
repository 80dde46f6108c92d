//! Operations and how they page.

use anyhow::Result;
use serde::Deserialize;
use serde_json::Value;

use super::shape::XmlNamespace;
use crate::lined::{Entry, Place};

/// One operation.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) place: Place,
    /// The name on the wire where it is not the operation's own (CloudFront's carry a version).
    pub(crate) wire_name: Option<String>,
    pub(crate) method: String,
    /// The path and its constant query: `/{Bucket}/{Key+}?tagging`.
    pub(crate) uri: String,
    /// The HTTP status of success.
    pub(crate) status: u16,
    /// Shapes by name.
    pub(crate) input: Option<String>,
    /// The element around the input's members, in REST-XML.
    pub(crate) input_root: Option<XmlRoot>,
    pub(crate) output: Option<String>,
    /// The element around the output's members, in the query protocol.
    pub(crate) result_wrapper: Option<String>,
    pub(crate) errors: Vec<String>,
    pub(crate) auth: Auth,
    /// The body is not part of the signature (`v4-unsigned-body`).
    pub(crate) unsigned_payload: bool,
    /// What comes before the endpoint's host, with members as labels: `{AccountId}.`.
    pub(crate) host_prefix: Option<String>,
    pub(crate) http_checksum: Option<HttpChecksum>,
    /// The request's body must carry `Content-MD5` or a checksum.
    pub(crate) http_checksum_required: bool,
    pub(crate) idempotent: bool,
    pub(crate) readonly: bool,
    pub(crate) deprecated: bool,
    /// Encodings that clients may compress the request with.
    pub(crate) request_compression: Vec<String>,
    /// The operation takes part in endpoint discovery.
    pub(crate) endpoint_discovery: bool,
}

/// Who may call, as far as the wire tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Auth {
    SigV4,
    /// Not signed at all.
    None,
    Bearer,
}

/// The root element of an XML input.
#[derive(Debug)]
pub(crate) struct XmlRoot {
    pub(crate) name: String,
    pub(crate) namespace: Option<String>,
}

/// Flexible checksums.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct HttpChecksum {
    pub(crate) request_algorithm_member: Option<String>,
    #[serde(default)]
    pub(crate) request_checksum_required: bool,
    pub(crate) request_validation_mode_member: Option<String>,
    #[serde(default)]
    pub(crate) response_algorithms: Vec<String>,
}

/// How an operation pages: paths into its input and output, as the model writes them (JMESPath).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pagination {
    pub(crate) input_token: Names,
    pub(crate) output_token: Names,
    pub(crate) limit_key: Option<String>,
    pub(crate) more_results: Option<String>,
    pub(crate) result_key: Names,
}

/// One name or several.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Names {
    One(String),
    Many(Vec<String>),
}

impl Names {
    pub(crate) fn as_slice(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Many(names) => names,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    name: Option<String>,
    http: RawHttp,
    input: Option<RawReference>,
    output: Option<RawReference>,
    #[serde(default)]
    errors: Vec<String>,
    authtype: Option<String>,
    auth: Option<Vec<String>>,
    #[serde(default, rename = "unsignedPayload")]
    unsigned_payload: bool,
    endpoint: Option<RawEndpoint>,
    endpointdiscovery: Option<Value>,
    #[serde(rename = "httpChecksum")]
    http_checksum: Option<HttpChecksum>,
    #[serde(default, rename = "httpChecksumRequired")]
    http_checksum_required: bool,
    #[serde(default)]
    idempotent: bool,
    #[serde(default)]
    readonly: bool,
    #[serde(default)]
    deprecated: bool,
    requestcompression: Option<RawCompression>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RawHttp {
    method: String,
    request_uri: String,
    response_code: Option<u16>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RawReference {
    shape: String,
    location_name: Option<String>,
    xml_namespace: Option<XmlNamespace>,
    result_wrapper: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RawEndpoint {
    host_prefix: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCompression {
    encodings: Vec<String>,
}

impl Operation {
    /// `default` is the service's own way of authentication.
    pub(super) fn parse(entry: &Entry<'_>, default: Auth) -> Result<Self> {
        let raw: Raw = entry.parse()?;
        let schemes = raw.auth.unwrap_or_default();
        let only = |scheme: &str| !schemes.is_empty() && schemes.iter().all(|name| name == scheme);
        let auth = match raw.authtype.as_deref() {
            Some("none") => Auth::None,
            Some("bearer") => Auth::Bearer,
            _ if only("smithy.api#noAuth") => Auth::None,
            _ if only("smithy.api#httpBearerAuth") => Auth::Bearer,
            _ => default,
        };
        let (input, input_root) = match raw.input {
            Some(RawReference {
                shape,
                location_name,
                xml_namespace,
                ..
            }) => {
                let namespace = xml_namespace.map(|namespace| namespace.uri);
                (
                    Some(shape),
                    location_name.map(|name| XmlRoot { name, namespace }),
                )
            }
            None => (None, None),
        };
        let (output, result_wrapper) = raw.output.map_or((None, None), |output| {
            (Some(output.shape), output.result_wrapper)
        });
        Ok(Self {
            place: entry.place.clone(),
            wire_name: raw.name,
            method: raw.http.method,
            uri: raw.http.request_uri,
            status: raw.http.response_code.unwrap_or(200),
            input,
            input_root,
            output,
            result_wrapper,
            errors: raw.errors,
            auth,
            unsigned_payload: raw.unsigned_payload
                || raw.authtype.as_deref() == Some("v4-unsigned-body"),
            host_prefix: raw.endpoint.map(|endpoint| endpoint.host_prefix),
            http_checksum: raw.http_checksum,
            http_checksum_required: raw.http_checksum_required,
            idempotent: raw.idempotent,
            readonly: raw.readonly,
            deprecated: raw.deprecated,
            request_compression: raw
                .requestcompression
                .map(|raw| raw.encodings)
                .unwrap_or_default(),
            endpoint_discovery: raw.endpointdiscovery.is_some(),
        })
    }
}
