//! Policy documents as IAM takes them: grammar and size.

use stockade_iam_api::errors;
use stockade_policy::{Policy, PolicyKind};
use stockade_spec::Error;

/// Refuses a document that is not a policy of this kind.
pub(crate) fn check(document: &str, kind: PolicyKind) -> Result<(), Error> {
    Policy::parse_strict(document, kind)
        .map(drop)
        .map_err(|error| errors::malformed_policy_document_exception(error.to_string()))
}

/// A document's size as quotas count it: white space is free ("IAM and AWS STS quotas").
pub(crate) fn size(document: &str) -> usize {
    document.chars().filter(|c| !c.is_whitespace()).count()
}
