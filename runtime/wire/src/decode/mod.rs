//! Requests to shapes.
//!
//! [`read`] hands a [`ShapeDeserializer`] over the whole request to a reader (a typed service's
//! `Service::read`, or a generic one): members bound to labels, query, headers and payload come
//! first, the body's members after them. A body field whose member is bound elsewhere is skipped,
//! so that a body can never override what the path says.

mod binder;
mod codec;
mod error;
mod form;
mod guard;
mod payload;
mod scalar;
mod text;

use aws_smithy_schema::serde::{SerdeError, ShapeDeserializer};
use http::{HeaderMap, Method};

use binder::Binder;
pub use error::{DecodeError, Fault, Place};
pub use form::{Form, MAX_ELEMENTS, Naming};

use crate::{Dialect, Query};

/// How deep structures, lists and maps may nest in a body.
pub const MAX_DEPTH: u32 = 100;

/// A request whose operation is known.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// How the service speaks.
    pub dialect: &'a Dialect<'a>,
    /// The method: query protocols read parameters of the URL too.
    pub method: &'a Method,
    /// The labels of the path by name, percent-decoded.
    pub labels: &'a [(&'a str, String)],
    /// The URL's query.
    pub query: &'a Query,
    /// The body's parameters, where somebody read them before.
    pub form: Option<&'a Query>,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The body; empty when the operation streams its input.
    pub body: &'a [u8],
}

/// Reads a request: `reader` is given the deserializer of its input structure.
pub fn read<T>(
    request: &Request<'_>,
    reader: impl FnOnce(&mut dyn ShapeDeserializer) -> Result<T, SerdeError>,
) -> Result<T, DecodeError> {
    let mut binder = Binder::new(request);
    reader(&mut binder).map_err(|error| {
        let mut error = DecodeError::new(binder.place, error);
        if let (Fault::Missing(paths), Some(payload)) = (&error.fault, binder.absent_payload)
            && request.dialect.s3
            && paths.first().is_some_and(|path| *path == payload)
        {
            error.fault = Fault::NoBody;
        }
        error
    })
}
