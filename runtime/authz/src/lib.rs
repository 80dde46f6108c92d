//! Authorization: from a decoded request to a decision, and from a decision to words.
//!
//! [`Authorizer::authorize`] fills the operation's permission template from the decoded input
//! ([`fill`]), asks services and directory for policies, tags and owners, lets
//! [`stockade_policy`] evaluate each requirement, and returns one value, a [`Decision`]. The log
//! entries of a denial, the caller's error and the JSON of the decision stream are renderings of
//! that value ([`render`]); [`Ring`] keeps the last ones,
//! [`Ledger`] what each principal needed.
//!
//! The crate deliberately knows no HTTP and no service by name: what differs between services is
//! in their templates, in what [`Service::facts`](stockade_spec::Service::facts) says, and in the
//! [`Form`](render::error::Form) that the gateway chooses.
//!
//! What cannot be told denies: a template that the input does not fill, a name that nobody
//! resolves, a policy that cannot be read, an operation without a template.
//!
//! ```
//! use std::time::SystemTime;
//! use stockade_authz::decision::{Decision, Refusal};
//! use stockade_authz::render::error::{Form, Style, denial};
//!
//! let decision = Decision {
//!     request_id: "1".into(),
//!     time: SystemTime::UNIX_EPOCH,
//!     principal: "arn:aws:iam::000000000000:user/test".into(),
//!     account: "000000000000".into(),
//!     anonymous: false,
//!     service: "sqs",
//!     operation: "SendMessage",
//!     verdicts: [].into(),
//!     refusal: Some(Refusal {
//!         action: "sqs:SendMessage".into(),
//!         why: "because the principal no longer exists".into(),
//!     }),
//!     soft: false,
//! };
//! assert!(decision.blocks());
//! let error = denial(&decision, Style::Localstack, Form::JsonRpc);
//! assert_eq!(error.message, "Access to the specified resource is denied");
//! ```

mod authorize;
mod compiled;
mod context;
pub mod decision;
pub mod examination;
pub mod fill;
pub mod global_keys;
mod guards;
pub mod ledger;
pub mod render;
mod request;
pub mod ring;

pub use authorize::{Authorizer, Mode};
pub use decision::Decision;
pub use examination::Examination;
pub use ledger::{Ledger, Report};
pub use request::{Facts, Needs, Request, principal_name};
pub use ring::{Filter, Ring};
