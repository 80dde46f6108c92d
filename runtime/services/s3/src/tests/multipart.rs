use pretty_assertions::assert_eq;

use super::*;

const MIB: usize = 1024 * 1024;

async fn begin(s3: &S3, input: CreateMultipartUploadRequest) -> String {
    let input = CreateMultipartUploadRequest {
        bucket: "bucket".to_owned(),
        key: "key".to_owned(),
        ..input
    };
    let output = s3.create_multipart_upload(&context(), input).await.unwrap();
    output.upload_id.unwrap()
}

fn part_request(upload: &str, number: i32, body: Vec<u8>) -> UploadPartRequest {
    UploadPartRequest {
        bucket: "bucket".to_owned(),
        key: "key".to_owned(),
        upload_id: upload.to_owned(),
        part_number: number,
        body: ByteStream::from(body),
        ..Default::default()
    }
}

async fn part(s3: &S3, upload: &str, number: i32, body: Vec<u8>) -> CompletedPart {
    let input = part_request(upload, number, body);
    let output = s3.upload_part(&context(), input).await.unwrap();
    CompletedPart {
        part_number: Some(number),
        e_tag: output.e_tag,
        ..Default::default()
    }
}

fn complete_request(upload: &str, parts: Vec<CompletedPart>) -> CompleteMultipartUploadRequest {
    CompleteMultipartUploadRequest {
        bucket: "bucket".to_owned(),
        key: "key".to_owned(),
        upload_id: upload.to_owned(),
        multipart_upload: Some(CompletedMultipartUpload { parts: Some(parts) }),
        ..Default::default()
    }
}

async fn complete(
    s3: &S3,
    upload: &str,
    parts: Vec<CompletedPart>,
) -> Result<CompleteMultipartUploadOutput, Error> {
    let input = complete_request(upload, parts);
    s3.complete_multipart_upload(&context(), input).await
}

#[tokio::test]
async fn parts_become_an_object() {
    let s3 = service().await;
    put(&s3, "key", "before").await;
    let upload = begin(
        &s3,
        CreateMultipartUploadRequest {
            content_type: Some("text/plain".to_owned()),
            ..Default::default()
        },
    )
    .await;
    let body = noise(11 * MIB, 7);
    // Out of order, one of them twice.
    part(&s3, &upload, 2, vec![0; 10]).await;
    let third = part(&s3, &upload, 3, body[10 * MIB..].to_vec()).await;
    let second = part(&s3, &upload, 2, body[5 * MIB..10 * MIB].to_vec()).await;
    let first = part(&s3, &upload, 1, body[..5 * MIB].to_vec()).await;
    // Nothing is seen before the upload is complete.
    assert_eq!(read(&s3, "key").await, b"before");
    let output = complete(&s3, &upload, vec![first, second, third])
        .await
        .unwrap();
    assert_eq!(
        output.location.as_deref(),
        Some("http://localhost:4566/bucket/key")
    );
    assert!(output.e_tag.as_ref().unwrap().ends_with("-3\""));

    let object = get(&s3, "key").await.unwrap();
    assert_eq!(object.e_tag, output.e_tag);
    assert_eq!(object.content_type.as_deref(), Some("text/plain"));
    assert_eq!(object.content_length, Some(11 * MIB as i64));
    assert!(bytes(object.body).await == body);

    // The default checksum is of the whole, as if it had come in one piece.
    put(&s3, "whole", body.clone()).await;
    let checksum = async |key: &str| {
        let input = GetObjectRequest {
            checksum_mode: Some(ChecksumMode::Enabled),
            ..get_request(key)
        };
        s3.get_object(&context(), input)
            .await
            .unwrap()
            .checksum_crc64nvme
            .unwrap()
    };
    assert_eq!(checksum("key").await, checksum("whole").await);

    let across = GetObjectRequest {
        range: Some(format!("bytes={}-{}", 5 * MIB - 3, 10 * MIB + 2)),
        ..get_request("key")
    };
    let ranged = s3.get_object(&context(), across).await.unwrap();
    assert!(bytes(ranged.body).await == body[5 * MIB - 3..=10 * MIB + 2]);
    let second = GetObjectRequest {
        part_number: Some(2),
        ..get_request("key")
    };
    let ranged = s3.get_object(&context(), second).await.unwrap();
    assert_eq!(ranged.parts_count, Some(3));
    assert!(bytes(ranged.body).await == body[5 * MIB..10 * MIB]);

    // The upload is done with.
    let error = assert_error(
        complete(
            &s3,
            &upload,
            vec![CompletedPart {
                part_number: Some(1),
                e_tag: Some("x".to_owned()),
                ..Default::default()
            }],
        )
        .await,
        "NoSuchUpload",
        404,
    );
    assert_eq!(detail(&error, "UploadId"), Some(&*upload));
}

#[tokio::test]
async fn the_etag_is_the_md5_of_md5s() {
    let s3 = service().await;
    let upload = begin(&s3, Default::default()).await;
    let only = part(&s3, &upload, 1, b"hello".to_vec()).await;
    let output = complete(&s3, &upload, vec![only]).await.unwrap();
    use md5::{Digest, Md5};
    let inner = Md5::digest(b"hello");
    let outer = hex::encode(Md5::digest(inner));
    assert_eq!(output.e_tag, Some(format!("\"{outer}-1\"")));
}

#[tokio::test]
async fn wrong_lists_of_parts_are_refused() {
    let s3 = service().await;
    let upload = begin(&s3, Default::default()).await;
    let first = part(&s3, &upload, 1, vec![1; 10]).await;
    let second = part(&s3, &upload, 2, vec![2; 10]).await;
    assert_error(complete(&s3, &upload, vec![]).await, "MalformedXML", 400);
    let swapped = complete(&s3, &upload, vec![second.clone(), first.clone()]).await;
    assert_error(swapped, "InvalidPartOrder", 400);
    let small = complete(&s3, &upload, vec![first.clone(), second.clone()]).await;
    let error = assert_error(small, "EntityTooSmall", 400);
    assert_eq!(detail(&error, "PartNumber"), Some("1"));
    assert_eq!(detail(&error, "MinSizeAllowed"), Some("5242880"));
    let absent = CompletedPart {
        part_number: Some(3),
        ..first.clone()
    };
    let error = assert_error(
        complete(&s3, &upload, vec![absent]).await,
        "InvalidPart",
        400,
    );
    assert_eq!(detail(&error, "PartNumber"), Some("3"));
    let other = CompletedPart {
        e_tag: second.e_tag.clone(),
        ..first.clone()
    };
    assert_error(
        complete(&s3, &upload, vec![other]).await,
        "InvalidPart",
        400,
    );
    let wrong_size = CompleteMultipartUploadRequest {
        mpu_object_size: Some(11),
        ..complete_request(&upload, vec![first.clone()])
    };
    assert_error(
        s3.complete_multipart_upload(&context(), wrong_size).await,
        "InvalidRequest",
        400,
    );
    // After all that, the upload is as it was.
    complete(&s3, &upload, vec![first]).await.unwrap();
    assert_eq!(read(&s3, "key").await, [1; 10]);
}

#[tokio::test]
async fn parts_need_an_upload_and_a_number() {
    let s3 = service().await;
    let upload = begin(&s3, Default::default()).await;
    for number in [0, 10_001] {
        let refused = s3
            .upload_part(&context(), part_request(&upload, number, vec![]))
            .await;
        let error = assert_error(refused, "InvalidArgument", 400);
        assert_eq!(detail(&error, "ArgumentName"), Some("partNumber"));
    }
    let refused = s3
        .upload_part(&context(), part_request("none", 1, vec![]))
        .await;
    assert_error(refused, "NoSuchUpload", 404);
    let elsewhere = UploadPartRequest {
        key: "other".to_owned(),
        ..part_request(&upload, 1, vec![])
    };
    assert_error(
        s3.upload_part(&context(), elsewhere).await,
        "NoSuchUpload",
        404,
    );
    let abort = || AbortMultipartUploadRequest {
        bucket: "bucket".to_owned(),
        key: "key".to_owned(),
        upload_id: upload.clone(),
        ..Default::default()
    };
    s3.abort_multipart_upload(&context(), abort())
        .await
        .unwrap();
    assert_error(
        s3.abort_multipart_upload(&context(), abort()).await,
        "NoSuchUpload",
        404,
    );
    let refused = s3
        .upload_part(&context(), part_request(&upload, 1, vec![]))
        .await;
    assert_error(refused, "NoSuchUpload", 404);
}

#[tokio::test]
async fn composite_checksums_are_of_checksums() {
    let s3 = service().await;
    let upload = begin(
        &s3,
        CreateMultipartUploadRequest {
            checksum_algorithm: Some(ChecksumAlgorithm::Sha256),
            ..Default::default()
        },
    )
    .await;
    let without = s3
        .upload_part(&context(), part_request(&upload, 1, b"hello".to_vec()))
        .await;
    assert_eq!(
        assert_error(without, "InvalidRequest", 400).message,
        "Checksum Type mismatch occurred, expected checksum Type: sha256, actual checksum Type: null"
    );
    let input = UploadPartRequest {
        checksum_algorithm: Some(ChecksumAlgorithm::Sha256),
        ..part_request(&upload, 1, b"hello".to_vec())
    };
    let output = s3.upload_part(&context(), input).await.unwrap();
    let sha256 = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";
    assert_eq!(output.checksum_sha256.as_deref(), Some(sha256));
    let named = CompletedPart {
        part_number: Some(1),
        e_tag: output.e_tag,
        ..Default::default()
    };
    let missing = complete(&s3, &upload, vec![named.clone()]).await;
    assert_eq!(
        assert_error(missing, "InvalidRequest", 400).message,
        "The upload was created using a sha256 checksum. The complete request must include the \
         checksum for each part. It was missing for part 1 in the request."
    );
    let wrong = CompletedPart {
        checksum_sha256: Some("x".to_owned()),
        ..named.clone()
    };
    assert_error(
        complete(&s3, &upload, vec![wrong]).await,
        "InvalidPart",
        400,
    );
    let right = CompletedPart {
        checksum_sha256: Some(sha256.to_owned()),
        ..named
    };
    let output = complete(&s3, &upload, vec![right]).await.unwrap();
    use base64::{Engine, engine::general_purpose::STANDARD};
    use sha2::{Digest, Sha256};
    let outer = STANDARD.encode(Sha256::digest(Sha256::digest(b"hello")));
    assert_eq!(output.checksum_sha256, Some(format!("{outer}-1")));
    assert_eq!(output.checksum_type, Some(ChecksumType::Composite));
}

#[tokio::test]
async fn full_object_checksums_are_of_the_object() {
    let s3 = service().await;
    let body = noise(5 * MIB + 100, 3);
    let upload = begin(
        &s3,
        CreateMultipartUploadRequest {
            checksum_algorithm: Some(ChecksumAlgorithm::Crc32),
            checksum_type: Some(ChecksumType::FullObject),
            ..Default::default()
        },
    )
    .await;
    let first = part(&s3, &upload, 1, body[..5 * MIB].to_vec()).await;
    let second = part(&s3, &upload, 2, body[5 * MIB..].to_vec()).await;
    let whole = PutObjectRequest {
        checksum_algorithm: Some(ChecksumAlgorithm::Crc32),
        ..put_request("whole", body)
    };
    let crc32 = s3
        .put_object(&context(), whole)
        .await
        .unwrap()
        .checksum_crc32
        .unwrap();
    let request = || complete_request(&upload, vec![first.clone(), second.clone()]);
    let wrong = CompleteMultipartUploadRequest {
        checksum_crc32: Some("AAAAAA==".to_owned()),
        ..request()
    };
    assert_error(
        s3.complete_multipart_upload(&context(), wrong).await,
        "BadDigest",
        400,
    );
    let mode = CompleteMultipartUploadRequest {
        checksum_type: Some(ChecksumType::Composite),
        ..request()
    };
    assert_error(
        s3.complete_multipart_upload(&context(), mode).await,
        "InvalidRequest",
        400,
    );
    let right = CompleteMultipartUploadRequest {
        checksum_crc32: Some(crc32.clone()),
        ..request()
    };
    let output = s3
        .complete_multipart_upload(&context(), right)
        .await
        .unwrap();
    assert_eq!(output.checksum_crc32, Some(crc32));
    assert_eq!(output.checksum_type, Some(ChecksumType::FullObject));
}

#[tokio::test]
async fn checksum_types_must_fit_the_algorithm() {
    let s3 = service().await;
    for (algorithm, kind) in [
        (Some(ChecksumAlgorithm::Sha1), ChecksumType::FullObject),
        (Some(ChecksumAlgorithm::Crc64nvme), ChecksumType::Composite),
        (None, ChecksumType::Composite),
    ] {
        let input = CreateMultipartUploadRequest {
            bucket: "bucket".to_owned(),
            key: "key".to_owned(),
            checksum_algorithm: algorithm,
            checksum_type: Some(kind),
            ..Default::default()
        };
        let refused = s3.create_multipart_upload(&context(), input).await;
        assert_error(refused, "InvalidRequest", 400);
    }
}

#[tokio::test]
async fn parts_are_copied_from_ranges() {
    let s3 = service().await;
    put(&s3, "source", "hello world").await;
    let upload = begin(&s3, Default::default()).await;
    let request = |range: &str| UploadPartCopyRequest {
        bucket: "bucket".to_owned(),
        key: "key".to_owned(),
        upload_id: upload.clone(),
        part_number: 1,
        copy_source: "bucket/source".to_owned(),
        copy_source_range: Some(range.to_owned()),
        ..Default::default()
    };
    let beyond = s3.upload_part_copy(&context(), request("bytes=0-11")).await;
    assert_error(beyond, "InvalidArgument", 400);
    let output = s3
        .upload_part_copy(&context(), request("bytes=6-10"))
        .await
        .unwrap();
    let named = CompletedPart {
        part_number: Some(1),
        e_tag: output.copy_part_result.unwrap().e_tag,
        ..Default::default()
    };
    complete(&s3, &upload, vec![named]).await.unwrap();
    assert_eq!(read(&s3, "key").await, b"world");
}

#[tokio::test]
async fn parts_are_listed_in_pages() {
    let s3 = service().await;
    let upload = begin(&s3, Default::default()).await;
    for number in [1, 2, 10] {
        part(&s3, &upload, number, vec![0; number as usize]).await;
    }
    let list = async |max_parts, marker| {
        let input = ListPartsRequest {
            bucket: "bucket".to_owned(),
            key: "key".to_owned(),
            upload_id: upload.clone(),
            max_parts,
            part_number_marker: marker,
            ..Default::default()
        };
        s3.list_parts(&context(), input).await.unwrap()
    };
    let output = list(Some(2), None).await;
    assert_eq!(
        (output.is_truncated, output.next_part_number_marker),
        (Some(true), Some(2))
    );
    let output = list(Some(2), Some(2)).await;
    let parts = output.parts.unwrap();
    assert_eq!(
        (parts.len(), parts[0].part_number, parts[0].size),
        (1, Some(10), Some(10))
    );
    assert_eq!(output.is_truncated, Some(false));
}

#[tokio::test]
async fn uploads_are_listed_by_key() {
    let s3 = service().await;
    for key in ["a", "b/1", "b/2", "c"] {
        let input = CreateMultipartUploadRequest {
            bucket: "bucket".to_owned(),
            key: key.to_owned(),
            ..Default::default()
        };
        s3.create_multipart_upload(&context(), input).await.unwrap();
    }
    let list = async |input: ListMultipartUploadsRequest| {
        let input = ListMultipartUploadsRequest {
            bucket: "bucket".to_owned(),
            ..input
        };
        let output = s3.list_multipart_uploads(&context(), input).await.unwrap();
        let uploads = output.uploads.clone().unwrap_or_default().into_iter();
        (
            uploads.filter_map(|upload| upload.key).collect::<Vec<_>>(),
            output,
        )
    };
    let (keys, output) = list(ListMultipartUploadsRequest {
        delimiter: Some("/".to_owned()),
        ..Default::default()
    })
    .await;
    assert_eq!(keys, ["a", "c"]);
    assert_eq!(
        output.common_prefixes.unwrap()[0].prefix.as_deref(),
        Some("b/")
    );
    let (keys, output) = list(ListMultipartUploadsRequest {
        max_uploads: Some(2),
        ..Default::default()
    })
    .await;
    assert_eq!((keys.len(), output.is_truncated), (2, Some(true)));
    let (keys, _) = list(ListMultipartUploadsRequest {
        key_marker: output.next_key_marker,
        upload_id_marker: output.next_upload_id_marker,
        ..Default::default()
    })
    .await;
    assert_eq!(keys, ["b/2", "c"]);
    let (keys, _) = list(ListMultipartUploadsRequest {
        key_marker: Some("b/1".to_owned()),
        ..Default::default()
    })
    .await;
    assert_eq!(keys, ["b/2", "c"]);
}

#[tokio::test]
async fn attributes_tell_of_parts() {
    let s3 = service().await;
    let upload = begin(&s3, Default::default()).await;
    let only = part(&s3, &upload, 1, b"hello".to_vec()).await;
    complete(&s3, &upload, vec![only]).await.unwrap();
    let request = |names: &[&str]| GetObjectAttributesRequest {
        bucket: "bucket".to_owned(),
        key: "key".to_owned(),
        object_attributes: names.iter().map(|name| (*name).into()).collect(),
        ..Default::default()
    };
    let asked = request(&["ETag", "ObjectParts", "ObjectSize"]);
    let output = s3.get_object_attributes(&context(), asked).await.unwrap();
    assert_eq!(output.object_size, Some(5));
    assert!(!output.e_tag.unwrap().contains('"'));
    assert_eq!(output.object_parts.unwrap().total_parts_count, Some(1));
    assert_eq!(output.storage_class, None);
    let unknown = request(&["Color"]);
    assert_error(
        s3.get_object_attributes(&context(), unknown).await,
        "InvalidArgument",
        400,
    );
}
