//! Handshakes: what one account asks of another, and how they settle it.
//!
//! An organization keeps those that it began. What accepting one brings about is told by the module of
//! its action: [`invitations`], [`all_features`], [`transfers`].

mod listing;
mod shape;

use stockade_kit::failure::Failure;
use stockade_kit::time::epoch_seconds;
use stockade_organizations_api::{errors as api, shapes};
use stockade_spec::{Error, RequestContext};
use stockade_store::{Scan, Scope, Snapshot, WriteTx};

pub(crate) use listing::{list_for_account, list_for_organization};

use crate::state::{
    self, Action, HANDSHAKES, Handshake, INVITATIONS, Membership, Recipient, State,
};
use crate::{Organizations, all_features, contacts, errors, ids, invitations, transfers};

/// What is settled is shown for so long ("Quotas and service limits for AWS Organizations", handshakes).
const REMEMBERED: i64 = 30 * 24 * 3600;

impl Recipient {
    /// Under what the recipient's handshakes are found.
    pub(crate) fn key(&self) -> String {
        match self {
            Self::Account(id) => id.clone(),
            Self::Address(email) => email.to_ascii_lowercase(),
        }
    }

    /// The account that is meant; `None` if it is unknown here.
    pub(crate) fn account(&self, snapshot: &Snapshot) -> Result<Option<String>, Failure> {
        match self {
            Self::Account(id) => Ok(Some(id.clone())),
            Self::Address(email) => contacts::owner(snapshot, email),
        }
    }
}

impl Handshake {
    /// One that begins now.
    pub(crate) fn new(action: Action, to: Recipient, (now, expires): (i64, i64)) -> Self {
        Self {
            id: ids::handshake(),
            action,
            to,
            parent: None,
            transfer: None,
            notes: None,
            requested: now,
            expires,
            state: State::Open,
            settled: None,
            tags: Default::default(),
        }
    }

    pub(crate) fn state_at(&self, now: i64) -> State {
        if self.is_unsettled() && now >= self.expires {
            State::Expired
        } else {
            self.state
        }
    }

    /// Whether it still waits for somebody.
    pub(crate) fn is_pending(&self, now: i64) -> bool {
        self.is_unsettled() && now < self.expires
    }

    fn is_unsettled(&self) -> bool {
        matches!(self.state, State::Open | State::Requested)
    }

    /// Whether it is too long ago that it was settled or expired.
    pub(crate) fn is_forgotten(&self, now: i64) -> bool {
        let ended = self.settled.unwrap_or(self.expires);
        now >= ended + REMEMBERED
    }

    /// Whether an account is the one that has to accept.
    fn is_for(&self, snapshot: &Snapshot, account: &str) -> Result<bool, Failure> {
        Ok(self.to.account(snapshot)?.as_deref() == Some(account))
    }

    /// Writes it, and where its recipient finds it.
    pub(crate) fn save(&self, tx: &mut WriteTx, membership: &Membership) -> Result<(), Failure> {
        let management = &membership.organization.management;
        if self.to != Recipient::Account(management.clone()) {
            let key = self.to.key();
            tx.put(INVITATIONS, &Scope::global(), &[&key, &self.id], management)?;
        }
        Ok(tx.put(HANDSHAKES, &membership.scope, &[&self.id], self)?)
    }
}

/// Under what an account finds the handshakes that were sent to it.
pub(crate) fn keys(snapshot: &Snapshot, account: &str) -> Result<[String; 2], Failure> {
    let email = contacts::of(snapshot, account)?.email;
    Ok([account.to_owned(), email.to_ascii_lowercase()])
}

/// What an organization keeps under an id; `None` if the organization is gone.
fn kept(
    snapshot: &Snapshot,
    management: &str,
    id: &str,
) -> Result<Option<(Membership, Handshake)>, Failure> {
    let Some(membership) = Membership::find(snapshot, management)? else {
        return Ok(None);
    };
    let handshake = snapshot.get(HANDSHAKES, &membership.scope, &[id])?;
    Ok(handshake.map(|handshake| (membership, handshake)))
}

/// A handshake that the account has a part in: it or its organization asked, or it is asked.
pub(crate) fn find(
    snapshot: &Snapshot,
    account: &str,
    id: &str,
) -> Result<Option<(Membership, Handshake)>, Failure> {
    let mut sender = None;
    for key in keys(snapshot, account)? {
        sender = sender.or(snapshot.get(INVITATIONS, &Scope::global(), &[&key, id])?);
    }
    kept(snapshot, sender.as_deref().unwrap_or(account), id)
}

/// All handshakes that were sent to an account.
fn received(
    snapshot: &Snapshot,
    account: &str,
    now: i64,
) -> Result<Vec<(Membership, Handshake)>, Failure> {
    let mut found = Vec::new();
    for key in keys(snapshot, account)? {
        for entry in snapshot.scan(INVITATIONS, &Scope::global(), Scan::under(&[&key])) {
            let entry = entry?;
            found.extend(kept(snapshot, &entry.record, entry.name())?);
        }
    }
    found.retain(|(_, handshake)| !handshake.is_forgotten(now));
    Ok(found)
}

/// A handshake that the caller may still see.
fn known(
    snapshot: &Snapshot,
    context: &RequestContext,
    id: &str,
) -> Result<(Membership, Handshake), Failure> {
    let now = epoch_seconds(context.now);
    let found = find(snapshot, &context.account, id)?;
    Ok(found
        .filter(|(_, handshake)| !handshake.is_forgotten(now))
        .ok_or_else(errors::no_handshake)?)
}

/// Who settles a handshake.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Sender,
    Recipient,
}

/// A pending handshake that one of its sides may take to another state.
fn answerable(
    tx: &WriteTx,
    context: &RequestContext,
    id: &str,
    (side, to): (Side, State),
) -> Result<(Membership, Handshake), Failure> {
    let (membership, handshake) = known(tx, context, id)?;
    let may = match side {
        Side::Recipient => handshake.is_for(tx, &context.account)?,
        Side::Sender => membership.organization.management == context.account,
    };
    if !may {
        return Err(errors::not_management().into());
    }
    let now = epoch_seconds(context.now);
    let state = handshake.state_at(now);
    if state == to {
        return Err(api::handshake_already_in_state_exception(
            "The specified handshake is already in the requested state.",
        )
        .into());
    }
    // All features are accepted when everybody has approved; all else may be settled while it is asked for.
    let waits_for_others = state == State::Requested
        && handshake.action == Action::EnableAllFeatures
        && side == Side::Recipient;
    if !handshake.is_pending(now) || waits_for_others {
        return Err(api::invalid_handshake_transition_exception(
            "You can't perform this operation on a handshake in its present state.",
        )
        .into());
    }
    Ok((membership, handshake))
}

/// Writes that a handshake has come to its end.
fn settle(
    tx: &mut WriteTx,
    context: &RequestContext,
    membership: &Membership,
    (handshake, to): (&mut Handshake, State),
) -> Result<shapes::Handshake, Failure> {
    handshake.state = to;
    handshake.settled = Some(epoch_seconds(context.now));
    handshake.save(tx, membership)?;
    handshake.to_shape(tx, membership, context)
}

pub(crate) async fn accept(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::AcceptHandshakeRequest,
) -> Result<shapes::AcceptHandshakeResponse, Error> {
    let shape = state::write(&service.store, |tx| {
        let to = State::Accepted;
        let (mut membership, mut handshake) =
            answerable(tx, context, &input.handshake_id, (Side::Recipient, to))?;
        match handshake.action {
            Action::Invite => invitations::accept(tx, context, &membership, &handshake)?,
            Action::TransferResponsibility => {
                transfers::accept(tx, context, &membership, &handshake)?;
            }
            Action::EnableAllFeatures | Action::ApproveAllFeatures => {
                all_features::accept(tx, &mut membership, &handshake)?;
            }
        }
        settle(tx, context, &membership, (&mut handshake, to))
    })
    .await?;
    Ok(shapes::AcceptHandshakeResponse {
        handshake: Some(shape),
    })
}

pub(crate) async fn decline(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::DeclineHandshakeRequest,
) -> Result<shapes::DeclineHandshakeResponse, Error> {
    let shape = state::write(&service.store, |tx| {
        let to = State::Declined;
        let (membership, mut handshake) =
            answerable(tx, context, &input.handshake_id, (Side::Recipient, to))?;
        settle(tx, context, &membership, (&mut handshake, to))
    })
    .await?;
    Ok(shapes::DeclineHandshakeResponse {
        handshake: Some(shape),
    })
}

pub(crate) async fn cancel(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::CancelHandshakeRequest,
) -> Result<shapes::CancelHandshakeResponse, Error> {
    let shape = state::write(&service.store, |tx| {
        let to = State::Canceled;
        let (membership, mut handshake) =
            answerable(tx, context, &input.handshake_id, (Side::Sender, to))?;
        all_features::cancel_parts(tx, context, &membership, &handshake)?;
        settle(tx, context, &membership, (&mut handshake, to))
    })
    .await?;
    Ok(shapes::CancelHandshakeResponse {
        handshake: Some(shape),
    })
}

pub(crate) async fn describe(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::DescribeHandshakeRequest,
) -> Result<shapes::DescribeHandshakeResponse, Error> {
    let snapshot = service.store.snapshot();
    let (membership, handshake) = known(&snapshot, context, &input.handshake_id)?;
    Ok(shapes::DescribeHandshakeResponse {
        handshake: Some(handshake.to_shape(&snapshot, &membership, context)?),
    })
}
