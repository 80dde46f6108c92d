//! Headers by names that a model or a client gives as text.

use http::{HeaderMap, HeaderValue};

/// A value's text, where it is ASCII.
///
/// The same as [`HeaderValue::to_str`], which looks at each byte by itself: no value holds control characters but tabs, so
/// that all that is ASCII is text.
pub fn ascii(value: &HeaderValue) -> Option<&str> {
    let bytes = value.as_bytes();
    bytes.is_ascii().then(|| std::str::from_utf8(bytes).ok())?
}

/// The values of the header of this name, in any case.
///
/// A request has a dozen headers and its operation asks for dozens more: comparing the names that are there costs less than
/// making a name of each text to look up.
pub fn values<'h>(headers: &'h HeaderMap, name: &str) -> impl Iterator<Item = &'h HeaderValue> {
    headers
        .iter()
        .filter(move |(known, _)| known.as_str().eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

/// Whether there is a header of this name, in any case.
pub fn has(headers: &HeaderMap, name: &str) -> bool {
    values(headers, name).next().is_some()
}

/// The first value of the header of this name, where it is ASCII.
pub fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    ascii(values(headers, name).next()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_in_any_case_and_values_keep_their_order() {
        let mut headers = HeaderMap::new();
        for (name, value) in [("x-a", "1"), ("x-ab", "2"), ("x-a", "3")] {
            headers.append(name, HeaderValue::from_static(value));
        }
        let found: Vec<_> = values(&headers, "X-A").collect();
        assert_eq!(found, ["1", "3"]);
        assert_eq!(text(&headers, "x-AB"), Some("2"));
        assert!(!has(&headers, "x"));
    }

    #[test]
    fn ascii_is_what_http_takes_for_text() {
        for byte in 0..=u8::MAX {
            let Ok(value) = HeaderValue::from_bytes(&[b'a', byte]) else {
                continue;
            };
            assert_eq!(ascii(&value), value.to_str().ok(), "{byte}");
        }
    }
}
