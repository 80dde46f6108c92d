//! Names to ARNs, and what IAM's state says of the resources that requirements name.

use stockade_iam_api::permissions::Resolvers;
use stockade_spec::resolve::{
    Arguments, PolicyRole, Resolved, ResourceFacts, ResourcePolicy, Scope,
};
use stockade_spec::{Caller, Error, Facts, RequestContext};
use stockade_store::Scope as StoreScope;

use crate::Iam;
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
        // The role's name is the service's to choose; policies are written for all of its roles.
        arn(
            scope,
            &format!("role/aws-service-role/{service}/AWSServiceRoleFor*"),
        )
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
        let parts: Vec<&str> = resource.splitn(6, ':').collect();
        let ["arn", _, "iam", "", account, rest] = parts[..] else {
            return ResourceFacts::default();
        };
        let Some((kind, name)) = rest.split_once('/') else {
            return ResourceFacts::default();
        };
        let key = state::key(name.rsplit('/').next().unwrap_or(name));
        let (snapshot, scope) = (self.store.snapshot(), StoreScope::account(account));
        // Policies of AWS are nobody's: no other account's policy stands before them.
        let mut facts = ResourceFacts {
            owner: (account != "aws").then(|| account.to_owned()),
            ..Default::default()
        };
        let tags = match kind {
            "user" => snapshot
                .get(USERS, &scope, &[&key])
                .ok()
                .flatten()
                .map(|user| user.tags),
            "role" => snapshot
                .get(ROLES, &scope, &[&key])
                .ok()
                .flatten()
                .map(|role| {
                    if action.starts_with("sts:") {
                        facts.policy = Some(ResourcePolicy {
                            document: role.trust.into(),
                            label: format!("trust policy of {}", role.name),
                            role: PolicyRole::DecidesAlone,
                        });
                    }
                    role.tags
                }),
            "policy" => snapshot
                .get(POLICIES, &scope, &[&key])
                .ok()
                .flatten()
                .map(|policy| policy.tags),
            "instance-profile" => {
                let profile = snapshot
                    .get(INSTANCE_PROFILES, &scope, &[&key])
                    .ok()
                    .flatten();
                profile.map(|profile| profile.tags)
            }
            _ => None,
        };
        for (key, value) in tags.iter().flat_map(|tags| tags.iter()) {
            facts.tags.push((key.to_owned(), value.to_owned()));
            facts
                .keys
                .push((format!("iam:ResourceTag/{key}"), value.to_owned()));
        }
        facts
    }
}
