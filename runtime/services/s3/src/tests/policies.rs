use pretty_assertions::assert_eq;
use stockade_spec::Facts;
use stockade_spec::resolve::PolicyRole;

use super::*;

const POLICY: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [{
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
    "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::bucket/*"
  }]
}"#;

async fn put_policy(s3: &S3, policy: &str) -> Result<stockade_spec::Unit, Error> {
    let input = PutBucketPolicyRequest {
        bucket: "bucket".to_owned(),
        policy: policy.to_owned(),
        ..Default::default()
    };
    s3.put_bucket_policy(&context(), input).await
}

#[tokio::test]
async fn a_policy_is_kept_and_told() {
    let s3 = service().await;
    let request = || GetBucketPolicyRequest {
        bucket: "bucket".to_owned(),
        ..Default::default()
    };
    let none = s3.get_bucket_policy(&context(), request()).await;
    let error = assert_error(none, "NoSuchBucketPolicy", 404);
    assert_eq!(detail(&error, "BucketName"), Some("bucket"));
    put_policy(&s3, POLICY).await.unwrap();
    let output = s3.get_bucket_policy(&context(), request()).await.unwrap();
    let expected: String = POLICY.split_whitespace().collect();
    assert_eq!(output.policy, Some(expected));
    let input = GetBucketPolicyStatusRequest {
        bucket: "bucket".to_owned(),
        ..Default::default()
    };
    let status = s3
        .get_bucket_policy_status(&context(), input)
        .await
        .unwrap();
    assert_eq!(status.policy_status.unwrap().is_public, Some(false));
    let input = DeleteBucketPolicyRequest {
        bucket: "bucket".to_owned(),
        ..Default::default()
    };
    s3.delete_bucket_policy(&context(), input).await.unwrap();
    let none = s3.get_bucket_policy(&context(), request()).await;
    assert_error(none, "NoSuchBucketPolicy", 404);
}

#[tokio::test]
async fn a_bad_policy_leaves_the_old_one() {
    let s3 = service().await;
    put_policy(&s3, POLICY).await.unwrap();
    assert_error(put_policy(&s3, "{}").await, "MalformedPolicy", 400);
    let facts = s3.facts(
        "s3:GetObject",
        "arn:aws:s3:::bucket/key",
        &context().scope(),
    );
    assert!(facts.policy.is_some());
}

#[tokio::test]
async fn authorization_is_told_of_owner_policy_and_tags() {
    let s3 = service().await;
    put_policy(&s3, POLICY).await.unwrap();
    let input = PutObjectRequest {
        tagging: Some("team=red".to_owned()),
        ..put_request("dir/key", "hello")
    };
    s3.put_object(&context(), input).await.unwrap();
    let stranger = context_of(STRANGER, "us-east-1");
    let facts = s3.facts(
        "s3:GetObject",
        "arn:aws:s3:::bucket/dir/key",
        &stranger.scope(),
    );
    assert_eq!(facts.owner.as_deref(), Some(OWNER));
    let policy = facts.policy.unwrap();
    assert_eq!(policy.label, "bucket policy of bucket");
    assert_eq!(policy.role, PolicyRole::Grants);
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let keys = |resource: &str| {
        s3.state_keys("s3:GetObject", resource, &stranger.scope())
            .keys
    };
    assert_eq!(
        keys("arn:aws:s3:::bucket/dir/key"),
        [
            pair("s3:ResourceAccount", OWNER),
            pair("s3:ExistingObjectTag/team", "red")
        ]
    );
    let own = [pair("s3:ResourceAccount", OWNER)];
    assert_eq!(keys("arn:aws:s3:::bucket"), own);
    assert_eq!(keys("arn:aws:s3:::nowhere"), []);
    // Of what is no bucket's, nobody here knows anything; of no resource there is nothing to know.
    let is_elsewhere = |resource: &str| {
        let keys = s3.state_keys("s3:GetObject", resource, &stranger.scope());
        keys.is_elsewhere && !keys.unknown.is_empty()
    };
    assert!(is_elsewhere(
        "arn:aws:s3:us-east-1:000000000000:accesspoint/a/object/dir/key"
    ));
    assert!(!is_elsewhere("arn:aws:s3:::bucket/dir/key"));
    assert!(!is_elsewhere("*"));
    let facts = s3.facts("s3:ListBucket", "arn:aws:s3:::nowhere", &stranger.scope());
    assert_eq!(facts.owner, None);
}
