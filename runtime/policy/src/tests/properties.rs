//! Wildcards, held against the simplest matcher. What holds for all policies and requests is in `tests/random`.

use proptest::prelude::*;

use crate::opaque::{TextSym, could_match, covers};
use crate::pattern::Pattern;

/// As simple as wildcards can be said, and exponential.
fn naive(pattern: &[char], text: &[char]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some(('*', rest)), _) => {
            naive(rest, text)
                || text
                    .split_first()
                    .is_some_and(|(_, text)| naive(pattern, text))
        }
        (Some(('?', rest)), Some((_, text))) => naive(rest, text),
        (Some((p, rest)), Some((t, text))) => p == t && naive(rest, text),
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn wildcards_match_as_the_naive_matcher_does(pattern in "[ab*?]{0,8}", text in "[abé]{0,8}") {
        let expected = naive(
            &pattern.chars().collect::<Vec<_>>(),
            &text.chars().collect::<Vec<_>>(),
        );
        prop_assert_eq!(Pattern::glob(&pattern).matches(&text), expected);
        let syms: Vec<_> = text.chars().map(TextSym::Char).collect();
        let pattern = Pattern::glob(&pattern).syms();
        prop_assert_eq!(covers(&pattern, &syms), expected);
        prop_assert_eq!(could_match(&pattern, &syms), expected);
    }

    #[test]
    fn an_opaque_part_is_bounded_by_its_values(
        pattern in "[ab*?]{0,6}", text in "[ab<.]{0,5}", value in "[ab]{0,3}", one in "[ab]",
    ) {
        let syms: Vec<_> = text
            .chars()
            .map(|c| match c {
                '<' => TextSym::Opaque,
                '.' => TextSym::One,
                c => TextSym::Char(c),
            })
            .collect();
        let pattern = Pattern::glob(&pattern);
        let text = text.replace('<', &value).replace('.', &one);
        let matches = pattern.matches(&text);
        prop_assert!(matches || !covers(&pattern.syms(), &syms));
        prop_assert!(!matches || could_match(&pattern.syms(), &syms));
    }
}
