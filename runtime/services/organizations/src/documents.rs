//! What the content of control policies must be ("SCP syntax", "RCP syntax", AWS Organizations User
//! Guide).

use stockade_organizations_api::errors as api;
use stockade_organizations_api::shapes::ConstraintViolationExceptionReason;
use stockade_policy::{Effect, Policy, PolicyKind};
use stockade_spec::Error;

use crate::errors;
use crate::policy_types::RESOURCE_CONTROL;

/// Characters, of service and of resource control policies: "Quotas and service limits for AWS
/// Organizations".
const MAX_CONTENT: usize = 5120;

/// Refuses content that the type does not take.
pub(crate) fn check(kind: &str, content: &str) -> Result<(), Error> {
    if content.chars().count() > MAX_CONTENT {
        return Err(errors::constraint(
            ConstraintViolationExceptionReason::PolicyContentLimitExceeded,
            "You have exceeded the maximum policy size.",
        ));
    }
    let is_good = if kind == RESOURCE_CONTROL {
        Policy::parse_strict(content, PolicyKind::ResourceControl)
            .is_ok_and(|policy| policy.statements().iter().all(is_resource_control))
    } else {
        Policy::parse_strict(content, PolicyKind::ServiceControl).is_ok()
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
    use crate::policy_types::SERVICE_CONTROL;

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
        let sid = "a".repeat(MAX_CONTENT);
        let content = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"{sid}","Effect":"Deny","Action":"*","Resource":"*"}}]}}"#
        );
        assert_eq!(
            code(SERVICE_CONTROL, &content).as_deref(),
            Some("ConstraintViolationException")
        );
    }
}
