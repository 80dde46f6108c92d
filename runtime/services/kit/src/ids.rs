//! Ids and secrets in AWS's forms.

pub use stockade_policy::language::is_account_id;

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use rand::RngCore;

const UPPER_ALPHANUMERIC: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// What a unique id names; tells its first four characters.
///
/// From "IAM identifiers", the table of unique id prefixes. Access key ids, which have prefixes of
/// this kind too, are made by [`access_key`](crate::access_key).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UniqueId {
    /// `ABIA`: an STS service bearer token.
    BearerToken,
    /// `ACCA`: a context-specific credential.
    ContextCredential,
    /// `AGPA`: a user group.
    Group,
    /// `AIDA`: a user.
    User,
    /// `AIPA`: an instance profile.
    InstanceProfile,
    /// `ANPA`: a managed policy.
    ManagedPolicy,
    /// `ANVA`: a version of a managed policy.
    ManagedPolicyVersion,
    /// `APKA`: a public key.
    PublicKey,
    /// `AROA`: a role.
    Role,
    /// `ASCA`: a certificate.
    Certificate,
}

impl UniqueId {
    /// The first four characters.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::BearerToken => "ABIA",
            Self::ContextCredential => "ACCA",
            Self::Group => "AGPA",
            Self::User => "AIDA",
            Self::InstanceProfile => "AIPA",
            Self::ManagedPolicy => "ANPA",
            Self::ManagedPolicyVersion => "ANVA",
            Self::PublicKey => "APKA",
            Self::Role => "AROA",
            Self::Certificate => "ASCA",
        }
    }

    /// Draws a new id: the prefix and 17 of `[A-Z0-9]`.
    ///
    /// ```
    /// use stockade_kit::ids::UniqueId;
    /// let id = UniqueId::User.draw();
    /// assert!(id.starts_with("AIDA") && id.len() == 21);
    /// ```
    #[must_use]
    pub fn draw(self) -> String {
        let mut id = String::with_capacity(21);
        id.push_str(self.prefix());
        push_alphanumeric(&mut id, 17);
        id
    }
}

/// Draws a secret access key: 40 characters of base64's alphabet, 240 random bits.
#[must_use]
pub fn secret_access_key() -> String {
    random_base64::<30>()
}

/// Draws a session token: opaque, 144 characters of base64. It carries nothing; whoever issues it
/// keeps what it stands for.
#[must_use]
pub fn session_token() -> String {
    random_base64::<108>()
}

/// Draws a request id: a UUID of version 4 in lower case, the `x-amzn-RequestId` of most services.
#[must_use]
pub fn request_id() -> String {
    let mut bytes = [0; 16];
    rand::rng().fill_bytes(&mut bytes);
    bytes[6] = bytes[6] & 0x0F | 0x40;
    bytes[8] = bytes[8] & 0x3F | 0x80;
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut id = Vec::with_capacity(36);
    for group in [
        &bytes[..4],
        &bytes[4..6],
        &bytes[6..8],
        &bytes[8..10],
        &bytes[10..],
    ] {
        if !id.is_empty() {
            id.push(b'-');
        }
        id.extend(
            group
                .iter()
                .flat_map(|byte| [byte >> 4, byte & 0x0F].map(|digit| DIGITS[usize::from(digit)])),
        );
    }
    // INVARIANT: digits and hyphens are ASCII.
    String::from_utf8(id).unwrap_or_default()
}

/// Draws a request id as S3 writes it: 16 of `[A-Z0-9]`.
#[must_use]
pub fn s3_request_id() -> String {
    let mut id = String::with_capacity(16);
    push_alphanumeric(&mut id, 16);
    id
}

/// Draws an S3 host id (`x-amz-id-2`): 76 characters of base64.
#[must_use]
pub fn s3_host_id() -> String {
    random_base64::<56>()
}

fn push_alphanumeric(out: &mut String, count: usize) {
    const LETTERS: u64 = UPPER_ALPHANUMERIC.len() as u64;
    let mut rng = rand::rng();
    let mut left = count;
    while left > 0 {
        // Eight letters take 42 bits of 64, so that no letter is likelier than another by one in a million.
        let mut bits = rng.next_u64();
        for _ in 0..left.min(8) {
            out.push(char::from(UPPER_ALPHANUMERIC[(bits % LETTERS) as usize]));
            bits /= LETTERS;
        }
        left = left.saturating_sub(8);
    }
}

fn random_base64<const BYTES: usize>() -> String {
    let mut bytes = [0; BYTES];
    rand::rng().fill_bytes(&mut bytes);
    BASE64.encode(bytes)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn unique_ids_have_the_documented_form() {
        let ids: HashSet<String> = (0..1000).map(|_| UniqueId::Role.draw()).collect();
        assert_eq!(ids.len(), 1000);
        for id in ids {
            assert_eq!(id.len(), 21);
            assert!(id.starts_with("AROA"));
            assert!(
                id.bytes()
                    .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
            );
        }
    }

    #[test]
    fn secrets_have_forty_characters_without_padding() {
        let secret = secret_access_key();
        assert_eq!(secret.len(), 40);
        assert!(!secret.contains('='));
        assert_ne!(secret, secret_access_key());
    }

    #[test]
    fn tokens_and_host_ids_are_base64() {
        assert_eq!(BASE64.decode(session_token()).unwrap().len(), 108);
        assert_eq!(s3_host_id().len(), 76);
        assert_eq!(s3_request_id().len(), 16);
    }

    #[test]
    fn request_ids_are_version_4_uuids() {
        let id = request_id();
        let groups: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!(groups, [8, 4, 4, 4, 12]);
        assert_eq!(id.as_bytes()[14], b'4');
        assert!(b"89ab".contains(&id.as_bytes()[19]));
        assert_ne!(id, request_id());
    }

    #[test]
    fn account_ids_are_twelve_digits() {
        assert!(is_account_id("000000000000"));
        assert!(!is_account_id("00000000000"));
        assert!(!is_account_id("00000000000x"));
        assert!(!is_account_id("١٢٣٤٥٦"));
    }
}
