//! AWS managed policies: the newest version of each, a file for each first letter.
//!
//! The package carries AWS's own documents in a Python module of one string of JSON. Each is kept
//! whole, with its keys sorted; how often an account uses it is dropped.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Files;
use super::archive::Archive;
use crate::lined::{self, Section};

const FILE: &str = "moto/iam/aws_managed_policies.py";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Policy {
    create_date: String,
    update_date: String,
    default_version_id: String,
    document: Value,
    path: String,
    #[serde(default, rename = "PermissionsBoundaryUsageCount")]
    _boundary_uses: u64,
}

/// The normalised files.
pub(super) fn normalise(package: &Archive) -> Result<Files> {
    let module = package.text(FILE)?;
    let place = package.place(FILE);
    let mut parts = module.split("\"\"\"");
    let (Some(before), Some(text), Some(_), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        bail!("{place}: not one string in triple quotes; adapt codegen/src/sync/managed.rs");
    };
    ensure!(
        !text.contains('\\'),
        "{place}: the string has escapes; adapt codegen/src/sync/managed.rs"
    );
    let policies: BTreeMap<String, Policy> = serde_json::from_str(text).with_context(|| {
        format!(
            "{place}: not as expected, counted from line {}",
            before.lines().count()
        )
    })?;

    let mut letters: BTreeMap<char, BTreeMap<String, Value>> = BTreeMap::new();
    for (name, policy) in policies {
        let letter = name
            .chars()
            .next()
            .context("a policy without a name")?
            .to_ascii_lowercase();
        let value = json!({
            "createDate": policy.create_date,
            "defaultVersionId": policy.default_version_id,
            "document": policy.document,
            "path": policy.path,
            "updateDate": policy.update_date,
        });
        letters.entry(letter).or_default().insert(name, value);
    }
    Ok(letters
        .into_iter()
        .map(|(letter, policies)| {
            let text = lined::write(&BTreeMap::from([("policies", Section::Entries(policies))]));
            (PathBuf::from(format!("{letter}.json")), text)
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_policy_a_line_by_first_letter() {
        let module = "# x\ndata = \"\"\"\n{\"ReadAll\": {\"CreateDate\": \"2015-02-06T18:39:48+00:00\",\n\
            \"UpdateDate\": \"2026-09-24T17:37:08+00:00\", \"DefaultVersionId\": \"v3\", \"Path\": \"/\",\n\
            \"PermissionsBoundaryUsageCount\": 0, \"Document\": {\"Version\": \"2012-10-17\", \"Statement\": []}}}\n\"\"\"\n";
        let files = normalise(&Archive::of(&[(FILE, module)])).unwrap();
        assert_eq!(
            files[&PathBuf::from("r.json")],
            "{\n\"policies\": {\n\"ReadAll\": {\"createDate\":\"2015-02-06T18:39:48+00:00\",\"defaultVersionId\":\"v3\",\
             \"document\":{\"Statement\":[],\"Version\":\"2012-10-17\"},\"path\":\"/\",\
             \"updateDate\":\"2026-09-24T17:37:08+00:00\"}\n}\n}\n"
        );
    }

    #[test]
    fn another_layout_is_refused() {
        let error = normalise(&Archive::of(&[(FILE, "data = {}")]))
            .unwrap_err()
            .to_string();
        assert!(error.contains("not one string in triple quotes"), "{error}");
    }
}
