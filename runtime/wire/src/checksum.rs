//! Checksums of bodies ("Checking object integrity in Amazon S3", Amazon S3 User Guide).

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};

use aws_smithy_checksums::ChecksumAlgorithm;
use aws_smithy_checksums::http::HttpChecksum;
use aws_smithy_types::base64;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use http_body::{Body, Frame, SizeHint};
use md5::{Digest, Md5};
use sha2::Sha256;
use stockade_spec::Error;

use crate::chunked::{BodyError, invalid_checksum};
use crate::sigv4::hex;

const TRAILER: HeaderName = HeaderName::from_static("x-amz-trailer");

/// A checksum algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// `CRC32`.
    Crc32,
    /// `CRC32C`.
    Crc32c,
    /// `CRC64NVME`.
    Crc64Nvme,
    /// `SHA1`.
    Sha1,
    /// `SHA256`.
    Sha256,
    /// `Content-MD5`.
    Md5,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Crc32,
        Self::Crc32c,
        Self::Crc64Nvme,
        Self::Sha1,
        Self::Sha256,
        Self::Md5,
    ];

    /// The algorithm a header name stands for: `x-amz-checksum-…` or `content-md5`, in any case.
    pub fn of_header(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|algorithm| name.eq_ignore_ascii_case(algorithm.header()))
    }

    /// The algorithm of a name such as `CRC32C`, in any case.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|algorithm| name.eq_ignore_ascii_case(algorithm.name()))
    }

    /// The header that carries the checksum, in lower case.
    pub const fn header(self) -> &'static str {
        match self {
            Self::Crc32 => "x-amz-checksum-crc32",
            Self::Crc32c => "x-amz-checksum-crc32c",
            Self::Crc64Nvme => "x-amz-checksum-crc64nvme",
            Self::Sha1 => "x-amz-checksum-sha1",
            Self::Sha256 => "x-amz-checksum-sha256",
            Self::Md5 => "content-md5",
        }
    }

    /// The value of `x-amz-checksum-algorithm` and `x-amz-sdk-checksum-algorithm`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC32",
            Self::Crc32c => "CRC32C",
            Self::Crc64Nvme => "CRC64NVME",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Md5 => "MD5",
        }
    }

    /// How many bytes the checksum has.
    pub const fn length(self) -> usize {
        match self {
            Self::Crc32 | Self::Crc32c => 4,
            Self::Crc64Nvme => 8,
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }

    /// A checksum from its base64 text.
    fn decode(self, value: &HeaderValue) -> Option<Bytes> {
        let bytes = base64::decode(value.to_str().ok()?.trim()).ok()?;
        (bytes.len() == self.length()).then(|| Bytes::from(bytes))
    }
}

/// Computes one checksum.
///
/// ```
/// use stockade_wire::checksum::{Algorithm, Hasher};
///
/// let mut hasher = Hasher::new(Algorithm::Crc32);
/// hasher.update(b"123456789");
/// assert_eq!(hasher.finish()[..], [0xcb, 0xf4, 0x39, 0x26]);
/// ```
pub struct Hasher(Inner);

enum Inner {
    Md5(Md5),
    Other(Box<dyn HttpChecksum>),
}

impl Hasher {
    /// Starts.
    pub fn new(algorithm: Algorithm) -> Self {
        let other = match algorithm {
            Algorithm::Md5 => return Self(Inner::Md5(Md5::new())),
            Algorithm::Crc32 => ChecksumAlgorithm::Crc32,
            Algorithm::Crc32c => ChecksumAlgorithm::Crc32c,
            Algorithm::Crc64Nvme => ChecksumAlgorithm::Crc64Nvme,
            Algorithm::Sha1 => ChecksumAlgorithm::Sha1,
            Algorithm::Sha256 => ChecksumAlgorithm::Sha256,
        };
        Self(Inner::Other(other.into_impl()))
    }

    /// Adds bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            Inner::Md5(md5) => md5.update(bytes),
            Inner::Other(other) => other.update(bytes),
        }
    }

    /// The checksum's bytes, big-endian.
    pub fn finish(self) -> Bytes {
        match self.0 {
            Inner::Md5(md5) => Bytes::copy_from_slice(&md5.finalize()),
            Inner::Other(other) => other.finalize(),
        }
    }
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hasher").finish_non_exhaustive()
    }
}

/// The checksums a request announces.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expected {
    /// Those whose value the headers carry.
    pub values: Vec<(Algorithm, Bytes)>,
    /// The one whose value the trailer will carry (`x-amz-trailer`).
    pub trailer: Option<Algorithm>,
    /// The hash of the whole body, 64 lower-case hexadecimal digits (`x-amz-content-sha256`).
    pub sha256: Option<String>,
}

impl Expected {
    /// Reads `Content-MD5`, `x-amz-checksum-…` and `x-amz-trailer`.
    pub fn from_headers(headers: &HeaderMap) -> Result<Self, Error> {
        let mut expected = Self::default();
        for algorithm in Algorithm::ALL {
            for value in crate::headers::values(headers, algorithm.header()) {
                let bytes = algorithm
                    .decode(value)
                    .ok_or_else(|| invalid_checksum(algorithm.header()))?;
                expected.values.push((algorithm, bytes));
            }
        }
        let flexible = |(algorithm, _): &&(Algorithm, Bytes)| *algorithm != Algorithm::Md5;
        if expected.values.iter().filter(flexible).count() > 1 {
            return Err(Error::new(
                "InvalidRequest",
                400,
                "Expecting a single x-amz-checksum- header. Multiple checksum Types are not \
                 allowed.",
            ));
        }
        if let Some(trailer) = headers.get(TRAILER) {
            let algorithm = trailer
                .to_str()
                .ok()
                .map(str::trim)
                .and_then(Algorithm::of_header);
            expected.trailer =
                Some(algorithm.filter(|a| *a != Algorithm::Md5).ok_or_else(|| {
                    Error::new(
                        "InvalidRequest",
                        400,
                        "The value specified in the x-amz-trailer header is not supported",
                    )
                })?);
        }
        Ok(expected)
    }

    /// Also expects the whole body's SHA-256.
    #[must_use]
    pub fn with_sha256(mut self, hash: impl Into<String>) -> Self {
        self.sha256 = Some(hash.into());
        self
    }
}

/// The checksums of a body that was read to its end, in the order they were asked for.
pub type Computed = Arc<OnceLock<Vec<(Algorithm, Bytes)>>>;

/// A body that fails at its end unless its checksums are as [`Expected`].
#[derive(Debug)]
pub struct VerifiedBody<B> {
    inner: B,
    expected: Expected,
    hashers: Vec<(Algorithm, Hasher)>,
    sha256: Option<Sha256>,
    from_trailer: Option<Bytes>,
    computed: Computed,
    done: bool,
}

impl<B> VerifiedBody<B> {
    /// Wraps a decoded body. `also` names algorithms to compute beside the expected ones, for who
    /// stores the body.
    pub fn new(inner: B, expected: Expected, also: &[Algorithm]) -> Self {
        let mut algorithms: Vec<Algorithm> = Vec::new();
        let announced = expected.values.iter().map(|(algorithm, _)| *algorithm);
        let wanted = announced
            .chain(expected.trailer)
            .chain(also.iter().copied());
        for algorithm in wanted {
            if !algorithms.contains(&algorithm) {
                algorithms.push(algorithm);
            }
        }
        Self {
            inner,
            hashers: algorithms
                .into_iter()
                .map(|algorithm| (algorithm, Hasher::new(algorithm)))
                .collect(),
            sha256: expected.sha256.is_some().then(<Sha256 as Digest>::new),
            expected,
            from_trailer: None,
            computed: Computed::default(),
            done: false,
        }
    }

    /// Where the checksums will be once the body was read to its end and found right.
    pub fn computed(&self) -> Computed {
        Arc::clone(&self.computed)
    }

    fn trailers(&mut self, trailers: &HeaderMap) -> Result<(), BodyError> {
        let Some(algorithm) = self.expected.trailer else {
            return Ok(());
        };
        if let Some(value) = trailers.get(algorithm.header()) {
            let header = algorithm.header();
            let bytes = algorithm
                .decode(value)
                .ok_or(BodyError::InvalidChecksum { header })?;
            self.from_trailer = Some(bytes);
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), BodyError> {
        let computed: Vec<(Algorithm, Bytes)> = std::mem::take(&mut self.hashers)
            .into_iter()
            .map(|(algorithm, hasher)| (algorithm, hasher.finish()))
            .collect();
        if let (Some(declared), Some(hash)) = (&self.expected.sha256, self.sha256.take()) {
            let hash = hex(&hash.finalize());
            if *declared != hash {
                return Err(BodyError::HashMismatch {
                    declared: declared.clone(),
                    computed: hash,
                });
            }
        }
        let check = |algorithm: Algorithm, value: &Bytes| {
            let header = algorithm.header();
            match computed.iter().find(|(known, _)| *known == algorithm) {
                Some((_, right)) if right == value => Ok(()),
                _ => Err(BodyError::BadDigest { header }),
            }
        };
        for (algorithm, value) in &self.expected.values {
            check(*algorithm, value)?;
        }
        if let Some(algorithm) = self.expected.trailer {
            let value = self.from_trailer.as_ref();
            check(algorithm, value.ok_or(BodyError::MalformedTrailer)?)?;
        }
        // The first result stands; a body ends but once.
        let _ = self.computed.set(computed);
        Ok(())
    }
}

impl<B> Body for VerifiedBody<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<BodyError>,
{
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        if this.done {
            return Poll::Ready(None);
        }
        let result = match ready!(Pin::new(&mut this.inner).poll_frame(context)) {
            Some(Ok(frame)) => {
                if let Some(data) = frame.data_ref() {
                    for (_, hasher) in &mut this.hashers {
                        hasher.update(data);
                    }
                    if let Some(sha256) = &mut this.sha256 {
                        sha256.update(data);
                    }
                }
                // Trailers end a body, and not every reader polls for more behind them.
                let checked = frame.trailers_ref().map(|trailers| {
                    this.trailers(trailers)?;
                    this.finish()
                });
                match checked {
                    Some(Err(error)) => Some(Err(error)),
                    Some(Ok(())) => {
                        this.done = true;
                        Some(Ok(frame))
                    }
                    None => Some(Ok(frame)),
                }
            }
            Some(Err(error)) => Some(Err(error.into())),
            None => this.finish().err().map(Err),
        };
        this.done |= !matches!(result, Some(Ok(_)));
        Poll::Ready(result)
    }

    // Never true before the end was polled for: that is where the checksums are compared.
    fn is_end_stream(&self) -> bool {
        self.done
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests;
