//! Principals by their ARNs, for whoever asks about one instead of being one.

use std::sync::Arc;
use std::time::SystemTime;

use stockade_kit::arn::Arn;
use stockade_kit::failure::Failure;
use stockade_kit::time::epoch_seconds;
use stockade_spec::directory::Named;
use stockade_spec::{Caller, Session};
use stockade_store::{Scan, Scope, Snapshot};

use super::{name_of, of_record, user_of};
use crate::state::{self, Holder, ROLES, Role, SESSIONS, SessionRecord};

/// The session name of a role that is asked about and that nobody assumed.
const SESSION_NAME: &str = "explain";

/// The user, role or session of an ARN.
pub(super) fn named(
    snapshot: &Snapshot,
    arn: &str,
    now: SystemTime,
) -> Result<Option<Named>, Failure> {
    let Ok(parsed) = arn.parse::<Arn>() else {
        return Ok(None);
    };
    match (parsed.service.as_str(), parsed.resource_type()) {
        ("iam", Some("user")) => Ok(user_of(snapshot, arn)?.map(|user| Named {
            caller: Caller::User {
                arn: arn.to_owned(),
                id: user.id,
                name: user.name,
            },
            account: parsed.account,
            session: None,
        })),
        ("iam", Some("role")) => {
            let role = role(snapshot, &parsed, name_of(arn))?;
            let role = role.filter(|role| role.arn(&parsed.partition, &parsed.account) == arn);
            Ok(role.map(|role| assumed(&parsed, role, SESSION_NAME, now)))
        }
        ("sts", _) => {
            if let Some(record) = newest(snapshot, &parsed, now)? {
                let credential = of_record(snapshot, record, parsed.account)?;
                return Ok(Some(Named {
                    caller: credential.caller,
                    account: credential.account,
                    session: credential.session,
                }));
            }
            let Some(("assumed-role", rest)) = parsed.resource.split_once('/') else {
                return Ok(None);
            };
            let Some((name, session)) = rest.split_once('/') else {
                return Ok(None);
            };
            let role = role(snapshot, &parsed, name)?;
            Ok(role.map(|role| assumed(&parsed, role, session, now)))
        }
        _ => Ok(None),
    }
}

fn role(snapshot: &Snapshot, arn: &Arn, name: &str) -> Result<Option<Role>, Failure> {
    let scope = Scope::account(&arn.account);
    Ok(snapshot.get(ROLES, &scope, &[&state::key(name)])?)
}

/// A session of a role as it begins, without policies or tags of its own.
fn assumed(arn: &Arn, role: Role, session: &str, now: SystemTime) -> Named {
    let name = format!("assumed-role/{}/{session}", role.name);
    Named {
        caller: Caller::AssumedRole {
            role_arn: role.arn(&arn.partition, &arn.account),
            session_arn: Arn::new(&*arn.partition, "sts", "", &*arn.account, name).to_string(),
            id: format!("{}:{session}", role.id),
        },
        account: arn.account.clone(),
        session: Some(Arc::new(Session {
            issued: Some(now),
            ..Session::default()
        })),
    }
}

/// The newest session of this ARN that has not ended.
fn newest(
    snapshot: &Snapshot,
    arn: &Arn,
    now: SystemTime,
) -> Result<Option<SessionRecord>, Failure> {
    let (wanted, now) = (arn.to_string(), epoch_seconds(now));
    let mut newest: Option<SessionRecord> = None;
    for entry in snapshot.scan(SESSIONS, &Scope::account(&arn.account), Scan::all()) {
        let record = entry?.record;
        let name = match &record.holder {
            Holder::AssumedRole { session_arn, .. } => session_arn,
            Holder::FederatedUser { arn, .. } => arn,
            Holder::Root | Holder::User { .. } => continue,
        };
        let is_newer = newest
            .as_ref()
            .is_none_or(|held| held.issued <= record.issued);
        if *name == wanted && record.expires > now && is_newer {
            newest = Some(record);
        }
    }
    Ok(newest)
}
