//! Shapes and their members.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::lined::{Entry, Place};

/// One shape.
#[derive(Debug)]
pub(crate) struct Shape {
    pub(crate) place: Place,
    pub(crate) kind: ShapeKind,
    /// A structure's required members.
    pub(crate) required: BTreeSet<String>,
    /// The member that is the HTTP body.
    pub(crate) payload: Option<String>,
    /// Present for every error, also where the model says no more of it.
    pub(crate) error: Option<ErrorFacts>,
    /// A string's values; empty where any string will do.
    pub(crate) enum_values: Vec<String>,
    /// Lengths, sizes or values, as the kind has it.
    pub(crate) min: Option<f64>,
    pub(crate) max: Option<f64>,
    /// The regular expression that a string must match.
    pub(crate) pattern: Option<String>,
    pub(crate) timestamp_format: Option<TimestampFormat>,
    /// The name of the shape's own element.
    pub(crate) location_name: Option<String>,
    pub(crate) xml_namespace: Option<XmlNamespace>,
    /// A list or map without an element around its entries.
    pub(crate) flattened: bool,
    /// A blob that is not read at once.
    pub(crate) streaming: bool,
    /// A streaming blob whose length must be told beforehand.
    pub(crate) requires_length: bool,
    /// A union whose members are events.
    pub(crate) event_stream: bool,
    /// A member of an event stream.
    pub(crate) event: bool,
    /// A list or map that may hold nulls.
    pub(crate) sparse: bool,
    /// A number or Boolean that may be absent.
    pub(crate) boxed: bool,
    /// Not to be logged.
    pub(crate) sensitive: bool,
    pub(crate) deprecated: bool,
}

/// What a shape is.
#[derive(Debug)]
pub(crate) enum ShapeKind {
    Structure(BTreeMap<String, Member>),
    Union(BTreeMap<String, Member>),
    List(Member),
    Map { key: Member, value: Member },
    String,
    Blob,
    Timestamp,
    Document,
    Boolean,
    Integer,
    Long,
    Float,
    Double,
}

/// What an error shape says of itself beyond its members.
#[derive(Debug, Default)]
pub(crate) struct ErrorFacts {
    /// The code on the wire, where it is not the shape's name.
    pub(crate) code: Option<String>,
    pub(crate) status: Option<u16>,
    /// The server's fault.
    pub(crate) fault: bool,
}

/// How a timestamp is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum TimestampFormat {
    #[serde(rename = "unixTimestamp")]
    EpochSeconds,
    #[serde(rename = "iso8601")]
    DateTime,
    #[serde(rename = "rfc822")]
    HttpDate,
}

/// Where in the HTTP message a member stands; in the body where none is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum Location {
    #[serde(rename = "header")]
    Header,
    /// Headers with a common prefix, together a map.
    #[serde(rename = "headers")]
    PrefixHeaders,
    #[serde(rename = "uri")]
    Uri,
    #[serde(rename = "querystring")]
    Query,
    #[serde(rename = "statusCode")]
    StatusCode,
}

/// An element's namespace.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct XmlNamespace {
    pub(crate) uri: String,
    pub(crate) prefix: Option<String>,
}

/// A structure's member, a list's element, a map's key or value.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Member {
    #[serde(rename = "shape")]
    pub(crate) target: String,
    pub(crate) location: Option<Location>,
    pub(crate) location_name: Option<String>,
    /// EC2's name of it in requests, where it is not derived from the others.
    pub(crate) query_name: Option<String>,
    pub(crate) timestamp_format: Option<TimestampFormat>,
    pub(crate) xml_namespace: Option<XmlNamespace>,
    #[serde(default)]
    pub(crate) xml_attribute: bool,
    #[serde(default)]
    pub(crate) flattened: bool,
    #[serde(default)]
    pub(crate) streaming: bool,
    /// JSON inside of a string (base64 in a header).
    #[serde(default)]
    pub(crate) jsonvalue: bool,
    /// Part of the host's name.
    #[serde(default)]
    pub(crate) host_label: bool,
    /// Filled by clients that leave it out.
    #[serde(default)]
    pub(crate) idempotency_token: bool,
    #[serde(default)]
    pub(crate) eventpayload: bool,
    #[serde(default)]
    pub(crate) eventheader: bool,
    #[serde(default, rename = "box")]
    pub(crate) boxed: bool,
    #[serde(default)]
    pub(crate) sensitive: bool,
    #[serde(default)]
    pub(crate) deprecated: bool,
    #[serde(default, rename = "enum")]
    pub(crate) enum_values: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Raw {
    #[serde(rename = "type")]
    kind: RawKind,
    members: Option<BTreeMap<String, Member>>,
    member: Option<Member>,
    key: Option<Member>,
    value: Option<Member>,
    #[serde(default)]
    union: bool,
    #[serde(default)]
    document: bool,
    #[serde(default)]
    required: BTreeSet<String>,
    payload: Option<String>,
    #[serde(default)]
    exception: bool,
    #[serde(default)]
    fault: bool,
    error: Option<RawError>,
    #[serde(default, rename = "enum")]
    enum_values: Vec<String>,
    min: Option<f64>,
    max: Option<f64>,
    pattern: Option<String>,
    timestamp_format: Option<TimestampFormat>,
    location_name: Option<String>,
    xml_namespace: Option<XmlNamespace>,
    #[serde(default)]
    flattened: bool,
    #[serde(default)]
    streaming: bool,
    #[serde(default)]
    requires_length: bool,
    #[serde(default, rename = "eventstream")]
    event_stream: bool,
    #[serde(default)]
    event: bool,
    #[serde(default)]
    sparse: bool,
    #[serde(default, rename = "box")]
    boxed: bool,
    #[serde(default)]
    sensitive: bool,
    #[serde(default)]
    deprecated: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum RawKind {
    Structure,
    List,
    Map,
    String,
    Character,
    Blob,
    Timestamp,
    Boolean,
    Integer,
    Long,
    Float,
    Double,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RawError {
    code: Option<String>,
    http_status_code: Option<u16>,
    #[serde(default, rename = "senderFault")]
    _sender_fault: bool,
}

impl Shape {
    pub(super) fn parse(entry: &Entry<'_>) -> Result<Self> {
        let raw: Raw = entry.parse()?;
        let lacks = |part: &str| format!("{}: {} has no {part}", entry.place, entry.key);
        let kind = match raw.kind {
            RawKind::Structure if raw.document => ShapeKind::Document,
            RawKind::Structure => {
                let members = raw.members.with_context(|| lacks("members"))?;
                if raw.union || raw.event_stream {
                    ShapeKind::Union(members)
                } else {
                    ShapeKind::Structure(members)
                }
            }
            RawKind::List => ShapeKind::List(raw.member.with_context(|| lacks("member"))?),
            RawKind::Map => ShapeKind::Map {
                key: raw.key.with_context(|| lacks("key"))?,
                value: raw.value.with_context(|| lacks("value"))?,
            },
            RawKind::String | RawKind::Character => ShapeKind::String,
            RawKind::Blob => ShapeKind::Blob,
            RawKind::Timestamp => ShapeKind::Timestamp,
            RawKind::Boolean => ShapeKind::Boolean,
            RawKind::Integer => ShapeKind::Integer,
            RawKind::Long => ShapeKind::Long,
            RawKind::Float => ShapeKind::Float,
            RawKind::Double => ShapeKind::Double,
        };
        let error = (raw.exception || raw.error.is_some()).then(|| {
            let error = raw.error.unwrap_or_default();
            ErrorFacts {
                code: error.code,
                status: error.http_status_code,
                fault: raw.fault,
            }
        });
        Ok(Self {
            place: entry.place.clone(),
            kind,
            required: raw.required,
            payload: raw.payload,
            error,
            enum_values: raw.enum_values,
            min: raw.min,
            max: raw.max,
            pattern: raw.pattern,
            timestamp_format: raw.timestamp_format,
            location_name: raw.location_name,
            xml_namespace: raw.xml_namespace,
            flattened: raw.flattened,
            streaming: raw.streaming,
            requires_length: raw.requires_length,
            event_stream: raw.event_stream,
            event: raw.event,
            sparse: raw.sparse,
            boxed: raw.boxed,
            sensitive: raw.sensitive,
            deprecated: raw.deprecated,
        })
    }

    /// The shapes that this one is made of, by name.
    pub(crate) fn targets(&self) -> Vec<&str> {
        match &self.kind {
            ShapeKind::Structure(members) | ShapeKind::Union(members) => members
                .values()
                .map(|member| member.target.as_str())
                .collect(),
            ShapeKind::List(element) => vec![&element.target],
            ShapeKind::Map { key, value } => vec![&key.target, &value.target],
            _ => Vec::new(),
        }
    }
}
