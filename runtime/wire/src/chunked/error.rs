//! Why a body is refused while it is read.

use std::fmt;

use stockade_spec::Error;

use crate::Dialect;
use crate::sigv4::SignatureError;

/// Why a body is refused while it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BodyError {
    /// The body ended before it was complete, or is not of the length it announced.
    Incomplete,
    /// The chunks cannot be told apart.
    Malformed,
    /// The trailer cannot be read, or is not the announced one.
    MalformedTrailer,
    /// A chunk's or the trailer's signature is another.
    SignatureMismatch,
    /// `Content-MD5` or a checksum is another; the header's name.
    BadDigest {
        /// The header that carries the checksum, for example `x-amz-checksum-crc32`.
        header: &'static str,
    },
    /// The checksum of a header or trailer is none; the header's name.
    InvalidChecksum {
        /// The header that carries the checksum.
        header: &'static str,
    },
    /// The body is not of the hash that `x-amz-content-sha256` declares.
    HashMismatch {
        /// The header's value.
        declared: String,
        /// The body's hash.
        computed: String,
    },
    /// The connection failed; the reason.
    Connection(String),
}

impl BodyError {
    /// Finds the body error that an error wraps, through its sources.
    pub fn find<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a Self> {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(found) = error.downcast_ref::<Self>() {
                return Some(found);
            }
            // An I/O error names its cause's source, not its cause, as its own.
            next = match error
                .downcast_ref::<std::io::Error>()
                .and_then(|io| io.get_ref())
            {
                Some(cause) => Some(cause),
                None => error.source(),
            };
        }
        None
    }

    /// S3's answer ("Error responses", Amazon S3 API Reference).
    pub fn to_error(&self) -> Error {
        match self {
            Self::Incomplete | Self::Connection(_) => Error::new(
                "IncompleteBody",
                400,
                "You did not provide the number of bytes specified by the Content-Length HTTP \
                 header",
            ),
            Self::Malformed => Error::new(
                "IncompleteBody",
                400,
                "The request body terminated unexpectedly",
            ),
            Self::MalformedTrailer => Error::new(
                "MalformedTrailerError",
                400,
                "The request contained trailing data that was not well-formed or did not conform \
                 to our published schema.",
            ),
            Self::SignatureMismatch => Error::new(
                "SignatureDoesNotMatch",
                403,
                "The request signature we calculated does not match the signature you provided. \
                 Check your key and signing method.",
            ),
            Self::BadDigest { header } if *header == "content-md5" => Error::new(
                "BadDigest",
                400,
                "The Content-MD5 you specified did not match what we received.",
            ),
            Self::BadDigest { header } => Error::new(
                "BadDigest",
                400,
                format!(
                    "The {} you specified did not match the calculated checksum.",
                    header
                        .trim_start_matches("x-amz-checksum-")
                        .to_ascii_uppercase()
                ),
            ),
            Self::InvalidChecksum { header } => invalid_checksum(header),
            Self::HashMismatch { declared, computed } => SignatureError::HashMismatch {
                declared: declared.clone(),
                computed: computed.clone(),
            }
            .into_error(&Dialect::s3()),
        }
    }
}

/// S3's answer to a checksum that is none.
pub(crate) fn invalid_checksum(header: &str) -> Error {
    if header == "content-md5" {
        return Error::new(
            "InvalidDigest",
            400,
            "The Content-MD5 you specified is not valid.",
        );
    }
    Error::new(
        "InvalidRequest",
        400,
        format!("Value for {header} header is invalid."),
    )
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Incomplete => f.write_str("the body is incomplete"),
            Self::Malformed => f.write_str("the body's chunks are malformed"),
            Self::MalformedTrailer => f.write_str("the body's trailer is malformed"),
            Self::SignatureMismatch => f.write_str("a chunk's signature does not match"),
            Self::BadDigest { header } => write!(f, "{header} does not match the body"),
            Self::InvalidChecksum { header } => write!(f, "{header} is no checksum"),
            Self::HashMismatch { .. } => f.write_str("the body is not of the declared hash"),
            Self::Connection(reason) => write!(f, "the connection failed: {reason}"),
        }
    }
}

impl std::error::Error for BodyError {}
