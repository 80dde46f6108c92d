//! IAM's authorization reference, a text a prefix, in the form of `stockade_spec::reference`.

use std::path::Path;

use anyhow::{Result, ensure};
use proc_macro2::TokenStream;
use quote::quote;
use stockade_spec::reference::{self, Reference};

use super::{HEADER, Outputs};
use crate::model::{Authorization, Models};

/// The texts and their index, under the catalog's folder.
pub(super) fn emit(root: &Path, models: &Models) -> Result<Outputs> {
    let mut outputs = Outputs::new();
    for (prefix, authorization) in &models.authorization {
        let reference = reference_of(authorization);
        let text = reference.write();
        ensure!(
            Reference::parse(&text).as_ref() == Ok(&reference),
            "models/authorization/{prefix}.json: a name has a separator of the form of \
             runtime/spec/src/reference.rs; adapt that"
        );
        let file = root.join("authorization").join(format!("{prefix}.txt"));
        outputs.insert(file, format!("# {HEADER}\n{text}").into_bytes());
    }
    outputs.insert(
        root.join("src/authorization.rs"),
        super::rust_file(&index(models))?,
    );
    Ok(outputs)
}

fn index(models: &Models) -> TokenStream {
    let prefixes = models.authorization.keys().map(|prefix| {
        let file = format!("/authorization/{prefix}.txt");
        quote! { (#prefix, Packed(include_bytes!(concat!(env!("OUT_DIR"), #file)))) }
    });
    let keys = &models.global.condition_keys;
    let keys = keys.iter().map(|(key, kind)| quote! { (#key, #kind) });
    let resource_control = &models.global.resource_control;
    quote! {
        use stockade_spec::catalog::Packed;
        use stockade_spec::reference::References;

        /// IAM's authorization reference.
        pub static REFERENCES: References = References {
            prefixes: &[#(#prefixes),*],
            global_keys: &[#(#keys),*],
            resource_control: &[#(#resource_control),*],
        };
    }
}

fn reference_of(authorization: &Authorization) -> Reference {
    let actions = authorization.actions.iter().map(|(name, action)| {
        let operation = action.documentation.as_deref();
        let types = action.resource_types.iter();
        let action = reference::Action {
            operation: operation
                .and_then(|page| page.strip_prefix("API_"))
                .map(str::to_owned),
            keys: action.condition_keys.clone(),
            types: types
                .map(|(name, usage)| (name.clone(), usage.condition_keys.clone()))
                .collect(),
        };
        (name.clone(), action)
    });
    let types = authorization.resource_types.iter();
    Reference {
        actions: actions.collect(),
        types: types
            .map(|(name, resource_type)| {
                let resource_type = reference::ResourceType {
                    arns: resource_type.arns.clone(),
                    keys: resource_type.condition_keys.clone(),
                };
                (name.clone(), resource_type)
            })
            .collect(),
        keys: authorization.condition_keys.clone(),
    }
}
