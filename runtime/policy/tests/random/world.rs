//! A request with all that bears on it, as plain values; and the crate asked about it.

use std::sync::Arc;

use serde_json::Value;
use stockade_policy::{
    Attached, Decision, Exemptions, Guardrail, GuardrailKind, Policy, PolicyKind, PolicySet,
    Principal, Request, ResourceRole, Rules, Source, evaluate,
};

#[derive(Debug, Clone)]
pub(crate) enum Who {
    Root {
        account: &'static str,
    },
    User {
        account: &'static str,
        arn: String,
    },
    Session {
        account: &'static str,
        role: String,
        arn: String,
    },
    FederatedUser {
        account: &'static str,
        user: String,
        arn: String,
    },
    Service(&'static str),
    Federated(&'static str),
    Anonymous,
}

impl Who {
    pub(crate) fn account(&self) -> Option<&'static str> {
        match self {
            Who::Root { account }
            | Who::User { account, .. }
            | Who::Session { account, .. }
            | Who::FederatedUser { account, .. } => Some(account),
            Who::Service(_) | Who::Federated(_) | Who::Anonymous => None,
        }
    }

    pub(crate) fn is_root(&self) -> bool {
        matches!(self, Who::Root { .. })
    }

    fn principal(&self) -> Principal<'_> {
        match self {
            Who::Root { account } => Principal::Root {
                account,
                partition: "aws",
            },
            Who::User { account, arn } => Principal::User { arn, account },
            Who::Session { account, role, arn } => Principal::AssumedRole {
                role_arn: role,
                session_arn: arn,
                account,
            },
            Who::FederatedUser { account, user, arn } => Principal::FederatedUser {
                arn,
                user_arn: user,
                account,
            },
            Who::Service(name) => Principal::Service { name },
            Who::Federated(provider) => Principal::Federated { provider },
            Who::Anonymous => Principal::Anonymous,
        }
    }
}

/// Condition keys with their values; a key may be there without any.
#[derive(Debug, Clone, Default)]
pub(crate) struct Context(pub(crate) Vec<(&'static str, Vec<String>)>);

impl Context {
    /// The values of a key, none where it is missing.
    pub(crate) fn values(&self, key: &str) -> &[String] {
        self.0
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(key))
            .map_or(&[], |(_, values)| values)
    }
}

/// How the policy of the resource combines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Combines {
    Usually,
    AsKeyPolicy,
    AsTrustPolicy,
}

#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) who: Who,
    pub(crate) canonical_user: Option<String>,
    pub(crate) action: String,
    pub(crate) resource: String,
    pub(crate) owner: Option<String>,
    pub(crate) context: Context,
    pub(crate) identity: Vec<Value>,
    pub(crate) boundary: Option<Value>,
    pub(crate) session: Option<Vec<Value>>,
    pub(crate) resource_policies: Vec<Value>,
    pub(crate) combines: Combines,
    pub(crate) grants: Vec<Value>,
    /// Levels, the root first; none where there is no organization.
    pub(crate) scps: Vec<Vec<Value>>,
    pub(crate) rcps: Vec<Vec<Value>>,
    pub(crate) endpoint: Option<Vec<Value>>,
    pub(crate) principal_manages: bool,
    pub(crate) resource_manages: bool,
    pub(crate) service_linked: bool,
}

impl World {
    /// What the crate decides.
    pub(crate) fn decide(&self) -> Decision {
        self.ask(|request, set| evaluate(request, set).decision())
    }

    pub(crate) fn is_allowed(&self) -> bool {
        self.decide() == Decision::Allowed
    }

    /// Asks the crate about the request as it takes it.
    pub(crate) fn ask<T>(&self, question: impl FnOnce(&Request<'_>, &PolicySet<'_>) -> T) -> T {
        let identity = compiled(PolicyKind::Identity, &self.identity);
        let boundary = self
            .boundary
            .iter()
            .map(|policy| compile(PolicyKind::Boundary, policy))
            .next();
        let session = self
            .session
            .as_ref()
            .map(|policies| compiled(PolicyKind::Session, policies));
        let (resource_role, kind) = match self.combines {
            Combines::Usually => (ResourceRole::Grants, PolicyKind::Resource),
            Combines::AsKeyPolicy => (ResourceRole::RootOfAuthorization, PolicyKind::Resource),
            Combines::AsTrustPolicy => (ResourceRole::Trust, PolicyKind::Trust),
        };
        let resource = compiled(kind, &self.resource_policies);
        let grants = compiled(PolicyKind::Resource, &self.grants);
        let endpoint: Vec<_> = self.endpoint.iter().cloned().collect();
        let guardrails: Vec<Guardrail> = [
            (
                GuardrailKind::ServiceControl,
                PolicyKind::ServiceControl,
                &self.scps,
            ),
            (
                GuardrailKind::ResourceControl,
                PolicyKind::ResourceControl,
                &self.rcps,
            ),
            (
                GuardrailKind::VpcEndpoint,
                PolicyKind::VpcEndpoint,
                &endpoint,
            ),
        ]
        .into_iter()
        .map(|(kind, policies, levels)| Guardrail {
            kind,
            levels: levels
                .iter()
                .map(|level| compiled(policies, level))
                .collect(),
        })
        .collect();
        let set = PolicySet {
            identity: &identity,
            boundary: boundary.as_ref(),
            session: session.as_deref(),
            resource: &resource,
            grants: &grants,
            guardrails: &guardrails,
            rules: Rules {
                resource_role,
                resource_account: self.owner.as_deref(),
                exemptions: Exemptions {
                    principal_manages: self.principal_manages,
                    resource_manages: self.resource_manages,
                    service_linked_role: self.service_linked,
                },
            },
        };
        let mut context = stockade_policy::Context::new();
        for (key, values) in &self.context.0 {
            context.set_many(*key, values.iter().map(String::as_str));
        }
        let mut request = Request::new(
            self.who.principal(),
            &self.action,
            self.resource.as_str(),
            &context,
        );
        request.canonical_user = self.canonical_user.as_deref();
        question(&request, &set)
    }
}

fn compiled(kind: PolicyKind, policies: &[Value]) -> Vec<Attached> {
    policies
        .iter()
        .map(|policy| compile(kind, policy))
        .collect()
}

pub(crate) fn compile(kind: PolicyKind, policy: &Value) -> Attached {
    let text = policy.to_string();
    let policy = Policy::parse(&text, kind)
        .unwrap_or_else(|error| panic!("{text}: {error}: {}", error.detail()));
    Attached::new(Arc::new(policy), Source::inline("random", None))
}
