//! Condition keys that AWS sets for an action and that nothing in the request tells: the state of the resource does, or a
//! member that no rule knows. Nobody here can say that they are absent, so conditions on them must fail closed.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::resolve::known_action;
use super::{keys, names, types};
use crate::model::{Action, Authorization};
use stockade_spec::template::{Part, Requirement, Resource};

/// What a key is called that only those calls have which another one brings about.
const OF_CONSEQUENCES: &str = "CreateAction";

/// What finds a requirement's untold keys.
pub(super) struct Untold<'a> {
    references: &'a BTreeMap<String, Authorization>,
    listings: RefCell<BTreeMap<&'a str, Rc<Listing<'a>>>>,
}

/// Where the actions of a prefix list its keys.
#[derive(Default)]
struct Listing<'a> {
    /// Every key that an action lists.
    keys: BTreeSet<&'a str>,
    /// The resource types for which an action lists keys of its own.
    told_apart: BTreeSet<&'a str>,
    /// The keys of actions that make something, by the resource types that they have.
    at_creation: BTreeMap<&'a str, BTreeSet<&'a str>>,
}

impl<'a> Untold<'a> {
    pub(super) fn new(references: &'a BTreeMap<String, Authorization>) -> Self {
        Self {
            references,
            listings: RefCell::default(),
        }
    }

    /// The requirement with its untold keys: several, where its resources differ in them. `is_unset` tells the keys that
    /// the request is known not to have.
    pub(super) fn split(
        &self,
        operation: &str,
        requirement: Requirement,
        is_unset: &dyn Fn(&str) -> bool,
    ) -> Vec<Requirement> {
        let Some((reference, action)) = known_action(self.references, &requirement.action) else {
            return vec![requirement];
        };
        let (_, name) = requirement.action.split_once(':').unwrap_or_default();
        let is_told = |key: &str| {
            let bound = requirement
                .keys
                .iter()
                .any(|bound| keys::is(key, &bound.name));
            let of_consequences = name == operation && key.ends_with(OF_CONSEQUENCES);
            bound || of_consequences || is_unset(key)
        };
        let of = |resource: Option<&Resource>| -> Vec<String> {
            self.of(reference, action, resource)
                .into_iter()
                .filter(|key| !is_told(key))
                .map(|key| keys::family(key).to_owned())
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect()
        };
        if requirement.resources.is_empty() {
            let untold = of(None);
            return vec![Requirement {
                untold,
                ..requirement
            }];
        }
        let mut several: Vec<Requirement> = Vec::new();
        for resource in &requirement.resources {
            let untold = of(Some(resource));
            match several.iter_mut().find(|one| one.untold == untold) {
                Some(one) => one.resources.push(resource.clone()),
                None => several.push(Requirement {
                    resources: vec![resource.clone()],
                    untold,
                    ..requirement.clone()
                }),
            }
        }
        several
    }

    /// The keys of an action on a resource that are not tags: those that the reference lists for the action, for the
    /// action on the resource's type, and for the type.
    fn of(
        &self,
        reference: &'a Authorization,
        action: &'a Action,
        resource: Option<&Resource>,
    ) -> BTreeSet<&'a str> {
        let mut all: BTreeSet<&str> = bases(&action.condition_keys).collect();
        let Some(resource) = resource else {
            return all;
        };
        let is_made = is_made(resource);
        let mut types = types::of(resource, action, reference);
        if types.is_empty() && !is_made {
            types = action.resource_types.keys().map(String::as_str).collect();
        }
        for name in &types {
            if let Some(usage) = action.resource_types.get(*name) {
                all.extend(bases(&usage.condition_keys));
            }
        }
        if !is_made {
            all.extend(self.of_state(reference, &types));
        }
        all
    }

    /// The keys of resources of these types that their state tells.
    pub(super) fn of_state<'b>(
        &self,
        reference: &'a Authorization,
        types: &'b [&'b str],
    ) -> impl Iterator<Item = &'a str> + use<'a, 'b> {
        let listing = self.listing(reference);
        types.iter().flat_map(move |name| {
            let kind = reference.resource_types.get(*name);
            let listing = Rc::clone(&listing);
            kind.into_iter()
                .flat_map(|kind| bases(&kind.condition_keys))
                .filter(move |key| listing.is_state(name, key))
        })
    }

    fn listing(&self, reference: &'a Authorization) -> Rc<Listing<'a>> {
        let mut listings = self.listings.borrow_mut();
        let listing = listings
            .entry(&reference.prefix)
            .or_insert_with(|| Rc::new(Listing::of(reference)));
        Rc::clone(listing)
    }
}

impl<'a> Listing<'a> {
    fn of(reference: &'a Authorization) -> Self {
        let mut listing = Self::default();
        for (name, action) in &reference.actions {
            let of_action: BTreeSet<&str> = bases(&action.condition_keys).collect();
            listing.keys.extend(&of_action);
            for (kind, usage) in &action.resource_types {
                let of_kind: BTreeSet<&str> = bases(&usage.condition_keys).collect();
                listing.keys.extend(&of_kind);
                if names::makes(name) {
                    let made = listing.at_creation.entry(kind).or_default();
                    made.extend(of_action.union(&of_kind));
                }
                if !of_kind.is_empty() {
                    listing.told_apart.insert(kind);
                }
            }
        }
        listing
    }

    /// Whether a key of a resource type is one of the state of each resource of it, rather than one of some requests: what
    /// no action lists, what is settled when the resource is made, and tags by other names. Where the actions say
    /// themselves which of the type's keys they have, the first alone.
    fn is_state(&self, kind: &str, key: &str) -> bool {
        let (_, name) = key.split_once(':').unwrap_or_default();
        let at_creation = self.at_creation.get(kind);
        !name.starts_with("Request")
            && (!self.keys.contains(key)
                || (!self.told_apart.contains(kind)
                    && (name.ends_with("-tag/")
                        || at_creation.is_some_and(|keys| keys.contains(key)))))
    }
}

/// Keys without the placeholders at their ends, but for those that are the same for all services: tags, which are told
/// apart from absent ones by themselves, and the request's.
fn bases(listed: &[String]) -> impl Iterator<Item = &str> {
    listed.iter().map(|key| keys::base(key)).filter(|key| {
        let (prefix, name) = key.split_once(':').unwrap_or_default();
        let is_tag = name
            .get(..12)
            .is_some_and(|start| start.eq_ignore_ascii_case("ResourceTag/"));
        prefix != "aws" && !is_tag
    })
}

/// Whether the call makes the resource or lists all of them: it has no state of its own.
fn is_made(resource: &Resource) -> bool {
    matches!(resource, Resource::Template(parts)
        if matches!(parts.last(), Some(Part::Literal(text)) if text.ends_with('*')))
}
