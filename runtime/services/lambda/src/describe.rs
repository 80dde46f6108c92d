//! What answers say of a function.

use stockade_lambda_api::shapes::{self, FunctionConfiguration};

use crate::names::Function;
use crate::state::{CodeRecord, Package, Settings, VersionRecord};

/// A version's configuration; its ARN carries the qualifier that is given.
pub(crate) fn configuration(
    function: &Function,
    version: &VersionRecord,
    qualifier: Option<&str>,
) -> FunctionConfiguration {
    let VersionRecord { code, settings, .. } = version;
    FunctionConfiguration {
        function_name: Some(function.name.clone()),
        function_arn: Some(function.qualified_arn(qualifier)),
        version: Some(version.version.clone()),
        revision_id: Some(version.revision.clone()),
        last_modified: Some(version.last_modified.clone()),
        state: Some(shapes::State::Active),
        last_update_status: Some(shapes::LastUpdateStatus::Successful),
        code_sha256: Some(code.sha256.clone()),
        code_size: Some(i64::try_from(code.size()).unwrap_or(i64::MAX)),
        package_type: Some(package_type(code)),
        architectures: Some(
            code.architectures
                .iter()
                .map(|name| name.as_str().into())
                .collect(),
        ),
        ..of_settings(settings)
    }
}

pub(crate) fn package_type(code: &CodeRecord) -> shapes::PackageType {
    match code.package {
        Package::Zip(_) => shapes::PackageType::Zip,
        Package::Image { .. } => shapes::PackageType::Image,
    }
}

fn of_settings(settings: &Settings) -> FunctionConfiguration {
    FunctionConfiguration {
        role: Some(settings.role.clone()),
        runtime: settings.runtime.as_deref().map(Into::into),
        handler: settings.handler.clone(),
        description: Some(settings.description.clone()),
        timeout: Some(settings.timeout),
        memory_size: Some(settings.memory),
        ephemeral_storage: Some(shapes::EphemeralStorage {
            size: settings.ephemeral_storage,
        }),
        environment: settings
            .environment
            .clone()
            .map(|variables| shapes::EnvironmentResponse {
                variables: Some(variables),
                error: None,
            }),
        vpc_config: settings.vpc.as_ref().map(|vpc| shapes::VpcConfigResponse {
            subnet_ids: Some(vpc.subnets.clone()),
            security_group_ids: Some(vpc.security_groups.clone()),
            ipv6_allowed_for_dual_stack: Some(vpc.ipv6),
            // Which VPC a subnet is in is not known here; without subnets there is none.
            vpc_id: vpc.subnets.is_empty().then(String::new),
        }),
        layers: layers(settings),
        dead_letter_config: settings.dead_letter_target.clone().map(|target| {
            shapes::DeadLetterConfig {
                target_arn: Some(target),
            }
        }),
        tracing_config: Some(shapes::TracingConfigResponse {
            mode: Some(settings.tracing.as_str().into()),
        }),
        logging_config: Some(shapes::LoggingConfig {
            log_format: Some(settings.logging.format.as_str().into()),
            application_log_level: settings
                .logging
                .application_level
                .as_deref()
                .map(Into::into),
            system_log_level: settings.logging.system_level.as_deref().map(Into::into),
            log_group: Some(settings.logging.group.clone()),
        }),
        snap_start: Some(shapes::SnapStartResponse {
            apply_on: Some(settings.snap_start.as_str().into()),
            optimization_status: Some(shapes::SnapStartOptimizationStatus::Off),
        }),
        kms_key_arn: settings.kms_key.clone(),
        file_system_configs: file_systems(settings),
        image_config_response: settings
            .image
            .as_ref()
            .map(|image| shapes::ImageConfigResponse {
                image_config: Some(shapes::ImageConfig {
                    entry_point: image.entry_point.clone(),
                    command: image.command.clone(),
                    working_directory: image.working_directory.clone(),
                }),
                error: None,
            }),
        ..Default::default()
    }
}

fn layers(settings: &Settings) -> Option<Vec<shapes::Layer>> {
    let layer = |arn: &String| shapes::Layer {
        arn: Some(arn.clone()),
        // Layers are named here, not kept.
        code_size: Some(0),
        ..Default::default()
    };
    (!settings.layers.is_empty()).then(|| settings.layers.iter().map(layer).collect())
}

fn file_systems(settings: &Settings) -> Option<Vec<shapes::FileSystemConfig>> {
    let system = |(arn, path): &(String, String)| shapes::FileSystemConfig {
        arn: arn.clone(),
        local_mount_path: path.clone(),
        ..Default::default()
    };
    (!settings.file_systems.is_empty()).then(|| settings.file_systems.iter().map(system).collect())
}
