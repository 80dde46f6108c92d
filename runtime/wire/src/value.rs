//! A generic value for shapes that have no Rust type.

use aws_smithy_types::{Blob, DateTime, Document};

/// A value of any shape.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A null of a sparse list or map.
    Null,
    /// `boolean`.
    Bool(bool),
    /// `byte`, `short`, `integer`, `long`.
    Integer(i64),
    /// `float`, `double`.
    Float(f64),
    /// `string`, enumerations, and arbitrary-precision numbers as their text.
    String(String),
    /// `blob`.
    Blob(Blob),
    /// `timestamp`.
    Timestamp(DateTime),
    /// `document`.
    Document(Document),
    /// `list`.
    List(Vec<Value>),
    /// `map`, in the order of the wire.
    Map(Vec<(String, Value)>),
    /// `structure` and `union`: a place for each member, by index.
    Structure(Vec<Option<Value>>),
}
