use super::*;
use crate::tests::{context, put, put_request, service};
use stockade_s3_api::S3 as _;
use stockade_s3_api::shapes::{CreateMultipartUploadRequest, PutObjectRequest};
use stockade_store::Store;

const SCOPE: Scope<'static> = Scope {
    partition: "aws",
    region: "eu-west-1",
    account: "000000000000",
    caller: None,
};

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn known(texts: &[&str]) -> Resolved {
    Resolved::Known(strings(texts))
}

#[test]
fn copy_sources_become_arns() {
    let s3 = S3::new(Store::in_memory());
    let source = strings(&["/b/a%20key?versionId=v1"]);
    let arn = s3.copy_source(&SCOPE, &[&source]);
    assert_eq!(arn, known(&["arn:aws:s3:::b/a key"]));
    assert_eq!(s3.copy_source_version(&SCOPE, &[&source]), known(&["v1"]));
    let bad = strings(&["nothing"]);
    assert!(matches!(
        s3.copy_source(&SCOPE, &[&bad]),
        Resolved::Unknown(_)
    ));
}

#[test]
fn the_tagging_header_becomes_pairs() {
    let s3 = S3::new(Store::in_memory());
    let header = strings(&["team=a%20b&x="]);
    assert_eq!(s3.tags(&SCOPE, &[&header]), known(&["team=a b", "x="]));
    assert_eq!(s3.tag_keys(&SCOPE, &[&header]), known(&["team", "x"]));
    let ambiguous = strings(&["team%3Dred=blue"]);
    assert!(matches!(
        s3.tags(&SCOPE, &[&ambiguous]),
        Resolved::Unknown(_)
    ));
    assert_eq!(s3.tags(&SCOPE, &[&[]]), known(&[]));
}

/// "Using server-side encryption with AWS KMS keys": reading asks for `kms:Decrypt` of the key that the object was
/// written with, with the object's ARN as context, or the bucket's under a bucket key.
#[tokio::test]
async fn objects_tell_their_keys() {
    let s3 = service().await;
    let put = async |name: &str, key: Option<&str>, bucket_key: Option<bool>| {
        let input = PutObjectRequest {
            server_side_encryption: Some("aws:kms".into()),
            ssekms_key_id: key.map(str::to_owned),
            bucket_key_enabled: bucket_key,
            ..put_request(name, "x")
        };
        s3.put_object(&context(), input).await.unwrap();
    };
    put("id", Some("1234"), None).await;
    put("alias", Some("alias/mine"), Some(true)).await;
    put("managed", Some("alias/aws/s3"), None).await;
    put("default", None, None).await;
    s3.put_object(&context(), put_request("plain", "x"))
        .await
        .unwrap();
    let bucket = strings(&["bucket"]);
    let key = "arn:aws:kms:us-east-1:000000000000:key/";
    for (name, expected) in [
        ("id", Resolved::one(format!("{key}1234"))),
        ("alias", Resolved::Begins(key.to_owned())),
        ("managed", Resolved::Needless),
        ("default", Resolved::Needless),
        ("plain", Resolved::Needless),
        ("missing", Resolved::Needless),
    ] {
        let names = strings(&[name]);
        assert_eq!(
            s3.key_of_object(&SCOPE, &[&bucket, &names]),
            expected,
            "{name}"
        );
        let source = strings(&[&format!("bucket/{name}")]);
        assert_eq!(
            s3.key_of_copy_source(&SCOPE, &[&source]),
            expected,
            "{name}"
        );
    }
    for (name, expected) in [
        ("id", "arn:aws:s3:::bucket/id"),
        ("alias", "arn:aws:s3:::bucket"),
    ] {
        let names = strings(&[name]);
        assert_eq!(
            s3.context_of_object(&SCOPE, &[&bucket, &names]),
            known(&[expected])
        );
    }
    let nowhere = strings(&["nowhere"]);
    assert_eq!(
        s3.key_of_object(&SCOPE, &[&nowhere, &nowhere]),
        Resolved::Needless
    );
}

#[tokio::test]
async fn which_objects_are_missing_elsewhere_nobody_here_says() {
    let here = service().await;
    let (bucket, key) = (strings(&["bucket"]), strings(&["k"]));
    assert_eq!(
        here.bucket_of_missing_object(&SCOPE, &[&bucket, &key]),
        known(&["arn:aws:s3:::bucket"])
    );
    let elsewhere = here.elsewhere();
    assert_eq!(
        elsewhere.bucket_of_missing_object(&SCOPE, &[&bucket, &key]),
        Resolved::Needless
    );
}

/// "CopyObject": tags are copied by default. Whether there are any nobody here can say of what is elsewhere.
#[tokio::test]
async fn copies_of_what_has_tags_are_told() {
    let here = service().await;
    put(&here, "plain", "x").await;
    let tagged = PutObjectRequest {
        tagging: Some("team=red".to_owned()),
        ..put_request("tagged", "x")
    };
    here.put_object(&context(), tagged).await.unwrap();
    let (bucket, key) = (strings(&["bucket"]), strings(&["k"]));
    let told = |s3: &S3, name: &str| {
        let source = strings(&[&format!("/bucket/{name}?versionId=null")]);
        (
            s3.tagged_copy_source(&SCOPE, &[&source]),
            s3.tagged_copy(&SCOPE, &[&source, &bucket, &key]),
        )
    };
    let asked = |name: &str| {
        let source = format!("arn:aws:s3:::bucket/{name}");
        (known(&[&source]), known(&["arn:aws:s3:::bucket/k"]))
    };
    assert_eq!(told(&here, "tagged"), asked("tagged"));
    for name in ["plain", "none"] {
        assert_eq!(told(&here, name), (Resolved::Needless, Resolved::Needless));
    }
    let elsewhere = here.elsewhere();
    assert_eq!(told(&elsewhere, "plain"), asked("plain"));
    let unreadable = strings(&["nothing"]);
    let answer = elsewhere.tagged_copy_source(&SCOPE, &[&unreadable]);
    assert!(matches!(answer, Resolved::Unknown(_)), "{answer:?}");
}

/// "CreateMultipartUpload", permissions: parts ask for `kms:Decrypt` of the upload's key.
#[tokio::test]
async fn uploads_tell_their_keys() {
    let s3 = service().await;
    let input = CreateMultipartUploadRequest {
        bucket: "bucket".to_owned(),
        key: "k".to_owned(),
        server_side_encryption: Some("aws:kms".into()),
        ssekms_key_id: Some("1234".to_owned()),
        ..Default::default()
    };
    let upload = s3.create_multipart_upload(&context(), input).await.unwrap();
    let (bucket, key) = (strings(&["bucket"]), strings(&["k"]));
    let key_of = |id: &str| s3.key_of_upload(&SCOPE, &[&bucket, &key, &strings(&[id])]);
    assert_eq!(
        key_of(&upload.upload_id.unwrap()),
        known(&["arn:aws:kms:us-east-1:000000000000:key/1234"])
    );
    assert_eq!(key_of("unknown"), Resolved::Needless);
}
