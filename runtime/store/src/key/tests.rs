use proptest::prelude::*;

use super::*;

fn encode(parts: &[String]) -> Vec<u8> {
    let mut out = Vec::new();
    for part in parts {
        push(&mut out, part);
    }
    out
}

/// Short parts over an alphabet that is mostly trouble.
fn tuples() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("[\0\u{1}\u{ff}a/\u{10ffff}]{0,4}", 0..4)
}

proptest! {
    #[test]
    fn byte_order_is_tuple_order(left in tuples(), right in tuples()) {
        prop_assert_eq!(encode(&left).cmp(&encode(&right)), left.cmp(&right));
    }

    #[test]
    fn a_key_is_read_back(parts in tuples()) {
        prop_assert_eq!(split(&encode(&parts)), Some(parts));
    }

    #[test]
    fn garbage_is_no_key_and_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..12)) {
        if let Some(parts) = split(&bytes) {
            prop_assert_eq!(encode(&parts), bytes);
        }
    }

    #[test]
    fn a_successor_is_above_its_prefix_and_nothing_else(text in "[\0\u{1}a\u{ff}]{1,4}", tail in "[\0a\u{ff}]{0,3}") {
        let mut prefix = Vec::new();
        push_open(&mut prefix, &text);
        let mut successor = prefix.clone();
        make_successor(&mut successor);
        let within = format!("{text}{tail}");
        prop_assert!(successor > encode(&[within]));
        let mut next_text = text.into_bytes();
        make_successor(&mut next_text);
        if let Ok(above) = String::from_utf8(next_text) {
            prop_assert!(encode(&[above]) >= successor);
        }
    }
}

#[test]
fn parts_do_not_run_into_each_other() {
    let joined = encode(&["ab".into(), "c".into()]);
    assert_ne!(joined, encode(&["a".into(), "bc".into()]));
    assert_ne!(joined, encode(&["abc".into()]));
    assert!(!encode(&["ab".into()]).starts_with(&encode(&["a".into()])));
}
