//! What a model's shapes are in Rust: the mapping that the other emitters share.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::names;
use crate::model::{Member, Model, Shape, ShapeKind};

/// The shapes that a service's operations reach, and their Rust types.
pub(super) struct Types<'a> {
    pub(super) model: &'a Model,
    reached: BTreeSet<&'a str>,
}

/// A member of a structure or union, in Rust.
pub(super) struct Field<'a> {
    pub(super) index: usize,
    pub(super) name: &'a str,
    pub(super) member: &'a Member,
    pub(super) ident: Ident,
    /// The field's type: `Option` around optional members, `Box` around recursion.
    pub(super) rust: TokenStream,
    /// The value's type, without the `Option`.
    pub(super) bare: TokenStream,
    /// The value of an absent member, where it is not the type's own default.
    pub(super) default: Option<TokenStream>,
    pub(super) required: bool,
    pub(super) streaming: bool,
    pub(super) boxed: bool,
}

impl<'a> Types<'a> {
    pub(super) fn new(model: &'a Model) -> Self {
        let mut types = Self {
            model,
            reached: BTreeSet::new(),
        };
        let mut pending: Vec<&str> = Vec::new();
        for operation in model.operations.values() {
            pending.extend(operation.input.as_deref());
            pending.extend(operation.output.as_deref());
            pending.extend(operation.errors.iter().map(String::as_str));
        }
        while let Some(name) = pending.pop() {
            if types.reached.insert(name) {
                pending.extend(types.shape(name).targets());
            }
        }
        types
    }

    /// The shapes that are read with operations' inputs, by name: what streams is not.
    pub(super) fn inputs(&self) -> BTreeSet<&'a str> {
        let mut inputs = BTreeSet::new();
        let operations = self.model.operations.values();
        let mut pending: Vec<&str> = operations
            .filter_map(|operation| operation.input.as_deref())
            .collect();
        while let Some(name) = pending.pop() {
            if inputs.insert(name) {
                pending.extend(self.held(name).into_iter().map(|(_, target)| target));
            }
        }
        inputs
    }

    /// The shapes that a shape's values hold, with their members' indices: a list's element has
    /// the index 0, a map's key and value 0 and 1. A streaming payload is left out.
    pub(super) fn held(&self, name: &str) -> Vec<(usize, &'a str)> {
        let shape = self.shape(name);
        match &shape.kind {
            ShapeKind::Structure(members) | ShapeKind::Union(members) => members
                .iter()
                .enumerate()
                .filter(|(_, (name, member))| !self.is_streaming(shape, name, member))
                .map(|(index, (_, member))| (index, member.target.as_str()))
                .collect(),
            _ => shape.targets().into_iter().enumerate().collect(),
        }
    }

    /// Whether a shape's values, or anything that they hold, must not be repeated.
    pub(super) fn is_sensitive(&self, name: &str) -> bool {
        let mut seen = BTreeSet::new();
        let mut pending = vec![name];
        while let Some(name) = pending.pop() {
            let shape = self.shape(name);
            if shape.sensitive {
                return true;
            }
            if seen.insert(name) {
                pending.extend(shape.targets());
            }
        }
        false
    }

    /// The reached shapes, by name.
    pub(super) fn shapes(&self) -> impl Iterator<Item = (&'a str, &'a Shape)> + '_ {
        self.reached.iter().map(|name| (*name, self.shape(name)))
    }

    /// A shape that some member or operation names; the model's reader has checked that it exists.
    pub(super) fn shape(&self, name: &str) -> &'a Shape {
        &self.model.shapes[name]
    }

    /// The members of a structure or union.
    pub(super) fn fields(&self, name: &str, shape: &'a Shape) -> Vec<Field<'a>> {
        let (ShapeKind::Structure(members) | ShapeKind::Union(members)) = &shape.kind else {
            return Vec::new();
        };
        members
            .iter()
            .enumerate()
            .map(|(index, (member_name, member))| {
                let streaming = self.is_streaming(shape, member_name, member);
                let boxed = self.is_recursive(name, &member.target);
                let mut bare = self.rust(&member.target);
                if boxed {
                    bare = quote! { Box<#bare> };
                }
                let required = shape.required.contains(member_name) && !boxed;
                let (rust, default) = if streaming {
                    (quote! { aws_smithy_types::byte_stream::ByteStream }, None)
                } else if required {
                    (bare.clone(), self.default(&member.target))
                } else {
                    (quote! { Option<#bare> }, None)
                };
                Field {
                    index,
                    name: member_name,
                    member,
                    ident: names::snake(member_name),
                    rust,
                    bare,
                    default,
                    required,
                    streaming,
                    boxed,
                }
            })
            .collect()
    }

    /// Whether the member is a structure's streaming payload: its bytes are handed over unread,
    /// an event stream's too.
    fn is_streaming(&self, shape: &Shape, name: &str, member: &Member) -> bool {
        let target = self.shape(&member.target);
        (member.streaming || target.streaming || target.event_stream)
            && shape.payload.as_deref() == Some(name)
    }

    /// The streaming payload's field, where the structure has one.
    pub(super) fn stream_field(&self, name: &str) -> Option<Field<'a>> {
        self.fields(name, self.shape(name))
            .into_iter()
            .find(|field| field.streaming)
    }

    /// The Rust type of a shape, as `shapes.rs` itself names it.
    pub(super) fn rust(&self, name: &str) -> TokenStream {
        self.rust_in(&TokenStream::new(), name)
    }

    /// The Rust type of a shape, the shapes' own types behind `module`: empty or `shapes::`.
    pub(super) fn rust_in(&self, module: &TokenStream, name: &str) -> TokenStream {
        let shape = self.shape(name);
        match &shape.kind {
            ShapeKind::Structure(_) | ShapeKind::Union(_) => {
                let ident = names::type_name(name);
                quote! { #module #ident }
            }
            ShapeKind::String if !shape.enum_values.is_empty() => {
                let ident = names::type_name(name);
                quote! { #module #ident }
            }
            ShapeKind::List(element) => {
                let element = self.rust_in(module, &element.target);
                quote! { Vec<#element> }
            }
            ShapeKind::Map { key, value } => {
                let (key, value) = (
                    self.rust_in(module, &key.target),
                    self.rust_in(module, &value.target),
                );
                quote! { std::collections::BTreeMap<#key, #value> }
            }
            ShapeKind::String => quote! { String },
            ShapeKind::Blob => quote! { aws_smithy_types::Blob },
            ShapeKind::Timestamp => quote! { aws_smithy_types::DateTime },
            ShapeKind::Document => quote! { aws_smithy_types::Document },
            ShapeKind::Boolean => quote! { bool },
            ShapeKind::Integer => quote! { i32 },
            ShapeKind::Long => quote! { i64 },
            ShapeKind::Float => quote! { f32 },
            ShapeKind::Double => quote! { f64 },
        }
    }

    /// The default of a required member whose type has none of its own.
    fn default(&self, name: &str) -> Option<TokenStream> {
        let default = match self.shape(name).kind {
            ShapeKind::Timestamp => quote! { aws_smithy_types::DateTime::from_secs(0) },
            ShapeKind::Blob => quote! { aws_smithy_types::Blob::new(Vec::new()) },
            ShapeKind::Document => quote! { aws_smithy_types::Document::Null },
            _ => return None,
        };
        Some(default)
    }

    /// The suffix of the `read_…` and `write_…` methods of a simple shape.
    pub(super) fn codec_method(&self, prefix: &str, name: &str) -> Ident {
        let suffix = match self.shape(name).kind {
            ShapeKind::Blob => "blob",
            ShapeKind::Timestamp => "timestamp",
            ShapeKind::Document => "document",
            ShapeKind::Boolean => "boolean",
            ShapeKind::Integer => "integer",
            ShapeKind::Long => "long",
            ShapeKind::Float => "float",
            ShapeKind::Double => "double",
            _ => "string",
        };
        format_ident!("{prefix}_{suffix}")
    }

    /// Whether a structure contains itself through members alone: such a member is boxed. Lists
    /// and maps are their own indirection.
    fn is_recursive(&self, owner: &str, target: &str) -> bool {
        let mut seen = BTreeSet::new();
        let mut pending = vec![target];
        while let Some(name) = pending.pop() {
            if name == owner {
                return true;
            }
            let shape = self.shape(name);
            if let ShapeKind::Structure(members) | ShapeKind::Union(members) = &shape.kind
                && seen.insert(name)
            {
                pending.extend(members.values().map(|member| member.target.as_str()));
            }
        }
        false
    }
}
