//! What an organization lays over an account's requests and resources.

use std::sync::Arc;

use stockade_kit::failure::Failure;
use stockade_spec::directory::{self, ControlPolicy, Guardrails, Level};
use stockade_store::Snapshot;

use crate::policy_types::{RESOURCE_CONTROL, SERVICE_CONTROL};
use crate::state::{self, Membership};
use crate::{Organizations, attachments};

impl directory::Organizations for Organizations {
    fn guardrails(&self, account: &str) -> Option<Guardrails> {
        let snapshot = self.store.snapshot();
        // The store's failure is in the log by now; what cannot be read binds as if nothing were allowed.
        guardrails(&snapshot, account).unwrap_or_else(|_| Some(Guardrails::unreadable()))
    }

    fn revision(&self) -> u64 {
        state::revision(&self.store.snapshot())
    }
}

fn guardrails(snapshot: &Snapshot, account: &str) -> Result<Option<Guardrails>, Failure> {
    let Some(membership) = Membership::find(snapshot, account)? else {
        return Ok(None);
    };
    let organization = &membership.organization;
    let record = membership.account(snapshot, account)?;
    let parent = record.map(|account| account.parent).unwrap_or_default();
    let levels = |kind: &str| -> Result<Option<Vec<Level>>, Failure> {
        if !organization.policy_types.contains(kind) {
            return Ok(None);
        }
        membership
            .line(snapshot, account)?
            .into_iter()
            .map(|target| {
                let policies = attachments::attached(snapshot, &membership, &target, kind)?;
                Ok(Level {
                    policies: policies
                        .into_iter()
                        .map(|policy| ControlPolicy {
                            name: policy.id,
                            document: Arc::from(policy.content),
                        })
                        .collect(),
                    target,
                })
            })
            .collect::<Result<Vec<_>, Failure>>()
            .map(Some)
    };
    Ok(Some(Guardrails {
        organization: organization.id.clone(),
        path: membership.path(snapshot, &parent)?,
        is_management: organization.management == account,
        service_control: levels(SERVICE_CONTROL)?,
        resource_control: levels(RESOURCE_CONTROL)?,
    }))
}
