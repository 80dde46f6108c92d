//! A serializer that passes on some of a structure's members.

use std::collections::HashMap;

use aws_smithy_schema::Schema;
use aws_smithy_schema::serde::{SerdeError, SerializableStruct, ShapeSerializer};
use aws_smithy_types::{BigDecimal, BigInteger, Blob, DateTime, Document};

/// A structure less the members for which `keep` fails.
pub(crate) struct Only<'v> {
    value: &'v dyn SerializableStruct,
    keep: fn(&Schema<'_>) -> bool,
}

impl<'v> Only<'v> {
    pub(crate) fn new(value: &'v dyn SerializableStruct, keep: fn(&Schema<'_>) -> bool) -> Self {
        Self { value, keep }
    }
}

impl SerializableStruct for Only<'_> {
    fn schema(&self) -> &Schema<'_> {
        self.value.schema()
    }

    fn serialize_members(&self, serializer: &mut dyn ShapeSerializer) -> Result<(), SerdeError> {
        self.value.serialize_members(&mut Filter {
            inner: serializer,
            keep: self.keep,
        })
    }
}

struct Filter<'s> {
    inner: &'s mut dyn ShapeSerializer,
    keep: fn(&Schema<'_>) -> bool,
}

/// Passes each scalar on, or drops it.
macro_rules! pass {
    ($($name:ident($type:ty)),* $(,)?) => {
        $(fn $name(&mut self, schema: &Schema<'_>, value: $type) -> Result<(), SerdeError> {
            if (self.keep)(schema) {
                self.inner.$name(schema, value)
            } else {
                Ok(())
            }
        })*
    };
}

type Write<'w> = &'w dyn Fn(&mut dyn ShapeSerializer) -> Result<(), SerdeError>;

impl ShapeSerializer for Filter<'_> {
    pass! {
        write_struct(&dyn SerializableStruct),
        write_list(Write<'_>),
        write_map(Write<'_>),
        write_boolean(bool),
        write_byte(i8),
        write_short(i16),
        write_integer(i32),
        write_long(i64),
        write_float(f32),
        write_double(f64),
        write_big_integer(&BigInteger),
        write_big_decimal(&BigDecimal),
        write_string(&str),
        write_blob(Blob),
        write_timestamp(&DateTime),
        write_document(&Document),
        write_string_list(&[String]),
        write_blob_list(&[Blob]),
        write_integer_list(&[i32]),
        write_long_list(&[i64]),
        write_string_string_map(&HashMap<String, String>),
    }

    fn write_null(&mut self, schema: &Schema<'_>) -> Result<(), SerdeError> {
        if (self.keep)(schema) {
            self.inner.write_null(schema)
        } else {
            Ok(())
        }
    }

    fn write_list_with_length(
        &mut self,
        schema: &Schema<'_>,
        length: usize,
        write: Write<'_>,
    ) -> Result<(), SerdeError> {
        if (self.keep)(schema) {
            self.inner.write_list_with_length(schema, length, write)
        } else {
            Ok(())
        }
    }

    fn write_map_with_length(
        &mut self,
        schema: &Schema<'_>,
        length: usize,
        write: Write<'_>,
    ) -> Result<(), SerdeError> {
        if (self.keep)(schema) {
            self.inner.write_map_with_length(schema, length, write)
        } else {
            Ok(())
        }
    }
}
