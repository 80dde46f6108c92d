//! The gateway: one listener, and a request's way through everything behind it.
//!
//! A request is routed by the catalog's tables ([`Gateway`] keeps the matchers), attributed to a
//! caller, decoded, authorized, handled by its typed service, and answered; an operation without a
//! handler goes to the service's upstream, or is answered with 501 and its name. Each step is a file:
//! `route`, `authenticate`, `body`, `pipeline`, `upstream`, `answer`; `endpoints` holds what is no
//! AWS operation.
//!
//! The crate deliberately knows no policy, no state and no service's shapes. Of services it names
//! only S3, whose requests are told by their host, whose errors and signatures have a form of
//! their own, and which owns plain unsigned paths.
//!
//! ```
//! use std::sync::Arc;
//! use http::Request;
//! use http_body_util::Empty;
//! use stockade_authz::{Mode, render::error::Style};
//! use stockade_gateway::{Config, Gateway, Parties, Upstreams};
//! use stockade_spec::Caller;
//! use stockade_spec::directory::{Credential, Directory, Profile};
//!
//! struct Nobody;
//! impl Directory for Nobody {
//!     fn credential(&self, _: &str) -> Option<Arc<Credential>> { None }
//!     fn profile(&self, _: &str, _: &Caller) -> Option<Profile> { None }
//!     fn managed_policy(&self, _: &str) -> Option<Arc<str>> { None }
//!     fn revision(&self) -> u64 { 0 }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let config = Config { mode: Mode::Off, style: Style::Aws, strict_credentials: false };
//! let gateway = Gateway::new(config, Parties {
//!     catalog: &stockade_catalog::CATALOG,
//!     services: Vec::new(),
//!     directory: Arc::new(Nobody),
//!     organizations: None,
//!     reset: Arc::new(|| Box::pin(async { Ok(()) })),
//!     upstreams: Upstreams::default(),
//! });
//! let request = Request::get("http://localhost/2015-03-31/functions")
//!     .body(Empty::<bytes::Bytes>::new())
//!     .unwrap();
//! assert_eq!(gateway.answer(request, None).await.status(), 501);
//! # }
//! ```

mod answer;
mod authenticate;
mod body;
mod endpoints;
mod explain;
mod gateway;
pub mod limits;
mod matcher;
mod pipeline;
mod route;
mod serve;
mod services;
#[cfg(test)]
mod testing;
mod upstream;

pub use answer::{Body, BodyFailure};
pub use body::Incoming;
pub use explain::{Explained, Explainer, Vantage, parse};
pub use gateway::{Config, Gateway, Parties, Reset};
pub use serve::serve;
pub use upstream::{Settings, Signing, Upstreams};
