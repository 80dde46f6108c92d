//! From consolidated billing to all features: the organization asks, every invited account approves, and the
//! management account completes it ("Enabling all features for an organization", AWS Organizations User
//! Guide).

use stockade_kit::failure::Failure;
use stockade_kit::time::epoch_seconds;
use stockade_organizations_api::shapes;
use stockade_organizations_api::shapes::HandshakeConstraintViolationExceptionReason;
use stockade_spec::{Error, RequestContext};
use stockade_store::{Scope, Snapshot, StoreError, WriteTx};

use crate::handshakes::{OPEN, REQUESTED};
use crate::state::{self, HANDSHAKES, Handshake, INVITATIONS, Membership};
use crate::{Organizations, errors, ids};

const ENABLE: &str = "ENABLE_ALL_FEATURES";
const APPROVE: &str = "APPROVE_ALL_FEATURES";

/// Invited accounts have 90 days to approve.
const LIFETIME: i64 = 90 * 24 * 3600;

/// The handshake by which the organization is on its way to all features.
pub(crate) fn pending(
    snapshot: &Snapshot,
    membership: &Membership,
    now: i64,
) -> Result<Option<Handshake>, StoreError> {
    let handshakes = membership.handshakes(snapshot)?;
    Ok(handshakes
        .into_iter()
        .find(|it| it.action == ENABLE && matches!(it.state_at(now), OPEN | REQUESTED)))
}

fn put(tx: &mut WriteTx, membership: &Membership, handshake: &Handshake) -> Result<(), StoreError> {
    tx.put(HANDSHAKES, &membership.scope, &[&handshake.id], handshake)
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
        let handshake =
            |action: &str, account: &str, parent: Option<&str>, state: &str| Handshake {
                id: ids::handshake(),
                action: action.to_owned(),
                parent: parent.map(str::to_owned),
                account: account.to_owned(),
                notes: None,
                requested: now,
                expires: now + LIFETIME,
                state: state.to_owned(),
                tags: Default::default(),
            };
        let state = if asked.is_empty() { OPEN } else { REQUESTED };
        let whole = handshake(ENABLE, management, None, state);
        put(tx, &membership, &whole)?;
        for account in &asked {
            let part = handshake(APPROVE, account, Some(&whole.id), OPEN);
            put(tx, &membership, &part)?;
            tx.put(
                INVITATIONS,
                &Scope::account(account),
                &[&part.id],
                management,
            )?;
        }
        whole.to_shape(tx, &membership, context)
    })
    .await?;
    Ok(shapes::EnableAllFeaturesResponse {
        handshake: Some(shape),
    })
}

/// The last approval opens the whole; accepting the whole completes it.
pub(crate) fn accepted(
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
    let mut parts = all.iter().filter(|it| it.parent.as_ref() == Some(parent));
    if parts.all(|part| part.state == "ACCEPTED")
        && let Some(mut whole) = tx.get(HANDSHAKES, &membership.scope, &[parent])?
    {
        OPEN.clone_into(&mut whole.state);
        put(tx, membership, &whole)?;
    }
    Ok(())
}

/// What is part of a canceled handshake is canceled, too.
pub(crate) fn canceled(
    tx: &mut WriteTx,
    membership: &Membership,
    handshake: &Handshake,
) -> Result<(), Failure> {
    for mut part in membership.handshakes(tx)? {
        if part.parent.as_ref() == Some(&handshake.id) && part.state == OPEN {
            "CANCELED".clone_into(&mut part.state);
            put(tx, membership, &part)?;
        }
    }
    Ok(())
}
