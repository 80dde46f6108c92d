//! Which member of an input a resource's ARN format, or the ARN as a whole, means.

use super::format::{Piece, Slot, kind_in, own_slot, split};
use super::one::OneType;
use super::*;
use crate::permissions::input::WHATEVER;

impl<'a> Binder<'a> {
    /// An ARN format's pieces, its placeholders filled as far as members do.
    pub(super) fn pieces<'b>(
        &'b self,
        arn: &'b str,
        resource_type: &str,
        types: &[&str],
        is_subject: bool,
        alone: bool,
    ) -> Vec<Piece<'b>> {
        let mut pieces: Vec<Piece<'b>> = split(arn)
            .into_iter()
            .map(|part| match part {
                Ok(text) => Piece::Text(text),
                Err("Partition") => Piece::Fixed(Part::Partition),
                Err("Region") => Piece::Fixed(Part::Region),
                Err("Account" | "AccountId") => Piece::Fixed(Part::Account),
                Err(placeholder) => Piece::Slot(Slot {
                    name: common(placeholder),
                    own: false,
                    filled: None,
                }),
            })
            .collect();
        let mut slots: Vec<&mut Slot<'b>> = pieces
            .iter_mut()
            .filter_map(|piece| match piece {
                Piece::Slot(slot) => Some(slot),
                _ => None,
            })
            .collect();
        if let Some(own) = own_slot(slots.iter().map(|slot| slot.name.as_str()), resource_type) {
            slots[own].own = true;
        }
        let own_stems = self.stems(resource_type);
        let mut used: Vec<&Path> = Vec::new();
        let mut fill = |slot: &mut Slot<'b>, means: &dyn Fn(&Found<'_>) -> bool| {
            if slot.filled.is_some() {
                return;
            }
            slot.filled = self
                .members
                .iter()
                .filter(|found| !used.contains(&&found.path) && found.values(&self.input).is_some())
                // A whole ARN is no part of another one, but what lies above may be told by its ARN.
                .filter(|found| {
                    let whole = member_name(found).ends_with("arn");
                    !whole || (!slot.own && self.ends_its_arn(&slot.name, resource_type))
                })
                .filter(|found| means(found))
                .max_by_key(|found| found.required);
            used.extend(slot.filled.map(|found| &found.path));
        };
        for slot in &mut slots {
            let name = slot.name.clone();
            fill(slot, &|found| called(found, &name));
        }
        for slot in &mut slots {
            let name = slot.name.clone();
            let (wanted, kind) = stem(&name);
            if !wanted.is_empty() {
                fill(slot, &|found| self.speaks_of(found, wanted, kind));
            }
        }
        for slot in slots.iter_mut().filter(|slot| !slot.own) {
            let name = slot.name.clone();
            let (wanted, kind) = stem(&name);
            if let Some(above) = self.named_by(wanted, resource_type) {
                fill(slot, &|found| {
                    let name = member_name(found);
                    found.required
                        && stem(&name).0.ends_with(wanted)
                        && self.means(found, above, &[], false, kind)
                });
            }
        }
        for slot in &mut slots {
            // `Format` of a `PackageFormat`.
            let name = slot.name.clone();
            let mut rest = own_stems
                .iter()
                .filter_map(|own| name.strip_prefix(own.as_str()));
            if let Some(rest) =
                rest.find(|rest| !rest.is_empty() && *rest != "type" && stem(rest).1 == Kind::Any)
            {
                fill(slot, &|found| called(found, rest));
            }
        }
        if let Some(slot) = slots.iter_mut().find(|slot| slot.own) {
            let name = slot.name.clone();
            let (_, kind) = stem(&name);
            for own in &own_stems {
                fill(slot, &|found| self.speaks_of(found, own, kind));
            }
            fill(slot, &|found| {
                self.means(found, resource_type, types, is_subject, kind)
            });
            if is_subject || alone {
                let of = own_stems.last().map(String::as_str).unwrap_or_default();
                let makes = is_subject && self.operation.starts_with("Create");
                fill(slot, &|found| {
                    let member = member_name(found);
                    let (rest, member_kind) = stem(&member);
                    // What is yet to be made is not the resource that the call names.
                    let names_it = !(makes && member == "resourceid");
                    (rest.is_empty() || (rest == "resource" && rest != member && names_it))
                        && (member_kind == kind
                            || member_kind == Kind::Any
                            || (is_subject && (kind != Kind::Id || name == "resourceid")))
                        && self.vocabulary.stands_for(member_kind, kind, of)
                });
            }
        }
        pieces
    }

    /// Whether a member is an id or a name of what a stem speaks of, and can stand for a placeholder of this kind.
    pub(super) fn speaks_of(&self, found: &Found<'_>, wanted: &str, kind: Kind) -> bool {
        let name = member_name(found);
        let (of, member_kind) = stem(&name);
        name == wanted || (of == wanted && self.vocabulary.stands_for(member_kind, kind, wanted))
    }

    /// Whether a member means a type by a longer name (`DBClusterIdentifier` of a `cluster`) or, where no other type of
    /// the action can be meant, by a shorter one (`RuleName` of a `telemetry-rule`).
    pub(super) fn means(
        &self,
        found: &Found<'_>,
        resource_type: &str,
        types: &[&str],
        is_subject: bool,
        kind: Kind,
    ) -> bool {
        const SHORTEST: usize = 3;
        let name = member_name(found);
        let (of, member_kind) = stem(&name);
        let makes = is_subject && names::makes(self.operation);
        if of.len() < SHORTEST || of.len() == name.len() || (makes && !found.required) {
            return false;
        }
        let ends_with = |stem: &String| stem.len() >= SHORTEST && of.ends_with(stem.as_str());
        let longest = |name: &str| {
            self.stems(name)
                .into_iter()
                .filter(|stem| ends_with(stem))
                .map(|stem| stem.len())
                .max()
                .unwrap_or_default()
        };
        let own = longest(resource_type);
        let longer = own > 0
            && self
                .reference
                .resource_types
                .keys()
                .all(|other| other == resource_type || longest(other) < own);
        let is_shorter = |name: &str| self.stems(name).iter().any(|stem| stem.ends_with(of));
        let shorter = own == 0
            && is_shorter(resource_type)
            && (is_subject
                || types
                    .iter()
                    .all(|other| *other == resource_type || !is_shorter(other)))
            && !self.is_another(&name, resource_type);
        (longer || shorter) && self.vocabulary.stands_for(member_kind, kind, of)
    }

    /// A member that holds the resource's whole ARN: `TableArn` of a `table`, or a `ResourceArn` of
    /// whatever the operation is about.
    pub(super) fn by_arn(
        &self,
        resource_type: &str,
        types: &[&str],
        is_subject: bool,
    ) -> Option<OneType> {
        const ANYTHING: [&str; 5] = [
            "resourcearn",
            "resource",
            "resourceidentifier",
            "arn",
            "targetarn",
        ];
        let typed: Vec<String> = self
            .stems(resource_type)
            .iter()
            .map(|stem| format!("{stem}arn"))
            .collect();
        let by_name = |members: &'_ [Found<'a>], wanted: &str| {
            members
                .iter()
                .position(|found| called(found, wanted) && found.values(&self.input).is_some())
        };
        let at_top = typed
            .iter()
            .map(String::as_str)
            .chain(ANYTHING.into_iter().filter(|_| is_subject || !self.strict))
            .find_map(|wanted| by_name(&self.members, wanted))
            .map(|at| &self.members[at]);
        let is_arn = |found: &&Found<'_>| {
            member_name(found).ends_with("arn") && found.values(&self.input).is_some()
        };
        let found = at_top
            .or_else(|| {
                self.members
                    .iter()
                    .filter(is_arn)
                    .find(|found| self.means(found, resource_type, types, is_subject, Kind::Arn))
            })
            .or_else(|| {
                // The only ARN that the call requires, where its pattern is that of the type.
                let mut required = self
                    .members
                    .iter()
                    .filter(is_arn)
                    .filter(|found| found.required);
                let one = required.next().filter(|_| required.next().is_none())?;
                let pattern = one.shape.pattern.as_deref()?;
                self.arns(resource_type)
                    .iter()
                    .filter_map(|arn| kind_in(arn))
                    .any(|kind| pattern.contains(kind))
                    .then_some(one)
            })
            .or_else(|| {
                if is_subject && names::makes(self.operation) {
                    return None;
                }
                let mut near = typed
                    .iter()
                    .filter_map(|wanted| by_name(&self.near, wanted));
                near.next().map(|at| &self.near[at])
            })
            .or_else(|| {
                let tags = self.operation.contains("Tag");
                let mut of_tags = WHATEVER.iter().filter(|_| tags);
                let at = of_tags.find_map(|wanted| by_name(&self.members, wanted))?;
                Some(&self.members[at])
            })?;
        let is_id = WHATEVER.contains(&common(found.name).as_str());
        let part = Part::Member {
            path: found.values(&self.input)?,
            default: None,
            filter: is_id.then_some(Filter::Arn),
        };
        // Of what an id is, its type would say; an ARN says it all.
        let parts = if is_id {
            vec![Part::Opaque, part]
        } else {
            vec![part]
        };
        Some(OneType {
            resource: Resource::Template(parts),
            optional: (!found.required).then(|| found.path.clone()),
            instead: None,
        })
    }
}

/// Whether a member has this [`common`] name, itself or as a list.
pub(super) fn called(found: &Found<'_>, wanted: &str) -> bool {
    let name = common(found.name);
    name == wanted || name.strip_suffix('s') == Some(wanted)
}

/// A member's [`common`] name, a list's in the singular.
pub(super) fn member_name(found: &Found<'_>) -> String {
    let name = common(found.name);
    match (&found.shape.kind, name.strip_suffix('s')) {
        (ShapeKind::List(_), Some(one)) => one.to_owned(),
        _ => name,
    }
}
