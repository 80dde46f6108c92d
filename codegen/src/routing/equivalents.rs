//! `models/overlays/equivalents.toml`: operations that nothing on the wire tells apart, and which of
//! them is served.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use super::{Name, Source};
use crate::model::{Models, ShapeKind};
use crate::permissions::Diagnostic;

/// For each operation that is served as another one, that other one.
#[derive(Debug, Default)]
pub(crate) struct Equivalents {
    served: BTreeMap<Name, Name>,
    /// Those that keep their own permissions.
    apart: BTreeSet<Name>,
    /// The line that speaks of each.
    lines: BTreeMap<Name, usize>,
    /// For an operation that is served in another one's place, that one and the member of its body that tells it.
    rivals: BTreeMap<Name, (String, Name)>,
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
    /// How they are told apart after all, so that each keeps its own permissions; else all have those of the one served.
    apart: Option<String>,
    /// A member that the other one requires in its body, and the served one does not have.
    told_by: Option<Spanned<String>>,
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
            if class.get_ref().because.is_empty() || class.get_ref().apart.as_deref() == Some("") {
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
                if let Some(member) = &class.get_ref().told_by {
                    match others.as_slice() {
                        [other] if tells(models, member.get_ref(), other, &served) => {
                            let rival = (member.get_ref().clone(), other.clone());
                            equivalents.rivals.insert(served.clone(), rival);
                        }
                        _ => {
                            let message = format!(
                                "`told_by` names a member that one other operation requires in its body and {served} \
                                 does not have"
                            );
                            problems.push(source.at(member, message));
                        }
                    }
                }
                for other in others {
                    let line = source.at(at, String::new()).line;
                    equivalents.lines.insert(other.clone(), line);
                    if class.get_ref().apart.is_some() || class.get_ref().told_by.is_some() {
                        equivalents.apart.insert(other.clone());
                    }
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

    /// The operation that a member of the body tells from this one, and the member.
    pub(crate) fn rival(&self, name: &Name) -> Option<&(String, Name)> {
        self.rivals.get(name)
    }

    /// The operations that have the permissions of those that are served in their place, with these.
    pub(crate) fn taken(&self) -> impl Iterator<Item = (&Name, &Name)> {
        self.served
            .iter()
            .filter(|(other, _)| !self.apart.contains(other))
    }

    /// A diagnostic about an operation of a class.
    pub(crate) fn diagnostic(&self, other: &Name, message: String) -> Diagnostic {
        Diagnostic {
            file: Path::new(Self::FILE).to_owned(),
            line: self.lines.get(other).copied().unwrap_or_default(),
            message,
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

/// Whether an operation requires a member in its body, and another one does not have it.
fn tells(models: &Models, member: &str, operation: &Name, other: &Name) -> bool {
    let input = |name: &Name| {
        let model = models.services.get(&name.service)?;
        let input = model.operations.get(&name.operation)?.input.as_ref()?;
        let shape = model.shapes.get(input)?;
        match &shape.kind {
            ShapeKind::Structure(members) => Some((shape, members)),
            _ => None,
        }
    };
    let required = input(operation).is_some_and(|(shape, members)| {
        shape.required.iter().any(|name| name == member)
            && members
                .get(member)
                .is_some_and(|found| found.location.is_none())
    });
    required && input(other).is_none_or(|(_, members)| !members.contains_key(member))
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
