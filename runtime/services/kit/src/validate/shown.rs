//! Values as messages write them, which is as Java does: `[a, b]`, `{key=value}`.

use std::fmt::Write as _;

use aws_smithy_schema::Schema;
use aws_smithy_schema::serde::{SerdeError, SerializableStruct, ShapeSerializer};
use aws_smithy_types::date_time::Format;
use aws_smithy_types::{BigDecimal, BigInteger, Blob, DateTime, Document};

use super::check::Write;

/// A member's name in paths: `UserName` is `userName`.
pub(super) fn lower_camel(name: &str, out: &mut String) {
    let mut letters = name.chars();
    if let Some(first) = letters.next() {
        out.extend(first.to_lowercase());
        out.push_str(letters.as_str());
    }
}

/// A blob of this many bytes.
pub(super) fn blob(length: usize) -> String {
    format!("java.nio.HeapByteBuffer[pos=0 lim={length} cap={length}]")
}

/// Writes a value's parts one after the other.
pub(super) struct Shown {
    text: String,
    inside: Inside,
    /// Nothing was written yet of what the visitor is inside of.
    first: bool,
}

#[derive(Clone, Copy)]
enum Inside {
    Structure,
    List,
    /// `true` when a key is next.
    Map(bool),
}

impl Shown {
    /// A list.
    pub(super) fn list(write: Write<'_>) -> String {
        Self::of(Inside::List, write)
    }

    /// A map.
    pub(super) fn map(write: Write<'_>) -> String {
        Self::of(Inside::Map(true), write)
    }

    fn of(inside: Inside, write: Write<'_>) -> String {
        let mut shown = Self {
            text: String::new(),
            inside,
            first: true,
        };
        // A part that cannot be written is left out of a message, which has told of it already.
        let _ = shown.nested(inside, |parts| write(parts));
        shown.text
    }

    fn nested(
        &mut self,
        inside: Inside,
        write: impl FnOnce(&mut Self) -> Result<(), SerdeError>,
    ) -> Result<(), SerdeError> {
        let (open, close) = match inside {
            Inside::List => ('[', ']'),
            Inside::Structure | Inside::Map(_) => ('{', '}'),
        };
        let outer = (self.inside, self.first);
        (self.inside, self.first) = (inside, true);
        self.text.push(open);
        let result = write(self);
        self.text.push(close);
        (self.inside, self.first) = outer;
        result
    }

    /// Writes what stands before the next part.
    fn before(&mut self, schema: &Schema<'_>) {
        let first = std::mem::replace(&mut self.first, false);
        if matches!(self.inside, Inside::Map(false)) {
            self.text.push('=');
        } else if !first {
            self.text.push_str(", ");
        }
        match &mut self.inside {
            Inside::Map(key_next) => *key_next = !*key_next,
            Inside::List => {}
            Inside::Structure => {
                lower_camel(schema.member_name().unwrap_or_default(), &mut self.text);
                self.text.push('=');
            }
        }
    }

    fn part(
        &mut self,
        schema: &Schema<'_>,
        value: impl std::fmt::Display,
    ) -> Result<(), SerdeError> {
        self.before(schema);
        // Writing to a string does not fail.
        let _ = write!(self.text, "{value}");
        Ok(())
    }
}

impl ShapeSerializer for Shown {
    fn write_struct(
        &mut self,
        schema: &Schema<'_>,
        value: &dyn SerializableStruct,
    ) -> Result<(), SerdeError> {
        self.before(schema);
        self.nested(Inside::Structure, |parts| value.serialize_members(parts))
    }

    fn write_list(&mut self, schema: &Schema<'_>, write: Write<'_>) -> Result<(), SerdeError> {
        self.before(schema);
        self.nested(Inside::List, |parts| write(parts))
    }

    fn write_map(&mut self, schema: &Schema<'_>, write: Write<'_>) -> Result<(), SerdeError> {
        self.before(schema);
        self.nested(Inside::Map(true), |parts| write(parts))
    }

    fn write_boolean(&mut self, schema: &Schema<'_>, value: bool) -> Result<(), SerdeError> {
        self.part(schema, value)
    }

    fn write_byte(&mut self, schema: &Schema<'_>, value: i8) -> Result<(), SerdeError> {
        self.part(schema, value)
    }

    fn write_short(&mut self, schema: &Schema<'_>, value: i16) -> Result<(), SerdeError> {
        self.part(schema, value)
    }

    fn write_integer(&mut self, schema: &Schema<'_>, value: i32) -> Result<(), SerdeError> {
        self.part(schema, value)
    }

    fn write_long(&mut self, schema: &Schema<'_>, value: i64) -> Result<(), SerdeError> {
        self.part(schema, value)
    }

    fn write_float(&mut self, schema: &Schema<'_>, value: f32) -> Result<(), SerdeError> {
        self.part(schema, format_args!("{value:?}"))
    }

    fn write_double(&mut self, schema: &Schema<'_>, value: f64) -> Result<(), SerdeError> {
        self.part(schema, format_args!("{value:?}"))
    }

    fn write_big_integer(
        &mut self,
        schema: &Schema<'_>,
        value: &BigInteger,
    ) -> Result<(), SerdeError> {
        self.part(schema, value.as_ref())
    }

    fn write_big_decimal(
        &mut self,
        schema: &Schema<'_>,
        value: &BigDecimal,
    ) -> Result<(), SerdeError> {
        self.part(schema, value.as_ref())
    }

    fn write_string(&mut self, schema: &Schema<'_>, value: &str) -> Result<(), SerdeError> {
        self.part(schema, value)
    }

    fn write_blob(&mut self, schema: &Schema<'_>, value: Blob) -> Result<(), SerdeError> {
        self.part(schema, blob(value.as_ref().len()))
    }

    fn write_timestamp(&mut self, schema: &Schema<'_>, value: &DateTime) -> Result<(), SerdeError> {
        self.part(schema, value.fmt(Format::DateTime).unwrap_or_default())
    }

    fn write_document(&mut self, schema: &Schema<'_>, _value: &Document) -> Result<(), SerdeError> {
        self.part(schema, "{}")
    }

    fn write_null(&mut self, schema: &Schema<'_>) -> Result<(), SerdeError> {
        self.part(schema, "null")
    }
}
