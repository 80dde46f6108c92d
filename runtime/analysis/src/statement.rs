//! A statement taken apart: its elements and condition clauses, each with its places.

use stockade_policy::language::Operator;

use crate::finding::{Spot, Step};
use crate::node::{Member, Node, Value};

/// A statement.
pub(crate) struct Statement<'n> {
    pub(crate) spot: Spot,
    pub(crate) node: &'n Node,
    pub(crate) members: &'n [Member],
    /// `None` where it is missing or neither.
    pub(crate) allows: Option<bool>,
    pub(crate) actions: Option<Element<'n>>,
    pub(crate) resources: Option<Element<'n>>,
    /// `Principal` or `NotPrincipal`, its entries by their kinds.
    pub(crate) principal: Option<Element<'n>>,
    pub(crate) clauses: Vec<Clause<'n>>,
}

/// An element that can be negated.
pub(crate) struct Element<'n> {
    pub(crate) negated: bool,
    pub(crate) value: &'n Node,
    pub(crate) spot: Spot,
    /// Its strings.
    pub(crate) entries: Vec<Entry<'n>>,
}

/// One string of an element.
#[derive(Clone)]
pub(crate) struct Entry<'n> {
    /// The kind of principal; empty elsewhere.
    pub(crate) kind: &'n str,
    pub(crate) text: &'n str,
    pub(crate) spot: Spot,
}

/// An operator with one of its keys.
pub(crate) struct Clause<'n> {
    pub(crate) name: &'n str,
    pub(crate) operator: Option<Operator>,
    pub(crate) key: &'n str,
    pub(crate) key_spot: Spot,
    pub(crate) value: &'n Node,
    pub(crate) value_spot: Spot,
    /// Its values in their JSON form, strings without quotes.
    pub(crate) values: Vec<Entry<'n>>,
}

impl Spot {
    pub(crate) fn at_value(&self, member: &Member) -> Self {
        self.step(Step::Value(member.key.clone()), &member.value)
    }

    pub(crate) fn at_key(&self, member: &Member) -> Self {
        let mut path = self.path.clone();
        path.push(Step::Key(member.key.clone()));
        Self {
            path,
            span: member.key_span.clone(),
        }
    }

    pub(crate) fn at_item(&self, index: usize, node: &Node) -> Self {
        self.step(Step::Index(index), node)
    }

    fn step(&self, step: Step, node: &Node) -> Self {
        let mut path = self.path.clone();
        path.push(step);
        Self {
            path,
            span: node.span.clone(),
        }
    }
}

impl<'n> Statement<'n> {
    pub(crate) fn read(spot: Spot, node: &'n Node, members: &'n [Member]) -> Self {
        let allows = member(members, "Effect").and_then(|effect| match effect.value.text() {
            Some("Allow") => Some(true),
            Some("Deny") => Some(false),
            _ => None,
        });
        Self {
            allows,
            actions: either(&spot, members, "Action", "NotAction"),
            resources: either(&spot, members, "Resource", "NotResource"),
            principal: either(&spot, members, "Principal", "NotPrincipal"),
            clauses: member(members, "Condition")
                .map(|condition| clauses(&spot.at_value(condition), &condition.value))
                .unwrap_or_default(),
            spot,
            node,
            members,
        }
    }

    /// Whether it is one of a trust policy, as far as its actions tell.
    pub(crate) fn is_about(&self, prefix: &str) -> bool {
        let actions = self.actions.as_ref();
        actions.is_some_and(|actions| {
            !actions.entries.is_empty()
                && actions.entries.iter().all(|action| {
                    let named = action.text.split_once(':').map(|(prefix, _)| prefix);
                    named.is_some_and(|named| named.eq_ignore_ascii_case(prefix))
                })
        })
    }

    /// The prefixes of its actions.
    pub(crate) fn prefixes(&self) -> Vec<String> {
        let actions = self.actions.iter().flat_map(|actions| &actions.entries);
        let mut prefixes: Vec<String> = actions
            .filter_map(|action| action.text.split_once(':'))
            .map(|(prefix, _)| prefix.to_ascii_lowercase())
            .collect();
        prefixes.sort();
        prefixes.dedup();
        prefixes
    }

    /// Whether a condition reads one of these keys.
    pub(crate) fn has_key(&self, keys: &[&str]) -> bool {
        let is_one = |clause: &Clause<'_>| crate::tables::is_one(keys, clause.key);
        self.clauses.iter().any(is_one)
    }

    /// Principals of a kind.
    pub(crate) fn principals(&self, kind: &str) -> impl Iterator<Item = &Entry<'n>> {
        let entries = self.principal.iter().flat_map(|element| &element.entries);
        entries.filter(move |entry| entry.kind == kind)
    }
}

/// The first member of a name.
pub(crate) fn member<'n>(members: &'n [Member], name: &str) -> Option<&'n Member> {
    members.iter().find(|member| member.key == name)
}

fn either<'n>(
    spot: &Spot,
    members: &'n [Member],
    plain: &'static str,
    negative: &'static str,
) -> Option<Element<'n>> {
    let found = |name| member(members, name);
    let (negated, member) = match (found(plain), found(negative)) {
        (Some(member), _) => (false, member),
        (None, Some(member)) => (true, member),
        (None, None) => return None,
    };
    let spot = spot.at_value(member);
    let entries = match &member.value.value {
        Value::Object(kinds) if plain == "Principal" => kinds
            .iter()
            .flat_map(|kind| entries(&kind.key, &spot.at_value(kind), &kind.value))
            .collect(),
        _ => entries("", &spot, &member.value),
    };
    Some(Element {
        negated,
        value: &member.value,
        spot,
        entries,
    })
}

fn entries<'n>(kind: &'n str, spot: &Spot, node: &'n Node) -> Vec<Entry<'n>> {
    spots(spot, node)
        .filter_map(|(spot, item)| {
            Some(Entry {
                kind,
                text: item.text()?,
                spot,
            })
        })
        .collect()
}

/// The items of a list with their places, or the value with its own.
pub(crate) fn spots<'n>(spot: &Spot, node: &'n Node) -> impl Iterator<Item = (Spot, &'n Node)> {
    let (listed, spot) = (node.is_list(), spot.clone());
    node.items().iter().enumerate().map(move |(index, item)| {
        let place = if listed {
            spot.at_item(index, item)
        } else {
            spot.clone()
        };
        (place, item)
    })
}

fn clauses<'n>(spot: &Spot, condition: &'n Node) -> Vec<Clause<'n>> {
    let mut clauses = Vec::new();
    for block in condition.members().unwrap_or_default() {
        let spot = spot.at_value(block);
        for key in block.value.members().unwrap_or_default() {
            let value_spot = spot.at_value(key);
            let values = spots(&value_spot, &key.value).filter_map(|(spot, item)| {
                let text = match &item.value {
                    Value::Text(text) | Value::Number(text) => text,
                    Value::Bool(true) => "true",
                    Value::Bool(false) => "false",
                    _ => return None,
                };
                Some(Entry {
                    kind: "",
                    text,
                    spot,
                })
            });
            clauses.push(Clause {
                name: &block.key,
                operator: Operator::parse(&block.key),
                key: &key.key,
                key_spot: spot.at_key(key),
                values: values.collect(),
                value: &key.value,
                value_spot,
            });
        }
    }
    clauses
}
