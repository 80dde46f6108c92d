//! What no upstream says of shapes: the names of XML documents' roots.

use std::collections::{BTreeMap, BTreeSet};

use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

/// One service's part of `models/overlays/shapes.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShapeOverlay {
    /// The XML namespace of every root named here.
    namespace: Option<String>,
    /// The element that an output's document is made of, by the output's shape.
    #[serde(default)]
    roots: BTreeMap<String, String>,
    /// Outputs whose single member is the document itself, without an element around it.
    #[serde(default)]
    unwrapped: BTreeSet<String>,
}

impl ShapeOverlay {
    /// Every service's part, by the service's id.
    pub(crate) fn load(root: &Path) -> Result<BTreeMap<String, Self>> {
        let path = root.join("models/overlays/shapes.toml");
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("{} cannot be read", path.display()))?;
        toml::from_str(&text).with_context(|| format!("{} is not well-formed", path.display()))
    }

    /// The name of a shape that is a document's root.
    pub(crate) fn root(&self, shape: &str) -> Option<&str> {
        self.roots.get(shape).map(String::as_str)
    }

    /// Whether an output's single member is the document itself.
    pub(crate) fn is_unwrapped(&self, shape: &str) -> bool {
        self.unwrapped.contains(shape)
    }

    /// The namespace of a shape that is a document's root.
    pub(crate) fn namespace_of_root(&self, shape: &str) -> Option<&str> {
        let is_root = self.roots.contains_key(shape) || self.unwrapped.contains(shape);
        self.namespace.as_deref().filter(|_| is_root)
    }

    /// The shapes that it names, to be checked against the model.
    pub(super) fn shapes(&self) -> impl Iterator<Item = &str> {
        self.roots.keys().chain(&self.unwrapped).map(String::as_str)
    }
}
