use proptest::prelude::*;
use rand::{Rng, SeedableRng, rngs::StdRng};

use super::*;

#[test]
fn a_published_key_tells_its_account() {
    // "A short note on AWS KEY ID", T. Be'ery: the key and the account of its worked example.
    assert_eq!(
        account_of("ASIAQNZGKIQY56JQ7WML").as_deref(),
        Some("029608264753")
    );
    assert!(!is_issued("ASIAQNZGKIQY56JQ7WML"));
}

#[test]
fn documentation_keys_are_strangers() {
    for key in ["AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE"] {
        assert_eq!(account_of(key), None, "{key}");
        assert!(!is_issued(key), "{key}");
        assert_eq!(kind_of(key), Some(Kind::LongTerm));
    }
}

#[test]
fn no_key_is_no_key() {
    for text in [
        "",
        "test",
        "000000000000",
        "AKIA",
        "AKIAQNZGKIQY56JQ7WM",
        "AKIAQNZGKIQY56JQ7WMLA",
        "akiaqnzgkiqy56jq7wml",
        "AROAQNZGKIQY56JQ7WML",
        "AKIAQNZGKIQY56JQ7Wé",
        "AKIéQNZGKIQY56JQ7WM",
    ] {
        assert_eq!(account_of(text), None, "{text}");
        assert!(!is_issued(text), "{text}");
    }
}

#[test]
fn accounts_out_of_form_get_no_key() {
    for account in ["", "1", "1234567890123", "12345678901a", "+12345678901"] {
        assert_eq!(encode(account, Kind::LongTerm, &mut rand::rng()), None);
    }
}

#[test]
fn an_account_beyond_twelve_digits_is_not_read() {
    // All 80 bits set: the account field reads 1,099,511,627,775.
    assert_eq!(account_of("AKIA7777777777777777"), None);
}

#[test]
fn strangers_rarely_pass() {
    let mut rng = StdRng::seed_from_u64(7);
    let strangers = 400_000;
    let taken = (0..strangers)
        .filter(|_| {
            let rest: String = (0..15)
                .map(|_| char::from(ALPHABET[rng.random_range(0..32)]))
                .collect();
            // Always of the form that carries an account: the worst case.
            is_issued(&format!("AKIAQ{rest}"))
        })
        .count();
    assert!(taken < 40, "expected about 12, got {taken}");
}

proptest! {
    #[test]
    fn what_is_issued_is_known(account in 0u64..=999_999_999_999, temporary: bool, seed: u64) {
        let account = format!("{account:012}");
        let kind = if temporary { Kind::Temporary } else { Kind::LongTerm };
        let key = encode(&account, kind, &mut StdRng::seed_from_u64(seed)).unwrap();
        prop_assert_eq!(key.len(), 20);
        prop_assert_eq!(account_of(&key), Some(account));
        prop_assert_eq!(kind_of(&key), Some(kind));
        prop_assert!(is_issued(&key));
    }
}

#[test]
fn the_kind_is_part_of_what_is_checked() {
    let mut rng = StdRng::seed_from_u64(1);
    let passed = (0..1000)
        .filter(|_| {
            let key = encode("123456789012", Kind::LongTerm, &mut rng).unwrap();
            is_issued(&key.replacen("AKIA", "ASIA", 1))
        })
        .count();
    assert!(passed < 3, "{passed}");
}
