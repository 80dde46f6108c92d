//! Passing roles, and making service-linked ones.

use crate::actions::speaks_of;
use crate::arn::Arn;
use crate::checks::{
    CREATE_SLR_WITH_NOT_ACTION_AND_NOT_RESOURCE, CREATE_SLR_WITH_NOT_RESOURCE,
    CREATE_SLR_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE, CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE,
    CREATE_SLR_WITH_STAR_IN_RESOURCE, CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION, Check,
    PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE, PASS_ROLE_WITH_NOT_RESOURCE,
    PASS_ROLE_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE, PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE,
    PASS_ROLE_WITH_STAR_IN_RESOURCE, PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION,
};
use crate::document::{Analysis, PolicyType};
use crate::finding::Spot;
use crate::statement::{Element, Statement};
use crate::tables::{CREATE_SLR, PASS_ROLE, PASSED_TO, SLR_SERVICE};

/// What is said of an action on roles: by name, by a pattern or by `NotAction`, with a pattern in `Resource` or with
/// `NotResource`.
struct Sensitive {
    action: &'static str,
    /// The key that narrows it down to a service.
    narrowed_by: &'static str,
    /// By name, by a pattern, by `NotAction`.
    star: [&'static Check; 3],
    not_resource: [&'static Check; 3],
}

static SENSITIVE: [Sensitive; 2] = [
    Sensitive {
        action: CREATE_SLR,
        narrowed_by: SLR_SERVICE,
        star: [
            &CREATE_SLR_WITH_STAR_IN_RESOURCE,
            &CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE,
            &CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION,
        ],
        not_resource: [
            &CREATE_SLR_WITH_NOT_RESOURCE,
            &CREATE_SLR_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE,
            &CREATE_SLR_WITH_NOT_ACTION_AND_NOT_RESOURCE,
        ],
    },
    Sensitive {
        action: PASS_ROLE,
        narrowed_by: PASSED_TO,
        star: [
            &PASS_ROLE_WITH_STAR_IN_RESOURCE,
            &PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE,
            &PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION,
        ],
        not_resource: [
            &PASS_ROLE_WITH_NOT_RESOURCE,
            &PASS_ROLE_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE,
            &PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE,
        ],
    },
];

pub(crate) fn look(analysis: &mut Analysis<'_>, statement: &Statement<'_>) {
    if analysis.kind != PolicyType::Identity || statement.allows != Some(true) {
        return;
    }
    let (Some(actions), Some(resources)) = (&statement.actions, &statement.resources) else {
        return;
    };
    for sensitive in &SENSITIVE {
        if statement.has_key(&[sensitive.narrowed_by]) {
            continue;
        }
        let Some((how, action)) = allowed(actions, sensitive.action) else {
            continue;
        };
        if resources.negated {
            let spots = vec![action, resources.spot.clone()];
            analysis.report.add(sensitive.not_resource[how], &[], spots);
        } else if let Some(star) = resources
            .entries
            .iter()
            .find(|entry| is_any_role(entry.text))
        {
            let spots = vec![action, star.spot.clone()];
            analysis.report.add(sensitive.star[how], &[], spots);
        }
    }
}

/// How an element speaks of an action (by name 0, by a pattern 1, by `NotAction` 2), and where.
fn allowed(actions: &Element<'_>, action: &str) -> Option<(usize, Spot)> {
    if actions.negated {
        let spared = actions
            .entries
            .iter()
            .any(|entry| speaks_of(entry.text, action));
        return (!spared).then(|| (2, actions.spot.clone()));
    }
    let mut entries = actions.entries.iter();
    let entry = entries.find(|entry| speaks_of(entry.text, action))?;
    let pattern = usize::from(entry.text.contains(['*', '?']));
    Some((pattern, entry.spot.clone()))
}

/// Whether a resource stands for any role: nothing of its name is fixed.
fn is_any_role(resource: &str) -> bool {
    if resource == "*" {
        return true;
    }
    let Some(arn) = Arn::parse(resource) else {
        return resource.ends_with('*');
    };
    let name = arn.resource.strip_prefix("role/").unwrap_or(arn.resource);
    !name.is_empty() && name.bytes().all(|byte| matches!(byte, b'*' | b'?' | b'/'))
}
