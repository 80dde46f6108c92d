//! Names, paths and ARNs, in the words of IAM's `ValidationError`.

use stockade_iam_api::errors;
use stockade_kit::validate::{Constraint, Violations};
use stockade_spec::Error;

use crate::validation_error;

/// Longest user name and instance profile's user-given name, in characters.
pub(crate) const MAX_USER_NAME: i64 = 64;
/// Longest role name, in characters.
pub(crate) const MAX_ROLE_NAME: i64 = 64;
/// Longest name of everything else, in characters.
pub(crate) const MAX_NAME: i64 = 128;
/// Longest path, in characters.
const MAX_PATH: i64 = 512;

/// A friendly name of at most `max` characters.
pub(crate) fn name(member: &str, value: &str, max: i64) -> Result<(), Error> {
    length(member, value, max)?;
    if value
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c))
    {
        return Ok(());
    }
    Err(validation_error(format!(
        "The specified value for {member} is invalid. It must contain only alphanumeric characters \
         and/or the following: +=,.@_-"
    )))
}

/// A path; `/` when none is given.
pub(crate) fn path(path: Option<String>) -> Result<String, Error> {
    let Some(path) = path else {
        return Ok(String::from("/"));
    };
    length("path", &path, MAX_PATH)?;
    let within = path.strip_prefix('/').and_then(|rest| {
        if rest.is_empty() {
            Some(rest)
        } else {
            rest.strip_suffix('/')
        }
    });
    match within {
        Some(within) if within.chars().all(|c| ('!'..='~').contains(&c)) => Ok(path),
        _ => Err(validation_error(
            "The specified value for path is invalid. It must begin and end with / and contain \
             only alphanumeric characters and/or / characters.",
        )),
    }
}

fn length(member: &str, value: &str, max: i64) -> Result<(), Error> {
    let constraint = Constraint {
        min: Some(1),
        max: Some(max),
        ..Constraint::NONE
    };
    let mut violations = Violations::new();
    violations.text(member, Some(value), &constraint);
    violations.finish().map_err(validation_error)
}

/// A managed policy's ARN, taken apart: its account (or `aws`) and its name after the path.
pub(crate) fn policy_arn(arn: &str) -> Result<(&str, &str), Error> {
    let invalid = || errors::invalid_input_exception(format!("ARN {arn} is not valid."));
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts[..] {
        ["arn", _, "iam", "", account, resource] => {
            let name = resource.strip_prefix("policy/").ok_or_else(invalid)?;
            Ok((account, name.rsplit('/').next().unwrap_or(name)))
        }
        _ => Err(invalid()),
    }
}
