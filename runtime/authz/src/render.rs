//! Renderings of a decision: log entries, the caller's error, JSON.

mod encoded;
pub mod error;
pub mod examination;
pub mod json;
pub mod log;
pub mod suggestion;

#[cfg(test)]
mod tests;
