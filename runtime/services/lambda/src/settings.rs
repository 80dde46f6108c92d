//! A function's settings: what a request may say of them, and what becomes of it.
//!
//! `CreateFunction` and `UpdateFunctionConfiguration` say the same things; both are read in the
//! form of the latter ([`Changes`]).

use std::collections::BTreeMap;

use stockade_lambda_api::shapes::{
    CreateFunctionRequest, FileSystemConfig, LogFormat, LoggingConfig, Runtime, SnapStartApplyOn,
    SystemLogLevel, TracingMode, UpdateFunctionConfigurationRequest as Changes,
};
use stockade_spec::Error;

use crate::errors::{invalid, unsupported};
use crate::state::{ImageRecord, LoggingRecord, Settings, VpcRecord};

/// "Lambda quotas", Function configuration, deployment, and execution.
const MAX_LAYERS: usize = 5;
/// All environment variables together, as JSON, in bytes.
const MAX_ENVIRONMENT_BYTES: usize = 4096;

const DEFAULT_TIMEOUT_SECS: i32 = 3;
const DEFAULT_MEMORY_MIB: i32 = 128;
const DEFAULT_EPHEMERAL_MIB: i32 = 512;

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

/// Refuses what AWS refuses beyond the model's constraints, and what is not kept here.
pub(crate) fn check(operation: &str, changes: &Changes) -> Result<(), Error> {
    let layers = changes.layers.as_deref().unwrap_or_default();
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
