//! From consolidated billing to all features: the organization asks, every invited account approves, and the
//! management account completes it ("Enabling all features for an organization", AWS Organizations User
//! Guide).

use stockade_kit::failure::Failure;
use stockade_kit::time::epoch_seconds;
use stockade_organizations_api::shapes;
use stockade_organizations_api::shapes::HandshakeConstraintViolationExceptionReason;
use stockade_spec::{Error, RequestContext};
use stockade_store::{Snapshot, WriteTx};

use crate::state::{self, Action, HANDSHAKES, Handshake, Membership, Recipient, State};
use crate::{Organizations, errors};

/// Invited accounts have 90 days to approve.
const LIFETIME: i64 = 90 * 24 * 3600;

/// The handshake by which the organization is on its way to all features.
pub(crate) fn pending(
    snapshot: &Snapshot,
    membership: &Membership,
    now: i64,
) -> Result<Option<Handshake>, Failure> {
    let handshakes = membership.handshakes(snapshot)?;
    Ok(handshakes
        .into_iter()
        .find(|it| it.action == Action::EnableAllFeatures && it.is_pending(now)))
}

pub(crate) async fn enable(
    service: &Organizations,
    context: &RequestContext,
    _input: shapes::EnableAllFeaturesRequest,
) -> Result<shapes::EnableAllFeaturesResponse, Error> {
    use HandshakeConstraintViolationExceptionReason as Reason;
    let now = epoch_seconds(context.now);
    let shape = state::write(&service.store, |tx| {
        let membership = Membership::managed_by(tx, &context.account)?;
        if membership.organization.all_features {
            return Err(errors::handshake_constraint(
                Reason::OrganizationAlreadyHasAllFeatures,
                "The organization already has all features enabled.",
            )
            .into());
        }
        if pending(tx, &membership, now)?.is_some() {
            return Err(errors::handshake_constraint(
                Reason::OrganizationIsAlreadyPendingAllFeaturesMigration,
                "The organization is already on its way to all features.",
            )
            .into());
        }
        let management = &membership.organization.management;
        let asked: Vec<String> = membership
            .accounts(tx)?
            .into_iter()
            .filter(|account| !account.created && account.id != *management)
            .map(|account| account.id)
            .collect();
        let handshake = |action: Action, account: &str| {
            let to = Recipient::Account(account.to_owned());
            Handshake::new(action, to, (now, now + LIFETIME))
        };
        let whole = Handshake {
            state: if asked.is_empty() {
                State::Open
            } else {
                State::Requested
            },
            ..handshake(Action::EnableAllFeatures, management)
        };
        whole.save(tx, &membership)?;
        for account in &asked {
            let part = Handshake {
                parent: Some(whole.id.clone()),
                ..handshake(Action::ApproveAllFeatures, account)
            };
            part.save(tx, &membership)?;
        }
        whole.to_shape(tx, &membership, context)
    })
    .await?;
    Ok(shapes::EnableAllFeaturesResponse {
        handshake: Some(shape),
    })
}

/// The last approval opens the whole; accepting the whole completes it.
pub(crate) fn accept(
    tx: &mut WriteTx,
    membership: &mut Membership,
    handshake: &Handshake,
) -> Result<(), Failure> {
    let Some(parent) = &handshake.parent else {
        membership.organization.all_features = true;
        membership.save(tx)?;
        return Ok(());
    };
    let all = membership.handshakes(tx)?;
    let mut others = all
        .iter()
        .filter(|it| it.parent.as_ref() == Some(parent) && it.id != handshake.id);
    if others.all(|part| part.state == State::Accepted)
        && let Some(mut whole) = tx.get(HANDSHAKES, &membership.scope, &[parent])?
    {
        whole.state = State::Open;
        whole.save(tx, membership)?;
    }
    Ok(())
}

/// What is part of a canceled handshake is canceled, too.
pub(crate) fn cancel_parts(
    tx: &mut WriteTx,
    context: &RequestContext,
    membership: &Membership,
    handshake: &Handshake,
) -> Result<(), Failure> {
    for mut part in membership.handshakes(tx)? {
        if part.parent.as_ref() == Some(&handshake.id) && part.state == State::Open {
            part.state = State::Canceled;
            part.settled = Some(epoch_seconds(context.now));
            part.save(tx, membership)?;
        }
    }
    Ok(())
}
