//! The reviewed tables beside the services' overlays.

use std::path::Path as FilePath;

use anyhow::{Context as _, Result as AnyResult, anyhow};
use serde::de::DeserializeOwned;

use super::Diagnostic;
use super::dependents::{self, Dependents};
use super::kms::Kms;
use super::prefixes::{self, Prefixes};
use super::roles::{self, Roles};
use super::service_linked::ServiceLinked;
use super::state::State;
use super::unset::{self, Unset};
use crate::model::Models;

/// What holds across services, or does not follow from their models' own names.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    pub(super) dependents: Dependents,
    pub(super) prefixes: Prefixes,
    pub(super) roles: Roles,
    pub(super) kms: Kms,
    pub(super) service_linked: ServiceLinked,
    pub(super) state: State,
    pub(super) unset: Unset,
}

impl Tables {
    /// The tables under `models/overlays` of the workspace at `root`.
    pub(super) fn load(root: &FilePath, models: &Models) -> AnyResult<Self> {
        Ok(Self {
            dependents: read(root, dependents::FILE)?,
            prefixes: read(root, prefixes::FILE)?,
            roles: read(root, roles::FILE)?,
            kms: Kms::load(root, models)?,
            service_linked: ServiceLinked::load(root)?,
            state: State::load(root)?,
            unset: read(root, unset::FILE)?,
        })
    }

    /// What the tables say of services, prefixes, operations or members that do not exist.
    pub(super) fn check(&self, models: &Models) -> Vec<String> {
        let mut problems = self.prefixes.check(&models.services, &models.authorization);
        problems.extend(self.dependents.check(models));
        problems.extend(self.roles.check(&models.services));
        problems.extend(self.service_linked.check(models));
        problems.extend(self.unset.check(models));
        problems
    }
}

/// Reads a table of the workspace at `root`.
pub(super) fn read<T: DeserializeOwned>(root: &FilePath, file: &str) -> AnyResult<T> {
    let text = std::fs::read_to_string(root.join(file))
        .with_context(|| format!("{file}: cannot be read"))?;
    parse(file, &text).map_err(|problem| anyhow!("{problem}"))
}

/// Parses a table; `file` is for diagnostics.
pub(super) fn parse<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, Diagnostic> {
    toml::from_str(text).map_err(|error: toml::de::Error| {
        let at = error.span().map_or(0, |span| span.start);
        Diagnostic::at(FilePath::new(file), text, at, error.message().to_owned())
    })
}
