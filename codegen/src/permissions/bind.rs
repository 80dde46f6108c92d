//! Resources by rule: an action's resource types and their ARN formats, bound to input members by
//! name.

mod format;
mod joined;
mod members;
mod one;

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

    /// Whether the call names a thing that exists: it neither lists nor makes, and requires a text.
    fn names_something(&self) -> bool {
        !self.lists
            && !names::makes(self.operation)
            && self
                .members
                .iter()
                .any(|found| found.required && is_scalar(found.shape))
    }
}
