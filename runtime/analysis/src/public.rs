//! Whether a resource's policy lets everyone in (*Blocking public access to your Amazon S3 storage*, The meaning of
//! "public", Amazon S3 User Guide; *CheckNoPublicAccess*, IAM Access Analyzer API Reference).

use std::net::IpAddr;

use stockade_policy::language::{Family, Network, Operator, Set};
use stockade_policy::{Clause, Effect, Policy, PolicyKind, Statement};

use crate::arn::{Arn, is_open};
use crate::tables::{NARROWING, is_one};

/// The shortest prefixes of ranges of addresses that are not public, of IPv4 and IPv6.
const NARROWEST: (u8, u8) = (8, 32);

/// Whether a policy allows something to everyone, without a condition that narrows everyone down. What cannot be read is taken
/// for public.
///
/// ```
/// use stockade_analysis::grants_public_access;
///
/// let policy = |condition: &str| {
///     format!(r#"{{"Statement":{{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"{condition}}}}}"#)
/// };
/// assert!(grants_public_access(&policy("")));
/// let narrowed = policy(r#","Condition":{"StringEquals":{"aws:SourceVpc":"vpc-12345678"}}"#);
/// assert!(!grants_public_access(&narrowed));
/// ```
#[must_use]
pub fn grants_public_access(policy: &str) -> bool {
    // A policy that leaves the resource unsaid is no less public.
    match Policy::parse(policy, PolicyKind::ResourceImplied) {
        Ok(policy) => !public_statements(&policy).is_empty(),
        Err(_) => true,
    }
}

/// The places of a policy's statements that let everyone in.
#[must_use]
pub fn public_statements(policy: &Policy) -> Vec<usize> {
    let statements = policy.statements().iter().enumerate();
    statements
        .filter(|(_, statement)| is_public(statement))
        .map(|(index, _)| index)
        .collect()
}

fn is_public(statement: &Statement) -> bool {
    statement.effect() == Effect::Allow
        && is_everyone(statement)
        && !statement.conditions().iter().any(narrows)
}

fn is_everyone(statement: &Statement) -> bool {
    statement.principals().is_some_and(|principals| {
        principals.negated
            || principals
                .entries
                .iter()
                .any(|entry| matches!(&**entry, "*" | "AWS:*" | "Federated:*" | "Service:*"))
    })
}

/// Whether a condition holds for known callers alone.
fn narrows(clause: &Clause) -> bool {
    let Some(operator) = Operator::parse(clause.operator()) else {
        return false;
    };
    let positive = !operator.negated
        && !operator.if_exists
        && operator.set != Some(Set::AllValues)
        && matches!(operator.family, Family::String | Family::Arn | Family::Ip);
    positive
        && is_one(&NARROWING, clause.key())
        && clause
            .wanted()
            .iter()
            .all(|value| is_fixed(clause.key(), value))
}

/// Whether a value stands for callers that are known.
fn is_fixed(key: &str, value: &str) -> bool {
    if let Some(network) = Network::parse(value) {
        let (v4, v6) = NARROWEST;
        return match network.base {
            IpAddr::V4(_) => network.prefix >= v4,
            IpAddr::V6(_) => network.prefix >= v6,
        };
    }
    if !is_open(value) {
        return true;
    }
    // The account behind an access point is enough to know who its callers are.
    key.eq_ignore_ascii_case("s3:DataAccessPointArn")
        && Arn::parse(value).is_some_and(|arn| {
            !arn.account.is_empty() && !is_open(arn.account) && !value.contains("${")
        })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn public(principal: Value, condition: Value) -> bool {
        let policy = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": principal, "Action": "s3:*",
            "Resource": "arn:aws:s3:::bucket/*", "Condition": condition,
        }]});
        grants_public_access(&policy.to_string())
    }

    #[test]
    fn everyone_is_public() {
        assert!(public(json!("*"), json!({})));
        assert!(public(json!({"AWS": ["*"]}), json!({})));
        assert!(!public(json!({"AWS": "111111111111"}), json!({})));
        let denied = json!({"Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}});
        assert!(!grants_public_access(&denied.to_string()));
        assert!(grants_public_access("{"));
    }

    #[test]
    fn a_fixed_value_of_a_known_key_narrows() {
        let narrowed = |condition| !public(json!("*"), condition);
        for condition in [
            json!({"StringEquals": {"aws:SourceVpc": "vpc-1"}}),
            json!({"ArnLike": {"aws:SourceArn": "arn:aws:sns:us-east-1:111122223333:t"}}),
            json!({"StringEquals": {"aws:PrincipalOrgID": ["o-a", "o-b"]}}),
            json!({"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "2001:db8::/32"]}}),
            json!({"StringLike": {"s3:DataAccessPointArn": "arn:aws:s3:us-west-2:111122223333:accesspoint/*"}}),
            json!({"StringEquals": {"kms:CallerAccount": "111122223333"}}),
        ] {
            assert!(narrowed(condition.clone()), "{condition}");
        }
        for condition in [
            json!({"StringLike": {"aws:SourceVpc": "vpc-*"}}),
            json!({"StringEquals": {"aws:SourceVpc": "${aws:PrincipalTag/vpc}"}}),
            json!({"StringEquals": {"aws:PrincipalOrgID": ["o-a", "${aws:PrincipalOrgID}"]}}),
            json!({"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}),
            json!({"StringEqualsIfExists": {"aws:SourceVpc": "vpc-1"}}),
            json!({"ForAllValues:StringEquals": {"aws:SourceVpc": "vpc-1"}}),
            json!({"IpAddress": {"aws:SourceIp": "0.0.0.0/1"}}),
            json!({"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "2001::/16"]}}),
            json!({"StringLike": {"s3:DataAccessPointArn": "arn:aws:s3:us-west-2:*:accesspoint/mine"}}),
            json!({"StringEquals": {"s3:prefix": "x"}}),
            json!({"StringMatches": {"aws:SourceVpc": "vpc-1"}}),
        ] {
            assert!(!narrowed(condition.clone()), "{condition}");
        }
    }
}
