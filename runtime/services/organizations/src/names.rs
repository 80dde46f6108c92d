//! ARNs and paths of what an organization has.

use crate::state::{Handshake, Organization, Policy};

/// Where policies of AWS itself are.
const AWS: &str = "aws";

impl Organization {
    /// The ARN of what the organization has of a kind; `rest` begins with a slash.
    pub(crate) fn arn_of(&self, partition: &str, kind: &str, rest: &str) -> String {
        format!(
            "arn:{partition}:organizations::{}:{kind}/{}{rest}",
            self.management, self.id
        )
    }

    pub(crate) fn arn(&self, partition: &str) -> String {
        self.arn_of(partition, "organization", "")
    }

    pub(crate) fn root_arn(&self, partition: &str) -> String {
        self.arn_of(partition, "root", &format!("/{}", self.root))
    }

    pub(crate) fn unit_arn(&self, partition: &str, id: &str) -> String {
        self.arn_of(partition, "ou", &format!("/{id}"))
    }

    pub(crate) fn account_arn(&self, partition: &str, id: &str) -> String {
        self.arn_of(partition, "account", &format!("/{id}"))
    }

    pub(crate) fn resource_policy_arn(&self, partition: &str, id: &str) -> String {
        self.arn_of(partition, "resourcepolicy", &format!("/{id}"))
    }

    pub(crate) fn handshake_arn(&self, partition: &str, handshake: &Handshake) -> String {
        let kind = handshake.action.to_shape().as_str().to_lowercase();
        self.arn_of(partition, "handshake", &format!("/{kind}/{}", handshake.id))
    }

    /// The ARN of a transfer as the organization sees it, `inbound` or `outbound`.
    pub(crate) fn transfer_arn(&self, partition: &str, direction: &str, id: &str) -> String {
        self.arn_of(partition, "transfer", &format!("/billing/{direction}/{id}"))
    }

    pub(crate) fn policy_arn(&self, partition: &str, policy: &Policy) -> String {
        let (kind, id) = (policy.kind.to_lowercase(), &policy.id);
        if policy.is_aws_managed() {
            format!("arn:{partition}:organizations::{AWS}:policy/{kind}/{id}")
        } else {
            self.arn_of(partition, "policy", &format!("/{kind}/{id}"))
        }
    }
}
