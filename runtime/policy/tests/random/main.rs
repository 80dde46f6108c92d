//! Random policies and requests: a second evaluator agrees, properties hold, and no bytes are too strange.
//!
//! How many cases each test tries is proptest's `PROPTEST_CASES`; without it, a few thousand.
#![allow(missing_docs, clippy::unwrap_used)]

mod agreement;
mod generate;
mod naive;
mod printed;
mod properties;
mod strange;
mod world;

use proptest::prelude::ProptestConfig;

/// So many cases, unless the environment says otherwise.
fn cases(cases: u32) -> ProptestConfig {
    let config = ProptestConfig::default();
    if std::env::var_os("PROPTEST_CASES").is_some() {
        return config;
    }
    ProptestConfig { cases, ..config }
}
