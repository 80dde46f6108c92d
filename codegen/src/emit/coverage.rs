//! `generated/COVERAGE.md`: how much of what operations need is known, in total and by service.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use stockade_spec::template::{
    Class, OperationPermissions, Part, Permissions, Predicate, Requirement, Resource, Source, Why,
};

use super::HEADER;
use crate::model::{Authorization, Models};
use crate::permissions::{Kms, keys, known_action};

/// The figures, in the order of the table's columns.
const COLUMNS: [&str; 22] = [
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
    "dependents always",
    "dependents when",
    "left to the service",
    "not needed",
    "unbound dependents",
    "keys bound",
    "keys of tags",
    "keys untold",
    "keys unbound",
];

type Row = [usize; COLUMNS.len()];

/// The figures of each service.
fn rows<'a>(
    models: &Models,
    permissions: &'a BTreeMap<String, Permissions>,
) -> Vec<(&'a str, Row)> {
    permissions
        .iter()
        .map(|(service, permissions)| {
            let mut row = Row::default();
            for operation in permissions.values() {
                count(operation, &models.authorization, &mut row);
            }
            (service.as_str(), row)
        })
        .collect()
}

/// The figures of all services together.
fn total(rows: &[(&str, Row)]) -> Row {
    let mut total = Row::default();
    for (_, row) in rows {
        for (sum, figure) in total.iter_mut().zip(row) {
            *sum += figure;
        }
    }
    total
}

/// The file.
pub(super) fn emit(
    models: &Models,
    permissions: &BTreeMap<String, Permissions>,
    kms: &Kms,
) -> Vec<u8> {
    let rows = rows(models, permissions);
    let total = total(&rows);
    let mut text = format!(
        "{HEADER}\n\n# Coverage of permissions\n\nWhat the permission tables of {} services know of their \
         operations. *By name*, *link* or *overlay* says how an operation's action was found; an *inferred* one is \
         newer than the authorization reference. A resource is *bound* to the request's members, *partly opaque* where \
         only state knows the rest (an allow must then cover all of it), or `*`: by design, where the action has no \
         resource types, or though the reference scopes it (nothing is named, or it is yet to get its id). *Dependents* \
         are further actions of the reference: asked for on each call, or when a member triggers them; *left to the service* \
         where what they are about is not in the call (the service makes it, or keeps it, and asks with the caller's \
         forwarded session as it gets there); *not needed* where the call does not do what they are for (no tags are set, \
         or `models/overlays/dependents.toml` says so, with its source); *unbound* where no rule knows. *Keys* are the condition keys \
         that the reference lists for an operation's actions: *bound* where the request's members set them, of *tags* that the \
         resource has, *untold* where they are \
         the state's or nobody's here (conditions on them fail closed), else such as these requests do not have.\n\n## Totals\n\n| | |\n|---|---|\n",
        rows.len()
    );
    for (column, figure) in COLUMNS.iter().zip(total) {
        let _ = writeln!(text, "| {column} | {figure} |");
    }
    text.push_str(&OfKms::new(models, kms).write());
    text.push_str(&of_follow_ups(permissions));
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

/// How much is known of what services do because of calls.
fn of_follow_ups(permissions: &BTreeMap<String, Permissions>) -> String {
    let (mut services, mut operations, mut follow_ups) = (0, 0, 0);
    for permissions in permissions.values() {
        let counts = permissions.values().map(|one| one.follow_ups.len());
        let counts: Vec<usize> = counts.filter(|count| *count > 0).collect();
        services += usize::from(!counts.is_empty());
        operations += counts.len();
        follow_ups += counts.iter().sum::<usize>();
    }
    format!(
        "\n## Follow-ups\n\n{follow_ups} actions that services need, and as whom, as they act because of {operations} operations of \
         {services} services.\n"
    )
}

/// Of how many operations the table of KMS calls tells what is done with the keys that they name.
#[derive(Default)]
struct OfKms<'a> {
    services: usize,
    naming: usize,
    whole: usize,
    /// Operations that use keys of the state.
    state: usize,
    /// Operations with a key that the table says nothing of, by service.
    undecided: BTreeMap<&'a str, Vec<&'a str>>,
}

impl<'a> OfKms<'a> {
    fn new(models: &'a Models, kms: &Kms) -> Self {
        let mut figures = Self::default();
        for (service, model) in &models.services {
            let before = figures.naming;
            for operation in model.operations.keys() {
                figures.state += usize::from(kms.is_of_state(service, operation));
                let (members, decided) = kms.decided(service, operation, models);
                figures.naming += usize::from(members > 0);
                figures.whole += usize::from(members > 0 && members == decided);
                if decided < members {
                    let undecided = figures.undecided.entry(service).or_default();
                    undecided.push(operation);
                }
            }
            figures.services += usize::from(figures.naming > before);
        }
        figures
    }

    fn undecided(&self) -> usize {
        self.undecided.values().map(Vec::len).sum()
    }

    fn write(&self) -> String {
        let Self {
            services,
            naming,
            whole,
            state,
            undecided,
        } = self;
        let mut text = format!(
            "\n## KMS keys\n\n{naming} operations of {services} services have members that name KMS keys. \
             `models/overlays/kms-by-service.toml` tells for {whole} of them what the service asks of KMS in the caller's \
             name with each key. {state} operations use a key that only the service's state knows; what is asked of it is \
             left to the service.\n\n\
             The table says nothing of some key of these {} operations, whose service's documents were not found to tell; \
             the reference's dependent actions stand.\n\n| service | operations |\n|---|---|\n",
            self.undecided()
        );
        for (service, operations) in undecided {
            let _ = writeln!(text, "| {service} | {} |", operations.join(", "));
        }
        text
    }
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
    for asked in dependents(operation, references) {
        row[if asked { 13 } else { 14 }] += 1;
    }
    for left in &operation.left_out {
        let column = match left.why {
            Why::Elsewhere => 15,
            Why::Declined => 16,
            Why::Unknown => 17,
        };
        row[column] += 1;
    }
    // Once for each action, however many resources it is asked for.
    let mut actions: BTreeMap<&str, Vec<&Requirement>> = BTreeMap::new();
    for requirement in &operation.requirements {
        actions
            .entry(&requirement.action)
            .or_default()
            .push(requirement);
    }
    for (action, requirements) in actions {
        for key in listed(action, references) {
            let bound = requirements
                .iter()
                .flat_map(|requirement| &requirement.keys)
                .any(|bound| keys::is(key, &bound.name));
            let untold = requirements
                .iter()
                .flat_map(|requirement| &requirement.untold)
                .any(|untold| keys::is(key, untold));
            let of_tags = key.to_ascii_lowercase().ends_with("resourcetag/");
            row[match (bound, of_tags, untold) {
                (true, _, _) => 18,
                (false, true, _) => 19,
                (false, false, true) => 20,
                (false, false, false) => 21,
            }] += 1;
        }
    }
}

/// The dependent actions that an operation asks for: `true` where it always does.
fn dependents(
    operation: &OperationPermissions,
    references: &BTreeMap<String, Authorization>,
) -> Vec<bool> {
    let own = operation.requirements.first();
    let listed: BTreeSet<&str> = own
        .and_then(|own| known_action(references, &own.action))
        .into_iter()
        .flat_map(|(_, action)| action.dependents())
        .collect();
    listed
        .into_iter()
        .filter_map(|dependent| {
            let mut asked = operation
                .requirements
                .iter()
                .filter(|requirement| requirement.action == dependent)
                .peekable();
            asked.peek()?;
            Some(asked.any(|requirement| requirement.when == Predicate::Always))
        })
        .collect()
}

/// The condition keys that the reference lists for an action, without the placeholders at their ends; those of a family are
/// one.
fn listed<'a>(action: &str, references: &'a BTreeMap<String, Authorization>) -> BTreeSet<&'a str> {
    known_action(references, action)
        .into_iter()
        .flat_map(|(_, action)| keys::listed(action))
        .map(|key| keys::family(keys::base(key)))
        .collect()
}

/// Whether the reference has resource types for a requirement's action.
fn scoped(requirement: &Requirement, references: &BTreeMap<String, Authorization>) -> bool {
    known_action(references, &requirement.action)
        .is_some_and(|(_, action)| !action.resource_types.is_empty())
}

fn is_opaque(resource: &Resource) -> bool {
    matches!(resource, Resource::Template(parts) if parts.contains(&Part::Opaque))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// What the whole may not fall short of: a figure's share, in thousandths of all operations, resources or keys, at most
    /// this one. Lower it when the tables get better.
    const AT_MOST: [(&str, usize); 9] = [
        ("no template", 0),
        ("inferred", 40),
        ("partly opaque", 67),
        ("`*` though scoped", 7),
        ("left to the service", 71),
        ("not needed", 4),
        ("unbound dependents", 8),
        ("keys untold", 275),
        ("keys unbound", 324),
    ];

    /// Operations with a key of KMS of which the table says nothing. Lower it when the table gets better.
    const UNDECIDED: usize = 144;

    #[test]
    fn keys_of_kms_stay_decided() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let models = Models::load(&root).unwrap();
        let kms = Kms::load(&root, &models).unwrap();
        let figures = OfKms::new(&models, &kms);
        let undecided = figures.undecided();
        assert!(
            undecided <= UNDECIDED,
            "{undecided} operations with a key of KMS are not in {}; see generated/COVERAGE.md",
            Kms::FILE
        );
    }

    #[test]
    fn coverage_does_not_fall() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let models = Models::load(&root).unwrap();
        let mut permissions = crate::permissions::load(&root, &models).unwrap();
        let routing = crate::routing::Routing::load(&root, &models).unwrap();
        crate::permissions::settle(&mut permissions, &models, &routing.equivalents).unwrap();
        let total = total(&rows(&models, &permissions));
        let figure = |name: &str| total[COLUMNS.iter().position(|column| *column == name).unwrap()];
        let resources: usize = total[9..13].iter().sum();
        let keys: usize = COLUMNS
            .iter()
            .filter(|column| column.starts_with("keys "))
            .map(|column| figure(column))
            .sum();
        for (name, most) in AT_MOST {
            let of = match name {
                "partly opaque" | "`*` though scoped" => resources,
                "keys untold" | "keys unbound" => keys,
                _ => figure("operations"),
            };
            let share = figure(name) * 1000 / of;
            assert!(
                share <= most,
                "{name}: {} of {of} are {share} in a thousand, more than {most}; see generated/COVERAGE.md",
                figure(name)
            );
        }
    }
}
