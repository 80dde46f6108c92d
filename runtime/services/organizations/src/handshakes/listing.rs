//! Lists of handshakes: those that an organization began, and those that an account was sent.

use stockade_kit::time::epoch_seconds;
use stockade_organizations_api::shapes::{self, InvalidInputExceptionReason};
use stockade_spec::{Error, RequestContext};
use stockade_store::Snapshot;

use crate::paging::Asked;
use crate::state::{Action, Handshake, Membership};
use crate::{Organizations, errors};

/// Handshakes of one organization or of several.
type Found = Vec<(Membership, Handshake)>;

/// Whether a filter leaves a handshake.
fn leaves(filter: &shapes::HandshakeFilter, handshake: &Handshake) -> bool {
    let is_asked = |asked: &shapes::ActionType| *asked == handshake.action.to_shape();
    let is_part = |whole: &String| handshake.parent.as_ref() == Some(whole);
    filter.action_type.as_ref().is_none_or(is_asked)
        && filter.parent_handshake_id.as_ref().is_none_or(is_part)
}

/// A page of handshakes, of those that the filter leaves.
fn page(
    snapshot: &Snapshot,
    context: &RequestContext,
    asked: Asked<'_>,
    filter: Option<&shapes::HandshakeFilter>,
    mut found: Found,
) -> Result<(Vec<shapes::Handshake>, Option<String>), Error> {
    if let Some(filter) = filter {
        if filter.action_type.is_some() && filter.parent_handshake_id.is_some() {
            return Err(errors::invalid(
                InvalidInputExceptionReason::MaxLimitExceededFilter,
                "You can specify only one filter parameter for the operation.",
            ));
        }
        found.retain(|(_, handshake)| leaves(filter, handshake));
    }
    asked.page(
        found,
        |(_, handshake)| &handshake.id,
        |(membership, handshake)| handshake.to_shape(snapshot, &membership, context),
    )
}

pub(crate) async fn list_for_organization(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::ListHandshakesForOrganizationRequest,
) -> Result<shapes::ListHandshakesForOrganizationResponse, Error> {
    const OPERATION: &str = "ListHandshakesForOrganization";
    let snapshot = service.store.snapshot();
    let membership = Membership::administered_by(&snapshot, &context.account, OPERATION)?;
    let now = epoch_seconds(context.now);
    let mut found = membership.handshakes(&snapshot)?;
    found.retain(|handshake| !handshake.is_forgotten(now));
    let found = found
        .into_iter()
        .map(|handshake| (membership.clone(), handshake))
        .collect();
    let asked = Asked::new(OPERATION, &input.next_token, input.max_results);
    let (handshakes, next_token) = page(&snapshot, context, asked, input.filter.as_ref(), found)?;
    Ok(shapes::ListHandshakesForOrganizationResponse {
        handshakes: Some(handshakes),
        next_token,
    })
}

/// A management account does not see invitations until it has deleted its organization ("Accepting or declining
/// account invitations with AWS Organizations").
pub(crate) async fn list_for_account(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::ListHandshakesForAccountRequest,
) -> Result<shapes::ListHandshakesForAccountResponse, Error> {
    let snapshot = service.store.snapshot();
    let now = epoch_seconds(context.now);
    let mut found = super::received(&snapshot, &context.account, now)?;
    if Membership::is_managed_by(&snapshot, &context.account)? {
        found.retain(|(_, handshake)| handshake.action != Action::Invite);
    }
    let asked = Asked::new(
        "ListHandshakesForAccount",
        &input.next_token,
        input.max_results,
    );
    let (handshakes, next_token) = page(&snapshot, context, asked, input.filter.as_ref(), found)?;
    Ok(shapes::ListHandshakesForAccountResponse {
        handshakes: Some(handshakes),
        next_token,
    })
}
