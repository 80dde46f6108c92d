//! Range scans: which part of a table to walk, and the lazy walk itself.

use std::{marker::PhantomData, ops::Bound};

use imbl::shared_ptr::DefaultSharedPtr;
use serde::de::DeserializeOwned;

use crate::{Scope, StoreError, Table, key, key::Key, tx::Value};

/// What to walk, in key order: everything, or less.
///
/// ```
/// use stockade_store::Scan;
/// // The objects of one bucket below photos/, from a marker on, at most 1,000 of them.
/// let page = Scan::under(&["my-bucket"])
///     .starting_with("photos/")
///     .after(&["photos/2024/cat.jpg"])
///     .limit(1000);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Scan<'a> {
    under: &'a [&'a str],
    starting_with: &'a str,
    after: Option<&'a [&'a str]>,
    past: Option<&'a str>,
    limit: usize,
}

impl<'a> Scan<'a> {
    /// The whole table within the scope.
    #[must_use]
    pub const fn all() -> Self {
        Self::under(&[])
    }

    /// Keys whose first parts are these.
    #[must_use]
    pub const fn under(parts: &'a [&'a str]) -> Self {
        Self {
            under: parts,
            starting_with: "",
            after: None,
            past: None,
            limit: usize::MAX,
        }
    }

    /// Keys whose next part starts with this text.
    #[must_use]
    pub const fn starting_with(mut self, text: &'a str) -> Self {
        self.starting_with = text;
        self
    }

    /// Only keys above this one. The parts are those that follow [`Scan::under`]'s; no such key
    /// need exist.
    #[must_use]
    pub const fn after(mut self, parts: &'a [&'a str]) -> Self {
        self.after = Some(parts);
        self
    }

    /// Only keys whose next part is above everything that starts with this text: how a listing
    /// with a delimiter steps over a common prefix.
    #[must_use]
    pub const fn past(mut self, text: &'a str) -> Self {
        self.past = Some(text);
        self
    }

    /// At most this many.
    #[must_use]
    pub const fn limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// The range of encoded keys, lower and upper bound.
    fn bounds(&self, base: &[u8]) -> (Bound<Vec<u8>>, Bound<Vec<u8>>) {
        let open = |text: &str| {
            let mut bytes = base.to_vec();
            key::push_open(&mut bytes, text);
            bytes
        };
        let first = open(self.starting_with);
        let mut end = first.clone();
        key::make_successor(&mut end);

        let mut lower = Bound::Included(first);
        if let Some(text) = self.past {
            let mut bytes = open(text);
            key::make_successor(&mut bytes);
            lower = higher(lower, Bound::Included(bytes));
        }
        if let Some(parts) = self.after {
            let mut bytes = base.to_vec();
            for part in parts {
                key::push(&mut bytes, part);
            }
            lower = higher(lower, Bound::Excluded(bytes));
        }
        (lower, Bound::Excluded(end))
    }
}

impl Default for Scan<'_> {
    fn default() -> Self {
        Self::all()
    }
}

/// The bound that admits less; for equal keys, the one that excludes.
fn higher(left: Bound<Vec<u8>>, right: Bound<Vec<u8>>) -> Bound<Vec<u8>> {
    let rank = |bound: &Bound<Vec<u8>>| match bound {
        Bound::Included(bytes) => (bytes.clone(), 0),
        Bound::Excluded(bytes) => (bytes.clone(), 1),
        Bound::Unbounded => (Vec::new(), 0),
    };
    if rank(&left) >= rank(&right) {
        left
    } else {
        right
    }
}

type Range<'t> = imbl::ordmap::RangedIter<'t, Key, Value, DefaultSharedPtr>;

/// The parts of each key of a [`Scan`], in order, without reading the records.
pub struct Keys<'t> {
    range: Option<Range<'t>>,
    left: usize,
    table: &'static str,
    /// Length of the account, region and table that precede the parts.
    fixed: usize,
}

impl<'t> Keys<'t> {
    pub(crate) fn new<R>(
        map: &'t imbl::OrdMap<Key, Value>,
        table: Table<R>,
        scope: &Scope,
        scan: Scan<'_>,
    ) -> Self {
        let base = table.prefix(scope, scan.under);
        let (lower, upper) = scan.bounds(&base);
        let empty = match (&lower, &upper) {
            (Bound::Included(low) | Bound::Excluded(low), Bound::Excluded(high)) => low >= high,
            _ => false,
        };
        let range = (!empty).then(|| {
            map.range::<_, [u8]>((
                lower.as_ref().map(Vec::as_slice),
                upper.as_ref().map(Vec::as_slice),
            ))
        });
        Self {
            range,
            left: scan.limit,
            table: table.name(),
            fixed: table.prefix(scope, &[]).len(),
        }
    }

    fn step(&mut self) -> Option<(&'t Key, &'t Value)> {
        self.left = self.left.checked_sub(1)?;
        self.range.as_mut()?.next()
    }

    fn parts(&self, key: &Key) -> Result<Vec<String>, StoreError> {
        key.get(self.fixed..)
            .and_then(key::split)
            .ok_or(StoreError::DamagedKey { table: self.table })
    }

    /// How many keys there are, without reading them.
    pub(crate) fn tally(mut self) -> usize {
        let mut count = 0;
        while self.step().is_some() {
            count += 1;
        }
        count
    }

    /// The encoded keys.
    pub(crate) fn encoded(mut self) -> Vec<Key> {
        let mut keys = Vec::new();
        while let Some((key, _)) = self.step() {
            keys.push(key.clone());
        }
        keys
    }
}

impl Iterator for Keys<'_> {
    type Item = Result<Vec<String>, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        let (key, _) = self.step()?;
        Some(self.parts(key))
    }
}

/// A record and where it lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<R> {
    /// All parts of the key, those of [`Scan::under`] included.
    pub parts: Vec<String>,
    /// The record.
    pub record: R,
}

impl<R> Entry<R> {
    /// The last part of the key, usually the name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.parts.last().map_or("", String::as_str)
    }
}

/// The records of a [`Scan`], in key order, each decoded when it is reached.
pub struct Entries<'t, R> {
    keys: Keys<'t>,
    record: PhantomData<fn() -> R>,
}

impl<'t, R> Entries<'t, R> {
    pub(crate) fn new(keys: Keys<'t>) -> Self {
        Self {
            keys,
            record: PhantomData,
        }
    }
}

impl<R: DeserializeOwned> Iterator for Entries<'_, R> {
    type Item = Result<Entry<R>, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        let (key, value) = self.keys.step()?;
        let table = self.keys.table;
        let entry = self.keys.parts(key).and_then(|parts| {
            let record = serde_json::from_slice(value.bytes())
                .map_err(|source| StoreError::Record { table, source })?;
            Ok(Entry { parts, record })
        });
        Some(entry)
    }
}
