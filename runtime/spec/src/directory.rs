//! Who is who: what authentication and authorization ask of the services that keep identities.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::SystemTime;

use crate::error::Error;
use crate::service::{BoxFuture, Caller, RequestContext, Session};

/// What an access key stands for.
#[derive(Debug, Clone)]
pub struct Credential {
    /// The secret that requests are signed with.
    pub secret: String,
    /// The token that must come with temporary credentials.
    pub session_token: Option<String>,
    /// Whose key it is.
    pub caller: Caller,
    /// The account it belongs to.
    pub account: String,
    /// What temporary credentials carry.
    pub session: Option<Arc<Session>>,
    /// When temporary credentials end.
    pub expires: Option<SystemTime>,
    /// Whether the key is `Active`.
    pub active: bool,
}

/// A policy document and what people call it.
#[derive(Debug, Clone)]
pub struct AttachedPolicy {
    /// The document's text.
    pub document: Arc<str>,
    /// The inline policy's name or the managed policy's ARN.
    pub name: String,
    /// Whether it is a managed policy.
    pub managed: bool,
    /// The ARN of the user, group or role that it is attached to.
    pub attached_to: String,
}

/// What the directory knows of a user or role, for a decision.
#[derive(Debug, Clone, Default)]
pub struct Profile {
    /// Identity policies: inline and managed; a user's groups' included.
    pub policies: Vec<AttachedPolicy>,
    /// The permissions boundary.
    pub boundary: Option<AttachedPolicy>,
    /// The user's or role's tags (`aws:PrincipalTag/…`; a session's own tags override them).
    pub tags: Vec<(String, String)>,
}

/// Whom a principal's ARN stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The caller that it would be.
    pub caller: Caller,
    /// Its account.
    pub account: String,
    /// What its temporary credentials carry.
    pub session: Option<Arc<Session>>,
}

/// The keeper of identities.
pub trait Directory: Send + Sync {
    /// What an access key stands for; `None` for a key that is not on record.
    fn credential(&self, access_key: &str) -> Option<Arc<Credential>>;

    /// The policies and tags of a user, of a session's role, or of a federated user's user.
    /// `None` when the principal is gone: a session whose role was deleted is denied everything.
    fn profile(&self, account: &str, caller: &Caller) -> Option<Profile>;

    /// The unique id of the role of this ARN; `None` where it does not exist.
    fn role_id(&self, arn: &str) -> Option<String> {
        let _ = arn;
        None
    }

    /// Whether there is a service-linked role of this ARN. `false` where that cannot be told: whoever is allowed to make it
    /// is let through.
    fn has_service_linked_role(&self, arn: &str) -> bool {
        let _ = arn;
        false
    }

    /// Makes the service-linked role of this ARN in the caller's account, as a service does with the caller's leave on its
    /// first use; what is there stays.
    fn link_role<'a>(
        &'a self,
        context: &'a RequestContext,
        arn: &'a str,
    ) -> BoxFuture<'a, Result<(), Error>> {
        let _ = (context, arn);
        Box::pin(async { Ok(()) })
    }

    /// Whom the ARN of a user, role or session stands for: a role, for whoever assumes it now; a session, for the newest
    /// of its name, or one without policies of its own. `None`: nobody has this ARN.
    fn named(&self, arn: &str, now: SystemTime) -> Option<Named> {
        let _ = (arn, now);
        None
    }

    /// A managed policy's default version, by ARN (for managed session policies).
    fn managed_policy(&self, arn: &str) -> Option<Arc<str>>;

    /// A number that changes whenever any answer of [`Directory::profile`] or
    /// [`Directory::managed_policy`] may have changed; cheap to ask.
    fn revision(&self) -> u64;

    /// Runs work that reads state, this directory's and that of services and organizations, and answers with what it read;
    /// `None` where nobody can tell.
    fn observe(&self, work: &mut dyn FnMut()) -> Option<Box<dyn Basis>> {
        work();
        None
    }
}

/// The state that something was made from.
pub trait Basis: Debug + Send + Sync {
    /// Whether nothing of it has changed since; cheap to ask.
    fn stands(&self) -> bool;
}

/// A service or resource control policy.
#[derive(Debug, Clone)]
pub struct ControlPolicy {
    /// `p-…`.
    pub name: String,
    /// The document's text.
    pub document: Arc<str>,
}

/// The control policies of one type that are attached to a root, unit or account.
#[derive(Debug, Clone)]
pub struct Level {
    /// `r-…`, `ou-…`, or the account.
    pub target: String,
    /// At least one of them must allow.
    pub policies: Vec<ControlPolicy>,
}

/// What an organization lays over one of its accounts.
#[derive(Debug, Clone)]
pub struct Guardrails {
    /// `o-…` (`aws:PrincipalOrgID`).
    pub organization: String,
    /// `o-…/r-…/ou-…/`, as `aws:PrincipalOrgPaths` has it.
    pub path: String,
    /// Whether the account is the management account, which control policies do not bind.
    pub is_management: bool,
    /// Service control policies from the root down to the account; `None` while the type is not enabled.
    pub service_control: Option<Vec<Level>>,
    /// Resource control policies, likewise.
    pub resource_control: Option<Vec<Level>>,
}

impl Guardrails {
    /// Those of an account whose organization cannot be read: nothing is allowed.
    pub fn unreadable() -> Self {
        let nothing = Level {
            target: String::new(),
            policies: Vec::new(),
        };
        Self {
            organization: String::new(),
            path: String::new(),
            is_management: false,
            service_control: Some(vec![nothing.clone()]),
            resource_control: Some(vec![nothing]),
        }
    }
}

/// The keeper of organizations.
pub trait Organizations: Send + Sync {
    /// What binds an account and tells where it stands; `None` for an account without organization.
    fn guardrails(&self, account: &str) -> Option<Guardrails>;

    /// A number that changes whenever any answer of [`Organizations::guardrails`] may have changed; cheap to
    /// ask.
    fn revision(&self) -> u64;
}
