//! "Inheritance examples", and what else the pages on inheritance show.

use std::slice::from_ref;

use pretty_assertions::assert_eq;
use serde_json::json;

use super::*;

/// The policies of each level, called by their places: `p0-0`, `p0-1`, `p1-0`, …
pub(super) fn contributions(levels: &[&[Value]]) -> Vec<Vec<Contribution>> {
    let of = |level: usize, policies: &&[Value]| {
        let policies = policies.iter().filter_map(Value::as_object).enumerate();
        policies
            .map(|(place, content)| Contribution {
                policy: format!("p{level}-{place}"),
                content: content.clone(),
            })
            .collect()
    };
    levels
        .iter()
        .enumerate()
        .map(|(at, it)| of(at, it))
        .collect()
}

/// "Inheritance examples": each level a list of policies.
fn merged(levels: &[&[Value]]) -> Value {
    merge(&contributions(levels)).value().unwrap()
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
