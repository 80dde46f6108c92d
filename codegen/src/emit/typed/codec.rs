//! How structures are read and written, once for every codec.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::names;
use super::schemas;
use super::types::{Field, Types};
use crate::model::{Shape, ShapeKind};

/// `Structure` and `SerializableStruct` of every structure and union, and the readers and writers
/// of the lists and maps between them.
pub(super) fn emit(types: &Types<'_>) -> TokenStream {
    let items = types.shapes().map(|(name, shape)| match &shape.kind {
        ShapeKind::Structure(_) => structure(types, name, shape),
        ShapeKind::Union(_) => union(types, name, shape),
        ShapeKind::List(_) | ShapeKind::Map { .. } => collection(types, name, shape),
        _ => TokenStream::new(),
    });
    quote! {
        //! How structures are read and written, once for every codec.

        use aws_smithy_schema::Schema;
        use aws_smithy_schema::serde::{
            SerdeError, SerializableStruct, ShapeDeserializer, ShapeSerializer,
        };
        use stockade_spec::shape::{Required, Structure};

        use crate::{schemas, shapes};

        #(#items)*
    }
}

fn structure(types: &Types<'_>, name: &str, shape: &Shape) -> TokenStream {
    let (ident, schema) = (names::type_name(name), schemas::structure_ident(name));
    let members = schemas::members_ident(name);
    let fields = types.fields(name, shape);
    let in_codec: Vec<&Field<'_>> = fields.iter().filter(|field| !field.streaming).collect();

    let writes = in_codec.iter().map(|field| {
        let (index, field_ident) = (Literal::usize_unsuffixed(field.index), &field.ident);
        let member = quote! { &schemas::#members[#index] };
        if field.required {
            let write = write_value(types, &field.member.target, &member, &quote! { value });
            quote! {
                let value = &self.#field_ident;
                #write?;
            }
        } else {
            let value = reference(field);
            let write = write_value(types, &field.member.target, &member, &value);
            quote! { if let Some(value) = &self.#field_ident { #write?; } }
        }
    });
    let serializer = if in_codec.is_empty() {
        quote! { _serializer }
    } else {
        quote! { serializer }
    };

    let arms = in_codec.iter().map(|field| {
        let (index, field_ident) = (Literal::usize_unsuffixed(field.index), &field.ident);
        let mut value = read_value(types, &field.member.target);
        if field.boxed {
            value = quote! { Box::new(#value) };
        }
        if !field.required {
            value = quote! { Some(#value) };
        }
        quote! { Some(#index) => shape.#field_ident = #value, }
    });
    let mask = fields
        .iter()
        .filter(|field| field.required && !field.streaming)
        .fold(0u128, |mask, field| mask | 1 << field.index);
    let mask = Literal::u128_unsuffixed(mask);
    let read_body = if in_codec.is_empty() {
        quote! {
            deserializer.read_struct(Self::SCHEMA, &mut |_, value| value.skip_value())?;
            Ok(Self::default())
        }
    } else {
        quote! {
            let mut shape = Self::default();
            let mut required = Required::new(#mask);
            deserializer.read_struct(Self::SCHEMA, &mut |member, value| {
                match member.member_index() {
                    #(#arms)*
                    _ => return value.skip_value(),
                }
                required.saw(member);
                Ok(())
            })?;
            required.finish(Self::SCHEMA)?;
            Ok(shape)
        }
    };
    let stream = types.stream_field(name).map(|field| {
        let field = field.ident;
        quote! {
            fn set_stream(&mut self, stream: aws_smithy_types::byte_stream::ByteStream) {
                self.#field = stream;
            }

            fn take_stream(&mut self) -> Option<aws_smithy_types::byte_stream::ByteStream> {
                Some(std::mem::take(&mut self.#field))
            }
        }
    });
    quote! {
        impl SerializableStruct for shapes::#ident {
            fn schema(&self) -> &Schema<'_> {
                &schemas::#schema
            }

            fn serialize_members(&self, #serializer: &mut dyn ShapeSerializer) -> Result<(), SerdeError> {
                #(#writes)*
                Ok(())
            }
        }

        impl Structure for shapes::#ident {
            const SCHEMA: &'static Schema<'static> = &schemas::#schema;

            fn read(deserializer: &mut dyn ShapeDeserializer) -> Result<Self, SerdeError> {
                #read_body
            }

            #stream
        }
    }
}

fn union(types: &Types<'_>, name: &str, shape: &Shape) -> TokenStream {
    let (ident, schema) = (names::type_name(name), schemas::structure_ident(name));
    let members = schemas::members_ident(name);
    let fields = types.fields(name, shape);
    let writes = fields.iter().map(|field| {
        let (index, variant) = (
            Literal::usize_unsuffixed(field.index),
            names::variant(field.name),
        );
        let member = quote! { &schemas::#members[#index] };
        let write = write_value(types, &field.member.target, &member, &reference(field));
        quote! { Self::#variant(value) => #write, }
    });
    let arms = fields.iter().map(|field| {
        let (index, variant) = (
            Literal::usize_unsuffixed(field.index),
            names::variant(field.name),
        );
        let mut value = read_value(types, &field.member.target);
        if field.boxed {
            value = quote! { Box::new(#value) };
        }
        quote! { Some(#index) => Self::#variant(#value), }
    });
    quote! {
        impl SerializableStruct for shapes::#ident {
            fn schema(&self) -> &Schema<'_> {
                &schemas::#schema
            }

            fn serialize_members(&self, serializer: &mut dyn ShapeSerializer) -> Result<(), SerdeError> {
                match self {
                    #(#writes)*
                    Self::Unknown => Ok(()),
                }
            }
        }

        impl Structure for shapes::#ident {
            const SCHEMA: &'static Schema<'static> = &schemas::#schema;

            fn read(deserializer: &mut dyn ShapeDeserializer) -> Result<Self, SerdeError> {
                let mut shape = None;
                deserializer.read_struct(Self::SCHEMA, &mut |member, value| {
                    let read = match member.member_index() {
                        #(#arms)*
                        _ => return value.skip_value(),
                    };
                    match shape.replace(read) {
                        None => Ok(()),
                        Some(_) => Err(SerdeError::invalid_input(concat!(
                            "more than one member of the union ", #name, " is set"
                        ))),
                    }
                })?;
                Ok(shape.unwrap_or_default())
            }
        }
    }
}

fn collection(types: &Types<'_>, name: &str, shape: &Shape) -> TokenStream {
    let rust = types.rust_in(&quote! { shapes:: }, name);
    let (reader, writer) = (collection_fn("read", name), collection_fn("write", name));
    let (read, write) = match &shape.kind {
        ShapeKind::List(element) => {
            let schema = schemas::element_ident(name);
            let read = read_value_of(types, &element.target, &quote! { &schemas::#schema });
            let write = write_value(
                types,
                &element.target,
                &quote! { &schemas::#schema },
                &quote! { value },
            );
            (
                quote! {
                    let mut list = Vec::new();
                    deserializer.read_list(member, &mut |value| {
                        list.push(#read);
                        Ok(())
                    })?;
                    Ok(list)
                },
                quote! {
                    serializer.write_list_with_length(member, list.len(), &|serializer| {
                        for value in list {
                            #write?;
                        }
                        Ok(())
                    })
                },
            )
        }
        ShapeKind::Map { key, value } => {
            let (key_schema, value_schema) = (schemas::key_ident(name), schemas::value_ident(name));
            let key_read = if types.shape(&key.target).enum_values.is_empty() {
                quote! { key }
            } else {
                let ident = names::type_name(&key.target);
                quote! { shapes::#ident::from(key) }
            };
            let read = read_value_of(types, &value.target, &quote! { &schemas::#value_schema });
            let write_key = write_value(
                types,
                &key.target,
                &quote! { &schemas::#key_schema },
                &quote! { key },
            );
            let write = write_value(
                types,
                &value.target,
                &quote! { &schemas::#value_schema },
                &quote! { value },
            );
            (
                quote! {
                    let mut list = std::collections::BTreeMap::new();
                    deserializer.read_map(member, &mut |key, value| {
                        list.insert(#key_read, #read);
                        Ok(())
                    })?;
                    Ok(list)
                },
                quote! {
                    serializer.write_map_with_length(member, list.len(), &|serializer| {
                        for (key, value) in list {
                            #write_key?;
                            #write?;
                        }
                        Ok(())
                    })
                },
            )
        }
        _ => return TokenStream::new(),
    };
    let borrowed = match &shape.kind {
        ShapeKind::List(element) => {
            let element = types.rust_in(&quote! { shapes:: }, &element.target);
            quote! { &[#element] }
        }
        _ => quote! { &#rust },
    };
    quote! {
        fn #reader(
            deserializer: &mut dyn ShapeDeserializer,
            member: &Schema<'_>,
        ) -> Result<#rust, SerdeError> {
            #read
        }

        fn #writer(
            serializer: &mut dyn ShapeSerializer,
            member: &Schema<'_>,
            list: #borrowed,
        ) -> Result<(), SerdeError> {
            #write
        }
    }
}

/// A reference to a field's bare value, from the `value` that borrows the field.
fn reference(field: &Field<'_>) -> TokenStream {
    if field.boxed {
        quote! { value.as_ref() }
    } else {
        quote! { value }
    }
}

fn collection_fn(verb: &str, name: &str) -> Ident {
    let name = names::snake(name).to_string();
    format_ident!("{verb}_{}", name.trim_start_matches("r#"))
}

/// An expression that reads a member's value from `value` under the schema `member`.
fn read_value(types: &Types<'_>, target: &str) -> TokenStream {
    read_value_of(types, target, &quote! { member })
}

fn read_value_of(types: &Types<'_>, target: &str, schema: &TokenStream) -> TokenStream {
    let shape = types.shape(target);
    match &shape.kind {
        ShapeKind::Structure(_) | ShapeKind::Union(_) => {
            let ident = names::type_name(target);
            quote! { shapes::#ident::read(value)? }
        }
        ShapeKind::List(_) | ShapeKind::Map { .. } => {
            let reader = collection_fn("read", target);
            quote! { #reader(value, #schema)? }
        }
        ShapeKind::String if !shape.enum_values.is_empty() => {
            let ident = names::type_name(target);
            quote! { shapes::#ident::from(value.read_string(#schema)?) }
        }
        _ => {
            let method = types.codec_method("read", target);
            quote! { value.#method(#schema)? }
        }
    }
}

/// An expression that writes `value`, a reference, under the schema `member`.
fn write_value(
    types: &Types<'_>,
    target: &str,
    member: &TokenStream,
    value: &TokenStream,
) -> TokenStream {
    let shape = types.shape(target);
    match &shape.kind {
        ShapeKind::Structure(_) | ShapeKind::Union(_) => {
            quote! { serializer.write_struct(#member, #value) }
        }
        ShapeKind::List(_) | ShapeKind::Map { .. } => {
            let writer = collection_fn("write", target);
            quote! { #writer(serializer, #member, #value) }
        }
        ShapeKind::String if !shape.enum_values.is_empty() => {
            quote! { serializer.write_string(#member, #value.as_str()) }
        }
        ShapeKind::Blob => quote! { serializer.write_blob(#member, #value.clone()) },
        ShapeKind::String | ShapeKind::Timestamp | ShapeKind::Document => {
            let method = types.codec_method("write", target);
            quote! { serializer.#method(#member, #value) }
        }
        _ => {
            let method = types.codec_method("write", target);
            quote! { serializer.#method(#member, *#value) }
        }
    }
}
