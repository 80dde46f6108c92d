//! One page of keys, those below a common prefix rolled up into it: what all of S3's listings of
//! keys share.

use serde::de::DeserializeOwned;
use stockade_store::{Entry, Scan, Scope, Snapshot, StoreError, Table};

/// Where a listing goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Position {
    /// At the beginning.
    Start,
    /// After the entry of this key (and what else follows the bucket in its table).
    After(Vec<String>),
    /// Past all keys with this prefix.
    Past(String),
}

/// What a listing is made of, in the order of keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Item<R> {
    /// A key's own entry.
    Entry(Entry<R>),
    /// A prefix that stands for the keys below it.
    Prefix(String),
}

/// What to list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Listing<'a> {
    pub(crate) bucket: &'a str,
    pub(crate) prefix: &'a str,
    /// Not empty.
    pub(crate) delimiter: Option<&'a str>,
    pub(crate) limit: usize,
}

impl Listing<'_> {
    /// The prefix that a key is rolled up into: up to the first delimiter after the listing's own.
    pub(crate) fn common_prefix(&self, key: &str) -> Option<String> {
        let delimiter = self.delimiter?;
        let rest = key.strip_prefix(self.prefix)?;
        let end = self.prefix.len() + rest.find(delimiter)? + delimiter.len();
        Some(key[..end].to_owned())
    }

    /// Walks from a position on; says whether there is more than the limit.
    pub(crate) fn walk<R: DeserializeOwned>(
        &self,
        snapshot: &Snapshot,
        table: Table<R>,
        scope: &Scope,
        mut position: Position,
    ) -> Result<(Vec<Item<R>>, bool), StoreError> {
        let mut items = Vec::new();
        'from_position: loop {
            let under = [self.bucket];
            let scan = Scan::under(&under).starting_with(self.prefix);
            let after: Vec<&str>;
            let scan = match &position {
                Position::Start => scan,
                Position::Past(prefix) => scan.past(prefix),
                Position::After(parts) => {
                    after = parts.iter().map(String::as_str).collect();
                    scan.after(&after)
                }
            };
            for entry in snapshot.scan(table, scope, scan) {
                let entry = entry?;
                if items.len() == self.limit {
                    return Ok((items, true));
                }
                let key = entry.parts.get(1).map_or("", String::as_str);
                if let Some(prefix) = self.common_prefix(key) {
                    items.push(Item::Prefix(prefix.clone()));
                    position = Position::Past(prefix);
                    continue 'from_position;
                }
                items.push(Item::Entry(entry));
            }
            return Ok((items, false));
        }
    }
}
