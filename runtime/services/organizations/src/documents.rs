//! What the content of policies must be ("SCP syntax", "RCP syntax" and the pages on the syntax of other
//! types, AWS Organizations User Guide).

use stockade_organizations_api::errors as api;
use stockade_organizations_api::shapes::ConstraintViolationExceptionReason;
use stockade_policy::{Effect, Policy, PolicyKind};
use stockade_spec::Error;

use crate::policy_types::{RESOURCE_CONTROL, SERVICE_CONTROL};
use crate::{errors, management_policies};

/// In characters: "Quotas and service limits for AWS Organizations".
fn max_content(kind: &str) -> usize {
    match kind {
        SERVICE_CONTROL => 10_240,
        RESOURCE_CONTROL => 5120,
        "AISERVICES_OPT_OUT_POLICY" => 2500,
        _ => 10_000,
    }
}

/// Refuses content that the type does not take.
pub(crate) fn check(kind: &str, content: &str) -> Result<(), Error> {
    if content.chars().count() > max_content(kind) {
        return Err(errors::constraint(
            ConstraintViolationExceptionReason::PolicyContentLimitExceeded,
            "You have exceeded the maximum policy size.",
        ));
    }
    let is_good = match kind {
        SERVICE_CONTROL => Policy::parse_strict(content, PolicyKind::ServiceControl).is_ok(),
        RESOURCE_CONTROL => Policy::parse_strict(content, PolicyKind::ResourceControl)
            .is_ok_and(|policy| policy.statements().iter().all(is_resource_control)),
        other => management_policies::is_well_formed(other, content),
    };
    if is_good {
        return Ok(());
    }
    Err(api::malformed_policy_document_exception(
        "The provided policy document does not meet the requirements of the specified policy type.",
    ))
}

/// A resource control policy denies everybody; what everybody may do stands in AWS's own alone.
fn is_resource_control(statement: &stockade_policy::Statement) -> bool {
    let actions = statement.actions();
    statement.effect() == Effect::Deny
        && !actions.negated
        && actions.entries.iter().all(|action| &**action != "*")
        && statement.principals().is_some_and(|principals| {
            !principals.negated && principals.entries.iter().all(|entry| &**entry == "*")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(kind: &str, content: &str) -> Option<String> {
        check(kind, content)
            .err()
            .map(|error| error.code.into_owned())
    }

    const MALFORMED: &str = "MalformedPolicyDocumentException";

    #[test]
    fn service_control_policies_name_no_principal() {
        let good = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"iam:*","Resource":"*"}]}"#;
        assert_eq!(code(SERVICE_CONTROL, good), None);
        let named = good.replace("\"Action\"", "\"Principal\":\"*\",\"Action\"");
        assert_eq!(code(SERVICE_CONTROL, &named).as_deref(), Some(MALFORMED));
        assert_eq!(code(SERVICE_CONTROL, "{}").as_deref(), Some(MALFORMED));
    }

    #[test]
    fn resource_control_policies_deny_everybody_something() {
        let good = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}]}"#;
        assert_eq!(code(RESOURCE_CONTROL, good), None);
        for (from, to) in [
            ("\"Deny\"", "\"Allow\""),
            ("\"s3:*\"", "\"*\""),
            ("\"Action\"", "\"NotAction\""),
            (
                "\"Principal\":\"*\"",
                "\"Principal\":{\"AWS\":\"arn:aws:iam::111122223333:root\"}",
            ),
            ("\"Principal\":\"*\",", ""),
        ] {
            let bad = good.replace(from, to);
            assert_eq!(
                code(RESOURCE_CONTROL, &bad).as_deref(),
                Some(MALFORMED),
                "{bad}"
            );
        }
    }

    #[test]
    fn long_ones_are_told_apart() {
        let sid = "a".repeat(max_content(SERVICE_CONTROL));
        let content = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"{sid}","Effect":"Deny","Action":"*","Resource":"*"}}]}}"#
        );
        assert_eq!(
            code(SERVICE_CONTROL, &content).as_deref(),
            Some("ConstraintViolationException")
        );
    }

    #[test]
    fn management_policies_are_operators_within_objects() {
        let good =
            r#"{"tags":{"team":{"tag_key":{"@@assign":"Team"},"tag_value":{"@@append":["Red"]}}}}"#;
        assert_eq!(code("TAG_POLICY", good), None);
        for (from, to) in [
            ("tags", "plans"),
            ("@@assign", "@@set"),
            (r#"{"@@assign":"Team"}"#, r#""Team""#),
            (r#""Team""#, "{}"),
            ("@@append", "@@operators_allowed_for_child_policies"),
            (good, "{}"),
            (good, "[]"),
        ] {
            let bad = good.replacen(from, to, 1);
            assert_eq!(
                code("TAG_POLICY", &bad).as_deref(),
                Some(MALFORMED),
                "{bad}"
            );
        }
        let long = good.replace("Team", &"T".repeat(10_000));
        assert_eq!(
            code("TAG_POLICY", &long).as_deref(),
            Some("ConstraintViolationException")
        );
    }
}
