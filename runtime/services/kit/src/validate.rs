//! Constraint checks in the words that AWS services generate from their models:
//! `1 validation error detected: Value 'x y' at 'userName' failed to satisfy constraint: Member must
//! satisfy regular expression pattern: [\w+=,.@-]+`.
//!
//! The generator emits a [`Constraint`] for each constrained member. A handler, or whatever walks
//! a decoded input, offers values to [`Violations`] and wraps its message in the service's error
//! (`ValidationError`, `ValidationException`, …).

mod pattern;

use std::fmt::{self, Display, Write};

pub use self::pattern::{is_expressible, matches};

/// What a model demands of a member.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Constraint {
    /// Least value of a number, least length of a string (characters), blob (bytes), list or map.
    pub min: Option<i64>,
    /// Greatest value or length, as for `min`.
    pub max: Option<i64>,
    /// A pattern as the model writes it, which must match the whole string.
    pub pattern: Option<&'static str>,
    /// The values of an enum; empty if it is none.
    pub values: &'static [&'static str],
    /// The member must be there.
    pub required: bool,
    /// The value must not be repeated in messages.
    pub sensitive: bool,
}

impl Constraint {
    /// No demands; the start of an update expression, in constants too.
    pub const NONE: Self = Self {
        min: None,
        max: None,
        pattern: None,
        values: &[],
        required: false,
        sensitive: false,
    };
}

/// What each message begins a broken demand with.
#[derive(Clone, Copy)]
enum Demand {
    NotNull,
    MaxLength(i64),
    MinLength(i64),
    MaxValue(i64),
    MinValue(i64),
    Pattern(&'static str),
    Values(&'static [&'static str]),
}

impl Display for Demand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotNull => f.write_str("Member must not be null"),
            Self::MaxLength(max) => {
                write!(f, "Member must have length less than or equal to {max}")
            }
            Self::MinLength(min) => {
                write!(f, "Member must have length greater than or equal to {min}")
            }
            Self::MaxValue(max) => write!(f, "Member must have value less than or equal to {max}"),
            Self::MinValue(min) => {
                write!(f, "Member must have value greater than or equal to {min}")
            }
            Self::Pattern(pattern) => {
                write!(
                    f,
                    "Member must satisfy regular expression pattern: {pattern}"
                )
            }
            Self::Values(values) => {
                write!(
                    f,
                    "Member must satisfy enum value set: [{}]",
                    values.join(", ")
                )
            }
        }
    }
}

/// Collects what is wrong with an input, member by member.
///
/// Paths are written as in the messages: members in lower camel case joined by dots, list items
/// counted from 1 (`tags.1.member.key`).
///
/// ```
/// use stockade_kit::validate::{Constraint, Violations};
///
/// const USER_NAME: Constraint = Constraint {
///     min: Some(1),
///     max: Some(64),
///     pattern: Some(r"[\w+=,.@-]+"),
///     required: true,
///     ..Constraint::NONE
/// };
/// let mut violations = Violations::new();
/// violations.text("userName", Some("a b"), &USER_NAME);
/// violations.text("newUserName", None, &USER_NAME);
/// assert_eq!(
///     violations.finish().unwrap_err(),
///     "2 validation errors detected: Value 'a b' at 'userName' failed to satisfy constraint: \
///      Member must satisfy regular expression pattern: [\\w+=,.@-]+; Value null at 'newUserName' \
///      failed to satisfy constraint: Member must not be null",
/// );
/// ```
#[derive(Debug, Default)]
pub struct Violations {
    messages: Vec<String>,
}

impl Violations {
    /// None so far.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Offers a string or enum.
    pub fn text(&mut self, path: &str, value: Option<&str>, constraint: &Constraint) {
        let Some(value) = value else {
            return self.missing(path, constraint);
        };
        for demand in broken_by_text(value, constraint) {
            self.add(path, &value, constraint, demand);
        }
    }

    /// Offers an integer.
    pub fn number(&mut self, path: &str, value: Option<i64>, constraint: &Constraint) {
        let Some(value) = value else {
            return self.missing(path, constraint);
        };
        let (above, below) = outside(value, constraint);
        let demands = [above.map(Demand::MaxValue), below.map(Demand::MinValue)];
        for demand in demands.into_iter().flatten() {
            self.add(path, &value, constraint, demand);
        }
    }

    /// Offers what has a length: a list, map or blob. `shown` is how the message writes it, as
    /// `[a, b]` or `{a=b}`.
    pub fn length(
        &mut self,
        path: &str,
        length: Option<usize>,
        shown: &dyn Display,
        constraint: &Constraint,
    ) {
        let Some(length) = length else {
            return self.missing(path, constraint);
        };
        for demand in broken_length(length, constraint) {
            self.add(path, shown, constraint, demand);
        }
    }

    /// Offers the strings of a list to the constraint that each of them must satisfy. They share
    /// one message, which lists all demands.
    pub fn elements<S: AsRef<str>>(&mut self, path: &str, items: &[S], constraint: &Constraint) {
        if items
            .iter()
            .all(|item| broken_by_text(item.as_ref(), constraint).is_empty())
        {
            return;
        }
        let demands: Vec<String> = [
            constraint.max.map(Demand::MaxLength),
            constraint.min.map(Demand::MinLength),
            constraint.pattern.map(Demand::Pattern),
            (!constraint.values.is_empty()).then_some(Demand::Values(constraint.values)),
            constraint.required.then_some(Demand::NotNull),
        ]
        .into_iter()
        .flatten()
        .map(|demand| demand.to_string())
        .collect();
        let shown: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
        self.add(
            path,
            &format_args!("[{}]", shown.join(", ")),
            constraint,
            format_args!("Member must satisfy constraint: [{}]", demands.join(", ")),
        );
    }

    /// Whether nothing was wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// The message, if anything was wrong.
    ///
    /// # Errors
    ///
    /// `N validation error(s) detected: …`, all of them joined.
    pub fn finish(self) -> Result<(), String> {
        match self.messages.len() {
            0 => Ok(()),
            1 => Err(format!("1 validation error detected: {}", self.messages[0])),
            count => Err(format!(
                "{count} validation errors detected: {}",
                self.messages.join("; ")
            )),
        }
    }

    fn missing(&mut self, path: &str, constraint: &Constraint) {
        if constraint.required {
            self.messages.push(format!(
                "Value null at '{path}' failed to satisfy constraint: {}",
                Demand::NotNull
            ));
        }
    }

    fn add(
        &mut self,
        path: &str,
        value: &dyn Display,
        constraint: &Constraint,
        demand: impl Display,
    ) {
        let mut message = String::from("Value ");
        if !constraint.sensitive {
            // Writing to a string does not fail.
            let _ = write!(message, "'{value}' ");
        }
        let _ = write!(
            message,
            "at '{path}' failed to satisfy constraint: {demand}"
        );
        self.messages.push(message);
    }
}

/// The bounds that a number or length breaks: greatest, least.
fn outside(value: i64, constraint: &Constraint) -> (Option<i64>, Option<i64>) {
    (
        constraint.max.filter(|max| value > *max),
        constraint.min.filter(|min| value < *min),
    )
}

fn broken_length(length: usize, constraint: &Constraint) -> Vec<Demand> {
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let (above, below) = outside(length, constraint);
    let demands = [above.map(Demand::MaxLength), below.map(Demand::MinLength)];
    demands.into_iter().flatten().collect()
}

fn broken_by_text(value: &str, constraint: &Constraint) -> Vec<Demand> {
    let mut broken = Vec::new();
    if constraint.min.is_some() || constraint.max.is_some() {
        broken = broken_length(value.chars().count(), constraint);
    }
    if let Some(pattern) = constraint.pattern
        && matches(pattern, value) == Some(false)
    {
        broken.push(Demand::Pattern(pattern));
    }
    if !constraint.values.is_empty() && !constraint.values.contains(&value) {
        broken.push(Demand::Values(constraint.values));
    }
    broken
}

#[cfg(test)]
mod tests;
