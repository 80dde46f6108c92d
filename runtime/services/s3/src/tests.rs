//! Behaviour through the handler's face, with state in memory.

mod buckets;
mod concurrency;
mod copies;
mod deletes;
mod listings;
mod multipart;
mod objects;
mod policies;

use std::time::{Duration, UNIX_EPOCH};

use aws_smithy_types::byte_stream::ByteStream;
use stockade_s3_api::S3 as _;
use stockade_s3_api::shapes::*;
use stockade_spec::{Caller, Denied, Error, RequestContext};
use stockade_store::Store;

use crate::S3;

pub(crate) const OWNER: &str = "000000000000";
pub(crate) const STRANGER: &str = "111111111111";

/// Sun, 30 Aug 2015 12:36:00 GMT.
pub(crate) const NOW: i64 = 1_440_938_160;

pub(crate) fn context() -> RequestContext {
    context_of(OWNER, "us-east-1")
}

pub(crate) fn context_of(account: &str, region: &str) -> RequestContext {
    RequestContext {
        caller: Caller::Root,
        account: account.to_owned(),
        region: region.to_owned(),
        partition: "aws",
        access_key: None,
        session: None,
        request_id: "REQUEST".to_owned(),
        now: UNIX_EPOCH + Duration::from_secs(NOW.unsigned_abs()),
        origin: "http://localhost:4566".to_owned(),
    }
}

/// A service with the bucket `bucket`.
pub(crate) async fn service() -> S3 {
    let s3 = S3::new(Store::in_memory());
    create(&s3, "bucket").await;
    s3
}

pub(crate) async fn create(s3: &S3, bucket: &str) {
    let input = CreateBucketRequest {
        bucket: bucket.to_owned(),
        ..Default::default()
    };
    s3.create_bucket(&context(), input).await.unwrap();
}

pub(crate) fn put_request(key: &str, body: impl Into<Vec<u8>>) -> PutObjectRequest {
    PutObjectRequest {
        bucket: "bucket".to_owned(),
        key: key.to_owned(),
        body: ByteStream::from(body.into()),
        ..Default::default()
    }
}

pub(crate) async fn put(s3: &S3, key: &str, body: impl Into<Vec<u8>>) -> PutObjectOutput {
    s3.put_object(&context(), put_request(key, body))
        .await
        .unwrap()
}

pub(crate) fn get_request(key: &str) -> GetObjectRequest {
    GetObjectRequest {
        bucket: "bucket".to_owned(),
        key: key.to_owned(),
        ..Default::default()
    }
}

pub(crate) async fn get(s3: &S3, key: &str) -> Result<GetObjectOutput, Error> {
    s3.get_object(&context(), get_request(key)).await
}

pub(crate) async fn bytes(stream: ByteStream) -> Vec<u8> {
    stream.collect().await.unwrap().into_bytes().to_vec()
}

pub(crate) async fn read(s3: &S3, key: &str) -> Vec<u8> {
    bytes(get(s3, key).await.unwrap().body).await
}

/// An error's code, status and one of its details.
#[track_caller]
pub(crate) fn assert_error<T>(result: Result<T, Error>, code: &str, status: u16) -> Error {
    let Err(error) = result else {
        panic!("{code} was expected");
    };
    assert_eq!((&*error.code, error.status), (code, status), "{error:?}");
    error
}

pub(crate) fn detail<'a>(error: &'a Error, name: &str) -> Option<&'a str> {
    let found = error.details.iter().find(|(detail, _)| *detail == name);
    found.map(|(_, value)| value.as_str())
}

/// Bytes that do not repeat early.
pub(crate) fn noise(len: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2) + 1;
    (0..len)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) as u8
        })
        .collect()
}
