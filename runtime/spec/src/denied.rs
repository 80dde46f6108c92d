//! What of a request's input its caller may not act on.

use std::collections::BTreeMap;

use crate::error::Error;

/// The elements of an input's list that the caller may not act on, each with the error to answer for it.
///
/// Only of an operation that [answers for each](crate::permission::Permissions::answers) of the list's elements: its
/// handler leaves these out and tells their errors beside its results. Any other operation is denied as a whole, and
/// its handler is never called.
///
/// ```
/// use stockade_spec::{Denied, Error};
///
/// let mut denied: Denied = [(1, Error::new("AccessDenied", 403, "Access Denied"))].into_iter().collect();
/// assert!(denied.contains(1) && !denied.contains(0));
/// assert_eq!(denied.take(1).unwrap().code, "AccessDenied");
/// ```
#[derive(Debug, Default)]
pub struct Denied(BTreeMap<usize, Error>);

impl Denied {
    /// Whether the caller may act on all elements.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the element at this place of the list is denied.
    pub fn contains(&self, element: usize) -> bool {
        self.0.contains_key(&element)
    }

    /// The error to answer for the element at this place, where it is denied.
    pub fn take(&mut self, element: usize) -> Option<Error> {
        self.0.remove(&element)
    }
}

impl FromIterator<(usize, Error)> for Denied {
    fn from_iter<I: IntoIterator<Item = (usize, Error)>>(elements: I) -> Self {
        Self(elements.into_iter().collect())
    }
}
