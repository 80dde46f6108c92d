//! Wording that services share (the APIs' "Common Errors" pages).

/// The message of `Throttling` and its kin.
pub const THROTTLED: &str = "Rate exceeded";

/// The message of `InternalFailure` (HTTP 500).
pub const INTERNAL_FAILURE: &str =
    "The request processing has failed because of an unknown error, exception or failure.";

/// The message of `ServiceUnavailable` (HTTP 503).
pub const SERVICE_UNAVAILABLE: &str =
    "The request has failed due to a temporary failure of the server.";
