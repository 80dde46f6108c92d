//! Policies, compiled once for each text, and principals' policies, gathered once for each change.

use std::sync::Arc;

use hashbrown::HashMap;
use parking_lot::RwLock;
use stockade_policy::{Attached, Holder, Policy, PolicyKind, Source, split_arn};
use stockade_spec::Caller;
use stockade_spec::directory::{AttachedPolicy, Directory};

/// How many compiled policies are kept.
const MAX_POLICIES: usize = 4_096;

/// How many principals' compiled policies are kept.
const MAX_PROFILES: usize = 4_096;

/// A principal's policies, ready to be evaluated.
#[derive(Debug, Default)]
pub(crate) struct Profile {
    pub(crate) identity: Vec<Attached>,
    pub(crate) boundary: Option<Attached>,
    pub(crate) tags: Vec<(String, String)>,
    /// Why one of the policies cannot be read.
    pub(crate) unreadable: Option<String>,
}

/// A document's text, and what it was read as.
type PolicyKey = (Arc<str>, PolicyKind);

/// Compiled policies by text, and profiles by principal.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    policies: RwLock<HashMap<PolicyKey, Arc<Policy>>>,
    /// By account and ARN, each with the directory's revision that it was read at; `None` for a
    /// principal that is gone.
    profiles: RwLock<HashMap<String, Kept>>,
}

#[derive(Debug, Clone)]
struct Kept {
    revision: u64,
    account: Box<str>,
    /// The user's or role's unique id.
    id: Box<str>,
    profile: Option<Arc<Profile>>,
}

impl Cache {
    /// A policy's compiled form, or what is wrong with its text.
    pub(crate) fn policy(
        &self,
        document: &Arc<str>,
        kind: PolicyKind,
        label: &str,
    ) -> Result<Arc<Policy>, String> {
        let key = (Arc::clone(document), kind);
        if let Some(policy) = self.policies.read().get(&key) {
            return Ok(Arc::clone(policy));
        }
        let policy = Policy::parse(document, kind)
            .map(Arc::new)
            .map_err(|error| {
                format!(
                    "because the policy {label} cannot be read: {}",
                    error.detail()
                )
            })?;
        let mut policies = self.policies.write();
        make_room(&mut policies, MAX_POLICIES);
        policies.insert(key, Arc::clone(&policy));
        Ok(policy)
    }

    /// The policies of a user, role or federated user; `None` when the principal is gone.
    pub(crate) fn profile(
        &self,
        directory: &dyn Directory,
        account: &str,
        caller: &Caller,
    ) -> Option<Arc<Profile>> {
        // A federated user's name may be another user's, so its own ARN is the key, and its user's
        // policies the value; the revision is read first, so that a change in between is seen.
        // The unique id tells a user or role from an earlier one of the same name, whose sessions
        // may still be about.
        let (name, id) = match caller {
            Caller::AssumedRole { role_arn, id, .. } => {
                (role_arn, id.split(':').next().unwrap_or_default())
            }
            Caller::FederatedUser { user_arn, .. } => (user_arn, ""),
            Caller::User { arn, id, .. } => (arn, id.as_str()),
            Caller::Root | Caller::Service { .. } | Caller::Anonymous => {
                return Some(Arc::default());
            }
        };
        let revision = directory.revision();
        if let Some(kept) = self.profiles.read().get(name)
            && kept.revision == revision
            && *kept.account == *account
            && *kept.id == *id
        {
            return kept.profile.clone();
        }
        let profile = directory
            .profile(account, caller)
            .map(|profile| Arc::new(self.compile(profile)));
        let mut profiles = self.profiles.write();
        make_room(&mut profiles, MAX_PROFILES);
        profiles.insert(
            name.clone(),
            Kept {
                revision,
                account: account.into(),
                id: id.into(),
                profile: profile.clone(),
            },
        );
        profile
    }

    fn compile(&self, profile: stockade_spec::directory::Profile) -> Profile {
        let mut compiled = Profile {
            tags: profile.tags,
            ..Profile::default()
        };
        for policy in &profile.policies {
            match self.attached(policy) {
                Ok(policy) => compiled.identity.push(policy),
                Err(why) => compiled.unreadable = Some(why),
            }
        }
        match profile
            .boundary
            .as_ref()
            .map(|policy| self.attached(policy))
        {
            Some(Ok(policy)) => compiled.boundary = Some(policy),
            Some(Err(why)) => compiled.unreadable = Some(why),
            None => {}
        }
        compiled
    }

    fn attached(&self, policy: &AttachedPolicy) -> Result<Attached, String> {
        let holder = holder(&policy.attached_to);
        let source = if policy.managed {
            Source::managed(policy.name.as_str(), holder)
        } else {
            Source::inline(policy.name.as_str(), holder)
        };
        let compiled = self.policy(&policy.document, PolicyKind::Identity, &policy.name)?;
        Ok(Attached::new(compiled, source))
    }

    /// The session policies of temporary credentials: documents and managed ones.
    pub(crate) fn session(
        &self,
        directory: &dyn Directory,
        session: &stockade_spec::service::Session,
    ) -> Result<Vec<Attached>, String> {
        let mut policies = Vec::new();
        for document in &session.policies {
            let policy = self.policy(document, PolicyKind::Session, "of the session")?;
            policies.push(Attached::new(
                policy,
                Source::inline("of the session", None),
            ));
        }
        for arn in &session.policy_arns {
            // A managed policy that is gone limits the session to nothing, as an empty one would.
            let Some(document) = directory.managed_policy(arn) else {
                return Err(format!("because the session policy {arn} does not exist"));
            };
            let policy = self.policy(&document, PolicyKind::Session, arn)?;
            policies.push(Attached::new(policy, Source::managed(arn.as_str(), None)));
        }
        Ok(policies)
    }
}

/// The user, group or role that an ARN names.
fn holder(arn: &str) -> Option<Holder> {
    let [.., resource] = split_arn(arn)?;
    let (kind, path) = resource.split_once('/')?;
    let name = path.rsplit('/').next()?;
    match kind {
        "user" => Some(Holder::User(name.into())),
        "group" => Some(Holder::Group(name.into())),
        "role" => Some(Holder::Role(name.into())),
        _ => None,
    }
}

/// Empties a full cache: what is in use comes back at its next use, and nothing needs an order.
pub(crate) fn make_room<K, V>(cache: &mut HashMap<K, V>, limit: usize) {
    if cache.len() >= limit {
        cache.clear();
    }
}
