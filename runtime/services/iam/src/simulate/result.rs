//! What a simulation answers.

use std::collections::BTreeMap;

use stockade_iam_api::shapes::{self, PolicyEvaluationDecisionType};
use stockade_policy::{
    Attached, Context, Decision, Effect, Explanation, Guardrail, Layer, Miss, Place, PolicySet,
    Request, Rules, Spoken, evaluate, explain,
};
use stockade_spec::Error;

use crate::simulate::invalid;
use crate::simulate::policies::{Policies, keys_of};
use crate::simulate::resources::Resources;
use crate::simulate::scenario::Scenario;

/// What answers call the types of policies.
const IAM_POLICY: &str = "IAM Policy";
const RESOURCE_POLICY: &str = "Resource Policy";
const BOUNDARY: &str = "Permissions Boundary Policy";

/// How each type of policy decides.
type Details = BTreeMap<String, Decision>;

/// Everything that all results of a simulation share.
pub(crate) struct Case<'a> {
    policies: &'a Policies,
    scenario: &'a Scenario,
    context: Context<'a>,
    guardrails: Vec<Guardrail>,
    /// Keys that policies read and that nobody gave.
    missing: Vec<String>,
}

/// One action on one resource.
struct Outcome {
    decision: Decision,
    matched: Vec<shapes::Statement>,
    missing: Vec<String>,
    /// Across accounts, unless service control policies deny.
    details: Option<Details>,
    in_boundary: Option<bool>,
    in_organization: Option<bool>,
}

impl<'a> Case<'a> {
    pub(crate) fn new(
        policies: &'a Policies,
        scenario: &'a Scenario,
        guardrail: Option<Guardrail>,
    ) -> Self {
        let context = scenario.context();
        let mut missing = keys_of(policies.told());
        missing.retain(|key| context.get(key).is_none());
        Self {
            policies,
            scenario,
            context,
            guardrails: guardrail.into_iter().collect(),
            missing,
        }
    }

    /// A resource policy has to be "applicable to all of the resources included in the simulation" and needs somebody for
    /// its `Principal` (`SimulateCustomPolicy`, IAM API Reference).
    pub(crate) fn check_resource_policy(
        &self,
        actions: &[String],
        resources: &Resources<'_>,
    ) -> Result<(), Error> {
        let Some(policy) = &self.policies.resource else {
            return Ok(());
        };
        if !self.scenario.has_caller() {
            return Err(invalid("Invalid caller - Caller cannot be null or empty."));
        }
        if resources.named().is_empty() {
            return Err(invalid(
                "Invalid Entity Arn: * does not clearly define entity type and name.",
            ));
        }
        let alone = PolicySet {
            resource: std::slice::from_ref(policy),
            ..PolicySet::default()
        };
        let action = actions.first().map(String::as_str).unwrap_or_default();
        for resource in resources.named() {
            let request = Request::new(
                self.scenario.principal(),
                action,
                resource.as_str(),
                &self.context,
            );
            let misses = |spoken: &Spoken| {
                let mut misses = spoken.misses.iter();
                misses.any(|miss| matches!(miss, Miss::Resource { .. }))
            };
            if explain(&request, &alone).statements.iter().all(misses) {
                return Err(invalid(format!(
                    "Invalid Input ResourcePolicy: it does not apply to {resource}."
                )));
            }
        }
        Ok(())
    }

    /// The result of one action: as the most restrictive of what holds for each resource.
    pub(crate) fn result(
        &self,
        action: &str,
        resources: &Resources<'_>,
    ) -> shapes::EvaluationResult {
        let named = resources.named();
        let outcomes: Vec<Outcome> = if named.is_empty() {
            vec![self.outcome(action, None)]
        } else {
            let named = named.iter();
            named
                .map(|resource| self.outcome(action, Some(resource)))
                .collect()
        };
        let specific = named.iter().zip(&outcomes);
        shapes::EvaluationResult {
            resource_specific_results: (!named.is_empty())
                .then(|| specific.map(|(name, it)| it.to_specific(name)).collect()),
            ..aggregate(action, &outcomes, !named.is_empty())
        }
    }

    /// Without a resource: of everything.
    fn outcome(&self, action: &str, resource: Option<&str>) -> Outcome {
        let request = Request::new(
            self.scenario.principal(),
            action,
            resource.unwrap_or("*"),
            &self.context,
        );
        let owner = resource.map(|resource| self.scenario.owner_of(resource));
        let set = PolicySet {
            identity: &self.policies.identity,
            boundary: self.policies.boundary.as_ref(),
            resource: self.policies.resource.as_slice(),
            guardrails: &self.guardrails,
            rules: Rules {
                resource_account: owner,
                ..Rules::default()
            },
            ..PolicySet::default()
        };
        let explanation = explain(&request, &set);
        let decision = explanation.decision;
        let is_denied_above =
            decision != Decision::Allowed && explanation.layer == Layer::ServiceControl;
        let lacks = decision == Decision::ImplicitlyDenied && !is_denied_above;
        let is_across = owner.is_some_and(|owner| owner != self.scenario.account());
        Outcome {
            decision,
            matched: self.matched(&explanation),
            missing: if lacks {
                self.missing.clone()
            } else {
                Vec::new()
            },
            details: (is_across && !is_denied_above).then(|| details(&request, &set)),
            in_boundary: set.boundary.map(|policy| {
                let alone = PolicySet {
                    identity: std::slice::from_ref(policy),
                    ..PolicySet::default()
                };
                evaluate(&request, &alone).is_allowed()
            }),
            in_organization: (!self.guardrails.is_empty()).then_some(!is_denied_above),
        }
    }

    /// The statements that determine the result: the denials if any apply, else what allows. Service control policies'
    /// are not told.
    fn matched(&self, explanation: &Explanation) -> Vec<shapes::Statement> {
        let (effect, layers): (_, &[Layer]) = match explanation.decision {
            Decision::ImplicitlyDenied => return Vec::new(),
            Decision::ExplicitlyDenied => (
                Effect::Deny,
                &[Layer::Identity, Layer::Resource, Layer::Boundary],
            ),
            Decision::Allowed => (Effect::Allow, &[Layer::Identity, Layer::Resource]),
        };
        explanation
            .statements
            .iter()
            .filter(|spoken| spoken.applies && spoken.effect == effect)
            .filter(|spoken| layers.contains(&spoken.layer))
            .filter_map(|spoken| self.statement(spoken))
            .collect()
    }

    fn statement(&self, spoken: &Spoken) -> Option<shapes::Statement> {
        let span = self.policy(spoken)?.policy.span_of(spoken.index);
        let (begin, end) = span.map(|(begin, end)| (position(begin), position(end)))?;
        Some(shapes::Statement {
            end_position: Some(end),
            source_policy_id: Some(spoken.source.name.to_string()),
            source_policy_type: Some(source_type(spoken.layer).into()),
            start_position: Some(begin),
        })
    }

    /// The policy that a statement stands in. A managed policy may be the boundary too: both are one text.
    fn policy(&self, spoken: &Spoken) -> Option<&Attached> {
        let mut all = self.policies.told();
        all.find(|attached| attached.source.name == spoken.source.name)
    }
}

impl Outcome {
    /// Empty lists are left out, as IAM does.
    fn to_specific(&self, name: &str) -> shapes::ResourceSpecificResult {
        let is_told = !self.matched.is_empty();
        let lacks = !self.missing.is_empty();
        shapes::ResourceSpecificResult {
            eval_decision_details: self.details.clone().map(details_to_shape),
            eval_resource_decision: to_shape(self.decision),
            eval_resource_name: name.to_owned(),
            matched_statements: is_told.then(|| self.matched.clone()),
            missing_context_values: lacks.then(|| self.missing.clone()),
            permissions_boundary_decision_detail: self.in_boundary.map(boundary_to_shape),
        }
    }
}

/// What the outcomes of all resources come to. Within one account the details are there and empty if a resource is named.
fn aggregate(action: &str, outcomes: &[Outcome], is_named: bool) -> shapes::EvaluationResult {
    let all = || outcomes.iter();
    let decision = all().map(|it| it.decision).reduce(stricter);
    let decision = decision.unwrap_or(Decision::ImplicitlyDenied);
    // "In addition, the deny statement is the only entry included in the result."
    let contributing =
        all().filter(|it| decision != Decision::ExplicitlyDenied || it.decision == decision);
    let mut details: Option<Details> = None;
    for (kind, decision) in all().filter_map(|it| it.details.as_ref()).flatten() {
        let held = details
            .get_or_insert_default()
            .entry(kind.clone())
            .or_insert(*decision);
        *held = stricter(*held, *decision);
    }
    let is_denied_above = all().any(|it| it.in_organization == Some(false));
    let details = details.or_else(|| (is_named && !is_denied_above).then(Details::new));
    shapes::EvaluationResult {
        eval_action_name: action.to_owned(),
        eval_decision: to_shape(decision),
        eval_decision_details: details.map(details_to_shape),
        eval_resource_name: None,
        matched_statements: Some(union(contributing.flat_map(|it| &it.matched))),
        missing_context_values: Some(union(all().flat_map(|it| &it.missing))),
        organizations_decision_detail: every(all().map(|it| it.in_organization)).map(|allowed| {
            shapes::OrganizationsDecisionDetail {
                allowed_by_organizations: Some(allowed),
            }
        }),
        permissions_boundary_decision_detail: every(all().map(|it| it.in_boundary))
            .map(boundary_to_shape),
        resource_specific_results: None,
    }
}

/// Each once, in the order of their first appearance.
fn union<'t, T: PartialEq + Clone + 't>(all: impl Iterator<Item = &'t T>) -> Vec<T> {
    let mut each: Vec<T> = Vec::new();
    for one in all {
        if !each.contains(one) {
            each.push(one.clone());
        }
    }
    each
}

/// Whether all say yes; `None` where nobody was asked.
fn every(mut answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    answers.try_fold(true, |all, answer| Some(all && answer?))
}

/// The more restrictive of two.
fn stricter(one: Decision, other: Decision) -> Decision {
    match (one, other) {
        (Decision::ExplicitlyDenied, _) | (_, Decision::Allowed) => one,
        _ => other,
    }
}

/// How each side contributes to an access across accounts.
fn details(request: &Request<'_>, set: &PolicySet<'_>) -> Details {
    let alone = |identity, resource| {
        let set = PolicySet {
            identity,
            resource,
            ..PolicySet::default()
        };
        evaluate(request, &set).decision()
    };
    let mut details = Details::from([
        (IAM_POLICY.to_owned(), alone(set.identity, &[])),
        (RESOURCE_POLICY.to_owned(), alone(&[], set.resource)),
    ]);
    if let Some(boundary) = set.boundary {
        let decision = alone(std::slice::from_ref(boundary), &[]);
        details.insert(BOUNDARY.to_owned(), decision);
    }
    details
}

fn details_to_shape(details: Details) -> BTreeMap<String, PolicyEvaluationDecisionType> {
    let details = details.into_iter();
    details
        .map(|(kind, decision)| (kind, to_shape(decision)))
        .collect()
}

fn boundary_to_shape(is_allowed: bool) -> shapes::PermissionsBoundaryDecisionDetail {
    shapes::PermissionsBoundaryDecisionDetail {
        allowed_by_permissions_boundary: Some(is_allowed),
    }
}

fn to_shape(decision: Decision) -> PolicyEvaluationDecisionType {
    match decision {
        Decision::Allowed => PolicyEvaluationDecisionType::Allowed,
        Decision::ImplicitlyDenied => PolicyEvaluationDecisionType::ImplicitDeny,
        Decision::ExplicitlyDenied => PolicyEvaluationDecisionType::ExplicitDeny,
    }
}

fn source_type(layer: Layer) -> &'static str {
    match layer {
        Layer::Resource => RESOURCE_POLICY,
        Layer::Boundary => BOUNDARY,
        _ => IAM_POLICY,
    }
}

fn position(place: Place) -> shapes::Position {
    let number = |number: usize| i32::try_from(number).ok();
    shapes::Position {
        column: number(place.column),
        line: number(place.line),
    }
}
