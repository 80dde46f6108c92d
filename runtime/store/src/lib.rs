//! Transactional, ordered key-value state, and immutable blobs beside it.
//!
//! Every service keeps all of its state here: records in typed [`Table`]s under a [`Scope`]
//! (account and region), object bytes in [`Blobs`]. The crate deliberately knows no service, no
//! AWS error and no record layout; a record is any `serde` type.
//!
//! # Transactions are synchronous closures
//!
//! [`Store::read`] and [`Store::write`] are `async`, what runs inside them is not. So nothing can
//! await while a transaction is open, a conflict can be retried by running the closure again (it
//! is `FnMut`: build what it needs outside, clone inside), and an engine that is durable or remote
//! can be put below without touching a handler. Keep closures short: they run on the caller's
//! thread, and writers run one at a time.
//!
//! - `Ok` commits everything, atomically; `Err` (or a panic) leaves nothing behind.
//! - Readers never block and never see half a transaction. [`Store::snapshot`] is O(1).
//! - Each commit that changed something raises [`Snapshot::revision`] by one; [`Store::changes`]
//!   announces it, so that whatever is derived from state can be cached by revision.
//! - [`Store::observe`] tells what a piece of work read, so that what it made can be kept until that changes: a commit to
//!   other tables leaves it standing.
//! - [`WriteTx`] dereferences to [`Snapshot`], so that a helper that only reads takes `&Snapshot`
//!   and serves both kinds of transaction.
//!
//! # Example
//!
//! ```
//! use serde::{Deserialize, Serialize};
//! use stockade_store::{Scan, Scope, Store, StoreError, Table};
//!
//! #[derive(Serialize, Deserialize)]
//! struct UserRecord {
//!     path: String,
//! }
//!
//! const USERS: Table<UserRecord> = Table::new("iam/users");
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), StoreError> {
//! let store = Store::in_memory();
//! let scope = Scope::account("000000000000");
//!
//! store
//!     .write(|tx| {
//!         tx.insert_new(USERS, &scope, &["alice"], &UserRecord { path: "/".into() })?;
//!         tx.insert_new(USERS, &scope, &["bob"], &UserRecord { path: "/ops/".into() })?;
//!         Ok::<_, StoreError>(())
//!     })
//!     .await?;
//!
//! let snapshot = store.snapshot();
//! let bob = snapshot.get(USERS, &scope, &["bob"])?;
//! assert_eq!(bob.map(|user| user.path), Some("/ops/".to_owned()));
//!
//! let names: Vec<String> = snapshot
//!     .scan(USERS, &scope, Scan::all().after(&["alice"]).limit(100))
//!     .map(|entry| entry.map(|entry| entry.name().to_owned()))
//!     .collect::<Result<_, _>>()?;
//! assert_eq!(names, ["bob"]);
//! # Ok(())
//! # }
//! ```
//!
//! # Blobs
//!
//! ```
//! use bytes::Bytes;
//! use futures_util::{TryStreamExt, stream};
//! use stockade_store::Store;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let store = Store::in_memory();
//! let body = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"hello"))]);
//!
//! // Staged bytes vanish unless they are kept: write the record that names the blob, then keep.
//! let staged = store.blobs().put(body).await?;
//! let blob = staged.keep();
//!
//! let read: Vec<Bytes> = store.blobs().get(&blob, Some(1..3)).await?.try_collect().await?;
//! assert_eq!(read.concat(), b"el");
//! # Ok(())
//! # }
//! ```

mod blobs;
mod error;
mod key;
mod memory;
mod reads;
mod scan;
mod store;
mod table;
mod tx;

pub use blobs::{
    BlobRef, BlobStream, Blobs, MAX_INLINE_BLOB_BYTES, PutError, READ_CHUNK_BYTES, Staged,
    WRITE_PART_BYTES,
};
pub use error::StoreError;
pub use key::{MAX_KEY_BYTES, ordered};
pub use reads::Reads;
pub use scan::{Entries, Entry, Keys, Scan};
pub use store::Store;
pub use table::{Scope, Table};
pub use tx::{MAX_VALUE_BYTES, Snapshot, WriteTx};
