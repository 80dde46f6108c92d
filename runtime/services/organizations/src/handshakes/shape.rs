//! Handshakes as the API shows them ("Handshake", "HandshakeResource", AWS Organizations API Reference).

use aws_smithy_types::DateTime;
use stockade_kit::failure::Failure;
use stockade_kit::time::epoch_seconds;
use stockade_organizations_api::shapes;
use stockade_organizations_api::shapes::{
    ActionType, HandshakeParty, HandshakePartyType, HandshakeResource, HandshakeResourceType,
    HandshakeState,
};
use stockade_spec::RequestContext;
use stockade_store::Snapshot;

use crate::state::{Action, Contact, Handshake, Membership, Organization, Recipient, State};
use crate::{contacts, transfers};

impl Action {
    pub(crate) fn to_shape(self) -> ActionType {
        match self {
            Self::Invite => ActionType::Invite,
            Self::EnableAllFeatures => ActionType::EnableAllFeatures,
            Self::ApproveAllFeatures => ActionType::ApproveAllFeatures,
            Self::TransferResponsibility => ActionType::TransferResponsibility,
        }
    }
}

impl State {
    fn to_shape(self) -> HandshakeState {
        match self {
            Self::Open => HandshakeState::Open,
            Self::Requested => HandshakeState::Requested,
            Self::Accepted => HandshakeState::Accepted,
            Self::Declined => HandshakeState::Declined,
            Self::Canceled => HandshakeState::Canceled,
            Self::Expired => HandshakeState::Expired,
        }
    }
}

fn resource(kind: HandshakeResourceType, value: impl Into<String>) -> HandshakeResource {
    HandshakeResource {
        r#type: Some(kind),
        value: Some(value.into()),
        resources: None,
    }
}

/// The organization that asks for members, or for its own features.
fn organization(organization: &Organization, manager: Contact) -> HandshakeResource {
    let feature_set = if organization.all_features {
        "ALL"
    } else {
        "CONSOLIDATED_BILLING"
    };
    HandshakeResource {
        resources: Some(vec![
            resource(HandshakeResourceType::MasterEmail, manager.email),
            resource(HandshakeResourceType::MasterName, manager.name),
            resource(HandshakeResourceType::OrganizationFeatureSet, feature_set),
        ]),
        ..resource(HandshakeResourceType::Organization, &organization.id)
    }
}

/// The organization that asks for a responsibility.
fn receiver(organization: &Organization, manager: Contact) -> HandshakeResource {
    let account = organization.management.as_str();
    HandshakeResource {
        resources: Some(vec![
            resource(HandshakeResourceType::ManagementEmail, manager.email),
            resource(HandshakeResourceType::ManagementName, manager.name),
            resource(HandshakeResourceType::ManagementAccount, account),
        ]),
        ..resource(HandshakeResourceType::Organization, &organization.id)
    }
}

/// The responsibility that is asked for.
fn responsibility(id: &str, starts: i64) -> HandshakeResource {
    HandshakeResource {
        resources: Some(vec![
            resource(
                HandshakeResourceType::TransferStartTimestamp,
                starts.to_string(),
            ),
            resource(HandshakeResourceType::TransferType, transfers::BILLING),
        ]),
        ..resource(HandshakeResourceType::ResponsibilityTransfer, id)
    }
}

/// Parties name an organization without the `o-` of its id.
fn bare_id(organization: &Organization) -> &str {
    organization.id.trim_start_matches("o-")
}

fn party(kind: HandshakePartyType, id: &str) -> HandshakeParty {
    HandshakeParty {
        id: id.to_owned(),
        r#type: kind,
    }
}

impl Handshake {
    pub(crate) fn to_shape(
        &self,
        snapshot: &Snapshot,
        membership: &Membership,
        context: &RequestContext,
    ) -> Result<shapes::Handshake, Failure> {
        let sender = &membership.organization;
        let manager = contacts::of(snapshot, &sender.management)?;
        let mut resources = Vec::new();
        match &self.transfer {
            Some(id) => {
                let transfer = transfers::kept(snapshot, &sender.management, id)?;
                resources.extend(transfer.map(|it| responsibility(&it.id, it.starts)));
                resources.push(receiver(sender, manager));
            }
            None => resources.push(organization(sender, manager)),
        }
        let mut parties = vec![party(HandshakePartyType::Organization, bare_id(sender))];
        match &self.to {
            Recipient::Account(id) if *id == sender.management => {}
            Recipient::Account(id) => {
                resources.push(resource(HandshakeResourceType::Account, id));
                parties.push(party(HandshakePartyType::Account, id));
            }
            Recipient::Address(email) => {
                resources.push(resource(HandshakeResourceType::Email, email));
                parties.push(party(HandshakePartyType::Email, email));
            }
        }
        let parent = self.parent.as_deref();
        let notes = self.notes.as_deref();
        resources.extend(parent.map(|id| resource(HandshakeResourceType::ParentHandshake, id)));
        resources.extend(notes.map(|text| resource(HandshakeResourceType::Notes, text)));
        Ok(shapes::Handshake {
            action: Some(self.action.to_shape()),
            arn: Some(sender.handshake_arn(context.partition, self)),
            expiration_timestamp: Some(DateTime::from_secs(self.expires)),
            id: Some(self.id.clone()),
            parties: Some(parties),
            requested_timestamp: Some(DateTime::from_secs(self.requested)),
            resources: Some(resources),
            state: Some(self.state_at(epoch_seconds(context.now)).to_shape()),
        })
    }
}
