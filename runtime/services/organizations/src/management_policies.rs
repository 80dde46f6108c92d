//! Management policies: what configures accounts and binds nobody's requests.

use aws_smithy_types::DateTime;
use serde_json::{Map, Value};
use stockade_kit::failure::Failure;
use stockade_kit::time::epoch_seconds;
use stockade_organizations_api::{errors as api, shapes};
use stockade_spec::{Error, RequestContext};

use crate::delegation::Ground;
use crate::effective::{self, APPEND, ASSIGN, FOR_CHILDREN, REMOVE};
use crate::state::Membership;
use crate::{Organizations, attachments, errors};

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
    if membership
        .account(&snapshot, target)
        .map_err(Failure::from)?
        .is_none()
    {
        return Err(errors::no_target());
    }
    let kind = input.policy_type.as_str();
    let mut levels = Vec::new();
    if membership.organization.policy_types.contains(kind) {
        for place in membership.line(&snapshot, target)? {
            let policies = attachments::attached(&snapshot, &membership, &place, kind)?;
            let contents = policies.iter().map(|policy| policy.content.as_str());
            levels.push(
                contents
                    .filter_map(|text| serde_json::from_str(text).ok())
                    .collect(),
            );
        }
    }
    if levels.iter().all(Vec::is_empty) {
        return Err(api::effective_policy_not_found_exception(
            "The account doesn't have an effective policy of the specified type.",
        ));
    }
    Ok(shapes::DescribeEffectivePolicyResponse {
        effective_policy: Some(shapes::EffectivePolicy {
            last_updated_timestamp: Some(DateTime::from_secs(epoch_seconds(context.now))),
            policy_content: Some(effective::merge(&levels).to_string()),
            policy_type: Some(input.policy_type.clone()),
            target_id: Some(target.to_owned()),
        }),
    })
}
