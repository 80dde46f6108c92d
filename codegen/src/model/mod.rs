//! The normalised models, typed: what `sync` wrote under `models/`, read back for the emitters.
//!
//! An API model lists operations, shapes and members sorted by name; that order is canonical here.
//! References are checked on reading, so that emitters may index shapes by the names they find.

mod authorization;
mod managed;
mod operation;
mod service;
mod shape;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};

pub(crate) use authorization::{Action, Authorization, Global};
pub(crate) use managed::ManagedPolicy;
pub(crate) use operation::{Auth, Operation, Pagination};
pub(crate) use service::{Model, Protocol};
pub(crate) use shape::{Location, Member, Shape, ShapeKind, TimestampFormat};

/// All that `models/` holds.
#[derive(Debug)]
pub(crate) struct Models {
    /// By service id: botocore's folder name, for example `lambda`.
    pub(crate) services: BTreeMap<String, Model>,
    /// By IAM prefix, for example `lambda`.
    pub(crate) authorization: BTreeMap<String, Authorization>,
    /// What is about all prefixes.
    pub(crate) global: Global,
    /// By name, for example `AdministratorAccess`.
    pub(crate) managed_policies: BTreeMap<String, ManagedPolicy>,
}

impl Models {
    /// Reads `models/` under the workspace's root.
    pub(crate) fn load(root: &Path) -> Result<Self> {
        let models = root.join("models");
        let mut services = BTreeMap::new();
        for (id, path) in json_files(&models.join("services"))? {
            services.insert(id, Model::load(&path)?);
        }
        let mut authorization = BTreeMap::new();
        for (prefix, path) in json_files(&models.join("authorization"))? {
            // Two files are about all prefixes.
            if prefix != "global" && prefix != "services" {
                authorization.insert(prefix, Authorization::load(&path)?);
            }
        }
        let mut managed_policies = BTreeMap::new();
        for (_, path) in json_files(&models.join("managed-policies"))? {
            managed_policies.extend(ManagedPolicy::load(&path)?);
        }
        let global = Global::load(&models.join("authorization/global.json"))?;
        Ok(Self {
            services,
            authorization,
            global,
            managed_policies,
        })
    }
}

/// A folder's JSON files by their stem.
fn json_files(folder: &Path) -> Result<BTreeMap<String, std::path::PathBuf>> {
    let problem = || {
        format!(
            "{}: cannot be listed; `cargo run -p codegen -- sync` writes it",
            folder.display()
        )
    };
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).with_context(problem)? {
        let path = entry.with_context(problem)?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
            && let Some(stem) = path.file_stem().and_then(|stem| stem.to_str())
        {
            files.insert(stem.to_owned(), path);
        }
    }
    Ok(files)
}
