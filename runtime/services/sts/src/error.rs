//! Errors of STS that its model does not know.

use stockade_spec::Error;

pub(crate) fn validation(message: impl Into<String>) -> Error {
    Error::new("ValidationError", 400, message)
}

pub(crate) fn invalid_parameter_value(message: impl Into<String>) -> Error {
    Error::new("InvalidParameterValue", 400, message)
}

pub(crate) fn access_denied(message: impl Into<String>) -> Error {
    Error::new("AccessDenied", 403, message)
}

/// Nobody's request, where AWS wants to know somebody: "Common Errors", STS API Reference.
pub(crate) fn missing_token() -> Error {
    Error::new(
        "MissingAuthenticationToken",
        403,
        "Request is missing Authentication Token",
    )
}
