//! `Action` and `NotAction`.

use crate::pattern::{Case, Pattern};

/// One entry of an `Action` element. AWS compares actions without regard to case.
#[derive(Debug, Clone)]
enum ActionPattern {
    /// `*` or `*:*`.
    Any,
    /// A service prefix, which has no wildcards, and a pattern for the name.
    Of { service: Box<str>, name: Pattern },
}

/// A compiled `Action` or `NotAction` element.
#[derive(Debug, Clone)]
pub(crate) struct ActionSet {
    pub(crate) negated: bool,
    entries: Box<[ActionPattern]>,
    /// The entries as written.
    pub(crate) written: Box<[Box<str>]>,
}

/// The action of a request, split at its colon once for all patterns.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ActionName<'a> {
    service: &'a str,
    name: &'a str,
}

impl<'a> ActionName<'a> {
    pub(crate) fn new(action: &'a str) -> Self {
        let (service, name) = action.split_once(':').unwrap_or((action, ""));
        Self { service, name }
    }
}

impl ActionSet {
    pub(crate) fn new(negated: bool, written: Vec<Box<str>>) -> Self {
        let entries = written
            .iter()
            .map(|text| match text.split_once(':') {
                None | Some(("*", "*")) => ActionPattern::Any,
                Some((service, name)) => ActionPattern::Of {
                    service: service.into(),
                    name: Pattern::glob(&name.to_ascii_lowercase()),
                },
            })
            .collect();
        Self {
            negated,
            entries,
            written: written.into(),
        }
    }

    pub(crate) fn matches(&self, action: ActionName<'_>) -> bool {
        let listed = self.entries.iter().any(|entry| match entry {
            ActionPattern::Any => true,
            ActionPattern::Of { service, name } => {
                service.eq_ignore_ascii_case(action.service)
                    && name.matches(action.name, Case::Ignored)
            }
        });
        listed != self.negated
    }
}
