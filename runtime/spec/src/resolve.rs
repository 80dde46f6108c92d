//! What authorization asks of a service's state: names to ARNs, resource policies, resource tags.

use std::borrow::Cow;
use std::sync::Arc;

/// Where a request is at home: the parts of an ARN that the request itself decides.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// `aws`, `aws-cn`, `aws-us-gov`, …
    pub partition: &'a str,
    /// The request's region, for example `us-east-1`.
    pub region: &'a str,
    /// The caller's account, 12 digits.
    pub account: &'a str,
    /// The caller's ARN, for operations that default to the caller (`iam:GetUser` without a name);
    /// `None` for an anonymous caller.
    pub caller: Option<&'a str>,
}

impl<'a> Scope<'a> {
    /// What hosts of the partition end in.
    pub fn dns_suffix(&self) -> &'static str {
        match self.partition {
            "aws-cn" => "amazonaws.com.cn",
            _ => "amazonaws.com",
        }
    }

    /// A template's text with `{partition}`, `{region}`, `{account}` and `{dnsSuffix}` in it replaced by the request's.
    pub fn expand(&self, text: &'a str) -> Cow<'a, str> {
        if !text.contains('{') {
            return text.into();
        }
        [
            ("{partition}", self.partition),
            ("{region}", self.region),
            ("{account}", self.account),
            ("{dnsSuffix}", self.dns_suffix()),
        ]
        .into_iter()
        .fold(text.to_owned(), |text, (name, value)| {
            text.replace(name, value)
        })
        .into()
    }
}

/// The captured values that a resolver is given: for each argument its values, in input order;
/// empty when the member is absent.
pub type Arguments<'a> = [&'a [String]];

/// What a resolver answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolved {
    /// The resources' ARNs, or a condition key's values.
    Known(Vec<String>),
    /// A resource whose name begins so; how it goes on nobody here can know.
    Begins(String),
    /// The state makes the requirement needless: `s3:ListBucket` of a `GetObject` whose object exists.
    Needless,
    /// Nobody here can tell; the sentence says why. The request is denied.
    Unknown(String),
}

impl Resolved {
    /// A single known value.
    pub fn one(value: impl Into<String>) -> Self {
        Self::Known(vec![value.into()])
    }
}

/// The part a resource's own policy plays in a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyRole {
    /// It grants beside identity policies (bucket policy, function policy).
    Grants,
    /// It is the root of authorization (KMS key policy).
    Root,
    /// It decides alone (a role's trust policy).
    DecidesAlone,
}

/// A policy attached to a resource.
#[derive(Debug, Clone)]
pub struct ResourcePolicy {
    /// The document's text.
    pub document: Arc<str>,
    /// What people call it, for explanations: `bucket policy of mybucket`.
    pub label: String,
    /// The part it plays.
    pub role: PolicyRole,
}

/// Whose a resource is that a requirement names, and what policy it carries.
#[derive(Debug, Clone, Default)]
pub struct ResourceFacts {
    /// The account whose permissions it is under, where the ARN does not say (an S3 bucket) or names another (what a member
    /// account may do in its organization).
    pub owner: Option<String>,
    /// Its own policy.
    pub policy: Option<ResourcePolicy>,
    /// The state could not be read, so that neither is known: that denies.
    pub is_unreadable: bool,
}

impl ResourceFacts {
    /// Of state that could not be read.
    pub fn unreadable() -> Self {
        Self {
            is_unreadable: true,
            ..Self::default()
        }
    }
}

/// Condition keys that the state of a resource sets. Asked for only where a policy reads any.
#[derive(Debug, Clone, Default)]
pub struct StateKeys {
    /// Its tags (`aws:ResourceTag/…`).
    pub tags: Vec<(String, String)>,
    /// Further keys, such as `s3:ExistingObjectTag/team`.
    pub keys: Vec<(String, String)>,
    /// Its state is not kept here: what a requirement leaves [untold](crate::permission::Requirement::untold) is unknown.
    pub is_elsewhere: bool,
    /// Further keys that its state would set, were it here; one that ends in `/` stands for all that begin so. Conditions
    /// that read them fail closed.
    pub unknown: Vec<String>,
}

impl StateKeys {
    /// What is known of a resource of this IAM prefix whose state is not kept here: that it may have tags.
    pub fn elsewhere(prefix: &str) -> Self {
        Self {
            is_elsewhere: true,
            unknown: vec![
                "aws:ResourceTag/".to_owned(),
                format!("{prefix}:ResourceTag/"),
            ],
            ..Self::default()
        }
    }
}
