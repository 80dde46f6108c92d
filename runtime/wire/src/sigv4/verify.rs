//! Verification.

use std::time::SystemTime;

use hmac::Mac;
use sha2::{Digest, Sha256};

use super::{
    KeyCache, Kind, MAX_SKEW, Parts, Presented, SignatureError, SigningContext, canonical, clock,
};
use crate::Dialect;

/// The services, by signing name, whose clients sign the path as it is: S3 and what stands before
/// it.
const PLAIN_PATHS: [&str; 4] = ["s3", "s3-outposts", "s3-object-lambda", "s3express"];

/// Whether the service's clients sign the path as it is; all others normalise it and encode it once
/// more.
pub fn signs_plain_path(signing_name: &str) -> bool {
    PLAIN_PATHS.contains(&signing_name)
}

/// The hash of a body, 64 lower-case hexadecimal digits.
pub fn body_hash(body: &[u8]) -> String {
    hex(&Sha256::digest(body))
}

/// Verifies a signature. `payload_hash` is the canonical request's last line: the body's
/// [`body_hash`], or the `x-amz-content-sha256` header's value (`UNSIGNED-PAYLOAD` for a presigned
/// S3 URL without one).
///
/// Whether the hash is the body's is the caller's to check; so are the session token and whether
/// the key is active.
pub fn verify(
    presented: &Presented<'_>,
    secret: &str,
    parts: &Parts<'_>,
    payload_hash: &str,
    now: SystemTime,
    dialect: &Dialect<'_>,
    keys: &KeyCache,
) -> Result<SigningContext, SignatureError> {
    check_time(presented, clock::seconds(now), dialect)?;
    check_headers(presented, parts, dialect)?;
    let plain_path = dialect.s3 || signs_plain_path(presented.service);
    let canonical = canonical::request(presented, parts, payload_hash, plain_path);
    let string_to_sign = [
        "AWS4-HMAC-SHA256",
        &presented.timestamp,
        presented.scope,
        &hex(&Sha256::digest(&canonical)),
    ]
    .join("\n");
    let key = keys.key(
        presented.credential,
        secret,
        presented.date,
        presented.region,
        presented.service,
    );
    let mut mac = key.mac;
    mac.update(string_to_sign.as_bytes());
    let matches = unhex(presented.signature).is_some_and(|given| mac.verify_slice(&given).is_ok());
    if !matches {
        return Err(SignatureError::Mismatch {
            access_key: presented.access_key.to_owned(),
            signature: presented.signature.to_owned(),
            string_to_sign,
            canonical_request: String::from_utf8_lossy(&canonical).into_owned(),
        });
    }
    Ok(SigningContext {
        key: key.bytes,
        timestamp: presented.timestamp.to_string(),
        scope: presented.scope.to_owned(),
        seed: presented.signature.to_owned(),
    })
}

fn check_time(
    presented: &Presented<'_>,
    now: i64,
    dialect: &Dialect<'_>,
) -> Result<(), SignatureError> {
    let signed = presented.signed_at;
    let early = signed > now + MAX_SKEW;
    if presented.kind == Kind::Query {
        let expires = i64::from(presented.expires.unwrap_or(MAX_SKEW as u32));
        return match (early, signed + expires < now) {
            (false, false) => Ok(()),
            (true, _) if dialect.s3 => Err(SignatureError::NotYetValid),
            (_, true) if dialect.s3 => Err(SignatureError::PresignExpired {
                seconds: expires,
                at: clock::extended(signed + expires),
                now: clock::extended(now),
            }),
            (true, _) => Err(early_error(signed, now)),
            (false, true) => Err(SignatureError::Expired(format!(
                "Signature expired: {} is now earlier than {} ({} - {} min.)",
                presented.timestamp,
                clock::basic(now - expires),
                clock::basic(now),
                expires / 60
            ))),
        };
    }
    let late = signed < now - MAX_SKEW;
    match (early, late) {
        (false, false) => Ok(()),
        _ if dialect.s3 => Err(SignatureError::TooSkewed {
            request: presented.timestamp.to_string(),
            now: clock::extended(now),
        }),
        (true, _) => Err(early_error(signed, now)),
        (false, true) => Err(SignatureError::Expired(format!(
            "Signature expired: {} is now earlier than {} ({} - 15 min.)",
            presented.timestamp,
            clock::basic(now - MAX_SKEW),
            clock::basic(now)
        ))),
    }
}

fn early_error(signed: i64, now: i64) -> SignatureError {
    SignatureError::Expired(format!(
        "Signature not yet current: {} is still later than {} ({} + 15 min.)",
        clock::basic(signed),
        clock::basic(now + MAX_SKEW),
        clock::basic(now)
    ))
}

/// What must be signed: the host, and for S3 every `x-amz-` header.
fn check_headers(
    presented: &Presented<'_>,
    parts: &Parts<'_>,
    dialect: &Dialect<'_>,
) -> Result<(), SignatureError> {
    let signed = |name: &str| presented.signed_names().any(|known| known == name);
    if !signed("host") && !signed(":authority") {
        return Err(if dialect.s3 {
            SignatureError::NotSigned(vec!["host".to_owned()])
        } else {
            SignatureError::HostNotSigned
        });
    }
    if !dialect.s3 {
        return Ok(());
    }
    let unsigned: Vec<String> = parts
        .headers
        .keys()
        .map(http::HeaderName::as_str)
        .filter(|name| name.starts_with("x-amz-") && !signed(name))
        .map(str::to_owned)
        .collect();
    if unsigned.is_empty() {
        Ok(())
    } else {
        Err(SignatureError::NotSigned(unsigned))
    }
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut out = vec![0; bytes.len() * 2];
    for (pair, byte) in out.chunks_exact_mut(2).zip(bytes) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
    // INVARIANT: digits are ASCII.
    String::from_utf8(out).unwrap_or_default()
}

/// The bytes of 64 lower-case hexadecimal digits.
pub(crate) fn unhex(text: &str) -> Option<[u8; 32]> {
    let digits = text.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let mut out = [0; 32];
    // All digits are read before any is refused, so that there is no branch for each.
    let mut wrong = 0;
    for (byte, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
        let (high, low) = (VALUES[usize::from(pair[0])], VALUES[usize::from(pair[1])]);
        wrong |= high | low;
        *byte = high << 4 | low;
    }
    (wrong < 16).then_some(out)
}

/// The values of lower-case hexadecimal digits, and 255 for every other byte.
static VALUES: [u8; 256] = {
    let mut values = [u8::MAX; 256];
    let mut value = 0;
    while value < 16 {
        values[b"0123456789abcdef"[value] as usize] = value as u8;
        value += 1;
    }
    values
};
