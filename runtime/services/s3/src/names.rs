//! Names, and how answers write them.

use std::net::Ipv4Addr;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};
use stockade_s3_api::shapes;
use stockade_spec::Error;

/// Whether a bucket may have this name ("General purpose bucket naming rules", Amazon S3 User
/// Guide).
pub(crate) fn is_bucket_name(name: &str) -> bool {
    let is_edge = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = name.as_bytes();
    (3..=63).contains(&bytes.len())
        && bytes
            .iter()
            .all(|byte| is_edge(byte) || matches!(byte, b'.' | b'-'))
        && bytes.first().is_some_and(is_edge)
        && bytes.last().is_some_and(is_edge)
        && !name.contains("..")
        && name.parse::<Ipv4Addr>().is_err()
        && !["xn--", "sthree-", "amzn-s3-demo-"]
            .iter()
            .any(|start| name.starts_with(start))
        && !["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"]
            .iter()
            .any(|end| name.ends_with(end))
}

pub(crate) fn invalid_bucket_name(name: &str) -> Error {
    Error::new(
        "InvalidBucketName",
        400,
        "The specified bucket is not valid.",
    )
    .with_detail("BucketName", name)
}

/// The canonical user id of an account: 64 hexadecimal digits, always the same.
pub(crate) fn canonical_user_id(account: &str) -> String {
    hex::encode(
        Sha256::new()
            .chain_update(b"stockade canonical user ")
            .chain_update(account)
            .finalize(),
    )
}

/// The owner of buckets and objects of an account.
pub(crate) fn owner(account: &str) -> shapes::Owner {
    shapes::Owner {
        id: Some(canonical_user_id(account)),
        ..Default::default()
    }
}

/// An ETag as the protocol writes it.
pub(crate) fn quoted(etag: &str) -> String {
    format!("\"{etag}\"")
}

/// What `encoding-type=url` leaves as it is.
const URL: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'*')
    .remove(b'/');

/// A name as listings write it under `encoding-type=url`.
pub(crate) fn url_encoded(text: &str) -> String {
    utf8_percent_encode(text, URL)
        .to_string()
        .replace("%20", "+")
}

/// A key within a URL's path.
pub(crate) fn path_encoded(key: &str) -> String {
    utf8_percent_encode(key, URL).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bucket_names_follow_the_rules() {
        let longest = "a".repeat(63);
        for good in ["abc", "my-bucket", "1.2.3", "a.b-c", "0ab", &longest] {
            assert!(is_bucket_name(good), "{good}");
        }
        let too_long = "a".repeat(64);
        for bad in [
            "",
            "ab",
            &too_long,
            "Abc",
            "a_b",
            "-abc",
            "abc-",
            ".abc",
            "abc.",
            "a..b",
            "192.168.5.4",
            "xn--abc",
            "sthree-abc",
            "amzn-s3-demo-bucket",
            "abc-s3alias",
            "abc--ol-s3",
            "abc.mrap",
            "abc--x-s3",
            "abcé",
        ] {
            assert!(!is_bucket_name(bad), "{bad}");
        }
    }

    #[test]
    fn canonical_ids_are_stable_and_distinct() {
        let id = canonical_user_id("000000000000");
        assert_eq!(id.len(), 64);
        assert!(id.bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert_eq!(id, canonical_user_id("000000000000"));
        assert_ne!(id, canonical_user_id("000000000001"));
    }

    #[test]
    fn listings_encode_as_s3_does() {
        assert_eq!(url_encoded("a b/c+d~é"), "a+b/c%2Bd%7E%C3%A9");
        assert_eq!(path_encoded("a b"), "a%20b");
    }
}
