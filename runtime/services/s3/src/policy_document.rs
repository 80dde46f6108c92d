//! What S3 demands of a bucket policy before it keeps it, in its own words.
//!
//! The language itself ("IAM JSON policy element reference") is evaluated elsewhere; here is what
//! S3 says of documents that it does not take ("Policies and permissions in Amazon S3", Amazon S3
//! User Guide).

use serde_json::{Map, Value};
use stockade_policy::language::{ELEMENTS, Operator, matches};
use stockade_spec::Error;

/// Largest policy in bytes. White space is free (MIT-LCP/physionet-build issue 2094).
const MAX_POLICY_BYTES: usize = 20 * 1024;

/// Actions on objects whose names do not say so.
const OBJECT_ACTIONS: [&str; 6] = [
    "AbortMultipartUpload",
    "BypassGovernanceRetention",
    "ListMultipartUploadParts",
    "ObjectOwnerOverrideToBucketOwner",
    "ReplicateDelete",
    "ReplicateTags",
];

fn malformed(message: impl Into<String>) -> Error {
    Error::new("MalformedPolicy", 400, message)
}

fn syntax() -> Error {
    malformed("Invalid policy syntax.")
}

/// Checks a policy for a bucket; answers it as S3 gives it back, without white space.
pub(crate) fn check(text: &str, bucket: &str, partition: &str) -> Result<String, Error> {
    let Ok(Value::Object(policy)) = serde_json::from_str(text) else {
        return Err(malformed(
            "Policies must be valid JSON and the first byte must be '{'",
        ));
    };
    refuse_unknown(&policy, &["Version", "Id", "Statement"])?;
    match policy.get("Version") {
        None => {}
        Some(Value::String(version)) if matches!(&**version, "2012-10-17" | "2008-10-17") => {}
        Some(_) => {
            return Err(malformed("The policy must contain a valid version string"));
        }
    }
    let statements = match policy.get("Statement") {
        None => return Err(malformed("Missing required field Statement")),
        Some(Value::Array(statements)) if statements.is_empty() => {
            return Err(malformed("Could not parse the policy: Statement is empty!"));
        }
        Some(Value::Array(statements)) => statements.as_slice(),
        Some(one) => std::slice::from_ref(one),
    };
    for statement in statements {
        check_statement(statement.as_object().ok_or_else(syntax)?, bucket, partition)?;
    }
    let kept = Value::Object(policy).to_string();
    if kept.len() > MAX_POLICY_BYTES {
        return Err(malformed(
            "Policy exceeds the maximum allowed document size.",
        ));
    }
    Ok(kept)
}

fn refuse_unknown(object: &Map<String, Value>, known: &[&str]) -> Result<(), Error> {
    match object.keys().find(|key| !known.contains(&key.as_str())) {
        Some(unknown) => Err(malformed(format!("Unknown field {unknown}"))),
        None => Ok(()),
    }
}

fn check_statement(
    statement: &Map<String, Value>,
    bucket: &str,
    partition: &str,
) -> Result<(), Error> {
    refuse_unknown(statement, &ELEMENTS)?;
    if statement.get("Sid").is_some_and(|sid| !sid.is_string()) {
        return Err(syntax());
    }
    match statement.get("Effect") {
        Some(Value::String(effect)) if matches!(&**effect, "Allow" | "Deny") => {}
        Some(Value::String(effect)) => return Err(malformed(format!("Invalid effect: {effect}"))),
        Some(_) => return Err(syntax()),
        None => return Err(malformed("Missing required field Effect")),
    }
    match either(statement, "Principal", "NotPrincipal")? {
        Some((_, principal)) => check_principal(principal)?,
        None => return Err(malformed("Missing required field Principal")),
    }
    let missing = || malformed("Statement is missing required element");
    let (action_element, actions) =
        either(statement, "Action", "NotAction")?.ok_or_else(missing)?;
    let (resource_element, resources) =
        either(statement, "Resource", "NotResource")?.ok_or_else(missing)?;
    let actions = strings(actions)?;
    let resources = strings(resources)?;
    for action in &actions {
        check_action(action)?;
    }
    for resource in &resources {
        check_resource(resource, bucket, partition)?;
    }
    if action_element == "Action" && resource_element == "Resource" {
        check_fit(&actions, &resources)?;
    }
    if let Some(condition) = statement.get("Condition") {
        check_condition(condition)?;
    }
    Ok(())
}

/// The element or its opposite; both at once are not a statement.
fn either<'a>(
    statement: &'a Map<String, Value>,
    element: &'static str,
    opposite: &'static str,
) -> Result<Option<(&'static str, &'a Value)>, Error> {
    match (statement.get(element), statement.get(opposite)) {
        (Some(_), Some(_)) => Err(syntax()),
        (Some(value), None) => Ok(Some((element, value))),
        (None, Some(value)) => Ok(Some((opposite, value))),
        (None, None) => Ok(None),
    }
}

/// A string, or a list of at least one.
fn strings(value: &Value) -> Result<Vec<&str>, Error> {
    let values = match value {
        Value::Array(values) => values.as_slice(),
        one => std::slice::from_ref(one),
    };
    if values.is_empty() {
        return Err(syntax());
    }
    values
        .iter()
        .map(|value| value.as_str().ok_or_else(syntax))
        .collect()
}

fn check_principal(principal: &Value) -> Result<(), Error> {
    let invalid = || malformed("Invalid principal in policy");
    let kinds = match principal {
        Value::String(all) if all == "*" => return Ok(()),
        Value::Object(kinds) if !kinds.is_empty() => kinds,
        Value::Object(_) | Value::String(_) => return Err(invalid()),
        _ => return Err(syntax()),
    };
    for (kind, values) in kinds {
        for value in strings(values)? {
            let good = match kind.as_str() {
                "AWS" => is_aws_principal(value),
                "Service" => value.contains('.'),
                "Federated" => !value.is_empty(),
                "CanonicalUser" => {
                    value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit())
                }
                _ => false,
            };
            if !good {
                return Err(invalid().with_detail("Detail", value));
            }
        }
    }
    Ok(())
}

fn is_aws_principal(value: &str) -> bool {
    if value == "*" || stockade_kit::ids::is_account_id(value) {
        return true;
    }
    let is_unique_id = ["AIDA", "AROA"]
        .iter()
        .any(|prefix| value.starts_with(prefix))
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let Ok(arn) = value.parse::<stockade_kit::arn::Arn>() else {
        return is_unique_id;
    };
    let names_one = |prefix: &str| {
        arn.resource
            .strip_prefix(prefix)
            .is_some_and(|name| !name.is_empty() && !name.contains(['*', '?']))
    };
    let is_cloudfront = arn.account == "cloudfront" && names_one("user/");
    let in_account = stockade_kit::ids::is_account_id(&arn.account);
    match arn.service.as_str() {
        "iam" => {
            is_cloudfront
                || in_account
                    && (arn.resource == "root" || names_one("user/") || names_one("role/"))
        }
        "sts" => in_account && (names_one("assumed-role/") || names_one("federated-user/")),
        _ => false,
    }
}

fn check_action(action: &str) -> Result<(), Error> {
    let good = action == "*"
        || action.split_once(':').is_some_and(|(service, name)| {
            service.eq_ignore_ascii_case("s3")
                && !name.is_empty()
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'*' | b'?'))
        });
    if good {
        Ok(())
    } else {
        Err(malformed("Policy has invalid action"))
    }
}

/// The part of an S3 ARN after the colons.
fn s3_path<'a>(resource: &'a str, partition: &str) -> Option<&'a str> {
    resource
        .strip_prefix("arn:")?
        .strip_prefix(partition)?
        .strip_prefix(":s3:::")
}

fn check_resource(resource: &str, bucket: &str, partition: &str) -> Result<(), Error> {
    let names_bucket = s3_path(resource, partition).is_some_and(|path| {
        let (name, _) = path.split_once('/').unwrap_or((path, ""));
        // A wildcard before the slash may stand for the slash and what follows.
        matches(name, bucket) || (name.ends_with('*') && bucket_may_begin(name, bucket))
    });
    if names_bucket {
        Ok(())
    } else {
        Err(malformed("Policy has invalid resource"))
    }
}

fn bucket_may_begin(pattern: &str, bucket: &str) -> bool {
    pattern
        .strip_suffix('*')
        .is_some_and(|start| start.starts_with(bucket) || matches(start, bucket))
}

/// Each action must apply to one of the resources at least: those on objects to objects, the
/// others to the bucket. An action with wildcards applies to something in any case.
fn check_fit(actions: &[&str], resources: &[&str]) -> Result<(), Error> {
    let is_object = |resource: &&str| resource.contains('/') || resource.ends_with('*');
    let is_bucket = |resource: &&str| !resource.contains('/');
    let has_objects = resources.iter().any(is_object);
    let has_bucket = resources.iter().any(is_bucket);
    let fits = |action: &&str| {
        let name = action.split_once(':').map_or("*", |(_, name)| name);
        if name.contains(['*', '?']) {
            return true;
        }
        let on_objects = OBJECT_ACTIONS
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name))
            || (name.contains("Object") && !name.contains("Bucket"));
        if on_objects { has_objects } else { has_bucket }
    };
    if actions.iter().all(fits) {
        Ok(())
    } else {
        Err(malformed(
            "Action does not apply to any resource(s) in statement",
        ))
    }
}

fn check_condition(condition: &Value) -> Result<(), Error> {
    for (operator, keys) in condition.as_object().ok_or_else(syntax)? {
        if Operator::parse(operator).is_none() {
            return Err(malformed(format!("Invalid Condition type : {operator}")));
        }
        for (key, values) in keys.as_object().ok_or_else(syntax)? {
            if !key.contains(':') {
                return Err(malformed("Policy has an invalid condition key"));
            }
            let values = match values {
                Value::Array(values) => values.as_slice(),
                one => std::slice::from_ref(one),
            };
            if values
                .iter()
                .any(|value| value.is_array() || value.is_object() || value.is_null())
            {
                return Err(syntax());
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
