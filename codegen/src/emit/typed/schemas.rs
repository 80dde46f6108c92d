//! Schemas: one static for each aggregate shape and one for each of its members.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::names;
use super::overlay::ShapeOverlay;
use super::types::Types;
use crate::emit::binding::{Binding, binding};
use crate::model::{Member, Shape, ShapeKind, TimestampFormat};

/// The schemas of every structure, union, list and map.
pub(super) fn emit(types: &Types<'_>, overlay: &ShapeOverlay) -> TokenStream {
    let emitter = Emitter { types, overlay };
    let items = types.shapes().map(|(name, shape)| match &shape.kind {
        ShapeKind::Structure(_) | ShapeKind::Union(_) => emitter.structure(name, shape),
        ShapeKind::List(element) => {
            let member = emitter.member(name, "member", 0, element);
            let ident = element_ident(name);
            quote! { pub(crate) static #ident: Schema<'static> = #member; }
        }
        ShapeKind::Map { key, value } => {
            let (key_schema, value_schema) = (
                emitter.member(name, "key", 0, key),
                emitter.member(name, "value", 1, value),
            );
            let (key_ident, value_ident) = (key_ident(name), value_ident(name));
            quote! {
                pub(crate) static #key_ident: Schema<'static> = #key_schema;
                pub(crate) static #value_ident: Schema<'static> = #value_schema;
            }
        }
        _ => TokenStream::new(),
    });
    let items: TokenStream = items.collect();
    // Few models have timestamps in other than their protocol's format.
    let imports = items
        .to_string()
        .contains("TimestampFormat ::")
        .then(|| quote! { use aws_smithy_schema::traits::TimestampFormat; });
    quote! {
        //! Schemas: one static for each structure, and one for each member.

        #imports
        use aws_smithy_schema::{Schema, ShapeType, shape_id};

        #items
    }
}

/// The static of a structure's schema.
pub(super) fn structure_ident(name: &str) -> Ident {
    names::shouty(name)
}

/// The static that holds a structure's member schemas.
pub(super) fn members_ident(name: &str) -> Ident {
    format_ident!("{}_MEMBERS", names::shouty(name))
}

/// The static of a list's element schema.
pub(super) fn element_ident(name: &str) -> Ident {
    format_ident!("{}_ELEMENT", names::shouty(name))
}

/// The static of a map's key schema.
pub(super) fn key_ident(name: &str) -> Ident {
    format_ident!("{}_KEY", names::shouty(name))
}

/// The static of a map's value schema.
pub(super) fn value_ident(name: &str) -> Ident {
    format_ident!("{}_VALUE", names::shouty(name))
}

struct Emitter<'a> {
    types: &'a Types<'a>,
    overlay: &'a ShapeOverlay,
}

impl Emitter<'_> {
    fn structure(&self, name: &str, shape: &Shape) -> TokenStream {
        let ident = structure_ident(name);
        let namespace = self.namespace();
        let shape_type = match shape.kind {
            ShapeKind::Union(_) => quote! { ShapeType::Union },
            _ => quote! { ShapeType::Structure },
        };
        let mut traits = TokenStream::new();
        let root = self.overlay.root(name).or(shape.location_name.as_deref());
        if let Some(root) = root {
            traits.extend(quote! { .with_xml_name(#root) });
        }
        if let Some(uri) = self.overlay.namespace_of_root(name) {
            traits.extend(quote! { .with_xml_namespace(#uri, None) });
        }
        if self.overlay.is_unwrapped(name) {
            traits.extend(quote! { .with_xml_unwrapped_output() });
        }
        let fields = self.types.fields(name, shape);
        if fields.is_empty() {
            return quote! {
                pub(crate) static #ident: Schema<'static> =
                    Schema::new_struct(shape_id!(#namespace, #name), #shape_type, &[])#traits;
            };
        }
        let members = members_ident(name);
        let count = fields.len();
        let schemas = fields.iter().map(|field| {
            let schema = self.member(name, field.name, field.index, field.member);
            let payload = (shape.payload.as_deref() == Some(field.name))
                .then(|| quote! { .with_http_payload() });
            let streaming = field.streaming.then(|| quote! { .with_streaming() });
            quote! { #schema #payload #streaming }
        });
        let indices = (0..count).map(Literal::usize_unsuffixed);
        let count = Literal::usize_unsuffixed(count);
        let references = format_ident!("{ident}_REFERENCES");
        quote! {
            pub(crate) static #members: [Schema<'static>; #count] = [#(#schemas),*];
            static #references: [&Schema<'static>; #count] = [#(&#members[#indices]),*];
            pub(crate) static #ident: Schema<'static> =
                Schema::new_struct(shape_id!(#namespace, #name), #shape_type, &#references)#traits;
        }
    }

    fn member(&self, owner: &str, name: &str, index: usize, member: &Member) -> TokenStream {
        let namespace = self.namespace();
        let target = self.types.shape(&member.target);
        let shape_type = shape_type(target);
        let index = Literal::usize_unsuffixed(index);
        let mut schema = quote! {
            Schema::new_member(shape_id!(#namespace, #owner, #name), #shape_type, #name, #index)
        };
        match &target.kind {
            ShapeKind::List(_) => {
                let element = element_ident(&member.target);
                schema.extend(quote! { .with_list_member(&#element) });
            }
            ShapeKind::Map { .. } => {
                let (key, value) = (key_ident(&member.target), value_ident(&member.target));
                schema.extend(quote! { .with_map_members(&#key, &#value) });
            }
            _ => {}
        }
        schema.extend(self.name_and_binding(name, member, target));
        if member.flattened || target.flattened {
            schema.extend(quote! { .with_xml_flattened() });
        }
        if member.xml_attribute {
            schema.extend(quote! { .with_xml_attribute() });
        }
        if let Some(space) = member
            .xml_namespace
            .as_ref()
            .or(target.xml_namespace.as_ref())
        {
            let uri = &space.uri;
            let prefix = match &space.prefix {
                Some(prefix) => quote! { Some(#prefix) },
                None => quote! { None },
            };
            schema.extend(quote! { .with_xml_namespace(#uri, #prefix) });
        }
        if let Some(format) = member.timestamp_format.or(target.timestamp_format) {
            let format = match format {
                TimestampFormat::EpochSeconds => quote! { TimestampFormat::EpochSeconds },
                TimestampFormat::DateTime => quote! { TimestampFormat::DateTime },
                TimestampFormat::HttpDate => quote! { TimestampFormat::HttpDate },
            };
            schema.extend(quote! { .with_timestamp_format(#format) });
        }
        schema
    }

    /// The member's place in the HTTP message, or its name in the body where the protocol gives it
    /// another than the model's.
    fn name_and_binding(&self, name: &str, member: &Member, target: &Shape) -> TokenStream {
        match binding(self.types.model, name, member, target) {
            Binding::Header(wire) => quote! { .with_http_header(#wire) },
            Binding::PrefixHeaders(wire) => quote! { .with_http_prefix_headers(#wire) },
            Binding::Label => quote! { .with_http_label() },
            Binding::QueryParameters => quote! { .with_http_query_params() },
            Binding::Query(wire) => quote! { .with_http_query(#wire) },
            Binding::Status => quote! { .with_http_response_code() },
            Binding::Body { json, xml } => {
                let json = json.map(|wire| quote! { .with_json_name(#wire) });
                let xml = xml.map(|wire| quote! { .with_xml_name(#wire) });
                quote! { #json #xml }
            }
        }
    }

    fn namespace(&self) -> String {
        format!("com.amazonaws.{}", self.types.model.id)
    }
}

fn shape_type(shape: &Shape) -> TokenStream {
    match shape.kind {
        ShapeKind::Structure(_) => quote! { ShapeType::Structure },
        ShapeKind::Union(_) => quote! { ShapeType::Union },
        ShapeKind::List(_) => quote! { ShapeType::List },
        ShapeKind::Map { .. } => quote! { ShapeType::Map },
        ShapeKind::String => quote! { ShapeType::String },
        ShapeKind::Blob => quote! { ShapeType::Blob },
        ShapeKind::Timestamp => quote! { ShapeType::Timestamp },
        ShapeKind::Document => quote! { ShapeType::Document },
        ShapeKind::Boolean => quote! { ShapeType::Boolean },
        ShapeKind::Integer => quote! { ShapeType::Integer },
        ShapeKind::Long => quote! { ShapeType::Long },
        ShapeKind::Float => quote! { ShapeType::Float },
        ShapeKind::Double => quote! { ShapeType::Double },
    }
}
