//! The commands beside serving: `permissions`, `keys` and `explain` need no server, `policy` and `explain --as` ask one.

pub(crate) mod explain;
pub(crate) mod keys;
pub(crate) mod permissions;
pub(crate) mod policy;
mod server;

use serde_json::Value;

/// JSON for programs, and fit to read.
fn pretty(value: &Value) -> Result<String, String> {
    serde_json::to_string_pretty(value).map_err(|error| error.to_string())
}
