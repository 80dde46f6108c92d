//! One service's shapes and templates.

use std::collections::HashMap;
use std::io::Read as _;
use std::sync::OnceLock;

use aws_smithy_schema::Schema;
use aws_smithy_schema::serde::{
    SerdeError, SerializableStruct, ShapeDeserializer, ShapeSerializer,
};
use flate2::read::ZlibDecoder;
use stockade_spec::catalog::{Packed, Service};
use stockade_spec::permission::Permissions;
use stockade_spec::template::table;
use stockade_wire::arena::{Model, ShapeIndex};
use stockade_wire::value::{self, Shaped, Value};

use crate::bind::bind;
use crate::text::Text;

/// What is known of a service without code.
#[derive(Debug)]
pub struct Description {
    model: Model,
    operations: HashMap<Box<str>, Entry>,
}

#[derive(Debug)]
struct Entry {
    input: ShapeIndex,
    /// What its caller needs, as the table has it.
    block: &'static str,
    permissions: OnceLock<Result<&'static Permissions, String>>,
}

/// One operation of a description.
#[derive(Debug, Clone, Copy)]
pub struct Operation<'d> {
    model: &'d Model,
    entry: &'d Entry,
}

/// An operation's input, read.
#[derive(Debug)]
pub struct Input<'d> {
    model: &'d Model,
    shape: ShapeIndex,
    value: Value,
}

impl Description {
    /// Makes a service's description of the catalog's texts; an error says what is wrong with them.
    pub(crate) fn make(service: &Service) -> Result<Self, String> {
        let shapes = unpack(service.shapes)?;
        let text = Text::parse(&shapes)?;
        let (model, inputs) = text.inputs(&format!("com.amazonaws.{}", service.id))?;
        // It lives as long as the process, as the schemas do; templates are made of it as operations are asked for.
        let permissions: &'static str = unpack(service.permissions)?.leak();
        let blocks: HashMap<&str, &'static str> = table::blocks(permissions).collect();
        let mut operations = HashMap::with_capacity(inputs.len());
        for (operation, input) in text.operations.iter().zip(inputs) {
            let name = operation.name;
            let block = blocks
                .get(name)
                .ok_or_else(|| format!("{name} has no permissions"))?;
            operations.insert(
                name.into(),
                Entry {
                    input,
                    block,
                    permissions: OnceLock::new(),
                },
            );
        }
        Ok(Self { model, operations })
    }

    /// An operation by its name, for example `SendMessage`.
    pub fn operation(&self, name: &str) -> Option<Operation<'_>> {
        Some(Operation {
            model: &self.model,
            entry: self.operations.get(name)?,
        })
    }
}

/// The most a text may inflate to: the largest one has 1.2 MB.
const MAX_TEXT: u64 = 16 << 20;

/// One of the catalog's texts, as it was before it was packed.
///
/// # Errors
///
/// What is wrong with the text: a defect of the build.
pub fn unpack(packed: Packed) -> Result<String, String> {
    let mut text = String::new();
    ZlibDecoder::new(packed.0)
        .take(MAX_TEXT)
        .read_to_string(&mut text)
        .map_err(|error| error.to_string())?;
    Ok(text)
}

impl<'d> Operation<'d> {
    /// What its caller needs.
    ///
    /// # Errors
    ///
    /// What is wrong with the table: a defect of the build.
    pub fn permissions(&self) -> Result<&'static Permissions, &'d str> {
        let bound = self.entry.permissions.get_or_init(|| {
            table::parse(self.entry.block)
                .and_then(|template| bind(self.model, self.entry.input, &template))
        });
        bound.as_ref().copied().map_err(String::as_str)
    }

    /// Whether its input has a payload that is a stream: reading leaves it where it is.
    pub fn streams_input(&self) -> bool {
        self.model
            .schema(self.entry.input)
            .members()
            .iter()
            .any(|member| member.http_payload().is_some() && member.streaming())
    }

    /// Reads the operation's input.
    ///
    /// # Errors
    ///
    /// As the deserializer's, and where a required member is missing.
    pub fn read(self, deserializer: &mut dyn ShapeDeserializer) -> Result<Input<'d>, SerdeError> {
        let shape = self.entry.input;
        Ok(Input {
            model: self.model,
            shape,
            value: value::read(self.model, shape, deserializer)?,
        })
    }
}

impl SerializableStruct for Input<'_> {
    fn schema(&self) -> &Schema<'_> {
        self.model.schema(self.shape)
    }

    fn serialize_members(&self, serializer: &mut dyn ShapeSerializer) -> Result<(), SerdeError> {
        Shaped::new(self.model, self.shape, &self.value).serialize_members(serializer)
    }
}
