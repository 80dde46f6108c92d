//! Sessions of roles.

use stockade_iam::sessions::AssumableRole;
use stockade_kit::arn::Arn;
use stockade_spec::{Caller, Error, RequestContext, Session};
use stockade_sts_api::shapes;

use crate::identity::root_arn;
use crate::{Sts, error, issue, limits, mfa, tags};

/// A session's length when none is asked for, in seconds.
const DEFAULT_DURATION: i32 = 3_600;
/// Longest session that a session can ask for, in seconds: "Role chaining", IAM User Guide.
const MAX_CHAINED_DURATION: i32 = 3_600;

pub(crate) async fn assume_role(
    sts: &Sts,
    context: &RequestContext,
    input: shapes::AssumeRoleRequest,
) -> Result<shapes::AssumeRoleResponse, Error> {
    if input.role_arn.parse::<Arn>().is_err() {
        return Err(error::validation("Request ARN is invalid"));
    }
    let role = role(sts, context, &input.role_arn)?;
    mfa::refuse(input.serial_number.as_deref(), input.token_code.as_deref())?;
    // Who asks with a role's session chains: the new session inherits, and is short.
    let asking = match context.caller {
        Caller::AssumedRole { .. } => context.session.as_deref(),
        _ => None,
    };
    let seconds = duration(input.duration_seconds, &role, &context.caller)?;
    let source_identity = source_identity(input.source_identity, context.session.as_deref())?;
    let tags = tags::chained(input.tags, input.transitive_tag_keys, asking)?;
    let session = Session {
        policies: limits::inline(input.policy)?,
        policy_arns: limits::managed(sts, &role.account, input.policy_arns)?,
        tags: tags.tags,
        transitive_tags: tags.transitive,
        source_identity,
        ..Session::default()
    };
    let packed = limits::packed_size(&session)?;
    let name = input.role_session_name;
    let user = shapes::AssumedRoleUser {
        arn: format!(
            "arn:{}:sts::{}:assumed-role/{}/{name}",
            context.partition, role.account, role.name
        ),
        assumed_role_id: format!("{}:{name}", role.id),
    };
    let caller = Caller::AssumedRole {
        role_arn: input.role_arn,
        session_arn: user.arn.clone(),
        id: user.assumed_role_id.clone(),
    };
    let credentials =
        issue::credentials(sts, context, &role.account, &caller, &session, seconds).await?;
    Ok(shapes::AssumeRoleResponse {
        assumed_role_user: Some(user),
        credentials: Some(credentials),
        packed_policy_size: packed,
        source_identity: session.source_identity,
        ..Default::default()
    })
}

/// Refuses those who can assume no role at all.
pub(crate) fn admit(context: &RequestContext) -> Result<(), Error> {
    match &context.caller {
        Caller::Root => Err(error::access_denied(
            "Roles may not be assumed by root accounts.",
        )),
        // Of STS, they may call GetCallerIdentity alone: "Compare AWS STS credentials", IAM User
        // Guide.
        Caller::FederatedUser { arn, .. } => Err(error::access_denied(format!(
            "User: {arn} is not authorized to perform: sts:AssumeRole"
        ))),
        _ => Ok(()),
    }
}

/// The role. AWS does not tell one that is missing from one that trusts somebody else.
fn role(sts: &Sts, context: &RequestContext, arn: &str) -> Result<AssumableRole, Error> {
    sts.iam.assumable_role(arn)?.ok_or_else(|| {
        let caller = match &context.caller {
            Caller::Root => root_arn(context),
            Caller::Service { name } => name.clone(),
            other => String::from(other.arn().unwrap_or("anonymous")),
        };
        error::access_denied(format!(
            "User: {caller} is not authorized to perform: sts:AssumeRole on resource: {arn}"
        ))
    })
}

fn duration(asked: Option<i32>, role: &AssumableRole, caller: &Caller) -> Result<i32, Error> {
    let seconds = asked.unwrap_or(DEFAULT_DURATION);
    if matches!(caller, Caller::AssumedRole { .. }) && seconds > MAX_CHAINED_DURATION {
        return Err(error::validation(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by \
             role chaining",
        ));
    }
    if seconds > role.max_session {
        return Err(error::validation(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ));
    }
    Ok(seconds)
}

/// Once set, a source identity stays: "Monitor and control actions taken with assumed roles", IAM
/// User Guide.
fn source_identity(
    asked: Option<String>,
    asking: Option<&Session>,
) -> Result<Option<String>, Error> {
    let held = asking.and_then(|session| session.source_identity.as_ref());
    match (asked, held) {
        (Some(asked), Some(held)) if asked != *held => Err(error::validation(
            "The source identity is already set for this assume role session",
        )),
        (asked, held) => Ok(asked.or_else(|| held.cloned())),
    }
}
