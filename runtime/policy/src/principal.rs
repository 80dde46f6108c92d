//! Who asks, and the `Principal` and `NotPrincipal` elements that speak of them.

use crate::arn::split_arn;
use crate::statement::{Effect, Subject};

/// Who makes the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Principal<'a> {
    /// The root user of an account.
    Root {
        /// Account id, 12 digits.
        account: &'a str,
        /// Partition of the account's ARNs, for example `aws`.
        partition: &'a str,
    },
    /// An IAM user, with long-term keys or a session token of its own.
    User {
        /// `arn:aws:iam::123456789012:user/path/name`.
        arn: &'a str,
        /// Account id, 12 digits.
        account: &'a str,
    },
    /// A session of an IAM role.
    AssumedRole {
        /// `arn:aws:iam::123456789012:role/path/name`.
        role_arn: &'a str,
        /// `arn:aws:sts::123456789012:assumed-role/name/session`.
        session_arn: &'a str,
        /// Account id, 12 digits.
        account: &'a str,
    },
    /// A session that a user, or an account's root, made with `GetFederationToken`.
    FederatedUser {
        /// `arn:aws:sts::123456789012:federated-user/name`.
        arn: &'a str,
        /// The ARN of the IAM user, or of the root user, whose session it is.
        user_arn: &'a str,
        /// Account id, 12 digits.
        account: &'a str,
    },
    /// An identity vouched for by a web or SAML provider, before it has assumed a role.
    Federated {
        /// The provider: an ARN, or a name such as `accounts.google.com`.
        provider: &'a str,
    },
    /// An AWS service acting for itself.
    Service {
        /// The service principal, for example `lambda.amazonaws.com`.
        name: &'a str,
    },
    /// An unsigned request.
    Anonymous,
}

impl<'a> Principal<'a> {
    /// The account that the principal belongs to; services, strangers and unassumed federated identities have none.
    #[must_use]
    pub fn account(&self) -> Option<&'a str> {
        match *self {
            Principal::Root { account, .. }
            | Principal::User { account, .. }
            | Principal::AssumedRole { account, .. }
            | Principal::FederatedUser { account, .. } => Some(account),
            Principal::Federated { .. } | Principal::Service { .. } | Principal::Anonymous => None,
        }
    }

    /// Whether the rights behind the principal are those of an account's root, which needs no identity-based policy.
    pub(crate) fn is_root(&self) -> bool {
        match self {
            Principal::Root { .. } => true,
            Principal::FederatedUser { user_arn, .. } => root_account(user_arn).is_some(),
            _ => false,
        }
    }
}

/// The account of a root user's ARN.
fn root_account(arn: &str) -> Option<&str> {
    match split_arn(arn)? {
        [_, "iam", "", account, "root"] if is_account_id(account) => Some(account),
        _ => None,
    }
}

/// How closely a resource's policy names the principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Grant {
    /// Names the principal's account, which decides by identity-based policies of its own.
    Delegated,
    /// Names the role or user behind the session; boundary and session policies still limit it.
    Entity,
    /// Names the principal itself, or everyone.
    Direct,
}

/// One entry of a `Principal` element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PrincipalPattern {
    Any,
    Account(Box<str>),
    Arn(Box<str>),
    Service(Box<str>),
    Federated(Box<str>),
    CanonicalUser(Box<str>),
}

impl PrincipalPattern {
    /// Reads an entry under `"AWS"`: `*`, an account id, an account's root ARN, another ARN, or the unique id that
    /// stands for a principal that no longer exists (which matches nobody).
    pub(crate) fn aws(text: &str) -> Self {
        if text == "*" {
            return Self::Any;
        }
        if is_account_id(text) {
            return Self::Account(text.into());
        }
        match root_account(text) {
            Some(account) => Self::Account(account.into()),
            None => Self::Arn(text.into()),
        }
    }

    fn grant(&self, principal: &Principal<'_>, canonical_user: Option<&str>) -> Option<Grant> {
        let direct = |yes: bool| yes.then_some(Grant::Direct);
        match (self, principal) {
            (Self::Any, _) => Some(Grant::Direct),
            (Self::Account(id), Principal::Root { account, .. }) => direct(&**id == *account),
            (Self::Account(id), _) => {
                (principal.account() == Some(&**id)).then_some(Grant::Delegated)
            }
            (Self::Arn(wanted), Principal::User { arn, .. }) => direct(&**wanted == *arn),
            (
                Self::Arn(wanted),
                Principal::AssumedRole {
                    role_arn: entity,
                    session_arn: session,
                    ..
                }
                | Principal::FederatedUser {
                    user_arn: entity,
                    arn: session,
                    ..
                },
            ) => {
                if &**wanted == *session {
                    Some(Grant::Direct)
                } else {
                    (&**wanted == *entity).then_some(Grant::Entity)
                }
            }
            (Self::Service(wanted), Principal::Service { name }) => {
                direct(&**wanted == "*" || wanted.eq_ignore_ascii_case(name))
            }
            (Self::Federated(wanted), Principal::Federated { provider }) => {
                direct(&**wanted == "*" || &**wanted == *provider)
            }
            (Self::CanonicalUser(wanted), _) => {
                // A canonical user id names an account.
                (canonical_user == Some(&**wanted)).then_some(match principal {
                    Principal::Root { .. } => Grant::Direct,
                    _ => Grant::Delegated,
                })
            }
            _ => None,
        }
    }
}

/// What service principals end in.
const SERVICE_DOMAINS: [&str; 4] = [
    ".amazonaws.com",
    ".amazonaws.com.cn",
    ".amazon.com",
    ".aws.internal",
];

/// Whether a text has the form of a service principal: labels in small letters, under a domain of AWS's.
#[must_use]
pub fn is_service_principal(text: &str) -> bool {
    let mut domains = SERVICE_DOMAINS.iter();
    let name = domains.find_map(|domain| text.strip_suffix(domain));
    let plain =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
    name.is_some_and(|name| !name.is_empty() && name.bytes().all(plain))
}

/// Whether an entry under `"AWS"` has the form of a principal: `*`, an account, the ARN of a root user, user, role or session,
/// or the unique id that stands for a user or role that is gone. Parts of them are no wildcards.
#[must_use]
pub fn names_principal(text: &str) -> bool {
    if text == "*" || is_account_id(text) {
        return true;
    }
    let Some([_, service, "", account, name]) = split_arn(text) else {
        let unique = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        return text.len() >= 16 && text.starts_with('A') && text.bytes().all(unique);
    };
    let kinds: &[&str] = match service {
        "iam" => &["user/", "role/"],
        "sts" => &["assumed-role/", "federated-user/"],
        _ => return false,
    };
    let named = kinds.iter().any(|kind| name.starts_with(kind));
    is_account_id(account)
        && !text.contains(['*', '?'])
        && (named || (service == "iam" && name == "root"))
}

/// Whether a text is an account id: 12 digits.
#[must_use]
pub fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// A compiled `Principal` or `NotPrincipal` element.
#[derive(Debug, Clone)]
pub(crate) struct PrincipalSet {
    pub(crate) negated: bool,
    pub(crate) entries: Box<[PrincipalPattern]>,
    /// The entries as written, for explanations.
    pub(crate) written: Box<[Box<str>]>,
}

impl PrincipalSet {
    /// How closely the element names the principal, or `None` when the statement is not about them.
    pub(crate) fn grant(&self, effect: Effect, subject: &Subject<'_>) -> Option<Grant> {
        let (principal, canonical_user) = (&subject.principal, subject.canonical_user);
        if !self.negated {
            return self
                .entries
                .iter()
                .filter_map(|entry| entry.grant(principal, canonical_user))
                .max();
        }
        let listed = match effect {
            // A Deny spares only a principal that is listed at every level AWS checks: its account, its role, and the
            // session itself (*IAM JSON policy elements: NotPrincipal*).
            // A principal with a permissions boundary is never spared, whoever is listed (*Permissions boundaries for
            // IAM entities*).
            Effect::Deny => !subject.bounded && self.lists_every_level(principal, canonical_user),
            Effect::Allow => self
                .entries
                .iter()
                .any(|entry| entry.grant(principal, canonical_user).is_some()),
        };
        (!listed).then_some(Grant::Direct)
    }

    fn lists_every_level(&self, principal: &Principal<'_>, canonical_user: Option<&str>) -> bool {
        let has = |grant: Grant| {
            self.entries.iter().any(|entry| {
                *entry == PrincipalPattern::Any
                    || entry.grant(principal, canonical_user) == Some(grant)
            })
        };
        match principal {
            Principal::User { .. } => has(Grant::Delegated) && has(Grant::Direct),
            Principal::AssumedRole { .. } | Principal::FederatedUser { .. } => {
                has(Grant::Delegated) && has(Grant::Entity) && has(Grant::Direct)
            }
            Principal::Root { .. }
            | Principal::Federated { .. }
            | Principal::Service { .. }
            | Principal::Anonymous => has(Grant::Direct),
        }
    }
}
