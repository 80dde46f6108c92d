//! A generic value for shapes that have no Rust type.

use aws_smithy_schema::serde::{
    SerdeError, SerializableStruct, ShapeDeserializer, ShapeSerializer,
};
use aws_smithy_schema::{Schema, ShapeType, prelude};
use aws_smithy_types::{Blob, DateTime, Document};
use stockade_spec::shape::missing_members;

use crate::arena::{Model, ShapeIndex};

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

/// Reads a structure of the model.
pub fn read(
    model: &Model,
    shape: ShapeIndex,
    deserializer: &mut dyn ShapeDeserializer,
) -> Result<Value, SerdeError> {
    structure(model, shape, deserializer)
}

fn structure(
    model: &Model,
    shape: ShapeIndex,
    deserializer: &mut dyn ShapeDeserializer,
) -> Result<Value, SerdeError> {
    let schema = model.schema(shape);
    let mut members: Vec<Option<Value>> = vec![None; schema.members().len()];
    deserializer.read_struct(schema, &mut |member, value| {
        let Some(index) = member.member_index() else {
            return Ok(());
        };
        if let (Some(place), Some(target)) = (members.get_mut(index), model.target(shape, index)) {
            *place = Some(read_value(model, target, member, value)?);
        }
        Ok(())
    })?;
    let mut missing = schema
        .members()
        .iter()
        .enumerate()
        .filter(|(index, _)| members[*index].is_none() && model.is_required(shape, *index))
        .map(|(_, member)| member.member_name().unwrap_or_default())
        .peekable();
    if missing.peek().is_some() {
        return Err(missing_members(missing));
    }
    if schema.shape_type() == ShapeType::Union && members.iter().flatten().count() != 1 {
        return Err(SerdeError::invalid_input("a union has exactly one member"));
    }
    Ok(Value::Structure(members))
}

/// Reads a value of `shape`; `schema` is that of the member that holds it.
fn read_value(
    model: &Model,
    shape: ShapeIndex,
    schema: &Schema<'_>,
    d: &mut dyn ShapeDeserializer,
) -> Result<Value, SerdeError> {
    Ok(match schema.shape_type() {
        ShapeType::Boolean => Value::Bool(d.read_boolean(schema)?),
        ShapeType::Byte => Value::Integer(d.read_byte(schema)?.into()),
        ShapeType::Short => Value::Integer(d.read_short(schema)?.into()),
        ShapeType::Integer => Value::Integer(d.read_integer(schema)?.into()),
        ShapeType::Long => Value::Integer(d.read_long(schema)?),
        ShapeType::Float => Value::Float(d.read_float(schema)?.into()),
        ShapeType::Double => Value::Float(d.read_double(schema)?),
        ShapeType::BigInteger => Value::String(d.read_big_integer(schema)?.as_ref().to_owned()),
        ShapeType::BigDecimal => Value::String(d.read_big_decimal(schema)?.as_ref().to_owned()),
        ShapeType::String => Value::String(d.read_string(schema)?),
        ShapeType::Blob => Value::Blob(d.read_blob(schema)?),
        ShapeType::Timestamp => Value::Timestamp(d.read_timestamp(schema)?),
        ShapeType::Document => Value::Document(d.read_document(schema)?),
        ShapeType::Structure | ShapeType::Union => structure(model, shape, d)?,
        ShapeType::List => {
            let mut elements = Vec::new();
            d.read_list(schema, &mut |element| {
                elements.push(read_element(model, shape, schema, element)?);
                Ok(())
            })?;
            Value::List(elements)
        }
        ShapeType::Map => {
            let mut entries = Vec::new();
            d.read_map(schema, &mut |key, element| {
                entries.push((key, read_element(model, shape, schema, element)?));
                Ok(())
            })?;
            Value::Map(entries)
        }
        other => {
            return Err(SerdeError::unsupported(format!("no value is of {other:?}")));
        }
    })
}

fn read_element(
    model: &Model,
    shape: ShapeIndex,
    schema: &Schema<'_>,
    element: &mut dyn ShapeDeserializer,
) -> Result<Value, SerdeError> {
    if element.is_null() {
        if !model.is_sparse(shape) {
            return Err(SerdeError::invalid_input("null where a value is expected"));
        }
        element.read_null()?;
        return Ok(Value::Null);
    }
    match (model.target(shape, 0), schema.member()) {
        (Some(target), Some(member)) => read_value(model, target, member, element),
        _ => Err(SerdeError::unsupported("a list or map without a member")),
    }
}

/// A structure's value together with its shape, as the codecs write it.
#[derive(Debug, Clone, Copy)]
pub struct Shaped<'v> {
    model: &'v Model,
    shape: ShapeIndex,
    value: &'v Value,
}

impl<'v> Shaped<'v> {
    /// A value of a structure or union of the model.
    pub fn new(model: &'v Model, shape: ShapeIndex, value: &'v Value) -> Self {
        Self {
            model,
            shape,
            value,
        }
    }
}

impl SerializableStruct for Shaped<'_> {
    fn schema(&self) -> &Schema<'_> {
        self.model.schema(self.shape)
    }

    fn serialize_members(&self, serializer: &mut dyn ShapeSerializer) -> Result<(), SerdeError> {
        let Value::Structure(members) = self.value else {
            return Err(mismatch());
        };
        let schemas = self.model.schema(self.shape).members();
        for (index, (schema, value)) in schemas.iter().zip(members).enumerate() {
            if let (Some(value), Some(target)) = (value, self.model.target(self.shape, index)) {
                write_value(self.model, target, schema, value, serializer)?;
            }
        }
        Ok(())
    }
}

fn mismatch() -> SerdeError {
    SerdeError::type_mismatch("the value is not of its shape")
}

fn narrow<T: TryFrom<i64>>(value: i64) -> Result<T, SerdeError> {
    T::try_from(value).map_err(|_| mismatch())
}

fn write_value(
    model: &Model,
    shape: ShapeIndex,
    schema: &Schema<'_>,
    value: &Value,
    s: &mut dyn ShapeSerializer,
) -> Result<(), SerdeError> {
    match (schema.shape_type(), value) {
        (_, Value::Null) => s.write_null(schema),
        (ShapeType::Boolean, Value::Bool(value)) => s.write_boolean(schema, *value),
        (ShapeType::Byte, Value::Integer(value)) => s.write_byte(schema, narrow(*value)?),
        (ShapeType::Short, Value::Integer(value)) => s.write_short(schema, narrow(*value)?),
        (ShapeType::Integer, Value::Integer(value)) => s.write_integer(schema, narrow(*value)?),
        (ShapeType::Long, Value::Integer(value)) => s.write_long(schema, *value),
        (ShapeType::Float, Value::Float(value)) => s.write_float(schema, *value as f32),
        (ShapeType::Double, Value::Float(value)) => s.write_double(schema, *value),
        (ShapeType::BigInteger, Value::String(value)) => {
            s.write_big_integer(schema, &value.parse().map_err(|_| mismatch())?)
        }
        (ShapeType::BigDecimal, Value::String(value)) => {
            s.write_big_decimal(schema, &value.parse().map_err(|_| mismatch())?)
        }
        (ShapeType::String, Value::String(value)) => s.write_string(schema, value),
        (ShapeType::Blob, Value::Blob(value)) => s.write_blob(schema, value.clone()),
        (ShapeType::Timestamp, Value::Timestamp(value)) => s.write_timestamp(schema, value),
        (ShapeType::Document, Value::Document(value)) => s.write_document(schema, value),
        (ShapeType::Structure | ShapeType::Union, Value::Structure(_)) => {
            s.write_struct(schema, &Shaped::new(model, shape, value))
        }
        (ShapeType::List, Value::List(elements)) => {
            let (target, element) = element_of(model, shape, schema)?;
            s.write_list_with_length(schema, elements.len(), &|s| {
                for value in elements {
                    write_value(model, target, element, value, s)?;
                }
                Ok(())
            })
        }
        (ShapeType::Map, Value::Map(entries)) => {
            let (target, element) = element_of(model, shape, schema)?;
            s.write_map_with_length(schema, entries.len(), &|s| {
                for (key, value) in entries {
                    s.write_string(&prelude::STRING, key)?;
                    write_value(model, target, element, value, s)?;
                }
                Ok(())
            })
        }
        _ => Err(mismatch()),
    }
}

/// The shape and the schema of a list's elements or a map's values.
fn element_of<'s>(
    model: &Model,
    shape: ShapeIndex,
    schema: &'s Schema<'_>,
) -> Result<(ShapeIndex, &'s Schema<'s>), SerdeError> {
    let target = model.target(shape, 0).ok_or_else(mismatch)?;
    Ok((target, schema.member().ok_or_else(mismatch)?))
}
