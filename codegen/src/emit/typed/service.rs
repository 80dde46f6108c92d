//! Operations: their table, the handler trait, and the server that binds both.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::constraints::Constraints;
use super::names;
use super::schemas;
use super::types::Types;
use crate::permissions::Permissions;

/// `OPERATIONS`, the handler trait and `Server`.
pub(super) fn emit(
    types: &Types<'_>,
    constraints: &Constraints<'_>,
    permissions: &Permissions,
) -> TokenStream {
    let model = types.model;
    let id = &model.id;
    let service = names::type_name(&handler_name(id));
    let count = Literal::usize_unsuffixed(model.operations.len());

    let mut table = Vec::new();
    let mut methods = Vec::new();
    let mut reads = Vec::new();
    let mut calls = Vec::new();
    for (index, (name, operation)) in model.operations.iter().enumerate() {
        let index = Literal::usize_unsuffixed(index);
        let (method, uri) = (&operation.method, &operation.uri);
        let status = Literal::u16_unsuffixed(operation.status);
        let wrapper = match &operation.result_wrapper {
            Some(wrapper) => quote! { Some(#wrapper) },
            None => quote! { None },
        };
        let streams = operation
            .input
            .as_deref()
            .is_some_and(|input| types.stream_field(input).is_some());
        let template = names::shouty(name);
        let demanded = constraints.of_input(operation.input.as_deref());
        let (input_schema, output_schema) = (
            schema_of(operation.input.as_deref()),
            schema_of(operation.output.as_deref()),
        );
        table.push(quote! {
            Operation {
                name: #name,
                method: #method,
                uri: #uri,
                status: #status,
                input: #input_schema,
                output: #output_schema,
                result_wrapper: #wrapper,
                streams_input: #streams,
                constraints: #demanded,
                permissions: &permissions::#template,
            }
        });

        let function = names::snake(name);
        let (input, output) = (
            type_of(operation.input.as_deref()),
            type_of(operation.output.as_deref()),
        );
        reads.push(quote! { #index => read::<#input>(deserializer, stream), });
        let answers = permissions
            .get(name)
            .and_then(|operation| operation.answers.as_ref());
        if let Some(list) = answers {
            // Without a default: what is denied of the input has to be looked at.
            let doc = format!(
                " `{name}`, without what is `denied` of `{list}`: that is answered with its errors."
            );
            methods.push(quote! {
                #[doc = #doc]
                fn #function(
                    &self,
                    context: &RequestContext,
                    input: #input,
                    denied: Denied,
                ) -> impl Future<Output = Result<#output, Error>> + Send;
            });
            calls.push(quote! {
                #index => run(input, move |input| self.handler.#function(context, input, denied)),
            });
            continue;
        }
        let doc = format!(" `{name}`; answers `NotImplemented` unless overridden.");
        methods.push(quote! {
            #[doc = #doc]
            fn #function(
                &self,
                context: &RequestContext,
                input: #input,
            ) -> impl Future<Output = Result<#output, Error>> + Send {
                let _ = (context, input);
                async { Err(Error::not_implemented(#id, #name)) }
            }
        });
        calls.push(quote! {
            #index => run(input, move |input| self.handler.#function(context, input)),
        });
    }
    let handler_doc = format!(" The operations of `{id}`; a handler overrides the ones it has.");
    let unit = model
        .operations
        .values()
        .any(|operation| operation.input.is_none() || operation.output.is_none())
        .then(|| quote! { use stockade_spec::{Structure, Unit}; });
    let constraints_module = (!constraints.is_empty()).then(|| quote! { constraints, });
    quote! {
        //! Operations: their table, the handler trait, and the server that shows one to the gateway.

        use aws_smithy_schema::serde::{SerdeError, ShapeDeserializer};
        use aws_smithy_types::byte_stream::ByteStream;
        use stockade_spec::resolve::{Arguments, Resolved, ResourceFacts, Scope, StateKeys};
        use stockade_spec::service::{BoxFuture, read, run};
        use stockade_spec::{AnyShape, Denied, Error, Facts, Operation, RequestContext, Service};
        #unit

        use crate::permissions::{self, Resolvers};
        use crate::{#constraints_module schemas, shapes};

        /// The operations, sorted by name; their places are the indices that [`Server`] takes.
        pub static OPERATIONS: [Operation; #count] = [#(#table),*];

        #[doc = #handler_doc]
        pub trait #service: Send + Sync + 'static {
            #(#methods)*
        }

        /// Shows a handler to the gateway.
        #[derive(Debug)]
        pub struct Server<H> {
            handler: H,
        }

        impl<H> Server<H> {
            /// Wraps the handler.
            pub fn new(handler: H) -> Self {
                Self { handler }
            }
        }

        impl<H: #service + Resolvers + Facts> Service for Server<H> {
            fn id(&self) -> &'static str {
                #id
            }

            fn operations(&self) -> &'static [Operation] {
                &OPERATIONS
            }

            fn read(
                &self,
                operation: usize,
                deserializer: &mut dyn ShapeDeserializer,
                stream: Option<ByteStream>,
            ) -> Result<Box<dyn AnyShape>, SerdeError> {
                match operation {
                    #(#reads)*
                    _ => Err(SerdeError::custom("no such operation")),
                }
            }

            fn handle<'a>(
                &'a self,
                operation: usize,
                context: &'a RequestContext,
                input: Box<dyn AnyShape>,
                denied: Denied,
            ) -> BoxFuture<'a, Result<Box<dyn AnyShape>, Error>> {
                // What is denied of an input that its handler does not divide is denied of all.
                if !denied.is_empty() && OPERATIONS[operation].permissions.answers.is_none() {
                    return Box::pin(async { Err(Error::internal()) });
                }
                match operation {
                    #(#calls)*
                    _ => Box::pin(async { Err(Error::internal()) }),
                }
            }

            fn resolve(&self, resolver: u16, scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
                permissions::resolve(&self.handler, resolver, scope, arguments)
            }

            fn admit(&self, operation: usize, context: &RequestContext) -> Result<(), Error> {
                self.handler.admit(OPERATIONS[operation].name, context)
            }

            fn facts(&self, action: &str, resource: &str, scope: &Scope<'_>) -> ResourceFacts {
                self.handler.facts(action, resource, scope)
            }

            fn state_keys(&self, action: &str, resource: &str, scope: &Scope<'_>) -> StateKeys {
                self.handler.state_keys(action, resource, scope)
            }
        }
    }
}

/// The handler trait's name: the service's id without its dashes.
fn handler_name(id: &str) -> String {
    id.split('-')
        .map(|word| {
            let mut chars = word.chars();
            chars.next().map_or_else(String::new, |first| {
                first.to_ascii_uppercase().to_string() + chars.as_str()
            })
        })
        .collect()
}

fn type_of(shape: Option<&str>) -> TokenStream {
    match shape {
        Some(shape) => {
            let ident = names::type_name(shape);
            quote! { shapes::#ident }
        }
        None => quote! { Unit },
    }
}

fn schema_of(shape: Option<&str>) -> TokenStream {
    match shape {
        Some(shape) => {
            let ident = schemas::structure_ident(shape);
            quote! { &schemas::#ident }
        }
        None => quote! { <Unit as Structure>::SCHEMA },
    }
}
