//! The blobs between two resets, and how a body gets into them.

use std::{collections::HashMap, ops::Range, sync::Arc};

use bytes::{Bytes, BytesMut};
use object_store::{
    GetOptions, GetRange, MultipartUpload, ObjectStore, ObjectStoreExt, PutPayload,
    local::LocalFileSystem, path::Path,
};
use parking_lot::RwLock;
use tempfile::TempDir;
use tokio::sync::OnceCell;

use super::{BlobRef, BlobStream, MAX_INLINE_BLOB_BYTES, WRITE_PART_BYTES};
use crate::StoreError;

/// The length alone decides where a blob lies.
pub(super) struct Generation {
    /// Short ones, by id. INVARIANT: each is as long as its reference tells.
    inline: RwLock<HashMap<String, Bytes>>,
    /// Long ones, once there are any.
    disk: OnceCell<Disk>,
}

/// Files below a directory that only this process's user may enter.
struct Disk {
    files: LocalFileSystem,
    /// Removed with everything in it when this is dropped.
    _directory: TempDir,
}

impl Generation {
    pub(super) fn new() -> Self {
        Self {
            inline: RwLock::default(),
            disk: OnceCell::new(),
        }
    }

    async fn disk(&self) -> Result<&LocalFileSystem, StoreError> {
        let disk = self
            .disk
            .get_or_try_init(|| async {
                let directory = private_directory()?;
                let files = LocalFileSystem::new_with_prefix(directory.path())?;
                Ok::<_, StoreError>(Disk {
                    files,
                    _directory: directory,
                })
            })
            .await?;
        Ok(&disk.files)
    }

    pub(super) async fn read(
        &self,
        blob: &BlobRef,
        range: Range<u64>,
    ) -> Result<BlobStream, StoreError> {
        let not_found = || StoreError::BlobNotFound {
            id: blob.id.clone(),
        };
        if is_short(blob.len) {
            let bytes = self.inline.read().get(&blob.id).cloned();
            let range = range.start as usize..range.end as usize;
            return Ok(BlobStream::of_bytes(
                bytes.ok_or_else(not_found)?.slice(range),
            ));
        }
        let options = if range.is_empty() {
            // No store reads nothing; existence is all there is to ask.
            GetOptions {
                head: true,
                ..GetOptions::default()
            }
        } else {
            GetOptions {
                range: Some(GetRange::Bounded(range.clone())),
                ..GetOptions::default()
            }
        };
        let found = self.disk().await?.get_opts(&path(&blob.id), options).await;
        match found {
            Ok(_) if range.is_empty() => Ok(BlobStream::of_bytes(Bytes::new())),
            Ok(found) => Ok(BlobStream::new(found)),
            Err(object_store::Error::NotFound { .. }) => Err(not_found()),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) async fn delete(&self, blob: &BlobRef) -> Result<(), StoreError> {
        if is_short(blob.len) {
            self.inline.write().remove(&blob.id);
            return Ok(());
        }
        match self.disk().await?.delete(&path(&blob.id)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// The directory, if a long body ever came.
    #[cfg(test)]
    pub(super) fn directory(&self) -> Option<&std::path::Path> {
        self.disk.get().map(|disk| disk._directory.path())
    }
}

fn is_short(len: u64) -> bool {
    len <= MAX_INLINE_BLOB_BYTES as u64
}

/// Where the file of a long blob lies.
fn path(id: &str) -> Path {
    Path::from(id)
}

/// A new directory below the system's temporary one, closed to other users: objects may hold
/// anything, and the umask usually lets everyone read.
fn private_directory() -> std::io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("stockade-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o700));
    }
    builder.tempdir()
}

/// A body on its way in: collected while it is short, then written part by part.
pub(super) struct Sink {
    owner: Arc<Generation>,
    id: String,
    pending: BytesMut,
    len: u64,
    upload: Option<Box<dyn MultipartUpload>>,
}

impl Sink {
    pub(super) fn new(owner: Arc<Generation>) -> Self {
        Self {
            owner,
            id: hex::encode(rand::random::<[u8; 16]>()),
            pending: BytesMut::new(),
            len: 0,
            upload: None,
        }
    }

    /// Takes bytes; returns when memory is within its bounds again.
    pub(super) async fn push(&mut self, mut bytes: Bytes) -> Result<(), StoreError> {
        self.len += bytes.len() as u64;
        while !bytes.is_empty() {
            // Copied, because a small slice can hold a much larger buffer alive.
            let room = WRITE_PART_BYTES.saturating_sub(self.pending.len());
            let taken = bytes.split_to(room.min(bytes.len()));
            self.pending.extend_from_slice(&taken);
            if self.pending.len() == WRITE_PART_BYTES {
                self.flush().await?;
            }
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), StoreError> {
        let part = PutPayload::from(self.pending.split().freeze());
        // A body of many parts: the next one need not grow into its size by copies.
        self.pending.reserve(WRITE_PART_BYTES);
        let upload = match &mut self.upload {
            Some(upload) => upload,
            None => {
                let files = self.owner.disk().await?;
                self.upload
                    .insert(files.put_multipart(&path(&self.id)).await?)
            }
        };
        Ok(upload.put_part(part).await?)
    }

    pub(super) async fn finish(mut self) -> Result<BlobRef, StoreError> {
        let blob = BlobRef {
            id: std::mem::take(&mut self.id),
            len: self.len,
        };
        match &mut self.upload {
            Some(upload) => {
                if !self.pending.is_empty() {
                    upload.put_part(self.pending.freeze().into()).await?;
                }
                upload.complete().await?;
            }
            None if is_short(blob.len) => {
                // Copied, because it stays, and has grown by doubling.
                let bytes = Bytes::copy_from_slice(&self.pending);
                self.owner.inline.write().insert(blob.id.clone(), bytes);
            }
            None => {
                let files = self.owner.disk().await?;
                let rest = self.pending.freeze().into();
                files.put(&path(&blob.id), rest).await?;
            }
        }
        Ok(blob)
    }

    /// Removes what was written; dropping the upload does so too, but later.
    pub(super) async fn abort(mut self) {
        if let Some(upload) = &mut self.upload
            && let Err(error) = upload.abort().await
        {
            tracing::warn!(%error, "an unfinished blob could not be removed");
        }
    }
}
