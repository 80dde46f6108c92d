//! The commands beside serving: `permissions`, `keys` and `explain` need no server, `policy` and `explain --as` ask one.

pub(crate) mod explain;
pub(crate) mod keys;
pub(crate) mod permissions;
pub(crate) mod policy;
mod server;
