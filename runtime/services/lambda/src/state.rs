//! Records and keys: the only place that knows their layout.
//!
//! A function's code is a blob that `$LATEST` and any published version may share; it goes when
//! the last of them does.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use stockade_kit::failure::Failure;
use stockade_kit::tags::TagSet;
use stockade_store::{BlobRef, Scan, Snapshot, StoreError, Table, WriteTx, ordered};

use crate::errors::{alias_not_found, function_not_found};
use crate::names::{Function, LATEST, is_alias};

/// By name.
pub(crate) const FUNCTIONS: Table<FunctionRecord> = Table::new("lambda/functions");
/// Published versions, by the function's name and [`version_key`].
pub(crate) const VERSIONS: Table<VersionRecord> = Table::new("lambda/versions");
/// By the function's name and the alias's.
pub(crate) const ALIASES: Table<AliasRecord> = Table::new("lambda/aliases");
/// By the function's name and the qualifier, which is empty for the function's own.
pub(crate) const POLICIES: Table<PolicyRecord> = Table::new("lambda/policies");

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct FunctionRecord {
    pub(crate) tags: TagSet,
    /// Reserved concurrency.
    pub(crate) concurrency: Option<i32>,
    /// The number of the version that was published last; numbers are not used again.
    pub(crate) published: u64,
    /// `$LATEST`.
    pub(crate) latest: VersionRecord,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct VersionRecord {
    /// `$LATEST` or a number.
    pub(crate) version: String,
    pub(crate) revision: String,
    /// As answers write it.
    pub(crate) last_modified: String,
    pub(crate) code: CodeRecord,
    pub(crate) settings: Settings,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct CodeRecord {
    pub(crate) package: Package,
    /// Base64 of the package's SHA-256; an image's is of its URI.
    pub(crate) sha256: String,
    pub(crate) architectures: Vec<String>,
    pub(crate) kms_key: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Package {
    Zip(BlobRef),
    Image { uri: String },
}

/// What `UpdateFunctionConfiguration` can change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Settings {
    pub(crate) role: String,
    pub(crate) runtime: Option<String>,
    pub(crate) handler: Option<String>,
    pub(crate) description: String,
    /// Seconds.
    pub(crate) timeout: i32,
    /// MiB.
    pub(crate) memory: i32,
    /// MiB of `/tmp`.
    pub(crate) ephemeral_storage: i32,
    pub(crate) environment: Option<BTreeMap<String, String>>,
    pub(crate) vpc: Option<VpcRecord>,
    pub(crate) layers: Vec<String>,
    pub(crate) dead_letter_target: Option<String>,
    pub(crate) tracing: String,
    pub(crate) logging: LoggingRecord,
    pub(crate) snap_start: String,
    pub(crate) kms_key: Option<String>,
    /// ARN and mount path.
    pub(crate) file_systems: Vec<(String, String)>,
    pub(crate) image: Option<ImageRecord>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct VpcRecord {
    pub(crate) subnets: Vec<String>,
    pub(crate) security_groups: Vec<String>,
    pub(crate) ipv6: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct LoggingRecord {
    pub(crate) format: String,
    pub(crate) application_level: Option<String>,
    pub(crate) system_level: Option<String>,
    pub(crate) group: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ImageRecord {
    pub(crate) entry_point: Option<Vec<String>>,
    pub(crate) command: Option<Vec<String>>,
    pub(crate) working_directory: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AliasRecord {
    pub(crate) version: String,
    pub(crate) description: String,
    pub(crate) revision: String,
    /// Further versions and their shares.
    pub(crate) weights: BTreeMap<String, f64>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct PolicyRecord {
    pub(crate) statements: Vec<StatementRecord>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct StatementRecord {
    pub(crate) id: String,
    /// As the request gave it.
    pub(crate) principal: String,
    pub(crate) url_auth_type: Option<String>,
    /// As the document has it.
    pub(crate) statement: Value,
}

/// A version's number as a key, in the order of numbers; `None` if it is no number.
pub(crate) fn version_key(version: &str) -> Option<String> {
    version.parse().ok().map(ordered)
}

impl FunctionRecord {
    pub(crate) fn find(
        snapshot: &Snapshot,
        function: &Function,
    ) -> Result<Option<Self>, StoreError> {
        snapshot.get(FUNCTIONS, &function.scope(), &[&function.name])
    }

    pub(crate) fn require(snapshot: &Snapshot, function: &Function) -> Result<Self, Failure> {
        let found = Self::find(snapshot, function)?;
        Ok(found.ok_or_else(|| function_not_found(&function.arn()))?)
    }

    pub(crate) fn put(&self, tx: &mut WriteTx, function: &Function) -> Result<(), StoreError> {
        tx.put(FUNCTIONS, &function.scope(), &[&function.name], self)
    }

    /// The version that a qualifier names, through an alias if it is one; `$LATEST` without.
    pub(crate) fn version(
        &self,
        snapshot: &Snapshot,
        function: &Function,
        qualifier: Option<&str>,
    ) -> Result<VersionRecord, Failure> {
        let mut number = qualifier.unwrap_or(LATEST).to_owned();
        if is_alias(&number) {
            number = AliasRecord::find(snapshot, function, &number)?
                .ok_or_else(|| function_not_found(&function.qualified_arn(qualifier)))?
                .version;
        }
        if number == LATEST {
            return Ok(self.latest.clone());
        }
        let found = VersionRecord::find(snapshot, function, &number)?;
        Ok(found.ok_or_else(|| function_not_found(&function.qualified_arn(Some(&number))))?)
    }

    /// The revision of the function, version or alias that a qualifier names. A policy has none of
    /// its own: it is that of what it belongs to.
    pub(crate) fn revision(
        &self,
        snapshot: &Snapshot,
        function: &Function,
        qualifier: Option<&str>,
    ) -> Result<String, Failure> {
        match qualifier {
            Some(alias) if is_alias(alias) => {
                Ok(AliasRecord::require(snapshot, function, alias)?.revision)
            }
            _ => Ok(self.version(snapshot, function, qualifier)?.revision),
        }
    }

    /// Gives a new revision to the function, version or alias that a qualifier names.
    pub(crate) fn revise(
        mut self,
        tx: &mut WriteTx,
        function: &Function,
        qualifier: Option<&str>,
        revision: &str,
    ) -> Result<(), Failure> {
        let (scope, name) = (function.scope(), function.name.as_str());
        let revision = revision.to_owned();
        match qualifier {
            Some(alias) if is_alias(alias) => {
                let mut record = AliasRecord::require(tx, function, alias)?;
                record.revision = revision;
                tx.put(ALIASES, &scope, &[name, alias], &record)?;
            }
            Some(number) if number != LATEST => {
                let mut record = self.version(tx, function, qualifier)?;
                record.revision = revision;
                let key = version_key(number).unwrap_or_default();
                tx.put(VERSIONS, &scope, &[name, &key], &record)?;
            }
            _ => {
                self.latest.revision = revision;
                self.put(tx, function)?;
            }
        }
        Ok(())
    }
}

impl VersionRecord {
    pub(crate) fn find(
        snapshot: &Snapshot,
        function: &Function,
        number: &str,
    ) -> Result<Option<Self>, StoreError> {
        match version_key(number) {
            Some(key) => snapshot.get(VERSIONS, &function.scope(), &[&function.name, &key]),
            None => Ok(None),
        }
    }

    /// Published versions, oldest first.
    pub(crate) fn all(snapshot: &Snapshot, function: &Function) -> Result<Vec<Self>, StoreError> {
        snapshot
            .scan(VERSIONS, &function.scope(), Scan::under(&[&function.name]))
            .map(|entry| Ok(entry?.record))
            .collect()
    }
}

impl AliasRecord {
    pub(crate) fn find(
        snapshot: &Snapshot,
        function: &Function,
        alias: &str,
    ) -> Result<Option<Self>, StoreError> {
        snapshot.get(ALIASES, &function.scope(), &[&function.name, alias])
    }

    pub(crate) fn require(
        snapshot: &Snapshot,
        function: &Function,
        alias: &str,
    ) -> Result<Self, Failure> {
        let found = Self::find(snapshot, function, alias)?;
        Ok(found.ok_or_else(|| alias_not_found(&function.qualified_arn(Some(alias))))?)
    }
}

impl PolicyRecord {
    pub(crate) fn find(
        snapshot: &Snapshot,
        function: &Function,
        qualifier: Option<&str>,
    ) -> Result<Option<Self>, StoreError> {
        let parts = Self::key(function, qualifier);
        snapshot.get(POLICIES, &function.scope(), &parts)
    }

    /// `$LATEST` has the function's own policy.
    pub(crate) fn key<'a>(function: &'a Function, qualifier: Option<&'a str>) -> [&'a str; 2] {
        let own = qualifier.filter(|qualifier| *qualifier != LATEST);
        [&function.name, own.unwrap_or_default()]
    }

    pub(crate) fn statement(&self, id: &str) -> Option<&StatementRecord> {
        self.statements.iter().find(|statement| statement.id == id)
    }
}

impl CodeRecord {
    /// Bytes of the package; an image has none here.
    pub(crate) fn size(&self) -> u64 {
        self.blob().map_or(0, |blob| blob.len)
    }

    pub(crate) fn blob(&self) -> Option<&BlobRef> {
        match &self.package {
            Package::Zip(blob) => Some(blob),
            Package::Image { .. } => None,
        }
    }

    /// Its blob, if neither `$LATEST` nor any published version has it any more.
    pub(crate) fn garbage(
        &self,
        snapshot: &Snapshot,
        function: &Function,
    ) -> Result<Option<BlobRef>, StoreError> {
        let Some(blob) = self.blob() else {
            return Ok(None);
        };
        let latest = FunctionRecord::find(snapshot, function)?.map(|record| record.latest);
        let versions = VersionRecord::all(snapshot, function)?;
        let used = versions
            .iter()
            .chain(&latest)
            .any(|version| version.code.blob() == Some(blob));
        Ok((!used).then(|| blob.clone()))
    }
}
