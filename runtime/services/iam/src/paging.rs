//! IAM's paging: `Marker`, `MaxItems` (100 by default, 1,000 at most), `IsTruncated`.

use serde::de::DeserializeOwned;
use stockade_kit::failure::Failure;
use stockade_kit::page::{self, Markers, Page};
use stockade_spec::Error;
use stockade_store::{Scan, Scope, Snapshot, Table};

use crate::validation_error;

/// What a caller asked of a listing.
pub(crate) struct Request {
    markers: Markers,
    after: Option<Vec<String>>,
    limit: usize,
}

impl Request {
    pub(crate) fn new(
        operation: &'static str,
        marker: Option<&str>,
        max_items: Option<i32>,
    ) -> Result<Self, Error> {
        let markers = Markers::new(operation);
        let after = markers
            .open(marker)
            .map_err(|_| validation_error("Invalid Marker."))?;
        Ok(Self {
            markers,
            after,
            limit: page::clamp(max_items, 100, 1000),
        })
    }
}

/// One page of a table's records that `matches`, in the order of their names.
pub(crate) fn records<R: DeserializeOwned>(
    snapshot: &Snapshot,
    table: Table<R>,
    scope: &Scope,
    request: Request,
    matches: impl Fn(&R) -> bool,
) -> Result<Page<R>, Error> {
    let after: Option<Vec<&str>> = request
        .after
        .as_ref()
        .map(|parts| parts.iter().map(String::as_str).collect());
    let mut scan = Scan::all();
    if let Some(parts) = &after {
        scan = scan.after(parts);
    }
    let entries = snapshot
        .scan(table, scope, scan)
        .filter(|entry| entry.as_ref().map_or(true, |entry| matches(&entry.record)));
    let page = page::collect(request.markers, entries, request.limit, |entry| {
        vec![entry.name()]
    })
    .map_err(Failure::from)?;
    Ok(Page {
        items: page.items.into_iter().map(|entry| entry.record).collect(),
        next: page.next,
    })
}

/// One page of items that are at hand, in the order of their names.
pub(crate) fn items<T>(
    request: Request,
    items: impl IntoIterator<Item = T>,
    name: impl Fn(&T) -> &str,
) -> Result<Page<T>, Error> {
    let after = request.after.and_then(|mut parts| parts.pop());
    let rest = items
        .into_iter()
        .filter(|item| after.as_deref().is_none_or(|after| name(item) > after))
        .map(Ok::<T, Error>);
    page::collect(request.markers, rest, request.limit, |item| {
        vec![name(item)]
    })
}
