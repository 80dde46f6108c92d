//! Resources that no request names and a service's state tells: by another id, or by what the call is about alone.
//!
//! A placeholder that nothing fills is declared here, or `generate` fails.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path as FilePath, PathBuf};

use anyhow::Result as AnyResult;
use serde::Deserialize;
use toml::Spanned;

use super::Diagnostic;
use super::bind::{ANY_TYPE, Unfilled};
use super::input::Input;
use super::tables::parse;
use crate::lined;
use crate::model::Models;
use stockade_spec::template::{Path, Step};

/// Of every operation: a service's host tells the resource, or the account has one.
const EVERY: &str = "*";

/// `models/overlays/state.toml`.
#[derive(Debug, Default)]
pub(crate) struct State {
    text: String,
    services: BTreeMap<Spanned<String>, BTreeMap<Spanned<String>, Told>>,
}

/// How the state tells the resources of one type.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    /// Members of inputs by which it does.
    #[serde(default)]
    by: Vec<Spanned<String>>,
    /// Operations that name nothing by which it could.
    #[serde(default)]
    of: Vec<Spanned<String>>,
}

impl State {
    /// The table's file.
    pub(super) const FILE: &str = "models/overlays/state.toml";

    pub(super) fn load(root: &FilePath) -> AnyResult<Self> {
        let text = super::read(root, FilePath::new(Self::FILE))?;
        Self::parse(text).map_err(|problem| anyhow::anyhow!("{problem}"))
    }

    pub(super) fn parse(text: String) -> Result<Self, Diagnostic> {
        let services = parse(Self::FILE, &text)?;
        Ok(Self { text, services })
    }

    /// What is left to the state and not declared, each with the line of the operation in its model, and what is declared
    /// though nothing is left to it.
    pub(super) fn check(
        &self,
        root: &FilePath,
        models: &Models,
        unfilled: &BTreeMap<String, BTreeMap<String, Vec<Unfilled>>>,
    ) -> AnyResult<Vec<String>> {
        let used = RefCell::new(BTreeSet::new());
        let mut problems = Vec::new();
        for (service, operations) in unfilled {
            let open: Vec<(&String, &Unfilled)> = operations
                .iter()
                .flat_map(|(operation, all)| all.iter().map(move |one| (operation, one)))
                .filter(|(operation, one)| !self.tells(models, service, operation, one, &used))
                .collect();
            if !open.is_empty() {
                problems.extend(undeclared(root, service, &open)?);
            }
        }
        let used = used.into_inner();
        let declared = self.services.values().flat_map(BTreeMap::values);
        for name in declared.flat_map(Told::names) {
            if !used.contains(&name.span().start) {
                let message = format!("{} tells nothing that is left to the state", name.get_ref());
                problems.push(self.diagnostic(name, message).to_string());
            }
        }
        Ok(problems)
    }

    fn tells(
        &self,
        models: &Models,
        service: &str,
        operation: &str,
        unfilled: &Unfilled,
        used: &RefCell<BTreeSet<usize>>,
    ) -> bool {
        let Some(told) = self
            .services
            .get(service)
            .and_then(|types| types.get(unfilled.resource_type.as_str()))
        else {
            return false;
        };
        let model = &models.services[service];
        let input = Input::new(model, model.operations[operation].input.as_deref());
        let has = |member: &&Spanned<String>| {
            let path = Path(vec![Step::Member(member.get_ref().clone())]);
            input.follow(&path).is_ok()
        };
        let is_named =
            |name: &&Spanned<String>| [operation, EVERY].contains(&name.get_ref().as_str());
        let found: Vec<usize> = told
            .by
            .iter()
            .filter(has)
            .chain(told.of.iter().filter(is_named))
            .map(|name| name.span().start)
            .collect();
        let tells = !found.is_empty();
        used.borrow_mut().extend(found);
        tells
    }

    fn diagnostic(&self, at: &Spanned<String>, message: String) -> Diagnostic {
        Diagnostic::at(
            FilePath::new(Self::FILE),
            &self.text,
            at.span().start,
            message,
        )
    }
}

impl Told {
    fn names(&self) -> impl Iterator<Item = &Spanned<String>> {
        self.by.iter().chain(&self.of)
    }
}

/// What nothing declares, with the lines of the operations.
fn undeclared(
    root: &FilePath,
    service: &str,
    open: &[(&String, &Unfilled)],
) -> AnyResult<Vec<String>> {
    let file = PathBuf::from(format!("models/services/{service}.json"));
    let text = lined::read_file(&root.join(&file))?;
    let sections = lined::read(&file, &text)?;
    let places: BTreeMap<&str, &lined::Place> = sections
        .get("operations")
        .into_iter()
        .flatten()
        .map(|entry| (entry.key.as_str(), &entry.place))
        .collect();
    Ok(open
        .iter()
        .map(|(operation, one)| {
            let place = places
                .get(operation.as_str())
                .map_or_else(|| file.display().to_string(), ToString::to_string);
            let what = match (one.resource_type.as_str(), one.placeholder.as_str()) {
                (ANY_TYPE, _) => "tells which of its action's resource types is meant".to_owned(),
                (kind, "") => format!("names the resource of type {kind}"),
                (kind, placeholder) => format!("fills {placeholder:?} in the ARN of type {kind}"),
            };
            format!(
                "{place}: no member of {operation} {what}; bind it in models/overlays/{service}.toml, or say in {} \
                 under [{service}] what tells {}",
                State::FILE,
                one.resource_type
            )
        })
        .collect())
}
