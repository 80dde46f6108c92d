//! Protocols: HTTP to shapes and back, signatures, chunked bodies and checksums.
//!
//! The crate reads a request's bytes against an operation's schema ([`decode`]), writes an output or
//! an error as its protocol has it ([`encode`], [`errors`]), verifies Signature Version 4
//! ([`sigv4`]; of its predecessor what clients still presign with, [`sigv2`]), and adapts bodies: `aws-chunked` framing ([`chunked`]) and checksums
//! ([`checksum`]). Typed services bring `static` schemas; all others get theirs built at run time
//! ([`arena`]) and read into a generic [`value`].
//!
//! It deliberately knows no service's shapes, no identities, no permissions and no state: what
//! differs between services is said by a [`Dialect`].
//!
//! ```
//! use aws_smithy_schema::{Schema, ShapeType, shape_id};
//! use http::{HeaderMap, Method};
//! use stockade_wire::{Dialect, Protocol, Query, decode};
//!
//! static NAME: Schema<'static> =
//!     Schema::new_member(shape_id!("example", "Greet$Name"), ShapeType::String, "Name", 0);
//! static GREET: Schema<'static> =
//!     Schema::new_struct(shape_id!("example", "Greet"), ShapeType::Structure, &[&NAME]);
//!
//! let request = decode::Request {
//!     dialect: &Dialect::new(Protocol::AwsJson1_1),
//!     method: &Method::POST,
//!     labels: &[],
//!     query: &Query::default(),
//!     form: None,
//!     headers: &HeaderMap::new(),
//!     body: br#"{"Name": "Ada"}"#,
//! };
//! let name = decode::read(&request, |deserializer| {
//!     let mut name = None;
//!     deserializer.read_struct(&GREET, &mut |member, value| {
//!         if member.member_index() == Some(0) {
//!             name = Some(value.read_string(member)?);
//!         }
//!         Ok(())
//!     })?;
//!     Ok(name)
//! })
//! .expect("well formed");
//! assert_eq!(name.as_deref(), Some("Ada"));
//! ```

pub mod arena;
pub mod checksum;
pub mod chunked;
pub mod decode;
mod dialect;
pub mod encode;
pub mod errors;
pub mod headers;
mod pieces;
mod query;
pub mod sigv2;
pub mod sigv4;
pub mod value;

pub use dialect::{Dialect, Protocol};
pub use query::{MAX_PARAMETERS, Query, QueryError};
