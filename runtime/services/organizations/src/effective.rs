//! Effective policies: what the management policies of a line from the root to an account come to
//! ("Inheritance operators", "Inheritance examples", AWS Organizations User Guide).
//!
//! Levels are merged from the root down, and policies of one level in the order in which they were
//! attached. An operator on a setting that a level above made is held to what that setting allows its
//! children; one that makes a setting, to what the nearest setting around it allows.

use serde_json::{Map, Value};

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

/// A setting, and those within it.
#[derive(Debug)]
struct Setting {
    value: Option<Value>,
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
            assigned_at: None,
            for_children: Allowed::ALL,
            now,
            within: Vec::new(),
        }
    }

    fn apply(&mut self, policy: &Map<String, Value>, level: usize) {
        for (name, value) in policy {
            match name.as_str() {
                ASSIGN | APPEND | REMOVE => self.set(name, value, level),
                FOR_CHILDREN => self.for_children = self.for_children.and(Allowed::read(value)),
                _ => {
                    if let Value::Object(inner) = value {
                        self.enter(name).apply(inner, level);
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

    fn set(&mut self, operator: &str, value: &Value, level: usize) {
        if !self.now.contains(operator) {
            return;
        }
        let given = || match value {
            Value::Array(all) => all.clone(),
            one => vec![one.clone()],
        };
        match (operator, &mut self.value) {
            (ASSIGN, _) if self.assigned_at == Some(level) => {}
            (ASSIGN, held) => {
                *held = Some(value.clone());
                self.assigned_at = Some(level);
            }
            (APPEND, Some(Value::Array(held))) => {
                for one in given() {
                    if !held.contains(&one) {
                        held.push(one);
                    }
                }
            }
            (APPEND, held @ None) => *held = Some(Value::Array(given())),
            (_, Some(Value::Array(held))) => {
                let gone = given();
                held.retain(|one| !gone.contains(one));
            }
            _ => {}
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
    fn into_value(self) -> Option<Value> {
        match self.value {
            Some(Value::Array(values)) if values.is_empty() => None,
            Some(value) => Some(value),
            None => {
                let within: Map<String, Value> = self
                    .within
                    .into_iter()
                    .filter_map(|(name, setting)| Some((name, setting.into_value()?)))
                    .collect();
                (!within.is_empty()).then_some(Value::Object(within))
            }
        }
    }
}

/// What policies come to: those of each level, the root's first.
pub(crate) fn merge(levels: &[Vec<Map<String, Value>>]) -> Value {
    let mut root = Setting::new(Allowed::ALL);
    for (level, policies) in levels.iter().enumerate() {
        for policy in policies {
            root.apply(policy, level);
        }
        root.descend();
    }
    root.into_value()
        .unwrap_or_else(|| Value::Object(Map::new()))
}

#[cfg(test)]
mod tests {
    use std::slice::from_ref;

    use pretty_assertions::assert_eq;
    use serde_json::json;

    use super::*;

    /// "Inheritance examples": each level a list of policies.
    fn merged(levels: &[&[Value]]) -> Value {
        let levels: Vec<Vec<_>> = levels
            .iter()
            .map(|level| level.iter().filter_map(Value::as_object).cloned().collect())
            .collect();
        merge(&levels)
    }

    fn of_cost_center(rest: Value) -> Value {
        let mut of = json!({"tag_key": {"@@assign": "CostCenter"}});
        of.as_object_mut()
            .unwrap()
            .extend(rest.as_object().unwrap().clone());
        json!({"tags": {"costcenter": of}})
    }

    fn a() -> Value {
        of_cost_center(json!({"tag_value": {"@@assign": ["Development", "Support"]}}))
    }

    fn c() -> Value {
        of_cost_center(json!({
            "tag_value": {"@@append": ["Marketing"]},
            "enforced_for": {"@@append": ["redshift:*", "dynamodb:table"]},
        }))
    }

    #[test]
    fn example_1_children_overwrite() {
        let b = of_cost_center(json!({
            "tag_value": {"@@assign": ["Sandbox"]},
            "enforced_for": {"@@assign": ["redshift:*", "dynamodb:table"]},
        }));
        assert_eq!(
            merged(&[&[a()], &[b]]),
            json!({"tags": {"costcenter": {
                "tag_key": "CostCenter",
                "tag_value": ["Sandbox"],
                "enforced_for": ["redshift:*", "dynamodb:table"],
            }}})
        );
    }

    #[test]
    fn example_2_children_append() {
        assert_eq!(
            merged(&[&[a()], &[c()]]),
            json!({"tags": {"costcenter": {
                "tag_key": "CostCenter",
                "tag_value": ["Development", "Support", "Marketing"],
                "enforced_for": ["redshift:*", "dynamodb:table"],
            }}})
        );
    }

    #[test]
    fn example_3_children_remove() {
        let d = of_cost_center(json!({
            "tag_value": {"@@remove": ["Development", "Marketing"]},
            "enforced_for": {"@@remove": ["redshift:*", "dynamodb:table"]},
        }));
        assert_eq!(
            merged(&[&[a()], &[c()], &[d]]),
            json!({"tags": {"costcenter": {"tag_key": "CostCenter", "tag_value": ["Support"]}}})
        );
    }

    #[test]
    fn example_4_children_are_restricted() {
        let e = json!({"tags": {"project": {
            "tag_key": {"@@operators_allowed_for_child_policies": ["@@none"], "@@assign": "Project"},
            "tag_value": {
                "@@operators_allowed_for_child_policies": ["@@append"],
                "@@assign": ["Maintenance", "Escalations"],
            },
        }}});
        let f = json!({"tags": {"project": {
            "tag_key": {"@@assign": "PROJECT"},
            "tag_value": {"@@append": ["Escalations - research"]},
        }}});
        let expected = json!({"tags": {"project": {
            "tag_key": "Project",
            "tag_value": ["Maintenance", "Escalations", "Escalations - research"],
        }}});
        assert_eq!(merged(&[from_ref(&e), from_ref(&f)]), expected);
        // "you can't reverse that rule in a child policy"
        let looser = json!({"tags": {"project": {
            "tag_value": {"@@operators_allowed_for_child_policies": ["@@all"]},
        }}});
        let remover = json!({"tags": {"project": {"tag_value": {"@@remove": ["Maintenance"]}}}});
        assert_eq!(merged(&[&[e], &[looser, f], &[remover]]), expected);
    }

    #[test]
    fn example_5_controls_of_one_level_intersect() {
        let g = json!({"tags": {"project": {"tag_value": {
            "@@operators_allowed_for_child_policies": ["@@append"],
            "@@assign": ["Maintenance"],
        }}}});
        let h = json!({"tags": {"project": {"tag_value": {
            "@@operators_allowed_for_child_policies": ["@@append", "@@remove"],
        }}}});
        let child = json!({"tags": {"project": {"tag_value": {
            "@@remove": ["Maintenance"],
            "@@append": ["Research"],
        }}}});
        let expected = json!({"tags": {"project": {"tag_value": ["Maintenance", "Research"]}}});
        assert_eq!(
            merged(&[&[g.clone(), h.clone()], from_ref(&child)]),
            expected
        );
        assert_eq!(merged(&[&[h, g], &[child]]), expected);
    }

    #[test]
    fn example_6_the_first_of_one_level_stands() {
        let j = json!({"tags": {"project": {
            "tag_key": {"@@assign": "PROJECT"},
            "tag_value": {"@@append": ["Maintenance"]},
        }}});
        let k = json!({"tags": {"project": {"tag_key": {"@@assign": "project"}}}});
        assert_eq!(
            merged(&[&[j.clone(), k.clone()]]),
            json!({"tags": {"project": {"tag_key": "PROJECT", "tag_value": ["Maintenance"]}}})
        );
        assert_eq!(merged(&[&[k, j]])["tags"]["project"]["tag_key"], "project");
    }

    /// "AI services opt-out policy syntax and examples": nobody below adds services or changes the default.
    #[test]
    fn a_control_around_keeps_out_what_is_new() {
        let none = json!(["@@none"]);
        let root = json!({"services": {
            "@@operators_allowed_for_child_policies": none,
            "default": {
                "@@operators_allowed_for_child_policies": none,
                "opt_out_policy": {"@@operators_allowed_for_child_policies": none, "@@assign": "optOut"},
            },
        }});
        let child = json!({"services": {
            "default": {"opt_out_policy": {"@@assign": "optIn"}},
            "rekognition": {"opt_out_policy": {"@@assign": "optIn"}},
        }});
        assert_eq!(
            merged(&[&[root], &[child]]),
            json!({"services": {"default": {"opt_out_policy": "optOut"}}})
        );
    }
}
