//! Aliases.

use std::collections::BTreeMap;

use pretty_assertions::{assert_eq, assert_ne};

use super::*;

fn creation(name: &str, version: &str) -> CreateAliasRequest {
    CreateAliasRequest {
        function_name: "f".to_owned(),
        name: name.to_owned(),
        function_version: version.to_owned(),
        ..Default::default()
    }
}

fn update(name: &str) -> UpdateAliasRequest {
    UpdateAliasRequest {
        function_name: "f".to_owned(),
        name: name.to_owned(),
        ..Default::default()
    }
}

fn get_request(name: &str) -> GetAliasRequest {
    GetAliasRequest {
        function_name: "f".to_owned(),
        name: name.to_owned(),
    }
}

fn routing(version: &str, weight: f64) -> Option<AliasRoutingConfiguration> {
    Some(AliasRoutingConfiguration {
        additional_version_weights: Some(BTreeMap::from([(version.to_owned(), weight)])),
    })
}

async fn two_versions() -> Lambda {
    let lambda = service().await;
    publish(&lambda).await;
    change_code(&lambda, "new").await;
    publish(&lambda).await;
    lambda
}

#[tokio::test]
async fn an_alias_stands_for_its_version() {
    let lambda = two_versions().await;
    let made = alias(&lambda, "PROD", "1").await;
    assert_eq!(made.alias_arn, Some(format!("{ARN}:PROD")));
    let told = lambda.get_alias(&context(), get_request("PROD")).await;
    assert_eq!(told.unwrap(), made);
    let function = get(&lambda, "f:PROD", None).await.unwrap();
    let configuration = function.configuration.unwrap();
    assert_eq!(configuration.version.as_deref(), Some("1"));
    assert_eq!(configuration.function_arn, Some(format!("{ARN}:PROD")));
}

#[tokio::test]
async fn aliases_move() {
    let lambda = two_versions().await;
    let made = alias(&lambda, "PROD", "1").await;
    let input = UpdateAliasRequest {
        function_version: Some("2".to_owned()),
        revision_id: made.revision_id.clone(),
        routing_config: routing("1", 0.1),
        ..update("PROD")
    };
    let moved = lambda
        .update_alias(&context(), input.clone())
        .await
        .unwrap();
    assert_eq!(moved.function_version.as_deref(), Some("2"));
    assert_eq!(moved.routing_config, routing("1", 0.1));
    assert_ne!(moved.revision_id, made.revision_id);
    let result = lambda.update_alias(&context(), input).await;
    refused(result, "PreconditionFailedException", 412);
}

#[tokio::test]
async fn aliases_that_cannot_be_are_refused() {
    let lambda = two_versions().await;
    alias(&lambda, "PROD", "1").await;
    let again = lambda.create_alias(&context(), creation("PROD", "2")).await;
    assert_eq!(
        refused(again, "ResourceConflictException", 409),
        format!("Alias already exists: {ARN}:PROD")
    );
    for (name, version) in [("1", "1"), ("$X", "1"), ("", "1"), ("A", "x")] {
        let result = check("CreateAlias", &creation(name, version));
        refused(result, "ValidationException", 400);
    }
    let result = lambda.create_alias(&context(), creation("A", "9")).await;
    assert_eq!(not_found(result), format!("Function not found: {ARN}:9"));
    for (version, other, weight) in [("1", "1", 0.5), ("$LATEST", "1", 0.5)] {
        let input = CreateAliasRequest {
            routing_config: routing(other, weight),
            ..creation("A", version)
        };
        invalid(lambda.create_alias(&context(), input).await);
    }
    let input = CreateAliasRequest {
        routing_config: routing("2", 1.5),
        ..creation("A", "1")
    };
    refused(check("CreateAlias", &input), "ValidationException", 400);
}

#[tokio::test]
async fn missing_aliases_are_named() {
    let lambda = service().await;
    let result = lambda.get_alias(&context(), get_request("PROD")).await;
    assert_eq!(
        not_found(result),
        format!("Cannot find alias arn: {ARN}:PROD")
    );
    let result = lambda.update_alias(&context(), update("PROD")).await;
    assert_eq!(not_found(result), format!("Alias not found: {ARN}:PROD"));
}

#[tokio::test]
async fn deleting_twice_is_no_error() {
    let lambda = service().await;
    alias(&lambda, "PROD", "$LATEST").await;
    let input = DeleteAliasRequest {
        function_name: "f".to_owned(),
        name: "PROD".to_owned(),
    };
    for _ in 0..2 {
        lambda
            .delete_alias(&context(), input.clone())
            .await
            .unwrap();
    }
    not_found(lambda.get_alias(&context(), get_request("PROD")).await);
}
