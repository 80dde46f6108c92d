//! AWS managed policies, looked up in the generated text.

use std::sync::OnceLock;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use stockade_kit::ids::UniqueId;
use stockade_managed_policies::AWS_MANAGED_POLICIES;

/// An AWS managed policy: `arn:aws:iam::aws:policy`, path and name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AwsPolicy {
    pub(crate) name: &'static str,
    pub(crate) path: &'static str,
    /// For example `v3`: the only version at hand.
    pub(crate) version: &'static str,
    created: &'static str,
    updated: &'static str,
    pub(crate) document: &'static str,
}

impl AwsPolicy {
    fn parse(line: &'static str) -> Option<Self> {
        let mut columns = line.splitn(6, '\t');
        Some(Self {
            name: columns.next()?,
            path: columns.next()?,
            version: columns.next()?,
            created: columns.next()?,
            updated: columns.next()?,
            document: columns.next()?,
        })
    }

    pub(crate) fn arn(&self, partition: &str) -> String {
        format!("arn:{partition}:iam::aws:policy{}{}", self.path, self.name)
    }

    /// Seconds since the epoch.
    pub(crate) fn created(&self) -> i64 {
        seconds(self.created)
    }

    /// Seconds since the epoch.
    pub(crate) fn updated(&self) -> i64 {
        seconds(self.updated)
    }

    /// A unique id in AWS's form. AWS's own are in no package; this one is the same in every run.
    pub(crate) fn id(&self) -> String {
        const ALPHABET: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let mut id = String::from(UniqueId::ManagedPolicy.prefix());
        for round in 0..17u8 {
            for byte in self.name.bytes().chain([round]) {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
            id.push(char::from(ALPHABET[(hash >> 33) as usize % ALPHABET.len()]));
        }
        id
    }
}

/// All of them, in the order of their names.
pub(crate) fn all() -> &'static [AwsPolicy] {
    static ALL: OnceLock<Vec<AwsPolicy>> = OnceLock::new();
    ALL.get_or_init(|| {
        AWS_MANAGED_POLICIES
            .lines()
            .filter_map(AwsPolicy::parse)
            .collect()
    })
}

/// The policy of this ARN, in any partition.
pub(crate) fn by_arn(arn: &str) -> Option<AwsPolicy> {
    let (_, resource) = arn.split_once(":iam::aws:policy")?;
    let name = resource.rsplit('/').next()?;
    let at = all()
        .binary_search_by(|policy| policy.name.cmp(name))
        .ok()?;
    let policy = all()[at];
    (resource.len() == policy.path.len() + name.len() && resource.starts_with(policy.path))
        .then_some(policy)
}

fn seconds(text: &str) -> i64 {
    DateTime::from_str(text, Format::DateTimeWithOffset).map_or(0, |time| time.secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_known_policies_are_there() {
        let admin = by_arn("arn:aws:iam::aws:policy/AdministratorAccess").unwrap();
        assert_eq!(admin.path, "/");
        assert!(admin.document.contains(r#""Action":"*""#));
        let basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
        assert_eq!(by_arn(basic).unwrap().arn("aws"), basic);
        assert!(by_arn("arn:aws:iam::aws:policy/AWSLambdaBasicExecutionRole").is_none());
        assert!(by_arn("arn:aws:iam::aws:policy/NoSuchPolicy").is_none());
        assert!(all().iter().all(|policy| policy.created() > 0));
    }
}
