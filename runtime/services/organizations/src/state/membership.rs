//! An organization's records, as one of its accounts finds them.

use stockade_kit::failure::Failure;
use stockade_store::{Scan, Scope, Snapshot, Table, WriteTx};

use super::{
    ACCOUNTS, ATTACHMENTS, Account, CREATIONS, Creation, HANDSHAKES, Handshake, MEMBERS,
    ORGANIZATION, Organization, POLICIES, Policy, RESOURCE_POLICY, ResourcePolicy, TRANSFERS,
    TRUSTED, UNITS, Unit,
};
use crate::errors;

/// An organization as one of its accounts finds it.
#[derive(Clone, Debug)]
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

    pub(crate) fn find(snapshot: &Snapshot, account: &str) -> Result<Option<Self>, Failure> {
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

    /// Whether an account manages an organization.
    pub(crate) fn is_managed_by(snapshot: &Snapshot, account: &str) -> Result<bool, Failure> {
        let found = Self::find(snapshot, account)?;
        Ok(found.is_some_and(|it| it.organization.management == account))
    }

    /// Writes the organization's own record.
    pub(crate) fn save(&self, tx: &mut WriteTx) -> Result<(), Failure> {
        Ok(tx.put(ORGANIZATION, &self.scope, &[], &self.organization)?)
    }

    pub(crate) fn unit(&self, snapshot: &Snapshot, id: &str) -> Result<Option<Unit>, Failure> {
        Ok(snapshot.get(UNITS, &self.scope, &[id])?)
    }

    pub(crate) fn account(
        &self,
        snapshot: &Snapshot,
        id: &str,
    ) -> Result<Option<Account>, Failure> {
        Ok(snapshot.get(ACCOUNTS, &self.scope, &[id])?)
    }

    pub(crate) fn units(&self, snapshot: &Snapshot) -> Result<Vec<Unit>, Failure> {
        all(snapshot, UNITS, &self.scope)
    }

    /// How many accounts there are, the management account among them.
    pub(crate) fn size(&self, snapshot: &Snapshot) -> usize {
        snapshot.count(ACCOUNTS, &self.scope, Scan::all())
    }

    pub(crate) fn accounts(&self, snapshot: &Snapshot) -> Result<Vec<Account>, Failure> {
        all(snapshot, ACCOUNTS, &self.scope)
    }

    /// The organization's own policies, AWS's not among them.
    pub(crate) fn policies(&self, snapshot: &Snapshot) -> Result<Vec<Policy>, Failure> {
        all(snapshot, POLICIES, &self.scope)
    }

    pub(crate) fn creation(
        &self,
        snapshot: &Snapshot,
        id: &str,
    ) -> Result<Option<Creation>, Failure> {
        Ok(snapshot.get(CREATIONS, &self.scope, &[id])?)
    }

    pub(crate) fn creations(&self, snapshot: &Snapshot) -> Result<Vec<Creation>, Failure> {
        all(snapshot, CREATIONS, &self.scope)
    }

    pub(crate) fn handshakes(&self, snapshot: &Snapshot) -> Result<Vec<Handshake>, Failure> {
        all(snapshot, HANDSHAKES, &self.scope)
    }

    pub(crate) fn resource_policy(
        &self,
        snapshot: &Snapshot,
    ) -> Result<Option<ResourcePolicy>, Failure> {
        Ok(snapshot.get(RESOURCE_POLICY, &self.scope, &[])?)
    }

    /// Whether this is the root or a unit.
    pub(crate) fn is_parent(&self, snapshot: &Snapshot, id: &str) -> bool {
        id == self.organization.root || snapshot.contains(UNITS, &self.scope, &[id])
    }

    /// Puts an account into the organization.
    pub(crate) fn join(&self, tx: &mut WriteTx, account: &Account) -> Result<(), Failure> {
        let management = &self.organization.management;
        tx.put(MEMBERS, &Scope::global(), &[&account.id], management)?;
        Ok(tx.put(ACCOUNTS, &self.scope, &[&account.id], account)?)
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
        tx.delete_all(TRANSFERS, &self.scope, Scan::all());
        tx.delete_all(TRUSTED, &self.scope, Scan::all());
        tx.delete(RESOURCE_POLICY, &self.scope, &[]);
    }
}

fn all<R: serde::de::DeserializeOwned>(
    snapshot: &Snapshot,
    table: Table<R>,
    scope: &Scope,
) -> Result<Vec<R>, Failure> {
    snapshot
        .scan(table, scope, Scan::all())
        .map(|entry| Ok(entry?.record))
        .collect()
}
