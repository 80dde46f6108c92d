//! Resources by rule: an action's resource types and their ARN formats, bound to input members by
//! name.

use super::input::{Found, Input, is_scalar, plain};
use super::overlay::Overlay;
use crate::model::{Action, Authorization, ShapeKind};
use stockade_spec::filter::Filter;
use stockade_spec::template::{Part, Path, Predicate, Resource, Step};

/// The resources that one requirement of an action is about, and when.
pub(super) struct Bound {
    pub(super) resources: Vec<Resource>,
    pub(super) when: Predicate,
}

/// One resource type, bound.
struct OneType {
    resource: Resource,
    /// The optional member without which the call does not name the resource.
    optional: Option<Path>,
}

/// The resources of an action, for an operation with this input: the first entry holds for each
/// call; further ones are about resources that only some calls name.
///
/// A required type that no member names is opaque, or has `*` for the id that the call is about to
/// make.
pub(super) fn resources(
    operation: &str,
    action: &Action,
    reference: &Authorization,
    overlay: &Overlay,
    input: &Input<'_>,
) -> Vec<Bound> {
    let mut always: Vec<Resource> = Vec::new();
    let mut sometimes: Vec<(Resource, Path)> = Vec::new();
    let has_required = action.resource_types.values().any(|usage| usage.required);
    for (name, usage) in &action.resource_types {
        match one_type(
            name,
            action.resource_types.len() == 1,
            reference,
            overlay,
            input,
        ) {
            Some(OneType {
                resource,
                optional: None,
            }) => always.push(resource),
            Some(OneType {
                resource,
                optional: Some(path),
            }) if !usage.required => {
                sometimes.push((resource, path));
            }
            Some(OneType { resource, .. }) => always.push(resource),
            None if usage.required => always.push(unnamed(operation, name, reference, input)),
            None => {}
        }
    }
    dedup(&mut always);
    sometimes.retain(|(resource, _)| !always.contains(resource));
    let mut bound = Vec::new();
    if !always.is_empty() || sometimes.is_empty() {
        bound.push(Bound {
            resources: always,
            when: Predicate::Always,
        });
    } else if !has_required {
        // Without any of the optional resources the call is about no resource in particular.
        let mut absent: Vec<Predicate> = Vec::new();
        for (_, path) in &sometimes {
            let one = Predicate::Absent(path.clone());
            if !absent.contains(&one) {
                absent.push(one);
            }
        }
        let when = if absent.len() == 1 {
            absent.remove(0)
        } else {
            Predicate::All(absent)
        };
        bound.push(Bound {
            resources: Vec::new(),
            when,
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
    bound
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

/// `only`: the action is about this type alone, so that a plain `Name` means it.
fn one_type(
    name: &str,
    only: bool,
    reference: &Authorization,
    overlay: &Overlay,
    input: &Input<'_>,
) -> Option<OneType> {
    if let Some(alternatives) = overlay.resources.get(name) {
        return alternatives
            .value
            .iter()
            .find(|resource| exists(resource, input))
            .map(|resource| OneType {
                resource: resource.clone(),
                optional: None,
            });
    }
    let members = input.members();
    let arns = reference
        .resource_types
        .get(name)
        .map(|kind| kind.arns.as_slice())
        .unwrap_or_default();
    let by_format = arns
        .iter()
        .find_map(|arn| by_format(arn, name, only, &members, input, None));
    match by_format {
        Some(bound) if bound.optional.is_none() => Some(bound),
        // A required ARN says more than an optional name.
        other => by_arn(name, arns, &members, input)
            .filter(|bound| other.is_none() || bound.optional.is_none())
            .or(other),
    }
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

/// An ARN format with its placeholders bound, each to a member of its own; `otherwise` stands for
/// those that no member names, and without it all must be bound.
fn by_format(
    arn: &str,
    resource_type: &str,
    only: bool,
    members: &[Found<'_>],
    input: &Input<'_>,
    otherwise: Option<&Part>,
) -> Option<OneType> {
    let mut optional = None;
    let mut used: Vec<&str> = Vec::new();
    let mut parts = Vec::new();
    for part in split(arn) {
        let part = match part {
            Ok(text) => Part::Literal(text.to_owned()),
            Err("Partition") => Part::Partition,
            Err("Region") => Part::Region,
            Err("Account" | "AccountId") => Part::Account,
            Err(placeholder) => {
                let named = named(placeholder, resource_type, only, members, input);
                match named.filter(|(_, found)| !used.contains(&found.name)) {
                    Some((path, found)) => {
                        used.push(found.name);
                        if !found.required {
                            optional = Some(found.path.clone());
                        }
                        Part::Member {
                            path,
                            default: None,
                            filter: found.takes_arn(input).then_some(Filter::Arn),
                        }
                    }
                    None => otherwise?.clone(),
                }
            }
        };
        parts.push(part);
    }
    Some(OneType {
        resource: Resource::Template(parts),
        optional,
    })
}

/// A member that holds the resource's whole ARN: `TableArn` of a `table`, or a `ResourceArn` of
/// whatever the operation is about.
fn by_arn(
    resource_type: &str,
    arns: &[String],
    members: &[Found<'_>],
    input: &Input<'_>,
) -> Option<OneType> {
    let mut wanted = vec![format!("{}arn", plain(resource_type))];
    let placeholders = arns
        .iter()
        .flat_map(|arn| split(arn))
        .filter_map(Result::err);
    wanted.extend(placeholders.map(|placeholder| format!("{}arn", stem(&plain(placeholder)))));
    wanted.extend(
        [
            "resourcearn",
            "resource",
            "resourceidentifier",
            "arn",
            "targetarn",
        ]
        .map(str::to_owned),
    );
    wanted.iter().find_map(|wanted| {
        let found = members.iter().find(|found| {
            let name = plain(found.name);
            name == *wanted || name.strip_suffix('s') == Some(wanted)
        })?;
        let path = found.values(input)?;
        let optional = (!found.required).then(|| found.path.clone());
        let part = Part::Member {
            path,
            default: None,
            filter: None,
        };
        Some(OneType {
            resource: Resource::Template(vec![part]),
            optional,
        })
    })
}

/// A plain name without what says which kind of name it is: `boxname` is `box`.
fn stem(name: &str) -> &str {
    ["identifier", "name", "arn", "id"]
        .iter()
        .find_map(|suffix| name.strip_suffix(suffix))
        .filter(|stem| !stem.is_empty())
        .unwrap_or(name)
}

/// The member that a placeholder means.
fn named<'a, 'b>(
    placeholder: &str,
    resource_type: &str,
    only: bool,
    members: &'b [Found<'a>],
    input: &Input<'_>,
) -> Option<(Path, &'b Found<'a>)> {
    let placeholder = plain(placeholder);
    let own = plain(resource_type);
    let mut wanted = vec![placeholder.clone()];
    for stem in [stem(&placeholder), own.as_str()] {
        wanted.extend(["", "name", "id", "identifier"].map(|suffix| format!("{stem}{suffix}")));
    }
    if only {
        let kind = placeholder
            .strip_prefix(stem(&placeholder))
            .unwrap_or_default();
        wanted.extend(
            [kind, "identifier"]
                .into_iter()
                .filter(|kind| !kind.is_empty())
                .map(str::to_owned),
        );
    }
    wanted.iter().find_map(|wanted| {
        members.iter().find_map(|found| {
            let name = plain(found.name);
            let same = name == *wanted || name.strip_suffix('s') == Some(wanted);
            same.then(|| found.values(input).map(|path| (path, found)))?
        })
    })
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
            || plain(self.name).ends_with("arn")
    }
}

/// A resource that no member names whole: what the members do not tell is opaque, or, in what the
/// call is about to make, `*`, as AWS checks what has no id yet.
fn unnamed(
    operation: &str,
    resource_type: &str,
    reference: &Authorization,
    input: &Input<'_>,
) -> Resource {
    const MAKES: [&str; 12] = [
        "Create",
        "Run",
        "Start",
        "Request",
        "Allocate",
        "Register",
        "Import",
        "Copy",
        "Put",
        "Provision",
        "Purchase",
        "Submit",
    ];
    let makes = MAKES.iter().any(|verb| operation.starts_with(verb));
    let otherwise = if makes {
        Part::Literal("*".to_owned())
    } else {
        Part::Opaque
    };
    let arn = reference
        .resource_types
        .get(resource_type)
        .and_then(|kind| kind.arns.first());
    arn.and_then(|arn| {
        by_format(
            arn,
            resource_type,
            false,
            &input.members(),
            input,
            Some(&otherwise),
        )
    })
    .map_or_else(
        || Resource::Template(vec![otherwise.clone()]),
        |bound| bound.resource,
    )
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
