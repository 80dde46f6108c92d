//! Listings: their pages, and the one of functions.

use stockade_kit::failure::Failure;
use stockade_kit::page::{self, Markers};
use stockade_lambda_api::shapes;
use stockade_spec::{Error, RequestContext};
use stockade_store::{Scan, StoreError};

use crate::errors::invalid;
use crate::names::Function;
use crate::state::{FUNCTIONS, VersionRecord, version_key};
use crate::{Lambda, describe};

/// Most functions and versions on a page, whatever is asked for ("ListFunctions").
const PAGE: usize = 50;
const LISTING: Markers = Markers::new("ListFunctions");

/// How many items a page of a listing has.
pub(crate) fn page_size(max_items: Option<i32>) -> usize {
    page::clamp(max_items, PAGE, PAGE)
}

/// Where a page begins; nothing for an empty marker, as for none.
pub(crate) fn open_marker(
    markers: Markers,
    marker: Option<&str>,
) -> Result<Option<Vec<String>>, Error> {
    markers
        .open(marker.filter(|marker| !marker.is_empty()))
        .map_err(|_| invalid("Invalid Marker"))
}

pub(crate) fn functions(
    lambda: &Lambda,
    context: &RequestContext,
    input: shapes::ListFunctionsRequest,
) -> Result<shapes::ListFunctionsResponse, Error> {
    let limit = page_size(input.max_items);
    let with_versions = input.function_version == Some(shapes::FunctionVersion::All);
    let after = open_marker(LISTING, input.marker.as_deref())?;
    let after = after
        .as_deref()
        .and_then(|parts| Some((parts.first()?.as_str(), parts.get(1)?.as_str())));
    let scope = stockade_store::Scope::new(&context.account, &context.region);
    let snapshot = lambda.store.snapshot();
    let function_of = |name: &str| Function {
        partition: context.partition.to_owned(),
        region: context.region.clone(),
        account: context.account.clone(),
        name: name.to_owned(),
    };
    // An item's position: its function's name, and its version's key, which `$LATEST` has not. The
    // function that a page ended in may have more versions, so it is read again for the next one.
    let last = after
        .map(|(name, _)| {
            snapshot
                .get(FUNCTIONS, &scope, &[name])
                .map(|found| found.map(|record| (name.to_owned(), record)))
        })
        .and_then(Result::transpose);
    let parts = after.map(|(name, _)| [name]);
    let mut scan = Scan::all();
    if let Some(parts) = &parts {
        scan = scan.after(parts);
    }
    let rest = snapshot
        .scan(FUNCTIONS, &scope, scan)
        .map(|entry| entry.map(|entry| (entry.name().to_owned(), entry.record)));
    let items = last
        .into_iter()
        .chain(rest)
        .flat_map(|entry| {
            let all = entry.and_then(|(name, record)| {
                let mut all = vec![(name.clone(), record.latest)];
                if with_versions {
                    let versions = VersionRecord::all(&snapshot, &function_of(&name))?;
                    all.extend(versions.into_iter().map(|version| (name.clone(), version)));
                }
                Ok(all)
            });
            match all {
                Ok(all) => all.into_iter().map(Ok).collect(),
                Err(error) => vec![Err(error)],
            }
        })
        .map(|item: Result<_, StoreError>| {
            item.map(|(name, version)| {
                let key = version_key(&version.version).unwrap_or_default();
                (name, key, version)
            })
        })
        .filter(|item| match (item, after) {
            (Ok((name, key, _)), Some(after)) => (name.as_str(), key.as_str()) > after,
            _ => true,
        });
    let page = page::collect(LISTING, items, limit, |(name, key, _)| vec![name, key])
        .map_err(Failure::from)?;
    let functions = page
        .items
        .iter()
        .map(|(name, _, version)| {
            let qualifier = with_versions.then_some(version.version.as_str());
            describe::configuration(&function_of(name), version, qualifier)
        })
        .collect();
    Ok(shapes::ListFunctionsResponse {
        functions: Some(functions),
        next_marker: page.next,
    })
}
