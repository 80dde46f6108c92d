//! Invitations to a transfer, which the target sends, and the source's agreement.

use stockade_kit::failure::Failure;
use stockade_kit::time::epoch_seconds;
use stockade_organizations_api::shapes::{self, HandshakeConstraintViolationExceptionReason};
use stockade_spec::{Error, RequestContext};
use stockade_store::{Scope, WriteTx};

use super::{Status, chain, dates, inbound, kept, save};
use crate::state::{self, Action, Handshake, Membership, OUTBOUND, Recipient, State, Transfer};
use crate::{Organizations, errors, ids, invitations, tags};

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
    for seen in inbound(tx, target, now)? {
        if seen.status == Status::Accepted && seen.transfer.source.account(tx)? == account {
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
    // Whom an address meant is known now, and the transfer is found under the account alone.
    tx.delete(OUTBOUND, &Scope::global(), &[&transfer.source.key(), id]);
    let agreed = Transfer {
        source: Recipient::Account(source),
        ..transfer
    };
    save(tx, &agreed)
}
