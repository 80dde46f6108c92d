//! The form of ARNs in `Resource`, and what the reference's formats say of it.

use stockade_policy::language::{PARTITIONS, covers, is_account_id};
use stockade_spec::reference::Reference;

use crate::authority::placeholders;

/// An ARN's pieces: partition, service, region, account, resource.
pub(crate) struct Arn<'t> {
    pub(crate) partition: &'t str,
    pub(crate) service: &'t str,
    pub(crate) region: &'t str,
    pub(crate) account: &'t str,
    pub(crate) resource: &'t str,
}

impl<'t> Arn<'t> {
    /// The pieces of a text that begins with `arn:`; `None` where some are missing.
    pub(crate) fn parse(text: &'t str) -> Option<Self> {
        let mut pieces = pieces(text).into_iter().skip(1);
        Some(Self {
            partition: pieces.next()?,
            service: pieces.next()?,
            region: pieces.next()?,
            account: pieces.next()?,
            resource: pieces.next()?,
        })
    }
}

/// A text at its first five colons that are not inside `${…}`.
pub(crate) fn pieces(text: &str) -> Vec<&str> {
    let (mut pieces, mut begin, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' if text[..at].ends_with('$') => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b':' if depth == 0 && pieces.len() < 5 => {
                pieces.push(&text[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    pieces.push(&text[begin..]);
    pieces
}

/// Whether a piece is left open: by a wildcard or a variable.
pub(crate) fn is_open(piece: &str) -> bool {
    piece.contains(['*', '?']) || piece.contains("${")
}

pub(crate) fn is_partition(piece: &str) -> bool {
    is_open(piece) || PARTITIONS.contains(&piece)
}

/// Whether a piece can be an account: 12 digits, or one of AWS's own.
pub(crate) fn is_account(piece: &str) -> bool {
    is_open(piece)
        || is_account_id(piece)
        || matches!(
            piece,
            "aws" | "aws-managed" | "aws-marketplace" | "amazon" | "cloudfront" | "third-party"
        )
}

/// Whether a piece has the form of a Region: `us-gov-west-1`.
pub(crate) fn is_region(piece: &str) -> bool {
    let mut words = piece.split('-');
    let letters =
        |word: &str| word.len() >= 2 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let count = words.clone().count();
    let number = words.next_back().unwrap_or_default();
    count >= 3
        && words.all(letters)
        && !number.is_empty()
        && number.len() <= 2
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// What the formats of a service say of one piece of its ARNs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// All leave it empty.
    Empty,
    /// All fill it.
    Filled,
    /// They differ, or there are none.
    Either,
}

/// The formats of a service's own ARNs whose resource could be this one, as pieces.
pub(crate) fn formats(reference: &Reference, arn: &Arn<'_>) -> Vec<[String; 3]> {
    let all = reference.types.values().flat_map(|kind| &kind.arns);
    let own = all.filter_map(|format| {
        let format = Arn::parse(format)?;
        let same = format.service == arn.service || format.service.contains("${");
        same.then(|| [format.region, format.account, format.resource].map(str::to_owned))
    });
    own.collect()
}

/// Whether a resource could have a format: its own wildcards and the format's placeholders may stand for the same text.
pub(crate) fn fits(format: &str, resource: &str) -> bool {
    meet(
        placeholders(format, "*").as_bytes(),
        placeholders(resource, "*").as_bytes(),
    )
}

/// Whether two patterns of `*` and `?` match a text in common.
fn meet(one: &[u8], other: &[u8]) -> bool {
    // row[j]: what is left of `one` from here on meets what is left of `other` from j on.
    let end = other.len();
    let mut row = vec![false; end + 1];
    for i in (0..=one.len()).rev() {
        let mut next = vec![false; end + 1];
        for j in (0..=end).rev() {
            next[j] = match (one.get(i), other.get(j)) {
                (None, None) => true,
                (Some(b'*'), None) => row[j],
                (None, Some(b'*')) => next[j + 1],
                (Some(b'*'), Some(_)) => row[j] || next[j + 1],
                (Some(_), Some(b'*')) => row[j] || next[j + 1],
                (Some(a), Some(b)) => (a == b || *a == b'?' || *b == b'?') && row[j + 1],
                _ => false,
            };
        }
        row = next;
    }
    row[0]
}

/// What some formats want of a piece.
pub(crate) fn wanted<'f>(pieces: impl Iterator<Item = &'f String>) -> Wanted {
    let (mut empty, mut filled) = (false, false);
    for piece in pieces {
        if piece.is_empty() {
            empty = true;
        } else {
            filled = true;
        }
    }
    match (empty, filled) {
        (true, false) => Wanted::Empty,
        (false, true) => Wanted::Filled,
        _ => Wanted::Either,
    }
}

/// Whether one entry of `Resource` matches all that another does. A wildcard may run on beyond a colon there.
pub(crate) fn covers_arn(one: &str, other: &str) -> bool {
    covers(one, &placeholders(other, "*"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_that_share_a_text_meet() {
        for (one, other, expected) in [
            ("table/*", "table/a", true),
            ("table/*", "*", true),
            ("table/*/index/*", "table/*", true),
            ("a*c", "ab", false),
            ("a?", "*b", true),
            ("", "*", true),
            ("a", "", false),
        ] {
            assert_eq!(
                meet(one.as_bytes(), other.as_bytes()),
                expected,
                "{one} {other}"
            );
        }
    }

    #[test]
    fn regions_have_a_form() {
        assert!(
            ["eu-west-1", "us-gov-west-1", "ap-southeast-12"]
                .into_iter()
                .all(is_region)
        );
        assert!(
            !["eu", "eu-west", "EU-WEST-1", "", "eu-west-one"]
                .into_iter()
                .any(is_region)
        );
    }

    #[test]
    fn colons_of_variables_do_not_count() {
        let arn = Arn::parse("arn:aws:s3:::b/${aws:username}:x").unwrap();
        assert_eq!(arn.resource, "b/${aws:username}:x");
        assert!(Arn::parse("arn:aws:s3:::").is_some());
        assert!(Arn::parse("arn:aws:s3::").is_none());
    }
}
