//! Aliases: names that point at versions.

use std::collections::BTreeMap;

use stockade_kit::failure::Failure;
use stockade_kit::ids;
use stockade_kit::page::{self, Markers};
use stockade_lambda_api::errors;
use stockade_lambda_api::shapes::{self, AliasConfiguration, AliasRoutingConfiguration};
use stockade_spec::{Error, RequestContext};
use stockade_store::{Scan, Snapshot};

use crate::Lambda;
use crate::errors::{check_revision, invalid};
use crate::listing::{open_marker, page_size};
use crate::names::{Function, LATEST, is_alias};
use crate::state::{ALIASES, AliasRecord, FunctionRecord, POLICIES};

const LISTING: Markers = Markers::new("ListAliases");

fn describe(function: &Function, name: &str, record: AliasRecord) -> AliasConfiguration {
    AliasConfiguration {
        alias_arn: Some(function.qualified_arn(Some(name))),
        name: Some(name.to_owned()),
        function_version: Some(record.version),
        description: Some(record.description),
        revision_id: Some(record.revision),
        routing_config: (!record.weights.is_empty()).then_some(AliasRoutingConfiguration {
            additional_version_weights: Some(record.weights),
        }),
    }
}

/// Refuses an alias whose versions do not exist, or whose shares make no sense ("Lambda function
/// aliases", weighted aliases).
fn check_target(
    snapshot: &Snapshot,
    function: &Function,
    record: &FunctionRecord,
    alias: &AliasRecord,
) -> Result<(), Failure> {
    record.version(snapshot, function, Some(&alias.version))?;
    if alias.weights.is_empty() {
        return Ok(());
    }
    if alias.weights.len() > 1 {
        return Err(invalid(
            "Number of items in AdditionalVersionWeights cannot be greater than 1",
        )
        .into());
    }
    if alias.version == LATEST {
        return Err(invalid(
            "$LATEST is not supported for an alias pointing to more than 1 version",
        )
        .into());
    }
    for version in alias.weights.keys() {
        if *version == alias.version {
            return Err(invalid(format!(
                "Invalid function version {version}. Function version {version} is already \
                 included in routing configuration."
            ))
            .into());
        }
        if version == LATEST || is_alias(version) {
            return Err(invalid(format!(
                "Invalid function version {version} in routing configuration."
            ))
            .into());
        }
        record.version(snapshot, function, Some(version))?;
    }
    Ok(())
}

fn weights(routing: Option<AliasRoutingConfiguration>) -> BTreeMap<String, f64> {
    routing
        .and_then(|routing| routing.additional_version_weights)
        .unwrap_or_default()
}

pub(crate) async fn create(
    lambda: &Lambda,
    context: &RequestContext,
    input: shapes::CreateAliasRequest,
) -> Result<AliasConfiguration, Error> {
    let function = Function::of(&context.scope(), &input.function_name)?;
    let alias = AliasRecord {
        version: input.function_version,
        description: input.description.unwrap_or_default(),
        revision: ids::request_id(),
        weights: weights(input.routing_config),
    };
    lambda
        .store
        .write(|tx| {
            let record = FunctionRecord::require(tx, &function)?;
            check_target(tx, &function, &record, &alias)?;
            if AliasRecord::find(tx, &function, &input.name)?.is_some() {
                let arn = function.qualified_arn(Some(&input.name));
                let conflict = format!("Alias already exists: {arn}");
                return Err(Failure::from(errors::resource_conflict_exception(conflict)));
            }
            let parts = [function.name.as_str(), &input.name];
            tx.put(ALIASES, &function.scope(), &parts, &alias)?;
            Ok(())
        })
        .await?;
    Ok(describe(&function, &input.name, alias))
}

pub(crate) fn get(
    lambda: &Lambda,
    context: &RequestContext,
    input: shapes::GetAliasRequest,
) -> Result<AliasConfiguration, Error> {
    let function = Function::of(&context.scope(), &input.function_name)?;
    let snapshot = lambda.store.snapshot();
    let alias = AliasRecord::require(&snapshot, &function, &input.name)?;
    Ok(describe(&function, &input.name, alias))
}

pub(crate) fn list(
    lambda: &Lambda,
    context: &RequestContext,
    input: shapes::ListAliasesRequest,
) -> Result<shapes::ListAliasesResponse, Error> {
    let function = Function::of(&context.scope(), &input.function_name)?;
    let limit = page_size(input.max_items);
    let after = open_marker(LISTING, input.marker.as_deref())?;
    let snapshot = lambda.store.snapshot();
    FunctionRecord::require(&snapshot, &function)?;
    let parts: Option<Vec<&str>> = after
        .as_ref()
        .map(|parts| parts.iter().map(String::as_str).collect());
    let under = [function.name.as_str()];
    let mut scan = Scan::under(&under);
    if let Some(parts) = &parts {
        scan = scan.after(parts);
    }
    let wanted = input.function_version.as_deref();
    let items = snapshot
        .scan(ALIASES, &function.scope(), scan)
        .filter(|entry| match (entry, wanted) {
            (Ok(entry), Some(version)) => {
                entry.record.version == version || entry.record.weights.contains_key(version)
            }
            _ => true,
        });
    let page =
        page::collect(LISTING, items, limit, |entry| vec![entry.name()]).map_err(Failure::from)?;
    let aliases = page
        .items
        .iter()
        .map(|entry| describe(&function, entry.name(), entry.record.clone()))
        .collect();
    Ok(shapes::ListAliasesResponse {
        aliases: Some(aliases),
        next_marker: page.next,
    })
}

pub(crate) async fn update(
    lambda: &Lambda,
    context: &RequestContext,
    input: shapes::UpdateAliasRequest,
) -> Result<AliasConfiguration, Error> {
    let function = Function::of(&context.scope(), &input.function_name)?;
    let revision = ids::request_id();
    let alias = lambda
        .store
        .write(|tx| {
            let record = FunctionRecord::require(tx, &function)?;
            let mut alias = AliasRecord::find(tx, &function, &input.name)?.ok_or_else(|| {
                let arn = function.qualified_arn(Some(&input.name));
                errors::resource_not_found_exception(format!("Alias not found: {arn}"))
            })?;
            check_revision(input.revision_id.as_deref(), &alias.revision)?;
            if let Some(version) = &input.function_version {
                alias.version.clone_from(version);
            }
            if let Some(description) = &input.description {
                alias.description.clone_from(description);
            }
            if input.routing_config.is_some() {
                alias.weights = weights(input.routing_config.clone());
            }
            check_target(tx, &function, &record, &alias)?;
            alias.revision.clone_from(&revision);
            let parts = [function.name.as_str(), &input.name];
            tx.put(ALIASES, &function.scope(), &parts, &alias)?;
            Ok::<_, Failure>(alias)
        })
        .await?;
    Ok(describe(&function, &input.name, alias))
}

/// Removes an alias and its policy; one that is gone already is no error.
pub(crate) async fn delete(
    lambda: &Lambda,
    context: &RequestContext,
    input: shapes::DeleteAliasRequest,
) -> Result<(), Error> {
    let function = Function::of(&context.scope(), &input.function_name)?;
    lambda
        .store
        .write(|tx| {
            FunctionRecord::require(tx, &function)?;
            let parts = [function.name.as_str(), &input.name];
            tx.delete(ALIASES, &function.scope(), &parts);
            tx.delete(POLICIES, &function.scope(), &parts);
            Ok::<_, Failure>(())
        })
        .await?;
    Ok(())
}
