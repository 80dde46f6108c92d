//! Transfers of responsibility: one organization's management account pays the bills of another's ("Transfer
//! billing management to external accounts", AWS Billing User Guide). Nothing here has bills; who agreed
//! with whom, and until when, is kept.
//!
//! The *target* manages, and invites; the *source* has its responsibility managed, and agrees. The target keeps the
//! transfer, which is *inbound* to it and *outbound* to the source.

mod chain;
mod dates;
mod invitation;
mod listing;
mod shape;

use aws_smithy_types::DateTime;
use stockade_kit::failure::Failure;
use stockade_kit::time::epoch_seconds;
use stockade_organizations_api::shapes::{
    ConstraintViolationExceptionReason, InvalidInputExceptionReason,
};
use stockade_organizations_api::{errors as api, shapes};
use stockade_spec::{Error, RequestContext};
use stockade_store::{Scan, Scope, Snapshot, WriteTx};

pub(crate) use invitation::{accept, invite};
pub(crate) use listing::{list_inbound, list_outbound};

use crate::state::{self, HANDSHAKES, Membership, OUTBOUND, State, TRANSFERS, Transfer};
use crate::{Organizations, errors, handshakes};

/// The one type of responsibility.
pub(crate) const BILLING: &str = "BILLING";

/// How far a transfer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Requested,
    Declined,
    Canceled,
    Expired,
    Accepted,
    Withdrawn,
}

/// From which side a transfer is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Inbound,
    Outbound,
}

impl Direction {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
        }
    }
}

/// A transfer, as one of its sides sees it.
#[derive(Debug)]
struct Seen {
    transfer: Transfer,
    direction: Direction,
    status: Status,
}

impl Seen {
    /// A transfer as it is now; `None` if its invitation came to nothing, too long ago to be shown.
    fn at(
        snapshot: &Snapshot,
        (transfer, direction): (Transfer, Direction),
        now: i64,
    ) -> Result<Option<Self>, Failure> {
        let scope = Scope::account(&transfer.target);
        let Some(handshake) = snapshot.get(HANDSHAKES, &scope, &[&transfer.handshake])? else {
            return Ok(None);
        };
        let status = match handshake.state_at(now) {
            State::Accepted if transfer.ends.is_some() => Status::Withdrawn,
            State::Accepted => Status::Accepted,
            _ if handshake.is_forgotten(now) => return Ok(None),
            State::Open | State::Requested => Status::Requested,
            State::Declined => Status::Declined,
            State::Canceled => Status::Canceled,
            State::Expired => Status::Expired,
        };
        Ok(Some(Self {
            transfer,
            direction,
            status,
        }))
    }
}

/// What a target keeps under an id.
pub(crate) fn kept(
    snapshot: &Snapshot,
    target: &str,
    id: &str,
) -> Result<Option<Transfer>, Failure> {
    Ok(snapshot.get(TRANSFERS, &Scope::account(target), &[id])?)
}

/// The transfers to an account.
fn inbound(snapshot: &Snapshot, account: &str, now: i64) -> Result<Vec<Seen>, Failure> {
    let mut found = Vec::new();
    for entry in snapshot.scan(TRANSFERS, &Scope::account(account), Scan::all()) {
        let transfer = entry?.record;
        found.extend(Seen::at(snapshot, (transfer, Direction::Inbound), now)?);
    }
    Ok(found)
}

/// The transfers from an account.
fn outbound(snapshot: &Snapshot, account: &str, now: i64) -> Result<Vec<Seen>, Failure> {
    let mut found = Vec::new();
    for key in handshakes::keys(snapshot, account)? {
        for entry in snapshot.scan(OUTBOUND, &Scope::global(), Scan::under(&[&key])) {
            let entry = entry?;
            if let Some(transfer) = kept(snapshot, &entry.record, entry.name())? {
                found.extend(Seen::at(snapshot, (transfer, Direction::Outbound), now)?);
            }
        }
    }
    Ok(found)
}

/// A transfer that an account has a part in.
pub(crate) fn find(
    snapshot: &Snapshot,
    account: &str,
    id: &str,
) -> Result<Option<(Transfer, Direction)>, Failure> {
    if let Some(transfer) = kept(snapshot, account, id)? {
        return Ok(Some((transfer, Direction::Inbound)));
    }
    for key in handshakes::keys(snapshot, account)? {
        if let Some(target) = snapshot.get(OUTBOUND, &Scope::global(), &[&key, id])? {
            let transfer = kept(snapshot, &target, id)?;
            return Ok(transfer.map(|transfer| (transfer, Direction::Outbound)));
        }
    }
    Ok(None)
}

/// A transfer that the caller may still see.
fn known(snapshot: &Snapshot, context: &RequestContext, id: &str) -> Result<Seen, Failure> {
    let now = epoch_seconds(context.now);
    let found = find(snapshot, &context.account, id)?.ok_or_else(not_found)?;
    Ok(Seen::at(snapshot, found, now)?.ok_or_else(not_found)?)
}

fn not_found() -> Error {
    api::responsibility_transfer_not_found_exception("We can't find a transfer that you specified.")
}

fn save(tx: &mut WriteTx, transfer: &Transfer) -> Result<(), Failure> {
    let (id, target) = (transfer.id.as_str(), &transfer.target);
    tx.put(
        OUTBOUND,
        &Scope::global(),
        &[&transfer.source.key(), id],
        target,
    )?;
    Ok(tx.put(TRANSFERS, &Scope::account(target), &[id], transfer)?)
}

pub(crate) async fn describe(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::DescribeResponsibilityTransferRequest,
) -> Result<shapes::DescribeResponsibilityTransferResponse, Error> {
    let snapshot = service.store.snapshot();
    let membership = Membership::managed_by(&snapshot, &context.account)?;
    let seen = known(&snapshot, context, &input.id)?;
    let shape = seen.to_shape(&snapshot, &membership.organization, context, true)?;
    Ok(shapes::DescribeResponsibilityTransferResponse {
        responsibility_transfer: Some(shape),
    })
}

/// The name is the target's to give.
pub(crate) async fn update(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::UpdateResponsibilityTransferRequest,
) -> Result<shapes::UpdateResponsibilityTransferResponse, Error> {
    let shape = state::write(&service.store, |tx| {
        let membership = Membership::managed_by(tx, &context.account)?;
        let mut seen = known(tx, context, &input.id)?;
        if seen.direction == Direction::Outbound {
            return Err(errors::invalid(
                InvalidInputExceptionReason::UnsupportedActionInResponsibilityTransfer,
                "You can update only transfers that allow you to manage another organization's responsibilities.",
            )
            .into());
        }
        if !matches!(seen.status, Status::Requested | Status::Accepted) {
            return Err(errors::constraint(
                ConstraintViolationExceptionReason::TransferResponsibilityUpdateNotAllowed,
                "You cannot update this transfer because it is no longer active.",
            )
            .into());
        }
        seen.transfer.name.clone_from(&input.name);
        save(tx, &seen.transfer)?;
        seen.to_shape(tx, &membership.organization, context, true)
    })
    .await?;
    Ok(shapes::UpdateResponsibilityTransferResponse {
        responsibility_transfer: Some(shape),
    })
}

/// Either side may withdraw; the transfer goes on until the end of a month.
pub(crate) async fn terminate(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::TerminateResponsibilityTransferRequest,
) -> Result<shapes::TerminateResponsibilityTransferResponse, Error> {
    let now = epoch_seconds(context.now);
    let shape = state::write(&service.store, |tx| {
        let membership = Membership::managed_by(tx, &context.account)?;
        let mut seen = known(tx, context, &input.id)?;
        match seen.status {
            Status::Accepted => {}
            Status::Withdrawn => {
                return Err(api::responsibility_transfer_already_in_status_exception(
                    "The responsibility transfer is already in the status that you specified.",
                )
                .into());
            }
            _ => {
                return Err(api::invalid_responsibility_transfer_transition_exception(
                    "The responsibility transfer can't transition to the requested state because it's not in a \
                     valid state for this operation.",
                )
                .into());
            }
        }
        let asked = input.end_timestamp.as_ref().map(DateTime::secs);
        seen.transfer.ends = Some(dates::end(asked, seen.transfer.starts, now)?);
        seen.status = Status::Withdrawn;
        save(tx, &seen.transfer)?;
        seen.to_shape(tx, &membership.organization, context, false)
    })
    .await?;
    Ok(shapes::TerminateResponsibilityTransferResponse {
        responsibility_transfer: Some(shape),
    })
}

/// Refuses to delete an organization that has a transfer, or an invitation to one.
pub(crate) fn refuse_while_any(
    snapshot: &Snapshot,
    context: &RequestContext,
    membership: &Membership,
) -> Result<(), Failure> {
    let now = epoch_seconds(context.now);
    let management = &membership.organization.management;
    let mut all = inbound(snapshot, management, now)?;
    all.extend(outbound(snapshot, management, now)?);
    let is_active = |seen: &Seen| match seen.status {
        Status::Requested | Status::Accepted => true,
        Status::Withdrawn => seen.transfer.ends.is_some_and(|ends| now <= ends),
        Status::Declined | Status::Canceled | Status::Expired => false,
    };
    if all.iter().any(is_active) {
        return Err(errors::constraint(
            ConstraintViolationExceptionReason::ActiveResponsibilityTransferProcess,
            "You cannot delete organization due to an ongoing responsibility transfer process.",
        )
        .into());
    }
    Ok(())
}
