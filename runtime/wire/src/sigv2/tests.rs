use std::time::Duration;

use http::{HeaderMap, Method};
use pretty_assertions::assert_eq;

use super::*;
use crate::Query;

/// The secret of the examples in AWS's documentation.
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

fn ask(path: &str, bucket: Option<&str>, query: &str, now: u64) -> Result<(), Error> {
    let parts = Parts {
        method: &Method::GET,
        path,
        query: &Query::parse(query).unwrap(),
        headers: &HeaderMap::new(),
    };
    verify(
        &parts,
        bucket,
        SECRET,
        UNIX_EPOCH + Duration::from_secs(now),
    )
}

/// "Query string request authentication alternative", the example of the same guide.
const EXAMPLE: &str = "AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE\
    &Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D&Expires=1175139620";

#[test]
fn the_documented_example_verifies() {
    let path = "/photos/puppy.jpg";
    let bucket = Some("johnsmith");
    assert!(ask(path, bucket, EXAMPLE, 1_175_139_619).is_ok());
    assert!(ask("/johnsmith/photos/puppy.jpg", None, EXAMPLE, 0).is_ok());
}

#[test]
fn another_object_another_time_and_no_time_do_not() {
    let code = |path, query: &str, now| {
        let error = ask(path, Some("johnsmith"), query, now).unwrap_err();
        format!("{} {}", error.code, error.message)
    };
    assert!(code("/photos/kitten.jpg", EXAMPLE, 0).starts_with("SignatureDoesNotMatch"));
    let path = "/photos/puppy.jpg";
    assert_eq!(
        code(path, EXAMPLE, 1_175_139_620),
        "AccessDenied Request has expired"
    );
    let changed = EXAMPLE.replace("1175139620", "1175139621");
    assert!(code(path, &changed, 0).starts_with("SignatureDoesNotMatch"));
    let further = format!("{EXAMPLE}&versionId=1");
    assert!(code(path, &further, 0).starts_with("SignatureDoesNotMatch"));
    let without = EXAMPLE.replace("&Expires=1175139620", "");
    assert!(code(path, &without, 0).starts_with("AccessDenied"));
}

#[test]
fn what_is_signed_beside_the_path() {
    let parts = Parts {
        method: &Method::GET,
        path: "/b/k",
        query: &Query::parse(
            "versionId=1&acl&Expires=9&x-amz-security-token=t&ignored=1&response-expires=a%20b",
        )
        .unwrap(),
        headers: &HeaderMap::new(),
    };
    assert_eq!(
        string_to_sign(&parts, None),
        "GET\n\n\n9\nx-amz-security-token:t\n/b/k?acl&response-expires=a b&versionId=1"
    );
}
