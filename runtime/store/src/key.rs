//! Keys: tuples of strings encoded so that byte order is tuple order.
//!
//! Each component is written with `00` escaped as `00 FF` and ended by `00 01`. The end sorts
//! below every continuation of the component (`00 FF` is a NUL byte, anything else is above `00`),
//! so a shorter component sorts first, and no component can run into the next.

use std::sync::Arc;

/// Longest encoded key in bytes: room for an S3 key of 1,024 bytes, or for an IAM path with a
/// name, beside account, region, table and escapes.
pub const MAX_KEY_BYTES: usize = 4096;

const ESCAPED_NUL: [u8; 2] = [0x00, 0xFF];
pub(crate) const END: [u8; 2] = [0x00, 0x01];

/// An encoded key; cheap to clone, because copy-on-write of the map clones keys.
pub(crate) type Key = Arc<[u8]>;

/// Appends one whole component.
pub(crate) fn push(out: &mut Vec<u8>, component: &str) {
    push_open(out, component);
    out.extend_from_slice(&END);
}

/// Appends the beginning of a component: every component that starts with `text` follows it.
pub(crate) fn push_open(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    // Nearly no part has a NUL, and nearly all are short.
    if !bytes.contains(&0) {
        out.extend_from_slice(bytes);
        return;
    }
    for byte in bytes {
        match byte {
            0 => out.extend_from_slice(&ESCAPED_NUL),
            _ => out.push(*byte),
        }
    }
}

/// The first byte string above everything that starts with `prefix`, in place; empty when there
/// is none (which no encoded key reaches, as UTF-8 has no `FF`).
pub(crate) fn make_successor(prefix: &mut Vec<u8>) {
    while let Some(last) = prefix.pop() {
        if last < 0xFF {
            prefix.push(last + 1);
            return;
        }
    }
}

/// Reads components until the bytes end; `None` if they are not whole components of UTF-8.
pub(crate) fn split(mut bytes: &[u8]) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    while !bytes.is_empty() {
        let mut part = Vec::new();
        loop {
            let nul = bytes.iter().position(|byte| *byte == 0)?;
            part.extend_from_slice(&bytes[..nul]);
            let mark = [0, *bytes.get(nul + 1)?];
            bytes = &bytes[nul + 2..];
            match mark {
                END => break,
                ESCAPED_NUL => part.push(0),
                _ => return None,
            }
        }
        parts.push(String::from_utf8(part).ok()?);
    }
    Some(parts)
}

/// A number as a key part: parts sort as text, so the number gets leading zeros.
///
/// ```
/// use stockade_store::ordered;
/// assert!(ordered(9) < ordered(10));
/// ```
#[must_use]
pub fn ordered(number: u64) -> String {
    format!("{number:020}")
}

#[cfg(test)]
mod tests;
