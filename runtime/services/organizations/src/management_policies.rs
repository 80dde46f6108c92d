//! Management policies: what configures accounts and binds nobody's requests. Their form; what they come to for an
//! account; and what is wrong with that.

use aws_smithy_types::DateTime;
use serde_json::{Map, Value};
use stockade_kit::failure::Failure;
use stockade_kit::time::epoch_seconds;
use stockade_organizations_api::{errors as api, shapes};
use stockade_spec::{Error, RequestContext};
use stockade_store::{Snapshot, ordered};

use crate::delegation::Ground;
use crate::effective::{
    self, APPEND, ASSIGN, Contribution, FOR_CHILDREN, Fault, REMOVE, Setting, find_faults,
};
use crate::paging::Asked;
use crate::state::Membership;
use crate::{Organizations, accounts, attachments, errors};

/// What the policies of a type have at their top, where their pages say so.
fn top(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "AISERVICES_OPT_OUT_POLICY" => "services",
        "BACKUP_POLICY" => "plans",
        "DECLARATIVE_POLICY_EC2" => "ec2_attributes",
        "S3_POLICY" => "s3_attributes",
        "TAG_POLICY" => "tags",
        _ => return None,
    })
}

/// Whether content has the form of its type: objects down to operators that set values.
pub(crate) fn is_well_formed(kind: &str, content: &str) -> bool {
    let Ok(Value::Object(policy)) = serde_json::from_str(content) else {
        return false;
    };
    let is_of_kind = top(kind).is_none_or(|top| {
        policy
            .keys()
            .all(|name| name == top || name.starts_with("@@"))
    });
    is_of_kind && !policy.is_empty() && is_setting(&policy)
}

fn is_setting(setting: &Map<String, Value>) -> bool {
    setting.iter().all(|(name, value)| match name.as_str() {
        ASSIGN => !value.is_object() && !value.is_null(),
        APPEND | REMOVE => value.is_array() || value.is_string(),
        FOR_CHILDREN => is_control(value),
        name => !name.starts_with("@@") && value.as_object().is_some_and(is_setting),
    })
}

/// Whether these are operators, or one of the two words for all and none of them.
fn is_control(names: &Value) -> bool {
    names.as_array().is_some_and(|names| {
        let is_operator = |name: &Value| {
            matches!(
                name.as_str(),
                Some(ASSIGN | APPEND | REMOVE | "@@all" | "@@none")
            )
        };
        !names.is_empty() && names.iter().all(is_operator)
    })
}

/// What the policies of a type come to for an account; `None` where there are none.
fn effective(
    snapshot: &Snapshot,
    membership: &Membership,
    (account, kind): (&str, &str),
) -> Result<Option<Setting>, Failure> {
    if !membership.organization.policy_types.contains(kind) {
        return Ok(None);
    }
    let mut levels = Vec::new();
    for place in membership.line(snapshot, account)? {
        let policies = attachments::attached(snapshot, membership, &place, kind)?;
        let contributions = policies.into_iter().filter_map(|policy| {
            Some(Contribution {
                content: serde_json::from_str(&policy.content).ok()?,
                policy: policy.id,
            })
        });
        levels.push(contributions.collect());
    }
    let is_none = levels.iter().all(Vec::is_empty);
    Ok((!is_none).then(|| effective::merge(&levels)))
}

fn not_found() -> Error {
    api::effective_policy_not_found_exception(
        "The account doesn't have an effective policy of the specified type.",
    )
}

/// Any account may ask for its own; another's the management account and its delegates.
pub(crate) async fn describe_effective(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::DescribeEffectivePolicyRequest,
) -> Result<shapes::DescribeEffectivePolicyResponse, Error> {
    let snapshot = service.store.snapshot();
    let membership = Membership::of(&snapshot, &context.account)?;
    let target = input.target_id.as_deref().unwrap_or(&context.account);
    if target != context.account
        && let Ground::Nothing =
            membership.ground(&snapshot, &context.account, "DescribeEffectivePolicy")?
    {
        return Err(errors::not_management());
    }
    if membership.is_parent(&snapshot, target) {
        return Err(errors::invalid(
            shapes::InvalidInputExceptionReason::TargetNotSupported,
            "You can't perform the specified operation on that target entity.",
        ));
    }
    if membership.account(&snapshot, target)?.is_none() {
        return Err(errors::no_target());
    }
    let asked = (target, input.policy_type.as_str());
    let policy = effective(&snapshot, &membership, asked)?.ok_or_else(not_found)?;
    let content = policy.value().unwrap_or_else(|| Value::Object(Map::new()));
    Ok(shapes::DescribeEffectivePolicyResponse {
        effective_policy: Some(shapes::EffectivePolicy {
            last_updated_timestamp: Some(DateTime::from_secs(epoch_seconds(context.now))),
            policy_content: Some(content.to_string()),
            policy_type: Some(input.policy_type.clone()),
            target_id: Some(target.to_owned()),
        }),
    })
}

/// Policies are merged and held against their type's demands when somebody asks.
pub(crate) async fn list_faults(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::ListEffectivePolicyValidationErrorsRequest,
) -> Result<shapes::ListEffectivePolicyValidationErrorsResponse, Error> {
    const OPERATION: &str = "ListEffectivePolicyValidationErrors";
    let snapshot = service.store.snapshot();
    let membership = Membership::administered_by(&snapshot, &context.account, OPERATION)?;
    let account = accounts::require(&membership, &snapshot, &input.account_id)?;
    let kind = input.policy_type.as_str();
    let policy = effective(&snapshot, &membership, (&account.id, kind))?.ok_or_else(not_found)?;
    let faults: Vec<(String, Fault)> = (0..).map(ordered).zip(find_faults(kind, &policy)).collect();
    let shape = |(_, fault): (String, Fault)| {
        Ok(shapes::EffectivePolicyValidationError {
            contributing_policies: Some(fault.policies),
            error_code: Some(fault.code.to_owned()),
            error_message: Some(fault.message),
            path_to_error: Some(fault.path),
        })
    };
    let asked = Asked::new(OPERATION, &input.next_token, input.max_results);
    let (faults, next_token) = asked.page(faults, |(place, _)| place, shape)?;
    Ok(shapes::ListEffectivePolicyValidationErrorsResponse {
        account_id: Some(account.id.clone()),
        effective_policy_validation_errors: Some(faults),
        evaluation_timestamp: Some(DateTime::from_secs(epoch_seconds(context.now))),
        next_token,
        path: Some(membership.path(&snapshot, &account.id)?),
        policy_type: Some(input.policy_type.clone()),
    })
}

pub(crate) async fn list_accounts_with_faults(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::ListAccountsWithInvalidEffectivePolicyRequest,
) -> Result<shapes::ListAccountsWithInvalidEffectivePolicyResponse, Error> {
    const OPERATION: &str = "ListAccountsWithInvalidEffectivePolicy";
    let snapshot = service.store.snapshot();
    let membership = Membership::administered_by(&snapshot, &context.account, OPERATION)?;
    let kind = input.policy_type.as_str();
    if !membership.organization.policy_types.contains(kind) {
        return Err(not_found());
    }
    let mut invalid = Vec::new();
    for account in membership.accounts(&snapshot)? {
        let policy = effective(&snapshot, &membership, (&account.id, kind))?;
        if policy.is_some_and(|policy| !find_faults(kind, &policy).is_empty()) {
            invalid.push(account);
        }
    }
    let asked = Asked::new(OPERATION, &input.next_token, input.max_results);
    let (accounts, next_token) = asked.page(
        invalid,
        |account| &account.id,
        |account| accounts::to_shape(&account, &membership, &snapshot, context),
    )?;
    Ok(shapes::ListAccountsWithInvalidEffectivePolicyResponse {
        accounts: Some(accounts),
        next_token,
        policy_type: Some(input.policy_type.clone()),
    })
}
