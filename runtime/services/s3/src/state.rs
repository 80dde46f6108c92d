//! Records and keys: the only place that knows how buckets, objects and uploads are laid out.
//!
//! | table | scope | key |
//! |---|---|---|
//! | buckets | all accounts: names are global | bucket |
//! | bucket names | the owner's account | bucket |
//! | objects | the bucket's account and region | bucket, key |
//! | manifests | the bucket's account and region | manifest id |
//! | uploads | the bucket's account and region | bucket, key, upload id |
//! | parts | the bucket's account and region | upload id, part number |

use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};
use stockade_kit::failure::Failure;
use stockade_store::{BlobRef, Scan, Scope, Snapshot, StoreError, Table, WriteTx, ordered};

use crate::attributes::Attributes;
use crate::checksum::{Algorithm, Checksum};
use crate::errors;

pub(crate) const BUCKETS: Table<BucketRecord> = Table::new("s3/buckets");
pub(crate) const BUCKET_NAMES: Table<()> = Table::new("s3/bucket-names");
pub(crate) const OBJECTS: Table<ObjectRecord> = Table::new("s3/objects");
/// The same records, for who asks where the bytes are and nothing else.
const BODIES: Table<Placed> = Table::new(OBJECTS.name());
pub(crate) const MANIFESTS: Table<Vec<Piece>> = Table::new("s3/manifests");
pub(crate) const UPLOADS: Table<UploadRecord> = Table::new("s3/uploads");
pub(crate) const PARTS: Table<PartRecord> = Table::new("s3/parts");

/// A bucket, under its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BucketRecord {
    /// The owner, 12 digits.
    pub(crate) account: String,
    /// Where it was created.
    pub(crate) region: String,
    pub(crate) partition: String,
    /// Seconds since the epoch.
    pub(crate) created: i64,
    /// Told apart from an earlier bucket of the same name.
    pub(crate) id: String,
    /// Whether objects may have ACLs of their own (any object ownership but the default).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) acls: bool,
    /// Its policy's text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) policy: Option<Arc<str>>,
    /// Where its objects are, told when first asked: see [`Bucket::scope`].
    #[serde(skip)]
    pub(crate) scope: OnceLock<Scope>,
}

/// An object, under its bucket and key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ObjectRecord {
    pub(crate) body: Body,
    /// In bytes.
    pub(crate) size: u64,
    /// Without quotes.
    pub(crate) etag: String,
    /// Seconds since the epoch.
    pub(crate) modified: i64,
    pub(crate) checksum: Checksum,
    pub(crate) attributes: Attributes,
}

/// What an [`ObjectRecord`] tells of its bytes.
#[derive(Deserialize)]
struct Placed {
    body: Body,
}

/// Where an object's bytes are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Body {
    /// In one blob.
    Whole(BlobRef),
    /// In the blobs of a completed multipart upload, which a manifest lists.
    Pieces {
        /// The manifest's id.
        manifest: String,
        /// How many parts there are.
        count: usize,
    },
}

/// A part of a completed multipart upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Piece {
    pub(crate) number: i32,
    pub(crate) blob: BlobRef,
    pub(crate) checksum: Checksum,
}

/// A multipart upload in progress.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UploadRecord {
    /// Seconds since the epoch.
    pub(crate) initiated: i64,
    /// The ARN or canonical id of who began it.
    pub(crate) initiator: String,
    /// The algorithm that the caller chose; without one, the object gets S3's default.
    pub(crate) algorithm: Option<Algorithm>,
    /// Whether the object's checksum covers the checksums of its parts, not its bytes.
    pub(crate) composite: bool,
    pub(crate) attributes: Attributes,
}

/// An uploaded part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PartRecord {
    pub(crate) blob: BlobRef,
    /// MD5, in hex.
    pub(crate) etag: String,
    /// Seconds since the epoch.
    pub(crate) modified: i64,
    pub(crate) checksum: Checksum,
}

/// A bucket as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bucket {
    pub(crate) name: String,
    pub(crate) record: Arc<BucketRecord>,
}

impl Bucket {
    pub(crate) fn find(snapshot: &Snapshot, name: &str) -> Result<Option<Self>, StoreError> {
        let record = snapshot.shared(BUCKETS, &Scope::global(), &[name])?;
        Ok(record.map(|record| Self {
            name: name.to_owned(),
            record,
        }))
    }

    /// Where its objects are.
    pub(crate) fn scope(&self) -> &Scope {
        let record = &*self.record;
        let scope = || Scope::new(&record.account, &record.region);
        record.scope.get_or_init(scope)
    }

    /// The bucket, which must exist and belong to the account that the caller expects.
    pub(crate) fn require(
        snapshot: &Snapshot,
        name: &str,
        expected_owner: Option<&str>,
    ) -> Result<Self, Failure> {
        let bucket = Self::find(snapshot, name)?.ok_or_else(|| errors::no_such_bucket(name))?;
        if let Some(expected) = expected_owner {
            if !stockade_kit::ids::is_account_id(expected) {
                return Err(errors::invalid_expected_owner(expected).into());
            }
            if expected != bucket.record.account {
                return Err(errors::access_denied().into());
            }
        }
        Ok(bucket)
    }

    /// Replaces its policy, or removes it, unless it is gone or another's by now.
    pub(crate) fn set_policy(
        &self,
        tx: &mut WriteTx,
        policy: Option<Arc<str>>,
    ) -> Result<(), Failure> {
        self.recheck(tx)?;
        let record = BucketRecord {
            policy,
            ..BucketRecord::clone(&self.record)
        };
        Ok(tx.put(BUCKETS, &Scope::global(), &[&self.name], &record)?)
    }

    /// Whether the bucket has an object of this key.
    pub(crate) fn has_object(&self, snapshot: &Snapshot, key: &str) -> bool {
        snapshot.contains(OBJECTS, self.scope(), &[&self.name, key])
    }

    /// Fails unless the bucket that the request was checked against is still there: one of the
    /// same name may belong to someone else by now.
    pub(crate) fn recheck(&self, snapshot: &Snapshot) -> Result<(), Failure> {
        match Self::find(snapshot, &self.name)? {
            Some(now) if now.record.id == self.record.id => Ok(()),
            _ => Err(errors::no_such_bucket(&self.name).into()),
        }
    }

    pub(crate) fn object(
        &self,
        snapshot: &Snapshot,
        key: &str,
    ) -> Result<Option<Arc<ObjectRecord>>, StoreError> {
        snapshot.shared(OBJECTS, self.scope(), &[&self.name, key])
    }

    pub(crate) fn require_object(
        &self,
        snapshot: &Snapshot,
        key: &str,
    ) -> Result<Arc<ObjectRecord>, Failure> {
        let found = self.object(snapshot, key)?;
        Ok(found.ok_or_else(|| errors::no_such_key(key))?)
    }

    /// The parts of an object that was uploaded in parts, in order.
    pub(crate) fn manifest(
        &self,
        snapshot: &Snapshot,
        manifest: &str,
    ) -> Result<Vec<Piece>, StoreError> {
        let pieces = snapshot.get(MANIFESTS, self.scope(), &[manifest])?;
        Ok(pieces.unwrap_or_default())
    }

    /// Puts an object in its place, or removes the one that is there; says what became garbage.
    pub(crate) fn replace(
        &self,
        tx: &mut WriteTx,
        key: &str,
        record: Option<&ObjectRecord>,
    ) -> Result<Garbage, StoreError> {
        let parts = [self.name.as_str(), key];
        let mut garbage = Garbage::default();
        if let Some(old) = tx.get(BODIES, self.scope(), &parts)? {
            match old.body {
                Body::Whole(blob) => garbage.blobs.push(blob),
                Body::Pieces { manifest, .. } => {
                    let pieces = self.manifest(tx, &manifest)?;
                    garbage
                        .blobs
                        .extend(pieces.into_iter().map(|piece| piece.blob));
                    tx.delete(MANIFESTS, self.scope(), &[&manifest]);
                    garbage.manifest = Some(manifest);
                }
            }
        }
        match record {
            Some(record) => tx.put(OBJECTS, self.scope(), &parts, record)?,
            None => {
                tx.delete(OBJECTS, self.scope(), &parts);
            }
        }
        Ok(garbage)
    }

    pub(crate) fn require_upload(
        &self,
        snapshot: &Snapshot,
        key: &str,
        upload: &str,
    ) -> Result<UploadRecord, Failure> {
        let found = self.upload(snapshot, key, upload)?;
        Ok(found.ok_or_else(|| errors::no_such_upload(upload))?)
    }

    pub(crate) fn upload(
        &self,
        snapshot: &Snapshot,
        key: &str,
        upload: &str,
    ) -> Result<Option<UploadRecord>, StoreError> {
        // Ids are handed out here; a longer one would only be a key too long for the store.
        if upload.len() > MAX_UPLOAD_ID_BYTES {
            return Ok(None);
        }
        snapshot.get(UPLOADS, self.scope(), &[&self.name, key, upload])
    }

    /// The parts of an upload by number, from the one after `after` on.
    pub(crate) fn parts(
        &self,
        snapshot: &Snapshot,
        upload: &str,
        after: i32,
    ) -> Result<Vec<(i32, PartRecord)>, StoreError> {
        let after = part_key(after);
        snapshot
            .scan(PARTS, self.scope(), Scan::under(&[upload]).after(&[&after]))
            .map(|entry| {
                let entry = entry?;
                Ok((entry.name().parse().unwrap_or_default(), entry.record))
            })
            .collect()
    }

    /// Forgets an upload and its parts; says which blobs its parts had.
    pub(crate) fn drop_upload(
        &self,
        tx: &mut WriteTx,
        key: &str,
        upload: &str,
    ) -> Result<Vec<BlobRef>, StoreError> {
        let parts = self.parts(tx, upload, 0)?;
        tx.delete_all(PARTS, self.scope(), Scan::under(&[upload]));
        tx.delete(UPLOADS, self.scope(), &[&self.name, key, upload]);
        Ok(parts.into_iter().map(|(_, part)| part.blob).collect())
    }
}

/// Longest upload id that is looked up, in bytes.
const MAX_UPLOAD_ID_BYTES: usize = 256;

/// A part number as a key, in the order of numbers.
pub(crate) fn part_key(number: i32) -> String {
    ordered(u64::try_from(number).unwrap_or(0))
}

/// Blobs that no record names any more.
#[derive(Debug, Default)]
pub(crate) struct Garbage {
    pub(crate) blobs: Vec<BlobRef>,
    /// The manifest that named them, whose readers may not be done.
    pub(crate) manifest: Option<String>,
}

impl From<Vec<BlobRef>> for Garbage {
    fn from(blobs: Vec<BlobRef>) -> Self {
        Self {
            blobs,
            manifest: None,
        }
    }
}
