//! Which member a condition key means that has not its very name at the top of the input.

use super::super::input::{Found, Input, plain};
use super::super::kms::key_arn;
use super::super::names::singular;
use crate::model::ShapeKind;
use stockade_spec::template::{KeyValue, Path, Step};

/// Names that say too little to be looked for below the top.
const GENERIC: [&str; 17] = [
    "arn",
    "attribute",
    "delimiter",
    "domain",
    "id",
    "key",
    "method",
    "mode",
    "name",
    "namespace",
    "owner",
    "region",
    "resource",
    "source",
    "status",
    "type",
    "value",
];

/// What a key means: the path that its dots spell; else the one member of its name, wherever it lies; else one by another
/// of the names that keys and members have for the same. `kind`: the key's type; what is compared as an ARN must be one.
pub(super) fn of(
    key: &str,
    kind: &str,
    members: &[Found<'_>],
    input: &Input<'_>,
) -> Option<KeyValue> {
    let (prefix, name) = key.split_once(':')?;
    // EC2's keys tell of resources of many kinds, whose members have the same names: its overlay says which.
    if prefix == "ec2" {
        return None;
    }
    if name.contains('.') {
        let path = members
            .iter()
            .filter(|found| spells(name, &found.path))
            .find_map(|found| found.values(input))?;
        return Some(KeyValue::Member(path));
    }
    let wanted = plain(name);
    if GENERIC.contains(&wanted.as_str()) || wanted.ends_with("tag") {
        return None;
    }
    let is_arn = kind.to_ascii_uppercase().ends_with("ARN");
    let fits = |found: &Found<'_>| !is_arn || singular(&plain(found.name)).ends_with("arn");
    let exact = |found: &Found<'_>| plain(found.name) == wanted && fits(found);
    if let Some(found) = only(members, input, &exact) {
        return Some(KeyValue::Member(found.values(input)?));
    }
    let asked = wanted.strip_prefix("request").unwrap_or(&wanted);
    let asked = asked.strip_prefix("ed").unwrap_or(asked);
    if let Some(stem) = ["kmskeyarn", "kmskey"]
        .iter()
        .find_map(|end| asked.strip_suffix(end))
    {
        let is_key = |found: &Found<'_>| {
            let name = plain(found.name);
            ["kmskeyid", "kmskeyarn", "kmskey"]
                .iter()
                .any(|end| name.strip_suffix(end) == Some(stem))
        };
        let path = only(members, input, &is_key)?.values(input)?;
        return Some(if is_arn {
            KeyValue::Template(key_arn(path))
        } else {
            KeyValue::Member(path)
        });
    }
    let same = |name: &str| {
        SAME.iter()
            .any(|names| names.contains(&asked) && names.contains(&name))
    };
    let found = only(members, input, &|found| {
        let name = plain(found.name);
        let alike = !GENERIC.contains(&asked) && singular(&name) == singular(asked);
        fits(found) && (same(&name) || alike)
    })?;
    Some(KeyValue::Member(found.values(input)?))
}

/// Names for the same, among keys and members.
const SAME: [&[&str]; 3] = [
    &[
        "subnet",
        "subnets",
        "subnetids",
        "vpcsubnets",
        "vpcsubnetids",
    ],
    &[
        "securitygroup",
        "securitygroups",
        "securitygroupids",
        "vpcsecuritygroups",
        "vpcsecuritygroupids",
    ],
    &["vpc", "vpcid", "vpcidentifier"],
];

/// Whether a path's members are what a dotted name spells.
fn spells(name: &str, path: &Path) -> bool {
    let mut members = path.0.iter().filter_map(|step| match step {
        Step::Member(name) => Some(plain(name)),
        _ => None,
    });
    name.split('.')
        .all(|part| members.next() == Some(plain(part)))
        && members.next().is_none()
}

/// The one member with values that this holds for; a nearer one before others, none of several as near.
fn only<'f, 'a>(
    members: &'f [Found<'a>],
    input: &Input<'_>,
    holds: &dyn Fn(&Found<'_>) -> bool,
) -> Option<&'f Found<'a>> {
    let mut all = members
        .iter()
        .filter(|found| found.values(input).is_some() && is_set(found) && holds(found));
    let first = all.next()?;
    let at_top = first.path.0.len() == 1;
    let is_alone = all.all(|other| at_top && other.path.0.len() > 1);
    is_alone.then_some(first)
}

/// Whether a member is of what the call makes or asks for: not of a filter's or a condition's.
fn is_set(found: &Found<'_>) -> bool {
    !found.path.0.iter().any(|step| {
        matches!(step, Step::Member(name) if {
            let name = plain(name);
            ["filter", "condition", "criteria", "expression"].iter().any(|part| name.contains(part))
        })
    }) && !matches!(found.shape.kind, ShapeKind::Timestamp)
}
