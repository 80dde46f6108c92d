//! The answer: a decision, the layer that made it, and the statements that spoke.

use std::fmt;

use serde::Serialize;

use crate::set::{Attached, SourceKind};
use crate::statement::{Effect, Statement};

/// The outcome of an evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Decision {
    /// The request may proceed.
    Allowed,
    /// No statement allowed the request where one was needed.
    ImplicitlyDenied,
    /// A Deny statement applies.
    ExplicitlyDenied,
}

/// A kind of policy, as a step of AWS's evaluation flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layer {
    /// Identity-based policies.
    Identity,
    /// The permissions boundary.
    Boundary,
    /// Session policies.
    Session,
    /// The resource's policy.
    Resource,
    /// Grants beside the resource's policy.
    Grant,
    /// The trust policy of a role.
    Trust,
    /// Service control policies.
    ServiceControl,
    /// Resource control policies.
    ResourceControl,
    /// The VPC endpoint's policy.
    VpcEndpoint,
    /// The account's root user, which needs no identity-based policy.
    Root,
}

impl Layer {
    /// AWS's name for policies of this layer in an error message.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Layer::Identity => "identity-based policy",
            Layer::Boundary => "permissions boundary",
            Layer::Session => "session policy",
            Layer::Resource => "resource-based policy",
            Layer::Grant => "grant",
            Layer::Trust => "role trust policy",
            Layer::ServiceControl => "service control policy",
            Layer::ResourceControl => "resource control policy",
            Layer::VpcEndpoint => "VPC endpoint policy",
            Layer::Root => "root user",
        }
    }

    fn article(self) -> &'static str {
        match self {
            Layer::Identity => "an",
            Layer::Trust => "the",
            _ => "a",
        }
    }
}

/// A statement that took part in the decision.
#[derive(Debug, Clone, Copy)]
pub struct Speaker<'a> {
    /// The layer it belongs to.
    pub layer: Layer,
    /// The policy it is part of.
    pub policy: &'a Attached,
    /// Its position among the policy's statements, from 0.
    pub index: usize,
}

impl<'a> Speaker<'a> {
    /// The statement itself.
    #[must_use]
    pub fn statement(&self) -> &'a Statement {
        &self.policy.policy.statements()[self.index]
    }

    /// Its effect.
    #[must_use]
    pub fn effect(&self) -> Effect {
        self.statement().effect()
    }
}

/// `statement FirstStatement of policy p1 (managed, attached to user test)`, or `statement 0 of …` without a Sid.
impl fmt::Display for Speaker<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.statement().sid() {
            Some(sid) => write!(f, "statement {sid}")?,
            None => write!(f, "statement {}", self.index)?,
        }
        write!(f, " of {}", self.policy.source)
    }
}

/// The layers that can each contribute one deciding statement: identity, resource or grant, boundary, session.
const MAX_SPEAKERS: usize = 4;

/// The outcome of [`evaluate`](crate::evaluate), borrowing from the request and the policy set.
#[derive(Debug, Clone, Copy)]
pub struct Evaluation<'a> {
    decision: Decision,
    layer: Layer,
    action: &'a str,
    speakers: [Option<Speaker<'a>>; MAX_SPEAKERS],
}

impl<'a> Evaluation<'a> {
    pub(crate) fn new(decision: Decision, layer: Layer, action: &'a str) -> Self {
        Self {
            decision,
            layer,
            action,
            speakers: [None; MAX_SPEAKERS],
        }
    }

    pub(crate) fn heard(mut self, speakers: impl IntoIterator<Item = Option<Speaker<'a>>>) -> Self {
        for (slot, speaker) in self.speakers.iter_mut().zip(speakers.into_iter().flatten()) {
            *slot = Some(speaker);
        }
        self
    }

    /// The decision.
    #[must_use]
    pub fn decision(&self) -> Decision {
        self.decision
    }

    /// Whether the request may proceed.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.decision == Decision::Allowed
    }

    /// The layer that settled it: the one that granted, the one that held a Deny, or the one whose allow was missing.
    #[must_use]
    pub fn layer(&self) -> Layer {
        self.layer
    }

    /// The deciding statements: the Deny that applies, or the allows that together let the request through. Empty for
    /// an implicit denial and for a root user's own right.
    pub fn speakers(&self) -> impl Iterator<Item = &Speaker<'a>> {
        self.speakers.iter().flatten()
    }

    /// The condition operator that is not known here and made a Deny statement apply, if that is what happened.
    #[must_use]
    pub fn unknown_operator(&self) -> Option<&'a str> {
        if self.decision != Decision::ExplicitlyDenied {
            return None;
        }
        self.speakers()
            .find_map(|speaker| speaker.statement().unknown_operator())
    }

    /// AWS's wording of why the request is denied, to follow `User: … is not authorized to perform: … on resource: …`
    /// (*Troubleshoot access denied error messages*); `None` when it is allowed. A managed policy that denies is named by
    /// its ARN.
    #[must_use]
    pub fn aws_reason(&self) -> Option<String> {
        let (name, article) = (self.layer.name(), self.layer.article());
        match self.decision {
            Decision::Allowed => None,
            Decision::ImplicitlyDenied => Some(format!(
                "because no {name} allows the {} action",
                self.action
            )),
            Decision::ExplicitlyDenied => {
                let mut reason = format!("with an explicit deny in {article} {name}");
                let source = self.speakers().next().map(|denying| &denying.policy.source);
                if let Some(source) = source.filter(|source| source.kind == SourceKind::Managed) {
                    reason.push_str(": ");
                    reason.push_str(&source.name);
                }
                Some(reason)
            }
        }
    }
}
