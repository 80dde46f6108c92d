use aws_smithy_types::DateTime;
use pretty_assertions::assert_eq;

use super::*;

/// Of "hello", by `md5sum`.
const HELLO_MD5: &str = "\"5d41402abc4b2a76b9719d911017c592\"";

#[tokio::test]
async fn an_object_comes_back_as_it_went() {
    let s3 = service().await;
    let input = PutObjectRequest {
        content_type: Some("text/plain".to_owned()),
        content_encoding: Some("aws-chunked,gzip".to_owned()),
        cache_control: Some("no-cache".to_owned()),
        expires: Some(DateTime::from_secs(NOW + 1)),
        metadata: Some([("color".to_owned(), "red".to_owned())].into()),
        tagging: Some("team=a%20b&x=".to_owned()),
        ..put_request("key", "hello")
    };
    let output = s3.put_object(&context(), input).await.unwrap();
    assert_eq!(output.e_tag.as_deref(), Some(HELLO_MD5));
    assert_eq!(
        output.server_side_encryption,
        Some(ServerSideEncryption::Aes256)
    );
    assert_eq!(output.checksum_type, Some("FULL_OBJECT".into()));

    let output = get(&s3, "key").await.unwrap();
    assert_eq!(output.e_tag.as_deref(), Some(HELLO_MD5));
    assert_eq!(output.content_length, Some(5));
    assert_eq!(output.content_type.as_deref(), Some("text/plain"));
    assert_eq!(output.content_encoding.as_deref(), Some("gzip"));
    assert_eq!(output.cache_control.as_deref(), Some("no-cache"));
    assert_eq!(output.expires, Some(DateTime::from_secs(NOW + 1)));
    assert_eq!(output.accept_ranges.as_deref(), Some("bytes"));
    assert_eq!(output.last_modified, Some(DateTime::from_secs(NOW)));
    assert_eq!(output.tag_count, Some(2));
    assert_eq!(output.content_range, None);
    assert_eq!(output.storage_class, None);
    assert_eq!(output.checksum_crc64nvme, None);
    assert_eq!(output.metadata.as_ref().unwrap()["color"], "red");
    assert_eq!(bytes(output.body).await, b"hello");

    put(&s3, "plain", "").await;
    let output = get(&s3, "plain").await.unwrap();
    assert_eq!(output.content_type.as_deref(), Some("binary/octet-stream"));
    assert_eq!(output.content_length, Some(0));
    assert_eq!(bytes(output.body).await, b"");
}

#[tokio::test]
async fn a_large_object_streams() {
    let s3 = service().await;
    let body = noise(3_000_000, 1);
    put(&s3, "large", body.clone()).await;
    assert!(read(&s3, "large").await == body);
    let input = GetObjectRequest {
        range: Some("bytes=1000000-1999999".to_owned()),
        ..get_request("large")
    };
    let output = s3.get_object(&context(), input).await.unwrap();
    assert_eq!(
        output.content_range.as_deref(),
        Some("bytes 1000000-1999999/3000000")
    );
    assert_eq!(output.content_length, Some(1_000_000));
    assert!(bytes(output.body).await == body[1_000_000..2_000_000]);
}

#[tokio::test]
async fn what_is_not_there_is_named() {
    let s3 = service().await;
    let error = assert_error(get(&s3, "missing").await, "NoSuchKey", 404);
    assert_eq!(error.message, "The specified key does not exist.");
    assert_eq!(detail(&error, "Key"), Some("missing"));
    let input = GetObjectRequest {
        bucket: "nowhere".to_owned(),
        ..get_request("key")
    };
    let error = assert_error(s3.get_object(&context(), input).await, "NoSuchBucket", 404);
    assert_eq!(detail(&error, "BucketName"), Some("nowhere"));
    let input = PutObjectRequest {
        bucket: "nowhere".to_owned(),
        ..put_request("key", "")
    };
    assert_error(s3.put_object(&context(), input).await, "NoSuchBucket", 404);
    let longest = "k".repeat(1024);
    put(&s3, &longest, "x").await;
    let input = put_request(&format!("{longest}k"), "x");
    let error = assert_error(
        s3.put_object(&context(), input).await,
        "KeyTooLongError",
        400,
    );
    assert_eq!(detail(&error, "Size"), Some("1025"));
    put(&s3, "key", "x").await;
    let input = GetObjectRequest {
        version_id: Some("older".to_owned()),
        ..get_request("key")
    };
    assert_error(
        s3.get_object(&context(), input).await,
        "InvalidArgument",
        400,
    );
}

#[tokio::test]
async fn reads_are_conditional() {
    let s3 = service().await;
    put(&s3, "key", "hello").await;
    let at = |offset| Some(DateTime::from_secs(NOW + offset));
    let request = || get_request("key");
    let cases = [
        (
            GetObjectRequest {
                if_match: Some(HELLO_MD5.to_owned()),
                ..request()
            },
            None,
        ),
        (
            GetObjectRequest {
                if_match: Some("\"other\"".to_owned()),
                ..request()
            },
            Some(("PreconditionFailed", 412)),
        ),
        (
            GetObjectRequest {
                if_none_match: Some(HELLO_MD5.to_owned()),
                ..request()
            },
            Some(("NotModified", 304)),
        ),
        (
            GetObjectRequest {
                if_none_match: Some("*".to_owned()),
                ..request()
            },
            Some(("NotModified", 304)),
        ),
        (
            GetObjectRequest {
                if_none_match: Some("\"other\"".to_owned()),
                ..request()
            },
            None,
        ),
        (
            GetObjectRequest {
                if_modified_since: at(0),
                ..request()
            },
            Some(("NotModified", 304)),
        ),
        (
            GetObjectRequest {
                if_modified_since: at(-1),
                ..request()
            },
            None,
        ),
        (
            GetObjectRequest {
                if_unmodified_since: at(-1),
                ..request()
            },
            Some(("PreconditionFailed", 412)),
        ),
        (
            GetObjectRequest {
                if_unmodified_since: at(0),
                ..request()
            },
            None,
        ),
        // The ETag decides where both are given.
        (
            GetObjectRequest {
                if_match: Some(HELLO_MD5.to_owned()),
                if_unmodified_since: at(-1),
                ..request()
            },
            None,
        ),
        (
            GetObjectRequest {
                if_none_match: Some(HELLO_MD5.to_owned()),
                if_modified_since: at(-1),
                ..request()
            },
            Some(("NotModified", 304)),
        ),
    ];
    for (input, expected) in cases {
        let shown = format!("{input:?}");
        let result = s3.get_object(&context(), input).await;
        match expected {
            None => assert!(result.is_ok(), "{shown}"),
            Some((code, status)) => {
                let error = assert_error(result, code, status);
                if status == 304 {
                    assert!(error.headers.contains(&("etag", HELLO_MD5.to_owned())));
                }
            }
        }
    }
    let input = GetObjectRequest {
        if_match: Some("x".to_owned()),
        ..request()
    };
    let error = s3.get_object(&context(), input).await.unwrap_err();
    assert_eq!(detail(&error, "Condition"), Some("If-Match"));
}

#[tokio::test]
async fn ranges_and_parts_are_parts() {
    let s3 = service().await;
    put(&s3, "key", "hello").await;
    let range = async |range: &str| {
        let input = GetObjectRequest {
            range: Some(range.to_owned()),
            checksum_mode: Some(ChecksumMode::Enabled),
            ..get_request("key")
        };
        s3.get_object(&context(), input).await
    };
    let output = range("bytes=1-3").await.unwrap();
    assert_eq!(output.content_range.as_deref(), Some("bytes 1-3/5"));
    assert_eq!(output.checksum_crc64nvme, None);
    assert_eq!(bytes(output.body).await, b"ell");
    let error = assert_error(range("bytes=5-").await, "InvalidRange", 416);
    assert_eq!(detail(&error, "ActualObjectSize"), Some("5"));
    assert_eq!(detail(&error, "RangeRequested"), Some("bytes=5-"));
    let part = |number| GetObjectRequest {
        part_number: Some(number),
        ..get_request("key")
    };
    let output = s3.get_object(&context(), part(1)).await.unwrap();
    assert_eq!(output.content_range.as_deref(), Some("bytes 0-4/5"));
    let refused = s3.get_object(&context(), part(2)).await;
    assert_error(refused, "InvalidPartNumber", 416);
    let both = GetObjectRequest {
        range: Some("bytes=0-1".to_owned()),
        ..part(1)
    };
    assert_error(s3.get_object(&context(), both).await, "InvalidRequest", 400);
}

#[tokio::test]
async fn response_headers_can_be_overridden_by_those_who_sign() {
    let s3 = service().await;
    put(&s3, "key", "hello").await;
    let request = || GetObjectRequest {
        response_content_type: Some("text/html".to_owned()),
        response_expires: Some(DateTime::from_secs(NOW)),
        ..get_request("key")
    };
    let output = s3.get_object(&context(), request()).await.unwrap();
    assert_eq!(output.content_type.as_deref(), Some("text/html"));
    assert_eq!(output.expires, Some(DateTime::from_secs(NOW)));
    let anonymous = RequestContext {
        caller: Caller::Anonymous,
        ..context()
    };
    let refused = s3.get_object(&anonymous, request()).await;
    assert_error(refused, "InvalidRequest", 400);
}

#[tokio::test]
async fn head_tells_the_same_without_the_body() {
    let s3 = service().await;
    put(&s3, "key", "hello").await;
    let input = HeadObjectRequest {
        bucket: "bucket".to_owned(),
        key: "key".to_owned(),
        checksum_mode: Some(ChecksumMode::Enabled),
        ..Default::default()
    };
    let output = s3.head_object(&context(), input).await.unwrap();
    assert_eq!(output.content_length, Some(5));
    assert_eq!(output.e_tag.as_deref(), Some(HELLO_MD5));
    assert!(output.checksum_crc64nvme.is_some());
    let input = HeadObjectRequest {
        bucket: "bucket".to_owned(),
        key: "none".to_owned(),
        ..Default::default()
    };
    assert_error(s3.head_object(&context(), input).await, "NoSuchKey", 404);
}

#[tokio::test]
async fn checksums_are_verified_and_kept() {
    let s3 = service().await;
    // Of "hello", as every implementation of these has them.
    let sha256 = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";
    let crc32 = "NhCmhg==";
    let request = || put_request("key", "hello");
    let good = PutObjectRequest {
        checksum_sha256: Some(sha256.to_owned()),
        ..request()
    };
    let output = s3.put_object(&context(), good).await.unwrap();
    assert_eq!(output.checksum_sha256.as_deref(), Some(sha256));
    assert_eq!(output.checksum_crc64nvme, None);

    // A trailer's value is not among the members; the algorithm is.
    let trailed = PutObjectRequest {
        checksum_algorithm: Some(ChecksumAlgorithm::Crc32),
        ..request()
    };
    let output = s3.put_object(&context(), trailed).await.unwrap();
    assert_eq!(output.checksum_crc32.as_deref(), Some(crc32));
    let input = GetObjectRequest {
        checksum_mode: Some(ChecksumMode::Enabled),
        ..get_request("key")
    };
    let output = s3.get_object(&context(), input).await.unwrap();
    assert_eq!(output.checksum_crc32.as_deref(), Some(crc32));
    assert_eq!(output.checksum_type, Some("FULL_OBJECT".into()));

    let refusals = [
        (
            PutObjectRequest {
                checksum_crc32: Some("AAAAAA==".to_owned()),
                ..request()
            },
            "BadDigest",
            400,
        ),
        (
            PutObjectRequest {
                checksum_crc32: Some("AAAA".to_owned()),
                ..request()
            },
            "InvalidRequest",
            400,
        ),
        (
            PutObjectRequest {
                checksum_crc32: Some(crc32.to_owned()),
                checksum_sha256: Some(sha256.to_owned()),
                ..request()
            },
            "InvalidRequest",
            400,
        ),
        (
            PutObjectRequest {
                checksum_crc32: Some(crc32.to_owned()),
                checksum_algorithm: Some(ChecksumAlgorithm::Sha1),
                ..request()
            },
            "InvalidRequest",
            400,
        ),
        (
            PutObjectRequest {
                checksum_algorithm: Some(ChecksumAlgorithm::Sha512),
                ..request()
            },
            "NotImplemented",
            501,
        ),
        (
            PutObjectRequest {
                content_md5: Some("XUFAKrxLKna5cZ2REBfFkw==".to_owned()),
                ..request()
            },
            "BadDigest",
            400,
        ),
        (
            PutObjectRequest {
                content_md5: Some("nonsense".to_owned()),
                ..request()
            },
            "InvalidDigest",
            400,
        ),
    ];
    for (mut input, code, status) in refusals {
        input.key = "refused".to_owned();
        assert_error(s3.put_object(&context(), input).await, code, status);
    }
    assert_error(get(&s3, "refused").await, "NoSuchKey", 404);
    let md5 = PutObjectRequest {
        content_md5: Some("XUFAKrxLKna5cZ2REBfFkg==".to_owned()),
        ..request()
    };
    s3.put_object(&context(), md5).await.unwrap();
}

#[tokio::test]
async fn attributes_are_checked() {
    let s3 = service().await;
    let request = || put_request("key", "hello");
    let text = |text: &str| Some(text.to_owned());
    let refusals = [
        (
            PutObjectRequest {
                storage_class: Some("COLD".into()),
                ..request()
            },
            "InvalidStorageClass",
            400,
        ),
        (
            PutObjectRequest {
                storage_class: Some("OUTPOSTS".into()),
                ..request()
            },
            "InvalidStorageClass",
            400,
        ),
        (
            PutObjectRequest {
                server_side_encryption: Some("rot13".into()),
                ..request()
            },
            "InvalidEncryptionAlgorithmError",
            400,
        ),
        (
            PutObjectRequest {
                ssekms_key_id: text("key"),
                ..request()
            },
            "InvalidArgument",
            400,
        ),
        (
            PutObjectRequest {
                sse_customer_algorithm: text("AES256"),
                ..request()
            },
            "NotImplemented",
            501,
        ),
        (
            PutObjectRequest {
                acl: Some("public-read".into()),
                ..request()
            },
            "AccessControlListNotSupported",
            400,
        ),
        (
            PutObjectRequest {
                grant_read: text("id=x"),
                ..request()
            },
            "AccessControlListNotSupported",
            400,
        ),
        (
            PutObjectRequest {
                object_lock_mode: Some("GOVERNANCE".into()),
                ..request()
            },
            "InvalidRequest",
            400,
        ),
        (
            PutObjectRequest {
                website_redirect_location: text("ftp://x"),
                ..request()
            },
            "InvalidRedirectLocation",
            400,
        ),
        (
            PutObjectRequest {
                tagging: text("a=1&a=2"),
                ..request()
            },
            "InvalidArgument",
            400,
        ),
        (
            PutObjectRequest {
                tagging: text("aws:a=1"),
                ..request()
            },
            "InvalidTag",
            400,
        ),
        (
            PutObjectRequest {
                tagging: text("a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8&i=9&j=10&k=11"),
                ..request()
            },
            "BadRequest",
            400,
        ),
        (
            PutObjectRequest {
                metadata: Some([("k".to_owned(), "v".repeat(2048))].into()),
                ..request()
            },
            "MetadataTooLarge",
            400,
        ),
        (
            PutObjectRequest {
                write_offset_bytes: Some(5),
                ..request()
            },
            "NotImplemented",
            501,
        ),
    ];
    for (input, code, status) in refusals {
        assert_error(s3.put_object(&context(), input).await, code, status);
    }
    assert_error(get(&s3, "key").await, "NoSuchKey", 404);

    let kms = PutObjectRequest {
        server_side_encryption: Some("aws:kms".into()),
        ssekms_key_id: text("1234"),
        storage_class: Some("GLACIER".into()),
        acl: Some("bucket-owner-full-control".into()),
        metadata: Some([("k".to_owned(), "v".repeat(2047))].into()),
        ..request()
    };
    let output = s3.put_object(&context(), kms).await.unwrap();
    let key = "arn:aws:kms:us-east-1:000000000000:key/1234";
    assert_eq!(output.ssekms_key_id.as_deref(), Some(key));
    let error = assert_error(get(&s3, "key").await, "InvalidObjectState", 403);
    assert_eq!(detail(&error, "StorageClass"), Some("GLACIER"));
}

#[tokio::test]
async fn writes_are_conditional() {
    let s3 = service().await;
    let write = async |if_match: Option<&str>, if_none_match: Option<&str>| {
        let input = PutObjectRequest {
            if_match: if_match.map(str::to_owned),
            if_none_match: if_none_match.map(str::to_owned),
            ..put_request("key", "hello")
        };
        s3.put_object(&context(), input).await
    };
    assert_error(write(Some("\"x\""), None).await, "NoSuchKey", 404);
    write(None, Some("*")).await.unwrap();
    let error = assert_error(write(None, Some("*")).await, "PreconditionFailed", 412);
    assert_eq!(detail(&error, "Condition"), Some("If-None-Match"));
    let error = assert_error(write(Some("\"x\""), None).await, "PreconditionFailed", 412);
    assert_eq!(detail(&error, "Condition"), Some("If-Match"));
    write(Some(HELLO_MD5), None).await.unwrap();
    assert_error(write(Some("*"), None).await, "NotImplemented", 501);
    assert_error(write(None, Some("\"x\"")).await, "NotImplemented", 501);
    assert_error(write(Some("\"x\""), Some("*")).await, "NotImplemented", 501);
}

#[tokio::test]
async fn tags_come_and_go() {
    let s3 = service().await;
    put(&s3, "key", "hello").await;
    let tag = |key: &str, value: &str| Tag {
        key: key.to_owned(),
        value: value.to_owned(),
    };
    let set = async |tags: Vec<Tag>| {
        let input = PutObjectTaggingRequest {
            bucket: "bucket".to_owned(),
            key: "key".to_owned(),
            tagging: Tagging { tag_set: tags },
            ..Default::default()
        };
        s3.put_object_tagging(&context(), input).await
    };
    let list = async || {
        let input = GetObjectTaggingRequest {
            bucket: "bucket".to_owned(),
            key: "key".to_owned(),
            ..Default::default()
        };
        s3.get_object_tagging(&context(), input)
            .await
            .unwrap()
            .tag_set
    };
    assert_eq!(list().await, []);
    set(vec![tag("b", "2"), tag("a", "1")]).await.unwrap();
    assert_eq!(list().await, [tag("a", "1"), tag("b", "2")]);
    assert_error(
        set(vec![tag("a", "1"), tag("a", "2")]).await,
        "InvalidTag",
        400,
    );
    assert_error(set(vec![tag("", "1")]).await, "InvalidTag", 400);
    let many = (0..11).map(|n| tag(&n.to_string(), "")).collect();
    let error = assert_error(set(many).await, "BadRequest", 400);
    assert_eq!(error.message, "Object tags cannot be greater than 10");
    let input = DeleteObjectTaggingRequest {
        bucket: "bucket".to_owned(),
        key: "key".to_owned(),
        ..Default::default()
    };
    s3.delete_object_tagging(&context(), input).await.unwrap();
    assert_eq!(list().await, []);
}

#[tokio::test]
async fn other_services_open_objects() {
    let s3 = service().await;
    put(&s3, "code.zip", "zip").await;
    let body = s3.open_object("bucket", "code.zip", None).await.unwrap();
    assert_eq!(bytes(body).await, b"zip");
    let missing = s3.open_object("bucket", "none", None).await;
    assert_error(missing, "NoSuchKey", 404);
    let versioned = s3.open_object("bucket", "code.zip", Some("7")).await;
    assert_error(versioned, "InvalidArgument", 400);
}
