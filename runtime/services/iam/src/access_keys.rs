//! Users' access keys, and the account root's.

use stockade_iam_api::{errors, shapes};
use stockade_kit::access_key::{self, Kind};
use stockade_kit::failure::Failure;
use stockade_kit::ids;
use stockade_kit::validate::{Demand, violation};
use stockade_spec::{Caller, Error, RequestContext};
use stockade_store::{Scope, Snapshot, WriteTx};

use crate::state::{self, ACCESS_KEYS, AccessKey, USERS};
use crate::{Iam, paging, render, users, validation_error};

/// Most access keys that a user can have: "IAM and AWS STS quotas", IAM User Guide.
pub(crate) const MAX_KEYS_PER_USER: usize = 2;

fn not_found(id: &str) -> Error {
    errors::no_such_entity_exception(format!("The Access Key with id {id} cannot be found."))
}

/// Draws a key id that no record has.
pub(crate) fn draw_id(
    tx: &WriteTx,
    scope: &Scope,
    account: &str,
    kind: Kind,
) -> Result<String, Failure> {
    loop {
        let id = access_key::encode(account, kind, &mut rand::rng())
            .ok_or_else(|| validation_error("The account id is not twelve digits."))?;
        let taken =
            tx.contains(ACCESS_KEYS, scope, &[&id]) || tx.contains(state::SESSIONS, scope, &[&id]);
        if !taken {
            return Ok(id);
        }
    }
}

/// The key of this id that belongs to this user.
fn get(snapshot: &Snapshot, scope: &Scope, user: &str, id: &str) -> Result<AccessKey, Failure> {
    match snapshot.get(ACCESS_KEYS, scope, &[id])? {
        Some(key) if key.user == state::key(user) => Ok(key),
        _ => Err(not_found(id).into()),
    }
}

fn status(key: &AccessKey) -> shapes::StatusType {
    shapes::StatusType::from(if key.active { "Active" } else { "Inactive" })
}

pub(crate) async fn create(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::CreateAccessKeyRequest,
) -> Result<shapes::CreateAccessKeyResponse, Error> {
    let name = users::name_or_caller(input.user_name.as_deref(), context)?;
    let secret = ids::secret_access_key();
    let (key, user_name) = state::write(&iam.store, &context.account, |tx, scope| {
        let mut user = users::get(tx, scope, name)?;
        if user.access_keys.len() >= MAX_KEYS_PER_USER {
            return Err(errors::limit_exceeded_exception(format!(
                "Cannot exceed quota for AccessKeysPerUser: {MAX_KEYS_PER_USER}"
            ))
            .into());
        }
        let key = AccessKey {
            id: draw_id(tx, scope, &context.account, Kind::LongTerm)?,
            secret: secret.clone(),
            user: state::key(&user.name),
            active: true,
            created: render::now(context),
        };
        user.access_keys.push(key.id.clone());
        users::put(tx, scope, &user)?;
        tx.insert_new(ACCESS_KEYS, scope, &[&key.id], &key)?;
        Ok((key, user.name))
    })
    .await?;
    Ok(shapes::CreateAccessKeyResponse {
        access_key: shapes::AccessKey {
            user_name,
            status: status(&key),
            access_key_id: key.id,
            secret_access_key: key.secret,
            create_date: Some(render::time(key.created)),
        },
    })
}

pub(crate) async fn list(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::ListAccessKeysRequest,
) -> Result<shapes::ListAccessKeysResponse, Error> {
    let request = paging::Request::new("ListAccessKeys", input.marker.as_deref(), input.max_items)?;
    if input.user_name.is_none() && context.caller == Caller::Root {
        return Ok(shapes::ListAccessKeysResponse {
            is_truncated: Some(false),
            ..Default::default()
        });
    }
    let snapshot = iam.store.snapshot();
    let scope = Scope::account(&context.account);
    let name = users::name_or_caller(input.user_name.as_deref(), context)?;
    let user = users::get(&snapshot, &scope, name)?;
    let mut keys = Vec::with_capacity(user.access_keys.len());
    for id in &user.access_keys {
        keys.push(get(&snapshot, &scope, &user.name, id)?);
    }
    keys.sort_by(|a, b| a.id.cmp(&b.id));
    let page = paging::items(request, keys, |key| key.id.as_str())?;
    Ok(shapes::ListAccessKeysResponse {
        access_key_metadata: page
            .items
            .iter()
            .map(|key| shapes::AccessKeyMetadata {
                user_name: Some(user.name.clone()),
                access_key_id: Some(key.id.clone()),
                status: Some(status(key)),
                create_date: Some(render::time(key.created)),
            })
            .collect(),
        is_truncated: Some(page.next.is_some()),
        marker: page.next,
    })
}

pub(crate) async fn update(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::UpdateAccessKeyRequest,
) -> Result<(), Error> {
    let active = match input.status.as_str() {
        "Active" => true,
        "Inactive" => false,
        _ => {
            // The model knows a third, which only AWS sets.
            let demand = Demand::Values(&["Active", "Inactive"]);
            return Err(validation_error(violation("status", None, demand)));
        }
    };
    let name = users::name_or_caller(input.user_name.as_deref(), context)?;
    state::write(&iam.store, &context.account, |tx, scope| {
        let user = users::get(tx, scope, name)?;
        let mut key = get(tx, scope, &user.name, &input.access_key_id)?;
        key.active = active;
        Ok(tx.put(ACCESS_KEYS, scope, &[&key.id], &key)?)
    })
    .await
}

pub(crate) async fn delete(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::DeleteAccessKeyRequest,
) -> Result<(), Error> {
    let name = users::name_or_caller(input.user_name.as_deref(), context)?;
    state::write(&iam.store, &context.account, |tx, scope| {
        let mut user = users::get(tx, scope, name)?;
        let key = get(tx, scope, &user.name, &input.access_key_id)?;
        user.access_keys.retain(|id| *id != key.id);
        tx.delete(ACCESS_KEYS, scope, &[&key.id]);
        users::put(tx, scope, &user)
    })
    .await
}

pub(crate) async fn last_used(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::GetAccessKeyLastUsedRequest,
) -> Result<shapes::GetAccessKeyLastUsedResponse, Error> {
    let snapshot = iam.store.snapshot();
    let scope = Scope::account(&context.account);
    let key = snapshot
        .get(ACCESS_KEYS, &scope, &[&input.access_key_id])
        .map_err(Failure::from)?
        .ok_or_else(|| not_found(&input.access_key_id))?;
    let user = snapshot
        .get(USERS, &scope, &[&key.user])
        .map_err(Failure::from)?;
    Ok(shapes::GetAccessKeyLastUsedResponse {
        user_name: user.map(|user| user.name),
        // "N/A": what AWS answers for a key without recorded use.
        access_key_last_used: Some(shapes::AccessKeyLastUsed {
            service_name: String::from("N/A"),
            region: String::from("N/A"),
            ..Default::default()
        }),
    })
}
