//! `models/overlays/equivalents.toml`: operations that nothing on the wire tells apart, and which of
//! them is served.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use super::{Name, Source};
use crate::model::Models;
use crate::permissions::Diagnostic;

/// For each operation that is served as another one, that other one.
#[derive(Debug, Default)]
pub(crate) struct Equivalents {
    served: BTreeMap<Name, Name>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    class: Vec<Spanned<Class>>,
}

/// Classes of one reason: one for each of `operations` or, without those, a single one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Class {
    /// Why nothing tells them apart, and why this one is served.
    because: String,
    /// The service, or with its operation, that is served.
    served: Spanned<String>,
    /// The services, or operations, that are taken for it.
    others: Vec<Spanned<String>>,
    /// Operations that all of the services have.
    #[serde(default)]
    operations: Vec<Spanned<String>>,
}

impl Equivalents {
    pub(super) const FILE: &'static str = "models/overlays/equivalents.toml";

    /// Parses the file and holds it against the classes that the models have.
    pub(super) fn parse(
        text: &str,
        models: &Models,
        wanted: &BTreeSet<BTreeSet<Name>>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let source = Source::new(Path::new(Self::FILE), text);
        let file: File = source.parse()?;
        let (mut equivalents, mut problems) = (Self::default(), Vec::new());
        let mut listed = BTreeSet::new();
        for class in &file.class {
            if class.get_ref().because.is_empty() {
                let message = "`because` says why nothing tells them apart".to_owned();
                problems.push(source.at(class, message));
            }
            for (at, served, others) in each(class.get_ref()) {
                let known = std::iter::once(&served).chain(&others);
                if let Some(unknown) = known.into_iter().find(|name| !exists(models, name)) {
                    problems.push(source.at(at, format!("there is no operation {unknown}")));
                    continue;
                }
                let members: BTreeSet<Name> =
                    std::iter::once(&served).chain(&others).cloned().collect();
                if !wanted.contains(&members) {
                    let message = format!("the models have no such class: {}", joined(&members));
                    problems.push(source.at(at, message));
                } else if !listed.insert(members) {
                    problems.push(source.at(at, format!("the class of {served} is there twice")));
                }
                for other in others {
                    equivalents.served.insert(other, served.clone());
                }
            }
        }
        problems.extend(wanted.difference(&listed).map(|members| {
            source.end(format!(
                "no class lists {}, which nothing on the wire tells apart",
                joined(members)
            ))
        }));
        if problems.is_empty() {
            Ok(equivalents)
        } else {
            Err(problems)
        }
    }

    /// The operation that is served in an operation's place; itself where its requests are its own.
    pub(crate) fn canonical<'a>(&'a self, name: &'a Name) -> &'a Name {
        self.served.get(name).unwrap_or(name)
    }
}

/// The single classes of an entry: where each stands, the served operation, and the others.
fn each(class: &Class) -> Vec<(&Spanned<String>, Name, Vec<Name>)> {
    let named = |text: &Spanned<String>, operation: Option<&str>| {
        let (service, named) = match text.get_ref().split_once(':') {
            Some((service, operation)) => (service, Some(operation)),
            None => (text.get_ref().as_str(), None),
        };
        Name {
            service: service.to_owned(),
            operation: named.or(operation).unwrap_or_default().to_owned(),
        }
    };
    let one = |at, operation: Option<&str>| {
        let others = class.others.iter().map(|other| named(other, operation));
        (at, named(&class.served, operation), others.collect())
    };
    if class.operations.is_empty() {
        return vec![one(&class.served, None)];
    }
    class
        .operations
        .iter()
        .map(|operation| one(operation, Some(operation.get_ref())))
        .collect()
}

fn exists(models: &Models, name: &Name) -> bool {
    models
        .services
        .get(&name.service)
        .is_some_and(|model| model.operations.contains_key(&name.operation))
}

fn joined(members: &BTreeSet<Name>) -> String {
    let names: Vec<String> = members.iter().map(ToString::to_string).collect();
    names.join(", ")
}
