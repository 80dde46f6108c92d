//! What all services share, once: ids, ARNs, time, paging, tags, constraint checks, shared wording,
//! client tokens.
//!
//! Everything here is a small helper that knows how AWS does it everywhere. The crate deliberately
//! names no service: where services differ (an error code, a limit, whether tag keys fold case),
//! the caller passes the difference in, and helpers answer with kinds of errors that the caller
//! maps to its own.
//!
//! | module | for |
//! |---|---|
//! | [`access_key`] | access key ids that tell their account and that they were issued here |
//! | [`ids`] | unique ids, secrets, session tokens, request ids |
//! | [`arn`] | taking ARNs apart and putting them together |
//! | [`time`] | a clock to pass in, and AWS's ways to write a time |
//! | [`page`] | opaque markers, and one page out of a scan |
//! | [`operations!`] | handler traits that hand operations to their nouns |
//! | [`sealed`] | long texts inside messages |
//! | [`tags`] | tag sets and their rules |
//! | [`validate`] | "1 validation error detected: …" |
//! | [`error`] | wording that all services use |
//! | [`idempotency`] | client tokens |
//!
//! # Example: one page of a listing
//!
//! ```
//! use stockade_kit::page::{self, Markers};
//! use stockade_store::{Scan, Scope, Store, StoreError, Table};
//!
//! const USERS: Table<String> = Table::new("demo/users");
//! const MARKERS: Markers = Markers::new("ListUsers");
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), StoreError> {
//! let store = Store::in_memory();
//! let scope = Scope::account("000000000000");
//! store
//!     .write(|tx| {
//!         for name in ["ann", "ben", "cho"] {
//!             tx.put(USERS, &scope, &[name], &format!("/{name}/"))?;
//!         }
//!         Ok::<_, StoreError>(())
//!     })
//!     .await?;
//!
//! let list = |marker: Option<&str>| {
//!     // A real caller maps a bad marker to its service's error.
//!     let after = MARKERS.open(marker).expect("a marker of ours");
//!     let after: Option<Vec<&str>> = after.as_ref().map(|parts| parts.iter().map(String::as_str).collect());
//!     let mut scan = Scan::all();
//!     if let Some(parts) = &after {
//!         scan = scan.after(parts);
//!     }
//!     let limit = page::clamp(Some(2), 100, 1000);
//!     page::collect(MARKERS, store.snapshot().scan(USERS, &scope, scan), limit, |user| vec![user.name()])
//! };
//! let first = list(None)?;
//! assert_eq!(first.items.len(), 2);
//! let second = list(first.next.as_deref())?;
//! assert_eq!(second.items[0].name(), "cho");
//! assert_eq!(second.next, None);
//! # Ok(())
//! # }
//! ```

pub mod access_key;
pub mod arn;
pub mod error;
pub mod failure;
pub mod idempotency;
pub mod ids;
mod mark;
pub mod operations;
pub mod page;
pub mod sealed;
pub mod tags;
pub mod time;
pub mod validate;
