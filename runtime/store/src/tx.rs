//! What a transaction sees and does.

use std::{
    any::Any,
    ops::Deref,
    sync::{Arc, OnceLock},
};

use imbl::OrdMap;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Entries, Keys, MAX_KEY_BYTES, Scan, Scope, StoreError, Table,
    key::Key,
    reads::{self, Read},
};

/// Largest encoded record in bytes. What is bigger is a blob.
pub const MAX_VALUE_BYTES: usize = 4 * 1024 * 1024;

/// An encoded record; cheap to clone, because copy-on-write of the map clones values.
#[derive(Clone)]
pub(crate) struct Value(Arc<Stored>);

struct Stored {
    bytes: Box<[u8]>,
    /// What [`Snapshot::shared`] made of the bytes. It never changes, as they never do.
    decoded: OnceLock<Arc<dyn Any + Send + Sync>>,
}

impl Value {
    /// The record as it is written.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0.bytes
    }

    fn decode<R: DeserializeOwned>(&self, table: Table<R>) -> Result<R, StoreError> {
        serde_json::from_slice(self.bytes()).map_err(|source| StoreError::Record {
            table: table.name(),
            source,
        })
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Arc::new(Stored {
            bytes: bytes.into(),
            decoded: OnceLock::new(),
        }))
    }
}

/// The state as it was at one revision. Cloning is O(1), and it never changes.
#[derive(Clone, Default)]
pub struct Snapshot {
    map: OrdMap<Key, Value>,
    revision: u64,
    /// The revision that last wrote to each table. One that is not here was never written to.
    written: Arc<Vec<(&'static str, u64)>>,
}

impl Snapshot {
    /// The number of commits that made this state. Within a [`WriteTx`], of those before it.
    #[must_use]
    pub fn revision(&self) -> u64 {
        reads::note(|| Read::Revision);
        self.revision
    }

    /// The revision, for the store itself.
    pub(crate) fn at(&self) -> u64 {
        self.revision
    }

    /// The revision that last wrote to a table; zero where none did.
    pub(crate) fn written(&self, table: &str) -> u64 {
        let found = self.written.iter().find(|(name, _)| *name == table);
        found.map_or(0, |(_, revision)| *revision)
    }

    /// Whether there is a record with this key, for the store itself.
    pub(crate) fn has(&self, key: &[u8]) -> bool {
        self.map.contains_key(key)
    }

    /// The record with this key.
    ///
    /// # Errors
    ///
    /// [`StoreError::Record`] if what is stored is not an `R`.
    pub fn get<R: DeserializeOwned>(
        &self,
        table: Table<R>,
        scope: &Scope,
        parts: &[&str],
    ) -> Result<Option<R>, StoreError> {
        reads::note(|| Read::Table(table.name()));
        let key = table.prefix(scope, parts);
        let value = self.map.get(key.as_slice());
        value.map(|value| value.decode(table)).transpose()
    }

    /// The record with this key, decoded once for all who ask. For what nearly every request reads:
    /// the decoded record stays in memory as long as the record itself.
    ///
    /// # Errors
    ///
    /// [`StoreError::Record`] if what is stored is not an `R`.
    pub fn shared<R: DeserializeOwned + Send + Sync + 'static>(
        &self,
        table: Table<R>,
        scope: &Scope,
        parts: &[&str],
    ) -> Result<Option<Arc<R>>, StoreError> {
        reads::note(|| Read::Table(table.name()));
        let key = table.prefix(scope, parts);
        let Some(value) = self.map.get(key.as_slice()) else {
            return Ok(None);
        };
        let held = value.0.decoded.get().cloned();
        if let Some(Ok(record)) = held.map(Arc::downcast) {
            return Ok(Some(record));
        }
        let record = Arc::new(value.decode(table)?);
        // Whoever came first decoded the same bytes.
        let _ = value.0.decoded.set(Arc::clone(&record) as _);
        Ok(Some(record))
    }

    /// Whether there is a record with this key; cheaper than [`Snapshot::get`].
    #[must_use]
    pub fn contains<R>(&self, table: Table<R>, scope: &Scope, parts: &[&str]) -> bool {
        let key = table.prefix(scope, parts);
        let has = self.has(&key);
        reads::note(|| Read::Presence(key.into(), has));
        has
    }

    /// Walks records in key order, decoding each when it is reached.
    pub fn scan<R: DeserializeOwned>(
        &self,
        table: Table<R>,
        scope: &Scope,
        scan: Scan<'_>,
    ) -> Entries<'_, R> {
        Entries::new(self.keys(table, scope, scan))
    }

    /// Walks keys in order without decoding records.
    pub fn keys<R>(&self, table: Table<R>, scope: &Scope, scan: Scan<'_>) -> Keys<'_> {
        reads::note(|| Read::Table(table.name()));
        Keys::new(&self.map, table, scope, scan)
    }

    /// How many records there are; walks them, so it costs as much as there are.
    #[must_use]
    pub fn count<R>(&self, table: Table<R>, scope: &Scope, scan: Scan<'_>) -> usize {
        self.keys(table, scope, scan).tally()
    }
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The records may hold secrets.
        f.debug_struct("Snapshot")
            .field("revision", &self.revision)
            .field("records", &self.map.len())
            .finish()
    }
}

/// A transaction that writes. It reads through [`Snapshot`], and sees its own writes.
pub struct WriteTx {
    state: Snapshot,
    /// The tables that it wrote to.
    touched: Vec<&'static str>,
}

impl WriteTx {
    pub(crate) fn new(base: Snapshot) -> Self {
        Self {
            state: base,
            touched: Vec::new(),
        }
    }

    /// The next state, if this transaction changed anything.
    pub(crate) fn into_next(self) -> Option<Snapshot> {
        if self.touched.is_empty() {
            return None;
        }
        let mut next = self.state;
        next.revision += 1;
        let written = Arc::make_mut(&mut next.written);
        for table in self.touched {
            match written.iter_mut().find(|(name, _)| *name == table) {
                Some((_, revision)) => *revision = next.revision,
                None => written.push((table, next.revision)),
            }
        }
        Some(next)
    }

    fn touch(&mut self, table: &'static str) {
        if !self.touched.contains(&table) {
            self.touched.push(table);
        }
    }

    /// Drops every record.
    pub(crate) fn clear(&mut self) {
        self.state.map = OrdMap::new();
        for (table, _) in Arc::clone(&self.state.written).iter() {
            self.touch(table);
        }
    }

    /// Writes a record, whether or not there is one.
    ///
    /// # Errors
    ///
    /// [`StoreError::KeyTooLong`], [`StoreError::ValueTooLarge`], or [`StoreError::Record`] if the
    /// record has no JSON form.
    pub fn put<R: Serialize>(
        &mut self,
        table: Table<R>,
        scope: &Scope,
        parts: &[&str],
        record: &R,
    ) -> Result<(), StoreError> {
        let key = table.prefix(scope, parts);
        if key.len() > MAX_KEY_BYTES {
            return Err(StoreError::KeyTooLong {
                table: table.name(),
                len: key.len(),
            });
        }
        let value = serde_json::to_vec(record).map_err(|source| StoreError::Record {
            table: table.name(),
            source,
        })?;
        if value.len() > MAX_VALUE_BYTES {
            return Err(StoreError::ValueTooLarge {
                table: table.name(),
                len: value.len(),
            });
        }
        self.state.map.insert(key.into(), value.into());
        self.touch(table.name());
        Ok(())
    }

    /// Writes a record that must not be there yet.
    ///
    /// # Errors
    ///
    /// [`StoreError::AlreadyExists`] if it is, and those of [`WriteTx::put`].
    pub fn insert_new<R: Serialize>(
        &mut self,
        table: Table<R>,
        scope: &Scope,
        parts: &[&str],
        record: &R,
    ) -> Result<(), StoreError> {
        if self.contains(table, scope, parts) {
            return Err(StoreError::AlreadyExists {
                table: table.name(),
            });
        }
        self.put(table, scope, parts, record)
    }

    /// Removes a record; says whether there was one.
    pub fn delete<R>(&mut self, table: Table<R>, scope: &Scope, parts: &[&str]) -> bool {
        let key = table.prefix(scope, parts);
        let removed = self.state.map.remove(key.as_slice()).is_some();
        if removed {
            self.touch(table.name());
        }
        removed
    }

    /// Removes all records of a scan; says how many there were.
    pub fn delete_all<R>(&mut self, table: Table<R>, scope: &Scope, scan: Scan<'_>) -> usize {
        let keys = self.keys(table, scope, scan).encoded();
        for key in &keys {
            self.state.map.remove(key);
        }
        if !keys.is_empty() {
            self.touch(table.name());
        }
        keys.len()
    }
}

impl Deref for WriteTx {
    type Target = Snapshot;

    fn deref(&self) -> &Snapshot {
        &self.state
    }
}

#[cfg(test)]
mod tests;
