//! Permission templates as Rust: a static for each operation, and the trait of the resolvers that
//! they name.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};
use heck::ToShoutySnakeCase;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::model::{Model, ShapeKind};
use crate::permissions::{
    Actor, Call, Class, FollowUp, Key, KeyValue, OperationPermissions, Part, Path, Permissions,
    Predicate, Requirement, Resource, Source, Step, resolvers,
};

/// The content of `generated/<service>/src/permissions.rs`.
///
/// Members become indices in the order that the schemas have: sorted by name.
pub(crate) fn emit(model: &Model, permissions: &Permissions) -> Result<TokenStream> {
    let resolvers = resolvers(permissions);
    let mut statics = TokenStream::new();
    for (name, operation) in permissions {
        let ident = format_ident!("{}", name.to_shouty_snake_case());
        let template = Template::new(model, name, operation, &resolvers)?;
        let tokens = template.operation(operation)?;
        let doc = format!(" What a caller of `{name}` needs.");
        statics.extend(quote! {
            #[doc = #doc]
            pub static #ident: Permissions = #tokens;
        });
    }
    let import = statics
        .to_string()
        .contains("Filter ::")
        .then(|| quote! { use stockade_spec::filter::Filter; });
    let acts = statics
        .to_string()
        .contains("FollowUp {")
        .then(|| quote! { use stockade_spec::permission::{Actor, FollowUp}; });
    let trait_and_dispatch = dispatch(&resolvers);
    Ok(quote! {
        //! Permission templates: what each operation needs, and what its state must resolve.

        #import
        #acts
        use stockade_spec::permission::{
            Capture, Class, KeyBinding, Part, Permissions, Predicate, Requirement, Resource, Source, Step, Value,
        };
        use stockade_spec::resolve::{Arguments, Resolved, Scope};

        #trait_and_dispatch
        #statics
    })
}

/// The trait that the service's crate implements, and the function that calls it by index.
fn dispatch(resolvers: &BTreeSet<String>) -> TokenStream {
    let methods = resolvers.iter().map(|name| {
        let ident = format_ident!("{name}");
        let doc = format!(" `@{name}` of the overlay.");
        quote! {
            #[doc = #doc]
            fn #ident(&self, scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved;
        }
    });
    let arms = resolvers.iter().enumerate().map(|(index, name)| {
        let ident = format_ident!("{name}");
        let index = proc_macro2::Literal::usize_unsuffixed(index);
        quote! { #index => resolvers.#ident(scope, arguments), }
    });
    let unknown = quote! { Resolved::Unknown(String::from("the service has no such resolver")) };
    let body = if resolvers.is_empty() {
        quote! {
            let _ = (resolvers, index, scope, arguments);
            #unknown
        }
    } else {
        quote! {
            match index {
                #(#arms)*
                _ => #unknown,
            }
        }
    };
    quote! {
        /// What the service's state must answer for its permission templates; the overlay says with
        /// which members each is asked.
        pub trait Resolvers {
            #(#methods)*
        }

        /// Runs the resolver of this index.
        pub fn resolve(
            resolvers: &impl Resolvers,
            index: u16,
            scope: &Scope<'_>,
            arguments: &Arguments<'_>,
        ) -> Resolved {
            #body
        }
    }
}

/// One operation's template in the making: its captures, by index.
struct Template<'a> {
    model: &'a Model,
    input: Option<&'a str>,
    captures: Vec<&'a Path>,
    resolvers: &'a BTreeSet<String>,
}

impl<'a> Template<'a> {
    fn new(
        model: &'a Model,
        name: &str,
        operation: &'a OperationPermissions,
        resolvers: &'a BTreeSet<String>,
    ) -> Result<Self> {
        let input = model
            .operations
            .get(name)
            .with_context(|| format!("{} has no operation {name}", model.id))?;
        let mut captures: Vec<&Path> = Vec::new();
        for path in operation.paths() {
            if !captures.contains(&path) {
                captures.push(path);
            }
        }
        Ok(Self {
            model,
            input: input.input.as_deref(),
            captures,
            resolvers,
        })
    }

    fn operation(&self, operation: &OperationPermissions) -> Result<TokenStream> {
        let class = match operation.class {
            Class::Requirements => quote! { Requirements },
            Class::Open => quote! { Open },
            Class::Unsigned => quote! { Unsigned },
            Class::Bearer => quote! { Bearer },
        };
        let source = match operation.source {
            Source::Name => quote! { Name },
            Source::Link => quote! { Link },
            Source::Inferred => quote! { Inferred },
            Source::Overlay => quote! { Overlay },
        };
        let captures = self
            .captures
            .iter()
            .map(|path| self.capture(path))
            .collect::<Result<Vec<_>>>()?;
        let requirements = operation
            .requirements
            .iter()
            .map(|one| self.requirement(one))
            .collect::<Result<Vec<_>>>()?;
        let answers = self.elements(operation.answers.as_ref())?;
        let follow_ups = operation
            .follow_ups
            .iter()
            .map(|one| self.follow_up(one))
            .collect::<Result<Vec<_>>>()?;
        Ok(quote! {
            Permissions {
                class: Class::#class,
                source: Source::#source,
                captures: &[#(#captures),*],
                requirements: &[#(#requirements),*],
                follow_ups: &[#(#follow_ups),*],
                answers: #answers,
            }
        })
    }

    fn follow_up(&self, follow_up: &FollowUp) -> Result<TokenStream> {
        let actor = match &follow_up.actor {
            Actor::Caller { via } => quote! { Actor::Caller { via: #via } },
            Actor::Role(parts) => {
                let parts = self.parts(parts)?;
                quote! { Actor::Role(&[#(#parts),*]) }
            }
            Actor::Service(name) => quote! { Actor::Service(#name) },
        };
        let requirement = self.requirement(&follow_up.requirement)?;
        Ok(quote! { FollowUp { actor: #actor, requirement: #requirement } })
    }

    fn capture(&self, path: &Path) -> Result<TokenStream> {
        let name = path.to_string();
        let mut shape = self
            .input
            .with_context(|| format!("{name} is asked of no input"))?;
        let mut steps = Vec::new();
        for step in &path.0 {
            let target = &self.model.shapes[shape].kind;
            let (tokens, next) = match (step, target) {
                (
                    Step::Member(member),
                    ShapeKind::Structure(members) | ShapeKind::Union(members),
                ) => {
                    let position = members.keys().position(|name| name == member);
                    let position =
                        position.with_context(|| format!("{shape} has no member {member}"))?;
                    let index = proc_macro2::Literal::usize_unsuffixed(position);
                    (quote! { Step::Member(#index) }, &members[member].target)
                }
                (Step::Each, ShapeKind::List(element)) => (quote! { Step::Each }, &element.target),
                (Step::Keys, ShapeKind::Map { key, .. }) => (quote! { Step::Keys }, &key.target),
                (Step::Values, ShapeKind::Map { value, .. }) => {
                    (quote! { Step::Values }, &value.target)
                }
                _ => bail!("{name} leads nowhere"),
            };
            steps.push(tokens);
            shape = next;
        }
        Ok(quote! { Capture { name: #name, steps: &[#(#steps),*] } })
    }

    fn requirement(&self, requirement: &Requirement) -> Result<TokenStream> {
        let action = &requirement.action;
        let resources = requirement
            .resources
            .iter()
            .map(|resource| self.resource(resource))
            .collect::<Result<Vec<_>>>()?;
        let when = self.predicate(&requirement.when)?;
        let each = self.elements(requirement.each.as_ref())?;
        let keys = requirement
            .keys
            .iter()
            .map(|key| self.key(key))
            .collect::<Result<Vec<_>>>()?;
        let untold = &requirement.untold;
        Ok(quote! {
            Requirement {
                action: #action,
                resources: &[#(#resources),*],
                when: #when,
                each: #each,
                keys: &[#(#keys),*],
                untold: &[#(#untold),*],
            }
        })
    }

    fn resource(&self, resource: &Resource) -> Result<TokenStream> {
        match resource {
            Resource::Template(parts) => {
                let parts = self.parts(parts)?;
                Ok(quote! { Resource::Template(&[#(#parts),*]) })
            }
            Resource::Resolver(call) => {
                let fields = self.call(call)?;
                Ok(quote! { Resource::Resolver { #fields } })
            }
        }
    }

    fn parts(&self, parts: &[Part]) -> Result<Vec<TokenStream>> {
        parts.iter().map(|part| self.part(part)).collect()
    }

    fn part(&self, part: &Part) -> Result<TokenStream> {
        Ok(match part {
            Part::Literal(text) => quote! { Part::Literal(#text) },
            Part::Partition => quote! { Part::Partition },
            Part::Region => quote! { Part::Region },
            Part::Account => quote! { Part::Account },
            Part::DnsSuffix => quote! { Part::DnsSuffix },
            Part::Opaque => quote! { Part::Opaque },
            Part::Member {
                path,
                default,
                filter,
            } => {
                let capture = self.index(path)?;
                let default = match default {
                    Some(text) => quote! { Some(#text) },
                    None => quote! { None },
                };
                let filter = match filter {
                    Some(filter) => {
                        let variant = format_ident!("{filter:?}");
                        quote! { Some(Filter::#variant) }
                    }
                    None => quote! { None },
                };
                quote! { Part::Capture { capture: #capture, default: #default, filter: #filter } }
            }
        })
    }

    fn predicate(&self, predicate: &Predicate) -> Result<TokenStream> {
        let several = |all: &[Predicate]| {
            all.iter()
                .map(|one| self.predicate(one))
                .collect::<Result<Vec<_>>>()
        };
        Ok(match predicate {
            Predicate::Always => quote! { Predicate::Always },
            Predicate::Missing => quote! { Predicate::Missing },
            Predicate::Present(path) => {
                let capture = self.index(path)?;
                quote! { Predicate::Present(#capture) }
            }
            Predicate::Absent(path) => {
                let capture = self.index(path)?;
                quote! { Predicate::Absent(#capture) }
            }
            Predicate::OneOf(path, values) => {
                let capture = self.index(path)?;
                quote! { Predicate::OneOf(#capture, &[#(#values),*]) }
            }
            Predicate::Contains(path, text) => {
                let capture = self.index(path)?;
                quote! { Predicate::Contains(#capture, #text) }
            }
            Predicate::Begins(path, text) => {
                let capture = self.index(path)?;
                quote! { Predicate::Begins(#capture, #text) }
            }
            Predicate::All(all) => {
                let all = several(all)?;
                quote! { Predicate::All(&[#(#all),*]) }
            }
            Predicate::Any(any) => {
                let any = several(any)?;
                quote! { Predicate::Any(&[#(#any),*]) }
            }
            Predicate::Not(inner) => {
                let inner = self.predicate(inner)?;
                quote! { Predicate::Not(&#inner) }
            }
        })
    }

    fn key(&self, key: &Key) -> Result<TokenStream> {
        let name = &key.name;
        let value = match &key.value {
            KeyValue::Literal(text) => quote! { Value::Literal(#text) },
            KeyValue::Member(path) => {
                let capture = self.index(path)?;
                quote! { Value::Capture(#capture) }
            }
            KeyValue::Template(parts) => {
                let parts = self.parts(parts)?;
                quote! { Value::Template(&[#(#parts),*]) }
            }
            KeyValue::Pairs { names, values } => {
                let (names, values) = (self.index(names)?, self.index(values)?);
                quote! { Value::Pairs { names: #names, values: #values } }
            }
            KeyValue::Sole { names, values } => {
                let (names, values) = (self.index(names)?, self.indices(values)?);
                quote! { Value::Sole { names: #names, values: &[#(#values),*] } }
            }
            KeyValue::Attributes {
                plain,
                expressions,
                names,
            } => {
                let (plain, expressions) = (self.indices(plain)?, self.indices(expressions)?);
                let names = match names {
                    Some((names, values)) => {
                        let (names, values) = (self.index(names)?, self.index(values)?);
                        quote! { Some((#names, #values)) }
                    }
                    None => quote! { None },
                };
                quote! {
                    Value::Attributes {
                        plain: &[#(#plain),*],
                        expressions: &[#(#expressions),*],
                        names: #names,
                    }
                }
            }
            KeyValue::Equated {
                expression,
                values,
                texts,
                otherwise,
            } => {
                let (expression, values) = (self.index(expression)?, self.index(values)?);
                let texts = self.indices(texts)?;
                let otherwise = match otherwise {
                    Some((names, values)) => {
                        let (names, values) = (self.index(names)?, self.indices(values)?);
                        quote! { Some((#names, &[#(#values),*])) }
                    }
                    None => quote! { None },
                };
                quote! {
                    Value::Equated {
                        expression: #expression,
                        values: #values,
                        texts: &[#(#texts),*],
                        otherwise: #otherwise,
                    }
                }
            }
            KeyValue::Unset => quote! { Value::Unset },
            KeyValue::Presence(path) => {
                let capture = self.index(path)?;
                quote! { Value::Presence(#capture) }
            }
            KeyValue::Header(header) => quote! { Value::Header(#header) },
            KeyValue::Resolver(call) => {
                let fields = self.call(call)?;
                quote! { Value::Resolver { #fields } }
            }
        };
        Ok(quote! { KeyBinding { key: #name, value: #value } })
    }

    fn indices(&self, paths: &[Path]) -> Result<Vec<proc_macro2::Literal>> {
        paths.iter().map(|path| self.index(path)).collect()
    }

    fn call(&self, call: &Call) -> Result<TokenStream> {
        let name = &call.name;
        let position = self.resolvers.iter().position(|known| known == name);
        let index =
            position.with_context(|| format!("@{name} is not among the service's resolvers"))?;
        let index = proc_macro2::Literal::usize_unsuffixed(index);
        let arguments = call
            .arguments
            .iter()
            .map(|path| self.index(path))
            .collect::<Result<Vec<_>>>()?;
        Ok(quote! { name: #name, index: #index, arguments: &[#(#arguments),*] })
    }

    /// The list that something is taken over, where it is.
    fn elements(&self, path: Option<&Path>) -> Result<TokenStream> {
        Ok(match path {
            Some(path) => {
                let index = self.index(path)?;
                quote! { Some(#index) }
            }
            None => quote! { None },
        })
    }

    fn index(&self, path: &Path) -> Result<proc_macro2::Literal> {
        let position = self.captures.iter().position(|known| *known == path);
        let position = position.with_context(|| format!("{path} is not captured"))?;
        Ok(proc_macro2::Literal::usize_unsuffixed(position))
    }
}
