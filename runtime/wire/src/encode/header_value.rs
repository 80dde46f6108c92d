//! Header values from text.

use aws_smithy_types::base64;
use http::HeaderValue;

/// A header value of any text. Control characters, line breaks among them, would end the header
/// and start another: they are dropped.
pub(crate) fn plain(text: &str) -> HeaderValue {
    if let Ok(value) = HeaderValue::from_str(text) {
        return value;
    }
    let clean: Vec<u8> = text
        .bytes()
        .filter(|byte| *byte >= 0x20 && *byte != 0x7f)
        .collect();
    HeaderValue::from_bytes(&clean).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// User metadata: what is not ASCII is written as RFC 2047 has it ("Working with object metadata",
/// Amazon S3 User Guide).
pub(crate) fn metadata(text: &str) -> HeaderValue {
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return plain(text);
    }
    plain(&format!("=?UTF-8?B?{}?=", base64::encode(text)))
}

/// A list's elements; those with a comma or a quote in quotes, if `quote`.
pub(super) fn list(elements: &[String], quote: bool) -> String {
    let mut out = String::new();
    for (index, element) in elements.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        if quote && (element.is_empty() || element.contains(['"', ',', '\\'])) {
            out.push('"');
            for letter in element.chars() {
                if matches!(letter, '"' | '\\') {
                    out.push('\\');
                }
                out.push(letter);
            }
            out.push('"');
        } else {
            out.push_str(element);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_header_can_be_injected() {
        let value = plain("a\r\nSet-Cookie: b\u{7f}\0é");
        assert_eq!(value.as_bytes(), "aSet-Cookie: bé".as_bytes());
    }

    #[test]
    fn metadata_beyond_ascii_is_encoded() {
        assert_eq!(metadata("plain text"), "plain text");
        assert_eq!(metadata("é"), "=?UTF-8?B?w6k=?=");
        assert_eq!(metadata("a\nb"), "=?UTF-8?B?YQpi?=");
    }

    #[test]
    fn lists_quote_what_they_must() {
        let elements = ["b,c", "\"def\"", "a"].map(str::to_owned);
        assert_eq!(list(&elements, true), r#""b,c", "\"def\"", a"#);
    }
}
