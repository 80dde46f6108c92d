//! What every generated structure can do: be read, be written, be handed around without its type.

use std::any::Any;

use aws_smithy_schema::Schema;
use aws_smithy_schema::serde::{
    SerdeError, SerializableStruct, ShapeDeserializer, ShapeSerializer,
};
use aws_smithy_types::byte_stream::ByteStream;

/// A structure or union that can be read from any codec.
pub trait Structure: SerializableStruct + Sized + Send + 'static {
    /// The structure's schema.
    const SCHEMA: &'static Schema<'static>;

    /// Reads the structure. A missing required member is [`SerdeError::MissingMember`].
    fn read(deserializer: &mut dyn ShapeDeserializer) -> Result<Self, SerdeError>;

    /// Hands over the streaming payload, where the structure has one; a structure without one
    /// drops it.
    fn set_stream(&mut self, stream: ByteStream) {
        drop(stream);
    }

    /// Takes the streaming payload, where the structure has one.
    fn take_stream(&mut self) -> Option<ByteStream> {
        None
    }
}

/// A decoded input or an output of some operation, its type erased: authorization visits it
/// through [`SerializableStruct`], the operation's own code takes it back with [`AnyShape::into_any`].
pub trait AnyShape: SerializableStruct + Send {
    /// See [`Structure::take_stream`].
    fn take_stream(&mut self) -> Option<ByteStream>;
    /// The shape as the codecs see it.
    fn as_serializable(&self) -> &dyn SerializableStruct;
    /// The shape as [`Any`], to be downcast.
    fn into_any(self: Box<Self>) -> Box<dyn Any + Send>;
}

impl<T: Structure> AnyShape for T {
    fn take_stream(&mut self) -> Option<ByteStream> {
        Structure::take_stream(self)
    }

    fn as_serializable(&self) -> &dyn SerializableStruct {
        self
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any + Send> {
        self
    }
}

/// The members of a structure whose presence the model requires, still unseen while it is read.
///
/// Generated readers keep one per structure; structures have at most 128 members up to the last
/// required one (asserted by the generator).
#[derive(Debug)]
pub struct Required {
    unseen: u128,
}

impl Required {
    /// Starts with the required members' bits set.
    pub const fn new(mask: u128) -> Self {
        Self { unseen: mask }
    }

    /// Notes that the member was present.
    pub fn saw(&mut self, member: &Schema<'_>) {
        if let Some(index @ 0..128) = member.member_index() {
            self.unseen &= !(1u128 << index);
        }
    }

    /// Fails with the required members that were not seen.
    pub fn finish(self, schema: &Schema<'_>) -> Result<(), SerdeError> {
        if self.unseen == 0 {
            return Ok(());
        }
        let unseen = (0..128).filter(|index| self.unseen & (1u128 << index) != 0);
        Err(missing_members(unseen.map(|index| {
            schema
                .member_schema_by_index(index)
                .and_then(Schema::member_name)
                .unwrap_or("?")
        })))
    }
}

/// The error about a structure's required members that are absent. The codecs' error has room for
/// one name: theirs stand in it with commas between, which no member's name has.
pub fn missing_members<'n>(names: impl IntoIterator<Item = &'n str>) -> SerdeError {
    let names: Vec<&str> = names.into_iter().collect();
    SerdeError::missing_member(names.join(","))
}

/// The input or output of an operation that has none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unit;

static UNIT: Schema<'static> = Schema::new_struct(
    aws_smithy_schema::shape_id!("smithy.api", "Unit"),
    aws_smithy_schema::ShapeType::Structure,
    &[],
);

impl SerializableStruct for Unit {
    fn schema(&self) -> &Schema<'_> {
        &UNIT
    }

    fn serialize_members(&self, _serializer: &mut dyn ShapeSerializer) -> Result<(), SerdeError> {
        Ok(())
    }
}

impl Structure for Unit {
    const SCHEMA: &'static Schema<'static> = &UNIT;

    fn read(deserializer: &mut dyn ShapeDeserializer) -> Result<Self, SerdeError> {
        deserializer.read_struct(&UNIT, &mut |_, value| value.skip_value())?;
        Ok(Self)
    }
}
