//! Who is who: keys to callers, and callers to their policies.

mod named;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use parking_lot::RwLock;
use stockade_kit::access_key::{self, Kind};
use stockade_kit::failure::Failure;
use stockade_policy::split_arn;
use stockade_spec::directory::{AttachedPolicy, Basis, Credential, Directory, Named, Profile};
use stockade_spec::service::BoxFuture;
use stockade_spec::{Caller, Error, RequestContext, Session};
use stockade_store::{Reads, Scope, Snapshot, Store};

use crate::state::{
    self, ACCESS_KEYS, GROUPS, Holder, ROLES, SESSIONS, SessionRecord, USERS, User,
};
use crate::{Iam, policies};

/// Ids and documents are the same in every partition; a key does not tell its own, and Stockade's
/// accounts are in this one.
const PARTITION: &str = "aws";

/// What root may do, for the sessions of federated users that root asked for: their session
/// policies limit it, and without one they may do nothing.
const ALL: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;

/// How many long-term keys are kept ready.
const MAX_KEYS: usize = 4_096;

/// Long-term keys as they were at one revision; every change of keys or users draws a new one.
/// Sessions are not kept: they come without a new revision.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    kept: RwLock<HashMap<String, (u64, Arc<Credential>)>>,
}

impl Keys {
    fn get(&self, id: &str, revision: u64) -> Option<Arc<Credential>> {
        let kept = self.kept.read();
        let (at, credential) = kept.get(id)?;
        (*at == revision).then(|| Arc::clone(credential))
    }

    fn keep(&self, id: &str, revision: u64, credential: &Arc<Credential>) {
        let mut kept = self.kept.write();
        if kept.len() >= MAX_KEYS {
            kept.clear();
        }
        kept.insert(id.to_owned(), (revision, Arc::clone(credential)));
    }
}

impl Directory for Iam {
    fn credential(&self, access_key: &str) -> Option<Arc<Credential>> {
        let snapshot = self.store.snapshot();
        let revision = state::revision(&snapshot);
        if let Some(credential) = self.keys.get(access_key, revision) {
            return Some(credential);
        }
        let kind = access_key::kind_of(access_key)?;
        let account = access_key::account_of(access_key)?;
        // The store's failure is in the log by now. A key that cannot be read is a key that is
        // not there, which refuses it: keys of this form are never taken for a stranger's.
        let credential = match kind {
            Kind::LongTerm => long_term(&snapshot, access_key, account),
            Kind::Temporary => temporary(&snapshot, access_key, account),
        };
        let credential = Arc::new(credential.ok().flatten()?);
        if kind == Kind::LongTerm {
            self.keys.keep(access_key, revision, &credential);
        }
        Some(credential)
    }

    fn profile(&self, account: &str, caller: &Caller) -> Option<Profile> {
        let snapshot = self.store.snapshot();
        profile(&snapshot, account, caller).ok().flatten()
    }

    fn role_id(&self, arn: &str) -> Option<String> {
        let account = arn.split(':').nth(4)?;
        let snapshot = self.store.snapshot();
        let key = state::key(name_of(arn));
        let role = snapshot.get(ROLES, &Scope::account(account), &[&key]);
        Some(role.ok().flatten()?.id)
    }

    fn has_service_linked_role(&self, arn: &str) -> bool {
        self.is_linked(arn)
    }

    fn link_role<'a>(
        &'a self,
        context: &'a RequestContext,
        arn: &'a str,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(self.link(context, arn))
    }

    fn named(&self, arn: &str, now: SystemTime) -> Option<Named> {
        named::named(&self.store.snapshot(), arn, now)
            .ok()
            .flatten()
    }

    fn managed_policy(&self, arn: &str) -> Option<Arc<str>> {
        policies::document(&self.store.snapshot(), arn)
            .ok()
            .flatten()
    }

    fn revision(&self) -> u64 {
        state::revision(&self.store.snapshot())
    }

    /// Services keep state nowhere but in the store, and all in the same one.
    fn observe(&self, work: &mut dyn FnMut()) -> Option<Box<dyn Basis>> {
        let ((), reads) = self.store.observe(work);
        let store = self.store.clone();
        Some(Box::new(Observed { store, reads }))
    }
}

/// What was read of the store.
#[derive(Debug)]
struct Observed {
    store: Store,
    reads: Reads,
}

impl Basis for Observed {
    fn stands(&self) -> bool {
        self.reads.stand(&self.store.snapshot())
    }
}

fn long_term(
    snapshot: &Snapshot,
    id: &str,
    account: String,
) -> Result<Option<Credential>, Failure> {
    let scope = Scope::account(&account);
    let Some(key) = snapshot.get(ACCESS_KEYS, &scope, &[id])? else {
        return Ok(None);
    };
    let caller = if key.user.is_empty() {
        Caller::Root
    } else {
        match snapshot.get(USERS, &scope, &[&key.user])? {
            Some(user) => Caller::User {
                arn: user.arn(PARTITION, &account),
                id: user.id,
                name: user.name,
            },
            None => return Ok(None),
        }
    };
    Ok(Some(Credential {
        secret: key.secret,
        session_token: None,
        caller,
        account,
        session: None,
        expires: None,
        active: key.active,
    }))
}

fn temporary(
    snapshot: &Snapshot,
    id: &str,
    account: String,
) -> Result<Option<Credential>, Failure> {
    let scope = Scope::account(&account);
    let record = snapshot.get(SESSIONS, &scope, &[id])?;
    record
        .map(|record| of_record(snapshot, record, account))
        .transpose()
}

fn of_record(
    snapshot: &Snapshot,
    record: SessionRecord,
    account: String,
) -> Result<Credential, Failure> {
    Ok(Credential {
        secret: record.secret,
        session_token: Some(record.token),
        caller: match record.holder {
            Holder::Root => Caller::Root,
            Holder::User { arn, id, name } => Caller::User { arn, id, name },
            Holder::AssumedRole {
                role_arn,
                session_arn,
                id,
            } => Caller::AssumedRole {
                role_arn,
                session_arn,
                id,
            },
            Holder::FederatedUser {
                arn,
                id,
                user_arn,
                user_id,
            } => Caller::FederatedUser {
                arn,
                id,
                user_arn: match user_of(snapshot, &user_arn)? {
                    // Whoever has the name now did not ask for this session. AWS names a
                    // principal that is gone by its unique id.
                    Some(user) if user.id != user_id => user_id,
                    _ => user_arn,
                },
            },
        },
        account,
        session: Some(Arc::new(Session {
            policies: record.policies.into_iter().map(Arc::from).collect(),
            policy_arns: record.policy_arns,
            tags: record.tags.into_iter().collect(),
            transitive_tags: record.transitive_tags,
            source_identity: record.source_identity,
            issued: Some(time(record.issued)),
            mfa: record.mfa,
        })),
        expires: Some(time(record.expires)),
        active: true,
    })
}

fn profile(
    snapshot: &Snapshot,
    account: &str,
    caller: &Caller,
) -> Result<Option<Profile>, Failure> {
    let scope = Scope::account(account);
    match caller {
        Caller::User { id, name, .. } => {
            let user = snapshot.get(USERS, &scope, &[&state::key(name)])?;
            // A user of the same name that was made later is somebody else.
            match user.filter(|user| user.id == *id) {
                Some(user) => of_user(snapshot, &scope, user).map(Some),
                None => Ok(None),
            }
        }
        Caller::FederatedUser { user_arn, .. } => {
            if user_arn.ends_with(":root") {
                return Ok(Some(of_root(user_arn)));
            }
            match user_of(snapshot, user_arn)? {
                Some(user) => of_user(snapshot, &scope, user).map(Some),
                None => Ok(None),
            }
        }
        Caller::AssumedRole { role_arn, id, .. } => {
            let role = snapshot.get(ROLES, &scope, &[&state::key(name_of(role_arn))])?;
            let unique = id.split(':').next().unwrap_or_default();
            let Some(role) = role.filter(|role| role.id == unique) else {
                return Ok(None);
            };
            let mut policies = Vec::new();
            add(snapshot, &mut policies, &role.policies, role_arn)?;
            Ok(Some(Profile {
                policies,
                boundary: boundary(snapshot, role.boundary, role_arn)?,
                tags: role.tags.into_iter().collect(),
            }))
        }
        Caller::Root | Caller::Service { .. } | Caller::Anonymous => Ok(Some(Profile::default())),
    }
}

pub(crate) fn of_user(snapshot: &Snapshot, scope: &Scope, user: User) -> Result<Profile, Failure> {
    let account = scope.account_id();
    let arn = user.arn(PARTITION, account);
    let mut policies = Vec::new();
    add(snapshot, &mut policies, &user.policies, &arn)?;
    for key in &user.groups {
        if let Some(group) = snapshot.get(GROUPS, scope, &[key])? {
            add(
                snapshot,
                &mut policies,
                &group.policies,
                &group.arn(PARTITION, account),
            )?;
        }
    }
    Ok(Profile {
        policies,
        boundary: boundary(snapshot, user.boundary, &arn)?,
        tags: user.tags.into_iter().collect(),
    })
}

fn of_root(arn: &str) -> Profile {
    Profile {
        policies: vec![AttachedPolicy {
            document: Arc::from(ALL),
            name: String::from("root"),
            managed: false,
            attached_to: arn.to_owned(),
        }],
        ..Profile::default()
    }
}

/// Adds what a user, group or role carries.
pub(crate) fn add(
    snapshot: &Snapshot,
    to: &mut Vec<AttachedPolicy>,
    carried: &state::Policies,
    holder: &str,
) -> Result<(), Failure> {
    for (name, document) in &carried.inline {
        to.push(AttachedPolicy {
            document: Arc::from(document.as_str()),
            name: name.clone(),
            managed: false,
            attached_to: holder.to_owned(),
        });
    }
    for arn in &carried.attached {
        to.push(managed(snapshot, arn.clone(), holder)?);
    }
    Ok(())
}

pub(crate) fn boundary(
    snapshot: &Snapshot,
    arn: Option<String>,
    holder: &str,
) -> Result<Option<AttachedPolicy>, Failure> {
    arn.map(|arn| managed(snapshot, arn, holder)).transpose()
}

fn managed(snapshot: &Snapshot, arn: String, holder: &str) -> Result<AttachedPolicy, Failure> {
    // A policy in use cannot be deleted. Were one gone all the same, what it denied must not
    // become allowed: the empty text is no policy, and its holder may do nothing.
    let document = policies::document(snapshot, &arn)?.unwrap_or_default();
    Ok(AttachedPolicy {
        document,
        name: arn,
        managed: true,
        attached_to: holder.to_owned(),
    })
}

/// The user with exactly this ARN, path included.
pub(crate) fn user_of(snapshot: &Snapshot, arn: &str) -> Result<Option<User>, Failure> {
    let Some([partition, "iam", "", account, _]) = split_arn(arn) else {
        return Ok(None);
    };
    let scope = Scope::account(account);
    let user = snapshot.get(USERS, &scope, &[&state::key(name_of(arn))])?;
    Ok(user.filter(|user| user.arn(partition, account) == arn))
}

/// The name in the ARN of a user or role.
fn name_of(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or_default()
}

fn time(seconds: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
}
