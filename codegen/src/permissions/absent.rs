//! What a call need not name: where a requirement asks for a resource by an optional member, and does not wait for that
//! member, a call without it is about what nobody here can know. Whoever is allowed all of it is let through, to the
//! service's own answer.

use super::input::Input;
use stockade_spec::permission::OPAQUE;
use stockade_spec::template::{Part, Path, Predicate, Requirement, Resource, Step};

/// Makes the optional members of a requirement's resources opaque where they are absent.
pub(super) fn settle(requirement: &mut Requirement, input: &Input<'_>) {
    let Requirement {
        resources,
        when,
        each,
        ..
    } = requirement;
    for resource in resources {
        let Resource::Template(parts) = resource else {
            continue;
        };
        for part in parts {
            if let Part::Member { path, default, .. } = part
                && default.is_none()
                && !input.requires(path, 0)
                && !is_there(path, when, each.as_ref(), input)
            {
                *default = Some(OPAQUE.to_owned());
            }
        }
    }
}

/// Whether a member has a value whenever the requirement applies.
fn is_there(path: &Path, when: &Predicate, each: Option<&Path>, input: &Input<'_>) -> bool {
    each.is_some_and(|each| comes_with(path, each, input)) || follows(path, when, input)
}

fn follows(path: &Path, when: &Predicate, input: &Input<'_>) -> bool {
    match when {
        Predicate::Present(other)
        | Predicate::OneOf(other, _)
        | Predicate::Contains(other, _)
        | Predicate::Begins(other, _) => comes_with(path, other, input),
        Predicate::All(all) => all.iter().any(|one| follows(path, one, input)),
        Predicate::Any(any) => any.iter().all(|one| follows(path, one, input)),
        Predicate::Always | Predicate::Missing | Predicate::Absent(_) | Predicate::Not(_) => false,
    }
}

/// Whether a member has a value wherever another one has: what lies in both of their ways is there, and the rest of its
/// way is required. The values of a map come with its keys.
fn comes_with(path: &Path, other: &Path, input: &Input<'_>) -> bool {
    let is_alike = |(one, other): &(&Step, &Step)| {
        one == other || matches!((one, other), (Step::Values, Step::Keys))
    };
    let common = path.0.iter().zip(&other.0).take_while(is_alike).count();
    input.requires(path, common)
}
