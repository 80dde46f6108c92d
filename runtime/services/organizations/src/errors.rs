//! What the service says when it refuses: AWS's sentences where they are known.

use stockade_organizations_api::{errors, shapes};
use stockade_spec::Error;

pub(crate) fn not_in_use() -> Error {
    errors::aws_organizations_not_in_use_exception(
        "Your account is not a member of an organization.",
    )
}

/// A member account asks for what only the management account may do.
pub(crate) fn not_management() -> Error {
    errors::access_denied_exception("You don't have permissions to access this resource.")
}

pub(crate) fn no_account() -> Error {
    errors::account_not_found_exception("You specified an account that doesn't exist.")
}

pub(crate) fn no_parent() -> Error {
    errors::parent_not_found_exception("You specified parent that doesn't exist.")
}

pub(crate) fn no_child() -> Error {
    errors::child_not_found_exception("You specified child that doesn't exist.")
}

pub(crate) fn no_root() -> Error {
    errors::root_not_found_exception("You specified a root that doesn't exist.")
}

pub(crate) fn no_unit() -> Error {
    errors::organizational_unit_not_found_exception(
        "You specified an organizational unit that doesn't exist.",
    )
}

pub(crate) fn no_policy() -> Error {
    errors::policy_not_found_exception("You specified a policy that doesn't exist.")
}

pub(crate) fn no_target() -> Error {
    errors::target_not_found_exception("You specified a target that doesn't exist.")
}

pub(crate) fn no_handshake() -> Error {
    errors::handshake_not_found_exception("You specified a handshake that doesn't exist.")
}

pub(crate) fn invalid(
    reason: shapes::InvalidInputExceptionReason,
    message: impl Into<String>,
) -> Error {
    shapes::InvalidInputException {
        message: Some(message.into()),
        reason: Some(reason),
    }
    .into()
}

pub(crate) fn constraint(
    reason: shapes::ConstraintViolationExceptionReason,
    message: impl Into<String>,
) -> Error {
    shapes::ConstraintViolationException {
        message: Some(message.into()),
        reason: Some(reason),
    }
    .into()
}

pub(crate) fn handshake_constraint(
    reason: shapes::HandshakeConstraintViolationExceptionReason,
    message: impl Into<String>,
) -> Error {
    shapes::HandshakeConstraintViolationException {
        message: Some(message.into()),
        reason: Some(reason),
    }
    .into()
}
