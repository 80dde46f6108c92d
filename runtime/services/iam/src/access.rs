//! The role by which an account that an organization made is administered.

use std::collections::BTreeMap;

use stockade_kit::ids::UniqueId;
use stockade_kit::tags::TagSet;
use stockade_spec::{Error, RequestContext};

use crate::state::{self, Policies, Role};
use crate::{Iam, default_path, render, roles};

/// What the role may do, and what the policy that says so is called.
const POLICY_NAME: &str = "AdministratorAccess";
const POLICY: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

impl Iam {
    /// Makes a role in another account that the caller's account may assume, and that may do everything, unless there is
    /// one of that name ("Accessing member accounts that have OrganizationAccountAccessRole", AWS Organizations User Guide).
    ///
    /// # Errors
    ///
    /// The store's own.
    pub async fn admit_account(
        &self,
        context: &RequestContext,
        account: &str,
        role: &str,
    ) -> Result<(), Error> {
        let trust = serde_json::json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Principal": {
                    "AWS": format!("arn:{}:iam::{}:root", context.partition, context.account)
                },
                "Action": "sts:AssumeRole"
            }]
        });
        let record = Role {
            name: role.to_owned(),
            path: default_path(),
            id: UniqueId::Role.draw(),
            created: render::now(context),
            trust: trust.to_string(),
            description: None,
            max_session: roles::DEFAULT_MAX_SESSION,
            tags: TagSet::default(),
            boundary: None,
            policies: Policies {
                inline: BTreeMap::from([(POLICY_NAME.to_owned(), POLICY.to_owned())]),
                ..Policies::default()
            },
        };
        state::write(&self.store, account, |tx, scope| {
            if tx.contains(state::ROLES, scope, &[&state::key(role)]) {
                return Ok(());
            }
            roles::put(tx, scope, &record)
        })
        .await
    }
}
