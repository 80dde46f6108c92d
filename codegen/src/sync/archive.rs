//! The files inside a fetched package, read into memory: wheels (zip) and npm's tarballs.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::de::DeserializeOwned;

/// The largest file taken from a package, unpacked, in bytes: the largest in use is 12 MB.
const FILE_LIMIT: u64 = 64 << 20;

/// A package's files by their path inside it.
#[derive(Debug)]
pub(super) struct Archive {
    path: PathBuf,
    files: BTreeMap<String, Vec<u8>>,
}

impl Archive {
    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let files = files
            .iter()
            .map(|(name, text)| (String::from(*name), text.as_bytes().to_vec()))
            .collect();
        Self {
            path: PathBuf::from("test.whl"),
            files,
        }
    }

    /// The names that start with `prefix`, without it, sorted.
    pub(super) fn under<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a str> {
        self.files
            .keys()
            .filter_map(move |name| name.strip_prefix(prefix))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.files.contains_key(name)
    }

    /// A file's text; one whose name ends in `.gz` is unpacked.
    pub(super) fn text(&self, name: &str) -> Result<String> {
        let bytes = self.files.get(name).with_context(|| {
            format!(
                "{}: has no {name}; the package's layout changed: adapt codegen/src/sync",
                self.path.display()
            )
        })?;
        let text = if name.ends_with(".gz") {
            let mut text = Vec::new();
            flate2::read::GzDecoder::new(bytes.as_slice())
                .take(FILE_LIMIT)
                .read_to_end(&mut text)
                .with_context(|| self.place(name))?;
            text
        } else {
            bytes.clone()
        };
        String::from_utf8(text).with_context(|| self.place(name))
    }

    /// A file's JSON, in its type; an error tells line and column.
    pub(super) fn json<T: DeserializeOwned>(&self, name: &str) -> Result<T> {
        serde_json::from_str(&self.text(name)?).with_context(|| {
            format!(
                "{}: not as expected; adapt codegen/src/sync",
                self.place(name)
            )
        })
    }

    /// How errors name a file.
    pub(super) fn place(&self, name: &str) -> String {
        format!("{}!{name}", self.path.display())
    }
}

/// Reads a package.
pub(super) fn open(path: &Path) -> Result<Archive> {
    let bytes =
        std::fs::read(path).with_context(|| format!("{}: cannot be read", path.display()))?;
    let files = match path.extension().and_then(|extension| extension.to_str()) {
        Some("whl" | "zip") => unzip(bytes),
        Some("tgz" | "gz") => untar(&bytes),
        _ => bail!(
            "{}: neither a wheel nor a tarball; pin a .whl, .zip or .tgz",
            path.display()
        ),
    };
    let files = files.with_context(|| format!("{}: cannot be unpacked", path.display()))?;
    Ok(Archive {
        path: path.to_owned(),
        files,
    })
}

fn unzip(bytes: Vec<u8>) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes))?;
    let mut files = BTreeMap::new();
    for index in 0..archive.len() {
        let file = archive.by_index(index)?;
        if file.is_file() && is_data(file.name()) {
            let name = file.name().to_owned();
            let mut content = Vec::new();
            file.take(FILE_LIMIT).read_to_end(&mut content)?;
            files.insert(name, content);
        }
    }
    Ok(files)
}

fn untar(bytes: &[u8]) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(bytes));
    let mut files = BTreeMap::new();
    for entry in archive.entries()? {
        let entry = entry?;
        let name = entry.path()?.to_string_lossy().into_owned();
        if entry.header().entry_type().is_file() && is_data(&name) {
            let mut content = Vec::new();
            entry.take(FILE_LIMIT).read_to_end(&mut content)?;
            files.insert(name, content);
        }
    }
    Ok(files)
}

/// Whether a file is of a kind that some reader wants: the rest is not unpacked.
fn is_data(name: &str) -> bool {
    [
        ".json",
        ".json.gz",
        "/globalConditionKeys.js",
        "/aws_managed_policies.py",
    ]
    .iter()
    .any(|suffix| name.ends_with(suffix))
}
