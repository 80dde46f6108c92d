//! What a model says of one operation.

use aws_smithy_schema::Schema;

use crate::constraint;
use crate::permission::Permissions;

/// One operation of a typed service: its shapes, its errors and what a caller needs to be allowed.
#[derive(Debug)]
pub struct Operation {
    /// The operation's name, for example `CreateUser`.
    pub name: &'static str,
    /// The HTTP method, for example `GET`.
    pub method: &'static str,
    /// The path and its constant query, labels named by their members: `/{Bucket}/{Key+}?tagging`.
    pub uri: &'static str,
    /// The HTTP status of a successful answer.
    pub status: u16,
    /// The input's schema.
    pub input: &'static Schema<'static>,
    /// The output's schema.
    pub output: &'static Schema<'static>,
    /// The element around a query protocol's result, for example `CreateUserResult`.
    pub result_wrapper: Option<&'static str>,
    /// The input has a streaming payload: the body is handed over unread.
    pub streams_input: bool,
    /// What the model demands of the input beyond its types, where it demands anything.
    pub constraints: Option<&'static constraint::Shape>,
    /// What the caller needs.
    pub permissions: &'static Permissions,
}
