//! The policy simulator: `SimulateCustomPolicy`, `SimulatePrincipalPolicy`, and what keys policies read.
//!
//! Policies are those that the request holds, and for a principal those that it has; the resource's own are never looked
//! up, as AWS does not ("Testing IAM policies with the IAM policy simulator", IAM User Guide).

mod input;
mod result;

use stockade_iam_api::shapes;
use stockade_policy::Guardrail;
use stockade_spec::{Error, RequestContext};

use crate::simulate::input::{Policies, Scenario};
use crate::simulate::result::Case;
use crate::{Iam, paging};

pub(crate) async fn custom(
    _iam: &Iam,
    context: &RequestContext,
    input: shapes::SimulateCustomPolicyRequest,
) -> Result<shapes::SimulatePolicyResponse, Error> {
    refuse_scenarios(
        "SimulateCustomPolicy",
        input.resource_handling_option.as_deref(),
    )?;
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
        resources: input.resource_arns.as_deref(),
        marker: input.marker.as_deref(),
        max_items: input.max_items,
    };
    asked.simulate(&policies, &scenario, policies.guardrail())
}

pub(crate) async fn principal(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::SimulatePrincipalPolicyRequest,
) -> Result<shapes::SimulatePolicyResponse, Error> {
    refuse_scenarios(
        "SimulatePrincipalPolicy",
        input.resource_handling_option.as_deref(),
    )?;
    let exclusions = input.policy_exclusion_list.as_deref().unwrap_or_default();
    if !exclusions.is_empty() {
        return Err(Error::not_implemented(
            "iam",
            "SimulatePrincipalPolicy with PolicyExclusionList",
        ));
    }
    let source = input.policy_source_arn.as_str();
    let mut policies = Policies::of_principal(iam, source)?;
    policies.add_input(input.policy_input_list.as_deref().unwrap_or_default())?;
    policies.set_boundary(input.permissions_boundary_policy_input_list.as_deref())?;
    policies.set_resource(input.resource_policy.as_deref())?;
    let is_user = source.contains(":user/");
    let caller = match input.caller_arn.as_deref() {
        None if is_user => Some(source),
        None if input.resource_policy.is_some() => {
            return Err(input::invalid(
                "CallerArn must be given with a ResourcePolicy if the policies are not a user's.",
            ));
        }
        caller => caller,
    };
    let mut scenario = Scenario::new(
        context,
        caller,
        input.resource_owner.as_deref(),
        input.context_entries.unwrap_or_default(),
    )?;
    scenario.stand_for(iam, source)?;
    let asked = Asked {
        operation: "SimulatePrincipalPolicy",
        actions: &input.action_names,
        resources: input.resource_arns.as_deref(),
        marker: input.marker.as_deref(),
        max_items: input.max_items,
    };
    asked.simulate(&policies, &scenario, scenario.guardrail(iam)?)
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
    _context: &RequestContext,
    input: shapes::GetContextKeysForPrincipalPolicyRequest,
) -> Result<shapes::GetContextKeysForPolicyResponse, Error> {
    let mut policies = Policies::of_principal(iam, &input.policy_source_arn)?;
    policies.add_input(input.policy_input_list.as_deref().unwrap_or_default())?;
    Ok(keys_response(&policies))
}

fn keys_response(policies: &Policies) -> shapes::GetContextKeysForPolicyResponse {
    shapes::GetContextKeysForPolicyResponse {
        context_key_names: Some(policies.keys()),
    }
}

/// EC2's scenarios ask for several resources at once.
fn refuse_scenarios(operation: &str, option: Option<&str>) -> Result<(), Error> {
    match option {
        None => Ok(()),
        Some(_) => Err(Error::not_implemented(
            "iam",
            &format!("{operation} with ResourceHandlingOption"),
        )),
    }
}

/// Which results a request asks for.
struct Asked<'a> {
    operation: &'static str,
    actions: &'a [String],
    resources: Option<&'a [String]>,
    marker: Option<&'a str>,
    max_items: Option<i32>,
}

impl Asked<'_> {
    /// A result for every action on every resource, page by page.
    fn simulate(
        &self,
        policies: &Policies,
        scenario: &Scenario,
        guardrail: Option<Guardrail>,
    ) -> Result<shapes::SimulatePolicyResponse, Error> {
        let everything = [String::from("*")];
        let named = self.resources.filter(|resources| !resources.is_empty());
        let resources = named.unwrap_or(&everything);
        let case = Case::new(policies, scenario, guardrail);
        let mut results = Vec::with_capacity(self.actions.len() * resources.len());
        for action in self.actions {
            input::check_action(action)?;
            for resource in resources {
                results.push(case.result(action, resource, named.is_some()));
            }
        }
        self.page(results)
    }

    fn page(
        &self,
        results: Vec<shapes::EvaluationResult>,
    ) -> Result<shapes::SimulatePolicyResponse, Error> {
        let request = paging::Request::new(self.operation, self.marker, self.max_items)?;
        let numbered = results
            .into_iter()
            .enumerate()
            .map(|(number, result)| (stockade_store::ordered(number as u64), result));
        let page = paging::items(request, numbered, |(number, _)| number.as_str())?;
        Ok(shapes::SimulatePolicyResponse {
            evaluation_results: Some(page.items.into_iter().map(|(_, result)| result).collect()),
            is_truncated: Some(page.next.is_some()),
            marker: page.next,
        })
    }
}
