//! What is wrong with a policy, or could be better: the checks of IAM Access Analyzer, and whether a resource's policy
//! lets everyone in.
//!
//! A document is read into a tree whose parts know their places; the modules look at it by noun, and what they find is one of
//! the [checks of AWS's reference](https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html)
//! with the words that fill its sentence.
//!
//! | module | for |
//! |---|---|
//! | `document` | the document and its statements |
//! | `principals`, `trust` | `Principal`; what role trust policies say more |
//! | `actions`, `resources`, `arn` | `Action` and `Resource`, held against the reference |
//! | `condition` | operators, keys and values of conditions |
//! | `variables` | `${…}` |
//! | `roles` | passing roles and making service-linked ones |
//! | `attached` | policies of resources of a known type |
//! | `control` | policies of organizations |
//! | `redundancy` | what says the same twice |
//! | `public` | who is everyone |
//!
//! The crate is pure: no I/O, no clock, no state. What it knows of services it is told by an [`Authority`] over IAM's
//! authorization reference; `tables` alone names any, where AWS's documents do.
//!
//! ```
//! use stockade_analysis::{Authority, PolicyType, validate};
//! use stockade_catalog::REFERENCES;
//!
//! let authority = Authority::new(&REFERENCES, stockade_described::unpack);
//! let text = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:Fly","Resource":"*"}}"#;
//! let findings = validate(text, PolicyType::Identity, None, &authority);
//! assert_eq!(findings[0].code, "INVALID_ACTION");
//! assert_eq!(findings[0].details, "The action s3:Fly does not exist.");
//! assert_eq!(findings[0].locations[0].start.column, 63);
//! ```
#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod actions;
mod arn;
mod attached;
mod authority;
mod checks;
mod condition;
mod control;
mod document;
mod finding;
mod node;
mod principals;
mod public;
mod redundancy;
mod resources;
mod roles;
mod statement;
mod tables;
mod trust;
mod variables;

pub use authority::Authority;
pub use document::{PolicyType, validate};
pub use finding::{Finding, Kind, Location, Position, Step};
pub use public::{grants_public_access, public_statements};

/// The issue codes of all checks.
pub fn codes() -> impl Iterator<Item = &'static str> {
    checks::ALL.iter().map(|check| check.code)
}
