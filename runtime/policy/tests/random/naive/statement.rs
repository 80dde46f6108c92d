//! Whether a statement applies: principal, action, resource, conditions.

use serde_json::Value;

use super::condition;
use super::principal::{Named, named, spared};
use super::text::{Sign, matches, parts, signs, stands_for};
use crate::world::World;

pub(super) struct Asked<'a> {
    pub(super) world: &'a World,
}

impl Asked<'_> {
    pub(super) fn denied_by(&self, policy: &Value) -> bool {
        self.applying(policy, "Deny").next().is_some()
    }

    pub(super) fn allowed_by(&self, policy: &Value) -> bool {
        self.applying(policy, "Allow").next().is_some()
    }

    /// How the allows of a resource's policy name who asks.
    pub(super) fn named_by(&self, policy: &Value) -> Vec<Named> {
        self.applying(policy, "Allow")
            .flat_map(|statement| named(&statement["Principal"], self.world))
            .collect()
    }

    fn applying<'p>(&self, policy: &'p Value, effect: &str) -> impl Iterator<Item = &'p Value> {
        self.of(policy)
            .filter(|(_, applies)| *applies)
            .map(|(statement, _)| statement)
            .filter(move |statement| statement["Effect"] == effect)
    }

    /// Each statement of a policy, and whether it applies.
    pub(super) fn of<'p>(&self, policy: &'p Value) -> impl Iterator<Item = (&'p Value, bool)> {
        let variables = policy["Version"] == "2012-10-17";
        let statements = match &policy["Statement"] {
            Value::Array(statements) => statements.iter().collect(),
            one => vec![one],
        };
        statements
            .into_iter()
            .map(move |statement| (statement, self.applies(statement, variables)))
    }

    fn applies(&self, statement: &Value, variables: bool) -> bool {
        let has = |name: &str| statement.get(name);
        let principal = match (has("Principal"), has("NotPrincipal")) {
            (Some(element), _) => !named(element, self.world).is_empty(),
            (_, Some(element)) => !spared(element, self.world),
            _ => true,
        };
        let action = match (has("Action"), has("NotAction")) {
            (Some(element), _) => self.lists_action(element),
            (_, Some(element)) => !self.lists_action(element),
            _ => false,
        };
        let resource = match (has("Resource"), has("NotResource")) {
            (Some(element), _) => self.lists_resource(element, variables),
            (_, Some(element)) => !self.lists_resource(element, variables),
            _ => true,
        };
        principal
            && action
            && resource
            && has("Condition")
                .is_none_or(|element| condition::holds(element, variables, &self.world.context))
    }

    fn lists_action(&self, element: &Value) -> bool {
        let action = self.world.action.to_lowercase();
        each(element).iter().any(|entry| {
            let pattern = signs(
                &entry.to_lowercase(),
                true,
                false,
                &crate::world::Context::default(),
            );
            matches(pattern, &action)
        })
    }

    fn lists_resource(&self, element: &Value, variables: bool) -> bool {
        each(element).iter().any(|entry| {
            if entry == "*" {
                return true;
            }
            self.world.resource != "*" && self.is_resource(entry, variables)
        })
    }

    /// A wildcard stays within its part, but for an asterisk at the part's end, which may go on.
    fn is_resource(&self, entry: &str, variables: bool) -> bool {
        let mut pattern = Vec::new();
        for (index, part) in parts(entry, variables).iter().enumerate() {
            let Some(part) = signs(part, true, variables, &self.world.context) else {
                return false;
            };
            if index > 0 {
                pattern.push(Piece::Colon);
            }
            let last = part.len().saturating_sub(1);
            pattern.extend(
                part.iter()
                    .enumerate()
                    .map(|(at, sign)| match (sign, index < 5) {
                        (Sign::AnyText, true) if at < last => Piece::AnyWithin,
                        (Sign::AnyOne, true) => Piece::OneWithin,
                        (sign, _) => Piece::Sign(*sign),
                    }),
            );
        }
        let text: Vec<char> = self.world.resource.chars().collect();
        reaches(&pattern, &text)
    }
}

/// A sign of a whole ARN.
enum Piece {
    Sign(Sign),
    Colon,
    AnyWithin,
    OneWithin,
}

fn reaches(pattern: &[Piece], text: &[char]) -> bool {
    let next = |skip: usize| reaches(&pattern[1..], &text[skip..]);
    let within = |count: usize| text[..count].iter().all(|letter| *letter != ':');
    match pattern.first() {
        None => text.is_empty(),
        Some(Piece::Colon) => text.first() == Some(&':') && next(1),
        Some(Piece::AnyWithin) => (0..=text.len()).any(|count| within(count) && next(count)),
        Some(Piece::OneWithin) => !text.is_empty() && within(1) && next(1),
        Some(Piece::Sign(Sign::AnyText)) => (0..=text.len()).any(next),
        Some(Piece::Sign(sign)) => !text.is_empty() && stands_for(&[*sign], &text[..1]) && next(1),
    }
}

/// The entries of an element that holds one or many.
pub(super) fn each(element: &Value) -> Vec<String> {
    match element {
        Value::Array(entries) => entries.iter().flat_map(each).collect(),
        Value::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    }
}
