//! What each kind of policy may say, and the words in which AWS refuses the rest.
//!
//! IAM words its refusals in two ways: one for permissions policies (`Syntax errors in policy.`), one for trust
//! policies, which it shares with the services that keep resource policies (`Missing required field Action`).

use crate::error::{ParseError, Position};

/// Which grammar a document is held to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PolicyKind {
    /// An inline policy of a user, group or role: no `Principal`.
    Identity,
    /// A managed policy: as an inline one, and its version must be 2012-10-17.
    Managed,
    /// A managed policy used as a permissions boundary.
    Boundary,
    /// A session policy passed with a request for credentials: no `Principal`.
    Session,
    /// The policy of a resource: `Principal` and `Resource` are required.
    Resource,
    /// The policy of a resource whose statements may leave the resource unsaid, since it is the one they are attached
    /// to (a container repository).
    ResourceImplied,
    /// The trust policy of a role: `Principal` is required, `Resource` is prohibited.
    Trust,
    /// A service control policy: no `Principal`.
    ServiceControl,
    /// A resource control policy: it denies, and speaks of all principals (`*`) and of actions of named services.
    ResourceControl,
    /// The policy of a VPC endpoint: `Principal` is required.
    VpcEndpoint,
}

impl PolicyKind {
    pub(crate) fn is_permissions(self) -> bool {
        matches!(
            self,
            Self::Identity
                | Self::Managed
                | Self::Boundary
                | Self::Session
                | Self::ServiceControl
                | Self::ResourceControl
                | Self::VpcEndpoint
        )
    }

    pub(crate) fn needs_2012(self) -> bool {
        matches!(self, Self::Managed | Self::Boundary)
    }

    pub(crate) fn prohibits_principal(self) -> bool {
        self.is_permissions() && !self.needs_principal()
    }

    pub(crate) fn needs_principal(self) -> bool {
        matches!(
            self,
            Self::Resource
                | Self::ResourceImplied
                | Self::Trust
                | Self::ResourceControl
                | Self::VpcEndpoint
        )
    }

    pub(crate) fn needs_resource(self) -> bool {
        self.is_permissions() || self == Self::Resource
    }

    /// Policies of AWS Organizations, which has one message for all that is wrong with them.
    pub(crate) fn is_control(self) -> bool {
        matches!(self, Self::ServiceControl | Self::ResourceControl)
    }

    /// Resource policies of some services name resources by less than an ARN.
    pub(crate) fn resources_are_arns(self) -> bool {
        self.is_permissions()
    }
}

/// A way for a document to be wrong. IAM looks for them one kind after the other over the whole document, in this order,
/// and reports the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Problem {
    NotJson,
    NotAnObject,
    /// A member that is unknown, repeated, of a wrong type, or excluded by another.
    Syntax,
    BadVersion,
    MissingStatement,
    EmptyStatement,
    MissingField(&'static str),
    EmptyPrincipal,
    /// Holds what it says, as JSON writes it.
    BadPrincipal(String),
    NotPrincipalInAllow,
    BadEffect(String),
    OldVersion,
    ProhibitedPrincipal,
    ProhibitedNotPrincipal,
    ProhibitedResource,
    ProhibitedNotResource,
    Legacy,
    RepeatedSid,
    BadSid,
    NoActions,
    NoResources,
    NotArn(String),
    BadPartition {
        partition: String,
        resource: String,
    },
    BadResourceVendor,
    /// What the caller knows to be wrong with a resource, in AWS's words.
    Resource(String),
    ActionWithoutVendor(String),
    ActionColons(String),
    ActionVendor(String, String),
    NotTrustAction,
    /// What a resource control policy may not say.
    BeyondControl,
}

impl Problem {
    /// AWS's words for it.
    fn message(&self, kind: PolicyKind) -> String {
        if kind.is_control() {
            "The provided policy document does not meet the requirements of the specified policy type.".into()
        } else if kind.is_permissions() {
            self.permissions_message()
        } else {
            self.resource_message(kind)
        }
    }

    fn permissions_message(&self) -> String {
        match self {
            Self::OldVersion => "Policy document must be version 2012-10-17 or greater.".into(),
            Self::ProhibitedPrincipal => "Policy document should not specify a principal.".into(),
            Self::Legacy => "The policy failed legacy parsing".into(),
            Self::BadEffect(effect)
                if effect.eq_ignore_ascii_case("allow") || effect.eq_ignore_ascii_case("deny") =>
            {
                "The policy failed legacy parsing".into()
            }
            Self::RepeatedSid => "Statement IDs (SID) in a single policy must be unique.".into(),
            Self::BadSid => "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular \
                 expression [0-9A-Za-z]*"
                .into(),
            Self::NoActions => "Policy statement must contain actions.".into(),
            Self::NoResources => "Policy statement must contain resources.".into(),
            Self::NotArn(text) => format!("Resource {text} must be in ARN format or \"*\"."),
            Self::BadPartition {
                partition,
                resource,
            } => format!("Partition \"{partition}\" is not valid for resource \"{resource}\"."),
            Self::BadResourceVendor => {
                "Resource vendor must be fully qualified and cannot contain regexes.".into()
            }
            Self::Resource(message) => message.clone(),
            Self::ActionWithoutVendor(_) => {
                "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.".into()
            }
            Self::ActionColons(_) => "Actions/Condition can contain only one colon.".into(),
            Self::ActionVendor(vendor, _) => format!("Vendor {vendor} is not valid"),
            _ => "Syntax errors in policy.".into(),
        }
    }

    fn resource_message(&self, kind: PolicyKind) -> String {
        let trust = kind == PolicyKind::Trust;
        match self {
            Self::NotJson | Self::NotAnObject if trust => {
                "This policy contains invalid Json".into()
            }
            Self::NotAnObject => {
                "Policies must be valid JSON and the first byte must be '{'".into()
            }
            Self::NotJson => "This policy contains invalid Json".into(),
            Self::BadVersion => "The policy must contain a valid version string".into(),
            Self::MissingStatement => "Missing required field Statement".into(),
            Self::EmptyStatement => "Could not parse the policy: Statement is empty!".into(),
            Self::MissingField(field) => format!("Missing required field {field}"),
            Self::NoActions => "Missing required field Action".into(),
            Self::NoResources => "Missing required field Resource".into(),
            Self::EmptyPrincipal => "Missing required field Principal cannot be empty!".into(),
            Self::BadPrincipal(said) if trust => {
                format!("Invalid principal in policy: {said}")
            }
            Self::BadPrincipal(_) => "Invalid principal in policy".into(),
            Self::NotPrincipalInAllow => "Allow with NotPrincipal is not allowed.".into(),
            Self::BadEffect(effect) => format!("Invalid effect: {effect}"),
            Self::NotTrustAction => {
                "AssumeRole policy may only specify STS AssumeRole actions.".into()
            }
            Self::ProhibitedNotPrincipal => {
                "AssumeRole policy must not contain NotPrincipal field.".into()
            }
            Self::ProhibitedResource => "Has prohibited field Resource".into(),
            Self::ProhibitedNotResource => "AssumeRole policy must not contain resources.".into(),
            Self::RepeatedSid => "The Statement Ids in the policy are not unique".into(),
            Self::Resource(message) => message.clone(),
            Self::NotArn(_) | Self::BadPartition { .. } | Self::BadResourceVendor => {
                "Policy has invalid resource".into()
            }
            Self::ActionWithoutVendor(_) | Self::ActionColons(_) | Self::ActionVendor(..) => {
                "Policy has invalid action".into()
            }
            Self::Legacy
            | Self::Syntax
            | Self::BadSid
            | Self::OldVersion
            | Self::BeyondControl
            | Self::ProhibitedPrincipal => {
                if trust {
                    "Syntax error in policy.".into()
                } else {
                    "Invalid policy syntax.".into()
                }
            }
        }
    }

    /// When IAM looks for it: its passes over a permissions policy, as its answers to documents with two faults show.
    fn pass(&self) -> u8 {
        match self {
            Self::NotJson
            | Self::NotAnObject
            | Self::Syntax
            | Self::BadVersion
            | Self::MissingStatement
            | Self::EmptyStatement
            | Self::MissingField(_)
            | Self::EmptyPrincipal
            | Self::BadPrincipal(_)
            | Self::NotPrincipalInAllow => 0,
            Self::BadEffect(effect)
                if !effect.eq_ignore_ascii_case("allow")
                    && !effect.eq_ignore_ascii_case("deny") =>
            {
                0
            }
            Self::OldVersion => 1,
            Self::Legacy | Self::BadEffect(_) => 2,
            Self::ProhibitedPrincipal
            | Self::ProhibitedNotPrincipal
            | Self::ProhibitedResource
            | Self::ProhibitedNotResource => 3,
            Self::RepeatedSid | Self::BadSid => 4,
            Self::NoActions => 5,
            Self::NoResources => 6,
            Self::NotArn(_)
            | Self::BadPartition { .. }
            | Self::BadResourceVendor
            | Self::Resource(_) => 7,
            Self::ActionWithoutVendor(_)
            | Self::ActionColons(_)
            | Self::ActionVendor(..)
            | Self::NotTrustAction
            | Self::BeyondControl => 8,
        }
    }
}

/// The problems found in a document; the one that AWS would report first wins.
#[derive(Debug)]
pub(crate) struct Problems {
    kind: PolicyKind,
    first: Option<(u8, ParseError)>,
}

impl Problems {
    pub(crate) fn new(kind: PolicyKind) -> Self {
        Self { kind, first: None }
    }

    pub(crate) fn kind(&self) -> PolicyKind {
        self.kind
    }

    pub(crate) fn add(&mut self, problem: &Problem, path: &str, detail: impl Into<String>) {
        self.add_at(problem, Position::Path(path.to_owned()), detail);
    }

    pub(crate) fn add_at(
        &mut self,
        problem: &Problem,
        position: Position,
        detail: impl Into<String>,
    ) {
        let pass = problem.pass();
        if self.first.as_ref().is_some_and(|(held, _)| *held <= pass) {
            return;
        }
        let error = ParseError {
            message: problem.message(self.kind),
            detail: detail.into(),
            position,
        };
        self.first = Some((pass, error));
    }

    pub(crate) fn into_result(self) -> Result<(), ParseError> {
        match self.first {
            Some((_, error)) => Err(error),
            None => Ok(()),
        }
    }
}

/// The elements of a statement.
pub const ELEMENTS: [&str; 9] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

/// Partitions of AWS. A pattern may also leave the partition to a wildcard.
pub const PARTITIONS: [&str; 8] = [
    "aws",
    "aws-cn",
    "aws-us-gov",
    "aws-iso",
    "aws-iso-b",
    "aws-iso-e",
    "aws-iso-f",
    "aws-eusc",
];

/// Checks one entry of `Resource`. Whoever puts a policy may use variables after the fifth colon only (*IAM policy elements:
/// Variables and tags*), which `strict` holds them to; AWS's own managed policies have one in the account's place too.
pub(crate) fn check_resource(text: &str, variables: bool, strict: bool) -> Result<(), Problem> {
    if text == "*" {
        return Ok(());
    }
    let split = crate::variable::split_colons(text, 6, variables);
    if split.len() < 2 {
        return Err(Problem::NotArn(text.to_owned()));
    }
    let piece = |i: usize| split.get(i).copied().unwrap_or("*");
    let (partition, vendor, account) = (piece(1), piece(2), piece(4));
    if !PARTITIONS.contains(&partition) && !is_wildcard(partition) {
        return Err(Problem::BadPartition {
            partition: partition.to_owned(),
            resource: format!(
                "arn:{partition}:{vendor}:{}:{account}:{}",
                piece(3),
                piece(5)
            ),
        });
    }
    if split[0] != "arn" {
        return Err(Problem::NotArn(text.to_owned()));
    }
    let variable_account = variables && !strict && account.contains("${");
    // Of a shorter ARN nobody can say which piece is the account's; it only may not leave one empty.
    let complete = split.len() == 6;
    let account_fits = if complete {
        variable_account || is_account(account)
    } else {
        split.iter().skip(3).all(|piece| !piece.is_empty())
    };
    if vendor.is_empty() || !account_fits {
        return Err(Problem::Legacy);
    }
    if vendor.contains(['*', '?', '$']) {
        return Err(Problem::BadResourceVendor);
    }
    Ok(())
}

/// Whether a value of an ARN condition operator is an ARN or a pattern for one.
pub(crate) fn could_be_arn(text: &str) -> bool {
    text == "*" || text.starts_with("arn:") || text.starts_with("${")
}

fn is_wildcard(text: &str) -> bool {
    text.contains('*') || text.contains('?')
}

/// An account field holds digits, wildcards, nothing, or one of AWS's own names for itself.
fn is_account(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_digit() || b == b'*' || b == b'?')
        || matches!(
            text,
            "aws" | "aws-managed" | "aws-marketplace" | "amazon" | "cloudfront"
        )
}

/// Checks one entry of `Action`.
pub(crate) fn check_action(text: &str) -> Result<(), Problem> {
    if text == "*" || text == "*:*" {
        return Ok(());
    }
    let Some((vendor, name)) = text.split_once(':') else {
        return Err(Problem::ActionWithoutVendor(text.to_owned()));
    };
    if name.contains(':') {
        return Err(Problem::ActionColons(text.to_owned()));
    }
    let valid = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.';
    if vendor.is_empty() || !vendor.bytes().all(valid) {
        return Err(Problem::ActionVendor(vendor.to_owned(), text.to_owned()));
    }
    Ok(())
}

/// Whether an entry of `Action` belongs into a trust policy: one of the actions that make a session of a role, and no
/// wildcard for them (*Update a role trust policy*; *Pass session tags in AWS STS*).
pub(crate) fn is_trust_action(text: &str) -> bool {
    [
        "sts:AssumeRole",
        "sts:AssumeRoleWithSAML",
        "sts:AssumeRoleWithWebIdentity",
        "sts:SetContext",
        "sts:SetSourceIdentity",
        "sts:TagSession",
    ]
    .iter()
    .any(|action| action.eq_ignore_ascii_case(text))
}
