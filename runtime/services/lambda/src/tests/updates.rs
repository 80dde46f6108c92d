//! Functions changed, in settings and code.

use std::collections::BTreeMap;

use pretty_assertions::{assert_eq, assert_ne};

use super::*;

fn changes() -> UpdateFunctionConfigurationRequest {
    UpdateFunctionConfigurationRequest {
        function_name: "f".to_owned(),
        ..Default::default()
    }
}

fn code(content: &str) -> UpdateFunctionCodeRequest {
    UpdateFunctionCodeRequest {
        function_name: "f".to_owned(),
        zip_file: Some(Blob::new(package(content))),
        ..Default::default()
    }
}

#[tokio::test]
async fn only_what_is_said_changes() {
    let lambda = empty();
    let made = create(&lambda, "f").await;
    let input = UpdateFunctionConfigurationRequest {
        timeout: Some(30),
        environment: Some(Environment {
            variables: Some(BTreeMap::from([("KEY".to_owned(), "value".to_owned())])),
        }),
        ..changes()
    };
    let changed = lambda
        .update_function_configuration(&context(), input)
        .await
        .unwrap();
    assert_ne!(changed.revision_id, made.revision_id);
    let expected = FunctionConfiguration {
        timeout: Some(30),
        environment: changed.environment.clone(),
        revision_id: changed.revision_id.clone(),
        ..made
    };
    assert_eq!(changed, expected);
    let empty_again = UpdateFunctionConfigurationRequest {
        environment: Some(Environment {
            variables: Some(BTreeMap::new()),
        }),
        ..changes()
    };
    let changed = lambda
        .update_function_configuration(&context(), empty_again)
        .await
        .unwrap();
    assert_eq!(changed.environment, None);
}

#[tokio::test]
async fn updates_are_refused_as_creations_are() {
    let lambda = service().await;
    let timeout = UpdateFunctionConfigurationRequest {
        timeout: Some(901),
        ..changes()
    };
    let result = check("UpdateFunctionConfiguration", &timeout);
    refused(result, "ValidationException", 400);
    let missing = UpdateFunctionConfigurationRequest {
        function_name: "g".to_owned(),
        ..Default::default()
    };
    not_found(
        lambda
            .update_function_configuration(&context(), missing)
            .await,
    );
    let version = UpdateFunctionConfigurationRequest {
        function_name: "f:1".to_owned(),
        ..Default::default()
    };
    invalid(
        lambda
            .update_function_configuration(&context(), version)
            .await,
    );
}

#[tokio::test]
async fn old_revisions_are_refused() {
    let lambda = empty();
    let made = create(&lambda, "f").await;
    let current = UpdateFunctionConfigurationRequest {
        revision_id: made.revision_id.clone(),
        ..changes()
    };
    lambda
        .update_function_configuration(&context(), current.clone())
        .await
        .unwrap();
    let result = lambda
        .update_function_configuration(&context(), current)
        .await;
    let message = refused(result, "PreconditionFailedException", 412);
    assert!(message.starts_with("The Revision Id provided does not match the latest Revision Id."));
    let old = UpdateFunctionCodeRequest {
        revision_id: made.revision_id,
        ..code("new")
    };
    let result = lambda.update_function_code(&context(), old).await;
    refused(result, "PreconditionFailedException", 412);
}

#[tokio::test]
async fn code_is_replaced_and_the_old_bytes_go() {
    let lambda = empty();
    let made = create(&lambda, "f").await;
    let old = blob(&lambda).await;
    let changed = change_code(&lambda, "new").await;
    assert_ne!(changed.code_sha256, made.code_sha256);
    assert_eq!(changed.version.as_deref(), Some("$LATEST"));
    assert!(lambda.store.blobs().get(&old, None).await.is_err());
    let new = blob(&lambda).await;
    lambda.store.blobs().get(&new, None).await.unwrap();
}

#[tokio::test]
async fn code_that_a_version_has_stays_with_it() {
    let lambda = service().await;
    let old = blob(&lambda).await;
    publish(&lambda).await;
    change_code(&lambda, "new").await;
    lambda.store.blobs().get(&old, None).await.unwrap();
    let delete = DeleteFunctionRequest {
        function_name: "f".to_owned(),
        qualifier: Some("1".to_owned()),
    };
    lambda.delete_function(&context(), delete).await.unwrap();
    assert!(lambda.store.blobs().get(&old, None).await.is_err());
}

async fn blob(lambda: &Lambda) -> stockade_store::BlobRef {
    let scope = stockade_store::Scope::new(ACCOUNT, "us-east-1");
    let snapshot = lambda.store.snapshot();
    let record = snapshot.get(crate::state::FUNCTIONS, &scope, &["f"]);
    record.unwrap().unwrap().latest.code.blob().unwrap().clone()
}

#[tokio::test]
async fn a_dry_run_changes_nothing() {
    let lambda = empty();
    let made = create(&lambda, "f").await;
    let dry = UpdateFunctionCodeRequest {
        dry_run: Some(true),
        publish: Some(true),
        ..code("new")
    };
    let shown = lambda.update_function_code(&context(), dry).await.unwrap();
    assert_ne!(shown.code_sha256, made.code_sha256);
    let told = get(&lambda, "f", None).await.unwrap().configuration;
    assert_eq!(told, Some(made));
    not_found(get(&lambda, "f", Some("1")).await);
}

#[tokio::test]
async fn updated_code_can_be_published_at_once() {
    let lambda = service().await;
    let input = UpdateFunctionCodeRequest {
        publish: Some(true),
        architectures: Some(vec![Architecture::Arm64]),
        ..code("new")
    };
    let made = lambda
        .update_function_code(&context(), input)
        .await
        .unwrap();
    assert_eq!(made.version.as_deref(), Some("1"));
    assert_eq!(made.function_arn, Some(format!("{ARN}:1")));
    assert_eq!(made.architectures, Some(vec![Architecture::Arm64]));
}

#[tokio::test]
async fn updates_of_code_are_refused_as_creations_are() {
    let lambda = service().await;
    let nothing = UpdateFunctionCodeRequest {
        function_name: "f".to_owned(),
        ..Default::default()
    };
    assert_eq!(
        invalid(lambda.update_function_code(&context(), nothing).await),
        "Please provide a source for function code."
    );
    let image = UpdateFunctionCodeRequest {
        function_name: "f".to_owned(),
        image_uri: Some("000000000000.dkr.ecr.us-east-1.amazonaws.com/app:1".to_owned()),
        ..Default::default()
    };
    assert_eq!(
        invalid(lambda.update_function_code(&context(), image).await),
        "Please don't provide ImageUri when updating a function with packageType Zip."
    );
    let missing = UpdateFunctionCodeRequest {
        function_name: "g".to_owned(),
        ..code("new")
    };
    not_found(lambda.update_function_code(&context(), missing).await);
}
