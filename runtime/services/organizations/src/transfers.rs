//! Transfers of responsibility: one organization's management account pays the bills of another's ("Transfer
//! billing management to external accounts", AWS Billing User Guide). Nothing here has bills; who agreed
//! with whom, and until when, is kept.
//!
//! The *target* manages, and invites; the *source* has its responsibility managed, and agrees. The target keeps the
//! transfer, which is *inbound* to it and *outbound* to the source.

mod chain;
mod dates;
mod shape;

use aws_smithy_types::DateTime;
use stockade_kit::failure::Failure;
use stockade_kit::time::epoch_seconds;
use stockade_organizations_api::shapes::{
    ConstraintViolationExceptionReason, HandshakeConstraintViolationExceptionReason,
    InvalidInputExceptionReason,
};
use stockade_organizations_api::{errors as api, shapes};
use stockade_spec::{Error, RequestContext};
use stockade_store::{Scan, Scope, Snapshot, StoreError, WriteTx};

use crate::state::{
    self, Action, HANDSHAKES, Handshake, Membership, OUTBOUND, Recipient, State, TRANSFERS,
    Transfer,
};
use crate::{Organizations, errors, handshakes, ids, invitations, paging, tags};

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

/// What a target keeps under an id.
pub(crate) fn kept(
    snapshot: &Snapshot,
    target: &str,
    id: &str,
) -> Result<Option<Transfer>, StoreError> {
    snapshot.get(TRANSFERS, &Scope::account(target), &[id])
}

/// How far a transfer is now; `None` if its invitation came to nothing, too long ago to be shown.
fn status(
    snapshot: &Snapshot,
    transfer: &Transfer,
    now: i64,
) -> Result<Option<Status>, StoreError> {
    let scope = Scope::account(&transfer.target);
    let handshake = snapshot.get(HANDSHAKES, &scope, &[&transfer.handshake])?;
    Ok(handshake.and_then(|handshake| {
        Some(match handshake.state_at(now) {
            State::Accepted if transfer.ends.is_some() => Status::Withdrawn,
            State::Accepted => Status::Accepted,
            _ if handshake.is_forgotten(now) => return None,
            State::Open | State::Requested => Status::Requested,
            State::Declined => Status::Declined,
            State::Canceled => Status::Canceled,
            State::Expired => Status::Expired,
        })
    }))
}

fn with_status(
    snapshot: &Snapshot,
    transfers: Vec<Transfer>,
    now: i64,
) -> Result<Vec<(Transfer, Status)>, Failure> {
    let mut found = Vec::new();
    for transfer in transfers {
        if let Some(status) = status(snapshot, &transfer, now)? {
            found.push((transfer, status));
        }
    }
    Ok(found)
}

/// The transfers to an account.
fn inbound(
    snapshot: &Snapshot,
    account: &str,
    now: i64,
) -> Result<Vec<(Transfer, Status)>, Failure> {
    let transfers: Result<Vec<_>, Failure> = snapshot
        .scan(TRANSFERS, &Scope::account(account), Scan::all())
        .map(|entry| Ok(entry?.record))
        .collect();
    with_status(snapshot, transfers?, now)
}

/// The transfers from an account.
fn outbound(
    snapshot: &Snapshot,
    account: &str,
    now: i64,
) -> Result<Vec<(Transfer, Status)>, Failure> {
    let mut transfers = Vec::new();
    for key in handshakes::keys(snapshot, account)? {
        for entry in snapshot.scan(OUTBOUND, &Scope::global(), Scan::under(&[&key])) {
            let entry = entry?;
            transfers.extend(kept(snapshot, &entry.record, entry.name())?);
        }
    }
    with_status(snapshot, transfers, now)
}

/// A transfer that an account has a part in.
pub(crate) fn find(
    snapshot: &Snapshot,
    account: &str,
    id: &str,
) -> Result<Option<(Transfer, Direction)>, StoreError> {
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
    let (transfer, direction) = find(snapshot, &context.account, id)?.ok_or_else(not_found)?;
    let status = status(snapshot, &transfer, now)?.ok_or_else(not_found)?;
    Ok(Seen {
        transfer,
        direction,
        status,
    })
}

fn not_found() -> Error {
    api::responsibility_transfer_not_found_exception("We can't find a transfer that you specified.")
}

fn save(tx: &mut WriteTx, transfer: &Transfer) -> Result<(), StoreError> {
    let (id, target) = (transfer.id.as_str(), &transfer.target);
    tx.put(
        OUTBOUND,
        &Scope::global(),
        &[&transfer.source.key(), id],
        target,
    )?;
    tx.put(TRANSFERS, &Scope::account(target), &[id], transfer)
}

/// Refuses whom the organization cannot invite: itself, or whose responsibility it has already.
fn check_source(
    tx: &WriteTx,
    (target, source): (&str, &Recipient),
    now: i64,
) -> Result<(), Failure> {
    use HandshakeConstraintViolationExceptionReason as Reason;
    let account = source.account(tx)?;
    if account.as_deref() == Some(target) {
        return Err(errors::handshake_constraint(
            Reason::SourceAndTargetCannotMatch,
            "An account can't be both the sender and the recipient of a transfer invitation.",
        )
        .into());
    }
    for (transfer, status) in inbound(tx, target, now)? {
        if status == Status::Accepted && transfer.source.account(tx)? == account {
            return Err(errors::handshake_constraint(
                Reason::ResponsibilityTransferAlreadyExists,
                "You cannot perform this operation with the current transfer.",
            )
            .into());
        }
    }
    Ok(())
}

pub(crate) async fn invite(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::InviteOrganizationToTransferResponsibilityRequest,
) -> Result<shapes::InviteOrganizationToTransferResponsibilityResponse, Error> {
    let now = epoch_seconds(context.now);
    let source = invitations::recipient(&input.target)?;
    let tags = tags::from_input(input.tags.as_deref())?;
    let starts = input.start_timestamp.secs();
    dates::check_start(starts, now)?;
    let shape = state::write(&service.store, |tx| {
        let membership = Membership::managed_by(tx, &context.account)?;
        let target = &membership.organization.management;
        check_source(tx, (target, &source), now)?;
        let asked = (Action::TransferResponsibility, &source);
        invitations::refuse_twin(tx, &membership, asked, now)?;
        chain::check_invitation(tx, target, now)?;
        let handshake = Handshake {
            state: State::Requested,
            notes: input.notes.clone(),
            transfer: Some(ids::transfer()),
            ..Handshake::new(asked.0, source.clone(), (now, dates::expiry(starts)))
        };
        let transfer = Transfer {
            id: handshake.transfer.clone().unwrap_or_default(),
            name: input.source_name.clone(),
            target: target.clone(),
            source: source.clone(),
            handshake: handshake.id.clone(),
            starts,
            ends: None,
            tags: tags.clone(),
        };
        save(tx, &transfer)?;
        handshake.save(tx, &membership)?;
        handshake.to_shape(tx, &membership, context)
    })
    .await?;
    Ok(shapes::InviteOrganizationToTransferResponsibilityResponse {
        handshake: Some(shape),
    })
}

/// The caller's organization has its responsibility managed from then on.
pub(crate) fn accept(
    tx: &mut WriteTx,
    context: &RequestContext,
    target: &Membership,
    handshake: &Handshake,
) -> Result<(), Failure> {
    let source = Membership::managed_by(tx, &context.account)?;
    let source = source.organization.management;
    let target = &target.organization.management;
    chain::check_agreement(tx, (&source, target), epoch_seconds(context.now))?;
    let id = handshake.transfer.as_deref().unwrap_or_default();
    let transfer = kept(tx, target, id)?.ok_or_else(errors::no_handshake)?;
    let agreed = Transfer {
        source: Recipient::Account(source),
        ..transfer
    };
    Ok(save(tx, &agreed)?)
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

/// A page of the transfers that the caller's organization sees from one side.
fn page(
    snapshot: &Snapshot,
    context: &RequestContext,
    direction: Direction,
    (token, max_results): (Option<&str>, Option<i32>),
    only: Option<&str>,
) -> Result<(Vec<shapes::ResponsibilityTransfer>, Option<String>), Error> {
    let membership = Membership::managed_by(snapshot, &context.account)?;
    let now = epoch_seconds(context.now);
    let (operation, mut found) = match direction {
        Direction::Inbound => (
            "ListInboundResponsibilityTransfers",
            inbound(snapshot, &context.account, now)?,
        ),
        Direction::Outbound => (
            "ListOutboundResponsibilityTransfers",
            outbound(snapshot, &context.account, now)?,
        ),
    };
    if let Some(id) = only {
        found.retain(|(transfer, _)| transfer.id == id);
        if found.is_empty() {
            return Err(not_found());
        }
    }
    let page = paging::page(operation, token, max_results, found, |(it, _)| &it.id)?;
    let shapes: Result<Vec<_>, Failure> = page
        .items
        .into_iter()
        .map(|(transfer, status)| {
            let seen = Seen {
                transfer,
                direction,
                status,
            };
            seen.to_shape(snapshot, &membership.organization, context, false)
        })
        .collect();
    Ok((shapes?, page.next))
}

pub(crate) async fn list_inbound(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::ListInboundResponsibilityTransfersRequest,
) -> Result<shapes::ListInboundResponsibilityTransfersResponse, Error> {
    let (transfers, next_token) = page(
        &service.store.snapshot(),
        context,
        Direction::Inbound,
        (input.next_token.as_deref(), input.max_results),
        input.id.as_deref(),
    )?;
    Ok(shapes::ListInboundResponsibilityTransfersResponse {
        responsibility_transfers: Some(transfers),
        next_token,
    })
}

pub(crate) async fn list_outbound(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::ListOutboundResponsibilityTransfersRequest,
) -> Result<shapes::ListOutboundResponsibilityTransfersResponse, Error> {
    let (transfers, next_token) = page(
        &service.store.snapshot(),
        context,
        Direction::Outbound,
        (input.next_token.as_deref(), input.max_results),
        None,
    )?;
    Ok(shapes::ListOutboundResponsibilityTransfersResponse {
        responsibility_transfers: Some(transfers),
        next_token,
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
    let is_active = |(transfer, status): &(Transfer, Status)| match status {
        Status::Requested | Status::Accepted => true,
        Status::Withdrawn => transfer.ends.is_some_and(|ends| now <= ends),
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
