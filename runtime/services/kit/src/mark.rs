//! A few bytes that tell what was made here from what was made up.
//!
//! They are no secret and sign nothing: whoever has this code can make them.

use sha2::{Digest, Sha256};

/// How many bytes a mark has.
pub(crate) const BYTES: usize = 6;

/// The mark of a text of one kind.
pub(crate) fn of(kind: &str, text: &[u8]) -> [u8; BYTES] {
    let digest = Sha256::new()
        .chain_update(kind)
        .chain_update([0])
        .chain_update(text)
        .finalize();
    std::array::from_fn(|index| digest[index])
}

/// What follows the mark that the bytes begin with; `None` where they do not begin with one.
pub(crate) fn split(bytes: &[u8]) -> Option<([u8; BYTES], &[u8])> {
    bytes.split_first_chunk().map(|(mark, rest)| (*mark, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_texts_are_told_apart() {
        assert_eq!(of("a", b"bc"), of("a", b"bc"));
        assert_ne!(of("a", b"bc"), of("a", b"bd"));
        assert_ne!(of("a", b"bc"), of("ab", b"c"));
    }

    #[test]
    fn what_is_too_short_has_none() {
        assert_eq!(split(b"short"), None);
        assert_eq!(split(b"enough"), Some((*b"enough", &b""[..])));
    }
}
