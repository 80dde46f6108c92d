//! A function's settings: what a request may say of them, and what becomes of it.
//!
//! `CreateFunction` and `UpdateFunctionConfiguration` say the same things; both are read in the
//! form of the latter ([`Changes`]).

use std::collections::BTreeMap;

use stockade_kit::validate::{Constraint, Violations};
use stockade_lambda_api::shapes::{
    ApplicationLogLevel, CreateFunctionRequest, FileSystemConfig, LogFormat, LoggingConfig,
    Runtime, SnapStartApplyOn, SystemLogLevel, TracingMode,
    UpdateFunctionConfigurationRequest as Changes, VpcConfig,
};
use stockade_spec::Error;

use crate::errors::{invalid, unsupported, validation};
use crate::state::{ImageRecord, LoggingRecord, Settings, VpcRecord};

/// "Lambda quotas", Function configuration, deployment, and execution.
const MAX_LAYERS: usize = 5;
/// All environment variables together, as JSON, in bytes.
const MAX_ENVIRONMENT_BYTES: usize = 4096;

const DEFAULT_TIMEOUT_SECS: i32 = 3;
const DEFAULT_MEMORY_MIB: i32 = 128;
const DEFAULT_EPHEMERAL_MIB: i32 = 512;

const fn range(min: i64, max: i64) -> Constraint {
    Constraint {
        min: Some(min),
        max: Some(max),
        ..Constraint::NONE
    }
}

const fn text(max: i64, pattern: &'static str) -> Constraint {
    Constraint {
        max: Some(max),
        pattern: Some(pattern),
        ..Constraint::NONE
    }
}

const fn one_of(values: &'static [&'static str]) -> Constraint {
    Constraint {
        values,
        ..Constraint::NONE
    }
}

const DESCRIPTION: Constraint = range(0, 256);
const WORKING_DIRECTORY: Constraint = range(0, 1000);
const HANDLER: Constraint = text(128, r"[^\s]+");
const MEMORY: Constraint = range(128, 10_240);
const TIMEOUT: Constraint = range(1, 900);
const EPHEMERAL_STORAGE: Constraint = range(512, 10_240);
const ROLE: Constraint = text(
    10_000,
    r"arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+",
);
/// A key's ARN, or nothing; targets of dead letters have the same pattern.
pub(crate) const KMS_KEY: Constraint = text(10_000, r"(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()");
const LAYER: Constraint = text(
    2048,
    r"((arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+))",
);
const LOG_GROUP: Constraint = Constraint {
    min: Some(1),
    ..text(512, r"[\.\-_/#A-Za-z0-9]+")
};
const SUBNET: Constraint = text(1024, r"subnet-[0-9a-z]*");
const SECURITY_GROUP: Constraint = text(1024, r"sg-[0-9a-zA-Z]*");
const MOUNT_PATH: Constraint = text(160, r"/mnt/[a-zA-Z0-9-_.]+");
const VARIABLE_NAME: Constraint = Constraint {
    sensitive: true,
    pattern: Some(r"[a-zA-Z]([a-zA-Z0-9_])+"),
    ..Constraint::NONE
};

/// "Using Lambda environment variables", reserved environment variables.
const RESERVED_VARIABLES: [&str; 18] = [
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
];

/// What a request to create a function says of its settings.
pub(crate) fn of_creation(input: &mut CreateFunctionRequest) -> Changes {
    Changes {
        accelerator_config: input.accelerator_config.take(),
        capacity_provider_config: input.capacity_provider_config.take(),
        dead_letter_config: input.dead_letter_config.take(),
        description: input.description.take(),
        durable_config: input.durable_config.take(),
        environment: input.environment.take(),
        ephemeral_storage: input.ephemeral_storage.take(),
        file_system_configs: input.file_system_configs.take(),
        function_name: input.function_name.clone(),
        handler: input.handler.take(),
        image_config: input.image_config.take(),
        kms_key_arn: input.kms_key_arn.take(),
        layers: input.layers.take(),
        logging_config: input.logging_config.take(),
        memory_size: input.memory_size,
        revision_id: None,
        role: Some(std::mem::take(&mut input.role)),
        runtime: input.runtime.take(),
        runtime_config: input.runtime_config.take(),
        snap_start: input.snap_start.take(),
        timeout: input.timeout,
        tracing_config: input.tracing_config.take(),
        vpc_config: input.vpc_config.take(),
    }
}

/// Refuses what AWS refuses, and what is not kept here.
pub(crate) fn check(operation: &str, changes: &Changes) -> Result<(), Error> {
    let mut violations = Violations::new();
    violations.text("role", changes.role.as_deref(), &ROLE);
    violations.text("handler", changes.handler.as_deref(), &HANDLER);
    violations.text("description", changes.description.as_deref(), &DESCRIPTION);
    violations.text("kMSKeyArn", changes.kms_key_arn.as_deref(), &KMS_KEY);
    violations.number("memorySize", changes.memory_size.map(i64::from), &MEMORY);
    violations.number("timeout", changes.timeout.map(i64::from), &TIMEOUT);
    let ephemeral = changes.ephemeral_storage.as_ref();
    violations.number(
        "ephemeralStorage.size",
        ephemeral.map(|storage| i64::from(storage.size)),
        &EPHEMERAL_STORAGE,
    );
    let layers = changes.layers.as_deref().unwrap_or_default();
    violations.elements("layers", layers, &LAYER);
    let tracing = changes.tracing_config.as_ref();
    violations.text(
        "tracingConfig.mode",
        tracing
            .and_then(|config| config.mode.as_ref())
            .map(TracingMode::as_str),
        &one_of(TracingMode::VALUES),
    );
    let snap_start = changes.snap_start.as_ref();
    violations.text(
        "snapStart.applyOn",
        snap_start
            .and_then(|config| config.apply_on.as_ref())
            .map(SnapStartApplyOn::as_str),
        &one_of(SnapStartApplyOn::VALUES),
    );
    let dead_letter = changes.dead_letter_config.as_ref();
    violations.text(
        "deadLetterConfig.targetArn",
        dead_letter.and_then(|config| config.target_arn.as_deref()),
        &KMS_KEY,
    );
    let image = changes.image_config.as_ref();
    violations.text(
        "imageConfig.workingDirectory",
        image.and_then(|config| config.working_directory.as_deref()),
        &WORKING_DIRECTORY,
    );
    if let Some(logging) = &changes.logging_config {
        check_logging(&mut violations, logging);
    }
    if let Some(vpc) = &changes.vpc_config {
        check_vpc(&mut violations, vpc);
    }
    for (place, system) in changes.file_system_configs.iter().flatten().enumerate() {
        let path = format!("fileSystemConfigs.{}.member.localMountPath", place + 1);
        violations.text(&path, Some(&system.local_mount_path), &MOUNT_PATH);
    }
    violations.finish().map_err(validation)?;
    if layers.len() > MAX_LAYERS {
        return Err(invalid(format!(
            "Cannot reference more than {MAX_LAYERS} layers."
        )));
    }
    if let Some(runtime) = &changes.runtime {
        check_runtime(runtime.as_str())?;
    }
    if let Some(variables) = changes
        .environment
        .as_ref()
        .and_then(|environment| environment.variables.as_ref())
    {
        check_environment(variables)?;
    }
    check_supported(operation, changes)
}

fn check_logging(violations: &mut Violations, logging: &LoggingConfig) {
    violations.text(
        "loggingConfig.logFormat",
        logging.log_format.as_ref().map(LogFormat::as_str),
        &one_of(LogFormat::VALUES),
    );
    violations.text(
        "loggingConfig.applicationLogLevel",
        logging
            .application_log_level
            .as_ref()
            .map(ApplicationLogLevel::as_str),
        &one_of(ApplicationLogLevel::VALUES),
    );
    violations.text(
        "loggingConfig.systemLogLevel",
        logging
            .system_log_level
            .as_ref()
            .map(SystemLogLevel::as_str),
        &one_of(SystemLogLevel::VALUES),
    );
    violations.text(
        "loggingConfig.logGroup",
        logging.log_group.as_deref(),
        &LOG_GROUP,
    );
}

fn check_vpc(violations: &mut Violations, vpc: &VpcConfig) {
    for (path, items, most, each) in [
        ("vpcConfig.subnetIds", &vpc.subnet_ids, 16, &SUBNET),
        (
            "vpcConfig.securityGroupIds",
            &vpc.security_group_ids,
            5,
            &SECURITY_GROUP,
        ),
    ] {
        let items = items.as_deref().unwrap_or_default();
        let shown = format!("[{}]", items.join(", "));
        violations.length(path, Some(items.len()), &shown, &range(0, most));
        violations.elements(path, items, each);
    }
}

fn check_runtime(runtime: &str) -> Result<(), Error> {
    if Runtime::VALUES.contains(&runtime) {
        return Ok(());
    }
    Err(invalid(format!(
        "Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value \
         set: [{}] or be a valid ARN",
        Runtime::VALUES.join(", ")
    )))
}

fn check_environment(variables: &BTreeMap<String, String>) -> Result<(), Error> {
    const REFUSED: &str = "Lambda was unable to configure your environment variables because the \
                           environment variables you have provided";
    let reserved: Vec<&str> = variables
        .keys()
        .map(String::as_str)
        .filter(|key| RESERVED_VARIABLES.contains(key))
        .collect();
    if !reserved.is_empty() {
        return Err(invalid(format!(
            "{REFUSED} contains reserved keys that are currently not supported for modification. \
             Reserved keys used in this request: {}",
            reserved.join(", ")
        )));
    }
    let mut violations = Violations::new();
    let names: Vec<&String> = variables.keys().collect();
    violations.elements("environment.variables", &names, &VARIABLE_NAME);
    violations.finish().map_err(validation)?;
    let measured = serde_json::to_string(variables).unwrap_or_default();
    if measured.len() > MAX_ENVIRONMENT_BYTES {
        return Err(invalid(format!(
            "{REFUSED} exceeded the 4KB limit. String measured: {measured}"
        )));
    }
    Ok(())
}

fn check_supported(operation: &str, changes: &Changes) -> Result<(), Error> {
    let with_files = |system: &FileSystemConfig| system.s3_files_config.is_some();
    for (given, member) in [
        (changes.accelerator_config.is_some(), "AcceleratorConfig"),
        (
            changes.capacity_provider_config.is_some(),
            "CapacityProviderConfig",
        ),
        (changes.durable_config.is_some(), "DurableConfig"),
        (changes.runtime_config.is_some(), "RuntimeConfig"),
        (
            changes.file_system_configs.iter().flatten().any(with_files),
            "FileSystemConfigs[].S3FilesConfig",
        ),
    ] {
        if given {
            return Err(unsupported(operation, member));
        }
    }
    Ok(())
}

/// An empty text takes a setting away.
fn unless_empty(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

impl Settings {
    /// Those of a function of this name that says nothing of its own.
    pub(crate) fn defaults(name: &str) -> Self {
        Self {
            role: String::new(),
            runtime: None,
            handler: None,
            description: String::new(),
            timeout: DEFAULT_TIMEOUT_SECS,
            memory: DEFAULT_MEMORY_MIB,
            ephemeral_storage: DEFAULT_EPHEMERAL_MIB,
            environment: None,
            vpc: None,
            layers: Vec::new(),
            dead_letter_target: None,
            tracing: TracingMode::PassThrough.as_str().to_owned(),
            logging: LoggingRecord {
                format: LogFormat::Text.as_str().to_owned(),
                application_level: None,
                system_level: None,
                group: format!("/aws/lambda/{name}"),
            },
            snap_start: SnapStartApplyOn::None.as_str().to_owned(),
            kms_key: None,
            file_systems: Vec::new(),
            image: None,
        }
    }

    /// Makes changes that were [checked](check).
    pub(crate) fn apply(&mut self, changes: Changes) {
        if let Some(role) = changes.role {
            self.role = role;
        }
        if let Some(runtime) = changes.runtime {
            self.runtime = Some(runtime.as_str().to_owned());
        }
        if let Some(handler) = changes.handler {
            self.handler = unless_empty(handler);
        }
        if let Some(description) = changes.description {
            self.description = description;
        }
        self.timeout = changes.timeout.unwrap_or(self.timeout);
        self.memory = changes.memory_size.unwrap_or(self.memory);
        if let Some(storage) = changes.ephemeral_storage {
            self.ephemeral_storage = storage.size;
        }
        if let Some(variables) = changes
            .environment
            .and_then(|environment| environment.variables)
        {
            self.environment = (!variables.is_empty()).then_some(variables);
        }
        if let Some(vpc) = changes.vpc_config {
            self.vpc = Some(VpcRecord {
                subnets: vpc.subnet_ids.unwrap_or_default(),
                security_groups: vpc.security_group_ids.unwrap_or_default(),
                ipv6: vpc.ipv6_allowed_for_dual_stack.unwrap_or(false),
            });
        }
        if let Some(layers) = changes.layers {
            self.layers = layers;
        }
        if let Some(dead_letter) = changes.dead_letter_config {
            self.dead_letter_target = dead_letter.target_arn.and_then(unless_empty);
        }
        if let Some(mode) = changes.tracing_config.and_then(|config| config.mode) {
            self.tracing = mode.as_str().to_owned();
        }
        if let Some(logging) = changes.logging_config {
            self.logging.apply(logging);
        }
        if let Some(apply_on) = changes.snap_start.and_then(|config| config.apply_on) {
            self.snap_start = apply_on.as_str().to_owned();
        }
        if let Some(key) = changes.kms_key_arn {
            self.kms_key = unless_empty(key);
        }
        if let Some(systems) = changes.file_system_configs {
            self.file_systems = systems
                .into_iter()
                .map(|system| (system.arn, system.local_mount_path))
                .collect();
        }
        if let Some(image) = changes.image_config {
            self.image = Some(ImageRecord {
                entry_point: image.entry_point,
                command: image.command,
                working_directory: image.working_directory,
            });
        }
    }
}

impl LoggingRecord {
    fn apply(&mut self, logging: LoggingConfig) {
        if let Some(format) = logging.log_format {
            self.format = format.as_str().to_owned();
        }
        if let Some(level) = logging.application_log_level {
            self.application_level = Some(level.as_str().to_owned());
        }
        if let Some(level) = logging.system_log_level {
            self.system_level = Some(level.as_str().to_owned());
        }
        if let Some(group) = logging.log_group {
            self.group = group;
        }
        // Levels belong to JSON alone, and there they default to INFO.
        if self.format == LogFormat::Json.as_str() {
            for level in [&mut self.application_level, &mut self.system_level] {
                level.get_or_insert_with(|| SystemLogLevel::Info.as_str().to_owned());
            }
        } else {
            self.application_level = None;
            self.system_level = None;
        }
    }
}
