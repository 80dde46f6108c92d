//! What AWS's services answer otherwise than their models say.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use proc_macro2::TokenStream;
use serde::Deserialize;
use toml::Spanned;

use super::refusals::{Refusal, Refusals};
use crate::permissions::Diagnostic;

const FILE: &str = "models/overlays/constraints.toml";

/// `models/overlays/constraints.toml`.
#[derive(Debug, Default)]
pub(crate) struct ConstraintOverlays {
    /// Where each line begins, for diagnostics.
    text: String,
    services: BTreeMap<String, ConstraintOverlay>,
}

/// One service's part.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConstraintOverlay {
    /// The service words all its refusals itself: nothing is checked for it.
    #[serde(default)]
    pub(super) unchecked: bool,
    /// Messages do not repeat values.
    #[serde(default)]
    pub(super) conceals: bool,
    /// The service's own error about what breaks a constraint.
    pub(super) refusals: Option<Refusals>,
    /// The title of the AWS document that says so of the service as a whole.
    because: Option<String>,
    /// What is told of shapes.
    #[serde(default, rename = "differs")]
    pub(super) differences: Vec<Difference>,
}

/// What differs for some shapes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Difference {
    pub(super) shapes: Vec<Spanned<String>>,
    /// The service has words of its own for these values: they are not checked for it.
    #[serde(default)]
    pub(super) unchecked: bool,
    /// In place of the model's least length or value.
    pub(super) min: Option<f64>,
    /// In place of the model's greatest length or value.
    pub(super) max: Option<f64>,
    /// The service's own sentence about what does not match the pattern.
    pub(super) sentence: Option<String>,
    /// The service's answer to whatever is wrong with these values.
    pub(super) refusal: Option<Refusal>,
    /// The title of the AWS document, or what was seen.
    #[serde(rename = "because")]
    _because: String,
}

impl ConstraintOverlays {
    /// Reads the file under the workspace's root.
    pub(crate) fn load(root: &Path) -> Result<Self> {
        let path = root.join(FILE);
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("{} cannot be read", path.display()))?;
        Self::parse(&text)
    }

    pub(super) fn parse(text: &str) -> Result<Self> {
        let mut overlays = Self {
            text: text.to_owned(),
            services: BTreeMap::new(),
        };
        match toml::from_str::<BTreeMap<Spanned<String>, ConstraintOverlay>>(text) {
            Err(error) => {
                let at = error.span().map_or(0, |span| span.start);
                bail!(overlays.diagnostic(at, error.message().to_owned()));
            }
            Ok(services) => {
                for (name, overlay) in services {
                    let tells = overlay.unchecked || overlay.conceals || overlay.refusals.is_some();
                    if tells && overlay.because.is_none() {
                        let message = "what holds for a whole service needs `because`: the title \
                                       of the AWS document, or what was seen";
                        bail!(overlays.diagnostic(name.span().start, message.to_owned()));
                    }
                    overlays.services.insert(name.into_inner(), overlay);
                }
            }
        }
        Ok(overlays)
    }

    /// A service's part.
    pub(super) fn of(&self, service: &str) -> Option<&ConstraintOverlay> {
        self.services.get(service)
    }

    /// Whether a service's messages tell no values.
    pub(crate) fn conceals(&self, service: &str) -> bool {
        self.of(service).is_some_and(|overlay| overlay.conceals)
    }

    /// The expression for a service's own error about what breaks a constraint.
    pub(crate) fn refusals(&self, service: &str) -> Option<TokenStream> {
        let refusals = self.of(service)?.refusals.as_ref()?;
        Some(refusals.emit())
    }

    /// An error about a place in the file.
    pub(super) fn diagnostic(&self, at: usize, message: String) -> String {
        let line = self
            .text
            .bytes()
            .take(at)
            .filter(|byte| *byte == b'\n')
            .count()
            + 1;
        Diagnostic {
            file: PathBuf::from(FILE),
            line,
            message,
        }
        .to_string()
    }
}
