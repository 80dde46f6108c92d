//! Permission templates: what the caller of each operation needs.
//!
//! Sources in order, each later one overriding: the operation's own name among its prefix's
//! actions, the page that an action's documentation names, `prefix:Operation`; resource types bound
//! to input members; dependent actions and roles handed over; the service's overlay. The rules are
//! for every service; what holds for one alone is in `models/overlays`.

mod bind;
mod input;
mod ir;
mod keys;
mod overlay;
mod prefixes;
mod resolve;
mod rules;
mod syntax;
#[cfg(test)]
mod table;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path as FilePath, PathBuf};

use anyhow::{Context as _, Result as AnyResult, bail};

pub(crate) use ir::{
    Call, Class, Key, KeyValue, OperationPermissions, Part, Path, Predicate, Requirement, Resource,
    Source, Step,
};
pub(crate) use overlay::Overlay;
pub(crate) use prefixes::Prefixes;

use crate::model::Models;
use resolve::resolve;

/// What is wrong in an overlay, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Diagnostic {
    pub(crate) file: PathBuf,
    pub(crate) line: usize,
    pub(crate) message: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file.display(), self.line, self.message)
    }
}

/// A service's permissions, by operation.
pub(crate) type Permissions = BTreeMap<String, OperationPermissions>;

/// The permissions of one service, with `models/overlays` of the workspace under `root`; an error
/// lists all that is wrong in its overlay, each with file and line.
pub(crate) fn load(root: &FilePath, models: &Models, service: &str) -> AnyResult<Permissions> {
    let model = models
        .services
        .get(service)
        .with_context(|| format!("there is no service {service}"))?;
    let file = PathBuf::from("models/overlays/prefixes.toml");
    let prefixes = Prefixes::parse(&file, &read(root, &file)?)
        .map_err(|problem| anyhow::anyhow!("{problem}"))?;
    let file = PathBuf::from(format!("models/overlays/{service}.toml"));
    // A service that the rules settle needs no overlay.
    let text = if root.join(&file).exists() {
        read(root, &file)?
    } else {
        String::new()
    };
    let resolved = Overlay::parse(&file, &text)
        .and_then(|overlay| resolve(model, &models.authorization, &prefixes, &overlay));
    match resolved {
        Ok(permissions) => Ok(permissions),
        Err(problems) => {
            let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
            bail!("{}", lines.join("\n"))
        }
    }
}

fn read(root: &FilePath, file: &FilePath) -> AnyResult<String> {
    std::fs::read_to_string(root.join(file))
        .with_context(|| format!("{}: cannot be read", file.display()))
}

/// The resolvers that a service's permissions call; a resolver's index is its place here.
pub(crate) fn resolvers(permissions: &Permissions) -> BTreeSet<String> {
    permissions
        .values()
        .flat_map(|operation| &operation.requirements)
        .flat_map(Requirement::calls)
        .map(|call| call.name.clone())
        .collect()
}
