//! Permissions as plain text, for review: a block for each operation.

use std::fmt::Write as _;

use super::Permissions;
use super::ir::{Class, Predicate, Requirement, Source};

/// A service's table; the first line counts its operations by class and source.
pub(crate) fn render(service: &str, permissions: &Permissions) -> String {
    let mut text = coverage(service, permissions);
    for (name, operation) in permissions {
        let _ = write!(text, "\n\n{name} · {}", operation.class);
        if operation.class == Class::Requirements {
            let _ = write!(text, " · {}", operation.source);
        }
        if let Some(because) = &operation.because {
            let _ = write!(text, " · {because}");
        }
        if operation.class == Class::Requirements && operation.requirements.is_empty() {
            text.push_str("\n  no template: root alone may call it");
        }
        for requirement in &operation.requirements {
            one(&mut text, requirement);
        }
        for dependent in &operation.unbound_dependents {
            let _ = write!(
                text,
                "\n  (dependent, without a member to trigger it: {dependent})"
            );
        }
    }
    text.push('\n');
    text
}

fn one(text: &mut String, requirement: &Requirement) {
    let _ = write!(text, "\n  {}", requirement.action);
    if requirement.resources.is_empty() {
        text.push_str("\n    on *");
    }
    for resource in &requirement.resources {
        let _ = write!(text, "\n    on {resource}");
    }
    if let Some(each) = &requirement.each {
        let _ = write!(text, "\n    each {each}");
    }
    if requirement.when != Predicate::Always {
        let _ = write!(text, "\n    when {}", requirement.when);
    }
    for key in &requirement.keys {
        let _ = write!(text, "\n    {} = {}", key.name, key.value);
    }
}

/// One line: how many operations there are, and where their actions come from.
pub(crate) fn coverage(service: &str, permissions: &Permissions) -> String {
    let count = |test: &dyn Fn(&super::OperationPermissions) -> bool| {
        permissions
            .values()
            .filter(|operation| test(operation))
            .count()
    };
    let by_source = |source: Source| {
        count(&|operation| operation.class == Class::Requirements && operation.source == source)
    };
    let of_class = |class: Class| count(&|operation| operation.class == class);
    format!(
        "{service}: {} operations; by name {}, by link {}, inferred {}, by overlay {}; open {}, unsigned {}, bearer {}",
        permissions.len(),
        by_source(Source::Name),
        by_source(Source::Link),
        by_source(Source::Inferred),
        by_source(Source::Overlay),
        of_class(Class::Open),
        of_class(Class::Unsigned),
        of_class(Class::Bearer),
    )
}
