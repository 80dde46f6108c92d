//! Lists of transfers, from either side. Invitations are among them.

use stockade_kit::time::epoch_seconds;
use stockade_organizations_api::shapes;
use stockade_spec::{Error, RequestContext};
use stockade_store::Snapshot;

use super::{Seen, inbound, not_found, outbound};
use crate::Organizations;
use crate::paging::Asked;
use crate::state::Membership;

/// A page of what the caller's organization sees.
fn page(
    snapshot: &Snapshot,
    context: &RequestContext,
    membership: &Membership,
    (asked, seen): (Asked<'_>, Vec<Seen>),
) -> Result<(Vec<shapes::ResponsibilityTransfer>, Option<String>), Error> {
    let organization = &membership.organization;
    asked.page(
        seen,
        |seen| &seen.transfer.id,
        |seen| seen.to_shape(snapshot, organization, context, false),
    )
}

pub(crate) async fn list_inbound(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::ListInboundResponsibilityTransfersRequest,
) -> Result<shapes::ListInboundResponsibilityTransfersResponse, Error> {
    const OPERATION: &str = "ListInboundResponsibilityTransfers";
    let snapshot = service.store.snapshot();
    let membership = Membership::managed_by(&snapshot, &context.account)?;
    let mut seen = inbound(&snapshot, &context.account, epoch_seconds(context.now))?;
    if let Some(id) = &input.id {
        seen.retain(|seen| seen.transfer.id == *id);
        if seen.is_empty() {
            return Err(not_found());
        }
    }
    let asked = Asked::new(OPERATION, &input.next_token, input.max_results);
    let (transfers, next_token) = page(&snapshot, context, &membership, (asked, seen))?;
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
    const OPERATION: &str = "ListOutboundResponsibilityTransfers";
    let snapshot = service.store.snapshot();
    let membership = Membership::managed_by(&snapshot, &context.account)?;
    let seen = outbound(&snapshot, &context.account, epoch_seconds(context.now))?;
    let asked = Asked::new(OPERATION, &input.next_token, input.max_results);
    let (transfers, next_token) = page(&snapshot, context, &membership, (asked, seen))?;
    Ok(shapes::ListOutboundResponsibilityTransfersResponse {
        responsibility_transfers: Some(transfers),
        next_token,
    })
}
