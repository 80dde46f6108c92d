//! Strictness that the codecs do not have, around any of them.

use aws_smithy_schema::serde::{SerdeError, ShapeDeserializer};
use aws_smithy_schema::{Schema, ShapeType};
use aws_smithy_types::{BigDecimal, BigInteger, Blob, DateTime, Document};

/// Reads through a body codec, and
///
/// - refuses a structure's member that comes twice: what authorizes a request and what handles it
///   (possibly an upstream with another parser) must not see different values;
/// - skips unknown members, as AWS does;
/// - skips members for which `elsewhere` holds at the root;
/// - names the path of a missing required member;
/// - rounds timestamps that a binary fraction made inexact.
pub(super) struct Guard<'g> {
    inner: &'g mut dyn ShapeDeserializer,
    elsewhere: Option<fn(&Schema<'_>) -> bool>,
}

impl<'g> Guard<'g> {
    pub(super) fn new(inner: &'g mut dyn ShapeDeserializer) -> Self {
        Self {
            inner,
            elsewhere: None,
        }
    }

    pub(super) fn skipping(
        inner: &'g mut dyn ShapeDeserializer,
        elsewhere: fn(&Schema<'_>) -> bool,
    ) -> Self {
        Self {
            inner,
            elsewhere: Some(elsewhere),
        }
    }
}

/// The members seen so far.
#[derive(Default)]
pub(super) struct Seen {
    low: u128,
    /// Members from the 129th on.
    high: Vec<usize>,
}

impl Seen {
    /// Notes a member; false when it was noted before.
    pub(super) fn insert(&mut self, index: usize) -> bool {
        if index < 128 {
            let bit = 1u128 << index;
            let new = self.low & bit == 0;
            self.low |= bit;
            return new;
        }
        let new = !self.high.contains(&index);
        if new {
            self.high.push(index);
        }
        new
    }
}

/// A timestamp to the microsecond. JSON and CBOR carry seconds as a binary fraction, which the codecs
/// cut off rather than round: `.123` would come out as `.122999906`.
fn rounded(mut time: DateTime) -> DateTime {
    let micros = (time.subsec_nanos() + 500) / 1_000;
    if micros == 1_000_000 {
        return DateTime::from_secs(time.secs().saturating_add(1));
    }
    time.set_subsec_nanos(micros * 1_000);
    time
}

/// Puts the path's next segment before a missing member's name.
pub(super) fn within(segment: impl std::fmt::Display, error: SerdeError) -> SerdeError {
    match error {
        SerdeError::MissingMember { member_name, .. } => {
            SerdeError::missing_member(format!("{segment}.{member_name}"))
        }
        other => other,
    }
}

impl ShapeDeserializer for Guard<'_> {
    fn read_struct(
        &mut self,
        schema: &Schema<'_>,
        consumer: &mut dyn FnMut(&Schema<'_>, &mut dyn ShapeDeserializer) -> Result<(), SerdeError>,
    ) -> Result<(), SerdeError> {
        let elsewhere = self.elsewhere.take();
        let union = schema.shape_type() == ShapeType::Union;
        let mut seen = Seen::default();
        self.inner.read_struct(schema, &mut |member, value| {
            let Some(index) = member.member_index() else {
                if union {
                    return consumer(member, value);
                }
                return value.skip_value();
            };
            if elsewhere.is_some_and(|elsewhere| elsewhere(member)) {
                return value.skip_value();
            }
            let name = member.member_name().unwrap_or_default();
            if !seen.insert(index) {
                return Err(SerdeError::invalid_input(format!(
                    "Duplicate member {name}"
                )));
            }
            consumer(member, &mut Guard::new(value)).map_err(|error| within(name, error))
        })
    }

    fn read_list(
        &mut self,
        schema: &Schema<'_>,
        consumer: &mut dyn FnMut(&mut dyn ShapeDeserializer) -> Result<(), SerdeError>,
    ) -> Result<(), SerdeError> {
        let mut number = 0usize;
        self.inner.read_list(schema, &mut |element| {
            number += 1;
            consumer(&mut Guard::new(element))
                .map_err(|error| within(format_args!("{number}.member"), error))
        })
    }

    fn read_map(
        &mut self,
        schema: &Schema<'_>,
        consumer: &mut dyn FnMut(String, &mut dyn ShapeDeserializer) -> Result<(), SerdeError>,
    ) -> Result<(), SerdeError> {
        self.inner.read_map(schema, &mut |key, value| {
            let mut value = Guard::new(value);
            consumer(key, &mut value).map_err(|error| within("value", error))
        })
    }

    fn read_boolean(&mut self, schema: &Schema<'_>) -> Result<bool, SerdeError> {
        self.inner.read_boolean(schema)
    }

    fn read_byte(&mut self, schema: &Schema<'_>) -> Result<i8, SerdeError> {
        self.inner.read_byte(schema)
    }

    fn read_short(&mut self, schema: &Schema<'_>) -> Result<i16, SerdeError> {
        self.inner.read_short(schema)
    }

    fn read_integer(&mut self, schema: &Schema<'_>) -> Result<i32, SerdeError> {
        self.inner.read_integer(schema)
    }

    fn read_long(&mut self, schema: &Schema<'_>) -> Result<i64, SerdeError> {
        self.inner.read_long(schema)
    }

    fn read_float(&mut self, schema: &Schema<'_>) -> Result<f32, SerdeError> {
        self.inner.read_float(schema)
    }

    fn read_double(&mut self, schema: &Schema<'_>) -> Result<f64, SerdeError> {
        self.inner.read_double(schema)
    }

    fn read_big_integer(&mut self, schema: &Schema<'_>) -> Result<BigInteger, SerdeError> {
        self.inner.read_big_integer(schema)
    }

    fn read_big_decimal(&mut self, schema: &Schema<'_>) -> Result<BigDecimal, SerdeError> {
        self.inner.read_big_decimal(schema)
    }

    fn read_string(&mut self, schema: &Schema<'_>) -> Result<String, SerdeError> {
        self.inner.read_string(schema)
    }

    fn read_blob(&mut self, schema: &Schema<'_>) -> Result<Blob, SerdeError> {
        self.inner.read_blob(schema)
    }

    fn read_timestamp(&mut self, schema: &Schema<'_>) -> Result<DateTime, SerdeError> {
        self.inner.read_timestamp(schema).map(rounded)
    }

    fn read_document(&mut self, schema: &Schema<'_>) -> Result<Document, SerdeError> {
        self.inner.read_document(schema)
    }

    fn is_null(&self) -> bool {
        self.inner.is_null()
    }

    fn read_null(&mut self) -> Result<(), SerdeError> {
        self.inner.read_null()
    }

    fn skip_value(&mut self) -> Result<(), SerdeError> {
        self.inner.skip_value()
    }

    fn container_size(&self) -> Option<usize> {
        self.inner.container_size()
    }

    fn read_string_list(&mut self, schema: &Schema<'_>) -> Result<Vec<String>, SerdeError> {
        self.inner.read_string_list(schema)
    }

    fn read_blob_list(&mut self, schema: &Schema<'_>) -> Result<Vec<Blob>, SerdeError> {
        self.inner.read_blob_list(schema)
    }

    fn read_integer_list(&mut self, schema: &Schema<'_>) -> Result<Vec<i32>, SerdeError> {
        self.inner.read_integer_list(schema)
    }

    fn read_long_list(&mut self, schema: &Schema<'_>) -> Result<Vec<i64>, SerdeError> {
        self.inner.read_long_list(schema)
    }

    fn read_string_string_map(
        &mut self,
        schema: &Schema<'_>,
    ) -> Result<std::collections::HashMap<String, String>, SerdeError> {
        self.inner.read_string_string_map(schema)
    }
}
