//! Amazon Resource Names: `arn:partition:service:region:account-id:resource`.

use std::{fmt, str::FromStr};

/// Longest ARN in characters that IAM accepts (the shape `arnType`).
pub const MAX_ARN_LEN: usize = 2048;

/// An ARN, taken apart. Displaying it puts it together again.
///
/// ```
/// use stockade_kit::arn::Arn;
///
/// let arn: Arn = "arn:aws:iam::123456789012:role/ops/deploy".parse().unwrap();
/// assert_eq!(arn.account, "123456789012");
/// assert_eq!(arn.resource_type(), Some("role"));
/// assert_eq!(arn.resource_name(), "deploy");
/// assert_eq!(arn.to_string(), "arn:aws:iam::123456789012:role/ops/deploy");
///
/// let built = Arn::new("aws", "lambda", "us-east-1", "000000000000", "function:f");
/// assert_eq!(built.to_string(), "arn:aws:lambda:us-east-1:000000000000:function:f");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Arn {
    /// `aws`, `aws-cn`, `aws-us-gov`, …
    pub partition: String,
    /// The service's namespace, such as `iam`.
    pub service: String,
    /// The region; empty for what is global.
    pub region: String,
    /// Twelve digits, empty (as in S3's), or a word that stands for AWS itself (`aws` in those of
    /// AWS managed policies).
    pub account: String,
    /// The rest, colons included.
    pub resource: String,
}

/// Why a text is no ARN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArnError {
    /// It does not begin with `arn:`.
    #[error("it does not begin with \"arn:\"")]
    Prefix,
    /// It has fewer than six parts.
    #[error("it has fewer than six parts")]
    Parts,
    /// The partition is empty or unheard of.
    #[error("its partition is not valid")]
    Partition,
    /// The service is empty or has characters that no service has.
    #[error("its service is not valid")]
    Service,
    /// The region has characters that no region has.
    #[error("its region is not valid")]
    Region,
    /// The account is neither empty nor twelve digits nor a word for AWS itself.
    #[error("its account is not valid")]
    Account,
    /// The resource is empty or has control characters.
    #[error("its resource is not valid")]
    Resource,
    /// It is longer than [`MAX_ARN_LEN`].
    #[error("it is too long")]
    Length,
}

impl Arn {
    /// Puts an ARN together from parts that are known to be good.
    #[must_use]
    pub fn new(
        partition: impl Into<String>,
        service: impl Into<String>,
        region: impl Into<String>,
        account: impl Into<String>,
        resource: impl Into<String>,
    ) -> Self {
        Self {
            partition: partition.into(),
            service: service.into(),
            region: region.into(),
            account: account.into(),
            resource: resource.into(),
        }
    }

    /// The resource up to its first `/` or `:`; `None` if it has neither (an S3 bucket).
    #[must_use]
    pub fn resource_type(&self) -> Option<&str> {
        self.resource
            .split_once(['/', ':'])
            .map(|(resource_type, _)| resource_type)
    }

    /// The resource after its type, a path included: `ops/deploy` of `role/ops/deploy`.
    #[must_use]
    pub fn resource_id(&self) -> &str {
        self.resource
            .split_once(['/', ':'])
            .map_or(self.resource.as_str(), |(_, id)| id)
    }

    /// The last segment of a path: `deploy` of `role/ops/deploy`.
    #[must_use]
    pub fn resource_name(&self) -> &str {
        let id = self.resource_id();
        id.rsplit_once('/').map_or(id, |(_, name)| name)
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            partition,
            service,
            region,
            account,
            resource,
        } = self;
        write!(f, "arn:{partition}:{service}:{region}:{account}:{resource}")
    }
}

impl FromStr for Arn {
    type Err = ArnError;

    fn from_str(text: &str) -> Result<Self, ArnError> {
        if text.len() > MAX_ARN_LEN {
            return Err(ArnError::Length);
        }
        let rest = text.strip_prefix("arn:").ok_or(ArnError::Prefix)?;
        let parts: Vec<&str> = rest.splitn(5, ':').collect();
        let [partition, service, region, account, resource] = parts[..] else {
            return Err(ArnError::Parts);
        };
        let word = |text: &str| {
            text.bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        if !(partition == "aws" || partition.starts_with("aws-") && word(partition)) {
            return Err(ArnError::Partition);
        }
        if service.is_empty() || !word(service) {
            return Err(ArnError::Service);
        }
        if !word(region) {
            return Err(ArnError::Region);
        }
        let number = account.bytes().all(|b| b.is_ascii_digit());
        if !(account.is_empty() || crate::ids::is_account_id(account) || !number && word(account)) {
            return Err(ArnError::Account);
        }
        if resource.is_empty() || resource.chars().any(char::is_control) {
            return Err(ArnError::Resource);
        }
        Ok(Self::new(partition, service, region, account, resource))
    }
}

/// The partition that a region belongs to; `aws` for regions that are not heard of.
#[must_use]
pub fn partition_of(region: &str) -> &'static str {
    const BY_PREFIX: [(&str, &str); 8] = [
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("us-isob-", "aws-iso-b"),
        ("us-isof-", "aws-iso-f"),
        ("us-iso-", "aws-iso"),
        ("eu-isoe-", "aws-iso-e"),
        ("eusc-", "aws-eusc"),
        ("", "aws"),
    ];
    BY_PREFIX
        .iter()
        .find(|(prefix, _)| region.starts_with(prefix))
        .map_or("aws", |(_, partition)| partition)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documented_forms_are_read_and_written_back() {
        for text in [
            "arn:aws:iam::123456789012:user/Development/product_1234/*",
            "arn:aws:iam::aws:policy/AdministratorAccess",
            "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1",
            "arn:aws:s3:::my_corporate_bucket/exampleobject.png",
            "arn:aws-cn:lambda:cn-north-1:123456789012:function:f:PROD",
            "arn:aws:sns:us-east-1:123456789012:example-sns-topic-name",
        ] {
            let arn: Arn = text.parse().unwrap();
            assert_eq!(arn.to_string(), text);
        }
    }

    #[test]
    fn what_is_wrong_is_told() {
        for (text, error) in [
            ("", ArnError::Prefix),
            ("arn", ArnError::Prefix),
            ("ARN:aws:iam::123456789012:root", ArnError::Prefix),
            ("arn:aws:iam::123456789012", ArnError::Parts),
            ("arn::iam::123456789012:root", ArnError::Partition),
            ("arn:azure:iam::123456789012:root", ArnError::Partition),
            ("arn:aws:::123456789012:root", ArnError::Service),
            ("arn:aws:IAM::123456789012:root", ArnError::Service),
            ("arn:aws:iam:us east:123456789012:root", ArnError::Region),
            ("arn:aws:iam::12345:root", ArnError::Account),
            ("arn:aws:iam::123456789012:", ArnError::Resource),
            ("arn:aws:iam::123456789012:a\nb", ArnError::Resource),
        ] {
            assert_eq!(text.parse::<Arn>(), Err(error), "{text}");
        }
        let long = format!("arn:aws:s3:::{}", "x".repeat(MAX_ARN_LEN));
        assert_eq!(long.parse::<Arn>(), Err(ArnError::Length));
    }

    #[test]
    fn resources_are_taken_apart() {
        let parts = |text: &str| {
            let arn: Arn = text.parse().unwrap();
            (
                arn.resource_type().map(str::to_owned),
                arn.resource_id().to_owned(),
                arn.resource_name().to_owned(),
            )
        };
        assert_eq!(
            parts("arn:aws:iam::123456789012:role/a/b/c"),
            (Some("role".into()), "a/b/c".into(), "c".into())
        );
        assert_eq!(
            parts("arn:aws:lambda:us-east-1:123456789012:function:f:1"),
            (Some("function".into()), "f:1".into(), "f:1".into())
        );
        assert_eq!(
            parts("arn:aws:s3:::bucket"),
            (None, "bucket".into(), "bucket".into())
        );
    }

    #[test]
    fn regions_tell_their_partition() {
        assert_eq!(partition_of("us-east-1"), "aws");
        assert_eq!(partition_of("cn-northwest-1"), "aws-cn");
        assert_eq!(partition_of("us-gov-west-1"), "aws-us-gov");
        assert_eq!(partition_of("us-iso-east-1"), "aws-iso");
        assert_eq!(partition_of("us-isob-east-1"), "aws-iso-b");
        assert_eq!(partition_of(""), "aws");
    }
}
