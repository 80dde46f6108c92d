//! Inputs without a model.

use aws_smithy_schema::serde::{SerdeError, SerializableStruct, ShapeSerializer};
use aws_smithy_schema::{Schema, ShapeType, shape_id};
use aws_smithy_types::Blob;

/// Any value; members of structures have the index of their place.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Absent,
    Text(String),
    Integer(i64),
    Number(f64),
    Bytes(Vec<u8>),
    List(Vec<Value>),
    Map(Vec<(String, Value)>),
    Structure(Vec<(&'static str, Value)>),
}

pub(super) struct Structure<'a>(&'a [(&'static str, Value)]);

/// A structure of these members.
pub(super) fn structure<'a>(members: &'a [(&'static str, Value)]) -> Structure<'a> {
    Structure(members)
}

/// The schema of what is no member; the checker asks it for nothing.
static NO_MEMBER: Schema<'static> =
    Schema::new_struct(shape_id!("test", "Input"), ShapeType::Structure, &[]);

impl SerializableStruct for Structure<'_> {
    fn schema(&self) -> &Schema<'_> {
        &NO_MEMBER
    }

    fn serialize_members(&self, serializer: &mut dyn ShapeSerializer) -> Result<(), SerdeError> {
        for (index, (name, value)) in self.0.iter().enumerate() {
            let schema = Schema::new_member(
                shape_id!("test", "Input", "Member"),
                ShapeType::String,
                name,
                index,
            );
            value.write(&schema, serializer)?;
        }
        Ok(())
    }
}

impl Value {
    fn write(
        &self,
        schema: &Schema<'_>,
        serializer: &mut dyn ShapeSerializer,
    ) -> Result<(), SerdeError> {
        match self {
            Self::Absent => Ok(()),
            Self::Text(text) => serializer.write_string(schema, text),
            Self::Integer(value) => serializer.write_long(schema, *value),
            Self::Number(value) => serializer.write_double(schema, *value),
            Self::Bytes(bytes) => serializer.write_blob(schema, Blob::new(bytes.clone())),
            Self::List(items) => serializer.write_list(schema, &|serializer| {
                items
                    .iter()
                    .try_for_each(|item| item.write(&NO_MEMBER, serializer))
            }),
            Self::Map(entries) => serializer.write_map(schema, &|serializer| {
                entries.iter().try_for_each(|(key, value)| {
                    serializer.write_string(&NO_MEMBER, key)?;
                    value.write(&NO_MEMBER, serializer)
                })
            }),
            Self::Structure(members) => serializer.write_struct(schema, &structure(members)),
        }
    }
}
