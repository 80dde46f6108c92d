//! Temporary credentials: issued for STS, looked up by the directory.

use std::time::{Duration, SystemTime};

use stockade_kit::access_key::Kind;
use stockade_kit::failure::Failure;
use stockade_kit::ids;
use stockade_kit::tags::{Rules, TagSet};
use stockade_kit::time::epoch_seconds;
use stockade_policy::split_arn;
use stockade_spec::{Caller, Error, Session};
use stockade_store::{Scan, Scope, Snapshot, Table, WriteTx, ordered};

use crate::state::{self, Holder, ROLES, SESSIONS, SessionRecord};
use crate::{Iam, access_keys, directory};

/// Records by the second at which they are forgotten, then by access key id.
const FORGOTTEN: Table<()> = Table::new("iam/sessions-forgotten");
/// How long the record of an expired session is kept, in seconds: its holder is told so for that
/// long, and afterwards that the key is unknown.
const KEPT_AFTER_EXPIRY: i64 = 24 * 3600;
/// Most records that one issue forgets. It makes one, so the number of old ones shrinks.
const FORGOTTEN_AT_ONCE: usize = 16;

/// Temporary credentials to be issued.
#[derive(Clone, Copy, Debug)]
pub struct SessionRequest<'a> {
    /// The account that the session belongs to: a role's own, not its caller's.
    pub account: &'a str,
    /// Whom the credentials speak for: root, a user, a role's session or a federated user.
    pub caller: &'a Caller,
    /// What they carry; `issued` is set here.
    pub session: &'a Session,
    /// When they are issued.
    pub now: SystemTime,
    /// How long they last, in whole seconds.
    pub duration: Duration,
}

/// Temporary credentials as their holder gets them.
#[derive(Clone, PartialEq, Eq)]
pub struct TemporaryCredentials {
    /// `ASIA…`.
    pub access_key_id: String,
    /// The secret to sign with.
    pub secret_access_key: String,
    /// The token that goes with every request.
    pub session_token: String,
    /// When they end, in seconds since the epoch.
    pub expires: i64,
}

/// A role as somebody who wants to assume it must know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssumableRole {
    /// Its account.
    pub account: String,
    /// Its name, without the path.
    pub name: String,
    /// `AROA…`.
    pub id: String,
    /// Its trust policy.
    pub trust: String,
    /// The longest session, in seconds.
    pub max_session: i32,
    /// Its tags.
    pub tags: Vec<(String, String)>,
}

impl Iam {
    /// Issues temporary credentials and keeps what they stand for.
    ///
    /// # Errors
    ///
    /// `InternalFailure` when the store fails, or for a caller that no credentials can speak for.
    pub async fn issue_session(
        &self,
        request: SessionRequest<'_>,
    ) -> Result<TemporaryCredentials, Error> {
        let issued = epoch_seconds(request.now);
        let lasts = i64::try_from(request.duration.as_secs()).unwrap_or(i64::MAX);
        let record = SessionRecord {
            secret: ids::secret_access_key(),
            token: ids::session_token(),
            issued,
            expires: issued.saturating_add(lasts),
            holder: holder(&self.store.snapshot(), request.caller)?,
            policies: request
                .session
                .policies
                .iter()
                .map(|text| text.to_string())
                .collect(),
            policy_arns: request.session.policy_arns.clone(),
            tags: tag_set(&request.session.tags)?,
            transitive_tags: request.session.transitive_tags.clone(),
            source_identity: request.session.source_identity.clone(),
            mfa: request.session.mfa,
        };
        let scope = Scope::account(request.account);
        // Not `state::write`: a new session changes no identity and no policy, so what is
        // derived from them stays good.
        let access_key_id = self
            .store
            .write(|tx| {
                forget(tx, &scope, issued)?;
                let id = access_keys::draw_id(tx, &scope, request.account, Kind::Temporary)?;
                tx.insert_new(SESSIONS, &scope, &[&id], &record)?;
                tx.put(FORGOTTEN, &scope, &[&forgotten_at(&record), &id], &())?;
                Ok::<_, Failure>(id)
            })
            .await?;
        Ok(TemporaryCredentials {
            access_key_id,
            secret_access_key: record.secret,
            session_token: record.token,
            expires: record.expires,
        })
    }

    /// The role with exactly this ARN, path included.
    ///
    /// # Errors
    ///
    /// `InternalFailure` when the store fails.
    pub fn assumable_role(&self, arn: &str) -> Result<Option<AssumableRole>, Error> {
        let Some([partition, "iam", "", account, resource]) = split_arn(arn) else {
            return Ok(None);
        };
        let name = resource.rsplit('/').next().unwrap_or_default();
        let role = self
            .store
            .snapshot()
            .get(ROLES, &Scope::account(account), &[&state::key(name)])
            .map_err(Failure::from)?
            .filter(|role| role.arn(partition, account) == arn);
        Ok(role.map(|role| AssumableRole {
            account: account.to_owned(),
            name: role.name,
            id: role.id,
            trust: role.trust,
            max_session: role.max_session,
            tags: role.tags.into_iter().collect(),
        }))
    }
}

fn holder(snapshot: &Snapshot, caller: &Caller) -> Result<Holder, Failure> {
    Ok(match caller.clone() {
        Caller::Root => Holder::Root,
        Caller::User { arn, id, name } => Holder::User { arn, id, name },
        Caller::AssumedRole {
            role_arn,
            session_arn,
            id,
        } => Holder::AssumedRole {
            role_arn,
            session_arn,
            id,
        },
        Caller::FederatedUser { arn, id, user_arn } => Holder::FederatedUser {
            user_id: directory::user_of(snapshot, &user_arn)?
                .map_or_else(String::new, |user| user.id),
            arn,
            id,
            user_arn,
        },
        Caller::Service { .. } | Caller::Anonymous => return Err(Error::internal().into()),
    })
}

/// The tags, which whoever asks has checked.
fn tag_set(tags: &[(String, String)]) -> Result<TagSet, Error> {
    let pairs = tags
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()));
    TagSet::parse(pairs, Rules::default()).map_err(|_| Error::internal())
}

fn forgotten_at(record: &SessionRecord) -> String {
    let at = record.expires.saturating_add(KEPT_AFTER_EXPIRY);
    ordered(u64::try_from(at).unwrap_or(0))
}

/// Drops some of the records whose time is over.
fn forget(tx: &mut WriteTx, scope: &Scope, now: i64) -> Result<(), Failure> {
    let now = ordered(u64::try_from(now).unwrap_or(0));
    let mut over = Vec::new();
    for entry in tx.scan(FORGOTTEN, scope, Scan::all().limit(FORGOTTEN_AT_ONCE)) {
        let entry = entry?;
        match &entry.parts[..] {
            [at, id] if *at < now => over.push((at.clone(), id.clone())),
            _ => break,
        }
    }
    for (at, id) in &over {
        tx.delete(FORGOTTEN, scope, &[at, id]);
        tx.delete(SESSIONS, scope, &[id]);
    }
    Ok(())
}
