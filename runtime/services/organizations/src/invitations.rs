//! Invitations, by which an account that is already there joins, from another organization or from none.

use stockade_kit::failure::Failure;
use stockade_kit::ids::is_account_id;
use stockade_kit::time::epoch_seconds;
use stockade_organizations_api::shapes::{
    HandshakeConstraintViolationExceptionReason as Reason, HandshakePartyType,
    InvalidInputExceptionReason,
};
use stockade_organizations_api::{errors as api, shapes};
use stockade_spec::{Error, RequestContext};
use stockade_store::{Snapshot, WriteTx};

use crate::state::{self, Account, Action, Handshake, Membership, Recipient};
use crate::{Organizations, accounts, all_features, attachments, departures, errors, tags};

/// "If the handshake isn't accepted within 15 days, it expires" (`InviteAccountToOrganization`).
const LIFETIME: i64 = 15 * 24 * 3600;

/// Who is meant by the target of a request.
pub(crate) fn recipient(target: &shapes::HandshakeParty) -> Result<Recipient, Error> {
    use InvalidInputExceptionReason as Reason;
    let id = target.id.clone();
    match target.r#type {
        HandshakePartyType::Account if is_account_id(&id) => Ok(Recipient::Account(id)),
        HandshakePartyType::Account => Err(errors::invalid(
            Reason::InvalidPatternTargetId,
            "You specified a target id that doesn't match the pattern of an account's id.",
        )),
        HandshakePartyType::Email if is_address(&id) => Ok(Recipient::Address(id)),
        HandshakePartyType::Email => Err(errors::invalid(
            Reason::InvalidEmailAddressTarget,
            "You specified an invalid email address for the invited account owner.",
        )),
        _ => Err(errors::invalid(
            Reason::InvalidPartyTypeTarget,
            "You specified the wrong type of entity (account, organization, or email) as a party.",
        )),
    }
}

/// Whether something stands before and behind the one `@`, as the model's `Email` demands where it is checked.
fn is_address(text: &str) -> bool {
    let is_part = |part: &str| !part.is_empty() && !part.contains(|it: char| it.is_whitespace());
    text.split_once('@')
        .is_some_and(|(user, host)| is_part(user) && is_part(host) && !host.contains('@'))
}

/// Whether two recipients are one account, or one address that nobody here has.
fn is_same(snapshot: &Snapshot, one: &Recipient, other: &Recipient) -> Result<bool, Failure> {
    let account = one.account(snapshot)?;
    Ok(one == other || account.is_some() && account == other.account(snapshot)?)
}

/// Refuses a second handshake of an action with the same recipient while the first one is pending.
pub(crate) fn refuse_twin(
    snapshot: &Snapshot,
    membership: &Membership,
    (action, to): (Action, &Recipient),
    now: i64,
) -> Result<(), Failure> {
    for other in membership.handshakes(snapshot)? {
        if other.action == action && other.is_pending(now) && is_same(snapshot, &other.to, to)? {
            return Err(api::duplicate_handshake_exception(
                "A handshake with the same action and target already exists.",
            )
            .into());
        }
    }
    Ok(())
}

pub(crate) async fn invite(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::InviteAccountToOrganizationRequest,
) -> Result<shapes::InviteAccountToOrganizationResponse, Error> {
    let to = recipient(&input.target)?;
    let tags = tags::from_input(input.tags.as_deref())?;
    let now = epoch_seconds(context.now);
    let shape = state::write(&service.store, |tx| {
        let membership = Membership::managed_by(tx, &context.account)?;
        let account = to.account(tx)?;
        if let Some(account) = &account
            && membership.account(tx, account)?.is_some()
        {
            return Err(errors::handshake_constraint(
                Reason::AlreadyInAnOrganization,
                "The specified account is already a member of an organization.",
            )
            .into());
        }
        if all_features::pending(tx, &membership, now)?.is_some() {
            return Err(errors::handshake_constraint(
                Reason::InviteDisabledDuringEnableAllFeatures,
                "You can't invite accounts while the organization is enabling all features.",
            )
            .into());
        }
        refuse_twin(tx, &membership, (Action::Invite, &to), now)?;
        if accounts::is_full(tx, &membership, now)? {
            return Err(errors::handshake_constraint(
                Reason::AccountNumberLimitExceeded,
                accounts::TOO_MANY,
            )
            .into());
        }
        let handshake = Handshake {
            notes: input.notes.clone(),
            tags: tags.clone(),
            ..Handshake::new(Action::Invite, to.clone(), (now, now + LIFETIME))
        };
        handshake.save(tx, &membership)?;
        handshake.to_shape(tx, &membership, context)
    })
    .await?;
    Ok(shapes::InviteAccountToOrganizationResponse {
        handshake: Some(shape),
    })
}

/// How many accounts are invited and may still join.
pub(crate) fn pending(
    snapshot: &Snapshot,
    membership: &Membership,
    now: i64,
) -> Result<usize, Failure> {
    let handshakes = membership.handshakes(snapshot)?;
    let pending = handshakes
        .iter()
        .filter(|it| it.action == Action::Invite && it.is_pending(now));
    Ok(pending.count())
}

/// The caller's account joins, and leaves the organization in which it is ("Migrate an account to another
/// organization with AWS Organizations").
pub(crate) fn accept(
    tx: &mut WriteTx,
    context: &RequestContext,
    membership: &Membership,
    handshake: &Handshake,
) -> Result<(), Failure> {
    if let Some(left) = Membership::find(tx, &context.account)? {
        departures::expel(tx, &left, &context.account)?;
    }
    let account = Account {
        id: context.account.clone(),
        parent: membership.organization.root.clone(),
        created: false,
        joined: epoch_seconds(context.now),
        closed: None,
        tags: handshake.tags.clone(),
    };
    membership.join(tx, &account)?;
    attachments::attach_defaults(tx, membership, &account.id)
}
