use pretty_assertions::assert_eq;

use super::*;

fn identifier(key: &str) -> ObjectIdentifier {
    ObjectIdentifier {
        key: key.to_owned(),
        ..Default::default()
    }
}

async fn delete(
    s3: &S3,
    objects: Vec<ObjectIdentifier>,
    quiet: Option<bool>,
) -> Result<DeleteObjectsOutput, Error> {
    let input = DeleteObjectsRequest {
        bucket: "bucket".to_owned(),
        delete: Delete { objects, quiet },
        ..Default::default()
    };
    s3.delete_objects(&context(), input, Denied::default())
        .await
}

#[tokio::test]
async fn deleting_is_idempotent_and_conditional() {
    let s3 = service().await;
    let request = |if_match: Option<&str>| DeleteObjectRequest {
        bucket: "bucket".to_owned(),
        key: "key".to_owned(),
        if_match: if_match.map(str::to_owned),
        ..Default::default()
    };
    s3.delete_object(&context(), request(None)).await.unwrap();
    let refused = s3.delete_object(&context(), request(Some("*"))).await;
    assert_error(refused, "NoSuchKey", 404);
    put(&s3, "key", "hello").await;
    let refused = s3.delete_object(&context(), request(Some("\"x\""))).await;
    assert_error(refused, "PreconditionFailed", 412);
    let matching = request(Some("\"5d41402abc4b2a76b9719d911017c592\""));
    s3.delete_object(&context(), matching).await.unwrap();
    assert_error(get(&s3, "key").await, "NoSuchKey", 404);
    let sized = DeleteObjectRequest {
        if_match_size: Some(5),
        ..request(None)
    };
    assert_error(
        s3.delete_object(&context(), sized).await,
        "NotImplemented",
        501,
    );
}

#[tokio::test]
async fn many_keys_go_at_once() {
    let s3 = service().await;
    put(&s3, "a", "1").await;
    put(&s3, "b", "2").await;
    let mismatch = ObjectIdentifier {
        e_tag: Some("\"x\"".to_owned()),
        ..identifier("b")
    };
    let versioned = ObjectIdentifier {
        version_id: Some("7".to_owned()),
        ..identifier("b")
    };
    let objects = vec![identifier("a"), mismatch, versioned, identifier("none")];
    let output = delete(&s3, objects.clone(), None).await.unwrap();
    let deleted: Vec<_> = output
        .deleted
        .unwrap()
        .into_iter()
        .map(|it| it.key)
        .collect();
    assert_eq!(deleted, [Some("a".to_owned()), Some("none".to_owned())]);
    let codes: Vec<_> = output
        .errors
        .unwrap()
        .into_iter()
        .map(|it| it.code)
        .collect();
    assert_eq!(
        codes,
        [
            Some("PreconditionFailed".to_owned()),
            Some("NoSuchVersion".to_owned())
        ]
    );
    assert_error(get(&s3, "a").await, "NoSuchKey", 404);
    assert_eq!(read(&s3, "b").await, b"2");

    let quiet = delete(&s3, objects, Some(true)).await.unwrap();
    assert_eq!(quiet.deleted, None);
    assert_eq!(quiet.errors.map(|errors| errors.len()), Some(2));
}

#[tokio::test]
async fn what_is_denied_stays_and_is_told() {
    let s3 = service().await;
    for key in ["a", "b", "c"] {
        put(&s3, key, key).await;
    }
    let input = DeleteObjectsRequest {
        bucket: "bucket".to_owned(),
        delete: Delete {
            objects: ["a", "b", "none", "c"].map(identifier).into(),
            quiet: None,
        },
        ..Default::default()
    };
    let denial = |message: &str| Error::new("AccessDenied", 403, message);
    let denied = [(1, denial("not b")), (2, denial("not none"))];
    let output = s3
        .delete_objects(&context(), input, denied.into_iter().collect())
        .await
        .unwrap();
    let deleted = output.deleted.unwrap().into_iter();
    let deleted: Vec<_> = deleted.filter_map(|it| it.key).collect();
    assert_eq!(deleted, ["a", "c"]);
    let told = output.errors.unwrap().into_iter();
    let told: Vec<_> = told.map(|it| (it.key, it.code, it.message)).collect();
    let expected = |key: &str| {
        let message = format!("not {key}");
        (
            Some(key.to_owned()),
            Some("AccessDenied".to_owned()),
            Some(message),
        )
    };
    assert_eq!(told, [expected("b"), expected("none")]);
    assert_eq!(read(&s3, "b").await, b"b");
    assert_error(get(&s3, "a").await, "NoSuchKey", 404);
}

#[tokio::test]
async fn a_list_of_none_or_too_many_is_malformed() {
    let s3 = service().await;
    assert_error(delete(&s3, Vec::new(), None).await, "MalformedXML", 400);
    let keys = |count: usize| (0..count).map(|n| identifier(&n.to_string())).collect();
    assert_error(delete(&s3, keys(1001), None).await, "MalformedXML", 400);
    delete(&s3, keys(1000), None).await.unwrap();
}
