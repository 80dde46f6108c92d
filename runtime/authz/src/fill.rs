//! Permission templates, filled from a decoded input.

mod collector;
mod keys;
mod view;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;

use aws_smithy_schema::serde::{SerdeError, SerializableStruct};
use smallvec::{SmallVec, smallvec};
use stockade_policy::{Resource, Span};
use stockade_spec::Service;
use stockade_spec::filter::{Filtered, Replaces, Unknown};
use stockade_spec::permission::{
    self, Actor, CaptureIndex, FollowUp, OPAQUE, Part, Permissions, Requirement,
};
use stockade_spec::resolve::{Resolved, Scope};

pub(crate) use collector::Captured;
use keys::KeySource;
pub use keys::Keys;
use view::View;

/// The most action and resource pairs one request is taken apart into; a request that needs more
/// is denied. `DeleteObjects` names up to 1,000 objects, and a template may cross two lists.
pub const MAX_REQUIRED: usize = 20_000;

/// One action on one resource that the caller must be allowed.
#[derive(Debug, Clone)]
pub struct Required {
    /// The action, for example `lambda:CreateFunction`.
    pub action: &'static str,
    /// The resource; `*` for an action that is not scoped to one.
    pub resource: Resource<'static>,
    /// Condition keys of this requirement.
    pub keys: Keys,
    /// Condition keys that AWS sets and that nothing here tells, where the resource's state is not kept here.
    pub untold: &'static [&'static str],
    /// Why the resource could not be told: the requirement then denies.
    pub unfilled: Option<String>,
    /// Of an operation that answers for each element of a list, the place of the one that this is needed for.
    pub element: Option<usize>,
    /// It is needed only while the role that it is about does not exist.
    pub of_missing: bool,
}

/// What a service needs that acts because of a request, and as whom.
#[derive(Debug, Clone)]
pub struct Act {
    /// As whom it acts.
    pub actor: Acting,
    /// What that principal must be allowed.
    pub required: Required,
}

/// As whom a service acts, told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Acting {
    /// As the caller, whose session this service principal forwards.
    Caller {
        /// The service principal.
        via: &'static str,
    },
    /// As the role of this ARN; only state knows it where it is opaque.
    Role(Resource<'static>),
    /// As itself, by its service principal.
    Service(String),
}

/// As overlays write it.
impl fmt::Display for Acting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Caller { via } => write!(f, "caller via {via}"),
            Self::Role(role) => {
                let role = role.to_string();
                write!(f, "role {}", role.replace("<unknown>", OPAQUE))
            }
            Self::Service(name) => write!(f, "service {name}"),
        }
    }
}

/// What filling a template needs beside the input.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// Where the request is at home.
    pub scope: Scope<'a>,
    /// Who resolves names to ARNs; `None` for a service without a crate, whose resolvers then
    /// answer nothing.
    pub service: Option<&'a dyn Service>,
    /// The request's header of a name, for condition keys that no model member carries.
    pub header: &'a dyn Fn(&str) -> Option<String>,
}

/// Fills an operation's template: every action on every resource that this input needs, in the
/// order of the template.
pub fn fill(
    permissions: &Permissions,
    input: &dyn SerializableStruct,
    source: &Source<'_>,
) -> Result<Vec<Required>, SerdeError> {
    let input = Input::gather(permissions, input, *source)?;
    Ok(input.needs().into_iter().map(Need::told).collect())
}

/// Fills what services need that act because of the request, in the order of the template. What an absent member names
/// does not happen: neither an act on it nor one under a role.
pub fn follow_ups(
    permissions: &Permissions,
    input: &dyn SerializableStruct,
    source: &Source<'_>,
) -> Result<Vec<Act>, SerdeError> {
    let input = Input::gather(permissions, input, *source)?;
    Ok(input
        .acts()
        .into_iter()
        .flat_map(|(actor, needs)| {
            needs.into_iter().map(move |need| Act {
                actor: actor.clone(),
                required: need.told(),
            })
        })
        .collect())
}

/// What a template mentions of one input, and all else that fills it.
pub(crate) struct Input<'a> {
    permissions: &'a Permissions,
    captured: Captured,
    source: Source<'a>,
}

/// As [`Required`]; its keys are yet to be told.
pub(crate) struct Need<'a> {
    pub(crate) action: &'static str,
    pub(crate) resource: Resource<'static>,
    pub(crate) keys: KeySource<'a>,
    pub(crate) untold: &'static [&'static str],
    pub(crate) unfilled: Option<String>,
    pub(crate) element: Option<usize>,
    /// It is needed only while the role that it is about does not exist.
    pub(crate) of_missing: bool,
}

impl Need<'_> {
    fn told(self) -> Required {
        Required {
            action: self.action,
            resource: self.resource,
            keys: self.keys.tell(),
            untold: self.untold,
            unfilled: self.unfilled,
            element: self.element,
            of_missing: self.of_missing,
        }
    }
}

impl<'a> Input<'a> {
    pub(crate) fn gather(
        permissions: &'a Permissions,
        input: &dyn SerializableStruct,
        source: Source<'a>,
    ) -> Result<Self, SerdeError> {
        Ok(Self {
            permissions,
            captured: Captured::gather(permissions.captures, input)?,
            source,
        })
    }

    /// What the template makes use of.
    pub(crate) fn captured(&self) -> &Captured {
        &self.captured
    }

    /// See [`fill`].
    pub(crate) fn needs(&self) -> Vec<Need<'_>> {
        let requirements = self.permissions.requirements;
        let mut filler = Filler {
            source: &self.source,
            element: None,
            passes_over: false,
            needs: Vec::with_capacity(requirements.len()),
        };
        for requirement in requirements {
            let whole = View::new(self.permissions.captures, &self.captured);
            match requirement.each {
                None => filler.requirement(requirement, &whole),
                Some(list) => {
                    let is_answered = self.permissions.answers == Some(list);
                    for element in whole.elements(list) {
                        filler.element = is_answered.then_some(element as usize);
                        filler.requirement(requirement, &whole.narrowed(list, element));
                    }
                }
            }
            filler.element = None;
            if filler.needs.len() > MAX_REQUIRED {
                filler.needs.truncate(MAX_REQUIRED);
                let keys = KeySource {
                    bindings: &[],
                    view: whole,
                    source: &self.source,
                };
                filler.push(requirement, unknown(), keys, Some(too_many()));
                break;
            }
        }
        filler.needs
    }
}

impl Input<'_> {
    /// Whether all that the operation needs is needed for each element of the list that it answers for, and the list
    /// is there without any: then there is nothing to allow, and what to say of it is the handler's.
    pub(crate) fn answers_for_nothing(&self) -> bool {
        let Some(list) = self.permissions.answers else {
            return false;
        };
        let whole = View::new(self.permissions.captures, &self.captured);
        whole.elements(list).is_empty()
            && self
                .permissions
                .requirements
                .iter()
                .all(|requirement| requirement.each == Some(list))
    }

    /// See [`follow_ups`]: what each principal needs, those of one principal together.
    pub(crate) fn acts(&self) -> Vec<(Acting, Vec<Need<'_>>)> {
        let mut acts: Vec<(Acting, Vec<Need<'_>>)> = Vec::new();
        let mut count = 0;
        for follow_up in self.permissions.follow_ups {
            let whole = View::new(self.permissions.captures, &self.captured);
            let views = match follow_up.requirement.each {
                None => vec![whole],
                Some(list) => {
                    let elements = whole.elements(list).into_iter();
                    elements
                        .map(|element| whole.narrowed(list, element))
                        .collect()
                }
            };
            for view in views {
                for actor in self.actors(follow_up, &view) {
                    let mut filler = Filler {
                        source: &self.source,
                        element: None,
                        passes_over: true,
                        needs: Vec::new(),
                    };
                    filler.requirement(&follow_up.requirement, &view);
                    count += filler.needs.len();
                    if count > MAX_REQUIRED {
                        let keys = KeySource {
                            bindings: &[],
                            view,
                            source: &self.source,
                        };
                        filler.needs.clear();
                        filler.push(&follow_up.requirement, unknown(), keys, Some(too_many()));
                        acts.push((actor, filler.needs));
                        return acts;
                    }
                    match acts.iter_mut().find(|(known, _)| *known == actor) {
                        Some((_, needs)) => needs.extend(filler.needs),
                        None if filler.needs.is_empty() => {}
                        None => acts.push((actor, filler.needs)),
                    }
                }
            }
        }
        acts
    }

    fn actors(&self, follow_up: &FollowUp, view: &View<'_>) -> Vec<Acting> {
        match &follow_up.actor {
            Actor::Caller { via } => vec![Acting::Caller { via }],
            Actor::Service(name) => {
                vec![Acting::Service(self.source.scope.expand(name).into_owned())]
            }
            Actor::Role(parts) => template(parts, view, &self.source.scope)
                .filter(|filled| filled.missing.is_none())
                .map(|filled| Acting::Role(filled.resource))
                .collect(),
        }
    }
}

struct Filler<'a> {
    source: &'a Source<'a>,
    /// Whether a resource whose member is absent is none, rather than one that denies.
    passes_over: bool,
    /// The element that the requirement at hand is of, where the operation answers for it.
    element: Option<usize>,
    needs: Vec<Need<'a>>,
}

impl<'a> Filler<'a> {
    fn push(
        &mut self,
        requirement: &Requirement,
        resource: Resource<'static>,
        keys: KeySource<'a>,
        unfilled: Option<String>,
    ) {
        self.needs.push(Need {
            action: requirement.action,
            resource,
            keys,
            untold: requirement.untold,
            unfilled,
            element: self.element,
            of_missing: requirement.when.is_of_missing(),
        });
    }

    fn requirement(&mut self, requirement: &'static Requirement, view: &View<'a>) {
        if !view.holds(&requirement.when) {
            return;
        }
        let keys = KeySource {
            bindings: requirement.keys,
            view: *view,
            source: self.source,
        };
        if requirement.resources.is_empty() {
            self.push(requirement, Resource::any(), keys, None);
            return;
        }
        for resource in requirement.resources {
            match resource {
                permission::Resource::Template(parts) => {
                    for filled in template(parts, view, &self.source.scope) {
                        if self.passes_over && filled.missing.is_some() {
                            continue;
                        }
                        let unfilled = filled.missing.map(|name| {
                            format!("the request has no {name}, which names the resource")
                        });
                        self.push(requirement, filled.resource, keys, unfilled);
                    }
                }
                permission::Resource::Resolver {
                    name,
                    index,
                    arguments,
                } => match self.source.resolve(*index, arguments, view) {
                    Resolved::Known(arns) if arns.is_empty() => self.push(
                        requirement,
                        unknown(),
                        keys,
                        Some(format!("the resolver `{name}` named no resource")),
                    ),
                    Resolved::Known(arns) => {
                        for arn in arns {
                            self.push(requirement, arn.into(), keys, None);
                        }
                    }
                    Resolved::Begins(text) => {
                        let spans = vec![Span::Literal(text.into()), Span::Opaque];
                        let resource = Resource::from_spans(spans);
                        self.push(requirement, resource, keys, None);
                    }
                    Resolved::Needless => {}
                    Resolved::Unknown(why) => {
                        self.push(requirement, unknown(), keys, Some(why));
                    }
                },
            }
        }
    }
}

impl Source<'_> {
    fn resolve(&self, index: u16, arguments: &[CaptureIndex], view: &View<'_>) -> Resolved {
        let Some(service) = self.service else {
            return Resolved::Unknown("no service here can resolve the name".to_owned());
        };
        let values: SmallVec<[Cow<'_, [String]>; 3]> =
            arguments.iter().map(|index| view.owned(*index)).collect();
        let values: SmallVec<[&[String]; 3]> = values.iter().map(AsRef::as_ref).collect();
        service.resolve(index, &self.scope, &values)
    }
}

fn too_many() -> String {
    format!("the request names more than {MAX_REQUIRED} resources")
}

fn unknown() -> Resource<'static> {
    Resource::from_spans(vec![Span::Opaque])
}

/// A template's outcome for one combination of values.
struct Filled {
    resource: Resource<'static>,
    /// The capture that was absent.
    missing: Option<&'static str>,
}

/// Room for the longest names that are usual, so that a draft need not grow.
const DRAFT_BYTES: usize = 128;

/// A resource name under construction.
#[derive(Clone, Default)]
struct Draft {
    spans: Vec<Span<'static>>,
    text: String,
    missing: Option<&'static str>,
    /// A value was an ARN and stands for the whole template.
    whole: bool,
}

impl Draft {
    fn begin() -> Self {
        Self {
            text: String::with_capacity(DRAFT_BYTES),
            ..Self::default()
        }
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn unknown(&mut self, span: Span<'static>) {
        if !self.text.is_empty() {
            let text = std::mem::take(&mut self.text);
            self.spans.push(Span::Literal(text.into()));
        }
        self.spans.push(span);
    }

    /// Adds a value.
    fn add(&mut self, value: &Filtered<'_>) {
        match value.replaces {
            Replaces::Place => {}
            Replaces::Before | Replaces::All => {
                *self = Self {
                    whole: value.replaces == Replaces::All,
                    ..Self::default()
                }
            }
        }
        self.push(&value.text);
        match value.unknown {
            Unknown::Nothing => {}
            Unknown::Text => self.unknown(Span::Opaque),
            Unknown::Characters(count) => self.unknown(Span::Characters(count)),
        }
    }

    /// The draft with one more value.
    fn with(&self, value: &Filtered<'_>) -> Self {
        let mut next = self.clone();
        next.add(value);
        next
    }

    fn finish(mut self) -> Filled {
        let resource = if self.spans.is_empty() {
            Resource::literal(self.text)
        } else {
            if !self.text.is_empty() {
                self.spans.push(Span::Literal(self.text.into()));
            }
            Resource::from_spans(self.spans)
        };
        Filled {
            resource,
            missing: self.missing,
        }
    }
}

/// The drafts of a template: nearly always one, as its members have a value each.
type Drafts = SmallVec<[Draft; 1]>;

/// Every combination of the parts' values.
fn template<'a>(
    parts: &[Part],
    view: &View<'a>,
    scope: &Scope<'_>,
) -> impl Iterator<Item = Filled> + use<'a> {
    let mut drafts: Drafts = smallvec![Draft::begin()];
    for part in parts {
        match part {
            Part::Literal(text) => each(&mut drafts, |draft| draft.push(text)),
            Part::Partition => each(&mut drafts, |draft| draft.push(scope.partition)),
            Part::Region => each(&mut drafts, |draft| draft.push(scope.region)),
            Part::Account => each(&mut drafts, |draft| draft.push(scope.account)),
            Part::DnsSuffix => each(&mut drafts, |draft| draft.push(scope.dns_suffix())),
            Part::Opaque => each(&mut drafts, |draft| draft.unknown(Span::Opaque)),
            Part::Capture {
                capture,
                default,
                filter,
            } => {
                let mut values: SmallVec<[Filtered<'_>; 1]> = view
                    .texts(*capture)
                    .filter(|text| !text.is_empty())
                    .filter_map(|text| match filter {
                        Some(filter) => filter.apply(text),
                        None => Some(Filtered::text(text)),
                    })
                    .collect();
                if values.is_empty() {
                    values.extend(default.map(|text| match text {
                        OPAQUE => Filtered::opaque(""),
                        _ => Filtered::text(scope.expand(text)),
                    }));
                }
                match &values[..] {
                    [] => {
                        let name = view.name(*capture);
                        each(&mut drafts, |draft| {
                            draft.unknown(Span::Opaque);
                            draft.missing.get_or_insert(name);
                        });
                    }
                    [value] => each(&mut drafts, |draft| draft.add(value)),
                    _ => drafts = cross(drafts, &values),
                }
            }
        }
    }
    drafts.into_iter().map(Draft::finish)
}

fn each(drafts: &mut [Draft], change: impl Fn(&mut Draft)) {
    drafts
        .iter_mut()
        .filter(|draft| !draft.whole)
        .for_each(change);
}

/// Every draft with every value; one beyond [`MAX_REQUIRED`] is enough for [`fill`] to refuse.
fn cross(drafts: Drafts, values: &[Filtered<'_>]) -> Drafts {
    let mut crossed = Drafts::with_capacity(drafts.len());
    for draft in drafts {
        if draft.whole {
            crossed.push(draft);
            continue;
        }
        for value in values {
            if crossed.len() > MAX_REQUIRED {
                return crossed;
            }
            crossed.push(draft.with(value));
        }
    }
    crossed
}
