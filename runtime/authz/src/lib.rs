//! Authorization.
