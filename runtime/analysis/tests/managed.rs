//! AWS managed policies: those that *IAM policy validation check reference* names have what it says of them, and what the
//! service's answers are known to say of no policy of AWS's is said of none here.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::BTreeSet;

use stockade_analysis::{Authority, Kind, PolicyType, validate};
use stockade_catalog::REFERENCES;
use stockade_managed_policies::AWS_MANAGED_POLICIES;

/// Checks and policies, as the reference lists them under "AWS managed policies with this …".
const LISTED: [(&str, &str); 16] = [
    ("CREATE_SLR_WITH_STAR_IN_RESOURCE", "PowerUserAccess"),
    (
        "CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE",
        "AdministratorAccess",
    ),
    (
        "CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE",
        "IAMFullAccess",
    ),
    (
        "PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE",
        "AdministratorAccess",
    ),
    (
        "PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE",
        "IAMFullAccess",
    ),
    (
        "PASS_ROLE_WITH_STAR_IN_RESOURCE",
        "AdministratorAccess-Amplify",
    ),
    (
        "PASS_ROLE_WITH_STAR_IN_RESOURCE",
        "AWSElasticBeanstalkService",
    ),
    (
        "PASS_ROLE_WITH_STAR_IN_RESOURCE",
        "AmazonElasticMapReduceFullAccess",
    ),
    (
        "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA",
        "ReadOnlyAccess",
    ),
    (
        "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA",
        "AWSSupportServiceRolePolicy",
    ),
    (
        "STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS",
        "AmazonSecurityLakeAdministrator",
    ),
    (
        "STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS",
        "AWSCodePipeline_FullAccess",
    ),
    (
        "STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS",
        "AWSCodePipeline_ReadOnlyAccess",
    ),
    (
        "STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS",
        "S3UnlockBucketPolicy",
    ),
    (
        "STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS",
        "SQSUnlockQueuePolicy",
    ),
    // The service's answer to `AWSAuditManagerAdministratorAccess` has it; the policy that the reference names is gone.
    ("MISSING_QUALIFIER", "AWSAuditManagerAdministratorAccess"),
];

fn documents() -> impl Iterator<Item = (&'static str, &'static str)> {
    AWS_MANAGED_POLICIES.lines().map(|line| {
        let mut columns = line.split('\t');
        (columns.next().unwrap(), columns.next_back().unwrap())
    })
}

fn codes(document: &str, authority: &Authority<'_>) -> BTreeSet<(Kind, &'static str)> {
    validate(document, PolicyType::Identity, None, authority)
        .iter()
        .map(|finding| (finding.kind, finding.code))
        .collect()
}

#[test]
fn listed_policies_have_what_the_reference_says() {
    let authority = Authority::new(&REFERENCES, stockade_described::unpack);
    for (code, name) in LISTED {
        let (_, document) = documents().find(|(known, _)| *known == name).unwrap();
        let found = codes(document, &authority);
        assert!(
            found.iter().any(|(_, known)| *known == code),
            "{name} has no {code}: {found:?}"
        );
    }
}

/// AWS's policies work, so what would not work is found in few of them: names that the reference does not know (yet, or any more).
#[test]
fn errors_are_few() {
    let authority = Authority::new(&REFERENCES, stockade_described::unpack);
    let (mut policies, mut wrong) = (0, Vec::new());
    for (name, document) in documents() {
        policies += 1;
        let found = codes(document, &authority);
        if found.iter().any(|(kind, _)| *kind == Kind::Error) {
            wrong.push(name);
        }
    }
    assert!(
        wrong.len() * 20 < policies,
        "{} of {policies} have errors: {wrong:?}",
        wrong.len()
    );
}
