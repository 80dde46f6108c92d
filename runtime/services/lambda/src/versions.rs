//! Published versions.

use stockade_kit::failure::Failure;
use stockade_kit::ids;
use stockade_kit::page::{self, Markers};
use stockade_lambda_api::shapes;
use stockade_spec::{Error, RequestContext};
use stockade_store::{Scan, StoreError, WriteTx, ordered};

use crate::errors::{check_revision, invalid, unsupported};
use crate::listing::{open_marker, page_size};
use crate::names::Function;
use crate::state::{FunctionRecord, Settings, VERSIONS, VersionRecord, version_key};
use crate::{Lambda, describe};

const LISTING: Markers = Markers::new("ListVersionsByFunction");

/// Publishes `$LATEST` under the next number, or tells the version published last if nothing has
/// changed since ("PublishVersion").
pub(crate) fn publish(
    tx: &mut WriteTx,
    function: &Function,
    record: &mut FunctionRecord,
    description: Option<&str>,
) -> Result<VersionRecord, Failure> {
    let bare = |settings: &Settings| Settings {
        description: String::new(),
        ..settings.clone()
    };
    let latest = &record.latest;
    if let Some(last) = VersionRecord::find(tx, function, &record.published.to_string())?
        && last.code.sha256 == latest.code.sha256
        && last.code.architectures == latest.code.architectures
        && bare(&last.settings) == bare(&latest.settings)
    {
        return Ok(last);
    }
    let number = record.published + 1;
    let mut version = VersionRecord {
        version: number.to_string(),
        revision: ids::request_id(),
        ..latest.clone()
    };
    if let Some(description) = description {
        version.settings.description = description.to_owned();
    }
    let parts = [function.name.as_str(), &ordered(number)];
    tx.put(VERSIONS, &function.scope(), &parts, &version)?;
    record.published = number;
    Ok(version)
}

pub(crate) async fn publish_version(
    lambda: &Lambda,
    context: &RequestContext,
    input: shapes::PublishVersionRequest,
) -> Result<shapes::FunctionConfiguration, Error> {
    let function = Function::of(&context.scope(), &input.function_name)?;
    if input.publish_to.is_some() {
        return Err(unsupported("PublishVersion", "PublishTo"));
    }
    let description = input.description.as_deref();
    let version = lambda
        .store
        .write(|tx| {
            let mut record = FunctionRecord::require(tx, &function)?;
            check_revision(input.revision_id.as_deref(), &record.latest.revision)?;
            let current = &record.latest.code.sha256;
            if let Some(sha256) = input.code_sha256.as_deref()
                && !sha256.is_empty()
                && sha256 != current
            {
                return Err(Failure::from(invalid(format!(
                    "CodeSHA256 ({sha256}) is different from current CodeSHA256 in $LATEST \
                     ({current}). Please try again with the CodeSHA256 in $LATEST."
                ))));
            }
            let version = publish(tx, &function, &mut record, description)?;
            record.put(tx, &function)?;
            Ok(version)
        })
        .await?;
    let qualifier = Some(version.version.as_str());
    Ok(describe::configuration(&function, &version, qualifier))
}

pub(crate) fn list(
    lambda: &Lambda,
    context: &RequestContext,
    input: shapes::ListVersionsByFunctionRequest,
) -> Result<shapes::ListVersionsByFunctionResponse, Error> {
    let function = Function::of(&context.scope(), &input.function_name)?;
    let limit = page_size(input.max_items);
    let after = open_marker(LISTING, input.marker.as_deref())?;
    let snapshot = lambda.store.snapshot();
    let record = FunctionRecord::require(&snapshot, &function)?;
    // `$LATEST` comes first; its key is empty, as no version's is.
    let parts: Option<Vec<&str>> = after
        .as_ref()
        .map(|parts| parts.iter().map(String::as_str).collect());
    let latest = after.is_none().then(|| (String::new(), record.latest));
    let under = [function.name.as_str()];
    let mut scan = Scan::under(&under);
    if let Some(parts) = &parts {
        scan = scan.after(parts);
    }
    let published = snapshot
        .scan(VERSIONS, &function.scope(), scan)
        .map(|entry| {
            let version = entry?.record;
            let key = version_key(&version.version).unwrap_or_default();
            Ok::<_, StoreError>((key, version))
        });
    let items = latest.into_iter().map(Ok).chain(published);
    let page = page::collect(LISTING, items, limit, |(key, _)| vec![key]).map_err(Failure::from)?;
    let versions = page
        .items
        .iter()
        .map(|(_, version)| describe::configuration(&function, version, Some(&version.version)))
        .collect();
    Ok(shapes::ListVersionsByFunctionResponse {
        versions: Some(versions),
        next_marker: page.next,
    })
}
