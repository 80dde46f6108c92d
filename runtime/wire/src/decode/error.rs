//! Why a request cannot be read, and how each protocol says so.

use std::fmt;

use aws_smithy_schema::serde::SerdeError;
use stockade_spec::Error;
use stockade_spec::constraint::{Kind, Violations};

use crate::errors::violation;
use crate::{Dialect, Protocol};

/// Where in a request a value stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The body, form parameters included.
    Body,
    /// A header, by name.
    Header(String),
    /// A query parameter, by name.
    Query(String),
    /// A label of the path, by name.
    Label(String),
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Required members of one structure are absent: their paths, for example
    /// `Tags.1.member.Key`; never empty.
    Missing(Vec<String>),
    /// The operation needs a body and the request has none.
    NoBody,
    /// The bytes are not of the protocol's format, or a value is not of its member's type.
    Malformed(String),
}

/// A request that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    /// Where.
    pub place: Place,
    /// What.
    pub fault: Fault,
}

impl DecodeError {
    /// An error of the body, or of another place, as the codecs report it.
    pub fn new(place: Place, error: SerdeError) -> Self {
        let fault = match error {
            SerdeError::MissingMember { member_name, .. } => Fault::Missing(paths(&member_name)),
            SerdeError::InvalidInput { message, .. } | SerdeError::Custom { message, .. } => {
                Fault::Malformed(message)
            }
            other => Fault::Malformed(other.to_string()),
        };
        Self { place, fault }
    }

    /// The answer, as AWS words it for the service's protocol.
    pub fn into_error(self, dialect: &Dialect<'_>) -> Error {
        match self.fault {
            Fault::Missing(paths) => missing(&paths, &self.place, dialect),
            Fault::NoBody => Error::new("MissingRequestBodyError", 400, "Request Body is empty"),
            Fault::Malformed(message) => malformed(message, &self.place, dialect),
        }
    }
}

/// The paths of absent members from the path of their structure and their names, as
/// [`missing_members`](stockade_spec::shape::missing_members) lists them.
fn paths(text: &str) -> Vec<String> {
    let (structure, names) = text.split_at(text.rfind('.').map_or(0, |dot| dot + 1));
    names
        .split(',')
        .map(|name| format!("{structure}{name}"))
        .collect()
}

/// The answer to required members' absence (AWS, "Common errors" of the services' references).
/// Where an error is about one member, it is about the first.
fn missing(paths: &[String], place: &Place, dialect: &Dialect<'_>) -> Error {
    let path = paths.first().map_or("", String::as_str);
    match dialect.protocol {
        Protocol::Ec2Query => Error::new(
            "MissingParameter",
            400,
            format!("The request must contain the parameter {path}"),
        ),
        Protocol::RestXml if *place == Place::Body => malformed_xml(),
        Protocol::RestXml => Error::new(
            "InvalidRequest",
            400,
            format!("Missing required parameter for this request: '{path}'"),
        ),
        _ => {
            let null = if dialect.conceals { "" } else { " null" };
            let all: Vec<String> = paths
                .iter()
                .map(|path| {
                    let path = lower_camel(path);
                    format!(
                        "Value{null} at '{path}' failed to satisfy constraint: Member must not be \
                         null"
                    )
                })
                .collect();
            let (count, plural) = (all.len(), if all.len() == 1 { "" } else { "s" });
            let all = all.join("; ");
            let violations = Violations {
                message: format!("{count} validation error{plural} detected: {all}"),
                first: Kind::Missing,
                refusal: None,
            };
            violation(dialect, violations)
        }
    }
}

fn malformed(message: String, place: &Place, dialect: &Dialect<'_>) -> Error {
    match (dialect.protocol, place) {
        (Protocol::Query, _) => Error::new("MalformedInput", 400, message),
        (Protocol::Ec2Query, _) => Error::new("InvalidParameterValue", 400, message),
        (Protocol::RestXml, Place::Body) => malformed_xml(),
        (Protocol::RestXml, Place::Header(name) | Place::Query(name) | Place::Label(name)) => {
            Error::new(
                "InvalidArgument",
                400,
                format!("Provided argument '{name}' is not valid: {message}"),
            )
            .with_detail("ArgumentName", name.clone())
        }
        (Protocol::RestJson, Place::Header(_) | Place::Query(_) | Place::Label(_)) => {
            Error::new("ValidationException", 400, message)
        }
        _ => Error::new("SerializationException", 400, message),
    }
}

/// S3's sentence ("Error responses", Amazon S3 API Reference).
fn malformed_xml() -> Error {
    Error::new(
        "MalformedXML",
        400,
        "The XML you provided was not well-formed or did not validate against our published schema",
    )
}

/// `Tags.1.member.Key` as `tags.1.member.key`.
fn lower_camel(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for (index, segment) in path.split('.').enumerate() {
        if index > 0 {
            out.push('.');
        }
        let mut letters = segment.chars();
        if let Some(first) = letters.next() {
            out.extend(first.to_lowercase());
            out.push_str(letters.as_str());
        }
    }
    out
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.fault {
            Fault::Missing(paths) => write!(f, "missing: {}", paths.join(", ")),
            Fault::NoBody => f.write_str("the body is empty"),
            Fault::Malformed(message) => f.write_str(message),
        }?;
        match &self.place {
            Place::Body => Ok(()),
            Place::Header(name) => write!(f, " (header {name})"),
            Place::Query(name) => write!(f, " (query parameter {name})"),
            Place::Label(name) => write!(f, " (path label {name})"),
        }
    }
}

impl std::error::Error for DecodeError {}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use stockade_spec::shape::missing_members;

    use super::*;

    fn message(dialect: &Dialect<'_>, names: &[&str], within: &str) -> String {
        let error = super::super::guard::within(within, missing_members(names.iter().copied()));
        DecodeError::new(Place::Body, error)
            .into_error(dialect)
            .message
    }

    #[test]
    fn all_absent_members_are_told() {
        assert_eq!(
            message(
                &Dialect::new(Protocol::AwsJson1_0),
                &["Key", "Value"],
                "Tags.a.b,c.member"
            ),
            "2 validation errors detected: Value null at 'tags.a.b,c.member.key' failed to satisfy \
             constraint: Member must not be null; Value null at 'tags.a.b,c.member.value' failed \
             to satisfy constraint: Member must not be null"
        );
        assert_eq!(
            message(
                &Dialect::new(Protocol::Ec2Query),
                &["ImageId", "MinCount"],
                "Launch"
            ),
            "The request must contain the parameter Launch.ImageId"
        );
        let mut concealing = Dialect::new(Protocol::Query);
        concealing.conceals = true;
        assert_eq!(
            message(&concealing, &["UserName"], "Owner"),
            "1 validation error detected: Value at 'owner.userName' failed to satisfy constraint: \
             Member must not be null"
        );
    }
}
