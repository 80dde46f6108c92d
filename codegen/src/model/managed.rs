//! AWS managed policies.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;

use super::service::entries;
use crate::lined;

/// One policy in its newest version.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ManagedPolicy {
    /// With its slashes: `/service-role/`. The ARN is `arn:aws:iam::aws:policy`, path and name.
    pub(crate) path: String,
    /// For example `v3`.
    pub(crate) default_version_id: String,
    /// RFC 3339.
    pub(crate) create_date: String,
    /// RFC 3339.
    pub(crate) update_date: String,
    pub(crate) document: Value,
}

impl ManagedPolicy {
    /// One file's policies, by name.
    pub(super) fn load(path: &Path) -> Result<BTreeMap<String, Self>> {
        let text = lined::read_file(path)?;
        let sections = lined::read(path, &text)?;
        let policies = sections.get("policies").with_context(|| {
            format!("{}: has no section \"policies\"; write it anew with `cargo run -p codegen -- sync`", path.display())
        })?;
        entries(policies, |entry| entry.parse())
    }
}
