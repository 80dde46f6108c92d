//! Random policies and requests over small alphabets, so that what they name overlaps and about half is allowed.

mod condition;
mod statement;
mod world;

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

pub(crate) use condition::opposites;
pub(crate) use statement::{Of, action, make_trust, policy, resource, statement};
pub(crate) use world::world;

const OWN: &str = "111122223333";
const OTHER: &str = "444455556666";
const CANONICAL: &str = "79a59df900b949e5";

/// Something, mostly alone, now and then in a list with others.
fn one_or_many(
    entry: impl Strategy<Value = Value> + Clone + 'static,
) -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => entry.clone(),
        1 => prop::collection::vec(entry, 1..4).prop_map(Value::Array),
    ]
}

fn texts(texts: &[&'static str]) -> impl Strategy<Value = Value> + Clone + use<> {
    select(texts.to_vec()).prop_map(|text| json!(text))
}

fn maybe<T: std::fmt::Debug + Clone + 'static>(
    often: u32,
    strategy: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = Option<T>> {
    prop_oneof![often => Just(None), 1 => strategy.prop_map(Some)]
}
