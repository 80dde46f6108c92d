//! `CheckNoPublicAccess`.

use stockade_accessanalyzer_api::errors;
use stockade_accessanalyzer_api::shapes::{
    self, AccessCheckResourceType, CheckNoPublicAccessResult, ReasonSummary,
};
use stockade_analysis::public_statements;
use stockade_policy::{Policy, PolicyKind};
use stockade_spec::{Error, RequestContext};

use crate::AccessAnalyzer;
use crate::validation::number;

pub(crate) async fn check(
    _service: &AccessAnalyzer,
    _context: &RequestContext,
    input: shapes::CheckNoPublicAccessRequest,
) -> Result<shapes::CheckNoPublicAccessResponse, Error> {
    let kind = match input.resource_type {
        AccessCheckResourceType::AwsIamAssumeRolePolicyDocument => PolicyKind::Trust,
        // A policy is of the resource that it is checked for, whether or not it names it.
        _ => PolicyKind::ResourceImplied,
    };
    let policy = Policy::parse(&input.policy_document, kind)
        .map_err(|error| errors::invalid_parameter_exception(error.message()))?;
    let reasons: Vec<ReasonSummary> = public_statements(&policy)
        .into_iter()
        .map(|index| reason(&policy, index))
        .collect();
    let (result, message) = if reasons.is_empty() {
        let message =
            "The resource policy does not grant public access for the given resource type.";
        (CheckNoPublicAccessResult::Pass, message)
    } else {
        let message = "The resource policy grants public access for the given resource type.";
        (CheckNoPublicAccessResult::Fail, message)
    };
    Ok(shapes::CheckNoPublicAccessResponse {
        result: Some(result),
        message: Some(message.to_owned()),
        reasons: (!reasons.is_empty()).then_some(reasons),
    })
}

fn reason(policy: &Policy, index: usize) -> ReasonSummary {
    let sid = policy
        .statements()
        .get(index)
        .and_then(|statement| statement.sid());
    let which = match sid {
        Some(sid) => format!("with sid: {sid}"),
        None => format!("with index: {index}"),
    };
    ReasonSummary {
        description: Some(format!(
            "Public access granted in the following statement {which}."
        )),
        statement_id: sid.map(str::to_owned),
        statement_index: Some(number(index)),
    }
}
