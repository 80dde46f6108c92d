//! Checksums of bodies ("Checking object integrity in Amazon S3", Amazon S3 User Guide).

use bytes::Bytes;
use http::HeaderMap;
use stockade_spec::Error;

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
    /// The algorithm a header name stands for: `x-amz-checksum-…` or `content-md5`.
    pub fn of_header(name: &str) -> Option<Self> {
        let _ = name;
        todo!()
    }

    /// The header that carries the checksum.
    pub fn header(self) -> &'static str {
        todo!()
    }

    /// The value of `x-amz-checksum-algorithm` and `x-amz-sdk-checksum-algorithm`.
    pub fn name(self) -> &'static str {
        todo!()
    }
}

/// Computes one checksum.
pub struct Hasher {}

impl Hasher {
    /// Starts.
    pub fn new(algorithm: Algorithm) -> Self {
        let _ = algorithm;
        todo!()
    }

    /// Adds bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        let _ = bytes;
    }

    /// The checksum's bytes, big-endian.
    pub fn finish(self) -> Bytes {
        todo!()
    }
}

/// The checksums a request announces.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expected {
    /// Those whose value the headers carry.
    pub values: Vec<(Algorithm, Bytes)>,
    /// The one whose value the trailer will carry (`x-amz-trailer`).
    pub trailer: Option<Algorithm>,
}

impl Expected {
    /// Reads `Content-MD5`, `x-amz-checksum-…` and `x-amz-trailer`.
    pub fn from_headers(headers: &HeaderMap) -> Result<Self, Error> {
        let _ = headers;
        todo!()
    }
}

/// A body that fails at its end unless its checksums are as [`Expected`].
#[derive(Debug)]
pub struct VerifiedBody<B> {
    inner: B,
}

impl<B: http_body::Body<Data = Bytes>> VerifiedBody<B> {
    /// Wraps a decoded body.
    pub fn new(inner: B, expected: Expected) -> Self {
        let _ = expected;
        Self { inner }
    }
}
