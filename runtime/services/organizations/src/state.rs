//! Records and keys: the only place that knows their layout.
//!
//! An organization's records are kept under its management account, in no region. `MEMBERS`, which
//! is kept for all accounts together, tells which account that is.
//!
//! Invariants: every member but none else is in `MEMBERS`; every unit's and account's parent is the
//! root or a unit that exists; a policy is attached to what exists and only while its type is enabled.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use stockade_kit::failure::Failure;
use stockade_kit::tags::TagSet;
use stockade_spec::Error;
use stockade_store::{Scan, Scope, Snapshot, Store, StoreError, Table, WriteTx};

use crate::errors;

/// One record, under the empty key.
const ORGANIZATION: Table<Organization> = Table::new("organizations/organization");
/// By account: its management account.
const MEMBERS: Table<String> = Table::new("organizations/members");
pub(crate) const UNITS: Table<Unit> = Table::new("organizations/units");
pub(crate) const ACCOUNTS: Table<Account> = Table::new("organizations/accounts");
pub(crate) const POLICIES: Table<Policy> = Table::new("organizations/policies");
/// By target and policy: after how many others of the target it was attached.
pub(crate) const ATTACHMENTS: Table<u64> = Table::new("organizations/attachments");
pub(crate) const CREATIONS: Table<Creation> = Table::new("organizations/creations");
pub(crate) const HANDSHAKES: Table<Handshake> = Table::new("organizations/handshakes");
/// By the invited account and the handshake: the management account that keeps the handshake.
pub(crate) const INVITATIONS: Table<String> = Table::new("organizations/invitations");
/// By a service's principal: when it was trusted.
pub(crate) const TRUSTED: Table<i64> = Table::new("organizations/trusted-services");
/// By account and a service's principal: when the account became the service's administrator.
pub(crate) const DELEGATIONS: Table<i64> = Table::new("organizations/delegations");
/// One record, under the empty key.
pub(crate) const RESOURCE_POLICY: Table<ResourcePolicy> =
    Table::new("organizations/resource-policy");
/// A random number that every change draws anew.
const REVISION: Table<u64> = Table::new("organizations/revision");

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Organization {
    pub(crate) id: String,
    /// The management account.
    pub(crate) management: String,
    /// Whether it has all features, and not consolidated billing alone.
    pub(crate) all_features: bool,
    /// `r-…`.
    pub(crate) root: String,
    /// Enabled policy types, as the API names them.
    pub(crate) policy_types: BTreeSet<String>,
    pub(crate) root_tags: TagSet,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Unit {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) parent: String,
    pub(crate) tags: TagSet,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) parent: String,
    /// Whether it was made here; else it was invited.
    pub(crate) created: bool,
    /// Seconds since the epoch, as all times here.
    pub(crate) joined: i64,
    /// Whether it was closed.
    pub(crate) suspended: bool,
    pub(crate) tags: TagSet,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Policy {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: String,
    /// As the API names it: `SERVICE_CONTROL_POLICY`.
    pub(crate) kind: String,
    pub(crate) content: String,
    pub(crate) tags: TagSet,
}

/// What the organization delegates to its members.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ResourcePolicy {
    pub(crate) id: String,
    pub(crate) content: String,
    pub(crate) tags: TagSet,
}

/// A request for an account. It has been served by the time that its answer leaves.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Creation {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) requested: i64,
    /// The account that was made, or why none was.
    pub(crate) outcome: Result<String, String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Handshake {
    pub(crate) id: String,
    /// As the API names it.
    #[serde(default = "invite")]
    pub(crate) action: String,
    /// The handshake that this one is part of.
    #[serde(default)]
    pub(crate) parent: Option<String>,
    /// Who has to accept: the invited account, or one of the organization's.
    pub(crate) account: String,
    pub(crate) notes: Option<String>,
    pub(crate) requested: i64,
    pub(crate) expires: i64,
    /// As the API names it; `REQUESTED` and `OPEN` ones expire.
    pub(crate) state: String,
    /// Of the account that joins.
    pub(crate) tags: TagSet,
}

fn invite() -> String {
    "INVITE".to_owned()
}

/// An organization as one of its accounts finds it.
#[derive(Debug)]
pub(crate) struct Membership {
    pub(crate) organization: Organization,
    /// Where its records are kept.
    pub(crate) scope: Scope,
}

impl Membership {
    pub(crate) fn new(organization: Organization) -> Self {
        Self {
            scope: Scope::account(&organization.management),
            organization,
        }
    }

    pub(crate) fn find(snapshot: &Snapshot, account: &str) -> Result<Option<Self>, StoreError> {
        let Some(management) = snapshot.get(MEMBERS, &Scope::global(), &[account])? else {
            return Ok(None);
        };
        let scope = Scope::account(&management);
        let organization = snapshot.get(ORGANIZATION, &scope, &[])?;
        Ok(organization.map(Self::new))
    }

    /// The organization of any of its members.
    pub(crate) fn of(snapshot: &Snapshot, account: &str) -> Result<Self, Failure> {
        Ok(Self::find(snapshot, account)?.ok_or_else(errors::not_in_use)?)
    }

    /// The organization that this account manages: most operations are its alone.
    pub(crate) fn managed_by(snapshot: &Snapshot, account: &str) -> Result<Self, Failure> {
        let membership = Self::of(snapshot, account)?;
        if membership.organization.management != account {
            return Err(errors::not_management().into());
        }
        Ok(membership)
    }

    /// Writes the organization's own record.
    pub(crate) fn save(&self, tx: &mut WriteTx) -> Result<(), StoreError> {
        tx.put(ORGANIZATION, &self.scope, &[], &self.organization)
    }

    pub(crate) fn unit(&self, snapshot: &Snapshot, id: &str) -> Result<Option<Unit>, StoreError> {
        snapshot.get(UNITS, &self.scope, &[id])
    }

    pub(crate) fn account(
        &self,
        snapshot: &Snapshot,
        id: &str,
    ) -> Result<Option<Account>, StoreError> {
        snapshot.get(ACCOUNTS, &self.scope, &[id])
    }

    pub(crate) fn units(&self, snapshot: &Snapshot) -> Result<Vec<Unit>, StoreError> {
        all(snapshot, UNITS, &self.scope)
    }

    pub(crate) fn accounts(&self, snapshot: &Snapshot) -> Result<Vec<Account>, StoreError> {
        all(snapshot, ACCOUNTS, &self.scope)
    }

    /// The organization's own policies, AWS's not among them.
    pub(crate) fn policies(&self, snapshot: &Snapshot) -> Result<Vec<Policy>, StoreError> {
        all(snapshot, POLICIES, &self.scope)
    }

    pub(crate) fn creations(&self, snapshot: &Snapshot) -> Result<Vec<Creation>, StoreError> {
        all(snapshot, CREATIONS, &self.scope)
    }

    pub(crate) fn handshakes(&self, snapshot: &Snapshot) -> Result<Vec<Handshake>, StoreError> {
        all(snapshot, HANDSHAKES, &self.scope)
    }

    pub(crate) fn resource_policy(
        &self,
        snapshot: &Snapshot,
    ) -> Result<Option<ResourcePolicy>, StoreError> {
        snapshot.get(RESOURCE_POLICY, &self.scope, &[])
    }

    /// Whether this is the root or a unit.
    pub(crate) fn is_parent(&self, snapshot: &Snapshot, id: &str) -> bool {
        id == self.organization.root || snapshot.contains(UNITS, &self.scope, &[id])
    }

    /// Puts an account into the organization.
    pub(crate) fn join(&self, tx: &mut WriteTx, account: &Account) -> Result<(), StoreError> {
        let management = &self.organization.management;
        tx.put(MEMBERS, &Scope::global(), &[&account.id], management)?;
        tx.put(ACCOUNTS, &self.scope, &[&account.id], account)
    }

    /// Takes an account out of the organization, with what was attached to it.
    pub(crate) fn part(&self, tx: &mut WriteTx, account: &str) {
        tx.delete(MEMBERS, &Scope::global(), &[account]);
        tx.delete(ACCOUNTS, &self.scope, &[account]);
        tx.delete_all(ATTACHMENTS, &self.scope, Scan::under(&[account]));
    }

    /// Removes the organization with all its records.
    pub(crate) fn dissolve(&self, tx: &mut WriteTx) {
        let management = &self.organization.management;
        tx.delete(MEMBERS, &Scope::global(), &[management]);
        tx.delete(ORGANIZATION, &self.scope, &[]);
        tx.delete_all(ACCOUNTS, &self.scope, Scan::all());
        tx.delete_all(POLICIES, &self.scope, Scan::all());
        tx.delete_all(ATTACHMENTS, &self.scope, Scan::all());
        tx.delete_all(CREATIONS, &self.scope, Scan::all());
        tx.delete_all(HANDSHAKES, &self.scope, Scan::all());
        tx.delete_all(TRUSTED, &self.scope, Scan::all());
        tx.delete(RESOURCE_POLICY, &self.scope, &[]);
    }
}

fn all<R: serde::de::DeserializeOwned>(
    snapshot: &Snapshot,
    table: Table<R>,
    scope: &Scope,
) -> Result<Vec<R>, StoreError> {
    snapshot
        .scan(table, scope, Scan::all())
        .map(|entry| Ok(entry?.record))
        .collect()
}

/// Runs a change of organizations in a transaction.
pub(crate) async fn write<T: Send>(
    store: &Store,
    mut body: impl FnMut(&mut WriteTx) -> Result<T, Failure> + Send,
) -> Result<T, Error> {
    store
        .write(|tx| {
            let value = body(tx)?;
            tx.put(REVISION, &Scope::global(), &[], &rand::random::<u64>())?;
            Ok(value)
        })
        .await
        .map_err(Failure::into_error)
}

/// The number that [`write`] draws; zero before the first change.
pub(crate) fn revision(snapshot: &Snapshot) -> u64 {
    let kept = snapshot.shared(REVISION, &Scope::global(), &[]);
    kept.ok().flatten().map_or(0, |revision| *revision)
}
