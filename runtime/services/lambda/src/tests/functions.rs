//! Functions made, told and removed.

use std::collections::BTreeMap;

use pretty_assertions::assert_eq;
use stockade_lambda_api::Lambda as _;
use stockade_lambda_api::shapes::*;

use super::*;

#[tokio::test]
async fn a_function_is_told_as_it_was_made() {
    let lambda = empty();
    let made = create(&lambda, "f").await;
    assert_eq!(made.function_name.as_deref(), Some("f"));
    assert_eq!(made.function_arn.as_deref(), Some(ARN));
    assert_eq!(made.runtime, Some(Runtime::Python38));
    assert_eq!(made.role.as_deref(), Some(ROLE));
    assert_eq!(made.version.as_deref(), Some("$LATEST"));
    assert_eq!((made.timeout, made.memory_size), (Some(3), Some(128)));
    assert_eq!(made.state, Some(State::Active));
    assert_eq!(made.last_update_status, Some(LastUpdateStatus::Successful));
    assert_eq!(
        made.last_modified.as_deref(),
        Some("2022-07-05T16:08:25.741+0000")
    );
    assert_eq!(made.architectures, Some(vec![Architecture::X8664]));
    assert_eq!(made.package_type, Some(PackageType::Zip));
    assert_eq!(made.ephemeral_storage, Some(EphemeralStorage { size: 512 }));
    assert_eq!(
        made.tracing_config.as_ref().unwrap().mode,
        Some(TracingMode::PassThrough)
    );
    let logging = made.logging_config.as_ref().unwrap();
    assert_eq!(logging.log_group.as_deref(), Some("/aws/lambda/f"));
    assert_eq!(logging.log_format, Some(LogFormat::Text));
    assert_eq!(made.revision_id.as_ref().unwrap().len(), 36);
    assert_eq!(made.environment, None);
    assert_eq!(made.vpc_config, None);

    let told = get(&lambda, "f", None).await.unwrap();
    assert_eq!(told.configuration, Some(made));
    let code = told.code.unwrap();
    assert_eq!(code.repository_type.as_deref(), Some("S3"));
    assert!(
        code.location.unwrap().starts_with(
            "http://localhost:4566/awslambda-us-east-1-tasks/snapshots/000000000000/f-"
        )
    );
    assert_eq!((told.tags, told.concurrency), (None, None));
}

#[tokio::test]
async fn every_form_of_the_name_finds_it() {
    let lambda = service().await;
    for name in ["f", "000000000000:function:f", "function:f", ARN] {
        let told = get(&lambda, name, None)
            .await
            .unwrap()
            .configuration
            .unwrap();
        assert_eq!(told.function_arn.as_deref(), Some(ARN), "{name}");
    }
    let qualified = get(&lambda, "f:$LATEST", None).await.unwrap();
    assert_eq!(
        qualified.configuration.unwrap().function_arn,
        Some(format!("{ARN}:$LATEST"))
    );
}

#[tokio::test]
async fn a_name_is_taken_once() {
    let lambda = service().await;
    let again = lambda.create_function(&context(), creation("f")).await;
    let message = refused(again, "ResourceConflictException", 409);
    assert_eq!(message, "Function already exist: f");
    // Elsewhere it is free.
    let elsewhere = RequestContext {
        region: "eu-west-1".to_owned(),
        ..context()
    };
    lambda
        .create_function(&elsewhere, creation("f"))
        .await
        .unwrap();
}

#[tokio::test]
async fn what_is_missing_is_named_by_its_arn() {
    let lambda = service().await;
    assert_eq!(
        not_found(get(&lambda, "g", None).await),
        "Function not found: arn:aws:lambda:us-east-1:000000000000:function:g"
    );
    assert_eq!(
        not_found(get(&lambda, "g", Some("1")).await),
        "Function not found: arn:aws:lambda:us-east-1:000000000000:function:g:1"
    );
    assert_eq!(
        not_found(get(&lambda, "f", Some("7")).await),
        format!("Function not found: {ARN}:7")
    );
    assert_eq!(
        not_found(get(&lambda, "f:PROD", None).await),
        format!("Function not found: {ARN}:PROD")
    );
    let input = GetFunctionConfigurationRequest {
        function_name: "g".to_owned(),
        qualifier: None,
    };
    not_found(lambda.get_function_configuration(&context(), input).await);
}

#[tokio::test]
async fn zip_packages_need_runtime_and_handler_and_images_refuse_them() {
    let lambda = empty();
    let without_runtime = CreateFunctionRequest {
        runtime: None,
        ..creation("f")
    };
    let without_handler = CreateFunctionRequest {
        handler: None,
        ..creation("f")
    };
    for input in [without_runtime, without_handler] {
        assert_eq!(
            invalid(lambda.create_function(&context(), input).await),
            "Runtime and Handler are mandatory parameters for functions created with deployment \
             packages."
        );
    }
    let image = CreateFunctionRequest {
        package_type: Some(PackageType::Image),
        ..creation("f")
    };
    assert!(
        invalid(lambda.create_function(&context(), image).await)
            .starts_with("Please don't provide Handler or Runtime or Layer")
    );
}

#[tokio::test]
async fn roles_are_looked_up_when_that_is_asked_for() {
    let unknown = CreateFunctionRequest {
        role: "arn:aws:iam::000000000000:role/other".to_owned(),
        ..creation("f")
    };
    let strict = service_with(Options {
        strict_roles: true,
        ..Options::default()
    });
    assert_eq!(
        invalid(strict.create_function(&context(), unknown.clone()).await),
        "The role defined for the function cannot be assumed by Lambda."
    );
    create(&strict, "f").await;
    let update = UpdateFunctionConfigurationRequest {
        function_name: "f".to_owned(),
        role: Some(unknown.role.clone()),
        ..Default::default()
    };
    invalid(
        strict
            .update_function_configuration(&context(), update)
            .await,
    );
    empty().create_function(&context(), unknown).await.unwrap();
}

#[tokio::test]
async fn settings_that_are_not_kept_are_refused() {
    let input = CreateFunctionRequest {
        tenancy_config: Some(TenancyConfig::default()),
        ..creation("f")
    };
    let result = empty().create_function(&context(), input).await;
    refused(result, "NotImplemented", 501);
}

#[tokio::test]
async fn deleted_functions_are_gone_with_all_they_had() {
    let lambda = service().await;
    publish(&lambda).await;
    alias(&lambda, "PROD", "1").await;
    let input = DeleteFunctionRequest {
        function_name: "f".to_owned(),
        qualifier: None,
    };
    let answer = lambda.delete_function(&context(), input.clone()).await;
    assert_eq!(answer.unwrap().status_code, Some(204));
    assert_eq!(
        not_found(lambda.delete_function(&context(), input).await),
        format!("Function not found: {ARN}")
    );
    // A new one of the name begins anew.
    create(&lambda, "f").await;
    not_found(get(&lambda, "f", Some("1")).await);
    not_found(get(&lambda, "f", Some("PROD")).await);
}

#[tokio::test]
async fn publishing_at_once_makes_version_one() {
    let lambda = empty();
    let input = CreateFunctionRequest {
        publish: Some(true),
        tags: Some(BTreeMap::from([("team".to_owned(), "red".to_owned())])),
        ..creation("f")
    };
    let made = lambda.create_function(&context(), input).await.unwrap();
    assert_eq!(made.version.as_deref(), Some("1"));
    let told = get(&lambda, "f", Some("1")).await.unwrap();
    assert_eq!(
        told.configuration.unwrap().function_arn,
        Some(format!("{ARN}:1"))
    );
    assert_eq!(told.tags.unwrap()["team"], "red");
}

#[tokio::test]
async fn what_is_not_here_says_so() {
    let result = service()
        .await
        .invoke(&context(), InvocationRequest::default())
        .await;
    refused(result.map(drop), "NotImplemented", 501);
}
