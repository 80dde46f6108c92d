//! Which operations a member may be given, and which it has anyway.

/// What the resource policy delegates ("Create a resource-based delegation policy with AWS Organizations", supported
/// actions), but for what is [`ANYBODYS`].
const DELEGABLE: [&str; 30] = [
    "AttachPolicy",
    "CreatePolicy",
    "DeletePolicy",
    "DescribeAccount",
    "DescribeCreateAccountStatus",
    "DescribeEffectivePolicy",
    "DescribeOrganizationalUnit",
    "DescribePolicy",
    "DescribeResourcePolicy",
    "DetachPolicy",
    "DisablePolicyType",
    "EnablePolicyType",
    "ListAWSServiceAccessForOrganization",
    "ListAccounts",
    "ListAccountsForParent",
    "ListChildren",
    "ListCreateAccountStatus",
    "ListDelegatedAdministrators",
    "ListDelegatedServicesForAccount",
    "ListHandshakesForOrganization",
    "ListOrganizationalUnitsForParent",
    "ListParents",
    "ListPolicies",
    "ListPoliciesForTarget",
    "ListRoots",
    "ListTagsForResource",
    "ListTargetsForPolicy",
    "TagResource",
    "UntagResource",
    "UpdatePolicy",
];

/// What a resource policy may name, too, though every account of the organization may call it.
const ANYBODYS: [&str; 3] = [
    "DescribeHandshake",
    "DescribeOrganization",
    "ListHandshakesForAccount",
];

/// What no resource policy delegates, and the administrators of services may read ("You can only call this operation
/// from the management account or a member account that is a delegated administrator").
const ADMINISTRATORS: [&str; 2] = [
    "ListAccountsWithInvalidEffectivePolicy",
    "ListEffectivePolicyValidationErrors",
];

/// Whether the resource policy can delegate an operation.
pub(crate) fn by_policy(operation: &str) -> bool {
    DELEGABLE.contains(&operation)
}

/// Whether a member that administers a service may call an operation: it reads.
pub(crate) fn by_registration(operation: &str) -> bool {
    let reads = operation.starts_with("List") || operation.starts_with("Describe");
    ADMINISTRATORS.contains(&operation) || reads && DELEGABLE.contains(&operation)
}

/// Whether a resource policy may name an action: one of these, or a pattern.
pub(crate) fn is_supported(action: &str) -> bool {
    action.strip_prefix("organizations:").is_some_and(|name| {
        name.contains(['*', '?']) || DELEGABLE.contains(&name) || ANYBODYS.contains(&name)
    })
}
