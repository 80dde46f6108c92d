//! The face that every typed service shows to the gateway, whatever its shapes.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::SystemTime;

use aws_smithy_schema::serde::{SerdeError, ShapeDeserializer};
use aws_smithy_types::byte_stream::ByteStream;

use crate::denied::Denied;
use crate::error::Error;
use crate::operation::Operation;
use crate::resolve::{Arguments, Resolved, ResourceFacts, Scope, StateKeys};
use crate::shape::{AnyShape, Structure};

/// A boxed future, as the gateway awaits it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Who calls. Told truly whether or not IAM is enforced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// The account's root user.
    Root,
    /// An IAM user.
    User {
        /// The user's ARN, path included.
        arn: String,
        /// `AIDA…`.
        id: String,
        /// The friendly name.
        name: String,
    },
    /// A role's session.
    AssumedRole {
        /// The role's ARN, path included.
        role_arn: String,
        /// `arn:aws:sts::…:assumed-role/name/session`.
        session_arn: String,
        /// `AROA…:session`.
        id: String,
    },
    /// A session of `GetFederationToken`.
    FederatedUser {
        /// `arn:aws:sts::…:federated-user/name`.
        arn: String,
        /// `account:name`.
        id: String,
        /// The ARN of the user who asked for it.
        user_arn: String,
    },
    /// An AWS service acting for itself.
    Service {
        /// Its principal, for example `lambda.amazonaws.com`.
        name: String,
    },
    /// Nobody: an unsigned request.
    Anonymous,
}

/// What a handler knows of the request beside its input.
#[derive(Debug, Clone)]
pub struct RequestContext {
    /// Who calls.
    pub caller: Caller,
    /// The caller's account, 12 digits; the account an unsigned request is served under.
    pub account: String,
    /// The request's region.
    pub region: String,
    /// The region's partition.
    pub partition: &'static str,
    /// The access key that signed, where one did.
    pub access_key: Option<String>,
    /// The session's tags (`aws:PrincipalTag/…` of a session), transitive ones marked.
    pub session: Option<Arc<Session>>,
    /// The request's id, as the answer's headers carry it.
    pub request_id: String,
    /// When the request arrived.
    pub now: SystemTime,
    /// Scheme and authority under which the caller reached the server, for URLs in answers.
    pub origin: String,
}

/// What temporary credentials carry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Session {
    /// Session policies, as documents.
    pub policies: Vec<Arc<str>>,
    /// Managed session policies, as ARNs.
    pub policy_arns: Vec<String>,
    /// Session tags.
    pub tags: Vec<(String, String)>,
    /// The keys of the tags that a chained session inherits.
    pub transitive_tags: Vec<String>,
    /// `sts:SourceIdentity`.
    pub source_identity: Option<String>,
    /// When the credentials were issued.
    pub issued: Option<SystemTime>,
    /// Whether multi-factor authentication was part of the issue.
    pub mfa: bool,
}

impl RequestContext {
    /// The request's scope, for ARNs.
    pub fn scope(&self) -> Scope<'_> {
        Scope {
            partition: self.partition,
            region: &self.region,
            account: &self.account,
            caller: self.caller.arn(),
        }
    }
}

impl Caller {
    /// The ARN that policies name this caller by; `None` for root (whose ARN needs the account),
    /// services and anonymous callers.
    pub fn arn(&self) -> Option<&str> {
        match self {
            Self::User { arn, .. } | Self::FederatedUser { arn, .. } => Some(arn),
            Self::AssumedRole { session_arn, .. } => Some(session_arn),
            Self::Root | Self::Service { .. } | Self::Anonymous => None,
        }
    }
}

/// A typed service: decodes, resolves and handles its operations by index.
///
/// Implemented by generated code (`Server<H>`) around a hand-written handler; operations are
/// indices into [`Service::operations`].
pub trait Service: Send + Sync {
    /// The catalog's id of the service, for example `iam`.
    fn id(&self) -> &'static str;

    /// The operations, sorted by name.
    fn operations(&self) -> &'static [Operation];

    /// Reads the operation's input; `stream` is the unread body of an operation that
    /// [streams its input](Operation::streams_input).
    fn read(
        &self,
        operation: usize,
        deserializer: &mut dyn ShapeDeserializer,
        stream: Option<ByteStream>,
    ) -> Result<Box<dyn AnyShape>, SerdeError>;

    /// Runs the operation. `input` must come from [`Service::read`] of the same operation; `denied` is empty but for
    /// an operation that answers element by element.
    fn handle<'a>(
        &'a self,
        operation: usize,
        context: &'a RequestContext,
        input: Box<dyn AnyShape>,
        denied: Denied,
    ) -> BoxFuture<'a, Result<Box<dyn AnyShape>, Error>>;

    /// Runs a resolver of the service's permission templates.
    fn resolve(&self, resolver: u16, scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved;

    /// Whether the service takes these credentials at all, whatever policies say: some refuse
    /// sessions without multi-factor authentication. Asked under enforcement.
    fn admit(&self, operation: usize, context: &RequestContext) -> Result<(), Error>;

    /// Whose a resource is that a requirement names, and what policy it carries.
    fn facts(&self, action: &str, resource: &str, scope: &Scope<'_>) -> ResourceFacts;

    /// The condition keys that the resource's state sets.
    fn state_keys(&self, action: &str, resource: &str, scope: &Scope<'_>) -> StateKeys;
}

/// What a service's state says of its resources; hand-written beside the handlers.
pub trait Facts {
    /// See [`Service::facts`].
    fn facts(&self, action: &str, resource: &str, scope: &Scope<'_>) -> ResourceFacts;

    /// See [`Service::state_keys`].
    fn state_keys(&self, action: &str, resource: &str, scope: &Scope<'_>) -> StateKeys;

    /// See [`Service::admit`]; most services take all.
    fn admit(&self, operation: &str, context: &RequestContext) -> Result<(), Error> {
        let _ = (operation, context);
        Ok(())
    }
}

/// Reads an input of a known type for [`Service::read`].
pub fn read<I: Structure>(
    deserializer: &mut dyn ShapeDeserializer,
    stream: Option<ByteStream>,
) -> Result<Box<dyn AnyShape>, SerdeError> {
    let mut input = I::read(deserializer)?;
    if let Some(stream) = stream {
        input.set_stream(stream);
    }
    Ok(Box::new(input))
}

/// Runs a typed handler for [`Service::handle`]. An input of another operation is a defect of the
/// gateway, and answered as an internal failure.
pub fn run<'a, I, O, F>(
    input: Box<dyn AnyShape>,
    handler: impl FnOnce(I) -> F + Send + 'a,
) -> BoxFuture<'a, Result<Box<dyn AnyShape>, Error>>
where
    I: Structure,
    O: Structure,
    F: Future<Output = Result<O, Error>> + Send + 'a,
{
    match input.into_any().downcast::<I>() {
        Ok(input) => Box::pin(async move {
            let output: Box<dyn AnyShape> = Box::new(handler(*input).await?);
            Ok(output)
        }),
        Err(_) => Box::pin(async { Err(Error::internal()) }),
    }
}
