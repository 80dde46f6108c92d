//! `generate` and `check`: what the emitters say against what is in `generated/`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::emit::{self, Outputs};
use crate::model::Models;

/// How many files an error of `check` names.
const NAMED: usize = 10;

/// Writes what differs and removes what nothing generates any more.
///
/// # Errors
///
/// Also, after all is written, when `generated/` has files that are not the generator's own.
pub(crate) fn generate(root: &Path) -> Result<()> {
    let outputs = emit::outputs(root, &Models::load(root)?)?;
    let differences = differences(root, &outputs)?;
    let generated = root.join("generated");
    let (mut written, mut removed, mut foreign) = (0, 0, Vec::new());
    for (path, difference) in &differences {
        let target = generated.join(path);
        if *difference == Difference::Stale {
            if is_ours(&target) {
                remove(&target, &generated)?;
                removed += 1;
            } else {
                foreign.push(format!("  generated/{}", path.display()));
            }
            continue;
        }
        if let Some(folder) = target.parent() {
            std::fs::create_dir_all(folder)
                .with_context(|| format!("{}: cannot be made", folder.display()))?;
        }
        std::fs::write(&target, &outputs[path])
            .with_context(|| format!("{}: cannot be written", target.display()))?;
        written += 1;
    }
    eprintln!(
        "generated: {} files, {written} written, {removed} removed",
        outputs.len()
    );
    ensure!(
        foreign.is_empty(),
        "generated/ has files that the generator did not write; move them out of it:\n{}",
        foreign.join("\n")
    );
    Ok(())
}

/// Whether the generator wrote the file: a hand-written one is never removed.
fn is_ours(path: &Path) -> bool {
    std::fs::read_to_string(path).is_ok_and(|text| {
        text.lines()
            .next()
            .is_some_and(|line| line.ends_with(emit::HEADER))
    })
}

/// Removes a file and the folders that are empty without it.
fn remove(path: &Path, generated: &Path) -> Result<()> {
    std::fs::remove_file(path).with_context(|| format!("{}: cannot be removed", path.display()))?;
    for folder in path
        .ancestors()
        .skip(1)
        .take_while(|folder| *folder != generated)
    {
        // It fails where something else is in the folder, which then stays.
        if std::fs::remove_dir(folder).is_err() {
            break;
        }
    }
    Ok(())
}

/// Fails when `generate` would write or remove something.
pub(crate) fn check(root: &Path) -> Result<()> {
    let outputs = emit::outputs(root, &Models::load(root)?)?;
    let differences = differences(root, &outputs)?;
    if differences.is_empty() {
        eprintln!("generated: {} files, all as they should be", outputs.len());
        return Ok(());
    }
    let mut names: Vec<String> = differences
        .iter()
        .take(NAMED)
        .map(|(path, difference)| {
            format!("  generated/{}: {}", path.display(), difference.as_str())
        })
        .collect();
    if differences.len() > NAMED {
        names.push(format!("  and {} more", differences.len() - NAMED));
    }
    bail!(
        "generated/ is not what the models say:\n{}\nmend it with `cargo run -p codegen -- generate`",
        names.join("\n")
    );
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Difference {
    Missing,
    Differs,
    /// Nothing generates the file.
    Stale,
}

impl Difference {
    fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Differs => "differs",
            Self::Stale => "nothing generates it",
        }
    }
}

/// The files under `generated/` that are not as they should be, sorted.
fn differences(root: &Path, outputs: &Outputs) -> Result<Vec<(PathBuf, Difference)>> {
    let generated = root.join("generated");
    let mut found = BTreeSet::new();
    list(&generated, Path::new(""), &mut found)?;
    let mut differences = Vec::new();
    for (path, content) in outputs {
        if !found.remove(path) {
            differences.push((path.clone(), Difference::Missing));
            continue;
        }
        let target = generated.join(path);
        let current = std::fs::read(&target)
            .with_context(|| format!("{}: cannot be read", target.display()))?;
        if current != *content {
            differences.push((path.clone(), Difference::Differs));
        }
    }
    differences.extend(found.into_iter().map(|path| (path, Difference::Stale)));
    differences.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(differences)
}

/// Every file below `root`/`folder`, by its path below `root`.
fn list(root: &Path, folder: &Path, found: &mut BTreeSet<PathBuf>) -> Result<()> {
    let directory = root.join(folder);
    if !directory.is_dir() {
        return Ok(());
    }
    let problem = || format!("{}: cannot be listed", directory.display());
    for entry in std::fs::read_dir(&directory).with_context(problem)? {
        let entry = entry.with_context(problem)?;
        let path = folder.join(entry.file_name());
        if entry.file_type().with_context(problem)?.is_dir() {
            list(root, &path, found)?;
        } else {
            found.insert(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn only_generated_files_are_removed() {
        let root = tempfile::tempdir().unwrap();
        let generated = root.path().join("generated");
        let (ours, theirs) = (
            generated.join("old/src/lib.rs"),
            generated.join("mine/notes.md"),
        );
        for (path, text) in [
            (&ours, format!("// {}\n", emit::HEADER)),
            (&theirs, "# Notes\n".into()),
        ] {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        assert!(is_ours(&ours) && !is_ours(&theirs));
        remove(&ours, &generated).unwrap();
        assert!(!generated.join("old").exists() && theirs.exists());
    }

    #[test]
    fn missing_changed_and_stale_files_are_found() {
        let root = tempfile::tempdir().unwrap();
        let generated = root.path().join("generated/toy");
        std::fs::create_dir_all(&generated).unwrap();
        for (name, content) in [("same", "a"), ("changed", "edited"), ("stale", "c")] {
            std::fs::write(generated.join(name), content).unwrap();
        }
        let outputs: Outputs = [
            ("toy/same", "a"),
            ("toy/changed", "b"),
            ("toy/missing", "d"),
        ]
        .map(|(path, content)| (PathBuf::from(path), content.as_bytes().to_vec()))
        .into();
        assert_eq!(
            differences(root.path(), &outputs).unwrap(),
            [
                (PathBuf::from("toy/changed"), Difference::Differs),
                (PathBuf::from("toy/missing"), Difference::Missing),
                (PathBuf::from("toy/stale"), Difference::Stale),
            ]
        );
    }
}
