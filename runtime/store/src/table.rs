//! Tables and scopes: the fixed part of every key.

use std::{borrow::Cow, fmt, marker::PhantomData};

use crate::key;

/// Whose state a record is: the account and the region that its key begins with.
///
/// IAM and other global services use [`Scope::account`]; what is unique across all accounts, such
/// as S3 bucket names, uses [`Scope::global`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Scope {
    account: String,
    region: String,
    /// Both as keys begin with them.
    key: Cow<'static, [u8]>,
}

/// What keys of the global scope begin with: two empty components.
const GLOBAL: &[u8] = &[0x00, 0x01, 0x00, 0x01];

impl Scope {
    /// One account in one region.
    #[must_use]
    pub fn new(account: impl Into<String>, region: impl Into<String>) -> Self {
        let (account, region) = (account.into(), region.into());
        let mut key = Vec::with_capacity(account.len() + region.len() + 4);
        key::push(&mut key, &account);
        key::push(&mut key, &region);
        Self {
            account,
            region,
            key: key.into(),
        }
    }

    /// One account, all regions.
    #[must_use]
    pub fn account(account: impl Into<String>) -> Self {
        Self::new(account, "")
    }

    /// All accounts, all regions.
    #[must_use]
    pub fn global() -> Self {
        Self {
            account: String::new(),
            region: String::new(),
            key: GLOBAL.into(),
        }
    }

    /// The account id; empty in the global scope.
    #[must_use]
    pub fn account_id(&self) -> &str {
        &self.account
    }

    /// The region; empty where state belongs to none.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }
}

/// A named set of records of one type.
///
/// The name begins with its service, as in `"iam/users"`. Records are stored as JSON, so a field
/// that a later version adds needs `#[serde(default)]` and nothing else.
pub struct Table<R> {
    name: &'static str,
    record: PhantomData<fn() -> R>,
}

impl<R> Table<R> {
    /// A table; make it a constant in the module that owns the records' layout.
    ///
    /// # Panics
    ///
    /// If the name has a NUL, which would have to be escaped in every key.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        let mut at = 0;
        while at < name.len() {
            assert!(name.as_bytes()[at] != 0, "a table's name has no NUL");
            at += 1;
        }
        Self {
            name,
            record: PhantomData,
        }
    }

    /// The table's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// The bytes that every key of this table in `scope` begins with, with room for the rest.
    pub(crate) fn prefix(self, scope: &Scope, parts: &[&str]) -> Vec<u8> {
        let text: usize = parts.iter().map(|part| part.len() + 2).sum();
        let mut out = Vec::with_capacity(scope.key.len() + self.name.len() + 2 + text);
        out.extend_from_slice(&scope.key);
        out.extend_from_slice(self.name.as_bytes());
        out.extend_from_slice(&key::END);
        for part in parts {
            key::push(&mut out, part);
        }
        out
    }
}

// Derives would ask the same of R, which a name does not need.
impl<R> Clone for Table<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Table<R> {}

impl<R> fmt::Debug for Table<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Table").field(&self.name).finish()
    }
}
