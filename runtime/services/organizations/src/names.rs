//! ARNs and paths of what an organization has.

use stockade_spec::RequestContext;

use crate::state::{Organization, Policy};

/// Where policies of AWS itself are.
const AWS: &str = "aws";

impl Organization {
    fn arn_of(&self, context: &RequestContext, kind: &str, rest: &str) -> String {
        format!(
            "arn:{}:organizations::{}:{kind}/{}{rest}",
            context.partition, self.management, self.id
        )
    }

    pub(crate) fn arn(&self, context: &RequestContext) -> String {
        self.arn_of(context, "organization", "")
    }

    pub(crate) fn root_arn(&self, context: &RequestContext) -> String {
        self.arn_of(context, "root", &format!("/{}", self.root))
    }

    pub(crate) fn unit_arn(&self, context: &RequestContext, id: &str) -> String {
        self.arn_of(context, "ou", &format!("/{id}"))
    }

    pub(crate) fn account_arn(&self, context: &RequestContext, id: &str) -> String {
        self.arn_of(context, "account", &format!("/{id}"))
    }

    pub(crate) fn handshake_arn(&self, context: &RequestContext, id: &str) -> String {
        self.arn_of(context, "handshake", &format!("/invite/{id}"))
    }

    pub(crate) fn policy_arn(&self, context: &RequestContext, policy: &Policy) -> String {
        let (kind, id) = (policy.kind.to_lowercase(), &policy.id);
        if policy.is_aws_managed() {
            let partition = context.partition;
            format!("arn:{partition}:organizations::{AWS}:policy/{kind}/{id}")
        } else {
            self.arn_of(context, "policy", &format!("/{kind}/{id}"))
        }
    }
}
