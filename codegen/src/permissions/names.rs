//! Names as the rules compare them: what an operation is about, and which names mean one thing.

use std::collections::HashSet;

use super::input::plain;
use crate::model::{Model, ShapeKind};

/// Verbs of operations that make something.
const MAKES: [&str; 12] = [
    "Create",
    "Run",
    "Start",
    "Request",
    "Allocate",
    "Register",
    "Import",
    "Copy",
    "Put",
    "Provision",
    "Purchase",
    "Submit",
];

/// Words after which an operation's name speaks of something else: `RestoreBoxFromSnapshot`.
const JOINTS: [&str; 9] = ["From", "To", "With", "For", "In", "By", "On", "Of", "Using"];

/// What a name says that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Id,
    Name,
    Arn,
    /// An identifier of any kind, or nothing said.
    Any,
    /// What no id or name stands for: a version, an alias, a date.
    Other,
}

/// A [`plain`] name in the words that references and models share.
pub(super) fn common(name: &str) -> String {
    plain(name).replace("application", "app")
}

/// What a [`common`] name speaks of, and the kind of name that it is: `boxname` is a `box`'s name. A name that is nothing
/// but its kind speaks of nothing.
pub(super) fn stem(name: &str) -> (&str, Kind) {
    const OTHER: [&str; 10] = [
        "alias", "version", "number", "time", "date", "uuid", "revision", "suffix", "type", "label",
    ];
    let kinds = [
        ("identifier", Kind::Any),
        ("name", Kind::Name),
        ("arn", Kind::Arn),
        ("id", Kind::Id),
    ];
    let others = OTHER.into_iter().filter_map(|suffix| {
        let stem = name.strip_suffix(suffix)?;
        (!stem.is_empty()).then_some((stem, Kind::Other))
    });
    kinds
        .into_iter()
        .filter_map(|(suffix, kind)| name.strip_suffix(suffix).map(|stem| (stem, kind)))
        .chain(others)
        .next()
        .unwrap_or((name, Kind::Any))
}

/// One of several: `boxes` is not told from `boxe`, since both sides of a comparison lose the same.
pub(super) fn singular(name: &str) -> String {
    match name.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => name.strip_suffix('s').unwrap_or(name).to_owned(),
    }
}

/// Whether the operation makes what it is about.
pub(super) fn makes(operation: &str) -> bool {
    MAKES.iter().any(|verb| operation.starts_with(verb))
}

/// What an operation is about: its name without its verb and without what follows a joint, in the singular.
pub(super) fn noun(operation: &str) -> String {
    let rest = operation.strip_prefix("Batch").unwrap_or(operation);
    let starts: Vec<usize> = rest
        .char_indices()
        .filter(|(at, c)| *at > 0 && c.is_ascii_uppercase())
        .map(|(at, _)| at)
        .collect();
    let start = starts.first().copied().unwrap_or(rest.len());
    let end = starts
        .iter()
        .skip(1)
        .copied()
        .find(|at| {
            JOINTS.iter().any(|joint| {
                rest[*at..]
                    .strip_prefix(joint)
                    .is_some_and(|after| after.starts_with(|c: char| c.is_ascii_uppercase()))
            })
        })
        .unwrap_or(rest.len());
    singular(&common(&rest[start..end]))
}

/// How well a noun names a type's stem: 0 is not at all.
pub(super) fn relation(noun: &str, stem: &str) -> u8 {
    let stem = singular(stem);
    if noun.is_empty() || stem.is_empty() {
        0
    } else if noun == stem {
        3
    } else if (stem.len() > 2 && noun.ends_with(&stem)) || (noun.len() > 3 && stem.ends_with(noun))
    {
        2
    } else if stem.len() > 3 && noun.starts_with(&stem) {
        1
    } else {
        0
    }
}

/// The names that a model uses, as evidence of which of them are one.
pub(super) struct Vocabulary {
    /// Every member of every structure.
    members: HashSet<String>,
    /// Structures with a plain `Id`.
    numbered: Vec<String>,
    /// What operations require that make nothing: names that are known from then on.
    keys: HashSet<String>,
}

impl Vocabulary {
    pub(super) fn new(model: &Model) -> Self {
        let mut vocabulary = Self {
            members: HashSet::new(),
            numbered: Vec::new(),
            keys: HashSet::new(),
        };
        for (name, shape) in &model.shapes {
            let (ShapeKind::Structure(members) | ShapeKind::Union(members)) = &shape.kind else {
                continue;
            };
            let names = members.keys().map(|member| common(member));
            if members.keys().any(|member| plain(member) == "id") {
                vocabulary.numbered.push(common(name));
            }
            vocabulary.members.extend(names);
        }
        for (name, operation) in &model.operations {
            let input = operation
                .input
                .as_ref()
                .and_then(|input| model.shapes.get(input));
            if let Some(shape) = input
                && !makes(name)
            {
                let required = shape.required.iter().map(|member| common(member));
                vocabulary.keys.extend(required);
            }
        }
        vocabulary
    }

    /// Whether a member of one kind can stand for a placeholder of another. A name is no id where the model knows both,
    /// and where nothing is asked for by its name: the service then makes ids of its own.
    pub(super) fn stands_for(&self, member: Kind, placeholder: Kind, of: &str) -> bool {
        match (member, placeholder) {
            (Kind::Name, Kind::Id) => {
                !self.has_ids(of)
                    && (self.keys.contains(&format!("{of}name")) || self.keys.contains("name"))
            }
            (Kind::Id, Kind::Name) => !self.members.contains(&format!("{of}name")),
            (Kind::Other, _) | (_, Kind::Other) => false,
            _ => true,
        }
    }

    /// Whether the model knows ids of what a stem speaks of.
    fn has_ids(&self, stem: &str) -> bool {
        /// How much longer a structure's name is: `BoxDescription` is a box.
        const TAIL: usize = 11;
        self.members.contains(&format!("{stem}id"))
            || self.numbered.iter().any(|name| {
                let name = ["get", "describe", "create"]
                    .iter()
                    .find_map(|verb| name.strip_prefix(verb))
                    .unwrap_or(name);
                name.strip_prefix(stem)
                    .is_some_and(|tail| tail.len() <= TAIL)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_about_its_noun() {
        for (operation, about) in [
            ("CreateBox", "box"),
            ("BatchGetProjects", "project"),
            ("ListPolicies", "policy"),
            ("RestoreDBClusterFromSnapshot", "dbcluster"),
            ("RestoreDBClusterToPointInTime", "dbcluster"),
            (
                "AssociateWirelessDeviceWithMulticastGroup",
                "wirelessdevice",
            ),
            ("DescribeTopic", "topic"),
            ("ListApplicationVersions", "appversion"),
            ("Publish", ""),
        ] {
            assert_eq!(noun(operation), about, "{operation}");
        }
    }

    #[test]
    fn stems_have_kinds() {
        assert_eq!(stem("boxname"), ("box", Kind::Name));
        assert_eq!(stem("boxidentifier"), ("box", Kind::Any));
        assert_eq!(stem("id"), ("", Kind::Id));
        assert_eq!(stem("box"), ("box", Kind::Any));
        assert_eq!(stem("boxalias"), ("box", Kind::Other));
        assert_eq!(stem("alias"), ("alias", Kind::Any));
    }

    #[test]
    fn nouns_name_types() {
        assert_eq!(relation("dbcluster", "cluster"), 2);
        assert_eq!(relation("rule", "telemetryrule"), 2);
        assert_eq!(relation("box", "box"), 3);
        assert_eq!(relation("boxversion", "box"), 0);
        assert_eq!(relation("clusterversion", "cluster"), 1);
    }
}
