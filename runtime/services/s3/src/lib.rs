//! Amazon S3: buckets, objects, multipart uploads and bucket policies.
//!
//! What clients need to make, remove and list buckets, to put, get, head, copy, tag and delete
//! objects, to upload in parts, and to presign. All other operations answer `NotImplemented`, and
//! so do headers that would change what is stored in a way that is not kept here: keys that the
//! caller brings (SSE-C), object lock, ACLs that grant anything, tags of buckets.
//!
//! - Bodies are streams in both directions; MD5 and checksums are computed in the pass that stores
//!   them. A record is written only when its bytes are complete and as announced.
//! - A completed multipart object is a manifest of its parts' bytes, which are not copied.
//! - Readers that have begun finish, whatever happens to the object meanwhile.
//! - Bucket names are global; a bucket is served to requests of every region, as there is one
//!   endpoint for all.
//! - Buckets have no versions. They have no public access block either: a public policy is taken
//!   as it is.
//!
//! The crate deliberately knows no HTTP, no signatures and no permissions: it reads and answers
//! shapes. Who may do what is decided before, with what [`stockade_spec::Facts`] tells of buckets
//! and objects.
//!
//! # Example
//!
//! ```
//! use stockade_s3::S3;
//! use stockade_spec::Service;
//! use stockade_store::Store;
//!
//! let s3 = S3::new(Store::in_memory());
//! // A clone is another handle on the same buckets: one for the gateway, one for other services.
//! let service = stockade_s3_api::Server::new(s3.clone());
//! assert_eq!(service.id(), "s3");
//! ```

mod attributes;
mod body;
mod buckets;
mod checksum;
mod complete;
mod conditions;
mod copy;
mod delete;
mod errors;
mod get;
mod inspect;
mod listing;
mod names;
mod parts;
mod policy;
mod policy_document;
mod put;
mod range;
mod receive;
mod resolve;
mod service;
mod state;
mod tagging;
mod uploads;
mod walk;

#[cfg(test)]
mod tests;

use aws_smithy_types::byte_stream::ByteStream;
use stockade_spec::Error;
use stockade_store::Store;

/// The service. A clone is another handle on the same state.
#[derive(Clone, Debug)]
pub struct S3 {
    store: Store,
    leases: body::Leases,
    /// The buckets and objects that are asked for are not those of the store.
    elsewhere: bool,
}

impl S3 {
    /// The service on a store.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self {
            store,
            leases: body::Leases::default(),
            elsewhere: false,
        }
    }

    /// The same service for requests that another server handles: what it is asked for authorization, its own store cannot
    /// tell.
    #[must_use]
    pub fn elsewhere(self) -> Self {
        Self {
            elsewhere: true,
            ..self
        }
    }

    /// Opens an object's bytes for another service, such as a function's code. Whether whoever
    /// asks may read it is not asked here.
    ///
    /// # Errors
    ///
    /// Those of `GetObject`: `NoSuchBucket`, `NoSuchKey`, `InvalidArgument` for a version other
    /// than `null`, `InvalidObjectState`.
    pub async fn open_object(
        &self,
        bucket: &str,
        key: &str,
        version: Option<&str>,
    ) -> Result<ByteStream, Error> {
        let wanted = get::Wanted {
            bucket,
            key,
            version,
            expected_owner: None,
        };
        let (_, _, body) = get::open(self, wanted, |_, _, record| {
            record.attributes.check_readable()?;
            Ok(get::Selection::of(record, None))
        })
        .await?;
        Ok(body)
    }
}
