//! Functions: made, told, removed.

use aws_smithy_types::DateTime;
use stockade_kit::failure::Failure;
use stockade_kit::{ids, time};
use stockade_lambda_api::errors;
use stockade_lambda_api::shapes::{self, Architecture, PackageType};
use stockade_spec::{Error, RequestContext};
use stockade_store::{BlobRef, Scan, WriteTx};

use crate::errors::{function_not_found, invalid, unsupported};
use crate::names::{Function, LATEST, Target, is_alias};
use crate::state::{
    ALIASES, AliasRecord, FUNCTIONS, FunctionRecord, POLICIES, Package, Settings, VERSIONS,
    VersionRecord, version_key,
};
use crate::{Lambda, code, describe, settings, tags, versions};

/// Now, as `LastModified` is written.
pub(crate) fn now(context: &RequestContext) -> String {
    time::iso8601_millis_offset(&DateTime::from(context.now))
}

/// The architectures that a request asks for.
pub(crate) fn architectures(asked: Option<&[Architecture]>) -> Option<Vec<String>> {
    asked.map(|asked| asked.iter().map(|name| name.as_str().to_owned()).collect())
}

/// Refuses a role that Lambda cannot assume, where that is asked for.
pub(crate) fn check_role(lambda: &Lambda, role: Option<&str>) -> Result<(), Error> {
    match role {
        Some(role) if lambda.options.strict_roles && !lambda.roles.can_be_assumed(role) => Err(
            invalid("The role defined for the function cannot be assumed by Lambda."),
        ),
        _ => Ok(()),
    }
}

/// Refuses settings that do not go with the package's type.
pub(crate) fn check_package(package_type: &PackageType, settings: &Settings) -> Result<(), Error> {
    let (runtime, handler) = (settings.runtime.is_some(), settings.handler.is_some());
    if *package_type == PackageType::Image {
        if runtime || handler || !settings.layers.is_empty() {
            return Err(invalid(
                "Please don't provide Handler or Runtime or Layer when the intended function \
                 PackageType is Image.",
            ));
        }
    } else if !runtime || !handler {
        return Err(invalid(
            "Runtime and Handler are mandatory parameters for functions created with deployment \
             packages.",
        ));
    }
    Ok(())
}

fn conflict(name: &str) -> Error {
    errors::resource_conflict_exception(format!("Function already exist: {name}"))
}

pub(crate) async fn create(
    lambda: &Lambda,
    context: &RequestContext,
    mut input: shapes::CreateFunctionRequest,
) -> Result<shapes::FunctionConfiguration, Error> {
    const OPERATION: &str = "CreateFunction";
    let function = Function::of(&context.scope(), &input.function_name)?;
    let changes = settings::of_creation(&mut input);
    settings::check(OPERATION, &changes)?;
    for (given, member) in [
        (
            input.code_signing_config_arn.is_some(),
            "CodeSigningConfigArn",
        ),
        (input.publish_to.is_some(), "PublishTo"),
        (input.tenancy_config.is_some(), "TenancyConfig"),
    ] {
        if given {
            return Err(unsupported(OPERATION, member));
        }
    }
    let package_type = input.package_type.unwrap_or(PackageType::Zip);
    let architectures = architectures(input.architectures.as_deref())
        .unwrap_or_else(|| vec![Architecture::X8664.as_str().to_owned()]);
    let tags = tags::parse(input.tags.unwrap_or_default())?;
    let role = changes.role.clone();
    let mut settings = Settings::defaults(&function.name);
    settings.apply(changes);
    check_package(&package_type, &settings)?;
    // Seen before the code is received, so that a great package is not unzipped in vain.
    if lambda
        .store
        .snapshot()
        .contains(FUNCTIONS, &function.scope(), &[&function.name])
    {
        return Err(conflict(&function.name));
    }
    check_role(lambda, role.as_deref())?;
    let source = code::Source::from(input.code);
    let received = code::receive(lambda, OPERATION, &package_type, architectures, source).await?;

    let record = FunctionRecord {
        tags,
        concurrency: None,
        published: 0,
        latest: VersionRecord {
            version: LATEST.to_owned(),
            revision: ids::request_id(),
            last_modified: now(context),
            code: received.record.clone(),
            settings,
        },
    };
    let publish = input.publish.unwrap_or(false);
    let made = lambda
        .store
        .write(|tx| {
            if FunctionRecord::find(tx, &function)?.is_some() {
                return Err(Failure::from(conflict(&function.name)));
            }
            let mut record = record.clone();
            let version = if publish {
                versions::publish(tx, &function, &mut record, None)?
            } else {
                record.latest.clone()
            };
            record.put(tx, &function)?;
            Ok(version)
        })
        .await?;
    received.keep();
    Ok(describe::configuration(&function, &made, None))
}

pub(crate) fn configuration(
    lambda: &Lambda,
    context: &RequestContext,
    input: shapes::GetFunctionConfigurationRequest,
) -> Result<shapes::FunctionConfiguration, Error> {
    let qualifier = input.qualifier.as_deref();
    let Target {
        function,
        qualifier,
    } = Target::of(&context.scope(), &input.function_name, qualifier)?;
    let snapshot = lambda.store.snapshot();
    let record = FunctionRecord::find(&snapshot, &function)
        .map_err(Failure::from)?
        .ok_or_else(|| function_not_found(&function.qualified_arn(qualifier.as_deref())))?;
    let version = record.version(&snapshot, &function, qualifier.as_deref())?;
    Ok(describe::configuration(
        &function,
        &version,
        qualifier.as_deref(),
    ))
}

pub(crate) fn get(
    lambda: &Lambda,
    context: &RequestContext,
    input: shapes::GetFunctionRequest,
) -> Result<shapes::GetFunctionResponse, Error> {
    let target = Target::of(
        &context.scope(),
        &input.function_name,
        input.qualifier.as_deref(),
    )?;
    let function = &target.function;
    let qualifier = target.qualifier.as_deref();
    let snapshot = lambda.store.snapshot();
    let record = FunctionRecord::find(&snapshot, function)
        .map_err(Failure::from)?
        .ok_or_else(|| function_not_found(&target.arn()))?;
    let version = record.version(&snapshot, function, qualifier)?;
    Ok(shapes::GetFunctionResponse {
        configuration: Some(describe::configuration(function, &version, qualifier)),
        code: Some(location(context, function, &version)),
        concurrency: record.concurrency.map(|reserved| shapes::Concurrency {
            reserved_concurrent_executions: Some(reserved),
        }),
        tags: (!record.tags.is_empty()).then(|| record.tags.into_iter().collect()),
        tags_error: None,
    })
}

/// Where AWS would keep the package: a bucket of Lambda's own.
fn location(
    context: &RequestContext,
    function: &Function,
    version: &VersionRecord,
) -> shapes::FunctionCodeLocation {
    let source_kms_key_arn = version.code.kms_key.clone();
    match &version.code.package {
        Package::Zip(blob) => shapes::FunctionCodeLocation {
            repository_type: Some("S3".to_owned()),
            location: Some(format!(
                "{}/awslambda-{}-tasks/snapshots/{}/{}-{}",
                context.origin, function.region, function.account, function.name, blob.id
            )),
            source_kms_key_arn,
            ..Default::default()
        },
        Package::Image { uri } => shapes::FunctionCodeLocation {
            repository_type: Some("ECR".to_owned()),
            image_uri: Some(uri.clone()),
            resolved_image_uri: Some(uri.clone()),
            source_kms_key_arn,
            ..Default::default()
        },
    }
}

pub(crate) async fn delete(
    lambda: &Lambda,
    context: &RequestContext,
    input: shapes::DeleteFunctionRequest,
) -> Result<shapes::DeleteFunctionResponse, Error> {
    let qualifier = input.qualifier.as_deref();
    let Target {
        function,
        qualifier,
    } = Target::of(&context.scope(), &input.function_name, qualifier)?;
    match qualifier.as_deref() {
        Some(LATEST) => {
            return Err(invalid(
                "$LATEST version cannot be deleted without deleting the function.",
            ));
        }
        Some(alias) if is_alias(alias) => {
            return Err(invalid("Deletion of aliases is not currently supported."));
        }
        _ => {}
    }
    let garbage = lambda
        .store
        .write(|tx| {
            let record = FunctionRecord::require(tx, &function)?;
            match qualifier.as_deref() {
                Some(number) => delete_version(tx, &function, number),
                None => delete_all(tx, &function, &record),
            }
        })
        .await?;
    sweep(lambda, garbage).await;
    Ok(shapes::DeleteFunctionResponse {
        status_code: Some(204),
    })
}

fn delete_all(
    tx: &mut WriteTx,
    function: &Function,
    record: &FunctionRecord,
) -> Result<Vec<BlobRef>, Failure> {
    let (scope, name) = (function.scope(), function.name.as_str());
    let versions = VersionRecord::all(tx, function)?;
    let mut garbage: Vec<BlobRef> = Vec::new();
    for version in versions.iter().chain([&record.latest]) {
        if let Some(blob) = version.code.blob()
            && !garbage.contains(blob)
        {
            garbage.push(blob.clone());
        }
    }
    tx.delete(FUNCTIONS, &scope, &[name]);
    tx.delete_all(VERSIONS, &scope, Scan::under(&[name]));
    tx.delete_all(ALIASES, &scope, Scan::under(&[name]));
    tx.delete_all(POLICIES, &scope, Scan::under(&[name]));
    Ok(garbage)
}

/// Removes a published version; one that is gone already is no error.
fn delete_version(
    tx: &mut WriteTx,
    function: &Function,
    number: &str,
) -> Result<Vec<BlobRef>, Failure> {
    let Some(version) = VersionRecord::find(tx, function, number)? else {
        return Ok(Vec::new());
    };
    let mut named_by = Vec::new();
    for entry in tx.scan(ALIASES, &function.scope(), Scan::under(&[&function.name])) {
        let entry = entry?;
        let AliasRecord {
            version, weights, ..
        } = &entry.record;
        if version == number || weights.contains_key(number) {
            named_by.push(entry.name().to_owned());
        }
    }
    if !named_by.is_empty() {
        return Err(errors::resource_conflict_exception(format!(
            "Unable to delete version because the following aliases reference it: [{}]",
            named_by.join(", ")
        ))
        .into());
    }
    let key = version_key(number).unwrap_or_default();
    tx.delete(VERSIONS, &function.scope(), &[&function.name, &key]);
    tx.delete(POLICIES, &function.scope(), &[&function.name, number]);
    Ok(version.code.garbage(tx, function)?.into_iter().collect())
}

/// Deletes blobs that no record names any more. A failure leaves bytes behind, and nothing else.
pub(crate) async fn sweep(lambda: &Lambda, garbage: impl IntoIterator<Item = BlobRef>) {
    for blob in garbage {
        if let Err(error) = lambda.store.blobs().delete(&blob).await {
            tracing::warn!(%error, "a function's code could not be deleted");
        }
    }
}
