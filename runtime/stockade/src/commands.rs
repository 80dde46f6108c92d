//! The commands that need no server.

pub(crate) mod explain;
pub(crate) mod permissions;
