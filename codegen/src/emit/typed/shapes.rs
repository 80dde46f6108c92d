//! Structures, unions and enums: the Rust types, without how they are read or written.

use proc_macro2::TokenStream;
use quote::quote;

use super::names;
use super::types::{Field, Types};
use crate::model::{Shape, ShapeKind};

/// The types of every structure, union and enum, in the order of their names.
pub(super) fn emit(types: &Types<'_>) -> TokenStream {
    let items = types.shapes().map(|(name, shape)| match &shape.kind {
        ShapeKind::Structure(_) => structure(types, name, shape),
        ShapeKind::Union(_) => union(types, name, shape),
        ShapeKind::String if !shape.enum_values.is_empty() => enumeration(name, shape),
        _ => TokenStream::new(),
    });
    quote! {
        //! Structures, unions and enums of the model.

        #(#items)*
    }
}

fn structure(types: &Types<'_>, name: &str, shape: &Shape) -> TokenStream {
    let ident = names::type_name(name);
    let fields = types.fields(name, shape);
    let definitions = fields.iter().map(
        |Field {
             ident, rust, name, ..
         }| {
            let doc = format!(" `{name}`.");
            quote! { #[doc = #doc] pub #ident: #rust, }
        },
    );
    let defaults = fields
        .iter()
        .map(|Field { ident, default, .. }| match default {
            Some(default) => quote! { #ident: #default, },
            None => quote! { #ident: Default::default(), },
        });
    let derives_default = fields.iter().all(|field| field.default.is_none());
    let mut derives = vec![quote! { Debug }];
    if !fields.iter().any(|field| field.streaming) {
        derives.extend([quote! { Clone }, quote! { PartialEq }]);
    }
    if derives_default {
        derives.push(quote! { Default });
    }
    let default = (!derives_default).then(|| {
        quote! {
            impl Default for #ident {
                fn default() -> Self {
                    Self { #(#defaults)* }
                }
            }
        }
    });
    let doc = format!(" `{name}`.");
    quote! {
        #[doc = #doc]
        #[derive(#(#derives),*)]
        pub struct #ident { #(#definitions)* }

        #default
    }
}

fn union(types: &Types<'_>, name: &str, shape: &Shape) -> TokenStream {
    let ident = names::type_name(name);
    let variants = types.fields(name, shape).into_iter().map(|field| {
        let (variant, rust) = (names::variant(field.name), field.bare);
        let doc = format!(" `{}`.", field.name);
        quote! { #[doc = #doc] #variant(#rust), }
    });
    let doc = format!(" `{name}`: one of its members.");
    quote! {
        #[doc = #doc]
        #[derive(Debug, Clone, PartialEq, Default)]
        pub enum #ident {
            #(#variants)*
            /// A member that the model does not know, or none.
            #[default]
            Unknown,
        }
    }
}

fn enumeration(name: &str, shape: &Shape) -> TokenStream {
    let ident = names::type_name(name);
    let values = &shape.enum_values;
    let variants = names::enum_variants(values);
    let docs = values.iter().map(|value| format!(" `{value}`."));
    let doc = format!(" `{name}`.");
    quote! {
        #[doc = #doc]
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum #ident {
            #(#[doc = #docs] #variants,)*
            /// A value that the model does not know.
            Unknown(String),
        }

        impl #ident {
            /// The values that the model knows.
            pub const VALUES: &'static [&'static str] = &[#(#values),*];

            /// The value as it stands on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    #(Self::#variants => #values,)*
                    Self::Unknown(value) => value,
                }
            }
        }

        impl From<String> for #ident {
            fn from(value: String) -> Self {
                match value.as_str() {
                    #(#values => Self::#variants,)*
                    _ => Self::Unknown(value),
                }
            }
        }

        impl From<&str> for #ident {
            fn from(value: &str) -> Self {
                Self::from(String::from(value))
            }
        }

        impl Default for #ident {
            fn default() -> Self {
                Self::Unknown(String::new())
            }
        }
    }
}
