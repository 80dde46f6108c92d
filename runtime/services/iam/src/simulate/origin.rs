//! Whose policies a simulation takes.

use stockade_iam_api::errors;
use stockade_kit::arn::Arn;
use stockade_kit::failure::Failure;
use stockade_spec::directory::{AttachedPolicy, Profile};
use stockade_spec::{Error, RequestContext};
use stockade_store::Scope;

use crate::simulate::invalid;
use crate::{Iam, directory, groups, roles, users};

/// A user, group or role of the account, as it is at one moment.
pub(crate) struct Origin {
    arn: String,
    profile: Profile,
    /// A user's unique id.
    user_id: Option<String>,
}

impl Origin {
    /// Reads whom the ARN names. Its path does not count: names are one in an account.
    pub(crate) fn read(iam: &Iam, context: &RequestContext, arn: &str) -> Result<Self, Error> {
        let bad = || invalid(format!("Invalid ARN provided in the request: {arn}"));
        let parsed: Arn = arn.parse().map_err(|_| bad())?;
        let Some(kind @ ("user" | "group" | "role")) = parsed.resource_type() else {
            return Err(bad());
        };
        if parsed.service != "iam" {
            return Err(bad());
        }
        if parsed.account != context.account {
            return Err(invalid(format!(
                "Invalid Policy Source Arn: caller's account {} does not have access to policies in account {}.",
                context.account, parsed.account
            )));
        }
        let mut origin = Self {
            arn: arn.to_owned(),
            profile: Profile::default(),
            user_id: None,
        };
        origin
            .fill(iam, context, kind, parsed.resource_name())
            .map_err(|failure| match Error::from(failure) {
                error if error.status == 404 => {
                    errors::no_such_entity_exception("Unable to retrieve specified IAM entity.")
                }
                error => error,
            })?;
        Ok(origin)
    }

    fn fill(
        &mut self,
        iam: &Iam,
        context: &RequestContext,
        kind: &str,
        name: &str,
    ) -> Result<(), Failure> {
        let (snapshot, scope) = (iam.store.snapshot(), Scope::account(&context.account));
        let profile = &mut self.profile;
        match kind {
            "user" => {
                let user = users::get(&snapshot, &scope, name)?;
                self.user_id = Some(user.id.clone());
                *profile = directory::of_user(&snapshot, &scope, user)?;
            }
            "group" => {
                let group = groups::get(&snapshot, &scope, name)?;
                directory::add(&snapshot, &mut profile.policies, &group.policies, &self.arn)?;
            }
            _ => {
                let role = roles::get(&snapshot, &scope, name)?;
                directory::add(&snapshot, &mut profile.policies, &role.policies, &self.arn)?;
                profile.boundary = directory::boundary(&snapshot, role.boundary, &self.arn)?;
                profile.tags = role.tags.into_iter().collect();
            }
        }
        Ok(())
    }

    pub(crate) fn arn(&self) -> &str {
        &self.arn
    }

    pub(crate) fn policies(&self) -> &[AttachedPolicy] {
        &self.profile.policies
    }

    pub(crate) fn boundary(&self) -> Option<&AttachedPolicy> {
        self.profile.boundary.as_ref()
    }

    pub(crate) fn tags(&self) -> &[(String, String)] {
        &self.profile.tags
    }

    pub(crate) fn user_id(&self) -> Option<&str> {
        self.user_id.as_deref()
    }
}
