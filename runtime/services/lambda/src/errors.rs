//! Errors in Lambda's words, where several operations share them.

use stockade_lambda_api::errors;
use stockade_spec::Error;

/// A constraint of the model is broken; every operation can answer so.
pub(crate) fn validation(message: impl Into<String>) -> Error {
    Error::new("ValidationException", 400, message)
}

pub(crate) fn invalid(message: impl Into<String>) -> Error {
    errors::invalid_parameter_value_exception(message)
}

pub(crate) fn function_not_found(arn: &str) -> Error {
    errors::resource_not_found_exception(format!("Function not found: {arn}"))
}

pub(crate) fn alias_not_found(arn: &str) -> Error {
    errors::resource_not_found_exception(format!("Cannot find alias arn: {arn}"))
}

/// The request's `RevisionId` is not the newest.
pub(crate) fn revision_mismatch() -> Error {
    errors::precondition_failed_exception(
        "The Revision Id provided does not match the latest Revision Id. Call the \
         GetFunction/GetAlias API to retrieve the latest Revision Id",
    )
}

/// Refuses a revision that is given and not the current one.
pub(crate) fn check_revision(asked: Option<&str>, current: &str) -> Result<(), Error> {
    match asked {
        Some(asked) if asked != current => Err(revision_mismatch()),
        _ => Ok(()),
    }
}

/// A setting that is not kept here.
pub(crate) fn unsupported(operation: &str, member: &str) -> Error {
    Error::not_implemented("lambda", &format!("{operation} with {member}"))
}
