use pretty_assertions::assert_eq;

use super::*;

async fn create_in(
    s3: &S3,
    account: &str,
    region: &str,
    bucket: &str,
    constraint: Option<&str>,
) -> Result<CreateBucketOutput, Error> {
    let input = CreateBucketRequest {
        bucket: bucket.to_owned(),
        create_bucket_configuration: constraint.map(|constraint| CreateBucketConfiguration {
            location_constraint: Some(constraint.into()),
            ..Default::default()
        }),
        ..Default::default()
    };
    s3.create_bucket(&context_of(account, region), input).await
}

fn head_request(bucket: &str) -> HeadBucketRequest {
    HeadBucketRequest {
        bucket: bucket.to_owned(),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_bucket_is_made_where_it_is_asked_for() {
    let s3 = S3::new(Store::in_memory());
    let made = create_in(&s3, OWNER, "us-east-1", "first", None)
        .await
        .unwrap();
    assert_eq!(made.location.as_deref(), Some("/first"));
    assert_eq!(made.bucket_arn.as_deref(), Some("arn:aws:s3:::first"));
    let made = create_in(&s3, OWNER, "eu-west-1", "second", Some("eu-west-1")).await;
    let location = made.unwrap().location;
    assert_eq!(location.as_deref(), Some("http://second.s3.amazonaws.com/"));
    create_in(&s3, OWNER, "us-east-1", "third", Some("EU"))
        .await
        .unwrap();

    let region = async |bucket: &str| {
        let head = s3.head_bucket(&context(), head_request(bucket)).await;
        head.unwrap().bucket_region.unwrap()
    };
    assert_eq!(region("first").await, "us-east-1");
    assert_eq!(region("second").await, "eu-west-1");
    assert_eq!(region("third").await, "eu-west-1");

    let location = async |bucket: &str| {
        let input = GetBucketLocationRequest {
            bucket: bucket.to_owned(),
            ..Default::default()
        };
        let output = s3.get_bucket_location(&context(), input).await.unwrap();
        output.location_constraint.map(|it| it.as_str().to_owned())
    };
    assert_eq!(location("first").await, None);
    assert_eq!(location("second").await.as_deref(), Some("eu-west-1"));
}

#[tokio::test]
async fn wrong_places_are_refused() {
    let s3 = S3::new(Store::in_memory());
    let cases = [
        ("us-east-1", Some("us-east-1"), "InvalidLocationConstraint"),
        ("us-east-1", Some("mars"), "InvalidLocationConstraint"),
        ("eu-west-1", None, "IllegalLocationConstraintException"),
        (
            "eu-west-1",
            Some("eu-west-2"),
            "IllegalLocationConstraintException",
        ),
    ];
    for (region, constraint, code) in cases {
        let refused = create_in(&s3, OWNER, region, "bucket", constraint).await;
        assert_error(refused, code, 400);
    }
    let refused = create_in(&s3, OWNER, "eu-west-1", "bucket", None).await;
    assert_eq!(
        assert_error(refused, "IllegalLocationConstraintException", 400).message,
        "The unspecified location constraint is incompatible for the region specific endpoint \
         this request was sent to."
    );
}

#[tokio::test]
async fn names_are_one_space_for_all_accounts() {
    let s3 = S3::new(Store::in_memory());
    create_in(&s3, OWNER, "us-east-1", "bucket", None)
        .await
        .unwrap();
    // Its owner may make it again in the first region, and nowhere else.
    create_in(&s3, OWNER, "us-east-1", "bucket", None)
        .await
        .unwrap();
    let again = create_in(&s3, OWNER, "us-east-1", "bucket", Some("eu-west-1")).await;
    let error = assert_error(again, "BucketAlreadyOwnedByYou", 409);
    assert_eq!(detail(&error, "BucketName"), Some("bucket"));
    let taken = create_in(&s3, STRANGER, "us-east-1", "bucket", None).await;
    assert_error(taken, "BucketAlreadyExists", 409);
    let bad = create_in(&s3, OWNER, "us-east-1", "Bad_Name", None).await;
    let error = assert_error(bad, "InvalidBucketName", 400);
    assert_eq!(detail(&error, "BucketName"), Some("Bad_Name"));
}

#[tokio::test]
async fn what_is_not_kept_is_refused() {
    let s3 = S3::new(Store::in_memory());
    let request = || CreateBucketRequest {
        bucket: "bucket".to_owned(),
        ..Default::default()
    };
    let locked = CreateBucketRequest {
        object_lock_enabled_for_bucket: Some(true),
        ..request()
    };
    assert_error(
        s3.create_bucket(&context(), locked).await,
        "NotImplemented",
        501,
    );
    let public = CreateBucketRequest {
        acl: Some("public-read".into()),
        ..request()
    };
    assert_error(
        s3.create_bucket(&context(), public).await,
        "InvalidBucketAclWithObjectOwnership",
        400,
    );
    let private = CreateBucketRequest {
        acl: Some("private".into()),
        ..request()
    };
    s3.create_bucket(&context(), private).await.unwrap();
}

#[tokio::test]
async fn only_an_empty_bucket_goes() {
    let s3 = service().await;
    put(&s3, "key", "body").await;
    let request = || DeleteBucketRequest {
        bucket: "bucket".to_owned(),
        ..Default::default()
    };
    let error = assert_error(
        s3.delete_bucket(&context(), request()).await,
        "BucketNotEmpty",
        409,
    );
    assert_eq!(error.message, "The bucket you tried to delete is not empty");
    let input = DeleteObjectRequest {
        bucket: "bucket".to_owned(),
        key: "key".to_owned(),
        ..Default::default()
    };
    s3.delete_object(&context(), input).await.unwrap();
    s3.delete_bucket(&context(), request()).await.unwrap();
    let gone = s3.delete_bucket(&context(), request()).await;
    let error = assert_error(gone, "NoSuchBucket", 404);
    assert_eq!(detail(&error, "BucketName"), Some("bucket"));
    let head = s3.head_bucket(&context(), head_request("bucket")).await;
    assert_error(head, "NoSuchBucket", 404);
}

#[tokio::test]
async fn the_expected_owner_must_be_the_owner() {
    let s3 = service().await;
    let head = async |owner: &str| {
        let input = HeadBucketRequest {
            expected_bucket_owner: Some(owner.to_owned()),
            ..head_request("bucket")
        };
        s3.head_bucket(&context(), input).await
    };
    head(OWNER).await.unwrap();
    assert_error(head(STRANGER).await, "AccessDenied", 403);
    assert_error(head("me").await, "InvalidBucketOwnerAWSAccountID", 400);
}

#[tokio::test]
async fn each_account_lists_its_own_in_pages() {
    let s3 = S3::new(Store::in_memory());
    for (account, bucket) in [
        (OWNER, "red-1"),
        (OWNER, "red-2"),
        (OWNER, "red-3"),
        (OWNER, "blue"),
        (STRANGER, "red-0"),
    ] {
        create_in(&s3, account, "us-east-1", bucket, None)
            .await
            .unwrap();
    }
    let list = async |input: ListBucketsRequest| {
        let output = s3.list_buckets(&context(), input).await.unwrap();
        let names = output.buckets.unwrap_or_default().into_iter();
        let names: Vec<String> = names.filter_map(|bucket| bucket.name).collect();
        (names, output.continuation_token)
    };
    let (names, token) = list(ListBucketsRequest::default()).await;
    assert_eq!(names, ["blue", "red-1", "red-2", "red-3"]);
    assert_eq!(token, None);
    let request = |token| ListBucketsRequest {
        prefix: Some("red".to_owned()),
        max_buckets: Some(2),
        continuation_token: token,
        ..Default::default()
    };
    let (names, token) = list(request(None)).await;
    assert_eq!(names, ["red-1", "red-2"]);
    let (names, token) = list(request(token)).await;
    assert_eq!((names, token), (vec!["red-3".to_owned()], None));

    let bad = s3
        .list_buckets(&context(), request(Some("garbage".to_owned())))
        .await;
    let error = assert_error(bad, "InvalidArgument", 400);
    assert_eq!(detail(&error, "ArgumentName"), Some("continuation-token"));
    let none = ListBucketsRequest {
        max_buckets: Some(0),
        ..Default::default()
    };
    assert_error(
        s3.list_buckets(&context(), none).await,
        "InvalidArgument",
        400,
    );
}

#[tokio::test]
async fn versioning_was_never_configured() {
    let s3 = service().await;
    let input = GetBucketVersioningRequest {
        bucket: "bucket".to_owned(),
        ..Default::default()
    };
    let output = s3.get_bucket_versioning(&context(), input).await.unwrap();
    assert_eq!(output, GetBucketVersioningOutput::default());
    let input = PutBucketVersioningRequest {
        bucket: "bucket".to_owned(),
        ..Default::default()
    };
    let refused = s3.put_bucket_versioning(&context(), input).await;
    assert_error(refused, "NotImplemented", 501);
}
