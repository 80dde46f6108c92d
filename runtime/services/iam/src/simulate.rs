//! The policy simulator: `SimulateCustomPolicy`, `SimulatePrincipalPolicy`, and what keys policies read.
//!
//! Policies are those that the request holds, and for a principal those that it has; the resource's own are never looked
//! up, as AWS does not ("Testing IAM policies with the IAM policy simulator", IAM User Guide). There is one result for
//! each action, with what holds for each resource inside it (`EvaluationResult`, IAM API Reference).
//!
//! Messages are those of IAM's answers, as far as any were seen.

mod context;
mod exclude;
mod handling;
mod origin;
mod policies;
mod resources;
mod result;
mod scenario;

use stockade_iam_api::{errors, shapes};
use stockade_policy::Guardrail;
use stockade_spec::{Error, RequestContext};

use crate::simulate::exclude::Exclusions;
use crate::simulate::handling::Handling;
use crate::simulate::origin::Origin;
use crate::simulate::policies::Policies;
use crate::simulate::resources::Resources;
use crate::simulate::result::Case;
use crate::simulate::scenario::Scenario;
use crate::{Formats, Iam, paging};

pub(crate) fn invalid(message: impl Into<String>) -> Error {
    errors::invalid_input_exception(message)
}

pub(crate) async fn custom(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::SimulateCustomPolicyRequest,
) -> Result<shapes::SimulatePolicyResponse, Error> {
    let mut policies = Policies::default();
    policies.add_input(&input.policy_input_list)?;
    policies.set_boundary(input.permissions_boundary_policy_input_list.as_deref())?;
    policies.set_resource(input.resource_policy.as_deref())?;
    policies.set_levels(input.ordered_organization_policy_input_list.as_deref())?;
    let scenario = Scenario::new(
        context,
        input.caller_arn.as_deref(),
        input.resource_owner.as_deref(),
        input.context_entries.unwrap_or_default(),
    )?;
    let asked = Asked {
        operation: "SimulateCustomPolicy",
        actions: &input.action_names,
        resources: Resources::new(input.resource_arns.as_deref())?,
        handling: input.resource_handling_option.as_deref(),
        marker: input.marker.as_deref(),
        max_items: input.max_items,
        formats: iam.formats.as_deref(),
    };
    asked.simulate(&policies, &scenario, policies.guardrail())
}

pub(crate) async fn principal(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::SimulatePrincipalPolicyRequest,
) -> Result<shapes::SimulatePolicyResponse, Error> {
    let exclusions = Exclusions::new(input.policy_exclusion_list.unwrap_or_default())?;
    let origin = Origin::read(iam, context, &input.policy_source_arn)?;
    let mut policies = Policies::of(&origin, &exclusions)?;
    policies.add_input(input.policy_input_list.as_deref().unwrap_or_default())?;
    policies.set_boundary(input.permissions_boundary_policy_input_list.as_deref())?;
    policies.set_resource(input.resource_policy.as_deref())?;
    let caller = input.caller_arn.as_deref().unwrap_or(origin.arn());
    let mut scenario = Scenario::new(
        context,
        Some(caller),
        input.resource_owner.as_deref(),
        input.context_entries.unwrap_or_default(),
    )?;
    scenario.stand_for(&origin);
    let guardrail = match exclusions.service_control() {
        true => None,
        false => scenario.guardrail(iam)?,
    };
    let asked = Asked {
        operation: "SimulatePrincipalPolicy",
        actions: &input.action_names,
        resources: Resources::new(input.resource_arns.as_deref())?,
        handling: input.resource_handling_option.as_deref(),
        marker: input.marker.as_deref(),
        max_items: input.max_items,
        formats: iam.formats.as_deref(),
    };
    asked.simulate(&policies, &scenario, guardrail)
}

pub(crate) async fn keys_of_custom(
    _iam: &Iam,
    _context: &RequestContext,
    input: shapes::GetContextKeysForCustomPolicyRequest,
) -> Result<shapes::GetContextKeysForPolicyResponse, Error> {
    let mut policies = Policies::default();
    policies.add_input(&input.policy_input_list)?;
    Ok(keys_response(&policies))
}

pub(crate) async fn keys_of_principal(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::GetContextKeysForPrincipalPolicyRequest,
) -> Result<shapes::GetContextKeysForPolicyResponse, Error> {
    let origin = Origin::read(iam, context, &input.policy_source_arn)?;
    let mut policies = Policies::of(&origin, &Exclusions::default())?;
    policies.add_input(input.policy_input_list.as_deref().unwrap_or_default())?;
    Ok(keys_response(&policies))
}

fn keys_response(policies: &Policies) -> shapes::GetContextKeysForPolicyResponse {
    shapes::GetContextKeysForPolicyResponse {
        context_key_names: Some(policies.identity_keys()),
    }
}

/// "Each operation must include the service identifier, such as `iam:CreateUser`", and `SimulateCustomPolicy` "does not
/// support using wildcards (*) in an action name".
fn check_action(action: &str) -> Result<(), Error> {
    if !action.contains(':') {
        return Err(invalid("The action is invalid since it is missing names"));
    }
    if action.contains(['*', '?']) {
        return Err(invalid(format!("Invalid Input Actions: {action}")));
    }
    Ok(())
}

/// Which results a request asks for.
struct Asked<'a> {
    operation: &'static str,
    actions: &'a [String],
    resources: Resources<'a>,
    handling: Option<&'a str>,
    marker: Option<&'a str>,
    max_items: Option<i32>,
    formats: Option<&'a dyn Formats>,
}

impl Asked<'_> {
    /// What the result of an action names: "the ARN template for the simulated resource type […], or `*` if no ARN format is
    /// defined for the action" (`EvaluationResult`, IAM API Reference). Everything has no type.
    fn name_for(&self, action: &str) -> String {
        let first = self.resources.named().first();
        let format = first.and_then(|resource| self.formats?.format(action, resource));
        format.unwrap_or_else(|| String::from("*"))
    }

    /// A result for every action, page by page.
    fn simulate(
        &self,
        policies: &Policies,
        scenario: &Scenario,
        guardrail: Option<Guardrail>,
    ) -> Result<shapes::SimulatePolicyResponse, Error> {
        for action in self.actions {
            check_action(action)?;
        }
        if let Some(option) = self.handling {
            Handling::new(self.operation, option).check(self.actions, &self.resources)?;
        }
        let case = Case::new(policies, scenario, guardrail);
        case.check_resource_policy(self.actions, &self.resources)?;
        let request = paging::Request::new(self.operation, self.marker, self.max_items)
            .map_err(|_| invalid("Invalid marker for pagination."))?;
        let numbered = self
            .actions
            .iter()
            .enumerate()
            .map(|(number, action)| (stockade_store::ordered(number as u64), action));
        let page = paging::items(request, numbered, |(number, _)| number.as_str())?;
        let results = page.items.iter();
        Ok(shapes::SimulatePolicyResponse {
            evaluation_results: Some(
                results
                    .map(|(_, action)| shapes::EvaluationResult {
                        eval_resource_name: Some(self.name_for(action)),
                        ..case.result(action, &self.resources)
                    })
                    .collect(),
            ),
            is_truncated: Some(page.next.is_some()),
            marker: page.next,
        })
    }
}
