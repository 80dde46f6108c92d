//! What a model demands of values beyond their types: lengths, ranges, patterns, enums.
//!
//! smithy-rs's schemas are made for clients and carry none of this. The generator therefore writes
//! a graph of [`Shape`]s of its own beside an operation's input, and whoever visits the input through
//! its schemas finds a member's demands by the member's index. What demands nothing, neither itself
//! nor in what it holds, is left out of the graph. That a member must be there is not in it either:
//! a required member's absence is found while the input is read.
//!
//! ```
//! use stockade_spec::constraint::{Bounds, Member, Pattern, Shape, Within};
//!
//! static NAME: Shape = Shape {
//!     bounds: Bounds::Length { min: Some(1), max: Some(64) },
//!     pattern: Some(&NAME_PATTERN),
//!     ..Shape::ANY
//! };
//! static NAME_PATTERN: Pattern = Pattern::new(r"[\w+=,.@-]+").as_regex("[[a-zA-Z0-9_]+=,.@-]+");
//! static CREATE_USER_REQUEST: Shape = Shape {
//!     within: Within::Members(&[Member::new(3, &NAME)]),
//!     ..Shape::ANY
//! };
//!
//! assert!(NAME_PATTERN.matches("alice@example.com"));
//! assert!(!NAME_PATTERN.matches("alice smith"));
//! assert!(CREATE_USER_REQUEST.member(3).is_some());
//! ```

#[cfg(test)]
mod tests;
mod violation;

use std::sync::OnceLock;

use fancy_regex::RegexBuilder;

pub use self::violation::{Kind, Refusal, Refusals, Violations};
pub use fancy_regex::Regex;

/// Largest compiled pattern in bytes; some models repeat a class tens of thousands of times.
const COMPILED_LIMIT: usize = 4 * 1024 * 1024;

/// Most steps that a pattern with look-around may go back; all others need none.
const BACKTRACK_LIMIT: usize = 100_000;

/// What a model demands of a shape's values, and of what they hold.
#[derive(Debug)]
pub struct Shape {
    /// How long or how great.
    pub bounds: Bounds,
    /// What a string must look like.
    pub pattern: Option<&'static Pattern>,
    /// The values of an enum, in the model's order; empty if it is none.
    pub values: &'static [&'static str],
    /// The value, or something in it, must not be repeated in messages.
    pub sensitive: bool,
    /// The service's answer to whatever is wrong with the value itself, where it has one of its own.
    pub refusal: Option<&'static Refusal>,
    /// What is demanded of members, elements or entries.
    pub within: Within,
}

/// A least and a greatest length or value; both belong to what is allowed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bounds {
    /// None.
    No,
    /// Of the length of a string in characters, a blob in bytes, a list or map in entries.
    Length {
        /// The least.
        min: Option<u64>,
        /// The greatest.
        max: Option<u64>,
    },
    /// Of an integer.
    Integer {
        /// The least.
        min: Option<i64>,
        /// The greatest.
        max: Option<i64>,
    },
    /// Of a number with fractions.
    Number {
        /// The least.
        min: Option<f64>,
        /// The greatest.
        max: Option<f64>,
    },
}

/// What is demanded of that which a value holds.
#[derive(Debug)]
pub enum Within {
    /// Nothing.
    Nothing,
    /// The members of a structure or union that have demands, sorted by index.
    Members(&'static [Member]),
    /// The elements of a list.
    Elements(&'static Shape),
    /// The entries of a map.
    Entries {
        /// Its keys.
        keys: Option<&'static Shape>,
        /// Its values.
        values: Option<&'static Shape>,
    },
}

/// A member with demands.
#[derive(Debug)]
pub struct Member {
    /// The member's index in its structure's schema.
    pub index: u16,
    /// What is demanded of it.
    pub shape: &'static Shape,
}

impl Member {
    /// The member with this index.
    pub const fn new(index: u16, shape: &'static Shape) -> Self {
        Self { index, shape }
    }
}

impl Shape {
    /// No demands; the start of an update expression.
    pub const ANY: Self = Self {
        bounds: Bounds::No,
        pattern: None,
        values: &[],
        sensitive: false,
        refusal: None,
        within: Within::Nothing,
    };

    /// What is demanded of the member with this index.
    pub fn member(&self, index: usize) -> Option<&'static Shape> {
        let Within::Members(members) = self.within else {
            return None;
        };
        let at = members
            .binary_search_by(|member| usize::from(member.index).cmp(&index))
            .ok()?;
        Some(members[at].shape)
    }
}

/// A regular expression that a whole string must match.
#[derive(Debug)]
pub struct Pattern {
    /// As the model writes it.
    pub text: &'static str,
    /// The service's own sentence about a string that does not match, `{member}` standing for the
    /// member's name; where there is none, it is AWS's usual one, with the pattern.
    pub sentence: Option<&'static str>,
    regex: &'static str,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// A pattern that means in the `fancy-regex` crate what it means in the model.
    pub const fn new(text: &'static str) -> Self {
        Self {
            text,
            sentence: None,
            regex: text,
            compiled: OnceLock::new(),
        }
    }

    /// With the same in the crate's dialect, where the model's is another.
    #[must_use]
    pub const fn as_regex(mut self, regex: &'static str) -> Self {
        self.regex = regex;
        self
    }

    /// With the service's own sentence.
    #[must_use]
    pub const fn saying(mut self, sentence: &'static str) -> Self {
        self.sentence = Some(sentence);
        self
    }

    /// Whether the whole text matches. What takes too many steps back does not, and nothing matches
    /// a pattern that does not compile; the generator lets none through.
    pub fn matches(&self, text: &str) -> bool {
        self.compiled
            .get_or_init(|| compile(self.regex).ok())
            .as_ref()
            .is_some_and(|regex| regex.is_match(text).unwrap_or(false))
    }
}

/// Compiles a pattern in the crate's dialect, to match whole texts.
///
/// # Errors
///
/// What the crate does not understand.
pub fn compile(regex: &str) -> Result<Regex, fancy_regex::Error> {
    RegexBuilder::new(&format!(r"\A(?:{regex})\z"))
        .delegate_size_limit(COMPILED_LIMIT)
        .backtrack_limit(BACKTRACK_LIMIT)
        .build()
}
