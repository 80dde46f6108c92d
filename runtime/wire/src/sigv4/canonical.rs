//! The canonical request ("Create a signed AWS API request", IAM User Guide).

use std::borrow::Cow;

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

/// The canonical request, in bytes: headers need not be UTF-8. S3's path is encoded once and taken as it is; all others' is
/// normalised and encoded on top of the encoding it was sent with.
pub(super) fn request(
    presented: &Presented<'_>,
    parts: &Parts<'_>,
    payload_hash: &str,
    s3: bool,
) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    push(&mut out, [parts.method.as_str(), "\n"]);
    path(parts.path, s3, &mut out);
    out.push(b'\n');
    query(presented.kind, parts, &mut out);
    out.push(b'\n');
    for name in presented.signed_names() {
        push(&mut out, [name, ":"]);
        header(parts, name, &mut out);
        out.push(b'\n');
    }
    push(
        &mut out,
        ["\n", &presented.signed_headers, "\n", payload_hash],
    );
    out
}

fn push<const COUNT: usize>(out: &mut Vec<u8>, pieces: [&str; COUNT]) {
    for piece in pieces {
        out.extend_from_slice(piece.as_bytes());
    }
}

fn path(path: &str, s3: bool, out: &mut Vec<u8>) {
    if path.is_empty() || path == "/" {
        return out.push(b'/');
    }
    let plain: Cow<'_, [u8]> = match s3 {
        true => percent_decode_str(path).into(),
        false => match normalised(path) {
            Cow::Borrowed(path) => path.as_bytes().into(),
            Cow::Owned(path) => path.into_bytes().into(),
        },
    };
    for piece in percent_encode(&plain, PATH) {
        out.extend_from_slice(piece.as_bytes());
    }
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

fn query(kind: Kind, parts: &Parts<'_>, out: &mut Vec<u8>) {
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
        let separator = if index > 0 { "&" } else { "" };
        push(out, [separator, name, "=", value]);
    }
}

/// A header's values, joined, without surrounding spaces and with inner runs of them as one.
fn header(parts: &Parts<'_>, name: &str, out: &mut Vec<u8>) {
    for (index, value) in headers::values(parts.headers, name).enumerate() {
        if index > 0 {
            out.push(b',');
        }
        let value = value.as_bytes().trim_ascii();
        if !has_run(value) {
            out.extend_from_slice(value);
            continue;
        }
        let words = value.split(|byte| *byte == b' ');
        for (word, part) in words.filter(|part| !part.is_empty()).enumerate() {
            if word > 0 {
                out.push(b' ');
            }
            out.extend_from_slice(part);
        }
    }
}

/// Whether spaces follow each other.
fn has_run(value: &[u8]) -> bool {
    let pairs = value.iter().zip(value.iter().skip(1));
    // Without an end at the first that does, many bytes are looked at at once.
    pairs.fold(false, |any, (left, right)| {
        any | (*left == b' ') & (*right == b' ')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        let canonical = |text: &str, s3: bool| {
            let mut out = Vec::new();
            path(text, s3, &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(canonical("/example/..", false), "/");
        assert_eq!(canonical("/./example", false), "/example");
        assert_eq!(canonical("//example//", false), "/example/");
        assert_eq!(canonical("/a%20b", false), "/a%2520b");
        assert_eq!(canonical("/a%20b//../c+d", true), "/a%20b//../c%2Bd");
        assert_eq!(canonical("", true), "/");
    }
}
