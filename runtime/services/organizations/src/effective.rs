//! Effective policies: what the management policies of a line from the root to an account come to
//! ("Inheritance operators", "Inheritance examples", AWS Organizations User Guide).
//!
//! Levels are merged from the root down, and policies of one level in the order in which they were
//! attached. An operator on a setting that a level above made is held to what that setting allows its
//! children; one that makes a setting, to what the nearest setting around it allows.

mod faults;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

pub(crate) use faults::{Fault, find as find_faults};

pub(crate) const ASSIGN: &str = "@@assign";
pub(crate) const APPEND: &str = "@@append";
pub(crate) const REMOVE: &str = "@@remove";
/// Which of those policies of the levels below may use.
pub(crate) const FOR_CHILDREN: &str = "@@operators_allowed_for_child_policies";

/// A set of the operators that set values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Allowed(u8);

impl Allowed {
    const ALL: Self = Self(0b111);

    fn of(operator: &str) -> Self {
        Self(match operator {
            ASSIGN => 0b001,
            APPEND => 0b010,
            REMOVE => 0b100,
            "@@all" => 0b111,
            _ => 0,
        })
    }

    fn read(names: &Value) -> Self {
        let names: &[Value] = match names {
            Value::Array(all) => all,
            one => std::slice::from_ref(one),
        };
        let sets = names.iter().filter_map(Value::as_str).map(Self::of);
        sets.fold(Self(0), |all, set| Self(all.0 | set.0))
    }

    fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    fn contains(self, operator: &str) -> bool {
        self.0 & Self::of(operator).0 != 0
    }
}

/// A policy that takes part in an effective policy.
#[derive(Debug)]
pub(crate) struct Contribution {
    pub(crate) policy: String,
    pub(crate) content: Map<String, Value>,
}

/// A setting, and those within it.
#[derive(Debug)]
pub(crate) struct Setting {
    value: Option<Value>,
    /// The policies that made the value what it is.
    by: Vec<String>,
    /// The level that assigned the value last: the first policy of a level that does stands.
    assigned_at: Option<usize>,
    /// What levels below the present one may do.
    for_children: Allowed,
    /// What the present level may do.
    now: Allowed,
    within: Vec<(String, Setting)>,
}

impl Setting {
    /// A setting that the present level makes within one that allows it this much.
    fn new(now: Allowed) -> Self {
        Self {
            value: None,
            by: Vec::new(),
            assigned_at: None,
            for_children: Allowed::ALL,
            now,
            within: Vec::new(),
        }
    }

    fn apply(&mut self, policy: &str, content: &Map<String, Value>, level: usize) {
        for (name, value) in content {
            match name.as_str() {
                ASSIGN | APPEND | REMOVE => self.set(policy, (name, value), level),
                FOR_CHILDREN => self.for_children = self.for_children.and(Allowed::read(value)),
                _ => {
                    if let Value::Object(inner) = value {
                        self.enter(name).apply(policy, inner, level);
                    }
                }
            }
        }
    }

    fn enter(&mut self, name: &str) -> &mut Self {
        let place = self.within.iter().position(|(known, _)| known == name);
        let place = place.unwrap_or_else(|| {
            self.within.push((name.to_owned(), Self::new(self.now)));
            self.within.len() - 1
        });
        &mut self.within[place].1
    }

    fn set(&mut self, policy: &str, (operator, value): (&str, &Value), level: usize) {
        let given = || match value {
            Value::Array(all) => all.clone(),
            one => vec![one.clone()],
        };
        let is_decided = operator == ASSIGN && self.assigned_at == Some(level);
        if is_decided || !self.now.contains(operator) {
            return;
        }
        match (operator, &mut self.value) {
            (ASSIGN, held) => {
                *held = Some(value.clone());
                self.assigned_at = Some(level);
                self.by.clear();
            }
            (APPEND, Some(Value::Array(held))) => {
                for one in given() {
                    if !held.contains(&one) {
                        held.push(one);
                    }
                }
            }
            (APPEND, held @ None) => *held = Some(Value::Array(given())),
            (REMOVE, Some(Value::Array(held))) => {
                let gone = given();
                held.retain(|one| !gone.contains(one));
            }
            _ => return,
        }
        if !self.by.iter().any(|known| known == policy) {
            self.by.push(policy.to_owned());
        }
    }

    /// A level ends: what it allows binds those below, and is never given back.
    fn descend(&mut self) {
        self.now = self.now.and(self.for_children);
        for (_, setting) in &mut self.within {
            setting.descend();
        }
    }

    /// The setting without operators; `None` if there is nothing in it.
    pub(crate) fn value(&self) -> Option<Value> {
        match &self.value {
            Some(Value::Array(values)) if values.is_empty() => None,
            Some(value) => Some(value.clone()),
            None => {
                let within: Map<String, Value> = self
                    .within
                    .iter()
                    .filter_map(|(name, setting)| Some((name.clone(), setting.value()?)))
                    .collect();
                (!within.is_empty()).then_some(Value::Object(within))
            }
        }
    }
}

/// What policies come to: those of each level, the root's first.
pub(crate) fn merge(levels: &[Vec<Contribution>]) -> Setting {
    let mut root = Setting::new(Allowed::ALL);
    for (level, contributions) in levels.iter().enumerate() {
        for Contribution { policy, content } in contributions {
            root.apply(policy, content, level);
        }
        root.descend();
    }
    root
}
