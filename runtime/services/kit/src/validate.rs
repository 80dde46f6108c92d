//! Constraint checks in the words that AWS services generate from their models:
//! `1 validation error detected: Value 'x y' at 'userName' failed to satisfy constraint: Member must
//! satisfy regular expression pattern: [\w+=,.@-]+`.
//!
//! [`check`] holds a decoded input against what its model demands and is asked once for every
//! request, before the handler. A handler that has to refuse in the same words what no model knows
//! uses [`violation`].

mod check;
mod shown;

#[cfg(test)]
mod tests;

use std::fmt::{self, Display, Write};

use stockade_spec::constraint::{Bounds, Kind, Pattern, Refusal, Shape, Violations};

pub use self::check::check;

/// Most violations that one message tells of; what is wrong beyond them is not looked for.
pub const MAX_VIOLATIONS: usize = 100;

/// What a message says that a member must be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Demand<'a> {
    /// There.
    NotNull,
    /// No longer than this.
    MaxLength(u64),
    /// No shorter than this.
    MinLength(u64),
    /// No greater than this.
    MaxInteger(i64),
    /// No less than this.
    MinInteger(i64),
    /// No greater than this, with its fraction.
    MaxNumber(f64),
    /// No less than this, with its fraction.
    MinNumber(f64),
    /// Of this form.
    Pattern(&'a str),
    /// One of these.
    Values(&'a [&'a str]),
}

impl Demand<'_> {
    /// What kind of violation breaks it.
    fn kind(&self) -> Kind {
        match self {
            Self::NotNull => Kind::Missing,
            Self::MaxLength(_) => Kind::TooLong,
            Self::MinLength(_) => Kind::TooShort,
            Self::MaxInteger(_) | Self::MaxNumber(_) => Kind::TooGreat,
            Self::MinInteger(_) | Self::MinNumber(_) => Kind::TooSmall,
            Self::Pattern(_) => Kind::Pattern,
            Self::Values(_) => Kind::Enum,
        }
    }
}

impl Display for Demand<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotNull => f.write_str("Member must not be null"),
            Self::MaxLength(max) => {
                write!(f, "Member must have length less than or equal to {max}")
            }
            Self::MinLength(min) => {
                write!(f, "Member must have length greater than or equal to {min}")
            }
            Self::MaxInteger(max) => {
                write!(f, "Member must have value less than or equal to {max}")
            }
            Self::MinInteger(min) => {
                write!(f, "Member must have value greater than or equal to {min}")
            }
            // The services are written in Java, whose 1.0 is not 1.
            Self::MaxNumber(max) => {
                write!(f, "Member must have value less than or equal to {max:?}")
            }
            Self::MinNumber(min) => {
                write!(f, "Member must have value greater than or equal to {min:?}")
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

/// The message about one value, for a check that no model knows; without the value where the
/// service's messages conceal it.
///
/// ```
/// use stockade_kit::validate::{Demand, violation};
///
/// assert_eq!(
///     violation("functionName", Some("a b"), Demand::MaxLength(2)),
///     "1 validation error detected: Value 'a b' at 'functionName' failed to satisfy constraint: \
///      Member must have length less than or equal to 2",
/// );
/// ```
#[must_use]
pub fn violation(path: &str, value: Option<&str>, demand: Demand<'_>) -> String {
    told([one(path, value, demand).as_str()])
}

/// What is wrong with one value, among others or alone.
fn one(path: &str, value: Option<&str>, demand: impl Display) -> String {
    let mut text = String::from("Value ");
    if let Some(value) = value {
        // Writing to a string does not fail.
        let _ = write!(text, "'{value}' ");
    }
    let _ = write!(text, "at '{path}' failed to satisfy constraint: {demand}");
    text
}

/// All that is wrong.
fn told<'a>(violations: impl IntoIterator<Item = &'a str>) -> String {
    let violations: Vec<&str> = violations.into_iter().collect();
    let (count, plural) = match violations.len() {
        1 => (1, ""),
        count => (count, "s"),
    };
    format!(
        "{count} validation error{plural} detected: {}",
        violations.join("; ")
    )
}

/// One of the things that are wrong.
struct Violation {
    text: String,
    kind: Kind,
    refusal: Option<&'static Refusal>,
}

impl Violation {
    /// An input's violations; `None` if there are none.
    fn gathered(all: &[Self]) -> Option<Violations> {
        let first = all.first()?;
        Some(Violations {
            message: told(all.iter().map(|it| it.text.as_str())),
            first: first.kind,
            refusal: first.refusal,
        })
    }
}

/// All that a shape demands of a value itself, as messages list it where a list's elements or a
/// map's entries share one.
fn all(shape: &Shape) -> Vec<Demand<'static>> {
    let (max, min) = match shape.bounds {
        Bounds::No => (None, None),
        Bounds::Length { min, max } => (max.map(Demand::MaxLength), min.map(Demand::MinLength)),
        Bounds::Integer { min, max } => (max.map(Demand::MaxInteger), min.map(Demand::MinInteger)),
        Bounds::Number { min, max } => (max.map(Demand::MaxNumber), min.map(Demand::MinNumber)),
    };
    let pattern = shape.pattern.map(|pattern| Demand::Pattern(pattern.text));
    let values = (!shape.values.is_empty()).then_some(Demand::Values(shape.values));
    [max, min, pattern, values, Some(Demand::NotNull)]
        .into_iter()
        .flatten()
        .collect()
}

/// The demands of a shape that something breaks.
#[derive(Default)]
struct Broken {
    demands: Vec<Demand<'static>>,
    /// The service's own sentence about a pattern that does not match.
    sentence: Option<&'static str>,
}

impl Broken {
    fn is_empty(&self) -> bool {
        self.demands.is_empty() && self.sentence.is_none()
    }

    fn by_text(value: &str, shape: &Shape) -> Self {
        let mut broken = match shape.bounds {
            Bounds::Length { .. } => Self::by_length(value.chars().count(), shape),
            _ => Self::default(),
        };
        if let Some(pattern) = shape.pattern
            && !pattern.matches(value)
        {
            match pattern {
                Pattern {
                    sentence: Some(sentence),
                    ..
                } => broken.sentence = Some(sentence),
                _ => broken.demands.push(Demand::Pattern(pattern.text)),
            }
        }
        if !shape.values.is_empty() && !shape.values.contains(&value) {
            broken.demands.push(Demand::Values(shape.values));
        }
        broken
    }

    fn by_length(length: usize, shape: &Shape) -> Self {
        let Bounds::Length { min, max } = shape.bounds else {
            return Self::default();
        };
        let length = u64::try_from(length).unwrap_or(u64::MAX);
        Self::by(
            max.filter(|max| length > *max).map(Demand::MaxLength),
            min.filter(|min| length < *min).map(Demand::MinLength),
        )
    }

    fn by_integer(value: i64, shape: &Shape) -> Self {
        let Bounds::Integer { min, max } = shape.bounds else {
            return Self::default();
        };
        Self::by(
            max.filter(|max| value > *max).map(Demand::MaxInteger),
            min.filter(|min| value < *min).map(Demand::MinInteger),
        )
    }

    /// What is no number is beyond every bound.
    fn by_number(value: f64, shape: &Shape) -> Self {
        let Bounds::Number { min, max } = shape.bounds else {
            return Self::default();
        };
        Self::by(
            max.filter(|max| value.is_nan() || value > *max)
                .map(Demand::MaxNumber),
            min.filter(|min| value.is_nan() || value < *min)
                .map(Demand::MinNumber),
        )
    }

    fn by(above: Option<Demand<'static>>, below: Option<Demand<'static>>) -> Self {
        Self {
            demands: [above, below].into_iter().flatten().collect(),
            sentence: None,
        }
    }
}
