//! Published versions.

use pretty_assertions::assert_eq;

use super::*;

fn delete(qualifier: &str) -> DeleteFunctionRequest {
    DeleteFunctionRequest {
        function_name: "f".to_owned(),
        qualifier: Some(qualifier.to_owned()),
    }
}

#[tokio::test]
async fn versions_are_numbered_and_do_not_change() {
    let lambda = service().await;
    let first = publish(&lambda).await;
    assert_eq!(first.version.as_deref(), Some("1"));
    assert_eq!(first.function_arn, Some(format!("{ARN}:1")));
    change_code(&lambda, "new").await;
    let second = publish(&lambda).await;
    assert_eq!(second.version.as_deref(), Some("2"));
    let told = get(&lambda, "f", Some("1")).await.unwrap();
    assert_eq!(told.configuration, Some(first));
}

#[tokio::test]
async fn nothing_new_is_not_published_again() {
    let lambda = service().await;
    let first = publish(&lambda).await;
    let input = PublishVersionRequest {
        function_name: "f".to_owned(),
        description: Some("again".to_owned()),
        ..Default::default()
    };
    let again = lambda.publish_version(&context(), input).await.unwrap();
    assert_eq!(again, first);
}

#[tokio::test]
async fn numbers_are_not_used_again() {
    let lambda = service().await;
    publish(&lambda).await;
    lambda
        .delete_function(&context(), delete("1"))
        .await
        .unwrap();
    not_found(get(&lambda, "f", Some("1")).await);
    assert_eq!(publish(&lambda).await.version.as_deref(), Some("2"));
}

#[tokio::test]
async fn what_is_published_must_be_what_was_seen() {
    let lambda = empty();
    let made = create(&lambda, "f").await;
    let input = PublishVersionRequest {
        function_name: "f".to_owned(),
        code_sha256: Some("else".to_owned()),
        ..Default::default()
    };
    let message = invalid(lambda.publish_version(&context(), input).await);
    assert_eq!(
        message,
        format!(
            "CodeSHA256 (else) is different from current CodeSHA256 in $LATEST ({}). Please try \
             again with the CodeSHA256 in $LATEST.",
            made.code_sha256.unwrap()
        )
    );
    let input = PublishVersionRequest {
        function_name: "f".to_owned(),
        revision_id: Some("else".to_owned()),
        ..Default::default()
    };
    let result = lambda.publish_version(&context(), input).await;
    refused(result, "PreconditionFailedException", 412);
    let input = PublishVersionRequest {
        function_name: "g".to_owned(),
        ..Default::default()
    };
    not_found(lambda.publish_version(&context(), input).await);
}

#[tokio::test]
async fn what_cannot_be_deleted_stays() {
    let lambda = service().await;
    publish(&lambda).await;
    alias(&lambda, "PROD", "1").await;
    assert_eq!(
        invalid(lambda.delete_function(&context(), delete("$LATEST")).await),
        "$LATEST version cannot be deleted without deleting the function."
    );
    invalid(lambda.delete_function(&context(), delete("PROD")).await);
    let result = lambda.delete_function(&context(), delete("1")).await;
    assert_eq!(
        refused(result, "ResourceConflictException", 409),
        "Unable to delete version because the following aliases reference it: [PROD]"
    );
    // A version that is not there is gone already.
    lambda
        .delete_function(&context(), delete("9"))
        .await
        .unwrap();
}
