//! The tables, what AWS's documents say of them, and the overlays' errors.

mod documents;
mod equivalents;
mod errors;
mod inline;
mod kms;
mod reference;
mod state;
mod unset;
mod untold;

use std::path::PathBuf;
use std::sync::LazyLock;

use stockade_spec::template::table;

use super::resolve::known_action;
use super::*;
use crate::model::{Authorization, Model};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

static MODELS: LazyLock<Models> = LazyLock::new(|| Models::load(&root()).unwrap());

static PERMISSIONS: LazyLock<BTreeMap<String, Permissions>> =
    LazyLock::new(|| load(&root(), &MODELS).unwrap_or_else(|error| panic!("{error}")));

fn permissions(service: &str) -> &'static Permissions {
    &PERMISSIONS[service]
}

/// The services whose every operation has been read against AWS's documents.
const SERVICES: [&str; 4] = ["iam", "lambda", "s3", "sts"];

#[test]
fn tables_are_read_back() {
    for (service, permissions) in &*PERMISSIONS {
        let table = table::write(service, permissions);
        let read: Permissions = table::blocks(&table)
            .map(|(name, block)| {
                let operation = table::parse(block)
                    .unwrap_or_else(|problem| panic!("{service}: {name}: {problem}"));
                (name.to_owned(), operation)
            })
            .collect();
        assert_eq!(table::write(service, &read), table, "{service}");
    }
}

/// "None left to `*` that AWS scopes to a resource": an action with resource types in the reference
/// has a resource, in every operation of the four services.
#[test]
fn no_scoped_action_is_left_to_any_resource() {
    for service in SERVICES {
        for (operation, permissions) in permissions(service) {
            for requirement in &permissions.requirements {
                let Some((_, action)) = known_action(&MODELS.authorization, &requirement.action)
                else {
                    continue;
                };
                let any = requirement.resources.is_empty()
                    || requirement
                        .resources
                        .iter()
                        .any(|resource| resource.to_string() == "*");
                let scoped = action.resource_types.values().any(|usage| usage.required);
                assert!(
                    !(any && scoped),
                    "{operation}: {} is on *",
                    requirement.action
                );
            }
        }
    }
}

#[test]
fn every_operation_has_a_template_that_is_rust() {
    for service in SERVICES {
        let model = &MODELS.services[service];
        let permissions = permissions(service);
        assert_eq!(permissions.len(), model.operations.len());
        let empty: Vec<_> = permissions
            .iter()
            .filter(|(_, one)| one.class == Class::Requirements && one.requirements.is_empty())
            .collect();
        assert!(empty.is_empty(), "{empty:?}");
        let tokens = crate::emit::permissions::emit(model, permissions).unwrap();
        crate::emit::rust_file(&tokens).unwrap();
    }
}

/// The rules alone, for every service of the catalog: they hold for services nobody has looked at.
#[test]
fn the_rules_run_for_every_service() {
    let (mut operations, mut inferred) = (0, 0);
    for (service, model) in &MODELS.services {
        let resolved = resolve(
            model,
            &MODELS.authorization,
            &Tables::default(),
            &Overlay::default(),
        );
        let permissions = resolved
            .unwrap_or_else(|problems| panic!("{service}: {problems:?}"))
            .permissions;
        assert_eq!(permissions.len(), model.operations.len());
        operations += permissions.len();
        inferred += permissions
            .values()
            .filter(|one| one.source == Source::Inferred)
            .count();
        crate::emit::permissions::emit(model, &permissions)
            .unwrap_or_else(|error| panic!("{service}: {error}"));
    }
    assert!(
        inferred * 5 < operations,
        "{inferred} of {operations} actions are only inferred"
    );
}
