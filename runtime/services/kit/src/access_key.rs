//! Access key ids: 20 characters that tell what kind of key it is and whose.
//!
//! The 16 characters after the prefix are base32 for 80 bits. AWS's layout, as published for keys
//! issued since 2019: one set bit, the account number in 40 bits, and 39 bits of its own. Of those
//! 39, Stockade makes 24 random and uses 15 as a check over the rest, so that a key that it issued
//! and then deleted, let expire or forgot is told by its form from a stranger's.
//!
//! The check is no secret and protects nothing: it only tells apart. A stranger's key passes with
//! a probability of 1 in 32,768 (less if it is no base32, or carries no account, as the example
//! keys of AWS's documentation). 24 random bits repeat: a service that issues keys must look
//! whether the key is taken, and draw again.

use rand::RngCore;
use sha2::{Digest, Sha256};

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const LEN: usize = 20;
const PREFIX_LEN: usize = 4;

const ISSUED_WITH_ACCOUNT: u128 = 1 << 79;
const ACCOUNT_SHIFT: u32 = 39;
const ACCOUNT_MASK: u128 = (1 << 40) - 1;
const MAX_ACCOUNT: u128 = 999_999_999_999;
const RANDOM_MASK: u128 = (1 << 24) - 1;
const CHECK_BITS: u32 = 15;
const CHECK_MASK: u128 = (1 << CHECK_BITS) - 1;
const CHECK_DOMAIN: &[u8] = b"stockade access key id, check 1";

/// What an access key is good for; tells its first four characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `AKIA`: a long-term key of a user or of an account's root.
    LongTerm,
    /// `ASIA`: a temporary key, which comes with a session token.
    Temporary,
}

impl Kind {
    /// The first four characters.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::LongTerm => "AKIA",
            Self::Temporary => "ASIA",
        }
    }
}

/// Draws a new access key id for an account.
///
/// `None` if `account` is not twelve digits.
///
/// ```
/// use stockade_kit::access_key::{self, Kind};
///
/// let key = access_key::encode("123456789012", Kind::LongTerm, &mut rand::rng()).unwrap();
/// assert!(key.starts_with("AKIA") && key.len() == 20);
/// assert_eq!(access_key::account_of(&key).as_deref(), Some("123456789012"));
/// assert!(access_key::is_issued(&key));
/// ```
#[must_use]
pub fn encode(account: &str, kind: Kind, rng: &mut impl RngCore) -> Option<String> {
    if !crate::ids::is_account_id(account) {
        return None;
    }
    let account: u128 = account.parse().ok()?;
    let random = u128::from(rng.next_u32()) & RANDOM_MASK;
    let checked =
        (ISSUED_WITH_ACCOUNT | account << ACCOUNT_SHIFT | random << CHECK_BITS) & !CHECK_MASK;
    let bits = checked | check(kind, checked);

    let mut key = String::with_capacity(LEN);
    key.push_str(kind.prefix());
    for place in (0..LEN - PREFIX_LEN).rev() {
        let digit = (bits >> (5 * place)) & 31;
        key.push(char::from(ALPHABET[digit as usize]));
    }
    Some(key)
}

/// The account in an access key id, twelve digits; whoever issued it.
///
/// `None` for what is no access key id, and for keys of the form that carries no account.
#[must_use]
pub fn account_of(key: &str) -> Option<String> {
    decode(key).map(|(_, bits)| format!("{:012}", account_number(bits)))
}

/// Whether Stockade issued this access key id, ever and anywhere.
#[must_use]
pub fn is_issued(key: &str) -> bool {
    decode(key).is_some_and(|(kind, bits)| check(kind, bits & !CHECK_MASK) == bits & CHECK_MASK)
}

/// The kind that an access key id's first four characters tell, if it has the right length and
/// alphabet (`[A-Z0-9]`, which is wider than base32).
#[must_use]
pub fn kind_of(key: &str) -> Option<Kind> {
    if key.len() != LEN {
        return None;
    }
    let (prefix, rest) = key.split_at_checked(PREFIX_LEN)?;
    let kind = match prefix {
        "AKIA" => Kind::LongTerm,
        "ASIA" => Kind::Temporary,
        _ => return None,
    };
    rest.bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        .then_some(kind)
}

fn decode(key: &str) -> Option<(Kind, u128)> {
    let kind = kind_of(key)?;
    let mut bits = 0;
    for byte in key.bytes().skip(PREFIX_LEN) {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'2'..=b'7' => byte - b'2' + 26,
            _ => return None,
        };
        bits = bits << 5 | u128::from(digit);
    }
    (bits & ISSUED_WITH_ACCOUNT != 0 && account_number(bits) <= MAX_ACCOUNT).then_some((kind, bits))
}

fn account_number(bits: u128) -> u128 {
    bits >> ACCOUNT_SHIFT & ACCOUNT_MASK
}

fn check(kind: Kind, checked: u128) -> u128 {
    let digest = Sha256::new()
        .chain_update(CHECK_DOMAIN)
        .chain_update(kind.prefix())
        .chain_update(checked.to_be_bytes())
        .finalize();
    u128::from(u16::from_be_bytes([digest[0], digest[1]])) & CHECK_MASK
}

#[cfg(test)]
mod tests;
