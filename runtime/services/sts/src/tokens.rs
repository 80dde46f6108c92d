//! Sessions of users themselves, and of those that users vouch for.

use stockade_spec::{Caller, Error, RequestContext, Session};
use stockade_sts_api::shapes;

use crate::identity::root_arn;
use crate::{Sts, error, issue, limits, mfa, tags};

/// A session's length when none is asked for, in seconds: 12 hours.
const DEFAULT_DURATION: i32 = 43_200;
/// Longest session of root, in seconds. A longer one is cut to it without a word
/// ("GetSessionToken", STS API Reference).
const ROOT_DURATION: i32 = 3_600;

pub(crate) async fn session(
    sts: &Sts,
    context: &RequestContext,
    input: shapes::GetSessionTokenRequest,
) -> Result<shapes::GetSessionTokenResponse, Error> {
    let (serial, code) = (input.serial_number.as_deref(), input.token_code.as_deref());
    refuse_session("GetSessionToken", context)?;
    mfa::refuse(serial, code)?;
    let credentials = issue::credentials(
        sts,
        context,
        &context.account,
        &context.caller,
        &Session::default(),
        duration(input.duration_seconds, context),
    )
    .await?;
    Ok(shapes::GetSessionTokenResponse {
        credentials: Some(credentials),
        ..Default::default()
    })
}

/// Without session policies, the credentials may do nothing but what resource policies grant to
/// their ARN: the evaluator gives a federated user what both its user's policies and its session
/// policies allow, and no session policies allow nothing ("Permissions for GetFederationToken", IAM
/// User Guide).
pub(crate) async fn federation(
    sts: &Sts,
    context: &RequestContext,
    input: shapes::GetFederationTokenRequest,
) -> Result<shapes::GetFederationTokenResponse, Error> {
    refuse_session("GetFederationToken", context)?;
    let account = context.account.as_str();
    let session = Session {
        policies: limits::inline(input.policy)?,
        policy_arns: limits::managed(sts, account, input.policy_arns)?,
        tags: tags::requested(input.tags)?.tags,
        ..Session::default()
    };
    let packed = limits::packed_size(&session)?;
    let user = shapes::FederatedUser {
        arn: format!(
            "arn:{}:sts::{account}:federated-user/{}",
            context.partition, input.name
        ),
        federated_user_id: format!("{account}:{}", input.name),
    };
    let caller = Caller::FederatedUser {
        arn: user.arn.clone(),
        id: user.federated_user_id.clone(),
        user_arn: match &context.caller {
            Caller::User { arn, .. } => arn.clone(),
            _ => root_arn(context),
        },
    };
    let seconds = duration(input.duration_seconds, context);
    let credentials = issue::credentials(sts, context, account, &caller, &session, seconds).await?;
    Ok(shapes::GetFederationTokenResponse {
        credentials: Some(credentials),
        federated_user: Some(user),
        packed_policy_size: Some(packed.unwrap_or(0)),
        ..Default::default()
    })
}

/// Lets users and root pass, with their long-term credentials.
fn refuse_session(operation: &str, context: &RequestContext) -> Result<(), Error> {
    match context.caller {
        Caller::Anonymous | Caller::Service { .. } => Err(error::missing_token()),
        Caller::User { .. } | Caller::Root if context.session.is_none() => Ok(()),
        _ => Err(error::access_denied(format!(
            "Cannot call {operation} with session credentials"
        ))),
    }
}

fn duration(asked: Option<i32>, context: &RequestContext) -> i32 {
    let seconds = asked.unwrap_or(DEFAULT_DURATION);
    if context.caller == Caller::Root {
        seconds.min(ROOT_DURATION)
    } else {
        seconds
    }
}
