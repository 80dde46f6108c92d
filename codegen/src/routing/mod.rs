//! What routing needs beyond the models: how else services are reached, and which operations nothing
//! on the wire tells apart.

mod endpoints;
mod equivalents;
#[cfg(test)]
mod tests;
mod wire;

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::de::DeserializeOwned;
use toml::Spanned;

pub(crate) use endpoints::Endpoints;
pub(crate) use equivalents::Equivalents;
pub(crate) use wire::{Demands, Name, Part, parts};

use crate::model::Models;
use crate::permissions::Diagnostic;

/// The overlays about routing.
#[derive(Debug, Default)]
pub(crate) struct Routing {
    pub(crate) endpoints: Endpoints,
    pub(crate) equivalents: Equivalents,
}

impl Routing {
    /// Reads both from `models/overlays` under the workspace's root; an error lists all that is wrong,
    /// each with file and line.
    pub(crate) fn load(root: &Path, models: &Models) -> Result<Self> {
        let read = |file: &str| {
            std::fs::read_to_string(root.join(file))
                .with_context(|| format!("{file}: cannot be read"))
        };
        let endpoints = told(Endpoints::parse(&read(Endpoints::FILE)?, models))?;
        let classes = wire::classes(models, &endpoints);
        let text = read(Equivalents::FILE)?;
        let equivalents = told(Equivalents::parse(&text, models, &classes))?;
        Ok(Self {
            endpoints,
            equivalents,
        })
    }
}

fn told<T>(outcome: Result<T, Vec<Diagnostic>>) -> Result<T> {
    match outcome {
        Ok(value) => Ok(value),
        Err(problems) => {
            let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
            bail!("{}", lines.join("\n"))
        }
    }
}

/// An overlay's text, to name lines of it.
struct Source<'a> {
    file: &'a Path,
    text: &'a str,
}

impl<'a> Source<'a> {
    fn new(file: &'a Path, text: &'a str) -> Self {
        Self { file, text }
    }

    fn parse<T: DeserializeOwned>(&self) -> Result<T, Vec<Diagnostic>> {
        toml::from_str(self.text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            vec![self.diagnostic(at, error.message().to_owned())]
        })
    }

    /// A diagnostic about a value.
    fn at<T>(&self, value: &Spanned<T>, message: String) -> Diagnostic {
        self.diagnostic(value.span().start, message)
    }

    /// A diagnostic about what is missing.
    fn end(&self, message: String) -> Diagnostic {
        self.diagnostic(self.text.len(), message)
    }

    fn diagnostic(&self, at: usize, message: String) -> Diagnostic {
        Diagnostic::at(self.file, self.text, at, message)
    }
}
