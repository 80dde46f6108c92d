//! The crate decides as the second evaluator does.

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use stockade_policy::Decision;

use crate::generate::world;
use crate::naive::{Outcome, decide};

proptest! {
    #![proptest_config(crate::cases(2_000))]

    #[test]
    fn two_evaluators_agree(world in world()) {
        let expected = match decide(&world) {
            Outcome::Allowed => Decision::Allowed,
            Outcome::ExplicitlyDenied => Decision::ExplicitlyDenied,
            Outcome::ImplicitlyDenied => Decision::ImplicitlyDenied,
        };
        prop_assert_eq!(world.decide(), expected);
    }
}

/// A generator whose requests were all denied would agree about little.
#[test]
fn every_outcome_is_common() {
    let mut runner = TestRunner::deterministic();
    let worlds = world();
    let mut counts = [0; 3];
    for _ in 0..1_000 {
        let world = worlds.new_tree(&mut runner).unwrap().current();
        counts[match decide(&world) {
            Outcome::Allowed => 0,
            Outcome::ExplicitlyDenied => 1,
            Outcome::ImplicitlyDenied => 2,
        }] += 1;
    }
    assert!(counts.iter().all(|count| *count >= 200), "{counts:?}");
}
