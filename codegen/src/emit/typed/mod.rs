//! Typed Rust for the services that have a crate: shapes, schemas, codecs, errors, operations.

mod codec;
mod constraints;
mod errors;
mod names;
mod overlay;
mod schemas;
mod service;
mod shapes;
mod types;

pub(crate) use constraints::ConstraintOverlays;
pub(crate) use overlay::ShapeOverlay;

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Result, ensure};
use proc_macro2::TokenStream;
use quote::quote;

use crate::model::Model;
use crate::permissions::Permissions;
use constraints::Constraints;
use types::Types;

/// The files of one typed service's crate, by their path under `generated/`.
///
/// `templates` is the content of the crate's `permissions.rs`: the service's permission templates and its resolvers'
/// trait.
pub(crate) fn emit(
    model: &Model,
    overlay: &ShapeOverlay,
    constraints: &ConstraintOverlays,
    permissions: &Permissions,
    templates: &TokenStream,
) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    for shape in overlay.shapes() {
        ensure!(
            model.shapes.contains_key(shape),
            "models/overlays/shapes.toml: {} has no shape {shape}; correct or remove the line",
            model.id
        );
    }
    let types = Types::new(model);
    let constraints = Constraints::new(&types, constraints)?;
    let id = &model.id;
    let front = format!(
        "The typed shapes and operations of `{id}`, version {}: structures with their schemas, errors, the\n\
         handler trait, and permission templates.",
        model.api_version()
    );
    let front = super::front_page(&front);
    let constraints_module = (!constraints.is_empty()).then(|| quote! { pub mod constraints; });
    let library = quote! {
        #front

        mod codec;
        #constraints_module
        pub mod errors;
        pub mod permissions;
        mod schemas;
        mod service;
        pub mod shapes;

        pub use service::*;
    };
    let sources = [
        ("lib.rs", &library),
        ("codec.rs", &codec::emit(&types)),
        ("errors.rs", &errors::emit(&types)),
        ("permissions.rs", templates),
        ("schemas.rs", &schemas::emit(&types, overlay)),
        (
            "service.rs",
            &service::emit(&types, &constraints, permissions),
        ),
        ("shapes.rs", &shapes::emit(&types)),
    ];
    let root = PathBuf::from(id);
    let mut files = BTreeMap::new();
    if !constraints.is_empty() {
        files.insert(
            root.join("src/constraints.rs"),
            super::rust_file(&constraints.emit()?)?,
        );
    }
    for (name, tokens) in sources {
        files.insert(root.join("src").join(name), super::rust_file(tokens)?);
    }
    files.insert(
        root.join("Cargo.toml"),
        super::manifest(&format!("stockade-{id}-api")),
    );
    Ok(files)
}
