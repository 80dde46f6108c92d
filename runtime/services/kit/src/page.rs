//! Paging: opaque markers, and one page out of a scan.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};

use crate::mark;

/// Longest marker in characters that is looked at.
pub const MAX_MARKER_LEN: usize = 4096;

/// The markers of one listing. A marker holds the position after which the next page begins, and
/// a check bound to the listing's name, so that garbled ones and those of another listing are
/// refused. It is a position, not a secret: whoever makes one up learns nothing that the listing
/// itself does not tell.
///
/// See the [crate's example](crate) for a listing from end to end.
#[derive(Clone, Copy, Debug)]
pub struct Markers {
    listing: &'static str,
}

/// A marker that this listing did not hand out. The caller says it in its service's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the marker is not valid")]
pub struct BadMarker;

impl Markers {
    /// The markers of the listing of this name, usually the operation's.
    #[must_use]
    pub const fn new(listing: &'static str) -> Self {
        Self { listing }
    }

    /// The marker that stands after the item at this position (its key's parts).
    #[must_use]
    pub fn seal(self, position: &[&str]) -> String {
        let mut bytes = vec![0; mark::BYTES];
        for part in position {
            // Lengths instead of separators: a part may hold anything.
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
        let check = self.check(&bytes[mark::BYTES..]);
        bytes[..mark::BYTES].copy_from_slice(&check);
        BASE64.encode(bytes)
    }

    /// The position that a marker stands for; `None` without a marker.
    ///
    /// # Errors
    ///
    /// [`BadMarker`] for everything that [`Markers::seal`] did not make for this listing.
    pub fn open(self, marker: Option<&str>) -> Result<Option<Vec<String>>, BadMarker> {
        let Some(marker) = marker else {
            return Ok(None);
        };
        if marker.len() > MAX_MARKER_LEN {
            return Err(BadMarker);
        }
        let bytes = BASE64.decode(marker).map_err(|_| BadMarker)?;
        let (check, mut rest) = mark::split(&bytes).ok_or(BadMarker)?;
        if check != self.check(rest) {
            return Err(BadMarker);
        }
        let mut position = Vec::new();
        while !rest.is_empty() {
            let (len, tail) = rest.split_first_chunk::<8>().ok_or(BadMarker)?;
            let len = usize::try_from(u64::from_be_bytes(*len)).map_err(|_| BadMarker)?;
            let (part, tail) = tail.split_at_checked(len).ok_or(BadMarker)?;
            position.push(String::from_utf8(part.to_vec()).map_err(|_| BadMarker)?);
            rest = tail;
        }
        Ok(Some(position))
    }

    fn check(self, position: &[u8]) -> [u8; mark::BYTES] {
        mark::of(&format!("marker of {}", self.listing), position)
    }
}

/// Some items of a listing, and how to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// At most as many as were asked for.
    pub items: Vec<T>,
    /// The marker of the next page; `None` on the last one.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Whether there is more: `IsTruncated` in many answers.
    #[must_use]
    pub fn is_truncated(&self) -> bool {
        self.next.is_some()
    }
}

/// How many items a page holds: what was asked for, or the default, from 1 to `max`.
#[must_use]
pub fn clamp(asked: Option<i32>, default: usize, max: usize) -> usize {
    asked
        .map_or(default, |count| usize::try_from(count).unwrap_or(0))
        .clamp(1, max)
}

/// Takes one page out of items in order, which begin after the position of the marker asked for.
///
/// Filter before, with [`Iterator::filter`], to page over what matches. `position` names the place
/// of an item as [`Markers::seal`] takes it. It reads at most one item beyond the page, to see
/// whether there is one; so no marker leads to an empty page.
///
/// # Errors
///
/// The first error among the items.
pub fn collect<T, E>(
    markers: Markers,
    items: impl IntoIterator<Item = Result<T, E>>,
    limit: usize,
    position: impl Fn(&T) -> Vec<&str>,
) -> Result<Page<T>, E> {
    let mut rest = items.into_iter();
    let items: Vec<T> = rest.by_ref().take(limit).collect::<Result<_, E>>()?;
    let more = rest.next().transpose()?.is_some();
    let next = match items.last() {
        Some(last) if more => Some(markers.seal(&position(last))),
        _ => None,
    };
    Ok(Page { items, next })
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use proptest::prelude::*;

    use super::*;

    const MARKERS: Markers = Markers::new("ListThings");

    fn page(from: usize, to: usize, limit: usize) -> Page<String> {
        let items = (from..to).map(|n| Ok::<_, Infallible>(format!("{n:03}")));
        collect(MARKERS, items, limit, |item| vec![item]).unwrap()
    }

    #[test]
    fn pages_meet_without_gap_and_end() {
        let first = page(0, 5, 3);
        assert_eq!(first.items, ["000", "001", "002"]);
        let after = MARKERS.open(first.next.as_deref()).unwrap();
        assert_eq!(after, Some(vec!["002".to_owned()]));
        let second = page(3, 5, 3);
        assert_eq!(second.items, ["003", "004"]);
        assert!(!second.is_truncated());
    }

    #[test]
    fn a_full_last_page_has_no_marker() {
        assert_eq!(page(0, 3, 3).next, None);
        assert_eq!(page(0, 0, 3).next, None);
    }

    #[test]
    fn an_error_beyond_the_page_is_an_error() {
        let items = [Ok("a"), Err("broken")];
        let page = collect(MARKERS, items, 1, |item| vec![*item]);
        assert_eq!(page, Err("broken"));
    }

    #[test]
    fn foreign_and_garbled_markers_are_refused() {
        let marker = MARKERS.seal(&["alice"]);
        assert_eq!(
            Markers::new("ListOthers").open(Some(&marker)),
            Err(BadMarker)
        );
        for bad in [
            "",
            "alice",
            "AAAAAAAA",
            "é",
            &marker[1..],
            &format!("{marker}A"),
        ] {
            assert_eq!(MARKERS.open(Some(bad)), Err(BadMarker), "{bad}");
        }
        let long = "A".repeat(MAX_MARKER_LEN + 1);
        assert_eq!(MARKERS.open(Some(&long)), Err(BadMarker));
        assert_eq!(MARKERS.open(None), Ok(None));
    }

    #[test]
    fn page_sizes_are_clamped() {
        assert_eq!(clamp(None, 100, 1000), 100);
        assert_eq!(clamp(Some(7), 100, 1000), 7);
        assert_eq!(clamp(Some(5000), 100, 1000), 1000);
        assert_eq!(clamp(Some(0), 100, 1000), 1);
        assert_eq!(clamp(Some(-1), 100, 1000), 1);
    }

    proptest! {
        #[test]
        fn markers_are_read_back(parts in prop::collection::vec(any::<String>(), 0..4)) {
            let refs: Vec<&str> = parts.iter().map(String::as_str).collect();
            prop_assert_eq!(MARKERS.open(Some(&MARKERS.seal(&refs))), Ok(Some(parts)));
        }
    }
}
