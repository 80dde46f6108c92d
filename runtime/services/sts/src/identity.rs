//! Whose credentials these are, and why they were refused.

use stockade_kit::{access_key, sealed};
use stockade_spec::{Caller, Error, RequestContext};
use stockade_sts_api::{errors, shapes};

use crate::error;

/// The account of whoever brings a key that nobody issued, and what its root is called.
const DEFAULT_ACCOUNT: &str = "000000000000";
const DEFAULT_ROOT_ID: &str = "AKIAIOSFODNN7EXAMPLE";

pub(crate) fn caller(context: &RequestContext) -> Result<shapes::GetCallerIdentityResponse, Error> {
    let account = context.account.clone();
    let (arn, user_id) = match &context.caller {
        Caller::Root => (
            root_arn(context),
            // The id of an account's root is the account's; the default account's is fixed by
            // what tools for local use expect.
            if account == DEFAULT_ACCOUNT {
                String::from(DEFAULT_ROOT_ID)
            } else {
                account.clone()
            },
        ),
        Caller::User { arn, id, .. } | Caller::FederatedUser { arn, id, .. } => {
            (arn.clone(), id.clone())
        }
        Caller::AssumedRole {
            session_arn, id, ..
        } => (session_arn.clone(), id.clone()),
        Caller::Service { .. } | Caller::Anonymous => return Err(error::missing_token()),
    };
    Ok(shapes::GetCallerIdentityResponse {
        account: Some(account),
        arn: Some(arn),
        user_id: Some(user_id),
    })
}

pub(crate) fn access_key_info(
    input: &shapes::GetAccessKeyInfoRequest,
) -> Result<shapes::GetAccessKeyInfoResponse, Error> {
    let id = input.access_key_id.as_str();
    let account = access_key::account_of(id).ok_or_else(|| {
        error::validation(format!("The access key ID {id} does not name an account."))
    })?;
    Ok(shapes::GetAccessKeyInfoResponse {
        account: Some(account),
    })
}

/// The details that a denial carries in encoded form.
pub(crate) fn decode_message(
    input: &shapes::DecodeAuthorizationMessageRequest,
) -> Result<shapes::DecodeAuthorizationMessageResponse, Error> {
    let decoded = sealed::open(&input.encoded_message)
        .ok_or_else(|| errors::invalid_authorization_message_exception("Message is not valid"))?;
    Ok(shapes::DecodeAuthorizationMessageResponse {
        decoded_message: Some(decoded),
    })
}

/// The ARN of the root user of the caller's account.
pub(crate) fn root_arn(context: &RequestContext) -> String {
    format!("arn:{}:iam::{}:root", context.partition, context.account)
}
