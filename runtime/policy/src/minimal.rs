//! The smallest statement that would allow a request.

use serde_json::{Value, json};

use crate::Resource;

/// A statement that allows this action on this resource (see [`Resource::pattern`]) and nothing else, ready to be pasted
/// into a policy of version 2012-10-17. What is no ARN (`policy path /`, as IAM calls what `iam:ListPolicies` is of) can
/// be named by `*` alone.
///
/// ```
/// use stockade_policy::{Resource, minimal_allow};
///
/// let statement = minimal_allow("s3:GetObject", &Resource::literal("arn:aws:s3:::photos/a.png"));
/// assert_eq!(statement["Resource"], "arn:aws:s3:::photos/a.png");
/// ```
#[must_use]
pub fn minimal_allow(action: &str, resource: &Resource<'_>) -> Value {
    let pattern = resource.pattern();
    let named = if pattern.starts_with("arn:") || pattern.starts_with('*') {
        pattern
    } else {
        "*".into()
    };
    json!({ "Effect": "Allow", "Action": action, "Resource": named })
}
