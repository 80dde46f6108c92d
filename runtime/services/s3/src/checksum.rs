//! Checksums of objects and parts ("Checking object integrity in Amazon S3", Amazon S3 User
//! Guide): which one a request wants, and how those of parts become the object's.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use crc_fast::{CrcAlgorithm, checksum_combine};
use serde::{Deserialize, Serialize};
use stockade_s3_api::shapes;
use stockade_spec::Error;
use stockade_wire::checksum::{Algorithm as WireAlgorithm, Hasher};

use crate::errors;

/// The algorithms that objects are stored with here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Algorithm {
    Crc32,
    Crc32c,
    Crc64Nvme,
    Sha1,
    Sha256,
}

impl Algorithm {
    /// What S3 computes when a request names no algorithm.
    pub(crate) const DEFAULT: Self = Self::Crc64Nvme;

    /// The name on the wire.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC32",
            Self::Crc32c => "CRC32C",
            Self::Crc64Nvme => "CRC64NVME",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
        }
    }

    /// The name as S3's messages write it.
    pub(crate) fn lower(self) -> String {
        self.name().to_ascii_lowercase()
    }

    /// The algorithm that a request names.
    pub(crate) fn parse(name: &shapes::ChecksumAlgorithm) -> Result<Self, Error> {
        match name.as_str() {
            "CRC32" => Ok(Self::Crc32),
            "CRC32C" => Ok(Self::Crc32c),
            "CRC64NVME" => Ok(Self::Crc64Nvme),
            "SHA1" => Ok(Self::Sha1),
            "SHA256" => Ok(Self::Sha256),
            _ if matches!(name, shapes::ChecksumAlgorithm::Unknown(_)) => {
                Err(errors::invalid_request(
                    "Checksum algorithm provided is unsupported. Please try again with any of the \
                     valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]",
                ))
            }
            other => Err(errors::header_not_implemented(&format!(
                "x-amz-checksum-{}",
                other.to_ascii_lowercase()
            ))),
        }
    }

    /// The name as shapes have it.
    pub(crate) fn shape(self) -> shapes::ChecksumAlgorithm {
        self.name().into()
    }

    fn wire(self) -> WireAlgorithm {
        match self {
            Self::Crc32 => WireAlgorithm::Crc32,
            Self::Crc32c => WireAlgorithm::Crc32c,
            Self::Crc64Nvme => WireAlgorithm::Crc64Nvme,
            Self::Sha1 => WireAlgorithm::Sha1,
            Self::Sha256 => WireAlgorithm::Sha256,
        }
    }

    pub(crate) fn hasher(self) -> Hasher {
        Hasher::new(self.wire())
    }

    /// Length of a checksum in bytes.
    fn len(self) -> usize {
        match self {
            Self::Crc32 | Self::Crc32c => 4,
            Self::Crc64Nvme => 8,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }

    /// The CRC to combine with; none for hashes.
    fn crc(self) -> Option<CrcAlgorithm> {
        match self {
            Self::Crc32 => Some(CrcAlgorithm::Crc32IsoHdlc),
            Self::Crc32c => Some(CrcAlgorithm::Crc32Iscsi),
            Self::Crc64Nvme => Some(CrcAlgorithm::Crc64Nvme),
            Self::Sha1 | Self::Sha256 => None,
        }
    }

    /// Whether parts' checksums become that of the whole object, or a checksum of checksums, and
    /// whether that is allowed.
    pub(crate) fn is_composite(self, asked: Option<&shapes::ChecksumType>) -> Result<bool, Error> {
        let composite = match asked.map(shapes::ChecksumType::as_str) {
            None => self != Self::Crc64Nvme,
            Some("COMPOSITE") => true,
            Some("FULL_OBJECT") => false,
            Some(_) => {
                return Err(errors::invalid_request(
                    "Value for x-amz-checksum-type header is invalid.",
                ));
            }
        };
        let refused = if composite {
            self == Self::Crc64Nvme
        } else {
            self.crc().is_none()
        };
        if refused {
            return Err(errors::invalid_request(format!(
                "The {} checksum type cannot be used with the {} checksum algorithm.",
                type_name(composite),
                self.lower()
            )));
        }
        Ok(composite)
    }
}

pub(crate) fn type_name(composite: bool) -> &'static str {
    if composite {
        "COMPOSITE"
    } else {
        "FULL_OBJECT"
    }
}

/// A checksum of an object or a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checksum {
    pub(crate) algorithm: Algorithm,
    /// In base64; a composite one ends in `-` and the number of parts.
    pub(crate) value: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) composite: bool,
}

impl Checksum {
    pub(crate) fn full(algorithm: Algorithm, bytes: &[u8]) -> Self {
        Self {
            algorithm,
            value: BASE64.encode(bytes),
            composite: false,
        }
    }

    pub(crate) fn type_shape(&self) -> shapes::ChecksumType {
        type_name(self.composite).into()
    }

    fn bytes(&self) -> Vec<u8> {
        BASE64.decode(&self.value).unwrap_or_default()
    }

    /// The checksum of an object from those of its parts, which have one algorithm; with each
    /// goes the part's length. `None` without parts or of mixed algorithms.
    pub(crate) fn of_parts<'a>(
        composite: bool,
        parts: impl IntoIterator<Item = (&'a Self, u64)>,
    ) -> Option<Self> {
        let mut parts = parts.into_iter().peekable();
        let algorithm = parts.peek()?.0.algorithm;
        let mut count = 0;
        let mut hasher = algorithm.hasher();
        let mut combined = None;
        for (part, len) in parts {
            if part.algorithm != algorithm {
                return None;
            }
            count += 1;
            let bytes = part.bytes();
            if composite {
                hasher.update(&bytes);
            } else {
                let crc = bytes
                    .iter()
                    .fold(0, |sum, byte| sum << 8 | u64::from(*byte));
                combined = Some(match combined {
                    None => crc,
                    Some(before) => checksum_combine(algorithm.crc()?, before, crc, len),
                });
            }
        }
        if composite {
            let value = format!("{}-{count}", BASE64.encode(hasher.finish()));
            return Some(Self {
                algorithm,
                value,
                composite,
            });
        }
        let bytes = combined?.to_be_bytes();
        Some(Self::full(algorithm, bytes.get(8 - algorithm.len()..)?))
    }
}

/// The checksum that a request announces, and what it is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Announced {
    /// Set when the request names an algorithm, by a value or by name.
    pub(crate) algorithm: Option<Algorithm>,
    /// The value that the body must have; one that comes as a trailer is not known yet.
    pub(crate) value: Option<String>,
}

impl Announced {
    /// Reads the request's algorithm and its checksum headers, as [`values!`] collects them.
    pub(crate) fn read(
        named: Option<&shapes::ChecksumAlgorithm>,
        values: Vec<(&'static str, Option<String>)>,
    ) -> Result<Self, Error> {
        let named = named.map(Algorithm::parse).transpose()?;
        let mut given = values
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        let Some((name, value)) = given.next() else {
            return Ok(Self {
                algorithm: named,
                value: None,
            });
        };
        if given.next().is_some() {
            return Err(errors::invalid_request(
                "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
            ));
        }
        let algorithm = Algorithm::parse(&name.into())?;
        if named.is_some_and(|named| named != algorithm) {
            return Err(errors::invalid_request(
                "Value for x-amz-sdk-checksum-algorithm header is invalid.",
            ));
        }
        Ok(Self {
            algorithm: Some(algorithm),
            value: Some(value),
        })
    }

    /// Refuses a value that cannot be a checksum of a body.
    pub(crate) fn check_form(&self) -> Result<(), Error> {
        let (Some(algorithm), Some(value)) = (self.algorithm, &self.value) else {
            return Ok(());
        };
        match BASE64.decode(value) {
            Ok(bytes) if bytes.len() == algorithm.len() => Ok(()),
            _ => Err(invalid_value(algorithm)),
        }
    }

    /// Fails unless the checksum computed is the one announced.
    pub(crate) fn verify(&self, computed: &Checksum) -> Result<(), Error> {
        match &self.value {
            Some(value) if *value != computed.value => Err(mismatch(computed.algorithm)),
            _ => Ok(()),
        }
    }
}

pub(crate) fn invalid_value(algorithm: Algorithm) -> Error {
    errors::invalid_request(format!(
        "Value for x-amz-checksum-{} header is invalid.",
        algorithm.lower()
    ))
}

pub(crate) fn mismatch(algorithm: Algorithm) -> Error {
    Error::new(
        "BadDigest",
        400,
        format!(
            "The {} you specified did not match the calculated checksum.",
            algorithm.name()
        ),
    )
}

/// The checksum members of an input, by algorithm.
macro_rules! values {
    ($input:expr) => {
        vec![
            ("CRC32", $input.checksum_crc32.take()),
            ("CRC32C", $input.checksum_crc32c.take()),
            ("CRC64NVME", $input.checksum_crc64nvme.take()),
            ("SHA1", $input.checksum_sha1.take()),
            ("SHA256", $input.checksum_sha256.take()),
            ("SHA512", $input.checksum_sha512.take()),
            ("MD5", $input.checksum_md5.take()),
            ("XXHASH64", $input.checksum_xxhash64.take()),
            ("XXHASH3", $input.checksum_xxhash3.take()),
            ("XXHASH128", $input.checksum_xxhash128.take()),
        ]
    };
}

/// Sets the member of a shape that a checksum belongs into.
macro_rules! set {
    ($shape:expr, $checksum:expr) => {{
        let checksum: &$crate::checksum::Checksum = $checksum;
        let value = Some(checksum.value.clone());
        match checksum.algorithm {
            $crate::checksum::Algorithm::Crc32 => $shape.checksum_crc32 = value,
            $crate::checksum::Algorithm::Crc32c => $shape.checksum_crc32c = value,
            $crate::checksum::Algorithm::Crc64Nvme => $shape.checksum_crc64nvme = value,
            $crate::checksum::Algorithm::Sha1 => $shape.checksum_sha1 = value,
            $crate::checksum::Algorithm::Sha256 => $shape.checksum_sha256 = value,
        }
    }};
}

pub(crate) use {set, values};

#[cfg(test)]
mod tests;
