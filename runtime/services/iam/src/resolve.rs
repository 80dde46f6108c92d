//! Names to ARNs, and what IAM's state says of the resources that requirements name.

use stockade_iam_api::permissions::Resolvers;
use stockade_kit::failure::Failure;
use stockade_kit::tags::TagSet;
use stockade_policy::split_arn;
use stockade_spec::resolve::{
    Arguments, PolicyRole, Resolved, ResourceFacts, ResourcePolicy, Scope, StateKeys,
};
use stockade_spec::{Caller, Error, Facts, RequestContext};
use stockade_store::{Scope as StoreScope, StoreError};

use crate::Iam;
use crate::service_linked::Naming;
use crate::state::{self, ACCESS_KEYS, GROUPS, INSTANCE_PROFILES, POLICIES, ROLES, USERS};

/// The first value of the argument at this place.
fn argument<'a>(arguments: &Arguments<'a>, at: usize) -> Option<&'a str> {
    arguments.get(at)?.first().map(String::as_str)
}

/// An ARN of IAM. `resource` begins with its type.
fn arn(scope: &Scope<'_>, resource: &str) -> Resolved {
    Resolved::one(format!(
        "arn:{}:iam::{}:{resource}",
        scope.partition, scope.account
    ))
}

fn unknown(what: &str) -> Resolved {
    Resolved::Unknown(format!("Stockade keeps no {what}"))
}

/// The ARN of what is renamed or moved: absent parts stay as they are.
fn moved(scope: &Scope<'_>, kind: &str, old: (&str, &str), arguments: &Arguments<'_>) -> Resolved {
    let path = argument(arguments, 1).unwrap_or(old.0);
    let name = argument(arguments, 2).unwrap_or(old.1);
    arn(scope, &format!("{kind}{path}{name}"))
}

impl Iam {
    fn user_path(&self, scope: &Scope<'_>, name: &str) -> String {
        let account = StoreScope::account(scope.account);
        let user = self
            .store
            .snapshot()
            .get(USERS, &account, &[&state::key(name)])
            .ok()
            .flatten();
        user.map_or_else(|| String::from("/"), |user| user.path)
    }

    fn group_path(&self, scope: &Scope<'_>, name: &str) -> String {
        let account = StoreScope::account(scope.account);
        let group = self
            .store
            .snapshot()
            .get(GROUPS, &account, &[&state::key(name)])
            .ok()
            .flatten();
        group.map_or_else(|| String::from("/"), |group| group.path)
    }
}

impl Resolvers for Iam {
    fn boundary_of_role(&self, scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        let account = StoreScope::account(scope.account);
        let role = argument(arguments, 0).and_then(|name| {
            self.store
                .snapshot()
                .get(ROLES, &account, &[&state::key(name)])
                .ok()
                .flatten()
        });
        Resolved::Known(role.and_then(|role| role.boundary).into_iter().collect())
    }

    fn boundary_of_user(&self, scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        let account = StoreScope::account(scope.account);
        let user = argument(arguments, 0).and_then(|name| {
            self.store
                .snapshot()
                .get(USERS, &account, &[&state::key(name)])
                .ok()
                .flatten()
        });
        Resolved::Known(user.and_then(|user| user.boundary).into_iter().collect())
    }

    fn group(&self, scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        let name = argument(arguments, 0).unwrap_or_default();
        arn(
            scope,
            &format!("group{}{name}", self.group_path(scope, name)),
        )
    }

    fn instance_profile(&self, scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        let name = argument(arguments, 0).unwrap_or_default();
        let account = StoreScope::account(scope.account);
        let snapshot = self.store.snapshot();
        let profile = snapshot
            .get(INSTANCE_PROFILES, &account, &[&state::key(name)])
            .ok()
            .flatten();
        let path = profile.map_or_else(|| String::from("/"), |profile| profile.path);
        arn(scope, &format!("instance-profile{path}{name}"))
    }

    fn oidc_provider(&self, scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        let url = argument(arguments, 0).unwrap_or_default();
        let url = url.strip_prefix("https://").unwrap_or(url);
        arn(
            scope,
            &format!("oidc-provider/{}", url.trim_end_matches('/')),
        )
    }

    fn property_namespaces(&self, _scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        let keys = arguments.first().copied().unwrap_or_default();
        let mut namespaces: Vec<String> = keys
            .iter()
            .map(|key| key.split('/').next().unwrap_or(key).to_owned())
            .collect();
        namespaces.sort();
        namespaces.dedup();
        Resolved::Known(namespaces)
    }

    fn renamed_group(&self, scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        let name = argument(arguments, 0).unwrap_or_default();
        moved(
            scope,
            "group",
            (&self.group_path(scope, name), name),
            arguments,
        )
    }

    fn renamed_server_certificate(&self, scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        let name = argument(arguments, 0).unwrap_or_default();
        moved(scope, "server-certificate", ("/", name), arguments)
    }

    fn renamed_user(&self, scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        let name = argument(arguments, 0).unwrap_or_default();
        moved(
            scope,
            "user",
            (&self.user_path(scope, name), name),
            arguments,
        )
    }

    fn role(&self, scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        let name = argument(arguments, 0).unwrap_or_default();
        let account = StoreScope::account(scope.account);
        let role = self
            .store
            .snapshot()
            .get(ROLES, &account, &[&state::key(name)])
            .ok()
            .flatten();
        let path = role.map_or_else(|| String::from("/"), |role| role.path);
        arn(scope, &format!("role{path}{name}"))
    }

    fn role_of_deletion_task(&self, scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        let task = argument(arguments, 0).unwrap_or_default();
        // task/aws-service-role/<service>/<role>/<uuid>: "GetServiceLinkedRoleDeletionStatus".
        let parts: Vec<&str> = task.split('/').collect();
        match parts[..] {
            ["task", "aws-service-role", service, role, _] => {
                arn(scope, &format!("role/aws-service-role/{service}/{role}"))
            }
            _ => Resolved::Unknown(format!("{task} is no deletion task id")),
        }
    }

    fn server_certificate(&self, scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        let name = argument(arguments, 0).unwrap_or_default();
        arn(scope, &format!("server-certificate/{name}"))
    }

    fn service_linked_role(&self, scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        let service = argument(arguments, 0).unwrap_or_default();
        let path = format!("role/aws-service-role/{service}/");
        match Naming::of(service) {
            Some(naming) => arn(scope, &(path + &naming.full(argument(arguments, 1)))),
            // The role's name is the service's to choose.
            None => Resolved::Begins(format!(
                "arn:{}:iam::{}:{path}",
                scope.partition, scope.account
            )),
        }
    }

    fn service_of_credential(&self, _scope: &Scope<'_>, _arguments: &Arguments<'_>) -> Resolved {
        unknown("service-specific credentials")
    }

    fn user(&self, scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        match argument(arguments, 0) {
            Some(name) => arn(scope, &format!("user{}{name}", self.user_path(scope, name))),
            None => match scope.caller {
                Some(caller) => Resolved::one(caller),
                None => arn(scope, "root"),
            },
        }
    }

    fn user_of_access_key(&self, scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        let id = argument(arguments, 0).unwrap_or_default();
        let account = StoreScope::account(scope.account);
        let snapshot = self.store.snapshot();
        let key = snapshot.get(ACCESS_KEYS, &account, &[id]).ok().flatten();
        let user = key.and_then(|key| snapshot.get(USERS, &account, &[&key.user]).ok().flatten());
        match user {
            Some(user) => Resolved::one(user.arn(scope.partition, scope.account)),
            // The key of nobody: the handler says that there is none.
            None => arn(scope, "user/*"),
        }
    }
}

impl Facts for Iam {
    /// "You cannot call any IAM API operations unless MFA authentication information is included in
    /// the request" ("GetSessionToken", STS API Reference); the same of "GetFederationToken".
    fn admit(&self, _operation: &str, context: &RequestContext) -> Result<(), Error> {
        let mfa = context.session.as_ref().is_none_or(|session| session.mfa);
        match context.caller {
            Caller::User { .. } | Caller::Root if !mfa => Err(Error::new(
                "InvalidClientTokenId",
                403,
                "The security token included in the request is invalid",
            )),
            _ => Ok(()),
        }
    }

    fn facts(&self, action: &str, resource: &str, _scope: &Scope<'_>) -> ResourceFacts {
        let Some((account, kind, key)) = named(resource) else {
            return ResourceFacts::default();
        };
        let trust = if kind == "role" && action.starts_with("sts:") {
            let snapshot = self.store.snapshot();
            let role = snapshot.get(ROLES, &StoreScope::account(account), &[&key]);
            let Ok(role) = role else {
                return ResourceFacts::unreadable();
            };
            role.map(|role| ResourcePolicy {
                document: role.trust.into(),
                label: format!("trust policy of {}", role.name),
                role: PolicyRole::DecidesAlone,
            })
        } else {
            None
        };
        ResourceFacts {
            // Policies of AWS are nobody's: no other account's policy stands before them.
            owner: (account != "aws").then(|| account.to_owned()),
            policy: trust,
            is_unreadable: false,
        }
    }

    fn state_keys(&self, _action: &str, resource: &str, _scope: &Scope<'_>) -> StateKeys {
        let Some((account, kind, key)) = named(resource) else {
            return StateKeys::default();
        };
        let (snapshot, scope) = (self.store.snapshot(), StoreScope::account(account));
        let name = [key.as_str()];
        let tags = match kind {
            "user" => tags(snapshot.get(USERS, &scope, &name), |user| user.tags),
            "role" => tags(snapshot.get(ROLES, &scope, &name), |role| role.tags),
            "policy" => tags(snapshot.get(POLICIES, &scope, &name), |policy| policy.tags),
            "instance-profile" => tags(snapshot.get(INSTANCE_PROFILES, &scope, &name), |profile| {
                profile.tags
            }),
            _ => Ok(Vec::new()),
        };
        match tags {
            Ok(tags) => StateKeys {
                keys: tags
                    .iter()
                    .map(|(key, value)| (format!("iam:ResourceTag/{key}"), value.clone()))
                    .collect(),
                tags,
                ..StateKeys::default()
            },
            // The store's failure is in the log by now.
            Err(_) => StateKeys::elsewhere("iam"),
        }
    }
}

/// The account, kind and key of what an ARN names.
fn named(arn: &str) -> Option<(&str, &str, String)> {
    let [_, "iam", "", account, rest] = split_arn(arn)? else {
        return None;
    };
    let (kind, path) = rest.split_once('/')?;
    let name = path.rsplit('/').next().unwrap_or(path);
    Some((account, kind, state::key(name)))
}

/// The tags of what was found.
fn tags<R>(
    found: Result<Option<R>, StoreError>,
    of: impl FnOnce(R) -> TagSet,
) -> Result<Vec<(String, String)>, Failure> {
    Ok(found?.map(of).into_iter().flatten().collect())
}
