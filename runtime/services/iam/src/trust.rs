//! Whether a service may act under a role.

use std::sync::Arc;

use stockade_policy::{
    Attached, Context, Policy, PolicyKind, PolicySet, Principal, Request, ResourceRole, Rules,
    Source, evaluate,
};

use crate::Iam;

impl Iam {
    /// Whether there is a role of this ARN whose trust policy lets the service (its principal, such as
    /// `lambda.amazonaws.com`) assume it. `false` where that cannot be told.
    #[must_use]
    pub fn trusts_service(&self, role_arn: &str, service: &str) -> bool {
        let Ok(Some(role)) = self.assumable_role(role_arn) else {
            return false;
        };
        let Ok(policy) = Policy::parse(&role.trust, PolicyKind::Trust) else {
            return false;
        };
        let label = format!("trust policy of {}", role.name);
        let trust = [Attached::new(Arc::new(policy), Source::inline(label, None))];
        let set = PolicySet {
            resource: &trust,
            rules: Rules {
                resource_role: ResourceRole::Trust,
                resource_account: Some(&role.account),
                ..Rules::default()
            },
            ..PolicySet::default()
        };
        let context = Context::new();
        let request = Request::new(
            Principal::Service { name: service },
            "sts:AssumeRole",
            role_arn,
            &context,
        );
        evaluate(&request, &set).is_allowed()
    }
}
