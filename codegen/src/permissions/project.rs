//! What one operation needs, asked of another that nothing on the wire tells from it: the members that the other one lacks
//! are absent.

use super::input::Input;
use super::{
    Key, KeyValue, OperationPermissions, Part, Path, Predicate, Requirement, Resource, Source, Step,
};
use stockade_spec::permission::OPAQUE;
use stockade_spec::template::members;

/// What a predicate comes to without the members that are absent.
enum Settled {
    Is(bool),
    Depends(Predicate),
}

/// The permissions of one operation on the input of another; an error is a member that names a resource and is absent.
pub(super) fn project(
    operation: &OperationPermissions,
    input: &Input<'_>,
) -> Result<OperationPermissions, Path> {
    let projector = Projector { input };
    let mut requirements = Vec::new();
    for requirement in &operation.requirements {
        requirements.extend(projector.requirement(requirement)?);
    }
    let follow_ups = operation.follow_ups.iter().filter_map(|follow_up| {
        // What an absent member names does not happen.
        let has_actor = follow_up
            .actor
            .paths()
            .into_iter()
            .all(|path| projector.has(path));
        let requirement = projector.requirement(&follow_up.requirement).ok()??;
        has_actor.then(|| super::FollowUp {
            requirement,
            ..follow_up.clone()
        })
    });
    Ok(OperationPermissions {
        source: Source::Overlay,
        requirements,
        follow_ups: follow_ups.collect(),
        answers: operation
            .answers
            .clone()
            .filter(|path| projector.has_list(path)),
        ..operation.clone()
    })
}

struct Projector<'a> {
    input: &'a Input<'a>,
}

impl Projector<'_> {
    fn has(&self, path: &Path) -> bool {
        self.input.follow(path).is_ok()
    }

    /// Whether the input has a list or map of this path to its elements.
    fn has_list(&self, path: &Path) -> bool {
        match path.0.split_last() {
            Some((Step::Keys, list)) => self.has(&Path(list.to_vec())),
            _ => self.has(path),
        }
    }

    fn requirement(&self, requirement: &Requirement) -> Result<Option<Requirement>, Path> {
        let when = match self.predicate(&requirement.when) {
            Settled::Is(false) => return Ok(None),
            Settled::Is(true) => Predicate::Always,
            Settled::Depends(predicate) => predicate,
        };
        if requirement
            .each
            .as_ref()
            .is_some_and(|list| !self.has_list(list))
        {
            return Ok(None);
        }
        let mut resources = Vec::new();
        for resource in &requirement.resources {
            resources.push(match resource {
                Resource::Template(parts) => Resource::Template(self.parts(parts)?),
                Resource::Resolver(_) => resource.clone(),
            });
        }
        Ok(Some(Requirement {
            resources,
            when,
            keys: requirement
                .keys
                .iter()
                .filter_map(|key| self.key(key))
                .collect(),
            ..requirement.clone()
        }))
    }

    fn parts(&self, parts: &[Part]) -> Result<Vec<Part>, Path> {
        let part = |part: &Part| match part {
            Part::Member { path, default, .. } if !self.has(path) => match default.as_deref() {
                Some(OPAQUE) => Ok(Part::Opaque),
                Some(text) => Ok(Part::Literal(text.to_owned())),
                None => Err(path.clone()),
            },
            other => Ok(other.clone()),
        };
        parts.iter().map(part).collect()
    }

    fn key(&self, key: &Key) -> Option<Key> {
        let value = match &key.value {
            KeyValue::Presence(path) if !self.has(path) => KeyValue::Literal("false".to_owned()),
            KeyValue::Member(path) if !self.has(path) => return None,
            KeyValue::Pairs { names, .. } if !self.has(names) => return None,
            KeyValue::Template(parts) if members(parts).any(|path| !self.has(path)) => {
                KeyValue::Template(self.parts(parts).ok()?)
            }
            other => other.clone(),
        };
        Some(Key {
            name: key.name.clone(),
            value,
        })
    }

    fn predicate(&self, predicate: &Predicate) -> Settled {
        let depends = || Settled::Depends(predicate.clone());
        match predicate {
            Predicate::Always => Settled::Is(true),
            Predicate::Absent(path) if !self.has(path) => Settled::Is(true),
            Predicate::Present(path)
            | Predicate::OneOf(path, _)
            | Predicate::Contains(path, _)
            | Predicate::Begins(path, _)
                if !self.has(path) =>
            {
                Settled::Is(false)
            }
            Predicate::All(all) => self.several(all, false, Predicate::All),
            Predicate::Any(any) => self.several(any, true, Predicate::Any),
            Predicate::Not(inner) => match self.predicate(inner) {
                Settled::Is(is) => Settled::Is(!is),
                Settled::Depends(inner) => Settled::Depends(Predicate::Not(Box::new(inner))),
            },
            _ => depends(),
        }
    }

    /// Predicates that are joined, where one that is `decisive` settles all.
    fn several(
        &self,
        several: &[Predicate],
        decisive: bool,
        join: fn(Vec<Predicate>) -> Predicate,
    ) -> Settled {
        let mut left = Vec::new();
        for one in several {
            match self.predicate(one) {
                Settled::Is(is) if is == decisive => return Settled::Is(decisive),
                Settled::Is(_) => {}
                Settled::Depends(predicate) => left.push(predicate),
            }
        }
        match left.len() {
            0 => Settled::Is(!decisive),
            1 => Settled::Depends(left.remove(0)),
            _ => Settled::Depends(join(left)),
        }
    }
}
