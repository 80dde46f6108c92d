//! A service whose state lives behind an upstream.

use std::sync::Arc;

use aws_smithy_schema::serde::{SerdeError, ShapeDeserializer};
use aws_smithy_types::byte_stream::ByteStream;
use stockade_spec::operation::Operation;
use stockade_spec::resolve::{Arguments, Resolved, ResourceFacts, Scope, StateKeys};
use stockade_spec::service::BoxFuture;
use stockade_spec::{AnyShape, Denied, Error, RequestContext, Service};

/// A typed service whose requests are decoded and authorized here and handled elsewhere. What it
/// could tell from its own state is not so: that state is not the one that is asked for.
pub(crate) struct Elsewhere(pub(crate) Arc<dyn Service>);

impl Service for Elsewhere {
    fn id(&self) -> &'static str {
        self.0.id()
    }

    fn operations(&self) -> &'static [Operation] {
        self.0.operations()
    }

    fn read(
        &self,
        operation: usize,
        deserializer: &mut dyn ShapeDeserializer,
        stream: Option<ByteStream>,
    ) -> Result<Box<dyn AnyShape>, SerdeError> {
        self.0.read(operation, deserializer, stream)
    }

    fn handle<'a>(
        &'a self,
        operation: usize,
        _: &'a RequestContext,
        _: Box<dyn AnyShape>,
        _: Denied,
    ) -> BoxFuture<'a, Result<Box<dyn AnyShape>, Error>> {
        let name = self
            .0
            .operations()
            .get(operation)
            .map_or("", |operation| operation.name);
        Box::pin(async move { Err(Error::not_implemented(self.0.id(), name)) })
    }

    fn resolve(&self, resolver: u16, scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        self.0.resolve(resolver, scope, arguments)
    }

    fn admit(&self, operation: usize, context: &RequestContext) -> Result<(), Error> {
        self.0.admit(operation, context)
    }

    fn facts(&self, _: &str, _: &str, _: &Scope<'_>) -> ResourceFacts {
        ResourceFacts::default()
    }

    fn state_keys(&self, action: &str, _: &str, _: &Scope<'_>) -> StateKeys {
        StateKeys::elsewhere(action.split(':').next().unwrap_or_default())
    }
}
