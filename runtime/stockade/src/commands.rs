//! The commands beside serving: `permissions` and `explain` need no server, `policy` and `explain --as` ask one.

pub(crate) mod explain;
pub(crate) mod permissions;
pub(crate) mod policy;
mod server;
