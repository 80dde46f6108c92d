//! The four services' tables, and what AWS's documents say of them.

use std::path::PathBuf;
use std::sync::LazyLock;

use super::*;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

static MODELS: LazyLock<Models> = LazyLock::new(|| Models::load(&root()).unwrap());

fn table(service: &str) -> String {
    let permissions = load(&root(), &MODELS, service).unwrap_or_else(|error| panic!("{error}"));
    table::render(service, &permissions)
}

#[test]
fn tables_are_as_reviewed() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root().join("tests/permissions"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for service in ["iam", "lambda", "s3", "sts"] {
            insta::assert_snapshot!(service, table(service));
        }
    });
}
