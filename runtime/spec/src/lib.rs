//! The types that generated code is written in: operations, shapes, permission templates, and the
//! face that every typed service shows to the gateway.
//!
//! This crate deliberately knows no service, no protocol and no policy: generated code depends on
//! it and on smithy-rs's schema crates alone, and everything hand-written meets generated code
//! through it.
//!
//! ```
//! use stockade_spec::permission::{Part, Permissions, Predicate, Requirement, Resource};
//! use stockade_spec::permission::{Capture, Class, Source, Step};
//!
//! // What `iam:DeleteRole` needs, with the role's name as the input's first member.
//! static DELETE_ROLE: Permissions = Permissions {
//!     class: Class::Requirements,
//!     source: Source::Name,
//!     captures: &[Capture { name: "RoleName", steps: &[Step::Member(0)] }],
//!     follow_ups: &[],
//!     requirements: &[Requirement {
//!         action: "iam:DeleteRole",
//!         resources: &[Resource::Resolver { name: "role", index: 0, arguments: &[0] }],
//!         when: Predicate::Always,
//!         each: None,
//!         keys: &[],
//!         untold: &[],
//!     }],
//!     answers: None,
//! };
//! assert_eq!(DELETE_ROLE.requirements[0].action, "iam:DeleteRole");
//! ```

pub mod catalog;
pub mod constraint;
mod denied;
pub mod directory;
pub mod error;
pub mod expression;
pub mod filter;
pub mod operation;
pub mod permission;
pub mod reference;
pub mod resolve;
pub mod service;
pub mod shape;
pub mod template;

pub use denied::Denied;
pub use error::Error;
pub use operation::Operation;
pub use service::{Caller, Facts, RequestContext, Service, Session};
pub use shape::{AnyShape, Structure, Unit};
