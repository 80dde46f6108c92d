//! Names of condition keys, compared without regard to case.

/// A condition key as a policy names it, ready to be looked up.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    text: Box<str>,
    print: u64,
}

impl Key {
    pub(crate) fn new(text: &str) -> Self {
        Self {
            text: text.into(),
            print: print(text),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn print(&self) -> u64 {
        self.print
    }
}

/// A number that is the same for names that differ in case alone, and seldom for others: the length, and the last letters,
/// which is where names differ. It spares most comparisons of texts.
pub(crate) fn print(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let (head, tail) = bytes.split_at(bytes.len().saturating_sub(7));
    let letters = tail
        .iter()
        .fold(0, |sum, byte| sum << 8 | u64::from(byte | 0x20));
    letters << 8 | ((head.len() as u64) & 0xff)
}
