//! Pinned packages from their registries, through the registries' own clients: whatever index,
//! proxy or certificate the machine is configured for holds here too.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};

use super::pins::{Ecosystem, Pin};

/// The package's file in the cache, fetched when it is not there yet; its digest is always checked.
pub(super) fn fetch(pin: &Pin, cache: &Path) -> Result<PathBuf> {
    let path = cache.join(&pin.file);
    if !path.is_file() {
        std::fs::create_dir_all(cache)
            .with_context(|| format!("{}: cannot be made", cache.display()))?;
        eprintln!("fetching {} {}", pin.name, pin.version);
        download(pin, cache)?;
        ensure!(
            path.is_file(),
            "{}: the registry did not serve this file; correct `file` of {} in models/pins.toml",
            path.display(),
            pin.name
        );
    }
    verify(pin, &path)?;
    Ok(path)
}

fn download(pin: &Pin, cache: &Path) -> Result<()> {
    let (program, mut command) = match pin.ecosystem {
        Ecosystem::Pypi => {
            let mut command = Command::new("python3");
            command
                .args([
                    "-m",
                    "pip",
                    "download",
                    "--quiet",
                    "--no-deps",
                    "--only-binary=:all:",
                    "--dest",
                ])
                .arg(cache)
                .arg(format!("{}=={}", pin.name, pin.version));
            ("pip", command)
        }
        Ecosystem::Npm => {
            let mut command = Command::new("npm");
            command
                .args(["pack", "--silent", "--pack-destination"])
                .arg(cache)
                .arg(format!("{}@{}", pin.name, pin.version));
            ("npm", command)
        }
    };
    let output = command
        .output()
        .with_context(|| format!("{program} cannot be run; install it to fetch {}", pin.name))?;
    if !output.status.success() {
        bail!(
            "{program} could not fetch {} {}; check the network and the registry's settings:\n{}",
            pin.name,
            pin.version,
            String::from_utf8_lossy(&output.stderr).trim_end()
        );
    }
    Ok(())
}

fn verify(pin: &Pin, path: &Path) -> Result<()> {
    let bytes =
        std::fs::read(path).with_context(|| format!("{}: cannot be read", path.display()))?;
    let found = hex::encode(Sha256::digest(&bytes));
    ensure!(
        found == pin.sha256,
        "{}: its sha256 is {found}, but models/pins.toml says {}; remove the file to fetch it \
         again, and change the pin only if the new content is meant",
        path.display(),
        pin.sha256
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_another_digest_is_refused() {
        let cache = tempfile::tempdir().unwrap();
        std::fs::write(cache.path().join("a-1.tgz"), b"tampered").unwrap();
        let pin: Pin = toml::from_str(&format!(
            "name = \"a\"\necosystem = \"npm\"\nversion = \"1\"\nfile = \"a-1.tgz\"\n\
             license = \"MIT\"\nuse = \"x\"\nsha256 = \"{}\"\n",
            "0".repeat(64)
        ))
        .unwrap();
        let error = fetch(&pin, cache.path()).unwrap_err().to_string();
        assert!(error.contains("a-1.tgz: its sha256 is "), "{error}");
        assert!(error.contains("models/pins.toml says 0000"), "{error}");
    }
}
