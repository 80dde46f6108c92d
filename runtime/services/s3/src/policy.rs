//! Bucket policies: kept, told, and judged for being public.

use std::sync::Arc;

use stockade_kit::failure::Failure;
use stockade_s3_api::shapes;
use stockade_spec::Error;

use crate::S3;
use crate::policy_document as document;
use crate::state::Bucket;

fn no_such_policy(bucket: &str) -> Error {
    Error::new(
        "NoSuchBucketPolicy",
        404,
        "The bucket policy does not exist",
    )
    .with_detail("BucketName", bucket)
}

pub(crate) async fn put(s3: &S3, input: shapes::PutBucketPolicyRequest) -> Result<(), Error> {
    let owner = input.expected_bucket_owner.as_deref();
    let bucket = Bucket::require(&s3.store.snapshot(), &input.bucket, owner)?;
    let policy = document::check(&input.policy, &bucket.name, &bucket.record.partition)?;
    let policy: Arc<str> = policy.into();
    s3.store
        .write(|tx| bucket.set_policy(tx, Some(Arc::clone(&policy))))
        .await
        .map_err(Failure::into_error)
}

fn find(s3: &S3, bucket: &str, expected_owner: Option<&str>) -> Result<Arc<str>, Error> {
    let bucket = Bucket::require(&s3.store.snapshot(), bucket, expected_owner)?;
    let policy = bucket.record.policy.clone();
    policy.ok_or_else(|| no_such_policy(&bucket.name))
}

pub(crate) async fn get(
    s3: &S3,
    input: shapes::GetBucketPolicyRequest,
) -> Result<shapes::GetBucketPolicyOutput, Error> {
    let policy = find(s3, &input.bucket, input.expected_bucket_owner.as_deref())?;
    Ok(shapes::GetBucketPolicyOutput {
        policy: Some(policy.to_string()),
    })
}

pub(crate) async fn status(
    s3: &S3,
    input: shapes::GetBucketPolicyStatusRequest,
) -> Result<shapes::GetBucketPolicyStatusOutput, Error> {
    let policy = find(s3, &input.bucket, input.expected_bucket_owner.as_deref())?;
    Ok(shapes::GetBucketPolicyStatusOutput {
        policy_status: Some(shapes::PolicyStatus {
            is_public: Some(stockade_analysis::grants_public_access(&policy)),
        }),
    })
}

pub(crate) async fn delete(s3: &S3, input: shapes::DeleteBucketPolicyRequest) -> Result<(), Error> {
    s3.store
        .write(|tx| {
            let owner = input.expected_bucket_owner.as_deref();
            let bucket = Bucket::require(tx, &input.bucket, owner)?;
            bucket.set_policy(tx, None)
        })
        .await
        .map_err(Failure::into_error)
}
