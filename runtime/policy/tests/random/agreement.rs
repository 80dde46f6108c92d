//! The crate decides as the second evaluator does.

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use stockade_policy::{Decision, explain};

use crate::generate::world;
use crate::naive::{Outcome, applying, decide};

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

proptest! {
    #![proptest_config(crate::cases(500))]

    #[test]
    fn they_agree_on_every_statement(world in world()) {
        let explanation = world.ask(explain);
        let applies: Vec<bool> = explanation.statements.iter().map(|spoken| spoken.applies).collect();
        prop_assert_eq!(applies, applying(&world));
        for spoken in explanation.statements {
            prop_assert_eq!(spoken.applies, spoken.misses.is_empty(), "{:?}", spoken);
        }
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
