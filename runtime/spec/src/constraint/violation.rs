//! What is wrong with an input, and how a service says so that has an error of its own for it.

use std::fmt;

/// What an input breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violations {
    /// All that is wrong, in the words that most services share.
    pub message: String,
    /// Of the first of them.
    pub first: Kind,
    /// The service's answer to the first, where its shape has one of its own.
    pub refusal: Option<&'static Refusal>,
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// What kind of demand a value breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It must be there.
    Missing,
    /// It is shorter than the least length.
    TooShort,
    /// It is longer than the greatest length.
    TooLong,
    /// It is less than the least value.
    TooSmall,
    /// It is greater than the greatest value.
    TooGreat,
    /// It does not match the pattern.
    Pattern,
    /// It is none of an enum's values.
    Enum,
    /// An element of a list, or an entry of a map, breaks a demand.
    Element,
}

/// A service's own error about inputs that break constraints: one code, and a reason for each kind.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusals {
    /// The error's code, whose HTTP status is 400.
    pub code: &'static str,
    /// The error's member that tells the reason.
    pub member: &'static str,
    /// About [`Kind::Missing`]; so the others.
    pub missing: Refusal,
    /// About [`Kind::TooShort`].
    pub too_short: Refusal,
    /// About [`Kind::TooLong`].
    pub too_long: Refusal,
    /// About [`Kind::TooSmall`].
    pub too_small: Refusal,
    /// About [`Kind::TooGreat`].
    pub too_great: Refusal,
    /// About [`Kind::Pattern`].
    pub pattern: Refusal,
    /// About [`Kind::Enum`].
    pub values: Refusal,
    /// About [`Kind::Element`].
    pub element: Refusal,
}

/// How one kind of violation is answered.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The reason, as the service's model names it.
    pub reason: &'static str,
    /// The message.
    pub sentence: &'static str,
}

impl Refusals {
    /// The answer to a kind of violation.
    pub fn of(&self, kind: Kind) -> &Refusal {
        match kind {
            Kind::Missing => &self.missing,
            Kind::TooShort => &self.too_short,
            Kind::TooLong => &self.too_long,
            Kind::TooSmall => &self.too_small,
            Kind::TooGreat => &self.too_great,
            Kind::Pattern => &self.pattern,
            Kind::Enum => &self.values,
            Kind::Element => &self.element,
        }
    }
}
