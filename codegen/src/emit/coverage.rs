//! `generated/COVERAGE.md`: how much of what operations need is known, in total and by service.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use stockade_spec::template::{
    Class, OperationPermissions, Part, Permissions, Requirement, Resource, Source,
};

use super::HEADER;
use crate::model::{Authorization, Models};

/// The figures, in the order of the table's columns.
const COLUMNS: [&str; 14] = [
    "operations",
    "by name",
    "by link",
    "by overlay",
    "inferred",
    "open",
    "unsigned",
    "bearer",
    "no template",
    "resources bound",
    "partly opaque",
    "`*` by design",
    "`*` though scoped",
    "unbound dependents",
];

type Row = [usize; COLUMNS.len()];

/// The file.
pub(super) fn emit(models: &Models, permissions: &BTreeMap<String, Permissions>) -> Vec<u8> {
    let rows: Vec<(&str, Row)> = permissions
        .iter()
        .map(|(service, permissions)| {
            let mut row = Row::default();
            for operation in permissions.values() {
                count(operation, &models.authorization, &mut row);
            }
            (service.as_str(), row)
        })
        .collect();
    let mut total = Row::default();
    for (_, row) in &rows {
        for (sum, figure) in total.iter_mut().zip(row) {
            *sum += figure;
        }
    }
    let mut text = format!(
        "{HEADER}\n\n# Coverage of permissions\n\nWhat the permission tables of {} services know of their \
         operations. *By name*, *link* or *overlay* says how an operation's action was found; an *inferred* one is \
         newer than the authorization reference. A resource is *bound* to the request's members, *partly opaque* where \
         only state knows the rest (an allow must then cover all of it), or `*`: by design, where the action has no \
         resource types, or though the reference scopes it (nothing is named, or it is yet to get its id). *Unbound \
         dependents* are further actions of the reference whose trigger no rule knows.\n\n## Totals\n\n| | |\n|---|---|\n",
        rows.len()
    );
    for (column, figure) in COLUMNS.iter().zip(total) {
        let _ = writeln!(text, "| {column} | {figure} |");
    }
    let _ = write!(
        text,
        "\n## By service\n\n| service | {} |\n|---|{}\n",
        COLUMNS.join(" | "),
        "---|".repeat(COLUMNS.len())
    );
    for (service, row) in rows {
        let figures: Vec<String> = row.iter().map(ToString::to_string).collect();
        let _ = writeln!(text, "| {service} | {} |", figures.join(" | "));
    }
    text.into_bytes()
}

fn count(
    operation: &OperationPermissions,
    references: &BTreeMap<String, Authorization>,
    row: &mut Row,
) {
    row[0] += 1;
    let column = match (operation.class, operation.source) {
        (Class::Open, _) => 5,
        (Class::Unsigned, _) => 6,
        (Class::Bearer, _) => 7,
        (Class::Requirements, _) if operation.requirements.is_empty() => 8,
        (Class::Requirements, Source::Name) => 1,
        (Class::Requirements, Source::Link) => 2,
        (Class::Requirements, Source::Overlay) => 3,
        (Class::Requirements, Source::Inferred) => 4,
    };
    row[column] += 1;
    for requirement in &operation.requirements {
        if requirement.resources.is_empty() {
            row[if scoped(requirement, references) {
                12
            } else {
                11
            }] += 1;
        }
        for resource in &requirement.resources {
            row[if is_opaque(resource) { 10 } else { 9 }] += 1;
        }
    }
    row[13] += operation.unbound_dependents.len();
}

/// Whether the reference has resource types for a requirement's action.
fn scoped(requirement: &Requirement, references: &BTreeMap<String, Authorization>) -> bool {
    requirement
        .action
        .split_once(':')
        .and_then(|(prefix, name)| references.get(prefix)?.actions.get(name))
        .is_some_and(|action| !action.resource_types.is_empty())
}

fn is_opaque(resource: &Resource) -> bool {
    matches!(resource, Resource::Template(parts) if parts.contains(&Part::Opaque))
}
