//! Where a policy's statements stand in its text.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::document::Policy;

/// Line and column of a character, both from 1. Columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

#[derive(Deserialize)]
struct Document<'a> {
    #[serde(rename = "Statement", borrow)]
    statement: &'a RawValue,
}

impl Policy {
    /// Where the statement of this index begins and ends, as IAM's policy simulator counts: it tells where its reader
    /// stands. That is after the token before the statement, or after the brace that opens a statement without a list,
    /// and after the brace that closes it. `None` if there is no such statement.
    ///
    /// ```
    /// use stockade_policy::{Place, Policy, PolicyKind};
    ///
    /// let text = r#"{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    /// let policy = Policy::parse(text, PolicyKind::Identity)?;
    /// let place = |column| Place { line: 1, column };
    /// assert_eq!(policy.span_of(0), Some((place(15), place(61))));
    /// # Ok::<(), stockade_policy::ParseError>(())
    /// ```
    #[must_use]
    pub fn span_of(&self, index: usize) -> Option<(Place, Place)> {
        let (whole, statements) = self.written()?;
        let end_of = |statement: &&str| self.offset(statement) + statement.len();
        let end = end_of(statements.get(index)?);
        let begin = match index.checked_sub(1) {
            Some(before) => end_of(statements.get(before)?),
            None => self.offset(whole) + 1,
        };
        Some((self.place(begin), self.place(end)))
    }

    /// Where each statement's opening brace is, in order.
    #[must_use]
    pub fn places(&self) -> Vec<Place> {
        let statements = self.written().map(|(_, statements)| statements);
        statements
            .unwrap_or_default()
            .into_iter()
            .map(|statement| self.place(self.offset(statement)))
            .collect()
    }

    /// The text of the element `Statement`, and that of each statement in it.
    fn written(&self) -> Option<(&str, Vec<&str>)> {
        let document: Document<'_> = serde_json::from_str(&self.text).ok()?;
        let whole = document.statement.get();
        if whole.starts_with('{') {
            return Some((whole, vec![whole]));
        }
        let statements: Vec<&RawValue> = serde_json::from_str(whole).ok()?;
        let statements = statements.into_iter().map(RawValue::get);
        Some((whole, statements.collect()))
    }

    /// Where a part of the text begins in it, in bytes.
    fn offset(&self, part: &str) -> usize {
        part.as_ptr().addr() - self.text.as_ptr().addr()
    }

    fn place(&self, offset: usize) -> Place {
        let before = self.text.get(..offset).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        Place {
            line: before.matches('\n').count() + 1,
            column: line.chars().count() + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Place, Policy, PolicyKind};

    fn spans(text: &str) -> Vec<[(usize, usize); 2]> {
        let policy = Policy::parse(text, PolicyKind::Identity).unwrap();
        let pair = |place: Place| (place.line, place.column);
        (0..)
            .map_while(|index| policy.span_of(index))
            .map(|(begin, end)| [pair(begin), pair(end)])
            .collect()
    }

    /// The example of `simulate-custom-policy` (AWS CLI Command Reference).
    #[test]
    fn one_statement_without_a_list() {
        let text = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}"#;
        assert_eq!(spans(text), [[(1, 38), (1, 167)]]);
    }

    /// In answers of the simulator, a statement begins where the one before it ends.
    #[test]
    fn statements_in_a_list() {
        let statement = r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}"#;
        let text =
            format!(r#"{{"Version": "2012-10-17", "Statement": [{statement}, {statement}]}}"#);
        let length = statement.len();
        let first = 41 + length;
        assert_eq!(
            spans(&text),
            [[(1, 41), (1, first)], [(1, first), (1, first + 2 + length)]]
        );
    }

    #[test]
    fn lines_are_counted() {
        let text = "{\n  \"Statement\": [\n    {\n      \"Effect\": \"Allow\", \"Action\": \"s3:*\", \"Resource\": \"*\"\n    }\n  ]\n}";
        assert_eq!(spans(text), [[(2, 17), (5, 6)]]);
        let policy = Policy::parse(text, PolicyKind::Identity).unwrap();
        assert_eq!(policy.places(), [Place { line: 3, column: 5 }]);
    }
}
