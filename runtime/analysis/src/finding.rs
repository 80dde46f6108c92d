//! What an analysis finds, and where.

use std::ops::Range;

use crate::checks::Check;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A part of the policy does not work.
    Error,
    /// The policy allows what is taken for too much.
    SecurityWarning,
    /// The policy does not follow AWS's practices.
    Warning,
    /// The policy could be better written.
    Suggestion,
}

impl Kind {
    /// As the links to the documentation have it.
    fn anchor(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::SecurityWarning => "security-warning",
            Self::Warning => "general-warning",
            Self::Suggestion => "suggestion",
        }
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How grave it is.
    pub kind: Kind,
    /// AWS's issue code, for example `INVALID_ACTION`.
    pub code: &'static str,
    /// AWS's sentences.
    pub details: String,
    /// The places that it is about.
    pub locations: Vec<Location>,
}

impl Finding {
    /// The page that explains it (*IAM policy validation check reference*).
    #[must_use]
    pub fn link(&self) -> String {
        format!(
            "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html\
             #access-analyzer-reference-policy-checks-{}-{}",
            self.kind.anchor(),
            self.code.to_ascii_lowercase().replace('_', "-")
        )
    }
}

/// A place in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The way there from the document's root.
    pub path: Vec<Step>,
    /// Where it begins.
    pub start: Position,
    /// Where it has ended.
    pub end: Position,
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Into the value of an object's key.
    Value(String),
    /// To an object's key itself.
    Key(String),
    /// To an item of a list.
    Index(usize),
}

/// A place in the text. Columns and offsets count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// From 1.
    pub line: usize,
    /// From 0.
    pub column: usize,
    /// From 0.
    pub offset: usize,
}

/// A place in the making: the way there, and its bytes.
#[derive(Debug, Clone)]
pub(crate) struct Spot {
    pub(crate) path: Vec<Step>,
    pub(crate) span: Range<usize>,
}

/// Gathers findings.
#[derive(Debug, Default)]
pub(crate) struct Report {
    found: Vec<(&'static Check, String, Vec<Spot>)>,
}

impl Report {
    pub(crate) fn add(&mut self, check: &'static Check, words: &[&str], spots: Vec<Spot>) {
        self.found.push((check, check.details(words), spots));
    }

    /// The findings in the order of their first places; of those in one place, as they were found.
    pub(crate) fn finish(mut self, text: &str) -> Vec<Finding> {
        let first = |spots: &[Spot]| spots.first().map_or(0, |spot| spot.span.start);
        self.found.sort_by_key(|(_, _, spots)| first(spots));
        let positions = Positions::of(text);
        let location = |spot: Spot| Location {
            start: positions.at(spot.span.start),
            end: positions.at(spot.span.end),
            path: spot.path,
        };
        self.found
            .into_iter()
            .map(|(check, details, spots)| Finding {
                kind: check.kind,
                code: check.code,
                details,
                locations: spots.into_iter().map(location).collect(),
            })
            .collect()
    }
}

/// Bytes to lines and characters.
struct Positions<'a> {
    text: &'a str,
    /// Where each line begins, in bytes and in characters.
    lines: Vec<(usize, usize)>,
    /// How many characters stand before every so many bytes.
    marks: Vec<usize>,
}

/// The distance of marks in bytes.
const MARK: usize = 512;

impl<'a> Positions<'a> {
    fn of(text: &'a str) -> Self {
        let (mut lines, mut marks) = (vec![(0, 0)], Vec::new());
        let mut characters = 0;
        for (at, byte) in text.bytes().enumerate() {
            if at % MARK == 0 {
                marks.push(characters);
            }
            // Bytes that go on with a character begin none.
            characters += usize::from(byte & 0xc0 != 0x80);
            if byte == b'\n' {
                lines.push((at + 1, characters));
            }
        }
        Self { text, lines, marks }
    }

    fn at(&self, byte: usize) -> Position {
        let mark = byte / MARK;
        let offset = match self.marks.get(mark) {
            Some(before) => {
                let since = self.text.as_bytes().get(mark * MARK..byte);
                let begun = |byte: &&u8| **byte & 0xc0 != 0x80;
                before + since.unwrap_or_default().iter().filter(begun).count()
            }
            None => self.text.chars().count(),
        };
        let line = self.lines.partition_point(|(begin, _)| *begin <= byte);
        let begin = self
            .lines
            .get(line.wrapping_sub(1))
            .map_or(0, |(_, begin)| *begin);
        Position {
            line,
            column: offset - begin,
            offset,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_counted() {
        let text = format!("ä\n{}ö\nx", "é".repeat(700));
        let positions = Positions::of(&text);
        let place = |at: usize| {
            let Position {
                line,
                column,
                offset,
            } = positions.at(at);
            (line, column, offset)
        };
        assert_eq!(place(0), (1, 0, 0));
        assert_eq!(place(3), (2, 0, 2));
        assert_eq!(place(3 + 1400), (2, 700, 702));
        assert_eq!(place(text.len()), (3, 1, 705));
    }
}
