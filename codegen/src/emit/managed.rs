//! What AWS itself keeps in accounts: managed policies and service-linked roles, as texts that the IAM service looks them up
//! in.

use std::path::PathBuf;

use anyhow::{Context, Result};
use quote::quote;

use super::Outputs;
use crate::model::Models;
use crate::permissions::ServiceLinked;

/// The crate `stockade-managed-policies`.
pub(super) fn emit(models: &Models, roles: &ServiceLinked) -> Result<Outputs> {
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
    let front =
        super::front_page("What AWS itself keeps in accounts, as lines of columns apart by tabs.");
    let library = quote! {
        #front

        /// AWS managed policies, the newest version of each, sorted by name: name, path, default version, creation and update
        /// (RFC 3339), document.
        pub static AWS_MANAGED_POLICIES: &str = include_str!("../policies.txt");

        /// Service-linked roles, sorted by principal: the service's principal, the role's name, and `suffix` where a caller's
        /// may follow it, else `-`.
        pub static SERVICE_LINKED_ROLES: &str = include_str!("../roles.txt");
    };
    let root = PathBuf::from("managed-policies");
    let mut files = Outputs::new();
    files.insert(root.join("policies.txt"), text.into_bytes());
    files.insert(root.join("roles.txt"), roles.write().into_bytes());
    files.insert(root.join("src/lib.rs"), super::rust_file(&library)?);
    files.insert(
        root.join("Cargo.toml"),
        super::manifest_with("stockade-managed-policies", &[]),
    );
    Ok(files)
}
