//! The policy language of AWS IAM and its evaluator.
//!
//! A [`Policy`] is parsed and compiled once; [`evaluate`] takes a [`Request`] and the [`PolicySet`] that bears on it and
//! gives an [`Evaluation`]: allowed or denied, by which layer, because of which statements, in AWS's words. [`explain`]
//! takes longer and says of every statement why it did or did not apply.
//!
//! # The interface
//!
//! What is asked is a [`Request`]:
//!
//! | part | what it is |
//! |---|---|
//! | [`principal`](Request::principal) | a [`Principal`]: root, user, role session, federated user, identity of a web or SAML provider, AWS service, anonymous |
//! | [`action`](Request::action) | `prefix:Name` |
//! | [`resource`](Request::resource) | one [`Resource`], unknown parts allowed; a call about several resources is as many requests |
//! | [`context`](Request::context) | a [`Context`]: keys with one value, with several, absent, or present and unknown |
//! | [`canonical_user`](Request::canonical_user) | the id of the principal's account as `CanonicalUser` names it |
//!
//! What it is held against is a [`PolicySet`], which borrows policies ([`Attached`]: compiled, with a label):
//!
//! | part | policies |
//! |---|---|
//! | [`identity`](PolicySet::identity) | of user, groups, role |
//! | [`boundary`](PolicySet::boundary) | the permissions boundary, if any |
//! | [`session`](PolicySet::session) | session policies, if any were passed |
//! | [`resource`](PolicySet::resource) | the resource's, combined as [`ResourceRole`] says: beside the identity's, as the root of authorization, or as a role's trust policy |
//! | [`grants`](PolicySet::grants) | what the resource's service has granted beside the policy |
//! | [`guardrails`](PolicySet::guardrails) | service control, resource control and VPC endpoint policies, a list for each level of the tree |
//! | [`rules`](PolicySet::rules) | whose the resource is, how its policy combines, who is exempt from guardrails |
//!
//! The answer is an [`Evaluation`]; for people, an [`Explanation`]. What is wrong with a document is a [`ParseError`]: AWS's
//! message, the position, and plain words.
//!
//! # What it does not know
//!
//! What this crate deliberately does not know:
//!
//! - **services.** Where they differ (a key policy is the root of authorization, a trust policy speaks first), the caller
//!   says so in [`Rules`]. Nothing here is compared with the name of a service.
//! - **the world.** No clock, no network, no state: the time, the caller's address and everything else that a condition
//!   reads is in the [`Context`].
//! - **quotas.** How long a document may be depends on where it is put.
//!
//! What it does not understand, it refuses: a statement with an unknown condition operator never allows and always denies,
//! a variable without a value matches nothing, an unknown part of a resource is taken for the worst.
//!
//! ```
//! use std::sync::Arc;
//! use stockade_policy::{
//!     Attached, Context, Holder, Policy, PolicyKind, PolicySet, Principal, Request, Source, evaluate,
//! };
//!
//! let document = r#"{
//!     "Version": "2012-10-17",
//!     "Statement": [{
//!         "Sid": "Home",
//!         "Effect": "Allow",
//!         "Action": "s3:Get*",
//!         "Resource": "arn:aws:s3:::photos/${aws:username}/*"
//!     }]
//! }"#;
//! let policy = Arc::new(Policy::parse(document, PolicyKind::Identity)?);
//! let identity = [Attached::new(policy, Source::inline("home", Some(Holder::User("ana".into()))))];
//! let set = PolicySet { identity: &identity, ..PolicySet::default() };
//!
//! let mut context = Context::new();
//! context.set("aws:username", "ana");
//! let ana = Principal::User { arn: "arn:aws:iam::123456789012:user/ana", account: "123456789012" };
//!
//! let own = Request::new(ana, "s3:GetObject", "arn:aws:s3:::photos/ana/1.png", &context);
//! let answer = evaluate(&own, &set);
//! assert!(answer.is_allowed());
//! let speaker = answer.speakers().next().map(ToString::to_string);
//! assert_eq!(speaker.as_deref(), Some("statement Home of policy home (inline, attached to user ana)"));
//!
//! let other = Request::new(ana, "s3:GetObject", "arn:aws:s3:::photos/bo/1.png", &context);
//! assert_eq!(
//!     evaluate(&other, &set).aws_reason().as_deref(),
//!     Some("because no identity-based policy allows the s3:GetObject action"),
//! );
//! # Ok::<(), stockade_policy::ParseError>(())
//! ```
#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod action;
mod answer;
mod arn;
mod condition;
mod context;
mod document;
mod error;
mod evaluate;
mod explain;
mod grammar;
mod index;
mod json;
mod key;
pub mod language;
mod minimal;
mod opaque;
mod pattern;
mod principal;
mod reader;
mod reads;
mod request;
mod resource;
mod set;
mod span;
mod statement;
mod variable;

pub use answer::{Decision, Evaluation, Layer, Speaker};
pub use arn::split_arn;
pub use condition::Clause;
pub use context::Context;
pub use document::{Policy, Version};
pub use error::{ParseError, Position};
pub use evaluate::evaluate;
pub use explain::{Explanation, Miss, Spoken, explain};
pub use grammar::PolicyKind;
pub use minimal::minimal_allow;
pub use principal::Principal;
pub use request::{Request, Resource, Span};
pub use set::{
    Attached, Consulted, Exemptions, Guardrail, GuardrailKind, Holder, Labelled, PolicySet,
    ResourceRole, Rules, Source, SourceKind,
};
pub use span::Place;
pub use statement::{Effect, Element, Statement};

/// Holds the README's example to the crate.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(test)]
mod tests;
