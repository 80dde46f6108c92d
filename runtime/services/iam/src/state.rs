//! IAM's records and keys: the only place that knows their layout.
//!
//! Everything is kept under its account, in no region. Names differ by more than case in AWS, so
//! keys hold the lower-cased name and records the name as it was given.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use stockade_kit::failure::Failure;
use stockade_kit::tags::TagSet;
use stockade_spec::Error;
use stockade_store::{Scope, Snapshot, Store, Table, WriteTx};

pub(crate) const USERS: Table<User> = Table::new("iam/users");
pub(crate) const GROUPS: Table<Group> = Table::new("iam/groups");
pub(crate) const ROLES: Table<Role> = Table::new("iam/roles");
pub(crate) const POLICIES: Table<ManagedPolicy> = Table::new("iam/policies");
pub(crate) const INSTANCE_PROFILES: Table<InstanceProfile> = Table::new("iam/instance-profiles");
/// By access key id, under the account that the key's form names.
pub(crate) const ACCESS_KEYS: Table<AccessKey> = Table::new("iam/access-keys");
/// By access key id, under the account that the key's form names.
pub(crate) const SESSIONS: Table<SessionRecord> = Table::new("iam/sessions");
/// Service-linked roles that are gone, by the id of the task that deleted them.
pub(crate) const DELETION_TASKS: Table<DeletionTask> = Table::new("iam/deletion-tasks");
/// A random number that every change of identities or policies draws anew.
const REVISION: Table<u64> = Table::new("iam/revision");

/// What users, groups and roles have in common: the policies that they carry.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Policies {
    /// Inline policies: name to document.
    pub(crate) inline: BTreeMap<String, String>,
    /// ARNs of attached managed policies.
    pub(crate) attached: BTreeSet<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) id: String,
    /// Seconds since the epoch, as all times here.
    pub(crate) created: i64,
    pub(crate) tags: TagSet,
    pub(crate) boundary: Option<String>,
    pub(crate) policies: Policies,
    /// Keys of the groups that it is in.
    pub(crate) groups: BTreeSet<String>,
    /// Ids of its access keys, oldest first.
    pub(crate) access_keys: Vec<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) id: String,
    pub(crate) created: i64,
    pub(crate) policies: Policies,
    /// Keys of its users.
    pub(crate) members: BTreeSet<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Role {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) id: String,
    pub(crate) created: i64,
    /// The trust policy.
    pub(crate) trust: String,
    pub(crate) description: Option<String>,
    /// Seconds.
    pub(crate) max_session: i32,
    pub(crate) tags: TagSet,
    pub(crate) boundary: Option<String>,
    pub(crate) policies: Policies,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ManagedPolicy {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) id: String,
    pub(crate) created: i64,
    pub(crate) updated: i64,
    pub(crate) description: Option<String>,
    pub(crate) tags: TagSet,
    /// Oldest first; never empty.
    pub(crate) versions: Vec<PolicyVersion>,
    pub(crate) default_version: u32,
    pub(crate) next_version: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PolicyVersion {
    pub(crate) number: u32,
    pub(crate) document: String,
    pub(crate) created: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct InstanceProfile {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) id: String,
    pub(crate) created: i64,
    pub(crate) tags: TagSet,
    /// Key of its role.
    pub(crate) role: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AccessKey {
    pub(crate) id: String,
    pub(crate) secret: String,
    /// Key of the user, or empty for the account's root.
    pub(crate) user: String,
    pub(crate) active: bool,
    pub(crate) created: i64,
}

/// The deletion of a service-linked role.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DeletionTask {
    /// The role's name.
    pub(crate) role: String,
}

/// Temporary credentials.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SessionRecord {
    pub(crate) secret: String,
    pub(crate) token: String,
    pub(crate) issued: i64,
    pub(crate) expires: i64,
    pub(crate) holder: Holder,
    pub(crate) policies: Vec<String>,
    pub(crate) policy_arns: Vec<String>,
    pub(crate) tags: TagSet,
    pub(crate) transitive_tags: Vec<String>,
    pub(crate) source_identity: Option<String>,
    pub(crate) mfa: bool,
}

/// Whom temporary credentials speak for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Holder {
    Root,
    User {
        arn: String,
        id: String,
        name: String,
    },
    AssumedRole {
        role_arn: String,
        session_arn: String,
        id: String,
    },
    FederatedUser {
        arn: String,
        id: String,
        user_arn: String,
        /// The unique id of that user; empty for root.
        user_id: String,
    },
}

/// The key of a name.
pub(crate) fn key(name: &str) -> String {
    name.to_lowercase()
}

impl User {
    pub(crate) fn arn(&self, partition: &str, account: &str) -> String {
        format!(
            "arn:{partition}:iam::{account}:user{}{}",
            self.path, self.name
        )
    }
}

impl Group {
    pub(crate) fn arn(&self, partition: &str, account: &str) -> String {
        format!(
            "arn:{partition}:iam::{account}:group{}{}",
            self.path, self.name
        )
    }
}

impl Role {
    pub(crate) fn arn(&self, partition: &str, account: &str) -> String {
        format!(
            "arn:{partition}:iam::{account}:role{}{}",
            self.path, self.name
        )
    }
}

impl InstanceProfile {
    pub(crate) fn arn(&self, partition: &str, account: &str) -> String {
        format!(
            "arn:{partition}:iam::{account}:instance-profile{}{}",
            self.path, self.name
        )
    }
}

impl ManagedPolicy {
    pub(crate) fn arn(&self, partition: &str, account: &str) -> String {
        format!(
            "arn:{partition}:iam::{account}:policy{}{}",
            self.path, self.name
        )
    }

    /// The default version's document.
    pub(crate) fn document(&self) -> &str {
        self.version(self.default_version)
            .map_or("", |version| &version.document)
    }

    pub(crate) fn version(&self, number: u32) -> Option<&PolicyVersion> {
        self.versions
            .iter()
            .find(|version| version.number == number)
    }
}

/// Runs a transaction that changes identities, and draws a new revision with it.
pub(crate) async fn write<T: Send>(
    store: &Store,
    account: &str,
    mut body: impl FnMut(&mut WriteTx, &Scope) -> Result<T, Failure> + Send,
) -> Result<T, Error> {
    let scope = Scope::account(account);
    store
        .write(|tx| {
            let value = body(tx, &scope)?;
            tx.put(REVISION, &Scope::global(), &[], &rand::random::<u64>())?;
            Ok(value)
        })
        .await
        .map_err(Failure::into_error)
}

/// The number that [`write`] draws; the same while nothing changed, zero before the first change.
pub(crate) fn revision(snapshot: &Snapshot) -> u64 {
    let kept = snapshot.shared(REVISION, &Scope::global(), &[]);
    kept.ok().flatten().map_or(0, |revision| *revision)
}
