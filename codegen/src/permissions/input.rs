//! An operation's input as the rules see it: its members, near and far, and whether a path exists.

use super::names::common;
use crate::model::{Member, Model, Shape, ShapeKind};
use stockade_spec::template::{Part, Path, Resource, Step};

/// How deep members are looked for by name.
const DEPTH: usize = 5;

/// Members that hold an id or an ARN of whatever the operation is about.
pub(super) const WHATEVER: [&str; 2] = ["resourcename", "resourceid"];

/// An operation's input.
#[derive(Clone, Copy)]
pub(super) struct Input<'a> {
    model: &'a Model,
    shape: Option<&'a Shape>,
}

/// A member found by its name.
pub(super) struct Found<'a> {
    pub(super) path: Path,
    pub(super) name: &'a str,
    pub(super) member: &'a Member,
    pub(super) shape: &'a Shape,
    /// The member is required, and so is all that it lies in.
    pub(super) required: bool,
}

impl Found<'_> {
    /// The name of the member's shape.
    pub(super) fn target(&self) -> &str {
        &self.member.target
    }

    /// The path of the member's text: itself, or each element of a list of texts.
    pub(super) fn values(&self, input: &Input<'_>) -> Option<Path> {
        match &self.shape.kind {
            _ if is_scalar(self.shape) => Some(self.path.clone()),
            ShapeKind::List(_) if input.element(self.shape).is_some_and(is_scalar) => {
                Some(self.path.then(Step::Each))
            }
            _ => None,
        }
    }

    /// Whether the member takes an ARN as well as a name, by its pattern or its own name.
    pub(super) fn takes_arn(&self, input: &Input<'_>) -> bool {
        let shape = input.element(self.shape).unwrap_or(self.shape);
        shape
            .pattern
            .as_deref()
            .is_some_and(|pattern| pattern.contains("arn:"))
            || {
                let name = common(self.name);
                name.ends_with("arn") || WHATEVER.contains(&name.as_str())
            }
    }
}

impl<'a> Input<'a> {
    /// The input of an operation; an operation without one has no members.
    pub(super) fn new(model: &'a Model, shape: Option<&str>) -> Self {
        Self {
            model,
            shape: shape.and_then(|name| model.shapes.get(name)),
        }
    }

    /// Whether the input has every member that the resource mentions.
    pub(super) fn has(&self, resource: &Resource) -> bool {
        let exists = |path: &Path| self.follow(path).is_ok();
        match resource {
            Resource::Resolver(call) => call.arguments.iter().all(exists),
            Resource::Template(parts) => parts.iter().all(|part| match part {
                Part::Member { path, .. } => exists(path),
                _ => true,
            }),
        }
    }

    /// The members of the input itself, by name.
    pub(super) fn members(&self) -> Vec<Found<'a>> {
        let mut found = Vec::new();
        if let Some(shape) = self.shape {
            self.collect(shape, &[], true, 1, &mut found);
        }
        found
    }

    /// Members at any depth, nearest first.
    pub(super) fn all_members(&self) -> Vec<Found<'a>> {
        let mut found = Vec::new();
        if let Some(shape) = self.shape {
            self.collect(shape, &[], true, DEPTH, &mut found);
        }
        found.sort_by_key(|one| one.path.0.len());
        found
    }

    fn collect(
        &self,
        shape: &'a Shape,
        at: &[Step],
        required: bool,
        depth: usize,
        found: &mut Vec<Found<'a>>,
    ) {
        let (ShapeKind::Structure(members) | ShapeKind::Union(members)) = &shape.kind else {
            return;
        };
        for (name, member) in members {
            let Some(target) = self.model.shapes.get(&member.target) else {
                continue;
            };
            let mut steps = at.to_vec();
            steps.push(Step::Member(name.clone()));
            let required = required && shape.required.contains(name);
            if depth > 1 {
                match &target.kind {
                    ShapeKind::List(element) => {
                        let mut steps = steps.clone();
                        steps.push(Step::Each);
                        if let Some(inner) = self.model.shapes.get(&element.target) {
                            self.collect(inner, &steps, false, depth - 1, found);
                        }
                    }
                    _ => self.collect(target, &steps, required, depth - 1, found),
                }
            }
            found.push(Found {
                path: Path(steps),
                name,
                member,
                shape: target,
                required,
            });
        }
    }

    /// What a path leads to; an error names the first step that leads nowhere.
    pub(super) fn follow(&self, path: &Path) -> Result<&'a Shape, String> {
        let mut shape = self
            .shape
            .ok_or_else(|| format!("{path}: the operation has no input"))?;
        for step in &path.0 {
            let target = match (step, &shape.kind) {
                (Step::Member(name), ShapeKind::Structure(members) | ShapeKind::Union(members)) => {
                    &members
                        .get(name)
                        .ok_or_else(|| unknown(path, name, members.keys()))?
                        .target
                }
                (Step::Each, ShapeKind::List(element)) => &element.target,
                (Step::Keys, ShapeKind::Map { key, .. }) => &key.target,
                (Step::Values, ShapeKind::Map { value, .. }) => &value.target,
                (Step::Member(name), _) => {
                    return Err(format!("{path}: {name} is asked of what is no structure"));
                }
                (Step::Each, _) => return Err(format!("{path}: [] follows what is no list")),
                (Step::Keys | Step::Values, _) => {
                    return Err(format!(
                        "{path}: {{keys}} and {{values}} follow what is no map"
                    ));
                }
            };
            shape = self
                .model
                .shapes
                .get(target)
                .ok_or_else(|| format!("{path}: shape {target} is missing"))?;
        }
        Ok(shape)
    }

    /// Whether all members of a path from a step on are required where they lie: a call that has what lies before has the
    /// path's value, unless a list is empty.
    pub(super) fn requires(&self, path: &Path, from: usize) -> bool {
        (from..path.0.len()).all(|at| match &path.0[at] {
            Step::Member(name) => self
                .follow(&Path(path.0[..at].to_vec()))
                .is_ok_and(|shape| shape.required.contains(name)),
            Step::Each | Step::Keys | Step::Values => true,
        })
    }

    /// The shape of a list's elements.
    pub(super) fn element(&self, shape: &'a Shape) -> Option<&'a Shape> {
        match &shape.kind {
            ShapeKind::List(element) => self.model.shapes.get(&element.target),
            _ => None,
        }
    }
}

/// Whether a shape has one value that reads as text.
pub(super) fn is_scalar(shape: &Shape) -> bool {
    matches!(
        shape.kind,
        ShapeKind::String
            | ShapeKind::Timestamp
            | ShapeKind::Boolean
            | ShapeKind::Integer
            | ShapeKind::Long
            | ShapeKind::Float
            | ShapeKind::Double
    )
}

/// A name without case and marks, for comparison: `x-amz-acl` and `XAmzAcl` are one.
pub(super) fn plain(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

fn unknown<'a>(path: &Path, name: &str, members: impl Iterator<Item = &'a String>) -> String {
    let wanted = plain(name);
    let near: Vec<&str> = members
        .map(String::as_str)
        .filter(|member| {
            let member = plain(member);
            member.contains(&wanted) || wanted.contains(&member)
        })
        .collect();
    let hint = if near.is_empty() {
        String::new()
    } else {
        format!("; did you mean {}?", near.join(" or "))
    };
    format!("{path}: there is no member {name}{hint}")
}
