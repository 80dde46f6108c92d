//! `Action` and `NotAction`. AWS compares actions without regard to case: both sides are folded first.

use crate::pattern::Pattern;

/// One entry of an `Action` element.
#[derive(Debug, Clone)]
pub(crate) enum ActionPattern {
    /// `*` or `*:*`.
    Any,
    /// A service prefix, which has no wildcards, and a pattern for the name, as one pattern.
    Of(Pattern),
}

/// A compiled `Action` or `NotAction` element.
#[derive(Debug, Clone)]
pub(crate) struct ActionSet {
    pub(crate) negated: bool,
    pub(crate) entries: Box<[ActionPattern]>,
    /// The entries as written.
    pub(crate) written: Box<[Box<str>]>,
}

impl ActionSet {
    pub(crate) fn new(negated: bool, written: Vec<Box<str>>) -> Self {
        let entries = written
            .iter()
            .map(|text| match text.split_once(':') {
                None | Some(("*", "*")) => ActionPattern::Any,
                Some(_) => ActionPattern::Of(Pattern::glob(&text.to_ascii_lowercase())),
            })
            .collect();
        Self {
            negated,
            entries,
            written: written.into(),
        }
    }

    /// Whether the set speaks of a folded action.
    pub(crate) fn matches(&self, action: &str) -> bool {
        let listed = self.entries.iter().any(|entry| match entry {
            ActionPattern::Any => true,
            ActionPattern::Of(pattern) => pattern.matches(action),
        });
        listed != self.negated
    }
}

/// The longest action that is folded without allocating; AWS's longest have about 80 characters.
const INLINE: usize = 96;

/// The action of a request in lower case.
#[derive(Debug)]
pub(crate) enum Folded {
    Inline([u8; INLINE], usize),
    Allocated(String),
}

impl Folded {
    pub(crate) fn new(action: &str) -> Self {
        let mut inline = [0; INLINE];
        match inline.get_mut(..action.len()) {
            Some(bytes) => {
                bytes.copy_from_slice(action.as_bytes());
                bytes.make_ascii_lowercase();
                Self::Inline(inline, action.len())
            }
            None => Self::Allocated(action.to_ascii_lowercase()),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        match self {
            // Folding ASCII keeps a text valid.
            Self::Inline(bytes, length) => std::str::from_utf8(&bytes[..*length]).unwrap_or(""),
            Self::Allocated(text) => text,
        }
    }
}
