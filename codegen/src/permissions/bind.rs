//! Resources by rule: an action's resource types and their ARN formats, bound to input members by
//! name.

mod members;

use std::cell::RefCell;

use super::input::{Found, Input, is_scalar};
use super::names::{self, Kind, Vocabulary, common, stem};
use super::overlay::Overlay;
use crate::model::{Action, Authorization, ShapeKind};
use stockade_spec::filter::Filter;
use stockade_spec::template::{Part, Path, Predicate, Resource, Step, members};

/// The resources that one requirement of an action is about, and when.
pub(super) struct Bound {
    pub(super) resources: Vec<Resource>,
    pub(super) when: Predicate,
}

/// The resources of an action's types, for one operation.
pub(super) struct Resources {
    /// The first entry holds for each call; further ones are about resources that only some calls name.
    pub(super) bound: Vec<Bound>,
    /// The resources of the type that the operation is about by its name, where there is one.
    pub(super) subject: Vec<Resource>,
}

impl Resources {
    /// These, on each call.
    pub(super) fn only(resources: Vec<Resource>) -> Self {
        Self {
            subject: resources.clone(),
            bound: vec![Bound {
                resources,
                when: Predicate::Always,
            }],
        }
    }

    /// All of them, whenever they are named.
    pub(super) fn all(&self) -> impl Iterator<Item = &Resource> {
        self.bound.iter().flat_map(|bound| &bound.resources)
    }
}

/// One resource type, bound.
struct OneType {
    resource: Resource,
    /// The optional member without which the call does not name the resource.
    optional: Option<Path>,
    /// What the call then names it by instead.
    instead: Option<Instead>,
}

/// The other way of naming a resource.
struct Instead {
    resource: Resource,
    /// The optional member that it takes.
    optional: Option<Path>,
}

/// A placeholder of a resource that no member fills, nor the service as the call makes the resource: the state's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Unfilled {
    /// The resource type, or [`ANY_TYPE`].
    pub(super) resource_type: String,
    /// The placeholder's name in the type's ARN format; none where the type itself is open.
    pub(super) placeholder: String,
}

/// The call is about one of an action's types, and nothing tells which.
pub(super) const ANY_TYPE: &str = "any";

/// What the rules know when they bind the resources of an action.
pub(super) struct Binder<'a> {
    operation: &'a str,
    noun: String,
    /// The call is about whatever there is, not about a thing that it names.
    lists: bool,
    reference: &'a Authorization,
    overlay: &'a Overlay,
    vocabulary: &'a Vocabulary,
    input: Input<'a>,
    members: Vec<Found<'a>>,
    near: Vec<Found<'a>>,
    /// A bare `Name` or `ResourceArn` means what the operation is about alone.
    strict: bool,
    unfilled: RefCell<Vec<Unfilled>>,
}

/// A piece of an ARN format.
enum Piece<'a> {
    Text(&'a str),
    Fixed(Part),
    Slot(Slot<'a>),
}

/// A placeholder that a member may fill.
struct Slot<'a> {
    /// The placeholder's [`common`] name.
    name: String,
    /// It is the resource's own name, not that of something above it.
    own: bool,
    filled: Option<&'a Found<'a>>,
}

/// Whether the input has every member that the resource mentions.
pub(super) fn exists(resource: &Resource, input: &Input<'_>) -> bool {
    let exists = |path: &Path| input.follow(path).is_ok();
    match resource {
        Resource::Resolver(call) => call.arguments.iter().all(exists),
        Resource::Template(parts) => parts.iter().all(|part| match part {
            Part::Member { path, .. } => exists(path),
            _ => true,
        }),
    }
}

impl<'a> Binder<'a> {
    /// For an operation and the reference that its action stands in.
    pub(super) fn new(
        operation: &'a str,
        pages: bool,
        reference: &'a Authorization,
        overlay: &'a Overlay,
        vocabulary: &'a Vocabulary,
        input: Input<'a>,
    ) -> Self {
        /// How far members are looked for that no one else can be meant by: `Rule.RuleArn`, `Rules[].RuleArn`.
        const NEAR: usize = 3;
        let mut near = input.all_members();
        near.retain(|found| (2..=NEAR).contains(&found.path.0.len()));
        let lists = ["List", "Search"]
            .iter()
            .any(|verb| operation.starts_with(verb))
            || (pages
                && ["Describe", "Get"]
                    .iter()
                    .any(|verb| operation.starts_with(verb)));
        Self {
            operation,
            noun: names::noun(operation),
            lists,
            reference,
            overlay,
            vocabulary,
            input,
            members: input.members(),
            near,
            strict: false,
            unfilled: RefCell::default(),
        }
    }

    /// The resources of an action of the same prefix that the call depends on, where its members name them all.
    pub(super) fn dependent(&self, action: &Action) -> Option<Vec<Bound>> {
        let binder = Binder {
            strict: true,
            ..Binder::new(
                self.operation,
                false,
                self.reference,
                self.overlay,
                self.vocabulary,
                self.input,
            )
        };
        let mut bound = binder.resources(action).bound;
        bound.retain(|one| !one.resources.is_empty());
        for one in &mut bound {
            let mut optional = Vec::new();
            for resource in &one.resources {
                let Resource::Template(parts) = resource else {
                    continue;
                };
                if parts.contains(&Part::Opaque) || members(parts).next().is_none() {
                    return None;
                }
                optional.extend(binder.presences(parts));
            }
            if one.when == Predicate::Always && !optional.is_empty() {
                optional.dedup();
                one.when = match optional.len() {
                    1 => optional.remove(0),
                    _ => Predicate::All(optional),
                };
            }
        }
        (!bound.is_empty()).then_some(bound)
    }

    /// That the members of a template are there, of those that need not be and have no default.
    fn presences(&self, parts: &[Part]) -> Vec<Predicate> {
        let needed = parts.iter().filter_map(|part| match part {
            Part::Member {
                path,
                default: None,
                ..
            } => Some(path),
            _ => None,
        });
        let all: Vec<&Found<'_>> = self.members.iter().chain(&self.near).collect();
        needed
            .filter_map(|path| {
                let found = all.iter().find(|found| {
                    found.path == *path || found.values(&self.input).as_ref() == Some(path)
                })?;
                (!found.required).then(|| Predicate::Present(found.path.clone()))
            })
            .collect()
    }

    /// The placeholders that were left to the state, of all resources bound so far.
    pub(super) fn unfilled(&self) -> Vec<Unfilled> {
        let mut unfilled = self.unfilled.take();
        unfilled.sort();
        unfilled.dedup();
        unfilled
    }

    fn leave(&self, resource_type: &str, placeholder: &str) {
        self.unfilled.borrow_mut().push(Unfilled {
            resource_type: resource_type.to_owned(),
            placeholder: placeholder.to_owned(),
        });
    }

    /// The reference that the operation's action stands in.
    pub(super) fn reference(&self) -> &'a Authorization {
        self.reference
    }

    /// The prefix of the reference that the operation's action stands in.
    pub(super) fn prefix(&self) -> &str {
        &self.reference.prefix
    }

    /// The resources of an action.
    ///
    /// A required type that no member names is opaque, or has `*` for the id that the call is about
    /// to make, or for each of those that it lists.
    pub(super) fn resources(&self, action: &Action) -> Resources {
        let types: Vec<(&str, bool)> = action
            .resource_types
            .iter()
            .map(|(name, usage)| (name.as_str(), usage.required))
            .collect();
        self.bind(&types)
    }

    /// The resources of an action that the reference does not know: those of the type that the operation is about by its
    /// name, or that its required members tell, if the prefix has one; else anything.
    pub(super) fn inferred(&self) -> Resources {
        // A format that goes on after the resource's own name is a path of an API's, not a resource's.
        let all: Vec<&str> = self
            .reference
            .resource_types
            .iter()
            .filter(|(_, kind)| kind.arns.iter().all(|arn| arn.ends_with('}')))
            .map(|(name, _)| name.as_str())
            .collect();
        match self.about(&all, 2).or_else(|| self.told(&all)) {
            Some(subject) => self.bind(&[(subject, true)]),
            None => Resources::only(vec![Resource::Template(vec![Part::Opaque])]),
        }
    }

    /// The one type whose ARN the required members tell, of several the one that they tell most of.
    fn told<'b>(&self, types: &[&'b str]) -> Option<&'b str> {
        let told = types.iter().filter_map(|name| {
            let mut formats = self.arns(name).iter();
            let bound = formats.find_map(|arn| self.by_format(arn, name, types, false, false))?;
            let Resource::Template(parts) = bound.resource else {
                return None;
            };
            let is_member = |part: &&Part| matches!(part, Part::Member { .. });
            let members = parts.iter().filter(is_member).count();
            (bound.optional.is_none() && members > 0).then_some((members, *name))
        });
        let told: Vec<_> = told.collect();
        let most = told.iter().map(|(members, _)| *members).max()?;
        let mut best = told.into_iter().filter(|(members, _)| *members == most);
        let (_, name) = best.next()?;
        best.next().is_none().then_some(name)
    }

    /// What the operation is about, of the types of an action that has none of it: the resource that a call tags as it
    /// makes it.
    pub(super) fn made(&self, action: &Action) -> Vec<Resource> {
        let types: Vec<&str> = action.resource_types.keys().map(String::as_str).collect();
        self.about(&types, 2)
            .map(|subject| self.bind(&[(subject, true)]).subject)
            .unwrap_or_default()
    }

    fn bind(&self, types: &[(&str, bool)]) -> Resources {
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
            let bound = self.one_type(name, *required, &names, is_subject, alone);
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
        if always.is_empty() && !names_always {
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
            bound.push(Bound {
                resources: Vec::new(),
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
    fn opposite(&self, resource: &Resource, path: &Path) -> Option<(Resource, Path)> {
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

    /// Whether the call names a thing that exists: it neither lists nor makes, and requires a text.
    fn names_something(&self) -> bool {
        !self.lists
            && !names::makes(self.operation)
            && self
                .members
                .iter()
                .any(|found| found.required && is_scalar(found.shape))
    }

    /// The type that the operation's name speaks of, with at least this relation to it.
    fn about<'b>(&self, types: &[&'b str], least: u8) -> Option<&'b str> {
        types
            .iter()
            .flat_map(|name| {
                let stems = self.stems(name).into_iter().enumerate();
                stems.map(move |(at, stem)| {
                    let relation = names::relation(&self.noun, &stem);
                    // The type's own name stands first, and says more than its placeholder's.
                    (relation, at == 0, stem.len(), std::cmp::Reverse(*name))
                })
            })
            .filter(|(relation, ..)| *relation >= least)
            .max()
            .map(|(.., std::cmp::Reverse(name))| name)
    }

    fn arns(&self, resource_type: &str) -> &'a [String] {
        self.reference
            .resource_types
            .get(resource_type)
            .map(|kind| kind.arns.as_slice())
            .unwrap_or_default()
    }

    /// What members and operations call a type: its name, and what its own placeholder speaks of.
    fn stems(&self, resource_type: &str) -> Vec<String> {
        let own = common(resource_type);
        let mut stems = vec![own.strip_suffix("resource").unwrap_or(&own).to_owned()];
        for arn in self.arns(resource_type) {
            let slots: Vec<String> = placeholders(arn).map(common).collect();
            let own = own_slot(slots.iter().map(String::as_str), resource_type);
            let own = own.map(|own| slots[own].as_str()).unwrap_or_default();
            let (stem, _) = stem(own);
            if !["", "resource", "account", "random", "region"].contains(&stem)
                && !stems.iter().any(|known| known == stem)
            {
                stems.push(stem.to_owned());
            }
        }
        for arn in self
            .arns(resource_type)
            .iter()
            .filter(|arn| arn.ends_with('}'))
        {
            let kind = kind_in(arn).map(common).unwrap_or_default();
            let says_more = stems.iter().any(|known| names::relation(&kind, known) > 0);
            if says_more && !stems.contains(&kind) {
                stems.push(kind);
            }
        }
        stems
    }

    fn one_type(
        &self,
        name: &str,
        required: bool,
        types: &[&str],
        is_subject: bool,
        alone: bool,
    ) -> Option<OneType> {
        let lists = self.lists && (is_subject || alone);
        let of_overlay = self.overlay.resources.get(name).and_then(|alternatives| {
            let mut alternatives = alternatives.value.iter();
            alternatives.find(|resource| exists(resource, &self.input))
        });
        if let Some(resource) = of_overlay {
            let bound = OneType {
                resource: resource.clone(),
                optional: (lists || !required)
                    .then(|| self.optional(resource))
                    .flatten(),
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
    fn or_all(
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
    fn optional(&self, resource: &Resource) -> Option<Path> {
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
    fn by_format(
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
    fn unnamed(&self, name: &str, types: &[&str], is_subject: bool, alone: bool) -> Resource {
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

    /// Whether a placeholder speaks of another type than this one.
    fn is_another(&self, placeholder: &str, name: &str) -> bool {
        self.named_by(stem(placeholder).0, name).is_some()
    }

    /// Whether what a placeholder speaks of stands last in ARNs of its own type, so that an ARN tells it.
    fn ends_its_arn(&self, placeholder: &str, name: &str) -> bool {
        let (stem, _) = stem(placeholder);
        let Some(above) = self.named_by(stem, name) else {
            return true;
        };
        self.arns(above).iter().all(|arn| {
            let slots: Vec<String> = placeholders(arn).map(common).collect();
            let own = own_slot(slots.iter().map(String::as_str), above);
            own.is_some_and(|own| own + 1 == slots.len())
        })
    }

    /// The type, other than this one, that a stem names.
    fn named_by(&self, stem: &str, name: &str) -> Option<&'a str> {
        self.reference
            .resource_types
            .keys()
            .filter(|other| *other != name)
            .find(|other| self.stems(other).iter().any(|known| known == stem))
            .map(String::as_str)
    }

    /// A member in the place of a placeholder.
    fn part(&self, found: &Found<'_>, own: bool) -> Option<Part> {
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

/// A format's placeholders that members fill.
fn placeholders(arn: &str) -> impl Iterator<Item = &str> {
    split(arn)
        .into_iter()
        .filter_map(Result::err)
        .filter(|name| !["Partition", "Region", "Account", "AccountId"].contains(name))
}

/// Which of a format's placeholders is the resource's own: the last that begins as the type is called, else the last that
/// says what it names.
fn own_slot<'b>(slots: impl Iterator<Item = &'b str>, resource_type: &str) -> Option<usize> {
    let own = common(resource_type);
    let slots: Vec<&str> = slots.collect();
    let says = |slot: &str| {
        let (stem, kind) = stem(slot);
        kind != Kind::Other && !["opaque", "random", "unique"].contains(&stem)
    };
    slots
        .iter()
        .rposition(|slot| slot.starts_with(&own) && says(slot))
        .or_else(|| slots.iter().rposition(|slot| says(slot)))
        .or_else(|| slots.len().checked_sub(1))
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

/// Whether a member has this [`common`] name, itself or as a list.
fn called(found: &Found<'_>, wanted: &str) -> bool {
    let name = common(found.name);
    name == wanted || name.strip_suffix('s') == Some(wanted)
}

/// A member's [`common`] name, a list's in the singular.
fn member_name(found: &Found<'_>) -> String {
    let name = common(found.name);
    match (&found.shape.kind, name.strip_suffix('s')) {
        (ShapeKind::List(_), Some(one)) => one.to_owned(),
        _ => name,
    }
}

/// Members that hold an id or an ARN of whatever the operation is about.
const WHATEVER: [&str; 2] = ["resourcename", "resourceid"];

/// What an ARN format calls its kind of resource: `key-value-store` in `…:key-value-store/${ResourceId}`.
fn kind_in(arn: &str) -> Option<&str> {
    let text = split(arn).into_iter().filter_map(Result::ok).next_back()?;
    text.rsplit([':', '/']).find(|word| word.len() > 3)
}

impl Found<'_> {
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

/// An ARN format as text (`Ok`) and names of placeholders (`Err`).
fn split(arn: &str) -> Vec<Result<&str, &str>> {
    let mut parts = Vec::new();
    let mut rest = arn;
    while let Some((text, after)) = rest.split_once("${") {
        if !text.is_empty() {
            parts.push(Ok(text));
        }
        let Some((name, after)) = after.split_once('}') else {
            rest = after;
            break;
        };
        parts.push(Err(name));
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Ok(rest));
    }
    parts
}
