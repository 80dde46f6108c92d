//! Transfers as the API shows them to one of their sides ("ResponsibilityTransfer", AWS Organizations API
//! Reference).

use aws_smithy_types::DateTime;
use stockade_kit::failure::Failure;
use stockade_organizations_api::shapes;
use stockade_spec::RequestContext;
use stockade_store::Snapshot;

use super::{BILLING, Seen, Status};
use crate::contacts;
use crate::state::{Organization, Recipient};

impl Status {
    fn to_shape(self) -> shapes::ResponsibilityTransferStatus {
        use shapes::ResponsibilityTransferStatus as Shape;
        match self {
            Self::Requested => Shape::Requested,
            Self::Declined => Shape::Declined,
            Self::Canceled => Shape::Canceled,
            Self::Expired => Shape::Expired,
            Self::Accepted => Shape::Accepted,
            Self::Withdrawn => Shape::Withdrawn,
        }
    }
}

/// A side of a transfer. Where `whole` it is told by its address, too; AWS's examples have addresses where
/// one transfer is described, and not in lists.
fn participant(
    snapshot: &Snapshot,
    side: &Recipient,
    whole: bool,
) -> Result<shapes::TransferParticipant, Failure> {
    Ok(match side {
        Recipient::Account(id) => shapes::TransferParticipant {
            management_account_email: if whole {
                Some(contacts::of(snapshot, id)?.email)
            } else {
                None
            },
            management_account_id: Some(id.clone()),
        },
        Recipient::Address(email) => shapes::TransferParticipant {
            management_account_email: Some(email.clone()),
            management_account_id: None,
        },
    })
}

impl Seen {
    pub(super) fn to_shape(
        &self,
        snapshot: &Snapshot,
        organization: &Organization,
        context: &RequestContext,
        whole: bool,
    ) -> Result<shapes::ResponsibilityTransfer, Failure> {
        let transfer = &self.transfer;
        let target = Recipient::Account(transfer.target.clone());
        let is_asked = self.status == Status::Requested;
        Ok(shapes::ResponsibilityTransfer {
            active_handshake_id: is_asked.then(|| transfer.handshake.clone()),
            arn: Some(organization.transfer_arn(
                context.partition,
                self.direction.name(),
                &transfer.id,
            )),
            end_timestamp: transfer.ends.map(DateTime::from_secs),
            id: Some(transfer.id.clone()),
            name: Some(transfer.name.clone()),
            source: Some(participant(snapshot, &transfer.source, whole)?),
            start_timestamp: Some(DateTime::from_secs(transfer.starts)),
            status: Some(self.status.to_shape()),
            target: Some(participant(snapshot, &target, whole)?),
            r#type: Some(BILLING.into()),
        })
    }
}
