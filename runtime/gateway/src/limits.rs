//! Every limit of the listener, by name.

use std::time::Duration;

use stockade_spec::Error;
use stockade_wire::{Dialect, Protocol};

/// How many bytes a request's line and headers may have; more is answered with 431.
pub const MAX_HEAD: usize = 64 * 1024;

/// How many headers an upstream's answer may have.
pub const MAX_HEADERS: usize = 256;

/// How many headers a captured request may have that is to be explained.
pub const MAX_CAPTURED_HEADERS: usize = 100;

/// How long a client may take to send its headers.
pub const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// How many bytes of body are held in memory, for operations that do not stream: Lambda's limit of
/// `CreateFunction` with a zip file in the request, the largest of all.
pub const MAX_BODY: usize = 70_167_211;

/// How much of a refused request's body is still read, so that its sender can read the answer.
pub const MAX_DRAINED: usize = 8 * 1024 * 1024;

/// How long a refused request's body is still read.
pub const DRAIN_TIME: Duration = Duration::from_secs(3);

/// How long requests may still take once the server is asked to stop.
pub const SHUTDOWN_GRACE: Duration = Duration::from_secs(5);

/// How long to wait after a connection could not be accepted.
pub const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How long an upstream may take to accept a connection. Its answer may take any time: long polls do.
pub const UPSTREAM_CONNECT: Duration = Duration::from_secs(3);

/// How long a connection to an upstream is kept without a request: less than servers keep theirs.
pub const UPSTREAM_IDLE: Duration = Duration::from_secs(1);

/// How long an upstream may take to show that it is there, when `/_stockade/health` is asked.
pub const UPSTREAM_PROBE: Duration = Duration::from_secs(1);

/// How many decisions `/_stockade/decisions` gives unless asked for more.
pub const DECISIONS_SHOWN: usize = 100;

/// The answer to a body larger than [`MAX_BODY`].
pub(crate) fn too_large(dialect: &Dialect<'_>, operation: &str) -> Error {
    match dialect.protocol {
        _ if dialect.s3 => Error::new("MaxMessageLengthExceeded", 400, "Your request was too big."),
        Protocol::RestJson => Error::new(
            "RequestEntityTooLargeException",
            413,
            format!("Request must be smaller than {MAX_BODY} bytes for the {operation} operation"),
        ),
        _ => Error::new(
            "RequestEntityTooLarge",
            413,
            format!("Request must be smaller than {MAX_BODY} bytes."),
        ),
    }
}
