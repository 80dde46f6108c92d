//! Long texts inside messages: packed into one word that nobody reads by eye, and opened again.
//!
//! It is packed, not secret: whoever has the word and this code has the text.

use std::io::{Read as _, Write as _};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

use crate::mark;

/// Longest text in bytes that is opened.
pub const MAX_TEXT: usize = 1 << 20;

/// What words are marked as.
const KIND: &str = "sealed text";

/// A word that holds a text.
///
/// ```
/// use stockade_kit::sealed;
///
/// let word = sealed::seal("why it was denied");
/// assert_eq!(sealed::open(&word).as_deref(), Some("why it was denied"));
/// assert_eq!(sealed::open("made-up"), None);
/// ```
#[must_use]
pub fn seal(text: &str) -> String {
    let mut bytes = mark::of(KIND, text.as_bytes()).to_vec();
    let mut encoder = DeflateEncoder::new(&mut bytes, Compression::default());
    // Writing into a vector does not fail.
    let written = encoder.write_all(text.as_bytes());
    debug_assert!(written.is_ok());
    drop(encoder);
    BASE64.encode(bytes)
}

/// The text that [`seal`] put in; `None` for every other word.
#[must_use]
pub fn open(word: &str) -> Option<String> {
    let bytes = BASE64.decode(word).ok()?;
    let (expected, packed) = mark::split(&bytes)?;
    let mut text = String::new();
    DeflateDecoder::new(packed)
        .take(MAX_TEXT as u64)
        .read_to_string(&mut text)
        .ok()?;
    (expected == mark::of(KIND, text.as_bytes())).then_some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn texts_are_opened_again(text in any::<String>()) {
            prop_assert_eq!(open(&seal(&text)), Some(text));
        }

        #[test]
        fn other_words_are_refused(word in "[A-Za-z0-9_-]{0,80}") {
            prop_assert_eq!(open(&word), None);
        }
    }

    #[test]
    fn what_was_changed_is_refused() {
        let word = seal("allow");
        let changed: String = word.chars().rev().collect();
        assert_eq!(open(&changed), None);
    }
}
