//! One resource type of an action, bound by the overlay, by its ARN formats, or by a member that is its ARN.

use super::format::{Piece, Slot};
use super::*;

/// One resource type, bound.
pub(super) struct OneType {
    pub(super) resource: Resource,
    /// The optional member without which the call does not name the resource.
    pub(super) optional: Option<Path>,
    /// What the call then names it by instead.
    pub(super) instead: Option<Instead>,
}

/// The other way of naming a resource.
pub(super) struct Instead {
    pub(super) resource: Resource,
    /// The optional member that it takes.
    pub(super) optional: Option<Path>,
}

impl Binder<'_> {
    pub(super) fn one_type(
        &self,
        name: &str,
        types: &[&str],
        is_subject: bool,
        alone: bool,
    ) -> Option<OneType> {
        let lists = self.lists && (is_subject || alone);
        let of_overlay = self.overlay.resources.get(name).and_then(|alternatives| {
            let mut alternatives = alternatives.value.iter();
            alternatives.find(|resource| self.input.has(resource))
        });
        if let Some(resource) = of_overlay {
            let bound = OneType {
                resource: resource.clone(),
                optional: self.optional(resource),
                instead: None,
            };
            return Some(self.or_all(bound, name, lists, types, alone));
        }
        let by_format = self
            .arns(name)
            .iter()
            .find_map(|arn| self.by_format(arn, name, types, is_subject, alone));
        let bound = match by_format {
            Some(bound) if bound.optional.is_none() => Some(bound),
            other => match (self.by_arn(name, types, is_subject), other) {
                // By its ARN or by its name, as the caller likes.
                (Some(arn), Some(named)) if arn.optional.is_some() => Some(OneType {
                    instead: Some(Instead {
                        resource: named.resource,
                        optional: named.optional,
                    }),
                    ..arn
                }),
                (Some(arn), _) => Some(arn),
                (None, other) => other,
            },
        };
        bound.map(|bound| self.or_all(bound, name, lists, types, alone))
    }

    /// A call that lists, and does not say which, is about all of them.
    pub(super) fn or_all(
        &self,
        mut bound: OneType,
        name: &str,
        lists: bool,
        types: &[&str],
        alone: bool,
    ) -> OneType {
        if lists && bound.optional.is_some() && bound.instead.is_none() {
            if all_by_default(&mut bound.resource) {
                bound.optional = None;
            } else {
                bound.instead = Some(Instead {
                    resource: self.unnamed(name, types, true, alone),
                    optional: None,
                });
            }
        }
        bound
    }

    /// The first optional member that a resource of the overlay cannot do without.
    pub(super) fn optional(&self, resource: &Resource) -> Option<Path> {
        let Resource::Template(parts) = resource else {
            return None;
        };
        parts.iter().find_map(|part| match part {
            Part::Member {
                path,
                default: None,
                ..
            } => {
                let members = self.input.all_members();
                let found = members
                    .iter()
                    .find(|found| found.values(&self.input).as_ref() == Some(path));
                match found {
                    Some(found) => (!found.required).then(|| found.path.clone()),
                    None => Some(path.clone()),
                }
            }
            _ => None,
        })
    }

    /// An ARN format with each of its placeholders bound to a member of its own.
    pub(super) fn by_format(
        &self,
        arn: &str,
        name: &str,
        types: &[&str],
        is_subject: bool,
        alone: bool,
    ) -> Option<OneType> {
        let pieces = self.pieces(arn, name, types, is_subject, alone);
        let mut optional = None;
        let mut parts = Vec::new();
        for piece in pieces {
            parts.push(match piece {
                Piece::Text(text) => Part::Literal(text.to_owned()),
                Piece::Fixed(part) => part,
                Piece::Slot(slot) => {
                    let found = slot.filled?;
                    if !found.required && (slot.own || optional.is_none()) {
                        optional = Some(found.path.clone());
                    }
                    self.part(found, slot.own)?
                }
            });
        }
        Some(OneType {
            resource: Resource::Template(parts),
            optional,
            instead: None,
        })
    }

    /// A format with what no member tells: opaque, or `*`, as AWS checks what has no id yet and what is listed whole.
    pub(super) fn unnamed(
        &self,
        name: &str,
        types: &[&str],
        is_subject: bool,
        alone: bool,
    ) -> Resource {
        let any = || Part::Literal("*".to_owned());
        let names_something = self
            .members
            .iter()
            .any(|found| found.required && is_scalar(found.shape));
        let lists = self.lists && (is_subject || !names_something);
        let makes = names::makes(self.operation) && (is_subject || alone);
        let Some(arn) = self.arns(name).first() else {
            if !(lists || makes) {
                self.leave(name, "");
            }
            return Resource::Template(vec![if lists || makes { any() } else { Part::Opaque }]);
        };
        let pieces = self.pieces(arn, name, types, is_subject, alone);
        let told = pieces
            .iter()
            .any(|piece| matches!(piece, Piece::Slot(slot) if slot.own && slot.filled.is_some()));
        let lists = lists && !told;
        let own = self.stems(name);
        let is_own = |slot: &Slot<'_>| slot.own || own.iter().any(|own| own == stem(&slot.name).0);
        // What the ARN of a thing that the call names has beside or after its name, the service made up with the thing.
        let is_name = |piece: &Piece<'_>| matches!(piece, Piece::Slot(slot) if slot.filled.is_some() && is_own(slot));
        let named = pieces.iter().position(is_name);
        let parts = pieces
            .into_iter()
            .enumerate()
            .map(|(at, piece)| match piece {
                Piece::Text(text) => Part::Literal(text.to_owned()),
                Piece::Fixed(part) => part,
                Piece::Slot(slot) => {
                    if let Some(part) = slot.filled.and_then(|found| self.part(found, slot.own)) {
                        return part;
                    }
                    let above = !slot.own && self.is_another(&slot.name, name);
                    if lists || (makes && !above) {
                        return any();
                    }
                    let is_made = stem(&slot.name).1 != Kind::Name
                        && named.is_some_and(|name| at > name || is_own(&slot));
                    if above || !is_made {
                        self.leave(name, &slot.name);
                    }
                    Part::Opaque
                }
            })
            .collect();
        Resource::Template(parts)
    }

    /// A member in the place of a placeholder.
    pub(super) fn part(&self, found: &Found<'_>, own: bool) -> Option<Part> {
        let filter = match (found.takes_arn(&self.input), own) {
            (false, _) => None,
            (true, true) => Some(Filter::Arn),
            // The ARN is that of what lies above; the resource's has its id.
            (true, false) => Some(Filter::Id),
        };
        Some(Part::Member {
            path: found.values(&self.input)?,
            default: None,
            filter,
        })
    }
}

/// Gives the last part `*` for its absent member; not to a resource that is an ARN as a whole.
fn all_by_default(resource: &mut Resource) -> bool {
    let Resource::Template(parts) = resource else {
        return false;
    };
    if parts.len() == 1 {
        return false;
    }
    match parts
        .iter_mut()
        .rev()
        .find(|part| matches!(part, Part::Member { .. }))
    {
        Some(Part::Member { default, .. }) => {
            *default = Some("*".to_owned());
            true
        }
        _ => false,
    }
}
