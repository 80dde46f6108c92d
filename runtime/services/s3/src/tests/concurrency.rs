use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http_body::Frame;
use stockade_store::{Scan, Scope};

use super::*;
use crate::state::{MANIFESTS, OBJECTS, PARTS, UPLOADS};

/// A body that gives some bytes and then fails.
struct Failing {
    chunks: usize,
}

impl http_body::Body for Failing {
    type Data = Bytes;
    type Error = stockade_wire::chunked::BodyError;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.chunks == 0 {
            return Poll::Ready(Some(Err(Self::Error::BadDigest {
                header: "x-amz-checksum-crc32",
            })));
        }
        self.chunks -= 1;
        Poll::Ready(Some(Ok(Frame::data(Bytes::from(vec![7; 100_000])))))
    }
}

fn failing(chunks: usize) -> ByteStream {
    ByteStream::new(SdkBody::from_body_1_x(Failing { chunks }))
}

#[tokio::test]
async fn an_upload_that_fails_leaves_nothing() {
    let s3 = service().await;
    put(&s3, "key", "before").await;
    for chunks in [0, 1, 30] {
        let input = PutObjectRequest {
            body: failing(chunks),
            ..put_request("key", "")
        };
        let error = s3.put_object(&context(), input).await.unwrap_err();
        // The wire's own word for it, not a guess of ours.
        assert_eq!(error.code, "BadDigest");
        assert_eq!(read(&s3, "key").await, b"before");
    }
    let input = CreateMultipartUploadRequest {
        bucket: "bucket".to_owned(),
        key: "key".to_owned(),
        ..Default::default()
    };
    let upload = s3.create_multipart_upload(&context(), input).await.unwrap();
    let input = UploadPartRequest {
        bucket: "bucket".to_owned(),
        key: "key".to_owned(),
        upload_id: upload.upload_id.unwrap(),
        part_number: 1,
        body: failing(30),
        ..Default::default()
    };
    assert_error(s3.upload_part(&context(), input).await, "BadDigest", 400);
    let scope = Scope::new(OWNER, "us-east-1");
    assert_eq!(s3.store.snapshot().count(PARTS, &scope, Scan::all()), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_reader_ever_sees_a_torn_object() {
    const ROUNDS: usize = 60;
    let s3 = service().await;
    let reads = Arc::new(AtomicUsize::new(0));
    let mut tasks = Vec::new();
    for writer in 0..4_u8 {
        let s3 = s3.clone();
        tasks.push(tokio::spawn(async move {
            for round in 0..ROUNDS {
                // Short ones lie in memory, long ones in files.
                let len = if round % 2 == 0 { 1_000 } else { 400_000 };
                put(&s3, "key", vec![writer; len]).await;
                if round % 10 == 0 {
                    let input = DeleteObjectRequest {
                        bucket: "bucket".to_owned(),
                        key: "key".to_owned(),
                        ..Default::default()
                    };
                    s3.delete_object(&context(), input).await.unwrap();
                }
            }
        }));
    }
    for _ in 0..4 {
        let (s3, reads) = (s3.clone(), Arc::clone(&reads));
        tasks.push(tokio::spawn(async move {
            for _ in 0..ROUNDS * 2 {
                match get(&s3, "key").await {
                    Ok(object) => {
                        let len = object.content_length.unwrap();
                        let etag = object.e_tag.unwrap();
                        let body = bytes(object.body).await;
                        assert_eq!(body.len() as i64, len);
                        use md5::{Digest, Md5};
                        assert_eq!(etag, format!("\"{}\"", hex::encode(Md5::digest(&body))));
                        reads.fetch_add(1, Ordering::Relaxed);
                    }
                    Err(error) => assert_eq!(error.code, "NoSuchKey"),
                }
                tokio::task::yield_now().await;
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert!(reads.load(Ordering::Relaxed) > 0);
}

#[tokio::test]
async fn a_reader_of_parts_finishes_after_the_object_is_gone() {
    let s3 = service().await;
    let input = CreateMultipartUploadRequest {
        bucket: "bucket".to_owned(),
        key: "key".to_owned(),
        ..Default::default()
    };
    let upload = s3.create_multipart_upload(&context(), input).await.unwrap();
    let upload = upload.upload_id.unwrap();
    let size = 5 * 1024 * 1024;
    let mut parts = Vec::new();
    for number in 1..=2 {
        let input = UploadPartRequest {
            bucket: "bucket".to_owned(),
            key: "key".to_owned(),
            upload_id: upload.clone(),
            part_number: number,
            body: ByteStream::from(noise(size, number as u64)),
            ..Default::default()
        };
        let output = s3.upload_part(&context(), input).await.unwrap();
        parts.push(CompletedPart {
            part_number: Some(number),
            e_tag: output.e_tag,
            ..Default::default()
        });
    }
    let input = CompleteMultipartUploadRequest {
        bucket: "bucket".to_owned(),
        key: "key".to_owned(),
        upload_id: upload,
        multipart_upload: Some(CompletedMultipartUpload { parts: Some(parts) }),
        ..Default::default()
    };
    s3.complete_multipart_upload(&context(), input)
        .await
        .unwrap();

    let mut reader = get(&s3, "key").await.unwrap().body;
    let first = reader.next().await.unwrap().unwrap();
    let scope = Scope::new(OWNER, "us-east-1");
    let second_blob = s3
        .store
        .snapshot()
        .scan(MANIFESTS, &scope, Scan::all())
        .next()
        .unwrap()
        .unwrap()
        .record[1]
        .blob
        .clone();
    put(&s3, "key", "after").await;
    tokio::task::yield_now().await;
    let mut rest = first.to_vec();
    while let Some(chunk) = reader.next().await {
        rest.extend_from_slice(&chunk.unwrap());
    }
    let whole = [noise(size, 1), noise(size, 2)].concat();
    assert!(rest == whole);
    assert_eq!(read(&s3, "key").await, b"after");

    // With the last reader, the bytes go.
    drop(reader);
    let mut gone = false;
    for _ in 0..200 {
        gone = s3.store.blobs().get(&second_blob, None).await.is_err();
        if gone {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(gone);
    let snapshot = s3.store.snapshot();
    assert_eq!(snapshot.count(MANIFESTS, &scope, Scan::all()), 0);
    assert_eq!(snapshot.count(UPLOADS, &scope, Scan::all()), 0);
    assert_eq!(snapshot.count(OBJECTS, &scope, Scan::all()), 1);
}
