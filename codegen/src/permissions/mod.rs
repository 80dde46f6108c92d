//! Permission templates: what the caller of each operation needs.
//!
//! Sources in order, each later one overriding: the operation's own name among its prefix's
//! actions, the page that an action's documentation names, `prefix:Operation`; resource types bound
//! to input members; dependent actions and roles handed over; the service's overlay. The rules are
//! for every service; what holds for one alone is in `models/overlays`.

mod absent;
mod bind;
mod dependents;
mod input;
pub(crate) mod keys;
pub(crate) mod kms;
mod names;
mod overlay;
mod prefixes;
mod project;
mod resolve;
mod roles;
mod rules;
mod service_linked;
mod state;
mod tables;
#[cfg(test)]
mod tests;
mod types;
mod unset;
mod untold;
mod verbs;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path as FilePath, PathBuf};

use anyhow::{Context as _, Result as AnyResult, ensure};

pub(crate) use kms::Kms;
pub(crate) use overlay::Overlay;
pub(crate) use service_linked::ServiceLinked;
pub(crate) use stockade_spec::template::{
    Actor, Call, Class, FollowUp, Key, KeyValue, OperationPermissions, Part, Path, Permissions,
    Predicate, Requirement, Resource, Source, Step,
};

use crate::model::{Model, Models};
use crate::routing::Equivalents;
pub(crate) use resolve::known_action;
use resolve::{Resolved, resolve};
use tables::Tables;

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

impl Diagnostic {
    /// About a place in a file's text.
    pub(crate) fn at(file: &FilePath, text: &str, at: usize, message: String) -> Self {
        let before = text.bytes().take(at);
        Self {
            file: file.to_owned(),
            line: before.filter(|byte| *byte == b'\n').count() + 1,
            message,
        }
    }
}

/// The permissions of every service by its id, with `models/overlays` of the workspace under `root`;
/// an error lists all that is wrong in the overlays, each with file and line.
pub(crate) fn load(root: &FilePath, models: &Models) -> AnyResult<BTreeMap<String, Permissions>> {
    let tables = Tables::load(root, models)?;
    let mut loaded = BTreeMap::new();
    let mut problems = tables.check(models);
    let mut unfilled = BTreeMap::new();
    for (id, model) in &models.services {
        match service(root, models, model, &tables)? {
            Ok(resolved) => {
                loaded.insert(id.clone(), resolved.permissions);
                unfilled.insert(id.clone(), resolved.unfilled);
            }
            Err(found) => problems.extend(found.iter().map(ToString::to_string)),
        }
    }
    problems.extend(tables.state.check(root, models, &unfilled)?);
    ensure!(problems.is_empty(), "{}", problems.join("\n"));
    Ok(loaded)
}

/// Gives operations the permissions of those that are served in their place; an error lists those that cannot have them,
/// each with file and line. Where both need the same already, nothing changes.
pub(crate) fn settle(
    permissions: &mut BTreeMap<String, Permissions>,
    models: &Models,
    equivalents: &Equivalents,
) -> AnyResult<()> {
    let mut problems = Vec::new();
    for (other, served) in equivalents.taken() {
        let wanted = &permissions[&served.service][&served.operation];
        let has = &permissions[&other.service][&other.operation];
        if has.class == wanted.class && has.requirements == wanted.requirements {
            continue;
        }
        let model = &models.services[&other.service];
        let input = model.operations[&other.operation].input.as_deref();
        match project::project(wanted, &input::Input::new(model, input)) {
            Ok(projected) => {
                let of_service = permissions.get_mut(&other.service);
                let operation = of_service.and_then(|all| all.get_mut(&other.operation));
                *operation.context("an operation without permissions")? = projected;
            }
            Err(path) => problems.push(equivalents.diagnostic(
                other,
                format!(
                    "{other} cannot need what {served} does, for want of {path}; `apart` says how they are told apart"
                ),
            )),
        }
    }
    let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
    ensure!(problems.is_empty(), "{}", problems.join("\n"));
    Ok(())
}

fn service(
    root: &FilePath,
    models: &Models,
    model: &Model,
    tables: &Tables,
) -> AnyResult<Result<Resolved, Vec<Diagnostic>>> {
    let service = &model.id;
    let file = PathBuf::from(format!("models/overlays/{service}.toml"));
    // A service that the rules settle needs no overlay.
    let text = if root.join(&file).exists() {
        read(root, &file)?
    } else {
        String::new()
    };
    Ok(Overlay::parse(&file, &text)
        .and_then(|overlay| resolve(model, &models.authorization, tables, &overlay)))
}

fn read(root: &FilePath, file: &FilePath) -> AnyResult<String> {
    std::fs::read_to_string(root.join(file))
        .with_context(|| format!("{}: cannot be read", file.display()))
}

/// The resolvers that a service's permissions call; a resolver's index is its place here.
pub(crate) fn resolvers(permissions: &Permissions) -> BTreeSet<String> {
    permissions
        .values()
        .flat_map(OperationPermissions::all_requirements)
        .flat_map(Requirement::calls)
        .map(|call| call.name.clone())
        .collect()
}
