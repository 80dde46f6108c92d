//! Request bodies on their way into blobs: hashed in the same pass, and never kept unless the
//! digests that the caller announced are right.

use std::pin::Pin;

use aws_smithy_types::byte_stream::ByteStream;
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use bytes::Bytes;
use futures_util::stream::poll_fn;
use md5::{Digest, Md5};
use stockade_kit::failure::Failure;
use stockade_spec::Error;
use stockade_store::{PutError, Staged, Store};
use stockade_wire::checksum::Hasher;

use crate::checksum::{Algorithm, Announced, Checksum};
use crate::errors;

/// Most bytes of one `PutObject`, `UploadPart` or copy (5 GiB; "Amazon S3 multipart upload limits"
/// and "Uploading objects", Amazon S3 User Guide).
pub(crate) const MAX_BODY_BYTES: u64 = 5 * 1024 * 1024 * 1024;

/// What a body must turn out to be.
pub(crate) struct Expected {
    pub(crate) checksum: Announced,
    /// The algorithm to compute where the request names none.
    pub(crate) default: Algorithm,
    /// `Content-MD5`, decoded.
    pub(crate) md5: Option<[u8; 16]>,
    /// A second algorithm to compute.
    pub(crate) also: Option<Algorithm>,
}

impl Expected {
    /// Reads what a request says of its body.
    pub(crate) fn read(
        checksum: Announced,
        default: Algorithm,
        content_md5: Option<&str>,
    ) -> Result<Self, Error> {
        checksum.check_form()?;
        let md5 = content_md5
            .map(|text| {
                let bytes = BASE64.decode(text).ok();
                bytes
                    .and_then(|bytes| <[u8; 16]>::try_from(bytes).ok())
                    .ok_or_else(|| {
                        Error::new(
                            "InvalidDigest",
                            400,
                            "The Content-MD5 you specified was invalid.",
                        )
                        .with_detail("Content-MD5", text)
                    })
            })
            .transpose()?;
        Ok(Self {
            checksum,
            default,
            md5,
            also: None,
        })
    }

    /// Nothing is announced; this is computed.
    pub(crate) fn compute(algorithm: Algorithm) -> Self {
        Self {
            checksum: Announced {
                algorithm: None,
                value: None,
            },
            default: algorithm,
            md5: None,
            also: None,
        }
    }
}

/// A body that was read to its end, and is as announced.
pub(crate) struct Received {
    pub(crate) staged: Staged,
    /// Of the body, in hex.
    pub(crate) md5: String,
    pub(crate) checksum: Checksum,
    /// Of the second algorithm.
    pub(crate) also: Option<Checksum>,
}

struct Digests {
    md5: Md5,
    checksum: Hasher,
    also: Option<(Algorithm, Hasher)>,
    len: u64,
}

impl Digests {
    fn update(&mut self, bytes: Bytes) -> Result<Bytes, Error> {
        self.len += bytes.len() as u64;
        if self.len > MAX_BODY_BYTES {
            return Err(errors::entity_too_large(self.len, MAX_BODY_BYTES));
        }
        self.md5.update(&bytes);
        self.checksum.update(&bytes);
        if let Some((_, also)) = &mut self.also {
            also.update(&bytes);
        }
        Ok(bytes)
    }
}

/// Reads a body into a staged blob.
pub(crate) async fn receive(
    store: &Store,
    mut body: ByteStream,
    expected: &Expected,
) -> Result<Received, Error> {
    let algorithm = expected.checksum.algorithm.unwrap_or(expected.default);
    let mut digests = Digests {
        md5: Md5::new(),
        checksum: algorithm.hasher(),
        also: expected.also.map(|also| (also, also.hasher())),
        len: 0,
    };
    let hashed = poll_fn(|cx| {
        Pin::new(&mut body).poll_next(cx).map(|polled| {
            polled.map(|chunk| match chunk {
                Ok(bytes) => digests.update(bytes),
                Err(error) => Err(errors::body(&error)),
            })
        })
    });
    let staged = store
        .blobs()
        .put(hashed)
        .await
        .map_err(|error| match error {
            PutError::Body(error) => error,
            PutError::Store(error) => Failure::from(error).into_error(),
        })?;
    let md5: [u8; 16] = digests.md5.finalize().into();
    if let Some(announced) = expected.md5
        && announced != md5
    {
        return Err(Error::new(
            "BadDigest",
            400,
            "The Content-MD5 you specified did not match what we received.",
        )
        .with_detail("ExpectedDigest", BASE64.encode(announced))
        .with_detail("CalculatedDigest", BASE64.encode(md5)));
    }
    let checksum = Checksum::full(algorithm, &digests.checksum.finish());
    expected.checksum.verify(&checksum)?;
    Ok(Received {
        staged,
        md5: hex::encode(md5),
        checksum,
        also: digests
            .also
            .map(|(also, hasher)| Checksum::full(also, &hasher.finish())),
    })
}
