//! What can go wrong in the store itself.

use crate::{MAX_KEY_BYTES, MAX_VALUE_BYTES};

/// A failure of the store, not of the caller's request.
///
/// A service maps the few variants it expects (usually [`AlreadyExists`](Self::AlreadyExists)) to
/// its own errors and lets the rest become its internal failure.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// `insert_new` met a record that is there already.
    #[error("a record with this key exists in table {table}")]
    AlreadyExists {
        /// The table's name.
        table: &'static str,
    },
    /// The encoded key is longer than [`MAX_KEY_BYTES`].
    #[error("a key of table {table} has {len} bytes, the limit is {MAX_KEY_BYTES}")]
    KeyTooLong {
        /// The table's name.
        table: &'static str,
        /// Length of the encoded key in bytes.
        len: usize,
    },
    /// The encoded record is larger than [`MAX_VALUE_BYTES`].
    #[error("a record of table {table} has {len} bytes, the limit is {MAX_VALUE_BYTES}")]
    ValueTooLarge {
        /// The table's name.
        table: &'static str,
        /// Length of the encoded record in bytes.
        len: usize,
    },
    /// A record could not be turned into JSON, or stored JSON is not a record of this table.
    #[error("a record of table {table} does not fit its type: {source}")]
    Record {
        /// The table's name.
        table: &'static str,
        /// What `serde_json` says.
        source: serde_json::Error,
    },
    /// A stored key is not a tuple of this table; only a defect can make one.
    #[error("a key of table {table} is damaged")]
    DamagedKey {
        /// The table's name.
        table: &'static str,
    },
    /// No blob has this id: it was deleted, or the store was reset.
    #[error("blob {id} does not exist")]
    BlobNotFound {
        /// The blob's id.
        id: String,
    },
    /// The requested range does not lie within the blob.
    #[error("range {start}..{end} does not lie within a blob of {len} bytes")]
    BlobRange {
        /// First byte asked for.
        start: u64,
        /// One past the last byte asked for.
        end: u64,
        /// Length of the blob in bytes.
        len: u64,
    },
    /// The store was reset while a blob was being written.
    #[error("the store was reset while a blob was being written")]
    BlobReset,
    /// The blob's bytes could not be read or written.
    #[error("blob storage failed: {0}")]
    Blob(#[from] object_store::Error),
    /// The temporary directory for large blobs could not be used.
    #[error("the temporary directory for large blobs failed: {0}")]
    Io(#[from] std::io::Error),
}
