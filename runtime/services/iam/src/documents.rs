//! Policy documents as IAM takes them: grammar and size.

use stockade_iam_api::errors;
use stockade_policy::{Policy, PolicyKind};
use stockade_spec::Error;

/// What the resources of IAM's own ARNs begin with.
const PATHS: [&str; 13] = [
    "user/",
    "federated-user/",
    "role/",
    "group/",
    "instance-profile/",
    "mfa/",
    "server-certificate/",
    "policy/",
    "sms-mfa/",
    "saml-provider/",
    "oidc-provider/",
    "report/",
    "access-report/",
];

/// Refuses a document that is not a policy of this kind.
pub(crate) fn check(document: &str, kind: PolicyKind) -> Result<(), Error> {
    Policy::parse_stricter(document, kind, &resource_fault)
        .map(drop)
        .map_err(|error| errors::malformed_policy_document_exception(error.to_string()))
}

/// What IAM knows of resources beyond the form of ARNs: its own have no region and one of a few paths, and buckets have
/// no region.
fn resource_fault(resource: &str) -> Option<String> {
    let mut pieces = resource.splitn(6, ':').skip(2);
    let [service, region, account, name] = std::array::from_fn(|_| pieces.next());
    let (name, account, regional) = (name?, account?, !region?.is_empty());
    match service? {
        "iam" if regional => Some(format!(
            "IAM resource {resource} cannot contain region information."
        )),
        "iam" if !is_iam_path(name) => Some(format!(
            "IAM resource path must either be \"*\" or start with {}.",
            PATHS.join(", ")
        )),
        "s3" if regional && account.is_empty() => Some(format!(
            "Resource {resource} can not contain region information."
        )),
        _ => None,
    }
}

/// The root user is a resource as well (*Centrally manage root access*).
fn is_iam_path(name: &str) -> bool {
    matches!(name, "*" | "root") || PATHS.iter().any(|path| name.starts_with(path))
}

/// A document's size as quotas count it: white space is free ("IAM and AWS STS quotas").
pub(crate) fn size(document: &str) -> usize {
    document.chars().filter(|c| !c.is_whitespace()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The texts are those of `CreatePolicy`.
    #[test]
    fn resources_that_iam_knows() {
        const PATH: &str = "IAM resource path must either be \"*\" or start with user/, federated-user/, role/, group/, \
             instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, \
             access-report/.";
        for (resource, fault) in [
            ("arn:aws:iam:::example_bucket", Some(PATH)),
            ("arn:aws:iam::123456789012:user*", Some(PATH)),
            ("arn:aws:iam::123456789012:user/*", None),
            ("arn:aws:iam::123456789012:*", None),
            ("arn:aws:iam::*:root", None),
            ("arn:aws:iam", None),
            (
                "arn:aws:iam:us-east-1::example_bucket",
                Some(
                    "IAM resource arn:aws:iam:us-east-1::example_bucket cannot contain region information.",
                ),
            ),
            (
                "arn:aws:s3:us-east-1::example_bucket",
                Some(
                    "Resource arn:aws:s3:us-east-1::example_bucket can not contain region information.",
                ),
            ),
            ("arn:aws:s3:us-east-1:123456789012:accesspoint/a", None),
            ("arn:aws:s3:::b", None),
            ("*", None),
        ] {
            assert_eq!(resource_fault(resource).as_deref(), fault, "{resource}");
            let document = format!(
                r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"s3:ListBucket","Resource":"{resource}"}}}}"#
            );
            let refused = check(&document, PolicyKind::Managed).err();
            let message = refused.as_ref().map(|error| &*error.message);
            assert_eq!(message, fault, "{resource}");
        }
    }
}
