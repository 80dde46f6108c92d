use aws_smithy_types::DateTime;
use pretty_assertions::assert_eq;

use super::*;

fn copy_request(source: &str, key: &str) -> CopyObjectRequest {
    CopyObjectRequest {
        bucket: "bucket".to_owned(),
        key: key.to_owned(),
        copy_source: source.to_owned(),
        ..Default::default()
    }
}

async fn with_source() -> S3 {
    let s3 = service().await;
    let input = PutObjectRequest {
        content_type: Some("text/plain".to_owned()),
        metadata: Some([("color".to_owned(), "red".to_owned())].into()),
        tagging: Some("team=blue".to_owned()),
        storage_class: Some("STANDARD_IA".into()),
        checksum_algorithm: Some(ChecksumAlgorithm::Sha256),
        ..put_request("a source", "hello")
    };
    s3.put_object(&context(), input).await.unwrap();
    s3
}

#[tokio::test]
async fn a_copy_takes_over_what_its_source_has() {
    let s3 = with_source().await;
    create(&s3, "other").await;
    let input = CopyObjectRequest {
        bucket: "other".to_owned(),
        ..copy_request("bucket/a%20source", "copy")
    };
    let output = s3.copy_object(&context(), input).await.unwrap();
    let result = output.copy_object_result.unwrap();
    assert_eq!(
        result.e_tag.as_deref(),
        Some("\"5d41402abc4b2a76b9719d911017c592\"")
    );
    assert_eq!(result.last_modified, Some(DateTime::from_secs(NOW)));
    assert!(result.checksum_sha256.is_some());
    let input = GetObjectRequest {
        bucket: "other".to_owned(),
        ..get_request("copy")
    };
    let output = s3.get_object(&context(), input).await.unwrap();
    assert_eq!(output.content_type.as_deref(), Some("text/plain"));
    assert_eq!(output.metadata.unwrap()["color"], "red");
    assert_eq!(output.tag_count, Some(1));
    // The storage class is not taken over.
    assert_eq!(output.storage_class, None);
    assert_eq!(bytes(output.body).await, b"hello");
}

#[tokio::test]
async fn directives_replace() {
    let s3 = with_source().await;
    let input = CopyObjectRequest {
        metadata_directive: Some("REPLACE".into()),
        tagging_directive: Some("REPLACE".into()),
        content_type: Some("text/html".to_owned()),
        tagging: Some("a=1&b=2".to_owned()),
        checksum_algorithm: Some(ChecksumAlgorithm::Crc32c),
        ..copy_request("/bucket/a%20source", "copy")
    };
    let output = s3.copy_object(&context(), input).await.unwrap();
    assert!(output.copy_object_result.unwrap().checksum_crc32c.is_some());
    let output = get(&s3, "copy").await.unwrap();
    assert_eq!(output.content_type.as_deref(), Some("text/html"));
    assert_eq!(output.metadata, Some(Default::default()));
    assert_eq!(output.tag_count, Some(2));
    let unknown = CopyObjectRequest {
        metadata_directive: Some("KEEP".into()),
        ..copy_request("bucket/a%20source", "copy")
    };
    let error = assert_error(
        s3.copy_object(&context(), unknown).await,
        "InvalidArgument",
        400,
    );
    assert_eq!(error.message, "Unknown metadata directive.");
}

#[tokio::test]
async fn a_copy_onto_itself_must_change_something() {
    let s3 = with_source().await;
    let idle = copy_request("bucket/a%20source", "a source");
    assert_error(
        s3.copy_object(&context(), idle).await,
        "InvalidRequest",
        400,
    );
    let input = CopyObjectRequest {
        storage_class: Some("STANDARD".into()),
        ..copy_request("bucket/a%20source", "a source")
    };
    s3.copy_object(&context(), input).await.unwrap();
    let output = get(&s3, "a source").await.unwrap();
    assert_eq!(output.storage_class, None);
    assert_eq!(output.metadata.unwrap()["color"], "red");
    assert_eq!(read(&s3, "a source").await, b"hello");
}

#[tokio::test]
async fn copies_are_conditional_on_both_ends() {
    let s3 = with_source().await;
    let request = || copy_request("bucket/a%20source", "copy");
    let refusals = [
        CopyObjectRequest {
            copy_source_if_match: Some("\"x\"".to_owned()),
            ..request()
        },
        CopyObjectRequest {
            copy_source_if_none_match: Some("*".to_owned()),
            ..request()
        },
        CopyObjectRequest {
            copy_source_if_modified_since: Some(DateTime::from_secs(NOW)),
            ..request()
        },
        CopyObjectRequest {
            copy_source_if_unmodified_since: Some(DateTime::from_secs(NOW - 1)),
            ..request()
        },
    ];
    for input in refusals {
        // A copy has no answer 304.
        assert_error(
            s3.copy_object(&context(), input).await,
            "PreconditionFailed",
            412,
        );
    }
    let once = || CopyObjectRequest {
        if_none_match: Some("*".to_owned()),
        ..request()
    };
    s3.copy_object(&context(), once()).await.unwrap();
    let error = assert_error(
        s3.copy_object(&context(), once()).await,
        "PreconditionFailed",
        412,
    );
    assert_eq!(detail(&error, "Condition"), Some("If-None-Match"));
}

#[tokio::test]
async fn bad_sources_are_refused() {
    let s3 = service().await;
    for (source, code, status) in [
        ("bucket", "InvalidArgument", 400),
        ("bucket/none", "NoSuchKey", 404),
        ("nowhere/key", "NoSuchBucket", 404),
        (
            "arn:aws:s3:us-east-1:000000000000:accesspoint/a/object/k",
            "NotImplemented",
            501,
        ),
    ] {
        let result = s3
            .copy_object(&context(), copy_request(source, "copy"))
            .await;
        assert_error(result, code, status);
    }
    let owned = CopyObjectRequest {
        expected_source_bucket_owner: Some(STRANGER.to_owned()),
        ..copy_request("bucket/none", "copy")
    };
    assert_error(s3.copy_object(&context(), owned).await, "AccessDenied", 403);
}
