//! What authorization is told of a request.

use std::net::IpAddr;

use aws_smithy_schema::serde::SerializableStruct;
use stockade_spec::permission::Permissions;
use stockade_spec::{Caller, RequestContext, Service};

/// One request, decoded and attributed to its caller, as [`Authorizer::authorize`] takes it.
///
/// [`Authorizer::authorize`]: crate::Authorizer::authorize
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// Who calls, where, and when.
    pub context: &'a RequestContext,
    /// The service's id, for example `lambda`.
    pub service: &'static str,
    /// The operation's name, for example `CreateFunction`.
    pub operation: &'static str,
    /// What the caller needs, and of what; `None` where no template is known, which is denied to all
    /// but root.
    pub needs: Option<Needs<'a>>,
    /// What the transport knows.
    pub facts: Facts<'a>,
}

/// An operation's permission template, and what it is filled from.
#[derive(Clone, Copy)]
pub struct Needs<'a> {
    /// The template.
    pub permissions: &'a Permissions,
    /// The decoded input.
    pub input: &'a dyn SerializableStruct,
    /// The service whose state resolves names; `None` for a service without code.
    pub service: Option<&'a dyn Service>,
    /// Whether somebody leaves out what is denied of an input, where the operation answers for each element: the
    /// service's handler does, and nobody where requests are handled elsewhere.
    pub divisible: bool,
}

/// Facts of the transport that condition keys read.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// The peer's address (`aws:SourceIp`).
    pub source_ip: Option<IpAddr>,
    /// Whether the request came over TLS (`aws:SecureTransport`).
    pub secure: bool,
    /// The text of the header of a lower-case name.
    pub header: &'a dyn Fn(&str) -> Option<String>,
}

/// The ARN that answers, logs and decisions name a caller by: the session's for a role, the
/// account's root, the service's name, `anonymous`.
pub fn principal_name(caller: &Caller, partition: &str, account: &str) -> String {
    match caller {
        Caller::Root => root_arn(partition, account),
        Caller::Service { name } => name.clone(),
        Caller::Anonymous => "anonymous".to_owned(),
        Caller::User { arn, .. } | Caller::FederatedUser { arn, .. } => arn.clone(),
        Caller::AssumedRole { session_arn, .. } => session_arn.clone(),
    }
}

/// The ARN of an account's root user.
pub(crate) fn root_arn(partition: &str, account: &str) -> String {
    format!("arn:{partition}:iam::{account}:root")
}
