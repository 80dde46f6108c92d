//! Paging: `NextToken`, and `MaxResults` from 1 to 20, which is the default.

use stockade_kit::failure::Failure;
use stockade_kit::page::{self, Markers};
use stockade_organizations_api::shapes::InvalidInputExceptionReason;
use stockade_spec::Error;

use crate::errors;

const PAGE: usize = 20;

/// Which page of a listing is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    operation: &'static str,
    token: Option<&'a str>,
    max_results: Option<i32>,
}

impl<'a> Asked<'a> {
    pub(crate) fn new(
        operation: &'static str,
        token: &'a Option<String>,
        max_results: Option<i32>,
    ) -> Self {
        Self {
            operation,
            token: token.as_deref(),
            max_results,
        }
    }

    /// The page, in the order of the items' ids and each as `show` has it; and the token of the next one.
    pub(crate) fn page<T, S>(
        self,
        mut items: Vec<T>,
        id: impl Fn(&T) -> &str,
        show: impl FnMut(T) -> Result<S, Failure>,
    ) -> Result<(Vec<S>, Option<String>), Error> {
        let markers = Markers::new(self.operation);
        let after = markers
            .open(self.token)
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
        let size = page::clamp(self.max_results, PAGE, PAGE);
        let page = page::collect(markers, rest, size, |item| vec![id(item)])?;
        let shown: Result<Vec<S>, Failure> = page.items.into_iter().map(show).collect();
        Ok((shown?, page.next))
    }
}
