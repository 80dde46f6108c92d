//! Settings of functions, through their creation.

use std::collections::BTreeMap;

use pretty_assertions::assert_eq;

use super::*;

async fn try_create(input: CreateFunctionRequest) -> Result<FunctionConfiguration, Error> {
    check("CreateFunction", &input)?;
    empty().create_function(&context(), input).await
}

#[track_caller]
fn violation(result: Result<FunctionConfiguration, Error>) -> String {
    refused(result, "ValidationException", 400)
}

#[tokio::test]
async fn settings_are_echoed() {
    let layer = "arn:aws:lambda:us-east-1:123456789012:layer:tools:3";
    let key = "arn:aws:kms:us-east-1:000000000000:key/k";
    let made = try_create(CreateFunctionRequest {
        description: Some("what it does".to_owned()),
        timeout: Some(900),
        memory_size: Some(10_240),
        ephemeral_storage: Some(EphemeralStorage { size: 10_240 }),
        architectures: Some(vec![Architecture::Arm64]),
        environment: Some(Environment {
            variables: Some(BTreeMap::from([("STAGE".to_owned(), "test".to_owned())])),
        }),
        vpc_config: Some(VpcConfig {
            subnet_ids: Some(vec!["subnet-1".to_owned()]),
            security_group_ids: Some(vec!["sg-1".to_owned()]),
            ..Default::default()
        }),
        layers: Some(vec![layer.to_owned()]),
        tracing_config: Some(TracingConfig {
            mode: Some(TracingMode::Active),
        }),
        logging_config: Some(LoggingConfig {
            log_format: Some(LogFormat::Json),
            application_log_level: Some(ApplicationLogLevel::Debug),
            ..Default::default()
        }),
        kms_key_arn: Some(key.to_owned()),
        dead_letter_config: Some(DeadLetterConfig {
            target_arn: Some("arn:aws:sqs:us-east-1:000000000000:q".to_owned()),
        }),
        ..creation("f")
    })
    .await
    .unwrap();
    assert_eq!(made.description.as_deref(), Some("what it does"));
    assert_eq!((made.timeout, made.memory_size), (Some(900), Some(10_240)));
    assert_eq!(made.ephemeral_storage.unwrap().size, 10_240);
    assert_eq!(made.architectures, Some(vec![Architecture::Arm64]));
    assert_eq!(
        made.environment.unwrap().variables.unwrap()["STAGE"],
        "test"
    );
    let vpc = made.vpc_config.unwrap();
    assert_eq!(vpc.subnet_ids, Some(vec!["subnet-1".to_owned()]));
    assert_eq!(vpc.security_group_ids, Some(vec!["sg-1".to_owned()]));
    let layers = made.layers.unwrap();
    assert_eq!(layers[0].arn.as_deref(), Some(layer));
    assert_eq!(layers[0].code_size, Some(0));
    assert_eq!(made.tracing_config.unwrap().mode, Some(TracingMode::Active));
    let logging = made.logging_config.unwrap();
    assert_eq!(
        logging.application_log_level,
        Some(ApplicationLogLevel::Debug)
    );
    assert_eq!(logging.system_log_level, Some(SystemLogLevel::Info));
    assert_eq!(made.kms_key_arn.as_deref(), Some(key));
    assert!(made.dead_letter_config.is_some());
}

#[tokio::test]
async fn roles_must_look_like_roles() {
    let input = CreateFunctionRequest {
        role: "lambda-role".to_owned(),
        ..creation("f")
    };
    assert_eq!(
        violation(try_create(input).await),
        "1 validation error detected: Value 'lambda-role' at 'role' failed to satisfy constraint: \
         Member must satisfy regular expression pattern: \
         arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+"
    );
}

#[tokio::test]
async fn numbers_have_bounds() {
    for (memory, timeout, at) in [
        (Some(127), None, "memorySize"),
        (Some(10_241), None, "memorySize"),
        (None, Some(0), "timeout"),
        (None, Some(901), "timeout"),
        (None, Some(-1), "timeout"),
    ] {
        let input = CreateFunctionRequest {
            memory_size: memory,
            timeout,
            ..creation("f")
        };
        let message = violation(try_create(input).await);
        assert!(message.contains(&format!("at '{at}' failed")), "{message}");
    }
    let input = CreateFunctionRequest {
        memory_size: Some(1),
        timeout: Some(1000),
        ephemeral_storage: Some(EphemeralStorage { size: 511 }),
        ..creation("f")
    };
    let message = violation(try_create(input).await);
    assert!(
        message.starts_with("3 validation errors detected: "),
        "{message}"
    );
}

#[tokio::test]
async fn words_are_checked() {
    let handler = CreateFunctionRequest {
        handler: Some("a b".to_owned()),
        ..creation("f")
    };
    let description = CreateFunctionRequest {
        description: Some("x".repeat(257)),
        ..creation("f")
    };
    let layer = CreateFunctionRequest {
        layers: Some(vec!["tools".to_owned()]),
        ..creation("f")
    };
    let subnet = CreateFunctionRequest {
        vpc_config: Some(VpcConfig {
            subnet_ids: Some(vec!["net".to_owned()]),
            ..Default::default()
        }),
        ..creation("f")
    };
    let tracing = CreateFunctionRequest {
        tracing_config: Some(TracingConfig {
            mode: Some("Sometimes".into()),
        }),
        ..creation("f")
    };
    let two = CreateFunctionRequest {
        architectures: Some(vec![Architecture::Arm64, Architecture::X8664]),
        ..creation("f")
    };
    let unheard_of = CreateFunctionRequest {
        architectures: Some(vec!["z80".into()]),
        ..creation("f")
    };
    let package = CreateFunctionRequest {
        package_type: Some("Tar".into()),
        ..creation("f")
    };
    for (input, at) in [
        (handler, "handler"),
        (description, "description"),
        (layer, "layers"),
        (subnet, "vpcConfig.subnetIds"),
        (tracing, "tracingConfig.mode"),
        (two, "architectures"),
        (unheard_of, "architectures"),
        (package, "packageType"),
    ] {
        let message = violation(try_create(input).await);
        assert!(message.contains(&format!("at '{at}' failed")), "{message}");
    }
}

#[tokio::test]
async fn runtimes_are_known() {
    let input = CreateFunctionRequest {
        runtime: Some("cobol85".into()),
        ..creation("f")
    };
    let message = invalid(try_create(input).await);
    assert!(
        message.starts_with(
            "Value cobol85 at 'runtime' failed to satisfy constraint: Member must satisfy enum \
             value set: ["
        ) && message.ends_with("] or be a valid ARN"),
        "{message}"
    );
}

#[tokio::test]
async fn environments_are_small_and_leave_reserved_names_alone() {
    let with = |key: &str, value: &str| CreateFunctionRequest {
        environment: Some(Environment {
            variables: Some(BTreeMap::from([(key.to_owned(), value.to_owned())])),
        }),
        ..creation("f")
    };
    let message = invalid(try_create(with("AWS_REGION", "here")).await);
    assert!(
        message.ends_with("Reserved keys used in this request: AWS_REGION"),
        "{message}"
    );
    let message = invalid(try_create(with("BIG", &"x".repeat(4096))).await);
    assert!(
        message.contains("exceeded the 4KB limit. String measured: {\"BIG\":"),
        "{message}"
    );
    let message = violation(try_create(with("1A", "secret")).await);
    assert!(
        !message.contains("secret") && !message.contains("1A"),
        "{message}"
    );
    // {"BIG":"…"} in 4,096 bytes.
    try_create(with("BIG", &"x".repeat(4086))).await.unwrap();
}

#[tokio::test]
async fn layers_are_few() {
    let layer = "arn:aws:lambda:us-east-1:123456789012:layer:tools:3";
    let input = CreateFunctionRequest {
        layers: Some(vec![layer.to_owned(); 6]),
        ..creation("f")
    };
    assert_eq!(
        invalid(try_create(input).await),
        "Cannot reference more than 5 layers."
    );
}
