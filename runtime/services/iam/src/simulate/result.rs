//! What a simulation answers.

use std::collections::BTreeMap;

use stockade_iam_api::shapes;
use stockade_policy::{
    Attached, Context, Decision, Effect, Explanation, Guardrail, Layer, Miss, Place, PolicySet,
    Request, Rules, Spoken, evaluate, explain,
};

use crate::simulate::input::{Policies, Scenario};

/// What answers call the types of policies.
const IAM_POLICY: &str = "IAM Policy";
const RESOURCE_POLICY: &str = "Resource Policy";
const BOUNDARY: &str = "Permissions Boundary Policy";
const SERVICE_CONTROL: &str = "Service Control Policy";

/// Everything that all results of a simulation share.
pub(crate) struct Case<'a> {
    policies: &'a Policies,
    scenario: &'a Scenario,
    context: Context<'a>,
    guardrails: Vec<Guardrail>,
}

impl<'a> Case<'a> {
    pub(crate) fn new(
        policies: &'a Policies,
        scenario: &'a Scenario,
        guardrail: Option<Guardrail>,
    ) -> Self {
        Self {
            policies,
            scenario,
            context: scenario.context(),
            guardrails: guardrail.into_iter().collect(),
        }
    }

    /// The result of one action on one resource. `is_named`: the request names the resource.
    pub(crate) fn result(
        &self,
        action: &str,
        resource: &str,
        is_named: bool,
    ) -> shapes::EvaluationResult {
        let request = Request::new(self.scenario.principal(), action, resource, &self.context);
        let set = self.set(resource);
        let explanation = explain(&request, &set);
        let decision = decision(explanation.decision);
        let matched = self.matched(&explanation);
        let missing = self.missing(&explanation);
        let details = self.details(&request, &set);
        let boundary = self.policies.boundary.as_ref().map(|policy| {
            let alone = PolicySet {
                identity: std::slice::from_ref(policy),
                ..PolicySet::default()
            };
            shapes::PermissionsBoundaryDecisionDetail {
                allowed_by_permissions_boundary: Some(evaluate(&request, &alone).is_allowed()),
            }
        });
        let specific = is_named.then(|| {
            vec![shapes::ResourceSpecificResult {
                eval_decision_details: details.clone(),
                eval_resource_decision: decision.clone(),
                eval_resource_name: resource.to_owned(),
                matched_statements: Some(matched.clone()),
                missing_context_values: Some(missing.clone()),
                permissions_boundary_decision_detail: boundary.clone(),
            }]
        });
        shapes::EvaluationResult {
            eval_action_name: action.to_owned(),
            eval_decision: decision,
            eval_decision_details: details,
            eval_resource_name: Some(resource.to_owned()),
            matched_statements: Some(matched),
            missing_context_values: Some(if is_named { Vec::new() } else { missing }),
            organizations_decision_detail: self.organizations(&explanation),
            permissions_boundary_decision_detail: boundary,
            resource_specific_results: specific,
        }
    }

    fn set<'s>(&'s self, resource: &'s str) -> PolicySet<'s> {
        PolicySet {
            identity: &self.policies.identity,
            boundary: self.policies.boundary.as_ref(),
            resource: self.policies.resource.as_slice(),
            guardrails: &self.guardrails,
            rules: Rules {
                resource_account: self.scenario.owner_of(resource),
                ..Rules::default()
            },
            ..PolicySet::default()
        }
    }

    /// The statements that determine the result: the denials if any apply, else what allows.
    fn matched(&self, explanation: &Explanation) -> Vec<shapes::Statement> {
        let effect = match explanation.decision {
            Decision::ImplicitlyDenied => return Vec::new(),
            Decision::ExplicitlyDenied => Effect::Deny,
            Decision::Allowed => Effect::Allow,
        };
        explanation
            .statements
            .iter()
            .filter(|spoken| spoken.applies && spoken.effect == effect)
            .filter(|spoken| {
                effect == Effect::Deny || matches!(spoken.layer, Layer::Identity | Layer::Resource)
            })
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

    /// The policy that a statement stands in; their names are one within a layer.
    fn policy(&self, spoken: &Spoken) -> Option<&Attached> {
        let levels = self
            .guardrails
            .iter()
            .flat_map(|guardrail| &guardrail.levels);
        let mut all = self
            .policies
            .identity
            .iter()
            .chain(&self.policies.boundary)
            .chain(&self.policies.resource)
            .chain(levels.flatten());
        all.find(|attached| attached.source.name == spoken.source.name)
    }

    /// Keys that statements about the action read and that nobody gave.
    fn missing(&self, explanation: &Explanation) -> Vec<String> {
        let mut missing: Vec<String> = Vec::new();
        let is_about_action = |spoken: &&Spoken| {
            !spoken
                .misses
                .iter()
                .any(|it| matches!(it, Miss::Action { .. }))
        };
        for spoken in explanation.statements.iter().filter(is_about_action) {
            let Some(attached) = self.policy(spoken) else {
                continue;
            };
            let Some(statement) = attached.policy.statements().get(spoken.index) else {
                continue;
            };
            for key in attached.policy.keys_of(statement) {
                let is_known = self.context.get(key).is_some()
                    || missing.iter().any(|held| held.eq_ignore_ascii_case(key));
                if !is_known {
                    missing.push(key.to_owned());
                }
            }
        }
        missing
    }

    /// How each side contributes to an access across accounts; empty within one, nothing for `*`.
    fn details(
        &self,
        request: &Request<'_>,
        set: &PolicySet<'_>,
    ) -> Option<BTreeMap<String, shapes::PolicyEvaluationDecisionType>> {
        let owner = set.rules.resource_account?;
        if owner == self.scenario.account() {
            return Some(BTreeMap::new());
        }
        let of_identity = PolicySet {
            identity: set.identity,
            ..PolicySet::default()
        };
        let of_resource = PolicySet {
            resource: set.resource,
            ..PolicySet::default()
        };
        Some(BTreeMap::from([
            (
                IAM_POLICY.to_owned(),
                decision(evaluate(request, &of_identity).decision()),
            ),
            (
                RESOURCE_POLICY.to_owned(),
                decision(evaluate(request, &of_resource).decision()),
            ),
        ]))
    }

    fn organizations(
        &self,
        explanation: &Explanation,
    ) -> Option<shapes::OrganizationsDecisionDetail> {
        if self.guardrails.is_empty() {
            return None;
        }
        let is_denied =
            explanation.decision != Decision::Allowed && explanation.layer == Layer::ServiceControl;
        Some(shapes::OrganizationsDecisionDetail {
            allowed_by_organizations: Some(!is_denied),
        })
    }
}

fn decision(decision: Decision) -> shapes::PolicyEvaluationDecisionType {
    match decision {
        Decision::Allowed => shapes::PolicyEvaluationDecisionType::Allowed,
        Decision::ImplicitlyDenied => shapes::PolicyEvaluationDecisionType::ImplicitDeny,
        Decision::ExplicitlyDenied => shapes::PolicyEvaluationDecisionType::ExplicitDeny,
    }
}

fn source_type(layer: Layer) -> &'static str {
    match layer {
        Layer::Resource => RESOURCE_POLICY,
        Layer::Boundary => BOUNDARY,
        Layer::ServiceControl => SERVICE_CONTROL,
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
