//! Matching does not blow up, whatever the pattern.

use std::time::{Duration, Instant};

use super::{allows, identity};
use crate::Context;

#[test]
fn many_stars_are_not_exponential() {
    let policy = identity(&format!(
        r#"{{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::{}b"}}"#,
        "a*".repeat(200)
    ));
    let name = format!("arn:aws:s3:::{}", "a".repeat(1_024));
    let started = Instant::now();
    assert!(!allows(&policy, "s3:GetObject", &name, &Context::new()));
    // The bound is for a slow machine; the exponential matcher would not end at all.
    assert!(started.elapsed() < Duration::from_secs(5));
}
