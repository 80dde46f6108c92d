//! The commands beside serving: `permissions` and `explain` need no server, `policy` asks one.

pub(crate) mod explain;
pub(crate) mod permissions;
pub(crate) mod policy;
