//! The policies that bear on a request, where each comes from, and how the resource's own policy combines.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::Serialize;

use crate::Policy;
use crate::action::Folded;
use crate::answer::Layer;
use crate::evaluate::{guardrail_layer, resource_layer};
use crate::principal::Principal;

/// Whose policy an identity-based policy is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase", tag = "type", content = "name")]
pub enum Holder {
    /// An IAM user, by name.
    User(Arc<str>),
    /// An IAM group, by name.
    Group(Arc<str>),
    /// An IAM role, by name.
    Role(Arc<str>),
}

/// Whether a policy stands on its own or inside its holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceKind {
    /// Embedded in its holder.
    Inline,
    /// A managed policy with an ARN.
    Managed,
}

/// What an explanation calls a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// The policy's ARN when managed, its name when inline, or what names a resource's policy (a bucket's ARN).
    pub name: Arc<str>,
    /// Inline or managed.
    pub kind: SourceKind,
    /// What the policy is attached to, when that is a user, group or role.
    pub holder: Option<Holder>,
}

impl Source {
    /// An inline policy.
    #[must_use]
    pub fn inline(name: impl Into<Arc<str>>, holder: Option<Holder>) -> Self {
        Self {
            name: name.into(),
            kind: SourceKind::Inline,
            holder,
        }
    }

    /// A managed policy.
    #[must_use]
    pub fn managed(arn: impl Into<Arc<str>>, holder: Option<Holder>) -> Self {
        Self {
            name: arn.into(),
            kind: SourceKind::Managed,
            holder,
        }
    }
}

/// `policy p1 (managed, attached to user test)`.
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            SourceKind::Inline => "inline",
            SourceKind::Managed => "managed",
        };
        write!(f, "policy {} ({kind}", self.name)?;
        match &self.holder {
            Some(Holder::User(name)) => write!(f, ", attached to user {name})"),
            Some(Holder::Group(name)) => write!(f, ", attached to group {name})"),
            Some(Holder::Role(name)) => write!(f, ", attached to role {name})"),
            None => f.write_str(")"),
        }
    }
}

/// A compiled policy together with its label. Cloning shares both.
#[derive(Debug, Clone)]
pub struct Attached(Arc<Labelled>);

/// What an [`Attached`] shares.
#[derive(Debug)]
pub struct Labelled {
    /// The compiled policy.
    pub policy: Arc<Policy>,
    /// What explanations call it.
    pub source: Source,
}

impl Deref for Attached {
    type Target = Labelled;

    fn deref(&self) -> &Labelled {
        &self.0
    }
}

impl Attached {
    /// Labels a policy.
    #[must_use]
    pub fn new(policy: Arc<Policy>, source: Source) -> Self {
        Self(Arc::new(Labelled { policy, source }))
    }
}

/// What a guardrail is, which settles whom it binds (but for [`Exemptions`]) and how a denial is worded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GuardrailKind {
    /// Service control policies of the principal's account. They bind its users, roles and root, not AWS services and
    /// not strangers.
    ServiceControl,
    /// Resource control policies of the resource's account. They bind everyone, AWS services and strangers included.
    ResourceControl,
    /// The policy of the VPC endpoint that the request came through. It binds everyone.
    VpcEndpoint,
}

/// Policies that grant nothing and must allow the request at every level (organization root, each unit, account).
#[derive(Debug, Clone)]
pub struct Guardrail {
    /// What kind of guardrail this is.
    pub kind: GuardrailKind,
    /// At each level, at least one policy must allow. A level without policies allows nothing.
    pub levels: Vec<Vec<Attached>>,
}

/// How the policy of the resource combines with the policies of the principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ResourceRole {
    /// The usual case: within one account either side suffices, across accounts both are needed.
    #[default]
    Grants,
    /// The resource's policy is the root of authorization (a KMS key policy): it must grant the request itself, or
    /// delegate to the account, whose identity-based policies must then allow it.
    RootOfAuthorization,
    /// A role's trust policy. Combines as [`ResourceRole::RootOfAuthorization`] does: a user or role that it names
    /// needs nothing else within the account; an account that it names decides by identity-based policies; across
    /// accounts both are needed; services and federated identities are decided by it alone. Denials speak of the role
    /// trust policy.
    Trust,
}

/// Who is exempt from the control policies of an organization (*Service control policies*, *Resource control policies*:
/// tasks and entities not restricted by them). VPC endpoint policies know no exemption.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Exemptions {
    /// The principal's account is the management account of its organization: service control policies do not bind it.
    pub principal_manages: bool,
    /// The resource's account is the management account of its organization: resource control policies do not guard it.
    pub resource_manages: bool,
    /// The principal is a session of a service-linked role: neither kind of control policy binds it.
    pub service_linked_role: bool,
}

/// Facts about resource and principal that decide how layers combine.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rules<'a> {
    /// How the resource's policy combines.
    pub resource_role: ResourceRole,
    /// The account that owns the resource. `None`: the resource belongs to no account of its own (`*`), and the
    /// request is decided as one within the principal's account.
    pub resource_account: Option<&'a str>,
    /// Who is exempt from the guardrails.
    pub exemptions: Exemptions,
}

/// Everything that bears on one request. It borrows, so that building one costs nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct PolicySet<'a> {
    /// Identity-based policies: the principal's own and those of its groups.
    pub identity: &'a [Attached],
    /// The permissions boundary of the user or role.
    pub boundary: Option<&'a Attached>,
    /// Session policies passed when the session was made; `None` when none were passed. A federated user without
    /// session policies has no permissions of its own (*Permissions for GetFederationToken*).
    pub session: Option<&'a [Attached]>,
    /// The resource's own policy, or several where a service keeps several.
    pub resource: &'a [Attached],
    /// Grants that the resource's service keeps beside its policy (a KMS key's grants, an access control list), each
    /// written as a resource policy that allows what it covers. They count as the resource's policy does, and need no
    /// leave of it where it is the root of authorization.
    pub grants: &'a [Attached],
    /// Guardrails; all must allow.
    pub guardrails: &'a [Guardrail],
    /// How the layers combine.
    pub rules: Rules<'a>,
}

/// A policy that a decision asks.
#[derive(Debug, Clone, Copy)]
pub struct Consulted<'a> {
    /// The layer that it belongs to.
    pub layer: Layer,
    /// Of a guardrail: the level that it is attached at, from 0.
    pub level: usize,
    /// The policy.
    pub policy: &'a Attached,
}

impl<'a> PolicySet<'a> {
    /// The policies that a decision on a request of this principal asks, in the order of [`Explanation::statements`].
    ///
    /// [`Explanation::statements`]: crate::Explanation::statements
    #[must_use]
    pub fn consulted(&self, principal: &Principal<'_>) -> Vec<Consulted<'a>> {
        let mut all = Vec::new();
        let mut add = |layer, level, policies: &'a [Attached]| {
            all.extend(policies.iter().map(|policy| Consulted {
                layer,
                level,
                policy,
            }));
        };
        for guardrail in self.guardrails {
            if let Some(layer) = guardrail_layer(guardrail, principal, self.rules.exemptions) {
                for (level, policies) in guardrail.levels.iter().enumerate() {
                    add(layer, level, policies);
                }
            }
        }
        add(resource_layer(self), 0, self.resource);
        add(Layer::Grant, 0, self.grants);
        add(Layer::Identity, 0, self.identity);
        let boundary = self.boundary.map(std::slice::from_ref);
        add(Layer::Boundary, 0, boundary.unwrap_or_default());
        add(Layer::Session, 0, self.session.unwrap_or_default());
        all
    }
}

impl PolicySet<'_> {
    /// Whether any policy reads the context of a request for this action. Where none does, the answer is the same
    /// whatever the context holds, and nobody has to gather it.
    #[must_use]
    pub fn reads_context(&self, action: &str) -> bool {
        let action = Folded::new(action);
        let action = action.as_str();
        let reads = |policies: &[Attached]| {
            policies
                .iter()
                .any(|attached| attached.policy.reads_context(action))
        };
        let mut guarded = self.guardrails.iter().flat_map(|guard| &guard.levels);
        reads(self.identity)
            || reads(self.resource)
            || reads(self.grants)
            || self.session.is_some_and(reads)
            || self
                .boundary
                .is_some_and(|policy| policy.policy.reads_context(action))
            || guarded.any(|policies| reads(policies))
    }
}
