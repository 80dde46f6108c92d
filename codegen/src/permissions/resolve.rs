//! Models, reference and overlay put together: the permissions of each operation of a service.

mod bindings;
mod checks;

use std::collections::BTreeMap;

use super::bind::{Binder, Unfilled};
use super::input::{Input, is_scalar};
use super::names::{self, Vocabulary};
use super::overlay::{Acting, Entry, Keys, Located, OverlayClass, Wanted};
use super::prefixes::Own;
use super::roles::Passed;
use super::untold::Untold;
use super::{
    Class, Diagnostic, FollowUp, Key, KeyValue, Kms, OperationPermissions, Overlay, Part, Path,
    Permissions, Predicate, Requirement, Resource, Source, Step, Tables, absent, bind, dependents,
    keys, kms, roles, rules, service_linked, types, verbs,
};
use crate::model::{Action, Auth, Authorization, Model, Operation};
use stockade_spec::template::{LeftOut, members};

/// The permissions of every operation of a service.
#[derive(Debug)]
pub(crate) struct Resolved {
    pub(super) permissions: Permissions,
    /// What the rules leave to the state, by operation.
    pub(super) unfilled: BTreeMap<String, Vec<Unfilled>>,
}

/// Puts together the permissions of a service.
///
/// `references` is the authorization reference of every prefix; an overlay that names what neither
/// it nor the model has is refused, all its mistakes at once.
pub(crate) fn resolve(
    model: &Model,
    references: &BTreeMap<String, Authorization>,
    tables: &Tables,
    overlay: &Overlay,
) -> Result<Resolved, Vec<Diagnostic>> {
    let mut resolver = Resolver {
        model,
        references,
        own: tables.prefixes.of(model, references),
        passed: tables.roles.of(model),
        tables,
        vocabulary: Vocabulary::new(model),
        kms: &tables.kms,
        overlay,
        untold: Untold::new(references),
        unfilled: BTreeMap::new(),
        problems: Vec::new(),
    };
    resolver.check_service();
    let mut permissions = Permissions::new();
    for (name, operation) in &model.operations {
        permissions.insert(name.clone(), resolver.operation(name, operation));
    }
    if resolver.problems.is_empty() {
        Ok(Resolved {
            permissions,
            unfilled: resolver.unfilled,
        })
    } else {
        Err(resolver.problems)
    }
}

struct Resolver<'a> {
    model: &'a Model,
    references: &'a BTreeMap<String, Authorization>,
    own: Own<'a>,
    passed: Passed<'a>,
    tables: &'a Tables,
    vocabulary: Vocabulary,
    kms: &'a Kms,
    overlay: &'a Overlay,
    untold: Untold<'a>,
    unfilled: BTreeMap<String, Vec<Unfilled>>,
    problems: Vec<Diagnostic>,
}

impl<'a> Resolver<'a> {
    fn problem(&mut self, at: usize, message: String) {
        let diagnostic = self.overlay.diagnostic(at, message);
        if !self.problems.contains(&diagnostic) {
            self.problems.push(diagnostic);
        }
    }

    fn operation(&mut self, name: &str, operation: &Operation) -> OperationPermissions {
        let input = Input::new(self.model, operation.input.as_deref());
        let entry = self.overlay.operations.get(name).map(|entry| &entry.value);
        let class = match (entry.and_then(|entry| entry.class), operation.auth) {
            (Some(OverlayClass::Open), _) => Class::Open,
            (Some(OverlayClass::Unsigned), _) | (None, Auth::None) => Class::Unsigned,
            (None, Auth::Bearer) => Class::Bearer,
            (None, Auth::SigV4) => Class::Requirements,
        };
        let mut result = OperationPermissions {
            class,
            source: Source::Inferred,
            because: entry.and_then(|entry| entry.because.clone()),
            requirements: Vec::new(),
            follow_ups: Vec::new(),
            answers: None,
            left_out: Vec::new(),
        };
        let named = self.named(name, operation, entry);
        result.source = named.source;
        if class != Class::Requirements {
            return result;
        }
        if let Some(Entry {
            require: Some(require),
            ..
        }) = entry
        {
            result.source = Source::Overlay;
            for wanted in require {
                let requirements = self.wanted(name, wanted, &input);
                result.requirements.extend(requirements);
            }
        } else {
            result.requirements = self.by_rules(name, &named, entry, &input, &mut result.left_out);
            for wanted in entry.map(|entry| entry.add.as_slice()).unwrap_or_default() {
                let requirements = self.wanted(name, wanted, &input);
                result.requirements.extend(requirements);
            }
        }
        if let Some(entry) = entry {
            self.operation_keys(name, entry, &input, &mut result.requirements);
            result.answers = self.answers(entry, &result.requirements);
        }
        result.requirements = std::mem::take(&mut result.requirements)
            .into_iter()
            .flat_map(|requirement| {
                let is_unset = |key: &str| self.is_unset(&requirement.action, key, entry);
                self.untold.split(name, requirement.clone(), &is_unset)
            })
            .collect();
        self.by_kms(name, &mut result);
        for requirement in &mut result.requirements {
            absent::settle(requirement, &input);
        }
        result.follow_ups = self.follow_ups(name, &input);
        self.tables.unset.settle(&mut result);
        let requirements = &result.requirements;
        result.left_out.retain(|dependent| {
            !requirements
                .iter()
                .any(|requirement| requirement.action == dependent.action)
        });
        result
    }

    /// What services need that act because of the call.
    fn follow_ups(&mut self, name: &str, input: &Input<'_>) -> Vec<FollowUp> {
        let overlay = self.overlay;
        let is_of = |acting: &&Acting| acting.operations.iter().any(|one| one.value == name);
        let mut follow_ups = Vec::new();
        for acting in overlay.follow_ups.iter().filter(is_of) {
            for path in acting.actor.value.paths() {
                self.check_text(path, acting.actor.at, input);
            }
            for wanted in &acting.wanted {
                let requirements = self.wanted(name, wanted, input);
                follow_ups.extend(requirements.into_iter().map(|requirement| FollowUp {
                    actor: acting.actor.value.clone(),
                    // Of the caller's request those keys are, not of the service's.
                    requirement: Requirement {
                        keys: self.own_keys(requirement.keys, wanted),
                        ..requirement
                    },
                }));
            }
        }
        follow_ups
    }

    /// What the service does with KMS keys, by the table: in place of what the rules find of those that it names.
    fn by_kms(&self, name: &str, result: &mut OperationPermissions) {
        let uses = self.kms.of(&self.model.id, name);
        if uses.is_empty() {
            return;
        }
        let is_told = |path: &Path| uses.iter().any(|told| told.key.as_ref() == Some(path));
        let of_kms = |action: &str| action.starts_with("kms:");
        result.requirements.retain(|requirement| {
            !of_kms(&requirement.action) || !requirement.paths().into_iter().any(is_told)
        });
        result.left_out.retain(|left_out| !of_kms(&left_out.action));
        for requirement in uses.iter().flat_map(|told| &told.requirements) {
            let is_unset = |key: &str| kms::is_unset(requirement, key);
            let split = self.untold.split(name, requirement.clone(), &is_unset);
            result.requirements.extend(split);
        }
        let of_state = uses.iter().flat_map(|told| &told.left_out);
        result.left_out.extend(of_state.cloned());
    }

    /// Whether the overlay says that a request does not set a key.
    fn is_unset(&self, action: &str, key: &str, entry: Option<&Entry>) -> bool {
        let is_own = self
            .own
            .references
            .iter()
            .any(|own| action.split(':').next() == Some(&own.prefix));
        let of_service = self
            .overlay
            .keys
            .iter()
            .find(|(name, _)| keys::is(key, name));
        let of_entry = entry.and_then(|entry| entry.keys.get(key));
        let of_requirement = entry
            .into_iter()
            .flat_map(|entry| entry.require.iter().flatten().chain(&entry.add))
            .filter(|wanted| wanted.action.value == action)
            .find_map(|wanted| wanted.keys.get(key));
        (is_own && of_service.is_some_and(|(_, values)| values.value.is_empty()))
            || of_entry
                .or(of_requirement)
                .is_some_and(|value| value.value.is_none())
    }

    /// The list for whose elements the operation answers: one that some requirement is taken over.
    fn answers(&mut self, entry: &Entry, requirements: &[Requirement]) -> Option<Path> {
        let Located { value, at } = entry.answers.as_ref()?;
        let over = |requirement: &Requirement| requirement.each.as_ref() == Some(value);
        if !requirements.iter().any(over) {
            let message =
                format!("no requirement has `each = \"{value}\"`, so none is of one element");
            self.problem(*at, message);
        }
        let lists = value
            .0
            .iter()
            .filter(|step| !matches!(step, Step::Member(_)));
        if lists.count() > 1 {
            let message =
                format!("{value} lies within another list, whose elements would be meant");
            self.problem(*at, message);
        }
        Some(value.clone())
    }

    /// The operation's action: the overlay's, or by the rules.
    fn named(
        &mut self,
        name: &str,
        operation: &Operation,
        entry: Option<&Entry>,
    ) -> rules::Named<'a> {
        if let Some(wanted) = entry.and_then(|entry| entry.action.as_ref()) {
            return rules::Named {
                name: wanted.value.clone(),
                known: self.action(&wanted.value, wanted.at),
                source: Source::Overlay,
            };
        }
        let named = rules::name(name, &self.own);
        match verbs::name(operation, &self.own) {
            Some(verb) if named.known.is_none() => verb,
            _ => named,
        }
    }

    fn by_rules(
        &mut self,
        name: &str,
        named: &rules::Named<'a>,
        entry: Option<&Entry>,
        input: &Input<'_>,
        left_out: &mut Vec<LeftOut>,
    ) -> Vec<Requirement> {
        let overridden = entry.and_then(|entry| entry.resource.as_ref());
        if let Some(resources) = overridden {
            self.check_resources(resources, input);
        }
        let reference = named
            .known
            .map(|(reference, _)| reference)
            .or_else(|| self.own.references.first().copied());
        let binder = reference.map(|reference| {
            let pages = self.model.pagination.contains_key(name);
            let overlay = self.overlay;
            Binder::new(name, pages, reference, overlay, &self.vocabulary, *input)
        });
        let resources = match (overridden, &binder, named.known) {
            (Some(resources), ..) => bind::Resources::only(resources.value.clone()),
            (None, _, Some((reference, _))) if verbs::is_verb(&named.name) => {
                let operation = &self.model.operations[name];
                bind::Resources::only(vec![verbs::resource(operation, reference, input)])
            }
            (None, Some(binder), Some((_, action))) => binder.resources(action),
            (None, Some(binder), None) => binder.inferred(),
            (None, None, _) => bind::Resources::only(vec![Resource::Template(vec![Part::Opaque])]),
        };
        let mut requirements: Vec<Requirement> = resources
            .bound
            .iter()
            .map(|bound| Requirement {
                action: named.name.clone(),
                resources: bound.resources.clone(),
                when: bound.when.clone(),
                each: None,
                keys: Vec::new(),
                untold: Vec::new(),
            })
            .flat_map(|plain| self.with_keys(name, plain, input))
            .collect();
        let listed: Vec<&str> = named
            .known
            .map(|(_, action)| action.dependents().collect())
            .unwrap_or_default();
        let of_overlay: Vec<&Wanted> = self
            .overlay
            .dependents
            .iter()
            .filter(|wanted| wanted.wherever || listed.contains(&wanted.action.value.as_str()))
            .filter(|wanted| self.fits(wanted, input))
            .collect();
        match named.known {
            Some((_, action)) => {
                let about = rules::About {
                    references: self.references,
                    binder: binder.as_ref(),
                    resources: &resources,
                    operation: name,
                    passed: &self.passed,
                    families: &self.tables.dependents,
                    service_linked: &self.tables.service_linked,
                    service: &self.model.id,
                };
                let (dependents, left) = rules::dependents(action, &about, input);
                *left_out = left;
                for dependent in dependents {
                    if !of_overlay
                        .iter()
                        .any(|wanted| wanted.action.value == dependent.action)
                    {
                        requirements.extend(self.with_keys(name, dependent, input));
                    }
                }
            }
            None if !is_read(name) => {
                let passed = roles::passed(name, false, &self.passed, &resources, input);
                requirements.extend(passed);
            }
            None => {}
        }
        let unfilled = binder.map(|binder| binder.unfilled()).unwrap_or_default();
        if !unfilled.is_empty() {
            self.unfilled.insert(name.to_owned(), unfilled);
        }
        for wanted in of_overlay {
            requirements.extend(self.wanted(name, wanted, input));
        }
        requirements
    }

    /// Whether the input has every member that a requirement mentions.
    fn fits(&self, wanted: &Wanted, input: &Input<'_>) -> bool {
        let exists = |path: &Path| input.follow(path).is_ok();
        wanted
            .resources
            .value
            .iter()
            .all(|resource| input.has(resource))
            && wanted.when.value.paths().into_iter().all(exists)
            && wanted.each.iter().all(|each| exists(&each.value))
            && wanted
                .keys
                .values()
                .filter_map(|key| key.value.as_ref())
                .all(|value| has_members(value, input))
    }

    /// A requirement of the overlay, checked.
    fn wanted(&mut self, operation: &str, wanted: &Wanted, input: &Input<'_>) -> Vec<Requirement> {
        self.action(&wanted.action.value, wanted.action.at);
        self.check_resources(&wanted.resources, input);
        if wanted.keys.contains_key("kms:ViaService") {
            let message = format!(
                "what a service asks of KMS for its caller stands in {}",
                Kms::FILE
            );
            self.problem(wanted.action.at, message);
        }
        let mut when = wanted.when.value.clone();
        for resource in &wanted.resources.value {
            match self.tables.service_linked.is_role(resource) {
                Ok(false) => {}
                Ok(true) if service_linked::makes(&wanted.action.value) => {
                    when = when.and(&Predicate::Missing);
                }
                Ok(true) => {}
                Err(message) => self.problem(wanted.resources.at, message),
            }
        }
        let requirement = Requirement {
            action: wanted.action.value.clone(),
            resources: wanted.resources.value.clone(),
            when,
            each: wanted.each.as_ref().map(|located| located.value.clone()),
            keys: Vec::new(),
            untold: Vec::new(),
        };
        let mut requirements = self.with_keys(operation, requirement, input);
        let of_predicate = wanted
            .when
            .value
            .paths()
            .into_iter()
            .map(|path| (path, wanted.when.at));
        let of_each = wanted
            .each
            .iter()
            .map(|located| (&located.value, located.at));
        for (path, at) in of_predicate.chain(of_each) {
            if let Err(message) = input.follow(path) {
                self.problem(at, message);
            }
        }
        self.set_keys(&wanted.keys, input, &mut requirements);
        requirements
    }

    /// An action of an overlay, by `prefix:Name`.
    fn action(&mut self, name: &str, at: usize) -> Option<(&'a Authorization, &'a Action)> {
        let found = known_action(self.references, name);
        if found.is_none() {
            self.problem(at, format!("there is no action {name}"));
        }
        found
    }
}

/// An action by `prefix:Name`, with the reference that it stands in.
pub(crate) fn known_action<'a>(
    references: &'a BTreeMap<String, Authorization>,
    name: &str,
) -> Option<(&'a Authorization, &'a Action)> {
    let (prefix, name) = name.split_once(':')?;
    let reference = references.get(prefix)?;
    Some((reference, reference.actions.get(name)?))
}

/// Whether an operation only looks, by its verb.
fn is_read(operation: &str) -> bool {
    ["Get", "List", "Describe", "Search", "BatchGet"]
        .iter()
        .any(|verb| operation.starts_with(verb))
}

fn has_members(value: &KeyValue, input: &Input<'_>) -> bool {
    let mut paths = value.paths().into_iter();
    is_operation(value) || paths.all(|path| input.follow(path).is_ok())
}

/// `{operation}`, which stands for the operation's name in a service's keys.
fn is_operation(value: &KeyValue) -> bool {
    matches!(value, KeyValue::Member(path) if path.to_string() == "operation")
}
