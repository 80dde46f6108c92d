//! Invitations, by which an account that is already there joins.

use aws_smithy_types::DateTime;
use stockade_kit::failure::Failure;
use stockade_kit::ids::is_account_id;
use stockade_kit::time::epoch_seconds;
use stockade_organizations_api::shapes::{
    HandshakeConstraintViolationExceptionReason, InvalidInputExceptionReason,
};
use stockade_organizations_api::{errors as api, shapes};
use stockade_spec::{Error, RequestContext};
use stockade_store::{Scan, Scope, Snapshot, WriteTx};

use crate::state::{self, Account, HANDSHAKES, Handshake, INVITATIONS, Membership, Organization};
use crate::{Organizations, accounts, all_features, attachments, errors, ids, paging, tags};

/// "If the handshake isn't accepted within 15 days, it expires" (`InviteAccountToOrganization`).
const LIFETIME: i64 = 15 * 24 * 3600;

pub(crate) const INVITE: &str = "INVITE";
pub(crate) const OPEN: &str = "OPEN";
/// Sent to several, not all of whom have answered.
pub(crate) const REQUESTED: &str = "REQUESTED";
const EXPIRED: &str = "EXPIRED";

fn party(kind: shapes::HandshakePartyType, id: String) -> shapes::HandshakeParty {
    shapes::HandshakeParty { id, r#type: kind }
}

/// Parties name an organization without the `o-` of its id.
fn bare_id(organization: &Organization) -> String {
    organization.id.trim_start_matches("o-").to_owned()
}

impl Handshake {
    pub(crate) fn state_at(&self, now: i64) -> &str {
        if matches!(self.state.as_str(), OPEN | REQUESTED) && now >= self.expires {
            EXPIRED
        } else {
            &self.state
        }
    }

    pub(crate) fn to_shape(
        &self,
        snapshot: &Snapshot,
        membership: &Membership,
        context: &RequestContext,
    ) -> Result<shapes::Handshake, Failure> {
        let organization = &membership.organization;
        let manager = membership.account(snapshot, &organization.management)?;
        let resource =
            |kind: shapes::HandshakeResourceType, value: String| shapes::HandshakeResource {
                r#type: Some(kind),
                value: Some(value),
                resources: None,
            };
        let feature_set = if organization.all_features {
            "ALL"
        } else {
            "CONSOLIDATED_BILLING"
        };
        let about = shapes::HandshakeResource {
            resources: Some(vec![
                resource(
                    shapes::HandshakeResourceType::MasterEmail,
                    manager
                        .as_ref()
                        .map(|it| it.email.clone())
                        .unwrap_or_default(),
                ),
                resource(
                    shapes::HandshakeResourceType::MasterName,
                    manager.map(|it| it.name).unwrap_or_default(),
                ),
                resource(
                    shapes::HandshakeResourceType::OrganizationFeatureSet,
                    feature_set.to_owned(),
                ),
            ]),
            ..resource(
                shapes::HandshakeResourceType::Organization,
                organization.id.clone(),
            )
        };
        let mut resources = vec![about];
        let mut parties = vec![party(
            shapes::HandshakePartyType::Organization,
            bare_id(organization),
        )];
        if self.account != organization.management {
            let account = self.account.clone();
            resources.push(resource(
                shapes::HandshakeResourceType::Account,
                account.clone(),
            ));
            parties.push(party(shapes::HandshakePartyType::Account, account));
        }
        resources.extend(
            self.parent
                .clone()
                .map(|parent| resource(shapes::HandshakeResourceType::ParentHandshake, parent)),
        );
        resources.extend(
            self.notes
                .clone()
                .map(|notes| resource(shapes::HandshakeResourceType::Notes, notes)),
        );
        Ok(shapes::Handshake {
            action: Some(self.action.as_str().into()),
            arn: Some(organization.handshake_arn(context.partition, self)),
            expiration_timestamp: Some(DateTime::from_secs(self.expires)),
            id: Some(self.id.clone()),
            parties: Some(parties),
            requested_timestamp: Some(DateTime::from_secs(self.requested)),
            resources: Some(resources),
            state: Some(self.state_at(epoch_seconds(context.now)).into()),
        })
    }
}

pub(crate) async fn invite(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::InviteAccountToOrganizationRequest,
) -> Result<shapes::InviteAccountToOrganizationResponse, Error> {
    if input.target.r#type != shapes::HandshakePartyType::Account {
        return Err(errors::unsupported(
            "InviteAccountToOrganization",
            "a target that is no account's id",
        ));
    }
    let account = &input.target.id;
    if !is_account_id(account) {
        return Err(errors::invalid(
            InvalidInputExceptionReason::InvalidPatternTargetId,
            "You specified a target id that doesn't match the pattern of an account's id.",
        ));
    }
    let tags = tags::from_input(input.tags.as_deref())?;
    let now = epoch_seconds(context.now);
    let shape = state::write(&service.store, |tx| {
        let membership = Membership::managed_by(tx, &context.account)?;
        if Membership::find(tx, account)?.is_some() {
            return Err(errors::handshake_constraint(
                HandshakeConstraintViolationExceptionReason::AlreadyInAnOrganization,
                "The specified account is already a member of an organization.",
            )
            .into());
        }
        if all_features::pending(tx, &membership, now)?.is_some() {
            return Err(errors::handshake_constraint(
                HandshakeConstraintViolationExceptionReason::InviteDisabledDuringEnableAllFeatures,
                "You can't invite accounts while the organization is enabling all features.",
            )
            .into());
        }
        let is_open = |it: &Handshake| it.account == *account && it.state_at(now) == OPEN;
        if membership.handshakes(tx)?.iter().any(is_open) {
            return Err(api::duplicate_handshake_exception(
                "A handshake with the same action and target already exists.",
            )
            .into());
        }
        let handshake = Handshake {
            id: ids::handshake(),
            action: INVITE.to_owned(),
            parent: None,
            account: account.clone(),
            notes: input.notes.clone(),
            requested: now,
            expires: now + LIFETIME,
            state: OPEN.to_owned(),
            tags: tags.clone(),
        };
        tx.put(HANDSHAKES, &membership.scope, &[&handshake.id], &handshake)?;
        tx.put(
            INVITATIONS,
            &Scope::account(account),
            &[&handshake.id],
            &membership.organization.management,
        )?;
        handshake.to_shape(tx, &membership, context)
    })
    .await?;
    Ok(shapes::InviteAccountToOrganizationResponse {
        handshake: Some(shape),
    })
}

/// A handshake that the account has a part in: it invited, or is invited.
pub(crate) fn find(
    snapshot: &Snapshot,
    account: &str,
    id: &str,
) -> Result<(Membership, Handshake), Failure> {
    let inviter = snapshot.get(INVITATIONS, &Scope::account(account), &[id])?;
    let manager = inviter.as_deref().unwrap_or(account);
    let found = match Membership::find(snapshot, manager)? {
        Some(membership) => snapshot
            .get(HANDSHAKES, &membership.scope, &[id])?
            .map(|handshake| (membership, handshake)),
        None => None,
    };
    Ok(found.ok_or_else(errors::no_handshake)?)
}

/// Who may end a handshake so.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Inviter,
    Invited,
}

/// Takes a handshake that is open to another state, on behalf of one of its sides.
fn settle(
    tx: &mut WriteTx,
    context: &RequestContext,
    id: &str,
    (side, to): (Side, &str),
) -> Result<(Membership, Handshake), Failure> {
    let (membership, mut handshake) = find(tx, &context.account, id)?;
    let may = match side {
        Side::Invited => handshake.account == context.account,
        Side::Inviter => membership.organization.management == context.account,
    };
    if !may {
        return Err(errors::not_management().into());
    }
    let now = handshake.state_at(epoch_seconds(context.now));
    if now == to {
        return Err(api::handshake_already_in_state_exception(
            "The specified handshake is already in the requested state.",
        )
        .into());
    }
    if now != OPEN && (side, now) != (Side::Inviter, REQUESTED) {
        return Err(api::invalid_handshake_transition_exception(
            "You can't perform this operation on a handshake in its present state.",
        )
        .into());
    }
    to.clone_into(&mut handshake.state);
    tx.put(HANDSHAKES, &membership.scope, &[id], &handshake)?;
    Ok((membership, handshake))
}

pub(crate) async fn accept(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::AcceptHandshakeRequest,
) -> Result<shapes::AcceptHandshakeResponse, Error> {
    let shape = state::write(&service.store, |tx| {
        let found = find(tx, &context.account, &input.handshake_id);
        let is_invitation = found.as_ref().is_ok_and(|(_, it)| it.action == INVITE);
        if Membership::find(tx, &context.account)?.is_some() && (is_invitation || found.is_err()) {
            return Err(errors::handshake_constraint(
                HandshakeConstraintViolationExceptionReason::AlreadyInAnOrganization,
                "Your account is already a member of an organization.",
            )
            .into());
        }
        let as_invited = (Side::Invited, "ACCEPTED");
        let (mut membership, handshake) = settle(tx, context, &input.handshake_id, as_invited)?;
        if is_invitation {
            join(tx, context, &membership, &handshake)?;
        } else {
            all_features::accepted(tx, &mut membership, &handshake)?;
        }
        handshake.to_shape(tx, &membership, context)
    })
    .await?;
    Ok(shapes::AcceptHandshakeResponse {
        handshake: Some(shape),
    })
}

fn join(
    tx: &mut WriteTx,
    context: &RequestContext,
    membership: &Membership,
    handshake: &Handshake,
) -> Result<(), Failure> {
    let account = Account {
        id: context.account.clone(),
        name: accounts::default_name(&context.account),
        email: accounts::default_email(&context.account),
        parent: membership.organization.root.clone(),
        created: false,
        joined: epoch_seconds(context.now),
        suspended: false,
        tags: handshake.tags.clone(),
    };
    membership.join(tx, &account)?;
    attachments::attach_defaults(tx, membership, &account.id)
}

pub(crate) async fn decline(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::DeclineHandshakeRequest,
) -> Result<shapes::DeclineHandshakeResponse, Error> {
    let shape = state::write(&service.store, |tx| {
        let as_invited = (Side::Invited, "DECLINED");
        let (membership, handshake) = settle(tx, context, &input.handshake_id, as_invited)?;
        handshake.to_shape(tx, &membership, context)
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
        let as_inviter = (Side::Inviter, "CANCELED");
        let (membership, handshake) = settle(tx, context, &input.handshake_id, as_inviter)?;
        all_features::canceled(tx, &membership, &handshake)?;
        handshake.to_shape(tx, &membership, context)
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
    let (membership, handshake) = find(&snapshot, &context.account, &input.handshake_id)?;
    Ok(shapes::DescribeHandshakeResponse {
        handshake: Some(handshake.to_shape(&snapshot, &membership, context)?),
    })
}

/// A page of handshakes, of those that the filter leaves.
fn page(
    operation: &'static str,
    (token, max_results): (Option<&str>, Option<i32>),
    filter: Option<&shapes::HandshakeFilter>,
    mut handshakes: Vec<shapes::Handshake>,
) -> Result<(Vec<shapes::Handshake>, Option<String>), Error> {
    if let Some(filter) = filter {
        handshakes.retain(|handshake| {
            let is_part = |parent: &String| {
                let mut resources = handshake.resources.iter().flatten();
                resources.any(|it| {
                    it.r#type == Some(shapes::HandshakeResourceType::ParentHandshake)
                        && it.value.as_ref() == Some(parent)
                })
            };
            filter.parent_handshake_id.as_ref().is_none_or(is_part)
                && filter
                    .action_type
                    .as_ref()
                    .is_none_or(|action| handshake.action.as_ref() == Some(action))
        });
    }
    let page = paging::page(operation, token, max_results, handshakes, |handshake| {
        handshake.id.as_deref().unwrap_or_default()
    })?;
    Ok((page.items, page.next))
}

pub(crate) async fn list_for_organization(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::ListHandshakesForOrganizationRequest,
) -> Result<shapes::ListHandshakesForOrganizationResponse, Error> {
    let snapshot = service.store.snapshot();
    let membership =
        Membership::administered_by(&snapshot, &context.account, "ListHandshakesForOrganization")?;
    let found = membership.handshakes(&snapshot).map_err(Failure::from)?;
    let shapes: Result<Vec<_>, Failure> = found
        .iter()
        .map(|handshake| handshake.to_shape(&snapshot, &membership, context))
        .collect();
    let asked = (input.next_token.as_deref(), input.max_results);
    let (handshakes, next_token) = page(
        "ListHandshakesForOrganization",
        asked,
        input.filter.as_ref(),
        shapes?,
    )?;
    Ok(shapes::ListHandshakesForOrganizationResponse {
        handshakes: Some(handshakes),
        next_token,
    })
}

pub(crate) async fn list_for_account(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::ListHandshakesForAccountRequest,
) -> Result<shapes::ListHandshakesForAccountResponse, Error> {
    let snapshot = service.store.snapshot();
    let scope = Scope::account(&context.account);
    let mut shapes = Vec::new();
    for entry in snapshot.scan(INVITATIONS, &scope, Scan::all()) {
        let entry = entry.map_err(Failure::from)?;
        // The organization may have been deleted since.
        if let Ok((membership, handshake)) = find(&snapshot, &context.account, entry.name()) {
            shapes.push(handshake.to_shape(&snapshot, &membership, context)?);
        }
    }
    let asked = (input.next_token.as_deref(), input.max_results);
    let filter = input.filter.as_ref();
    let (handshakes, next_token) = page("ListHandshakesForAccount", asked, filter, shapes)?;
    Ok(shapes::ListHandshakesForAccountResponse {
        handshakes: Some(handshakes),
        next_token,
    })
}
