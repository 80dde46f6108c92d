//! Records and facts as answers show them.

use aws_smithy_types::DateTime;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use stockade_iam_api::shapes;
use stockade_kit::time::epoch_seconds;
use stockade_spec::RequestContext;

/// What RFC 3986 leaves as it is; policy documents in answers encode the rest.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// When the request arrived, in seconds since the epoch.
pub(crate) fn now(context: &RequestContext) -> i64 {
    epoch_seconds(context.now)
}

pub(crate) fn time(seconds: i64) -> DateTime {
    DateTime::from_secs(seconds)
}

/// A policy document as IAM's answers carry it: "URL-encoded compliant with RFC 3986".
pub(crate) fn document(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

/// What `GetUser` says of the account's root.
pub(crate) fn root_user(context: &RequestContext) -> shapes::User {
    shapes::User {
        path: String::from("/"),
        user_name: String::from("root"),
        user_id: context.account.clone(),
        arn: format!("arn:{}:iam::{}:root", context.partition, context.account),
        create_date: time(now(context)),
        ..Default::default()
    }
}

/// Attached managed policies, from (ARN, name).
pub(crate) fn attached(policies: Vec<(String, String)>) -> Vec<shapes::AttachedPolicy> {
    policies
        .into_iter()
        .map(|(arn, name)| shapes::AttachedPolicy {
            policy_arn: Some(arn),
            policy_name: Some(name),
        })
        .collect()
}
