//! What AWS answers to requests that are no operation's.

use stockade_spec::Error;
use stockade_spec::catalog::Service;
use stockade_wire::{Dialect, Protocol};

use super::{Head, NoRoute, version};
use crate::matcher::Found;

/// A request signed for a service that nobody knows.
pub(super) fn service(head: &Head<'_>) -> Box<NoRoute> {
    let name = head
        .identity
        .map(|identity| identity.service)
        .unwrap_or_default();
    Box::new(NoRoute {
        service: None,
        dialect: Dialect::new(Protocol::RestJson),
        error: Error::new(
            "UnknownOperationException",
            404,
            format!("No service is known by the signing name '{name}'."),
        ),
    })
}

/// A service that has no operation for a request. Of services that share a name most refuse what one of them serves, so
/// that the error is made when none does.
pub(super) struct Refusal<'a> {
    pub(super) service: &'static Service,
    pub(super) dialect: Dialect<'static>,
    pub(super) reason: Reason<'a>,
}

/// What the service does not have.
pub(super) enum Reason<'a> {
    /// An operation of this name; none is given at all.
    Name(Option<&'a str>),
    /// The path, or it with this method or query.
    Path(Found),
}

impl Refusal<'_> {
    /// The error that the caller is told.
    pub(super) fn told(&self, head: &Head<'_>) -> Box<NoRoute> {
        match &self.reason {
            Reason::Name(given) => name(self.service, self.dialect, head, *given),
            Reason::Path(found) => path(self.service, self.dialect, head, found),
        }
    }
}

/// An operation's name that the service does not have in the version asked for, or none at all.
fn name(
    service: &'static Service,
    dialect: Dialect<'static>,
    head: &Head<'_>,
    name: Option<&str>,
) -> Box<NoRoute> {
    let error = match (dialect.protocol, name) {
        (Protocol::Query, Some(name)) => Error::new(
            "InvalidAction",
            400,
            format!(
                "Could not find operation {name} for version {}",
                version(head)
            ),
        ),
        (Protocol::Ec2Query, Some(name)) => Error::new(
            "InvalidAction",
            400,
            format!("The action {name} is not valid for this web service."),
        ),
        // *Common Errors*: MissingAction.
        (Protocol::Query | Protocol::Ec2Query, None) => Error::new(
            "MissingAction",
            400,
            "The request is missing an action or a required parameter.",
        ),
        _ => Error::new("UnknownOperationException", 400, ""),
    };
    Box::new(NoRoute {
        service: Some(service),
        dialect,
        error,
    })
}

/// A path, method or query that the service does not have.
fn path(
    service: &'static Service,
    dialect: Dialect<'static>,
    head: &Head<'_>,
    found: &Found,
) -> Box<NoRoute> {
    let error = match found {
        Found::NotUtf8 if dialect.s3 => {
            Error::new("InvalidURI", 400, "Couldn't parse the specified URI.")
        }
        Found::NotUtf8 => Error::new(
            "SerializationException",
            400,
            "The path is not valid UTF-8.",
        ),
        _ if dialect.s3 => Error::new(
            "MethodNotAllowed",
            405,
            "The specified method is not allowed against this resource.",
        )
        .with_detail("Method", head.method.as_str())
        .with_detail("ResourceType", resource_type(head)),
        _ => Error::new("UnknownOperationException", 404, ""),
    };
    Box::new(NoRoute {
        service: Some(service),
        dialect,
        error,
    })
}

/// What S3 calls the thing that a path names.
fn resource_type(head: &Head<'_>) -> &'static str {
    let path = head.path.trim_matches('/');
    match (path.is_empty(), path.contains('/')) {
        (true, _) => "SERVICE",
        (false, true) => "OBJECT",
        (false, false) => "BUCKET",
    }
}
