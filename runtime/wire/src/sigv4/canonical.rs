//! The canonical request ("Create a signed AWS API request", IAM User Guide).

use std::borrow::Cow;

use memchr::memmem;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};

use super::{Kind, Parts, Presented};
use crate::headers;

/// What URIs leave as it is: letters, digits and `-._~`.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
const PATH: &AsciiSet = &UNRESERVED.remove(b'/');

/// The canonical request's text. S3's path is encoded once and taken as it is; all others' is
/// normalised and encoded on top of the encoding it was sent with.
pub(super) fn request(
    presented: &Presented<'_>,
    parts: &Parts<'_>,
    payload_hash: &str,
    s3: bool,
) -> String {
    let mut out = String::with_capacity(512);
    out.push_str(parts.method.as_str());
    out.push('\n');
    path(parts.path, s3, &mut out);
    out.push('\n');
    query(presented.kind, parts, &mut out);
    out.push('\n');
    for name in presented.signed_names() {
        out.push_str(name);
        out.push(':');
        header(parts, name, &mut out);
        out.push('\n');
    }
    out.push('\n');
    out.push_str(&presented.signed_headers);
    out.push('\n');
    out.push_str(payload_hash);
    out
}

fn path(path: &str, s3: bool, out: &mut String) {
    if path.is_empty() || path == "/" {
        out.push('/');
        return;
    }
    if s3 {
        let decoded: Cow<'_, [u8]> = percent_decode_str(path).into();
        out.extend(percent_encode(&decoded, PATH));
        return;
    }
    let normal = normalised(path);
    out.extend(percent_encode(normal.as_bytes(), PATH));
}

/// Without empty and dot segments (RFC 3986, "Remove dot segments").
fn normalised(path: &str) -> Cow<'_, str> {
    if !path.contains("//") && !path.contains("/.") {
        return Cow::Borrowed(path);
    }
    let mut segments = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            _ => segments.push(segment),
        }
    }
    let mut out = String::with_capacity(path.len());
    for segment in &segments {
        out.push('/');
        out.push_str(segment);
    }
    if out.is_empty() || path.ends_with('/') || path.ends_with("/.") || path.ends_with("/..") {
        out.push('/');
    }
    Cow::Owned(out)
}

fn query(kind: Kind, parts: &Parts<'_>, out: &mut String) {
    if parts.query.is_empty() {
        return;
    }
    let encode = |text: &str| percent_encode(text.as_bytes(), UNRESERVED).to_string();
    let mut pairs: Vec<(String, String)> = parts
        .query
        .pairs()
        .iter()
        .filter(|(name, _)| kind == Kind::Header || name != "X-Amz-Signature")
        .map(|(name, value)| (encode(name), encode(value)))
        .collect();
    pairs.sort();
    for (index, (name, value)) in pairs.iter().enumerate() {
        if index > 0 {
            out.push('&');
        }
        out.push_str(name);
        out.push('=');
        out.push_str(value);
    }
}

/// A header's values, joined, without surrounding spaces and with inner runs of them as one.
fn header(parts: &Parts<'_>, name: &str, out: &mut String) {
    for (index, value) in headers::values(parts.headers, name).enumerate() {
        if index > 0 {
            out.push(',');
        }
        let text = match std::str::from_utf8(value.as_bytes()) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(value.as_bytes()),
        };
        let text = text.trim_matches([' ', '\t']);
        if memmem::find(text.as_bytes(), b"  ").is_none() {
            out.push_str(text);
            continue;
        }
        for (word, part) in text.split(' ').filter(|part| !part.is_empty()).enumerate() {
            if word > 0 {
                out.push(' ');
            }
            out.push_str(part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        let canonical = |text: &str, s3: bool| {
            let mut out = String::new();
            path(text, s3, &mut out);
            out
        };
        assert_eq!(canonical("/example/..", false), "/");
        assert_eq!(canonical("/./example", false), "/example");
        assert_eq!(canonical("//example//", false), "/example/");
        assert_eq!(canonical("/a%20b", false), "/a%2520b");
        assert_eq!(canonical("/a%20b//../c+d", true), "/a%20b//../c%2Bd");
        assert_eq!(canonical("", true), "/");
    }
}
