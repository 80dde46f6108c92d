//! What a router reads of a request, by operation: where two operations agree in all of it, nothing
//! on the wire tells them apart.

use std::collections::{BTreeMap, BTreeSet};

use super::Endpoints;
use crate::model::{Auth, Location, Model, Models, Operation, Protocol, ShapeKind};

/// An operation by service and name, for example `lambda:Invoke`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Name {
    pub(crate) service: String,
    pub(crate) operation: String,
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.service, self.operation)
    }
}

/// One form of an operation's requests, at an endpoint that serves all services under one name.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Form<'m> {
    /// The service in the credential scope; `None` where requests carry no signature.
    signing_name: Option<&'m str>,
    /// The operation is called under this name alone, others under several.
    own_name: bool,
    marks: Marks<'m>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Marks<'m> {
    /// `X-Amz-Target`.
    Target(&'m str, &'m str),
    /// The path of RPC v2.
    Rpc(&'m str, &'m str),
    /// `Version` and `Action`.
    Form(&'m str, &'m str),
    Http {
        method: &'m str,
        path: Vec<Part<'m>>,
        trailing_slash: bool,
        constants: BTreeSet<&'m str>,
        demands: Demands,
    },
}

/// A part of a path; which member a label is bound to shows in no request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part<'m> {
    Literal(&'m str),
    Label,
    Greedy,
}

/// Query parameters and headers that an operation's requests have because a member is required.
#[derive(Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Demands {
    pub(crate) query: BTreeSet<String>,
    /// In lower case.
    pub(crate) headers: BTreeSet<String>,
}

impl Demands {
    /// The demands of an operation that is bound to HTTP.
    pub(crate) fn of(model: &Model, operation: &Operation) -> Self {
        let mut demands = Self::default();
        let input = operation
            .input
            .as_ref()
            .and_then(|input| model.shapes.get(input));
        let Some((shape, ShapeKind::Structure(members))) = input.map(|shape| (shape, &shape.kind))
        else {
            return demands;
        };
        for name in &shape.required {
            let Some(member) = members.get(name) else {
                continue;
            };
            let wire = member.location_name.as_ref().unwrap_or(name);
            match member.location {
                Some(Location::Query) => drop(demands.query.insert(wire.clone())),
                Some(Location::Header) => drop(demands.headers.insert(wire.to_ascii_lowercase())),
                _ => {}
            }
        }
        demands
    }
}

/// The path of a URI, in parts, and its constant query.
pub(crate) fn parts(uri: &str) -> (Vec<Part<'_>>, BTreeSet<&str>) {
    let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
    let part = |part| match part {
        label if str::starts_with(label, '{') && label.ends_with("+}") => Part::Greedy,
        label if label.starts_with('{') => Part::Label,
        literal => Part::Literal(literal),
    };
    let parts = path.split('/').filter(|part| !part.is_empty());
    let constants = query.split('&').filter(|constant| !constant.is_empty());
    (parts.map(part).collect(), constants.collect())
}

/// The classes of operations that share a form, each sorted, in order.
pub(super) fn classes(models: &Models, endpoints: &Endpoints) -> BTreeSet<BTreeSet<Name>> {
    let mut by_form: BTreeMap<Form<'_>, BTreeSet<Name>> = BTreeMap::new();
    for model in models.services.values() {
        for (name, operation) in &model.operations {
            for form in forms(model, name, operation, endpoints) {
                by_form.entry(form).or_default().insert(Name {
                    service: model.id.clone(),
                    operation: name.clone(),
                });
            }
        }
    }
    let mut classes: Vec<BTreeSet<Name>> = Vec::new();
    for members in by_form.into_values().filter(|members| members.len() > 1) {
        // Operations that share one form here and another there are one class.
        let (overlapping, mut others): (Vec<_>, Vec<_>) = classes
            .into_iter()
            .partition(|class| !class.is_disjoint(&members));
        others.push(overlapping.into_iter().flatten().chain(members).collect());
        classes = others;
    }
    classes.into_iter().collect()
}

/// Every form of an operation's requests: one for each protocol, signing name and method.
fn forms<'m>(
    model: &'m Model,
    name: &'m str,
    operation: &'m Operation,
    endpoints: &'m Endpoints,
) -> Vec<Form<'m>> {
    let signing_names: Vec<Option<&str>> = match operation.auth {
        Auth::SigV4 => endpoints
            .signing_names(model, name)
            .into_iter()
            .map(Some)
            .collect(),
        Auth::None | Auth::Bearer => vec![None],
    };
    let methods = endpoints.methods(model, name, operation);
    let mut forms = Vec::new();
    for protocol in model.protocols() {
        for &signing_name in &signing_names {
            for method in &methods {
                forms.push(Form {
                    signing_name,
                    own_name: endpoints.own_signing_name(model, name).is_some(),
                    marks: marks(protocol, model, name, operation, method),
                });
            }
        }
    }
    forms
}

fn marks<'m>(
    protocol: Protocol,
    model: &'m Model,
    name: &'m str,
    operation: &'m Operation,
    method: &'m str,
) -> Marks<'m> {
    let prefix = model.metadata.target_prefix.as_deref().unwrap_or_default();
    match protocol {
        Protocol::AwsJson1_0 | Protocol::AwsJson1_1 => Marks::Target(prefix, name),
        Protocol::RpcV2Cbor => Marks::Rpc(prefix, name),
        Protocol::Query | Protocol::Ec2Query => Marks::Form(model.api_version(), name),
        Protocol::RestJson | Protocol::RestXml => {
            let (path, constants) = parts(&operation.uri);
            let before_query = operation.uri.split('?').next().unwrap_or_default();
            Marks::Http {
                method,
                trailing_slash: !path.is_empty() && before_query.ends_with('/'),
                path,
                constants,
                demands: Demands::of(model, operation),
            }
        }
    }
}
