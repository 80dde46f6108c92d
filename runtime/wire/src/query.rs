//! A URL's query string, or a form body, parsed once.

use std::borrow::Cow;

use memchr::{memchr, memchr2};
use percent_encoding::percent_decode_str;

use crate::pieces::{split, split_once};

/// How many parameters are kept; a request with more is refused.
pub const MAX_PARAMETERS: usize = 10_000;

/// Parameters in the order of the request, names and values decoded.
///
/// ```
/// use stockade_wire::Query;
///
/// let query = Query::parse("list-type=2&prefix=a%2Fb&uploads").expect("well formed");
/// assert_eq!(query.get("prefix"), Some("a/b"));
/// assert!(query.has("uploads"));
/// assert_eq!(query.get("uploads"), Some(""));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    pairs: Vec<(String, String)>,
}

/// Why a query string or form is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueryError {
    /// A name or value is not UTF-8 once its percent-escapes are decoded.
    NotUtf8,
    /// A percent sign that two hexadecimal digits do not follow.
    BadEscape,
    /// More than [`MAX_PARAMETERS`].
    TooMany,
}

impl std::fmt::Display for QueryError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NotUtf8 => "a parameter is not valid UTF-8",
            Self::BadEscape => "a parameter has a malformed percent-escape",
            Self::TooMany => "too many parameters",
        })
    }
}

impl std::error::Error for QueryError {}

impl Query {
    /// Parses the part of a URL after `?`. A plus sign is a space, as AWS reads it.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        // Most have nothing to decode, which one look tells.
        let is_plain = memchr2(b'+', b'%', text.as_bytes()).is_none();
        let decoded = |part: &str| match is_plain {
            true => Ok(part.to_owned()),
            false => decode(part),
        };
        let mut pairs = Vec::with_capacity(4);
        for part in split(text, b'&').filter(|part| !part.is_empty()) {
            if pairs.len() == MAX_PARAMETERS {
                return Err(QueryError::TooMany);
            }
            let (name, value) = split_once(part, b'=').unwrap_or((part, ""));
            pairs.push((decoded(name)?, decoded(value)?));
        }
        Ok(Self { pairs })
    }

    /// Parses an `application/x-www-form-urlencoded` body.
    pub fn parse_bytes(bytes: &[u8]) -> Result<Self, QueryError> {
        let text = std::str::from_utf8(bytes).map_err(|_| QueryError::NotUtf8)?;
        Self::parse(text)
    }

    /// The first value of a name; the empty string for a name without one.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether the name is there, with or without a value.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// All values of a name, in the order of the request.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs
            .iter()
            .filter(move |(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }

    /// All parameters, in the order of the request.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    /// Adds the parameters of another: a form's after a URL's.
    #[must_use]
    pub fn joined(mut self, other: Self) -> Self {
        self.pairs.extend(other.pairs);
        self
    }

    /// Whether there is no parameter.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }
}

fn decode(part: &str) -> Result<String, QueryError> {
    let mut rest = part.as_bytes();
    while let Some(at) = memchr(b'%', rest) {
        match rest.get(at + 1..at + 3) {
            Some(digits) if digits.iter().all(u8::is_ascii_hexdigit) => rest = &rest[at + 3..],
            _ => return Err(QueryError::BadEscape),
        }
    }
    percent_decode_str(&part.replace('+', " "))
        .decode_utf8()
        .map(Cow::into_owned)
        .map_err(|_| QueryError::NotUtf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_order_and_decodes() {
        let query = Query::parse("b=2&a=1&b=%C3%A9&c&d=x+y&&e=1=2").unwrap();
        assert_eq!(query.all("b").collect::<Vec<_>>(), ["2", "é"]);
        assert_eq!(query.get("d"), Some("x y"));
        assert_eq!(query.get("e"), Some("1=2"));
        assert_eq!(query.pairs().len(), 6);
    }

    #[test]
    fn refuses_what_it_cannot_read() {
        assert_eq!(Query::parse("a=%FF"), Err(QueryError::NotUtf8));
        assert_eq!(Query::parse("a=%F"), Err(QueryError::BadEscape));
        assert_eq!(Query::parse("a=%+1"), Err(QueryError::BadEscape));
        let many = "a=1&".repeat(MAX_PARAMETERS + 1);
        assert_eq!(Query::parse(&many), Err(QueryError::TooMany));
    }
}
