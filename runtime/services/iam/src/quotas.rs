//! How many entities an account may have, and `GetAccountSummary`, which tells that and how many it has.
//!
//! Numbers: *IAM and AWS STS quotas* (IAM User Guide) and *IAM endpoints and quotas* (AWS General Reference), the defaults of
//! adjustable ones. Messages are those of IAM's answers for users and roles; the others are worded alike.

use std::collections::{BTreeMap, BTreeSet};

use stockade_iam_api::{errors, shapes};
use stockade_kit::failure::Failure;
use stockade_spec::{Error, RequestContext, Unit};
use stockade_store::{Scan, Scope, Table, WriteTx};

use crate::state::{ACCESS_KEYS, GROUPS, INSTANCE_PROFILES, POLICIES, ROLES, USERS};
use crate::{Iam, access_keys, entity, groups, policies, roles};

/// Most entities of one kind in an account.
pub(crate) struct Quota {
    name: &'static str,
    most: usize,
}

pub(crate) const OF_USERS: Quota = Quota {
    name: "UsersPerAccount",
    most: 5_000,
};
pub(crate) const OF_GROUPS: Quota = Quota {
    name: "GroupsPerAccount",
    most: 300,
};
pub(crate) const OF_ROLES: Quota = Quota {
    name: "RolesPerAccount",
    most: 1_000,
};
pub(crate) const OF_POLICIES: Quota = Quota {
    name: "PoliciesPerAccount",
    most: 1_500,
};
pub(crate) const OF_INSTANCE_PROFILES: Quota = Quota {
    name: "InstanceProfilesPerAccount",
    most: 1_000,
};
/// Versions in use of all managed policies.
const MAX_VERSIONS_IN_USE: usize = 10_000;

impl Quota {
    /// Refuses one more entity in a table that is full.
    pub(crate) fn check<R>(
        &self,
        tx: &WriteTx,
        scope: &Scope,
        table: Table<R>,
    ) -> Result<(), Failure> {
        if tx.count(table, scope, Scan::all()) < self.most {
            return Ok(());
        }
        let (name, most) = (self.name, self.most);
        let message = format!("Cannot exceed quota for {name}: {most}");
        Err(errors::limit_exceeded_exception(message).into())
    }
}

/// `GetAccountSummary`. There are no certificates, MFA devices, identity providers and passwords here.
pub(crate) async fn summary(
    iam: &Iam,
    context: &RequestContext,
    _: Unit,
) -> Result<shapes::GetAccountSummaryResponse, Error> {
    let snapshot = iam.store.snapshot();
    let scope = Scope::account(&context.account);
    let mut used = BTreeSet::new();
    for entry in snapshot.scan(USERS, &scope, Scan::all()) {
        used.extend(entry.map_err(Failure::from)?.record.policies.attached);
    }
    for entry in snapshot.scan(GROUPS, &scope, Scan::all()) {
        used.extend(entry.map_err(Failure::from)?.record.policies.attached);
    }
    for entry in snapshot.scan(ROLES, &scope, Scan::all()) {
        used.extend(entry.map_err(Failure::from)?.record.policies.attached);
    }
    let mut keys_of_root = false;
    for entry in snapshot.scan(ACCESS_KEYS, &scope, Scan::all()) {
        keys_of_root |= entry.map_err(Failure::from)?.record.user.is_empty();
    }
    let numbers = [
        ("AccessKeysPerUserQuota", access_keys::MAX_KEYS_PER_USER),
        ("AccountAccessKeysPresent", usize::from(keys_of_root)),
        ("AccountMFAEnabled", 0),
        ("AccountPasswordPresent", 0),
        ("AccountSigningCertificatesPresent", 0),
        ("AssumeRolePolicySizeQuota", roles::MAX_TRUST_POLICY),
        (
            "AttachedPoliciesPerGroupQuota",
            entity::MAX_ATTACHED_TO_GROUP,
        ),
        ("AttachedPoliciesPerRoleQuota", entity::MAX_ATTACHED_TO_ROLE),
        ("AttachedPoliciesPerUserQuota", entity::MAX_ATTACHED_TO_USER),
        ("GlobalEndpointTokenVersion", 1),
        ("GroupPolicySizeQuota", entity::MAX_INLINE_OF_GROUP),
        ("Groups", snapshot.count(GROUPS, &scope, Scan::all())),
        ("GroupsPerUserQuota", groups::MAX_GROUPS_PER_USER),
        ("GroupsQuota", OF_GROUPS.most),
        (
            "InstanceProfiles",
            snapshot.count(INSTANCE_PROFILES, &scope, Scan::all()),
        ),
        ("InstanceProfilesQuota", OF_INSTANCE_PROFILES.most),
        ("MFADevices", 0),
        ("MFADevicesInUse", 0),
        ("Policies", snapshot.count(POLICIES, &scope, Scan::all())),
        ("PoliciesQuota", OF_POLICIES.most),
        ("PolicySizeQuota", policies::MAX_DOCUMENT),
        // One version of each managed policy that somebody carries.
        ("PolicyVersionsInUse", used.len()),
        ("PolicyVersionsInUseQuota", MAX_VERSIONS_IN_USE),
        ("Providers", 0),
        ("RolePolicySizeQuota", entity::MAX_INLINE_OF_ROLE),
        ("Roles", snapshot.count(ROLES, &scope, Scan::all())),
        ("RolesQuota", OF_ROLES.most),
        ("ServerCertificates", 0),
        ("ServerCertificatesQuota", 20),
        ("SigningCertificatesPerUserQuota", 2),
        ("UserPolicySizeQuota", entity::MAX_INLINE_OF_USER),
        ("Users", snapshot.count(USERS, &scope, Scan::all())),
        ("UsersQuota", OF_USERS.most),
        ("VersionsPerPolicyQuota", policies::MAX_VERSIONS),
    ];
    let numbers = numbers.map(|(name, number)| {
        let number = i32::try_from(number).unwrap_or(i32::MAX);
        (shapes::SummaryKeyType::from(name), number)
    });
    Ok(shapes::GetAccountSummaryResponse {
        summary_map: Some(BTreeMap::from(numbers)),
    })
}
