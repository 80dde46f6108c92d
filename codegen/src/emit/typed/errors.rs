//! Errors: a constructor for each error shape, and its way into the answer.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::names;
use super::types::Types;
use crate::model::Shape;

/// `From<Shape> for Error` and a constructor from a message, for every error shape.
pub(super) fn emit(types: &Types<'_>) -> TokenStream {
    let items = types
        .shapes()
        .filter_map(|(name, shape)| shape.error.as_ref().map(|_| error(types, name, shape)));
    quote! {
        //! The model's errors, made from a message.

        use stockade_spec::Error;

        use crate::shapes;

        #(#items)*
    }
}

fn error(types: &Types<'_>, name: &str, shape: &Shape) -> TokenStream {
    let ident = names::type_name(name);
    let constructor = names::snake(name);
    let facts = shape.error.as_ref();
    let code = facts
        .and_then(|error| error.code.as_deref())
        .unwrap_or(name);
    let server_fault = facts.is_some_and(|error| error.fault);
    let status = facts
        .and_then(|error| error.status)
        .unwrap_or(if server_fault { 500 } else { 400 });
    let status_literal = Literal::u16_unsuffixed(status);
    let fields = types.fields(name, shape);
    let message = fields
        .iter()
        .find(|field| field.name.eq_ignore_ascii_case("message"));

    // Lambda's errors say whose fault they are in a member of their own.
    let sets_type = fields
        .iter()
        .find(|field| field.name == "Type")
        .map(|field| {
            let (field, side) = (&field.ident, if status < 500 { "User" } else { "Service" });
            quote! { #field: Some(String::from(#side)), }
        });
    let (from_message, to_message, unused) = match message {
        Some(field) if field.required => {
            let ident = &field.ident;
            (
                quote! { #ident: message.into(), },
                quote! { shape.#ident.clone() },
                None,
            )
        }
        Some(field) => {
            let ident = &field.ident;
            (
                quote! { #ident: Some(message.into()), },
                quote! { shape.#ident.clone().unwrap_or_default() },
                None,
            )
        }
        None => (TokenStream::new(), quote! { String::new() }, Some(())),
    };
    let fills_all =
        fields.len() == usize::from(message.is_some()) + usize::from(sets_type.is_some());
    let rest = (!fills_all).then(|| quote! { ..Default::default() });
    let shape_value = quote! { shapes::#ident { #sets_type #from_message #rest } };
    let body = if unused.is_some() {
        quote! {
            let mut error = Error::from(#shape_value);
            error.message = message.into();
            error
        }
    } else {
        quote! { #shape_value.into() }
    };
    let doc = format!(" `{code}`, HTTP status {status}, with this message.");
    quote! {
        #[doc = #doc]
        pub fn #constructor(message: impl Into<String>) -> Error {
            #body
        }

        impl From<shapes::#ident> for Error {
            fn from(shape: shapes::#ident) -> Self {
                Error::new(#code, #status_literal, #to_message).with_shape(shape)
            }
        }
    }
}
