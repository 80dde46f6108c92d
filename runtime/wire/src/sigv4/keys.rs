//! Signing keys.

use std::collections::HashMap;
use std::fmt;

use hmac::{Hmac, Mac};
use parking_lot::RwLock;
use sha2::Sha256;

/// How many keys a [`KeyCache`] holds; when it is full it starts anew.
pub const MAX_KEYS: usize = 1_024;

/// A small, bounded store of derived signing keys. Cheap to share between threads.
///
/// A key is four HMACs over the credential scope and changes once a day: deriving it for each
/// request would cost more than verifying the signature.
#[derive(Default)]
pub struct KeyCache {
    keys: RwLock<HashMap<String, Entry>>,
}

struct Entry {
    /// The secret that the key was derived from: the same access key may come to have another.
    secret: String,
    key: SigningKey,
}

/// A signing key, and HMAC begun with it: beginning costs two blocks of SHA-256, as much as a short message.
#[derive(Clone)]
pub(super) struct SigningKey {
    pub(super) bytes: [u8; 32],
    pub(super) mac: Hmac<Sha256>,
}

impl KeyCache {
    /// The signing key of a secret in the scope that `credential` names behind the access key.
    pub(super) fn key(
        &self,
        credential: &str,
        secret: &str,
        date: &str,
        region: &str,
        service: &str,
    ) -> SigningKey {
        if let Some(entry) = self.keys.read().get(credential)
            && entry.secret == secret
        {
            return entry.key.clone();
        }
        let bytes = derive(secret, date, region, service);
        let key = SigningKey {
            mac: hmac(&bytes),
            bytes,
        };
        let mut keys = self.keys.write();
        if keys.len() >= MAX_KEYS {
            keys.clear();
        }
        let entry = Entry {
            secret: secret.to_owned(),
            key: key.clone(),
        };
        keys.insert(credential.to_owned(), entry);
        key
    }
}

impl fmt::Debug for KeyCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyCache")
            .field("keys", &self.keys.read().len())
            .finish()
    }
}

/// HMAC-SHA256, ready for its message.
pub(crate) fn hmac(key: &[u8]) -> Hmac<Sha256> {
    match Hmac::<Sha256>::new_from_slice(key) {
        Ok(mac) => mac,
        // INVARIANT: HMAC takes keys of any length.
        Err(_) => unreachable!("HMAC refuses no key"),
    }
}

fn step(key: &[u8], message: &str) -> [u8; 32] {
    let mut mac = hmac(key);
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().into()
}

/// The signing key ("Create a signed AWS API request", IAM User Guide).
fn derive(secret: &str, date: &str, region: &str, service: &str) -> [u8; 32] {
    let secret = format!("AWS4{secret}");
    let key = step(secret.as_bytes(), date);
    let key = step(&key, region);
    let key = step(&key, service);
    step(&key, "aws4_request")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of "Deriving a signing key", AWS General Reference.
    #[test]
    fn derives_the_documented_key() {
        let key = derive(
            "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            "20150830",
            "us-east-1",
            "iam",
        );
        assert_eq!(
            crate::sigv4::hex(&key),
            "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"
        );
    }

    #[test]
    fn stays_small_and_follows_the_secret() {
        let cache = KeyCache::default();
        for number in 0..MAX_KEYS + 10 {
            cache.key(&number.to_string(), "secret", "20150830", "r", "s");
        }
        assert!(cache.keys.read().len() <= MAX_KEYS);
        let key = |secret| cache.key("AKIA", secret, "20150830", "r", "s").bytes;
        let first = key("one");
        assert_ne!(first, key("two"));
        assert_eq!(first, key("one"));
    }
}
