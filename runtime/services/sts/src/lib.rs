//! AWS STS: who calls, and temporary credentials.
//!
//! `AssumeRole`, `GetCallerIdentity`, `GetSessionToken`, `GetFederationToken`, `GetAccessKeyInfo`
//! and `DecodeAuthorizationMessage`; all other operations answer `NotImplemented`.
//!
//! - Sessions are kept by [`stockade_iam`]; a session token is an opaque word for a record there.
//! - Whether a role may be assumed is decided before the handler: [`Facts`] tells the role's trust
//!   policy, and refuses whom no policy can allow.
//! - There are no MFA devices, so every one time pass code is wrong.
//! - How full the credentials are (`PackedPolicySize`) is an estimate: AWS does not say how it
//!   packs.
//!
//! The crate deliberately knows no HTTP, no signatures, and no layout of records.
//!
//! # Example
//!
//! ```
//! use stockade_iam::Iam;
//! use stockade_spec::Service;
//! use stockade_store::Store;
//! use stockade_sts::Sts;
//!
//! let iam = Iam::new(Store::in_memory());
//! let service = stockade_sts_api::Server::new(Sts::new(iam));
//! assert_eq!(service.id(), "sts");
//! ```

mod assume_role;
mod error;
mod identity;
mod issue;
mod limits;
mod mfa;
mod tags;
#[cfg(test)]
mod tests;
mod tokens;

use std::sync::Arc;

use stockade_iam::Iam;
use stockade_spec::resolve::{PolicyRole, ResourceFacts, ResourcePolicy, Scope, StateKeys};
use stockade_spec::{Error, Facts, RequestContext};
use stockade_sts_api::{permissions, shapes};

/// The service.
#[derive(Clone)]
pub struct Sts {
    iam: Iam,
}

impl Sts {
    /// STS over the identities and sessions that IAM keeps.
    #[must_use]
    pub fn new(iam: Iam) -> Self {
        Self { iam }
    }
}

impl stockade_sts_api::Sts for Sts {
    async fn assume_role(
        &self,
        context: &RequestContext,
        input: shapes::AssumeRoleRequest,
    ) -> Result<shapes::AssumeRoleResponse, Error> {
        assume_role::assume_role(self, context, input).await
    }

    async fn decode_authorization_message(
        &self,
        _context: &RequestContext,
        input: shapes::DecodeAuthorizationMessageRequest,
    ) -> Result<shapes::DecodeAuthorizationMessageResponse, Error> {
        identity::decode_message(&input)
    }

    async fn get_access_key_info(
        &self,
        _context: &RequestContext,
        input: shapes::GetAccessKeyInfoRequest,
    ) -> Result<shapes::GetAccessKeyInfoResponse, Error> {
        identity::access_key_info(&input)
    }

    async fn get_caller_identity(
        &self,
        context: &RequestContext,
        _input: shapes::GetCallerIdentityRequest,
    ) -> Result<shapes::GetCallerIdentityResponse, Error> {
        identity::caller(context)
    }

    async fn get_federation_token(
        &self,
        context: &RequestContext,
        input: shapes::GetFederationTokenRequest,
    ) -> Result<shapes::GetFederationTokenResponse, Error> {
        tokens::federation(self, context, input).await
    }

    async fn get_session_token(
        &self,
        context: &RequestContext,
        input: shapes::GetSessionTokenRequest,
    ) -> Result<shapes::GetSessionTokenResponse, Error> {
        tokens::session(self, context, input).await
    }
}

impl permissions::Resolvers for Sts {}

impl Facts for Sts {
    /// Every action of STS on a role (`AssumeRole`, `TagSession`, `SetSourceIdentity`, …) needs its
    /// trust policy.
    fn facts(&self, _action: &str, resource: &str, _scope: &Scope<'_>) -> ResourceFacts {
        let role = match self.iam.assumable_role(resource) {
            Ok(Some(role)) => role,
            // A role that is not there has no policy; the handler refuses to assume it.
            Ok(None) => return ResourceFacts::default(),
            Err(_) => return ResourceFacts::unreadable(),
        };
        ResourceFacts {
            owner: Some(role.account),
            policy: Some(ResourcePolicy {
                document: Arc::from(role.trust),
                label: format!("trust policy of role {}", role.name),
                role: PolicyRole::DecidesAlone,
            }),
            is_unreadable: false,
        }
    }

    fn state_keys(&self, _action: &str, resource: &str, _scope: &Scope<'_>) -> StateKeys {
        let role = self.iam.assumable_role(resource).ok().flatten();
        StateKeys {
            tags: role.map(|role| role.tags).unwrap_or_default(),
            ..StateKeys::default()
        }
    }

    /// Nobody is refused for who they are unless IAM is enforced; then root and federated users
    /// cannot assume roles, whatever policies say.
    fn admit(&self, operation: &str, context: &RequestContext) -> Result<(), Error> {
        match operation {
            "AssumeRole" => assume_role::admit(context),
            _ => Ok(()),
        }
    }
}
