//! Signatures of chunks and trailers.

use hmac::Mac;
use sha2::{Digest, Sha256};

use super::BodyError;
use crate::sigv4::{SigningContext, hex, hmac, unhex};

/// The hash of no bytes: chunks have no headers of their own.
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Follows the chain of signatures, each of which covers the one before it.
#[derive(Debug)]
pub(super) struct Signer {
    context: SigningContext,
    /// The signature that the next one covers.
    previous: String,
    /// The signature of the chunk at hand.
    claimed: [u8; 32],
    hash: Sha256,
    trailers: Sha256,
}

impl Signer {
    pub(super) fn new(context: SigningContext) -> Self {
        Self {
            previous: context.seed.clone(),
            context,
            claimed: [0; 32],
            hash: Sha256::new(),
            trailers: Sha256::new(),
        }
    }

    pub(super) fn begin_chunk(&mut self, signature: &str) -> Result<(), BodyError> {
        self.claimed = unhex(signature).ok_or(BodyError::SignatureMismatch)?;
        Ok(())
    }

    pub(super) fn update(&mut self, data: &[u8]) {
        self.hash.update(data);
    }

    pub(super) fn end_chunk(&mut self) -> Result<(), BodyError> {
        let hash = hex(&std::mem::take(&mut self.hash).finalize());
        let claimed = self.claimed;
        self.check("AWS4-HMAC-SHA256-PAYLOAD", &[EMPTY, &hash], &claimed)
    }

    pub(super) fn trailer(&mut self, name: &str, value: &str) {
        for part in [name, ":", value, "\n"] {
            self.trailers.update(part.as_bytes());
        }
    }

    pub(super) fn end_trailer(&mut self, signature: &str) -> Result<(), BodyError> {
        let claimed = unhex(signature).ok_or(BodyError::SignatureMismatch)?;
        let hash = hex(&std::mem::take(&mut self.trailers).finalize());
        self.check("AWS4-HMAC-SHA256-TRAILER", &[&hash], &claimed)
    }

    fn check(
        &mut self,
        algorithm: &str,
        hashes: &[&str],
        claimed: &[u8; 32],
    ) -> Result<(), BodyError> {
        let context = &self.context;
        let mut mac = hmac(&context.key);
        for part in [
            algorithm,
            &context.timestamp,
            &context.scope,
            &self.previous,
        ] {
            mac.update(part.as_bytes());
            mac.update(b"\n");
        }
        mac.update(hashes.join("\n").as_bytes());
        mac.verify_slice(claimed)
            .map_err(|_| BodyError::SignatureMismatch)?;
        self.previous = hex(claimed);
        Ok(())
    }
}
