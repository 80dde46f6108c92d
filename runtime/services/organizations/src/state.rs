//! Records and keys: the only place that knows their layout.
//!
//! An organization's records are kept under its management account, in no region. `MEMBERS`, which
//! is kept for all accounts together, tells which account that is.
//!
//! Invariants: every member but none else is in `MEMBERS`; every unit's and account's parent is the
//! root or a unit that exists; a policy is attached to what exists and only while its type is enabled.

mod membership;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use stockade_kit::failure::Failure;
use stockade_kit::tags::TagSet;
use stockade_spec::Error;
use stockade_store::{Scope, Snapshot, Store, Table, WriteTx};

pub(crate) use membership::Membership;

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
/// By the recipient and the handshake, for all accounts together: the management account that keeps the handshake.
pub(crate) const INVITATIONS: Table<String> = Table::new("organizations/invitations");
/// By account, for all accounts together: what it was called when it was made.
pub(crate) const CONTACTS: Table<Contact> = Table::new("organizations/contacts");
/// By address in small letters, for all accounts together: the account that was made with it.
pub(crate) const ADDRESSES: Table<String> = Table::new("organizations/addresses");
/// By a transfer of responsibility to the organization.
pub(crate) const TRANSFERS: Table<Transfer> = Table::new("organizations/transfers");
/// By the recipient and the transfer, for all accounts together: the management account to which it goes.
pub(crate) const OUTBOUND: Table<String> = Table::new("organizations/outbound-transfers");
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
    pub(crate) parent: String,
    /// Whether the organization made it; else it was invited.
    pub(crate) created: bool,
    /// Seconds since the epoch, as all times here.
    pub(crate) joined: i64,
    /// When it was closed.
    pub(crate) closed: Option<i64>,
    pub(crate) tags: TagSet,
}

/// Who an account is, in an organization or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Contact {
    pub(crate) name: String,
    pub(crate) email: String,
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

/// What one account asks of another.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Handshake {
    pub(crate) id: String,
    pub(crate) action: Action,
    /// Who has to accept.
    pub(crate) to: Recipient,
    /// The handshake that this one is part of.
    pub(crate) parent: Option<String>,
    /// The transfer of responsibility that it is about.
    pub(crate) transfer: Option<String>,
    pub(crate) notes: Option<String>,
    pub(crate) requested: i64,
    /// When it expires if nobody has settled it.
    pub(crate) expires: i64,
    pub(crate) state: State,
    /// When it was settled.
    pub(crate) settled: Option<i64>,
    /// Of what it brings about: the account that joins, or the transfer.
    pub(crate) tags: TagSet,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Action {
    Invite,
    EnableAllFeatures,
    ApproveAllFeatures,
    TransferResponsibility,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum State {
    Open,
    /// Of all features: not all who were asked have answered. Of a transfer: not answered.
    Requested,
    Accepted,
    Declined,
    Canceled,
    /// Never kept: time brings it about.
    Expired,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Recipient {
    Account(String),
    /// The account with this address, which nobody here need have.
    Address(String),
}

/// That one organization manages something for another: asked for, agreed or withdrawn. How far it is, its
/// handshake tells.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Transfer {
    pub(crate) id: String,
    pub(crate) name: String,
    /// The management account that manages.
    pub(crate) target: String,
    /// Whose responsibility it is: a management account, too, once it has agreed.
    pub(crate) source: Recipient,
    pub(crate) handshake: String,
    pub(crate) starts: i64,
    /// The last second, of what was withdrawn.
    pub(crate) ends: Option<i64>,
    pub(crate) tags: TagSet,
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
