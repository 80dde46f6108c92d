//! Condition keys by rule: tags, and keys whose member is evident.

mod meaning;

use super::input::{Found, Input, is_scalar, plain};
use crate::model::{Action, Authorization, ShapeKind};
use stockade_spec::template::{Key, KeyValue, Part, Path, Step};

/// The keys of an action that this input evidently sets, sorted.
pub(super) fn evident(action: &Action, reference: &Authorization, input: &Input<'_>) -> Vec<Key> {
    let members = input.members();
    let all = input.all_members();
    let mut keys = Vec::new();
    for listed in listed(action) {
        let name = base(listed);
        match name {
            // The second is what services called it before AWS had a name for all.
            _ if name == "aws:RequestTag/" || name.ends_with(":req-tag/") => {
                if let Some((names, values)) = tags(input) {
                    keys.push(Key {
                        name: name.to_owned(),
                        value: KeyValue::Pairs { names, values },
                    });
                }
            }
            "aws:TagKeys" => {
                if let Some(names) = tags(input)
                    .map(|(names, _)| names)
                    .or_else(|| tag_keys(input))
                {
                    keys.push(Key {
                        name: name.to_owned(),
                        value: KeyValue::Member(names),
                    });
                }
            }
            // Other keys with a name inside are the state's, not the request's.
            _ if name != listed => {}
            _ => {
                let top = members.iter().find_map(|found| means(found, name, input));
                let value = top.map(KeyValue::Member).or_else(|| {
                    let kind = reference.condition_keys.get(listed).map(String::as_str);
                    meaning::of(name, kind.unwrap_or_default(), &all, input)
                });
                if let Some(value) = value {
                    keys.push(Key {
                        name: name.to_owned(),
                        value,
                    });
                }
            }
        }
    }
    keys.sort_by(|a, b| a.name.cmp(&b.name));
    keys.dedup_by(|a, b| a.name == b.name);
    keys
}

/// The keys that a call evidently sets for an action of another service that it depends on: the region, which is the
/// request's, and the tags that it hands on.
pub(super) fn elsewhere(
    action: &Action,
    reference: &Authorization,
    tagging: bool,
    input: &Input<'_>,
) -> Vec<Key> {
    let mut keys: Vec<Key> = if tagging {
        evident(action, reference, input)
            .into_iter()
            .filter(|key| key.name.starts_with("aws:"))
            .collect()
    } else {
        Vec::new()
    };
    if let Some(name) = listed(action).find(|name| *name == "ec2:Region") {
        keys.push(Key {
            name: name.to_owned(),
            value: KeyValue::Template(vec![Part::Region]),
        });
    }
    keys
}

/// The keys that the reference lists for an action, on whichever resource.
pub(crate) fn listed(action: &Action) -> impl Iterator<Item = &str> {
    let of_types = action
        .resource_types
        .values()
        .flat_map(|usage| &usage.condition_keys);
    action
        .condition_keys
        .iter()
        .chain(of_types)
        .map(String::as_str)
}

/// Whether the reference lists a key, as an overlay writes it, for an action.
pub(super) fn lists(action: &Action, key: &str) -> bool {
    listed(action).any(|listed| is(listed, key))
}

/// Whether a key, as an overlay writes it, is among those that the reference has.
pub(super) fn names(listed: &[&str], key: &str) -> bool {
    listed.iter().any(|listed| is(listed, key))
}

/// Whether a prefix has a condition key, as an overlay writes it.
pub(super) fn known(reference: &Authorization, key: &str) -> bool {
    let is_one_of = |known: &str| base(known).ends_with(':') && key.starts_with(base(known));
    let mut known = reference.condition_keys.keys();
    known.any(|known| is(known, key) || is_one_of(known))
}

/// Whether a key of the reference is the one that an overlay writes, or of the family that it writes: one that ends in `:`.
pub(crate) fn is(listed: &str, key: &str) -> bool {
    let listed = base(listed);
    listed.eq_ignore_ascii_case(key) || (key.ends_with(':') && listed.starts_with(key))
}

/// A key, or what it begins with where the reference lists several of a family: `kms:RecipientAttestation:`.
pub(crate) fn family(key: &str) -> &str {
    let mut colons = key.match_indices(':').skip(1);
    colons.next().map_or(key, |(at, _)| &key[..=at])
}

/// A key without the placeholder at its end: `aws:RequestTag/${TagKey}` is `aws:RequestTag/`.
pub(crate) fn base(key: &str) -> &str {
    let end = key
        .find("${")
        .or_else(|| key.find('<'))
        .unwrap_or(key.len());
    &key[..end]
}

/// Whether the member is the one that a key speaks of: by its own name or the name of its header,
/// with and without AWS's prefix.
fn means(found: &Found<'_>, key: &str, input: &Input<'_>) -> Option<Path> {
    let (_, name) = key.split_once(':')?;
    let wanted = plain(name);
    let header = found
        .member
        .location_name
        .as_deref()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let same = plain(found.name) == wanted
        || header == name.to_ascii_lowercase()
        || header
            .strip_prefix("x-amz-")
            .is_some_and(|header| plain(header) == wanted);
    if same { found.values(input) } else { None }
}

/// The names and values of the tags in an input.
pub(super) fn tags(input: &Input<'_>) -> Option<(Path, Path)> {
    const NAMES: [&str; 5] = ["tags", "taglist", "tagset", "tag", "resourcetags"];
    input
        .all_members()
        .iter()
        .filter(|found| found.path.0.len() <= 3 && NAMES.contains(&plain(found.name).as_str()))
        .find_map(|found| match &found.shape.kind {
            ShapeKind::Map { .. } => {
                Some((found.path.then(Step::Keys), found.path.then(Step::Values)))
            }
            ShapeKind::List(_) => {
                let element = input.element(found.shape)?;
                let each = found.path.then(Step::Each);
                Some((pair(element, "key", &each)?, pair(element, "value", &each)?))
            }
            _ => None,
        })
}

/// `Key` or `TagKey` of a tag, and likewise its value.
fn pair(element: &crate::model::Shape, part: &str, at: &Path) -> Option<Path> {
    let ShapeKind::Structure(members) = &element.kind else {
        return None;
    };
    let name = members.keys().find(|name| {
        let name = plain(name);
        name == part || name.strip_prefix("tag") == Some(part)
    })?;
    Some(at.then(Step::Member(name.clone())))
}

/// The keys of the tags that the call takes away.
fn tag_keys(input: &Input<'_>) -> Option<Path> {
    const NAMES: [&str; 4] = ["tagkeys", "tagkeylist", "tagstoremove", "keys"];
    let members = input.members();
    let found = members
        .iter()
        .find(|found| NAMES.contains(&plain(found.name).as_str()))?;
    let element = input.element(found.shape)?;
    is_scalar(element).then(|| found.path.then(Step::Each))
}
