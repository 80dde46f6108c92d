//! A compiled statement, and whether it applies to a request.

use std::fmt;

use serde::Serialize;

use crate::Context;
use crate::action::{ActionSet, Folded};
use crate::arn::Name;
use crate::condition::Clause;
use crate::principal::{Grant, Principal, PrincipalSet};
use crate::request::Request;
use crate::resource::ResourceSet;
use crate::set::PolicySet;

/// The effect of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Effect {
    /// The request is allowed, unless another statement denies it.
    Allow,
    /// The request is denied.
    Deny,
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Effect::Allow => "Allow",
            Effect::Deny => "Deny",
        })
    }
}

/// One statement of a policy.
#[derive(Debug, Clone)]
pub struct Statement {
    pub(crate) sid: Option<Box<str>>,
    pub(crate) effect: Effect,
    pub(crate) principals: Option<PrincipalSet>,
    pub(crate) actions: ActionSet,
    pub(crate) resources: Option<ResourceSet>,
    pub(crate) conditions: Box<[Clause]>,
    pub(crate) unknown_operator: Option<Box<str>>,
}

/// An element that can be negated, as written.
#[derive(Debug, Clone, Copy)]
pub struct Element<'a> {
    /// Whether it is the `Not…` form.
    pub negated: bool,
    /// Its entries as written. Those of a principal read `AWS:…`, `Service:…`, or `*`.
    pub entries: &'a [Box<str>],
}

impl Statement {
    /// The statement's `Sid`, when it has one that is not empty.
    #[must_use]
    pub fn sid(&self) -> Option<&str> {
        self.sid.as_deref()
    }

    /// Its effect.
    #[must_use]
    pub fn effect(&self) -> Effect {
        self.effect
    }

    /// `Action` or `NotAction`.
    #[must_use]
    pub fn actions(&self) -> Element<'_> {
        Element {
            negated: self.actions.negated,
            entries: &self.actions.written,
        }
    }

    /// `Resource` or `NotResource`; `None` where the grammar has neither.
    #[must_use]
    pub fn resources(&self) -> Option<Element<'_>> {
        self.resources.as_ref().map(|set| Element {
            negated: set.negated,
            entries: &set.written,
        })
    }

    /// `Principal` or `NotPrincipal`; `None` in identity-based policies.
    #[must_use]
    pub fn principals(&self) -> Option<Element<'_>> {
        self.principals.as_ref().map(|set| Element {
            negated: set.negated,
            entries: &set.written,
        })
    }

    /// The clauses of `Condition`; all must hold.
    #[must_use]
    pub fn conditions(&self) -> &[Clause] {
        &self.conditions
    }

    /// The first condition operator that is not known here. A statement with one fails closed: an Allow never applies,
    /// a Deny applies whatever its conditions.
    #[must_use]
    pub fn unknown_operator(&self) -> Option<&str> {
        self.unknown_operator.as_deref()
    }

    /// Whether it reads a request's context: by a condition, or by a variable in a resource.
    pub(crate) fn reads_context(&self) -> bool {
        !self.conditions.is_empty() || self.resources.as_ref().is_some_and(|set| set.variables)
    }

    /// Whether the statement applies, and if so how closely it names the principal (directly, where it names none).
    pub(crate) fn applies(&self, subject: &Subject<'_>) -> Option<Grant> {
        if !self.actions.matches(subject.action) {
            return None;
        }
        self.applies_to_action(subject)
    }

    /// As [`Statement::applies`], for a statement that is known to speak of the action.
    pub(crate) fn applies_to_action(&self, subject: &Subject<'_>) -> Option<Grant> {
        if !self.about_resource(subject) {
            return None;
        }
        let grant = self.grant(subject)?;
        self.conditions_hold(subject.context).then_some(grant)
    }

    pub(crate) fn about_resource(&self, subject: &Subject<'_>) -> bool {
        self.resources
            .as_ref()
            .is_none_or(|set| set.matches(self.effect, &subject.resource, subject.context))
    }

    pub(crate) fn grant(&self, subject: &Subject<'_>) -> Option<Grant> {
        match &self.principals {
            None => Some(Grant::Direct),
            Some(set) => set.grant(self.effect, subject),
        }
    }

    pub(crate) fn conditions_hold(&self, context: &Context<'_>) -> bool {
        if self.unknown_operator.is_some() {
            return self.effect == Effect::Deny;
        }
        self.conditions
            .iter()
            .all(|clause| clause.holds(self.effect, context))
    }
}

/// A request, taken apart once for all statements.
#[derive(Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) principal: Principal<'a>,
    /// In lower case.
    pub(crate) action: &'a str,
    pub(crate) resource: Name<'a>,
    pub(crate) context: &'a Context<'a>,
    pub(crate) canonical_user: Option<&'a str>,
    /// Whether the principal has a permissions boundary.
    pub(crate) bounded: bool,
}

impl<'a> Subject<'a> {
    pub(crate) fn of(request: &'a Request<'_>, set: &PolicySet<'_>, action: &'a Folded) -> Self {
        Self {
            principal: request.principal,
            action: action.as_str(),
            resource: Name::of(&request.resource),
            context: request.context,
            canonical_user: request.canonical_user,
            bounded: set.boundary.is_some(),
        }
    }
}
