//! Bucket policies: kept, told, and judged for being public.

use stockade_kit::failure::Failure;
use stockade_s3_api::shapes;
use stockade_spec::Error;
use stockade_store::Scope;

use crate::S3;
use crate::policy_document as document;
use crate::state::{Bucket, POLICIES};

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
    s3.store
        .write(|tx| {
            bucket.recheck(tx)?;
            tx.put(POLICIES, &Scope::global(), &[&bucket.name], &policy)?;
            Ok::<_, Failure>(())
        })
        .await?;
    Ok(())
}

fn find(s3: &S3, bucket: &str, expected_owner: Option<&str>) -> Result<String, Error> {
    let snapshot = s3.store.snapshot();
    let bucket = Bucket::require(&snapshot, bucket, expected_owner)?;
    let policy = snapshot
        .get(POLICIES, &Scope::global(), &[&bucket.name])
        .map_err(Failure::from)?;
    policy.ok_or_else(|| no_such_policy(&bucket.name))
}

pub(crate) async fn get(
    s3: &S3,
    input: shapes::GetBucketPolicyRequest,
) -> Result<shapes::GetBucketPolicyOutput, Error> {
    let policy = find(s3, &input.bucket, input.expected_bucket_owner.as_deref())?;
    Ok(shapes::GetBucketPolicyOutput {
        policy: Some(policy),
    })
}

pub(crate) async fn status(
    s3: &S3,
    input: shapes::GetBucketPolicyStatusRequest,
) -> Result<shapes::GetBucketPolicyStatusOutput, Error> {
    let policy = find(s3, &input.bucket, input.expected_bucket_owner.as_deref())?;
    Ok(shapes::GetBucketPolicyStatusOutput {
        policy_status: Some(shapes::PolicyStatus {
            is_public: Some(document::is_public(&policy)),
        }),
    })
}

pub(crate) async fn delete(s3: &S3, input: shapes::DeleteBucketPolicyRequest) -> Result<(), Error> {
    s3.store
        .write(|tx| {
            let owner = input.expected_bucket_owner.as_deref();
            let bucket = Bucket::require(tx, &input.bucket, owner)?;
            tx.delete(POLICIES, &Scope::global(), &[&bucket.name]);
            Ok::<_, Failure>(())
        })
        .await?;
    Ok(())
}
