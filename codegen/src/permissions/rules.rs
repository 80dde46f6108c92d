//! What follows from the models alone: an operation's action, and the actions that depend on it.

use super::bind::{Binder, Resources};
use super::dependents::{self, Asked, Dependent, Dependents};
use super::input::Input;
use super::prefixes::Own;
use super::resolve::known_action;
use super::roles::{self, Passed};
use super::service_linked::ServiceLinked;
use super::{keys, kms};
use std::collections::BTreeMap;

use crate::model::{Action, Authorization};
use stockade_spec::template::{
    LeftOut, Part, Path, Predicate, Requirement, Resource, Source, Step, Why,
};

/// An operation's action and how it was found; the reference knows none that is only inferred.
pub(super) struct Named<'a> {
    pub(super) name: String,
    pub(super) known: Option<(&'a Authorization, &'a Action)>,
    pub(super) source: Source,
}

/// The action behind an operation: its own name, else the one whose documentation is the
/// operation's page, else `prefix:Operation`.
pub(super) fn name<'a>(operation: &str, own: &Own<'a>) -> Named<'a> {
    for reference in &own.references {
        let own = reference
            .actions
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(operation));
        if let Some((name, action)) = own {
            return found(name, action, reference, Source::Name);
        }
    }
    let page = format!("API_{operation}");
    for reference in &own.references {
        let mut linked = reference.actions.iter().filter(|(_, action)| {
            action
                .documentation
                .as_deref()
                .is_some_and(|link| link.eq_ignore_ascii_case(&page))
        });
        // A page that several actions name (one for each version of an object) names none.
        if let (Some((name, action)), None) = (linked.next(), linked.next()) {
            return found(name, action, reference, Source::Link);
        }
    }
    Named {
        name: format!("{}:{operation}", own.prefix),
        known: None,
        source: Source::Inferred,
    }
}

fn found<'a>(
    name: &str,
    action: &'a Action,
    reference: &'a Authorization,
    source: Source,
) -> Named<'a> {
    Named {
        name: format!("{}:{name}", reference.prefix),
        known: Some((reference, action)),
        source,
    }
}

/// What dependent actions are derived from.
pub(super) struct About<'a> {
    pub(super) references: &'a BTreeMap<String, Authorization>,
    pub(super) binder: Option<&'a Binder<'a>>,
    /// The resources of the operation's own action.
    pub(super) resources: &'a Resources,
    /// The operation's name.
    pub(super) operation: &'a str,
    /// Whom the service's roles are for.
    pub(super) passed: &'a Passed<'a>,
    /// The table of dependent actions.
    pub(super) families: &'a Dependents,
    /// The table of service-linked roles.
    pub(super) service_linked: &'a ServiceLinked,
    /// The service's id.
    pub(super) service: &'a str,
}

impl About<'_> {
    /// What the call tags as it makes it: what it is about, by the types of its own action or of the one that tags.
    fn tagged(&self, dependent: &str) -> Vec<Resource> {
        if !self.resources.subject.is_empty() {
            return self.resources.subject.clone();
        }
        let known = self.binder.zip(known_action(self.references, dependent));
        let made = match known {
            // What another service makes for this one has a name of that service's choice.
            Some((binder, (reference, _))) if binder.prefix() != reference.prefix => {
                return vec![Resource::Template(vec![Part::Opaque])];
            }
            Some((binder, (_, action))) => binder.made(action),
            None => Vec::new(),
        };
        if made.is_empty() {
            self.resources.all().cloned().collect()
        } else {
            made
        }
    }
}

/// The actions that a call needs beside its own: those that the reference calls dependent, where
/// an input member triggers them, and `iam:PassRole` for each role that the input hands over.
///
/// The second value is the dependent actions that are not asked for.
pub(super) fn dependents(
    action: &Action,
    about: &About<'_>,
    input: &Input<'_>,
) -> (Vec<Requirement>, Vec<LeftOut>) {
    let mut listed: Vec<&str> = action.dependents().collect();
    listed.sort_unstable();
    listed.dedup();
    let changes =
        action.access_level.contains("Write") || action.access_level.contains("Permissions");
    let passes = listed.contains(&"iam:PassRole");
    let mut requirements = if changes || passes {
        roles::passed(
            about.operation,
            passes,
            about.passed,
            about.resources,
            input,
        )
    } else {
        Vec::new()
    };
    let mut left_out = Vec::new();
    for dependent in listed {
        let found = match dependent {
            // Those of the roles stand first.
            "iam:PassRole" if !requirements.is_empty() => continue,
            _ => one(dependent, about, input),
        };
        match found {
            Ok(found) => requirements.extend(found),
            Err(why) => left_out.push(LeftOut {
                action: dependent.to_owned(),
                why,
            }),
        }
    }
    (requirements, left_out)
}

/// What one dependent action needs, or why it is not asked for.
fn one(dependent: &str, about: &About<'_>, input: &Input<'_>) -> Result<Vec<Requirement>, Why> {
    let found = triggered(dependent, about, input);
    if !found.is_empty() {
        return Ok(found);
    }
    let Some((reference, action)) = known_action(about.references, dependent) else {
        return Err(Why::Unknown);
    };
    // Tags that the call does not set need no permission.
    if dependents::is_tagging(dependent) {
        return Err(Why::Declined);
    }
    if dependents::is_cleanup(about.operation, dependent) {
        return Err(Why::Elsewhere);
    }
    let known = Dependent {
        name: dependent,
        reference,
        action,
        own: about.binder.map(Binder::reference),
    };
    let family = about.families.of(about.service, about.operation, dependent);
    let trigger = match family.map(|family| family.asked(input)) {
        Some(Asked::No) => return Err(Why::Declined),
        Some(Asked::When(predicate)) => predicate,
        Some(Asked::Always) | None => Predicate::Always,
    };
    let of_roles = about
        .service_linked
        .made(about.service, about.operation, dependent);
    let mut found = match about.binder {
        _ if !of_roles.is_empty() => of_roles,
        _ if reference.prefix == "kms" => return Err(Why::Unknown),
        Some(binder)
            if binder.prefix() == reference.prefix && !action.resource_types.is_empty() =>
        {
            let bound = binder.dependent(action).ok_or(Why::Elsewhere)?;
            bound
                .into_iter()
                .map(|bound| Requirement {
                    action: dependent.to_owned(),
                    resources: bound.resources,
                    when: bound.when,
                    each: None,
                    keys: Vec::new(),
                    untold: Vec::new(),
                })
                .collect()
        }
        _ => dependents::evident(&known, input),
    };
    if found.is_empty() {
        return Err(Why::Elsewhere);
    }
    for one in &mut found {
        one.when = trigger.clone().and(&one.when);
    }
    Ok(found)
}

/// A dependent action's requirements, one for each member that triggers it.
fn triggered(dependent: &str, about: &About<'_>, input: &Input<'_>) -> Vec<Requirement> {
    let plainly = |resources, when| Requirement {
        action: dependent.to_owned(),
        resources,
        when,
        each: None,
        keys: Vec::new(),
        untold: Vec::new(),
    };
    let (prefix, name) = dependent.split_once(':').unwrap_or((dependent, ""));
    let tagging = ["TagResource", "CreateTags"].contains(&name) || name.starts_with("AddTags");
    if tagging {
        let Some((names, _)) = keys::tags(input) else {
            return Vec::new();
        };
        let holder = names
            .0
            .iter()
            .take_while(|step| matches!(step, Step::Member(_)))
            .cloned()
            .collect();
        let holder = Path(holder);
        return vec![plainly(about.tagged(dependent), Predicate::Present(holder))];
    }
    match prefix {
        "kms" => kms::key_members(input)
            .iter()
            .map(|found| {
                let key = Resource::Template(kms::key_arn(found.path.clone()));
                plainly(vec![key], Predicate::Present(found.path.clone()))
            })
            .collect(),
        _ => Vec::new(),
    }
}
