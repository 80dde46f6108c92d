//! Paging: `NextToken`, and `MaxResults` from 1 to 20, which is the default.

use stockade_kit::page::{self, Markers, Page};
use stockade_organizations_api::shapes::InvalidInputExceptionReason;
use stockade_spec::Error;

use crate::errors;

const PAGE: usize = 20;

/// One page of items in the order of their ids.
pub(crate) fn page<T>(
    operation: &'static str,
    token: Option<&str>,
    max_results: Option<i32>,
    mut items: Vec<T>,
    id: impl Fn(&T) -> &str,
) -> Result<Page<T>, Error> {
    let markers = Markers::new(operation);
    let after = markers
        .open(token)
        .map_err(|_| {
            errors::invalid(
                InvalidInputExceptionReason::InvalidNextToken,
                "You provided an invalid token.",
            )
        })?
        .and_then(|mut position| position.pop());
    items.sort_by(|one, other| id(one).cmp(id(other)));
    let rest = items
        .into_iter()
        .filter(|item| after.as_deref().is_none_or(|after| id(item) > after))
        .map(Ok::<T, Error>);
    page::collect(
        markers,
        rest,
        page::clamp(max_results, PAGE, PAGE),
        |item| vec![id(item)],
    )
}
