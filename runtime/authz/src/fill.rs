//! Permission templates, filled from a decoded input.

mod collector;
mod view;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;

use aws_smithy_schema::serde::{SerdeError, SerializableStruct};
use stockade_policy::{Resource, Span};
use stockade_spec::Service;
use stockade_spec::filter::{Filtered, Replaces, Unknown};
use stockade_spec::permission::{
    self, CaptureIndex, KeyBinding, Part, Permissions, Requirement, Value,
};
use stockade_spec::resolve::{Resolved, Scope};

use collector::Captured;
use view::View;

/// The most action and resource pairs one request is taken apart into; a request that needs more
/// is denied. `DeleteObjects` names up to 1,000 objects, and a template may cross two lists.
pub const MAX_REQUIRED: usize = 20_000;

/// Condition keys that the request itself sets, with their values, or why they cannot be told.
pub type Keys = Vec<(Cow<'static, str>, Result<Vec<String>, String>)>;

/// One action on one resource that the caller must be allowed.
#[derive(Debug, Clone)]
pub struct Required {
    /// The action, for example `lambda:CreateFunction`.
    pub action: &'static str,
    /// The resource; `*` for an action that is not scoped to one.
    pub resource: Resource<'static>,
    /// Condition keys of this requirement.
    pub keys: Arc<Keys>,
    /// Condition keys that AWS sets and that nothing here tells, where the resource's state is not kept here.
    pub untold: &'static [&'static str],
    /// Why the resource could not be told: the requirement then denies.
    pub unfilled: Option<String>,
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
    let captured = Captured::gather(permissions.captures, input)?;
    let mut filler = Filler {
        source,
        required: Vec::with_capacity(permissions.requirements.len()),
    };
    for requirement in permissions.requirements {
        let whole = View::new(permissions.captures, &captured);
        match requirement.each {
            None => filler.requirement(requirement, &whole),
            Some(list) => {
                for element in whole.elements(list) {
                    filler.requirement(requirement, &whole.narrowed(list, element));
                }
            }
        }
        if filler.required.len() > MAX_REQUIRED {
            filler.required.truncate(MAX_REQUIRED);
            filler.push(
                requirement,
                unknown(),
                Arc::default(),
                Some(format!(
                    "the request names more than {MAX_REQUIRED} resources"
                )),
            );
            break;
        }
    }
    Ok(filler.required)
}

struct Filler<'a> {
    source: &'a Source<'a>,
    required: Vec<Required>,
}

impl Filler<'_> {
    fn push(
        &mut self,
        requirement: &Requirement,
        resource: Resource<'static>,
        keys: Arc<Keys>,
        unfilled: Option<String>,
    ) {
        self.required.push(Required {
            action: requirement.action,
            resource,
            keys,
            untold: requirement.untold,
            unfilled,
        });
    }

    fn requirement(&mut self, requirement: &Requirement, view: &View<'_>) {
        if !view.holds(&requirement.when) {
            return;
        }
        let keys = Arc::new(self.keys(requirement.keys, view));
        if requirement.resources.is_empty() {
            self.push(requirement, Resource::any(), keys, None);
            return;
        }
        for resource in requirement.resources {
            match resource {
                permission::Resource::Template(parts) => {
                    for filled in template(parts, view, &self.source.scope) {
                        let unfilled = filled.missing.map(|name| {
                            format!("the request has no {name}, which names the resource")
                        });
                        self.push(requirement, filled.resource, Arc::clone(&keys), unfilled);
                    }
                }
                permission::Resource::Resolver {
                    name,
                    index,
                    arguments,
                } => match self.resolve(*index, arguments, view) {
                    Resolved::Known(arns) if arns.is_empty() => self.push(
                        requirement,
                        unknown(),
                        Arc::clone(&keys),
                        Some(format!("the resolver `{name}` named no resource")),
                    ),
                    Resolved::Known(arns) => {
                        for arn in arns {
                            self.push(requirement, arn.into(), Arc::clone(&keys), None);
                        }
                    }
                    Resolved::Needless => {}
                    Resolved::Unknown(why) => {
                        self.push(requirement, unknown(), Arc::clone(&keys), Some(why));
                    }
                },
            }
        }
    }

    fn resolve(&self, index: u16, arguments: &[CaptureIndex], view: &View<'_>) -> Resolved {
        let Some(service) = self.source.service else {
            return Resolved::Unknown("no service here can resolve the name".to_owned());
        };
        let values: Vec<Cow<'_, [String]>> =
            arguments.iter().map(|index| view.owned(*index)).collect();
        let values: Vec<&[String]> = values.iter().map(AsRef::as_ref).collect();
        service.resolve(index, &self.source.scope, &values)
    }

    /// The requirement's condition keys.
    fn keys(&self, bindings: &[KeyBinding], view: &View<'_>) -> Keys {
        let mut keys = Keys::new();
        for binding in bindings {
            let key = binding.key;
            match &binding.value {
                Value::Literal(text) => {
                    let text = self.source.scope.expand(text);
                    add(&mut keys, key.into(), [text.into_owned()]);
                }
                Value::Capture(index) => {
                    add(&mut keys, key.into(), view.texts(*index).map(str::to_owned))
                }
                Value::Template(parts) => {
                    for filled in template(parts, view, &self.source.scope) {
                        match filled.resource.as_literal() {
                            Some(text) => add(&mut keys, key.into(), [text.to_owned()]),
                            None if filled.missing.is_some() => {}
                            None => {
                                let why = "only the service's state can tell it";
                                keys.push((key.into(), Err(why.to_owned())));
                            }
                        }
                    }
                }
                Value::Pairs { names, values } => {
                    for (name, value) in view.pairs(*names, *values) {
                        let name = Cow::Owned(format!("{key}{name}"));
                        add(&mut keys, name, [value.unwrap_or_default().to_owned()]);
                    }
                }
                Value::Presence(index) => {
                    add(&mut keys, key.into(), [view.is_present(*index).to_string()]);
                }
                Value::Header(name) => add(&mut keys, key.into(), (self.source.header)(name)),
                Value::Resolver {
                    index, arguments, ..
                } => match self.resolve(*index, arguments, view) {
                    Resolved::Known(pairs) if key.ends_with('/') => {
                        for pair in pairs {
                            let (name, value) = pair.split_once('=').unwrap_or((&pair, ""));
                            let name = Cow::Owned(format!("{key}{name}"));
                            add(&mut keys, name, [value.to_owned()]);
                        }
                    }
                    Resolved::Known(values) => add(&mut keys, key.into(), values),
                    Resolved::Needless => {}
                    Resolved::Unknown(why) => keys.push((key.into(), Err(why))),
                },
            }
        }
        keys
    }
}

/// Adds values to a key; a key without values is not set.
fn add(keys: &mut Keys, key: Cow<'static, str>, values: impl IntoIterator<Item = String>) {
    let mut values = values.into_iter().peekable();
    if values.peek().is_none() {
        return;
    }
    match keys
        .iter_mut()
        .find(|(held, _)| held.eq_ignore_ascii_case(&key))
    {
        Some((_, Ok(held))) => held.extend(values),
        // What is known of a key in part is not known.
        Some((_, Err(_))) => {}
        None => keys.push((key, Ok(values.collect()))),
    }
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
    fn push(&mut self, text: &str) {
        let _ = self.text.write_str(text);
    }

    fn unknown(&mut self, span: Span<'static>) {
        if !self.text.is_empty() {
            let text = std::mem::take(&mut self.text);
            self.spans.push(Span::Literal(text.into()));
        }
        self.spans.push(span);
    }

    /// The draft with one more part.
    fn with(&self, filtered: &Filtered<'_>) -> Self {
        let mut next = match filtered.replaces {
            Replaces::Place => self.clone(),
            Replaces::Before | Replaces::All => Self {
                whole: filtered.replaces == Replaces::All,
                ..Self::default()
            },
        };
        next.push(&filtered.text);
        match filtered.unknown {
            Unknown::Nothing => {}
            Unknown::Text => next.unknown(Span::Opaque),
            Unknown::Characters(count) => next.unknown(Span::Characters(count)),
        }
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

/// Every combination of the parts' values.
fn template<'a>(
    parts: &[Part],
    view: &View<'a>,
    scope: &Scope<'_>,
) -> impl Iterator<Item = Filled> + use<'a> {
    let mut drafts = vec![Draft::default()];
    for part in parts {
        match part {
            Part::Literal(text) => each(&mut drafts, |draft| draft.push(text)),
            Part::Partition => each(&mut drafts, |draft| draft.push(scope.partition)),
            Part::Region => each(&mut drafts, |draft| draft.push(scope.region)),
            Part::Account => each(&mut drafts, |draft| draft.push(scope.account)),
            Part::Opaque => each(&mut drafts, |draft| draft.unknown(Span::Opaque)),
            Part::Capture {
                capture,
                default,
                filter,
            } => {
                let mut values: Vec<Filtered<'_>> = view
                    .texts(*capture)
                    .filter(|text| !text.is_empty())
                    .filter_map(|text| match filter {
                        Some(filter) => filter.apply(text),
                        None => Some(Filtered::text(text)),
                    })
                    .collect();
                if values.is_empty() {
                    values.extend(default.map(|text| match text {
                        permission::OPAQUE => Filtered::opaque(""),
                        _ => Filtered::text(scope.expand(text)),
                    }));
                }
                if values.is_empty() {
                    let name = view.name(*capture);
                    each(&mut drafts, |draft| {
                        draft.unknown(Span::Opaque);
                        draft.missing.get_or_insert(name);
                    });
                } else {
                    drafts = cross(drafts, &values);
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
fn cross(drafts: Vec<Draft>, values: &[Filtered<'_>]) -> Vec<Draft> {
    let mut crossed = Vec::with_capacity(drafts.len());
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
