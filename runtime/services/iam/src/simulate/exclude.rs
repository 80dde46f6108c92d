//! `PolicyExclusionList`: which of a principal's policies a simulation leaves out.

use stockade_iam_api::shapes::{
    AttachmentType, InlinePolicyIdentifierType, PolicyIdentifier, PolicyIdentifierPolicyType,
};
use stockade_kit::arn::Arn;
use stockade_policy::language::matches;
use stockade_policy::split_arn;
use stockade_spec::Error;
use stockade_spec::directory::AttachedPolicy;

use crate::simulate::invalid;

/// Identifiers that were found to be well-formed (`PolicyIdentifier`, IAM API Reference). Those that match nothing are
/// ignored, as are those of resource control policies.
#[derive(Debug, Default)]
pub(crate) struct Exclusions {
    list: Vec<PolicyIdentifier>,
}

impl Exclusions {
    pub(crate) fn new(list: Vec<PolicyIdentifier>) -> Result<Self, Error> {
        for identifier in &list {
            let fault = match identifier {
                PolicyIdentifier::PolicyType(_) => None,
                PolicyIdentifier::PolicyArn(arn) => (!is_arn(arn)).then_some(arn.as_str()),
                PolicyIdentifier::InlinePolicyIdentifier(inline) => {
                    let name = inline.attachment_name.as_str();
                    (!is_entity_name(name)).then_some(name)
                }
                PolicyIdentifier::Unknown => Some(
                    "one of PolicyType, PolicyArn and InlinePolicyIdentifier must be specified",
                ),
            };
            if let Some(fault) = fault {
                return Err(invalid(format!("Invalid Policy Identifier: {fault}")));
            }
        }
        Ok(Self { list })
    }

    /// Whether an identity policy that the principal carries is left out.
    pub(crate) fn identity(&self, policy: &AttachedPolicy) -> bool {
        self.list.iter().any(|identifier| match identifier {
            PolicyIdentifier::PolicyType(kind) => *kind == kind_of(policy),
            PolicyIdentifier::PolicyArn(arn) => policy.managed && matches(arn, &policy.name),
            PolicyIdentifier::InlinePolicyIdentifier(inline) => is_inline(inline, policy),
            PolicyIdentifier::Unknown => false,
        })
    }

    /// Whether the principal's boundary is left out.
    pub(crate) fn boundary(&self) -> bool {
        self.has_kind(&PolicyIdentifierPolicyType::PermissionBoundary)
    }

    /// Whether the service control policies are left out.
    pub(crate) fn service_control(&self) -> bool {
        self.has_kind(&PolicyIdentifierPolicyType::Scp)
    }

    fn has_kind(&self, wanted: &PolicyIdentifierPolicyType) -> bool {
        self.list.iter().any(
            |identifier| matches!(identifier, PolicyIdentifier::PolicyType(kind) if kind == wanted),
        )
    }
}

fn kind_of(policy: &AttachedPolicy) -> PolicyIdentifierPolicyType {
    if !policy.managed {
        return PolicyIdentifierPolicyType::Inline;
    }
    match split_arn(&policy.name) {
        Some([_, _, _, "aws", _]) => PolicyIdentifierPolicyType::AwsManaged,
        _ => PolicyIdentifierPolicyType::UserManaged,
    }
}

fn is_inline(wanted: &InlinePolicyIdentifierType, policy: &AttachedPolicy) -> bool {
    let holder: Option<Arn> = policy.attached_to.parse().ok();
    let kind = match &wanted.attachment_type {
        AttachmentType::User => "user",
        AttachmentType::Group => "group",
        AttachmentType::Role => "role",
        AttachmentType::Unknown(_) => return false,
    };
    !policy.managed
        && policy.name == wanted.policy_name
        && holder.is_some_and(|holder| {
            holder.resource_type() == Some(kind)
                && matches(&wanted.attachment_name, holder.resource_name())
        })
}

/// Wildcards are for the resource's name alone, and `*` stands at most once.
fn is_arn(text: &str) -> bool {
    text.matches('*').count() <= 1
        && text.parse().is_ok_and(|arn: Arn| {
            let kind = arn.resource_type().unwrap_or_default();
            ![&*arn.partition, &*arn.service, &*arn.region, kind]
                .iter()
                .any(|part| part.contains(['*', '?']))
        })
}

/// A name of a user, group or role of the model's lengths, with wildcards.
fn is_entity_name(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && text.matches('*').count() <= 1
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_+=,.@-*?".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards() {
        for (pattern, text, expected) in [
            ("ana", "ana", true),
            ("ana", "anas", false),
            ("an?", "ana", true),
            ("an?", "an", false),
            ("*", "", true),
            ("a*", "ana", true),
            ("a*a", "a", false),
            ("a*?b", "axxb", true),
            ("*-x", "team-x", true),
            ("*-x", "team-y", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    /// "Wildcard characters are supported in the resource name portion of the ARN […]: use at most one `*`".
    #[test]
    fn where_wildcards_may_stand() {
        for (arn, expected) in [
            ("arn:aws:iam::123456789012:policy/team/*", true),
            ("arn:aws:iam::aws:policy/Amazon??ReadOnly*", true),
            ("arn:aws:iam::123456789012:policy/*-*", false),
            ("arn:aws:iam::*:policy/p", false),
            ("arn:*:iam::123456789012:policy/p", false),
            ("arn:aws:i?m::123456789012:policy/p", false),
            ("arn:aws:iam::123456789012:p*/p", false),
            ("policy/not-an-arn-at-all", false),
        ] {
            assert_eq!(is_arn(arn), expected, "{arn}");
        }
    }
}
