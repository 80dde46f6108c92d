//! What the state says of the resources that requirements name.
//!
//! Resources are those of the organization that the caller's account is in: only the state knows its id
//! and its management account, which their ARNs begin with.

use stockade_kit::failure::Failure;
use stockade_kit::ids::is_account_id;
use stockade_organizations_api::permissions::Resolvers;
use stockade_spec::Facts;
use stockade_spec::resolve::{
    Arguments, PolicyRole, Resolved, ResourceFacts, ResourcePolicy, Scope, StateKeys,
};
use stockade_store::Snapshot;

use crate::delegation::Ground;
use crate::state::{Action, Membership};
use crate::{Organizations, handshakes, policies, tags, transfers};

/// The single value of an argument, where the request has one.
fn first<'a>(arguments: &Arguments<'a>) -> Option<&'a str> {
    arguments.first()?.first().map(String::as_str)
}

/// What no organization has, of this kind, or of any where that is empty; requests for it are refused by every handler.
fn nowhere(scope: &Scope<'_>, kind: &str) -> Resolved {
    let Scope {
        partition, account, ..
    } = scope;
    let begins = format!("arn:{partition}:organizations::{account}:");
    Resolved::Begins(match kind {
        "" => begins,
        kind => format!("{begins}{kind}/"),
    })
}

fn unreadable() -> Resolved {
    Resolved::Unknown("the organization cannot be read".to_owned())
}

/// The kind of thing that has an id of this form; empty where none has.
fn kind_of(id: &str) -> &'static str {
    match id.split('-').next() {
        Some("r") => "root",
        Some("ou") => "ou",
        Some("p") => "policy",
        Some("rp") => "resourcepolicy",
        Some("rt") => "transfer",
        _ if is_account_id(id) => "account",
        _ => "",
    }
}

impl Organizations {
    /// What the organization of the caller's account tells of a resource of a kind.
    fn tell(
        &self,
        scope: &Scope<'_>,
        kind: &str,
        tell: impl FnOnce(&Snapshot, &Membership) -> Result<Resolved, Failure>,
    ) -> Resolved {
        let snapshot = self.store.snapshot();
        let told =
            Membership::find(&snapshot, scope.account).and_then(|membership| match membership {
                Some(membership) => tell(&snapshot, &membership),
                None => Ok(nowhere(scope, kind)),
            });
        told.unwrap_or_else(|_| unreadable())
    }
}

fn policy_arn(
    snapshot: &Snapshot,
    membership: &Membership,
    partition: &str,
    id: &str,
) -> Result<Resolved, Failure> {
    let organization = &membership.organization;
    Ok(match policies::find(snapshot, membership, id)? {
        Some(policy) => Resolved::one(organization.policy_arn(partition, &policy)),
        // Its type is part of the ARN, and what does not exist has none.
        None => Resolved::Begins(organization.arn_of(partition, "policy", "/")),
    })
}

fn transfer_arn(
    snapshot: &Snapshot,
    membership: &Membership,
    scope: &Scope<'_>,
    id: &str,
) -> Result<Resolved, Failure> {
    let organization = &membership.organization;
    Ok(match transfers::find(snapshot, scope.account, id)? {
        Some((_, direction)) => {
            Resolved::one(organization.transfer_arn(scope.partition, direction.name(), id))
        }
        // From which side it is seen is part of the ARN, and what does not exist has none.
        None => Resolved::Begins(organization.arn_of(scope.partition, "transfer", "/")),
    })
}

impl Resolvers for Organizations {
    /// An account; the caller's where the request names none.
    fn account(&self, scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        let id = first(arguments).unwrap_or(scope.account);
        self.tell(scope, "account", |_, membership| {
            let organization = &membership.organization;
            Ok(Resolved::one(organization.account_arn(scope.partition, id)))
        })
    }

    /// Whatever has this id: its form tells what it is.
    fn entity(&self, scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        let Some(id) = first(arguments) else {
            return Resolved::Known(Vec::new());
        };
        let (partition, kind) = (scope.partition, kind_of(id));
        self.tell(scope, kind, |snapshot, membership| {
            let organization = &membership.organization;
            Ok(match kind {
                "root" => Resolved::one(organization.arn_of(partition, kind, &format!("/{id}"))),
                "ou" => Resolved::one(organization.unit_arn(partition, id)),
                "policy" => policy_arn(snapshot, membership, partition, id)?,
                "resourcepolicy" => Resolved::one(organization.resource_policy_arn(partition, id)),
                "account" => Resolved::one(organization.account_arn(partition, id)),
                "transfer" => transfer_arn(snapshot, membership, scope, id)?,
                _ => nowhere(scope, kind),
            })
        })
    }

    /// A handshake that the caller's account has a part in. It belongs to the organization that invited.
    fn handshake(&self, scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        let id = first(arguments).unwrap_or_default();
        match handshakes::find(&self.store.snapshot(), scope.account, id) {
            Ok(Some((membership, handshake))) => {
                let organization = &membership.organization;
                Resolved::one(organization.handshake_arn(scope.partition, &handshake))
            }
            Ok(None) => nowhere(scope, "handshake"),
            Err(_) => unreadable(),
        }
    }

    /// A policy that is being made: of its type, with any id.
    fn new_policy(&self, scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        let kind = first(arguments).unwrap_or_default().to_lowercase();
        self.tell(scope, "policy", |_, membership| {
            let organization = &membership.organization;
            let rest = format!("/{kind}/p-*");
            Ok(Resolved::one(organization.arn_of(
                scope.partition,
                "policy",
                &rest,
            )))
        })
    }

    fn policy(&self, scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        let id = first(arguments).unwrap_or_default();
        self.tell(scope, "policy", |snapshot, membership| {
            policy_arn(snapshot, membership, scope.partition, id)
        })
    }

    /// The organization that the caller's account leaves by accepting an invitation, if any ("Accepting or declining
    /// account invitations with AWS Organizations", minimum permissions).
    fn left_organization(&self, scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        let id = first(arguments).unwrap_or_default();
        let snapshot = self.store.snapshot();
        let leaves = || -> Result<bool, Failure> {
            let is_invitation = handshakes::find(&snapshot, scope.account, id)?
                .is_some_and(|(_, handshake)| handshake.action == Action::Invite);
            Ok(is_invitation && Membership::find(&snapshot, scope.account)?.is_some())
        };
        match leaves() {
            Ok(true) => Resolved::one("*"),
            Ok(false) => Resolved::Needless,
            Err(_) => unreadable(),
        }
    }

    /// A transfer that the caller's organization has a part in.
    fn transfer(&self, scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        let id = first(arguments).unwrap_or_default();
        self.tell(scope, "transfer", |snapshot, membership| {
            transfer_arn(snapshot, membership, scope, id)
        })
    }

    /// The type of a policy; of what is no policy none.
    fn policy_type(&self, scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        let id = first(arguments).unwrap_or_default();
        self.tell(scope, "policy", |snapshot, membership| {
            let found = policies::find(snapshot, membership, id)?;
            Ok(Resolved::Known(
                found.into_iter().map(|policy| policy.kind).collect(),
            ))
        })
    }

    /// The organization's resource policy, or the one that is being made.
    fn resource_policy(&self, scope: &Scope<'_>, _arguments: &Arguments<'_>) -> Resolved {
        self.tell(scope, "resourcepolicy", |_, membership| {
            let organization = &membership.organization;
            Ok(Resolved::one(
                organization.resource_policy_arn(scope.partition, "rp-*"),
            ))
        })
    }
}

impl Facts for Organizations {
    /// The ARNs are the management account's, but members act on the organization as on their own, except for what
    /// the organization's resource policy delegates to them: that is another account's, and both have to allow it.
    fn facts(&self, action: &str, resource: &str, scope: &Scope<'_>) -> ResourceFacts {
        let operation = action.rsplit(':').next().unwrap_or_default();
        let snapshot = self.store.snapshot();
        let ground =
            Membership::find(&snapshot, scope.account).and_then(|membership| match membership {
                // What binds it every account may see.
                Some(_)
                    if operation == "DescribeEffectivePolicy"
                        && resource.ends_with(scope.account) =>
                {
                    Ok(Ground::Own)
                }
                Some(membership) => membership.ground(&snapshot, scope.account, operation),
                None => Ok(Ground::Own),
            });
        let (owner, document) = match ground {
            Ok(Ground::Delegated { by, document }) => (by, Some(document)),
            Ok(Ground::Registered { denials }) => (scope.account.to_owned(), denials),
            Ok(Ground::Own | Ground::Nothing) => (scope.account.to_owned(), None),
            Err(_) => return ResourceFacts::unreadable(),
        };
        ResourceFacts {
            owner: Some(owner),
            policy: document.map(|document| ResourcePolicy {
                document: document.into(),
                label: "resource policy of the organization".to_owned(),
                role: PolicyRole::Grants,
            }),
            is_unreadable: false,
        }
    }

    /// Everything but the organization itself is named by the last part of its ARN.
    fn state_keys(&self, _action: &str, resource: &str, scope: &Scope<'_>) -> StateKeys {
        let snapshot = self.store.snapshot();
        let id = resource.rsplit('/').next().unwrap_or_default();
        let found =
            Membership::find(&snapshot, scope.account).and_then(|membership| match membership {
                Some(membership) => tags::of(&snapshot, &membership, id),
                None => Ok(None),
            });
        match found {
            Ok(found) => StateKeys {
                tags: found.into_iter().flatten().collect(),
                ..StateKeys::default()
            },
            Err(_) => StateKeys::elsewhere("organizations"),
        }
    }
}
