//! The resources of all of an action's types together: which a call is always about, and which only when it names them.

use super::one::{Instead, OneType};
use super::*;

impl Binder<'_> {
    pub(super) fn bind(&self, types: &[(&str, bool)]) -> Resources {
        let mut always: Vec<Resource> = Vec::new();
        let mut sometimes: Vec<(Resource, Path)> = Vec::new();
        // Required, but named by an optional member.
        let mut wanting: Vec<(Resource, Path)> = Vec::new();
        let mut either: Vec<(Path, Resource, Instead)> = Vec::new();
        let mut subject = Vec::new();
        let names: Vec<&str> = types.iter().map(|(name, _)| *name).collect();
        let about = self.about(&names, 1);
        for (name, required) in types {
            let is_subject = about == Some(*name);
            let alone = types.len() == 1 && !self.strict;
            let bound = self.one_type(name, &names, is_subject, alone);
            let resource = match bound {
                Some(OneType {
                    resource,
                    optional: Some(path),
                    instead: Some(mut instead),
                }) => {
                    if is_subject {
                        subject.push(resource.clone());
                    }
                    if *required {
                        // Without either the call is refused.
                        instead.optional = None;
                    }
                    either.push((path, resource, instead));
                    continue;
                }
                Some(OneType {
                    resource,
                    optional: Some(path),
                    ..
                }) => {
                    let opposite = self.opposite(&resource, &path);
                    let named = if *required {
                        &mut wanting
                    } else {
                        &mut sometimes
                    };
                    named.push((resource.clone(), path));
                    named.extend(opposite);
                    resource
                }
                Some(OneType { resource, .. }) => {
                    always.push(resource.clone());
                    resource
                }
                None if *required || (self.lists && is_subject) => {
                    let resource = self.unnamed(name, &names, is_subject, alone);
                    always.push(resource.clone());
                    resource
                }
                None => continue,
            };
            if is_subject {
                subject.push(resource);
            }
        }
        let names_always = either
            .iter()
            .any(|(.., instead)| instead.optional.is_none());
        let is_one_of_several = wanting.len() > 1;
        if always.is_empty() && !names_always && !is_one_of_several {
            always.extend(wanting.into_iter().map(|(resource, _)| resource));
        } else {
            // The call is about something else first, and about this where it names it.
            sometimes.extend(wanting);
        }
        dedup(&mut always);
        sometimes.retain(|(resource, _)| !always.contains(resource));
        let mut bound = Vec::new();
        let mut optional: Vec<Path> = sometimes.iter().map(|(_, path)| path.clone()).collect();
        for (path, resource, instead) in either {
            bound.push(Bound {
                resources: vec![resource],
                when: Predicate::Present(path.clone()),
            });
            let absent = Predicate::Absent(path.clone());
            optional.push(path);
            bound.push(Bound {
                resources: vec![instead.resource],
                when: match instead.optional {
                    None => absent,
                    Some(other) => {
                        optional.push(other.clone());
                        Predicate::All(vec![absent, Predicate::Present(other)])
                    }
                },
            });
        }
        if !always.is_empty() || optional.is_empty() {
            if always.is_empty() && !types.is_empty() && self.names_something() {
                // One of the types is meant; which, and which of its resources, only the state knows.
                self.leave(ANY_TYPE, "");
                always.push(Resource::Template(vec![Part::Opaque]));
            }
            bound.push(Bound {
                resources: always,
                when: Predicate::Always,
            });
        } else if !names_always {
            // One of those that the reference requires is meant; a call that names none does not say which.
            let unnamed = is_one_of_several.then_some(Resource::Template(vec![Part::Opaque]));
            bound.push(Bound {
                resources: unnamed.into_iter().collect(),
                when: absent(optional),
            });
        }
        let mut grouped: Vec<(Path, Vec<Resource>)> = Vec::new();
        for (resource, path) in sometimes {
            match grouped.iter_mut().find(|(known, _)| *known == path) {
                Some((_, resources)) if resources.contains(&resource) => {}
                Some((_, resources)) => resources.push(resource),
                None => grouped.push((path, vec![resource])),
            }
        }
        bound.extend(grouped.into_iter().map(|(path, resources)| Bound {
            resources,
            when: Predicate::Present(path),
        }));
        Resources { bound, subject }
    }

    /// What a call takes away of what it names to add, or the other way round: `RemoveSubnetIds` of `AddSubnetIds`.
    pub(super) fn opposite(&self, resource: &Resource, path: &Path) -> Option<(Resource, Path)> {
        let ([Step::Member(name)], Resource::Template(parts)) = (path.0.as_slice(), resource)
        else {
            return None;
        };
        let swapped =
            [("Add", "Remove"), ("Remove", "Add")].map(|(one, other)| name.replacen(one, other, 1));
        let opposite = self
            .members
            .iter()
            .find(|found| found.name != name && swapped.iter().any(|name| name == found.name))?;
        let mut parts = parts.clone();
        for part in &mut parts {
            if let Part::Member { path: at, .. } = part
                && at.0.first() == path.0.first()
            {
                *at = opposite.values(&self.input)?;
            }
        }
        Some((Resource::Template(parts), opposite.path.clone()))
    }
}

/// Without any of the optional members the call is about no resource in particular.
fn absent(optional: Vec<Path>) -> Predicate {
    let mut absent: Vec<Predicate> = Vec::new();
    for path in optional {
        let one = Predicate::Absent(path);
        if !absent.contains(&one) {
            absent.push(one);
        }
    }
    if absent.len() == 1 {
        absent.remove(0)
    } else {
        Predicate::All(absent)
    }
}

fn dedup(resources: &mut Vec<Resource>) {
    let mut kept: Vec<Resource> = Vec::new();
    resources.retain(|resource| {
        let fresh = !kept.contains(resource);
        if fresh {
            kept.push(resource.clone());
        }
        fresh
    });
}
