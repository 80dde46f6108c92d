//! Managed policies: the account's own and their versions, and AWS's beside them.

use std::collections::BTreeMap;
use std::sync::Arc;

use stockade_iam_api::{errors, shapes};
use stockade_kit::failure::Failure;
use stockade_kit::ids::UniqueId;
use stockade_kit::tags::TagSet;
use stockade_policy::{PolicyKind, split_arn};
use stockade_spec::{Error, RequestContext};
use stockade_store::{Scan, Scope, Snapshot, WriteTx};

use crate::state::{self, GROUPS, ManagedPolicy, POLICIES, Policies, PolicyVersion, ROLES, USERS};
use crate::{Iam, default_path, documents, managed, paging, quotas, render, tags};

/// Longest document in characters without white space: "IAM and AWS STS quotas".
pub(crate) const MAX_DOCUMENT: usize = 6144;
/// Most versions of a policy: "IAM and AWS STS quotas".
pub(crate) const MAX_VERSIONS: usize = 5;

pub(crate) fn not_found(arn: &str) -> Error {
    errors::no_such_entity_exception(format!("Policy {arn} was not found."))
}

/// The account's own policy of this ARN, to be changed, or AWS's error.
pub(crate) fn get_own(
    snapshot: &Snapshot,
    scope: &Scope,
    arn: &str,
) -> Result<ManagedPolicy, Failure> {
    let (account, _) = arn_parts(arn)?;
    if account != scope.account_id() {
        return Err(Error::new(
            "AccessDenied",
            403,
            format!("Policy {arn} is outside your own account."),
        )
        .into());
    }
    get(snapshot, scope, arn)
}

/// The account's own policy of this ARN, or AWS's error.
fn get(snapshot: &Snapshot, scope: &Scope, arn: &str) -> Result<ManagedPolicy, Failure> {
    Ok(find(snapshot, scope, arn)?.ok_or_else(|| not_found(arn))?)
}

/// A managed policy's ARN, taken apart: its account (or `aws`) and its name after the path.
pub(crate) fn arn_parts(arn: &str) -> Result<(&str, &str), Error> {
    let invalid = || errors::invalid_input_exception(format!("ARN {arn} is not valid."));
    match split_arn(arn) {
        Some([_, "iam", "", account, resource]) => {
            let name = resource.strip_prefix("policy/").ok_or_else(invalid)?;
            Ok((account, name.rsplit('/').next().unwrap_or(name)))
        }
        _ => Err(invalid()),
    }
}

fn find(snapshot: &Snapshot, scope: &Scope, arn: &str) -> Result<Option<ManagedPolicy>, Failure> {
    let (account, name) = arn_parts(arn)?;
    if account != scope.account_id() {
        return Ok(None);
    }
    let policy = snapshot.get(POLICIES, scope, &[&state::key(name)])?;
    Ok(policy.filter(|policy| arn.ends_with(&format!(":policy{}{}", policy.path, policy.name))))
}

pub(crate) fn put(tx: &mut WriteTx, scope: &Scope, policy: &ManagedPolicy) -> Result<(), Failure> {
    Ok(tx.put(POLICIES, scope, &[&state::key(&policy.name)], policy)?)
}

/// Whether a managed policy can be attached or be a boundary.
pub(crate) fn exists(snapshot: &Snapshot, scope: &Scope, arn: &str) -> Result<bool, Failure> {
    Ok(managed::by_arn(arn).is_some() || find(snapshot, scope, arn)?.is_some())
}

/// The default version of a managed policy, whosever it is.
pub(crate) fn document(snapshot: &Snapshot, arn: &str) -> Result<Option<Arc<str>>, Failure> {
    if let Some(policy) = managed::by_arn(arn) {
        return Ok(Some(Arc::from(policy.document)));
    }
    let Ok((account, _)) = arn_parts(arn) else {
        return Ok(None);
    };
    let policy = find(snapshot, &Scope::account(account), arn)?;
    Ok(policy.map(|policy| Arc::from(policy.document())))
}

/// Who uses each policy: attachments and boundaries, by ARN.
type Usage = BTreeMap<String, (i32, i32)>;

fn usage(snapshot: &Snapshot, scope: &Scope) -> Result<Usage, Failure> {
    let mut usage = Usage::new();
    let mut count = |policies: &Policies, boundary: Option<&String>| {
        for arn in &policies.attached {
            usage.entry(arn.clone()).or_default().0 += 1;
        }
        if let Some(arn) = boundary {
            usage.entry(arn.clone()).or_default().1 += 1;
        }
    };
    for entry in snapshot.scan(USERS, scope, Scan::all()) {
        let user = entry?.record;
        count(&user.policies, user.boundary.as_ref());
    }
    for entry in snapshot.scan(ROLES, scope, Scan::all()) {
        let role = entry?.record;
        count(&role.policies, role.boundary.as_ref());
    }
    for entry in snapshot.scan(GROUPS, scope, Scan::all()) {
        count(&entry?.record.policies, None);
    }
    Ok(usage)
}

fn to_shape(policy: &ManagedPolicy, usage: &Usage, context: &RequestContext) -> shapes::Policy {
    let arn = policy.arn(context.partition, &context.account);
    let (attachments, boundaries) = usage.get(&arn).copied().unwrap_or_default();
    shapes::Policy {
        arn: Some(arn),
        attachment_count: Some(attachments),
        create_date: Some(render::time(policy.created)),
        default_version_id: Some(version_id(policy.default_version)),
        description: policy.description.clone(),
        is_attachable: Some(true),
        path: Some(policy.path.clone()),
        permissions_boundary_usage_count: Some(boundaries),
        policy_id: Some(policy.id.clone()),
        policy_name: Some(policy.name.clone()),
        tags: (!policy.tags.is_empty()).then(|| tags::to_shape(&policy.tags)),
        update_date: Some(render::time(policy.updated)),
    }
}

fn aws_to_shape(
    policy: managed::AwsPolicy,
    usage: &Usage,
    context: &RequestContext,
) -> shapes::Policy {
    let arn = policy.arn(context.partition);
    let (attachments, boundaries) = usage.get(&arn).copied().unwrap_or_default();
    shapes::Policy {
        arn: Some(arn),
        attachment_count: Some(attachments),
        create_date: Some(render::time(policy.created())),
        default_version_id: Some(policy.version.to_owned()),
        is_attachable: Some(true),
        path: Some(policy.path.to_owned()),
        permissions_boundary_usage_count: Some(boundaries),
        policy_id: Some(policy.id()),
        policy_name: Some(policy.name.to_owned()),
        update_date: Some(render::time(policy.updated())),
        ..Default::default()
    }
}

fn version_id(number: u32) -> String {
    format!("v{number}")
}

fn version_number(id: &str) -> Option<u32> {
    id.strip_prefix('v')?.parse().ok()
}

fn check_document(document: &str) -> Result<(), Error> {
    if documents::size(document) > MAX_DOCUMENT {
        return Err(errors::limit_exceeded_exception(format!(
            "Cannot exceed quota for PolicySize: {MAX_DOCUMENT}"
        )));
    }
    documents::check(document, PolicyKind::Managed)
}

pub(crate) async fn create(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::CreatePolicyRequest,
) -> Result<shapes::CreatePolicyResponse, Error> {
    check_document(&input.policy_document)?;
    let now = render::now(context);
    let policy = ManagedPolicy {
        path: input.path.unwrap_or_else(default_path),
        name: input.policy_name,
        id: UniqueId::ManagedPolicy.draw(),
        created: now,
        updated: now,
        description: input.description,
        tags: tags::from_input(input.tags.as_deref())?,
        versions: vec![PolicyVersion {
            number: 1,
            document: input.policy_document,
            created: now,
        }],
        default_version: 1,
        next_version: 2,
    };
    state::write(&iam.store, &context.account, |tx, scope| {
        if tx.contains(POLICIES, scope, &[&state::key(&policy.name)]) {
            return Err(errors::entity_already_exists_exception(format!(
                "A policy called {} already exists. Duplicate names are not allowed.",
                policy.name
            ))
            .into());
        }
        quotas::OF_POLICIES.check(tx, scope, POLICIES)?;
        put(tx, scope, &policy)
    })
    .await?;
    Ok(shapes::CreatePolicyResponse {
        policy: Some(to_shape(&policy, &Usage::new(), context)),
    })
}

pub(crate) async fn read(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::GetPolicyRequest,
) -> Result<shapes::GetPolicyResponse, Error> {
    let snapshot = iam.store.snapshot();
    let scope = Scope::account(&context.account);
    let usage = usage(&snapshot, &scope)?;
    let policy = match managed::by_arn(&input.policy_arn) {
        Some(policy) => aws_to_shape(policy, &usage, context),
        None => to_shape(&get(&snapshot, &scope, &input.policy_arn)?, &usage, context),
    };
    Ok(shapes::GetPolicyResponse {
        policy: Some(policy),
    })
}

pub(crate) async fn list(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::ListPoliciesRequest,
) -> Result<shapes::ListPoliciesResponse, Error> {
    let snapshot = iam.store.snapshot();
    let scope = Scope::account(&context.account);
    let wanted = input
        .scope
        .as_ref()
        .map_or("All", shapes::PolicyScopeType::as_str);
    let prefix = input.path_prefix.as_deref().unwrap_or("/");
    let usage = usage(&snapshot, &scope)?;
    let mut policies = Vec::new();
    if wanted != "AWS" {
        for entry in snapshot.scan(POLICIES, &scope, Scan::all()) {
            let policy = entry.map_err(Failure::from)?.record;
            policies.push(to_shape(&policy, &usage, context));
        }
    }
    if wanted != "Local" {
        policies.extend(
            managed::all()
                .iter()
                .map(|policy| aws_to_shape(*policy, &usage, context)),
        );
    }
    let filter = input
        .policy_usage_filter
        .as_ref()
        .map(shapes::PolicyUsageType::as_str);
    policies.retain(|policy| {
        let attached = policy.attachment_count.unwrap_or(0) > 0;
        let bounds = policy.permissions_boundary_usage_count.unwrap_or(0) > 0;
        policy
            .path
            .as_deref()
            .is_some_and(|path| path.starts_with(prefix))
            && (input.only_attached != Some(true) || attached || bounds)
            && match filter {
                Some("PermissionsPolicy") => attached,
                Some("PermissionsBoundary") => bounds,
                _ => true,
            }
    });
    policies.sort_by(|a, b| a.arn.cmp(&b.arn));
    let request = paging::Request::new("ListPolicies", input.marker.as_deref(), input.max_items)?;
    let page = paging::items(request, policies, |policy| {
        policy.arn.as_deref().unwrap_or("")
    })?;
    Ok(shapes::ListPoliciesResponse {
        is_truncated: Some(page.next.is_some()),
        marker: page.next,
        // Listings leave tags and descriptions out: "ListPolicies", IAM API Reference.
        policies: Some(
            page.items
                .into_iter()
                .map(|policy| shapes::Policy {
                    tags: None,
                    description: None,
                    ..policy
                })
                .collect(),
        ),
    })
}

pub(crate) async fn delete(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::DeletePolicyRequest,
) -> Result<(), Error> {
    state::write(&iam.store, &context.account, |tx, scope| {
        let policy = get_own(tx, scope, &input.policy_arn)?;
        if usage(tx, scope)?.contains_key(&input.policy_arn) {
            return Err(errors::delete_conflict_exception(
                "Cannot delete a policy attached to entities.",
            )
            .into());
        }
        if policy.versions.len() > 1 {
            return Err(errors::delete_conflict_exception(
                "This policy has more than one version. Before you delete a policy, you must \
                 delete the policy's versions. The default version is deleted with the policy.",
            )
            .into());
        }
        tx.delete(POLICIES, scope, &[&state::key(&policy.name)]);
        Ok(())
    })
    .await
}

fn version_to_shape(policy: &ManagedPolicy, version: &PolicyVersion) -> shapes::PolicyVersion {
    shapes::PolicyVersion {
        create_date: Some(render::time(version.created)),
        document: None,
        is_default_version: Some(version.number == policy.default_version),
        version_id: Some(version_id(version.number)),
    }
}

fn version_not_found(arn: &str, id: &str) -> Error {
    errors::no_such_entity_exception(format!(
        "Policy {arn} version {id} does not exist or is not attachable."
    ))
}

pub(crate) async fn create_version(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::CreatePolicyVersionRequest,
) -> Result<shapes::CreatePolicyVersionResponse, Error> {
    check_document(&input.policy_document)?;
    let now = render::now(context);
    let shape = state::write(&iam.store, &context.account, |tx, scope| {
        let mut policy = get_own(tx, scope, &input.policy_arn)?;
        if policy.versions.len() >= MAX_VERSIONS {
            return Err(errors::limit_exceeded_exception(format!(
                "A managed policy can have up to {MAX_VERSIONS} versions. Before you create a new \
                 version, you must delete an existing version."
            ))
            .into());
        }
        let version = PolicyVersion {
            number: policy.next_version,
            document: input.policy_document.clone(),
            created: now,
        };
        policy.next_version += 1;
        policy.updated = now;
        if input.set_as_default == Some(true) {
            policy.default_version = version.number;
        }
        let shape = version_to_shape(&policy, &version);
        policy.versions.push(version);
        put(tx, scope, &policy)?;
        Ok(shape)
    })
    .await?;
    Ok(shapes::CreatePolicyVersionResponse {
        policy_version: Some(shape),
    })
}

pub(crate) async fn read_version(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::GetPolicyVersionRequest,
) -> Result<shapes::GetPolicyVersionResponse, Error> {
    let missing = || version_not_found(&input.policy_arn, &input.version_id);
    let shape = if let Some(policy) = managed::by_arn(&input.policy_arn) {
        if policy.version != input.version_id {
            return Err(missing());
        }
        aws_version(policy, true)
    } else {
        let snapshot = iam.store.snapshot();
        let policy = get(
            &snapshot,
            &Scope::account(&context.account),
            &input.policy_arn,
        )?;
        let version = version_number(&input.version_id)
            .and_then(|number| policy.version(number))
            .ok_or_else(missing)?;
        shapes::PolicyVersion {
            document: Some(render::document(&version.document)),
            ..version_to_shape(&policy, version)
        }
    };
    Ok(shapes::GetPolicyVersionResponse {
        policy_version: Some(shape),
    })
}

fn aws_version(policy: managed::AwsPolicy, with_document: bool) -> shapes::PolicyVersion {
    shapes::PolicyVersion {
        create_date: Some(render::time(policy.updated())),
        document: with_document.then(|| render::document(policy.document)),
        is_default_version: Some(true),
        version_id: Some(policy.version.to_owned()),
    }
}

pub(crate) async fn list_versions(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::ListPolicyVersionsRequest,
) -> Result<shapes::ListPolicyVersionsResponse, Error> {
    let request = paging::Request::new(
        "ListPolicyVersions",
        input.marker.as_deref(),
        input.max_items,
    )?;
    // Newest first: the key that pages are made by falls as versions rise.
    let versions = if let Some(policy) = managed::by_arn(&input.policy_arn) {
        vec![(String::new(), aws_version(policy, false))]
    } else {
        let snapshot = iam.store.snapshot();
        let policy = get(
            &snapshot,
            &Scope::account(&context.account),
            &input.policy_arn,
        )?;
        let versions = policy.versions.iter().rev();
        versions
            .map(|version| {
                (
                    format!("{:010}", u32::MAX - version.number),
                    version_to_shape(&policy, version),
                )
            })
            .collect()
    };
    let page = paging::items(request, versions, |(key, _)| key.as_str())?;
    Ok(shapes::ListPolicyVersionsResponse {
        is_truncated: Some(page.next.is_some()),
        marker: page.next,
        versions: Some(page.items.into_iter().map(|(_, version)| version).collect()),
    })
}

pub(crate) async fn set_default_version(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::SetDefaultPolicyVersionRequest,
) -> Result<(), Error> {
    state::write(&iam.store, &context.account, |tx, scope| {
        let mut policy = get_own(tx, scope, &input.policy_arn)?;
        let number = version_number(&input.version_id)
            .filter(|number| policy.version(*number).is_some())
            .ok_or_else(|| version_not_found(&input.policy_arn, &input.version_id))?;
        policy.default_version = number;
        policy.updated = render::now(context);
        put(tx, scope, &policy)
    })
    .await
}

pub(crate) async fn delete_version(
    iam: &Iam,
    context: &RequestContext,
    input: shapes::DeletePolicyVersionRequest,
) -> Result<(), Error> {
    state::write(&iam.store, &context.account, |tx, scope| {
        let mut policy = get_own(tx, scope, &input.policy_arn)?;
        let number = version_number(&input.version_id)
            .filter(|number| policy.version(*number).is_some())
            .ok_or_else(|| version_not_found(&input.policy_arn, &input.version_id))?;
        if number == policy.default_version {
            return Err(errors::delete_conflict_exception(
                "Cannot delete the default version of a policy.",
            )
            .into());
        }
        policy.versions.retain(|version| version.number != number);
        put(tx, scope, &policy)
    })
    .await
}

/// The tags of a managed policy; AWS's have none.
pub(crate) fn tags_of(iam: &Iam, context: &RequestContext, arn: &str) -> Result<TagSet, Error> {
    if managed::by_arn(arn).is_some() {
        return Ok(TagSet::default());
    }
    Ok(get(
        &iam.store.snapshot(),
        &Scope::account(&context.account),
        arn,
    )?
    .tags)
}
