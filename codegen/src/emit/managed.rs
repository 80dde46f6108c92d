//! AWS managed policies, as one text that the IAM service looks policies up in.

use std::path::PathBuf;

use anyhow::{Context, Result};
use quote::quote;

use super::Outputs;
use crate::model::Models;

/// The crate `stockade-managed-policies`.
pub(super) fn emit(models: &Models) -> Result<Outputs> {
    let mut text = String::new();
    for (name, policy) in &models.managed_policies {
        let document = serde_json::to_string(&policy.document)
            .with_context(|| format!("the managed policy {name} has no JSON form"))?;
        let columns = [
            name.as_str(),
            &policy.path,
            &policy.default_version_id,
            &policy.create_date,
            &policy.update_date,
            &document,
        ];
        text.push_str(&columns.join("\t"));
        text.push('\n');
    }
    let front = super::front_page(
        "AWS managed policies, the newest version of each: a line a policy, sorted by name, with\n\
         columns apart by tabs: name, path, default version, creation and update (RFC 3339), document.",
    );
    let library = quote! {
        #front

        /// The lines.
        pub static AWS_MANAGED_POLICIES: &str = include_str!("../policies.txt");
    };
    let root = PathBuf::from("managed-policies");
    let mut files = Outputs::new();
    files.insert(root.join("policies.txt"), text.into_bytes());
    files.insert(root.join("src/lib.rs"), super::rust_file(&library)?);
    files.insert(
        root.join("Cargo.toml"),
        super::manifest_with("stockade-managed-policies", &[]),
    );
    Ok(files)
}
