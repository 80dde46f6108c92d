//! `models/pins.toml`: which upstream packages, to the byte.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

/// The packages that `sync` reads.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pins {
    #[serde(skip)]
    file: PathBuf,
    package: Vec<Pin>,
}

/// One package.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pin {
    pub(super) name: String,
    pub(super) ecosystem: Ecosystem,
    pub(super) version: String,
    /// The name of the file that the registry serves.
    pub(super) file: String,
    /// Of that file, in lower-case hexadecimal.
    pub(super) sha256: String,
    /// SPDX; for the reader and `NOTICE`.
    #[serde(rename = "license")]
    _license: String,
    /// For the reader.
    #[serde(rename = "use")]
    _use: String,
}

/// Where a package comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Ecosystem {
    Pypi,
    Npm,
}

impl Pins {
    pub(super) fn load(file: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(file).with_context(|| {
            format!(
                "{}: cannot be read; restore it from version control",
                file.display()
            )
        })?;
        Self::parse(file, &text)
    }

    fn parse(file: &Path, text: &str) -> Result<Self> {
        let mut pins: Self = toml::from_str(text)
            .with_context(|| format!("{}: correct the entry", file.display()))?;
        file.clone_into(&mut pins.file);
        for pin in &pins.package {
            ensure!(
                pin.sha256.len() == 64
                    && pin
                        .sha256
                        .bytes()
                        .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')),
                "{}: the sha256 of {} is not 64 digits of lower-case hexadecimal",
                file.display(),
                pin.name
            );
            ensure!(
                !pin.file.contains(['/', '\\']) && !pin.file.starts_with('.'),
                "{}: the file of {} must be a bare file name",
                file.display(),
                pin.name
            );
        }
        Ok(pins)
    }

    pub(super) fn get(&self, name: &str) -> Result<&Pin> {
        self.package
            .iter()
            .find(|pin| pin.name == name)
            .with_context(|| {
                format!(
                    "{}: {name} is missing; add a [[package]] for it",
                    self.file.display()
                )
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIN: &str = "[[package]]\nname = \"a\"\necosystem = \"npm\"\nversion = \"1\"\n\
        file = \"a-1.tgz\"\nlicense = \"MIT\"\nuse = \"x\"\n";

    #[test]
    fn a_short_digest_is_refused() {
        let text = format!("{PIN}sha256 = \"abc\"\n");
        let error = Pins::parse(Path::new("models/pins.toml"), &text)
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("models/pins.toml: the sha256 of a is not"),
            "{error}"
        );
    }

    #[test]
    fn a_missing_field_names_the_line() {
        let error = format!(
            "{:#}",
            Pins::parse(Path::new("models/pins.toml"), PIN).unwrap_err()
        );
        assert!(
            error.contains("models/pins.toml") && error.contains("line 1"),
            "{error}"
        );
        assert!(error.contains("sha256"), "{error}");
    }

    #[test]
    fn a_missing_package_is_named() {
        let text = format!("{PIN}sha256 = \"{}\"\n", "0".repeat(64));
        let pins = Pins::parse(Path::new("models/pins.toml"), &text).unwrap();
        assert_eq!(pins.get("a").unwrap().ecosystem, Ecosystem::Npm);
        let error = pins.get("botocore").unwrap_err().to_string();
        assert_eq!(
            error,
            "models/pins.toml: botocore is missing; add a [[package]] for it"
        );
    }
}
