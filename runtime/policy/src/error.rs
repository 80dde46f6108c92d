//! What is wrong with a document.

use std::fmt;

/// Where in the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Position {
    /// The text is not JSON from here on. Both count from 1.
    Text {
        /// Line.
        line: usize,
        /// Column, in bytes.
        column: usize,
    },
    /// A JSON path such as `Statement[1].Condition.StringEquals`; empty for the document itself.
    Path(String),
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Position::Text { line, column } => write!(f, "line {line}, column {column}"),
            Position::Path(path) if path.is_empty() => f.write_str("the document"),
            Position::Path(path) => f.write_str(path),
        }
    }
}

/// A document that the policy grammar refuses. `Display` is AWS's message alone, as it goes to the caller; position and
/// detail are for the operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ParseError {
    pub(crate) message: String,
    pub(crate) detail: String,
    pub(crate) position: Position,
}

impl ParseError {
    /// AWS's message for this kind of document.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What is wrong, in plain words.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// Where it is wrong.
    #[must_use]
    pub fn position(&self) -> &Position {
        &self.position
    }
}
