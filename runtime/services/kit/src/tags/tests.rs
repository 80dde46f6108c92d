use super::*;

const PLAIN: Rules = Rules {
    max: MAX_TAGS,
    fold_case: false,
};
const FOLDING: Rules = Rules {
    max: MAX_TAGS,
    fold_case: true,
};

fn parse(pairs: &[(&str, &str)], rules: Rules) -> Result<TagSet, TagError> {
    TagSet::parse(pairs.iter().copied(), rules)
}

#[test]
fn keys_and_values_have_limits() {
    let longest_key = "k".repeat(MAX_KEY_CHARS);
    let longest_value = "ü".repeat(MAX_VALUE_CHARS);
    assert!(parse(&[(&longest_key, &longest_value)], PLAIN).is_ok());
    assert!(matches!(
        parse(&[(&format!("{longest_key}k"), "")], PLAIN),
        Err(TagError::KeyLength { .. })
    ));
    assert!(matches!(
        parse(&[("", "v")], PLAIN),
        Err(TagError::KeyLength { .. })
    ));
    assert!(matches!(
        parse(&[("k", &format!("{longest_value}v"))], PLAIN),
        Err(TagError::ValueLength { .. })
    ));
}

#[test]
fn reserved_keys_are_refused_in_any_case() {
    for key in ["aws:", "aws:cloudformation:stack-name", "AWS:x"] {
        assert_eq!(
            parse(&[(key, "v")], PLAIN),
            Err(TagError::Reserved { key: key.into() })
        );
    }
    assert!(parse(&[("aws", ""), ("awsome:x", "")], PLAIN).is_ok());
    assert!(parse(&[("äaws:", "")], PLAIN).is_ok());
}

#[test]
fn letters_of_all_scripts_are_allowed_and_symbols_are_not() {
    assert!(parse(&[("ключ 鍵 _.:/=+-@", "値 ٣")], PLAIN).is_ok());
    for bad in ["a#b", "a*", "tab\t", "🙂", "nul\0"] {
        assert!(
            matches!(
                parse(&[(bad, "")], PLAIN),
                Err(TagError::KeyCharacter { .. })
            ),
            "{bad}"
        );
        assert!(
            matches!(
                parse(&[("k", bad)], PLAIN),
                Err(TagError::ValueCharacter { .. })
            ),
            "{bad}"
        );
    }
}

#[test]
fn duplicates_are_refused_as_the_service_folds() {
    assert!(matches!(
        parse(&[("a", "1"), ("a", "2")], PLAIN),
        Err(TagError::Duplicate { .. })
    ));
    assert_eq!(parse(&[("a", "1"), ("A", "2")], PLAIN).unwrap().len(), 2);
    assert_eq!(
        parse(&[("a", "1"), ("A", "2")], FOLDING),
        Err(TagError::Duplicate { key: "A".into() })
    );
}

#[test]
fn a_merge_counts_before_it_changes() {
    let many: Vec<(String, String)> = (0..50).map(|n| (format!("k{n}"), String::new())).collect();
    let mut tags = TagSet::parse(many, PLAIN).unwrap();
    let before = tags.clone();

    tags.merge(parse(&[("k0", "new")], PLAIN).unwrap(), PLAIN)
        .unwrap();
    assert_eq!((tags.len(), tags.get("k0")), (50, Some("new")));

    let mut full = before.clone();
    let refused = full.merge(parse(&[("k0", "x"), ("k50", "")], PLAIN).unwrap(), PLAIN);
    assert_eq!(refused, Err(TagError::TooMany { count: 51, max: 50 }));
    assert_eq!(full, before);
}

#[test]
fn folding_replaces_and_removes_other_spellings() {
    let mut tags = parse(&[("Team", "red"), ("stage", "x")], FOLDING).unwrap();
    tags.merge(parse(&[("team", "blue")], FOLDING).unwrap(), FOLDING)
        .unwrap();
    assert_eq!(
        tags.iter().collect::<Vec<_>>(),
        [("stage", "x"), ("team", "blue")]
    );
    tags.remove(["TEAM", "absent"], FOLDING);
    assert_eq!(tags.iter().collect::<Vec<_>>(), [("stage", "x")]);
    tags.remove(["STAGE"], PLAIN);
    assert_eq!(tags.len(), 1);
}

#[test]
fn a_set_is_stored_as_a_map() {
    let tags = parse(&[("b", "2"), ("a", "1")], PLAIN).unwrap();
    let json = serde_json::to_string(&tags).unwrap();
    assert_eq!(json, r#"{"a":"1","b":"2"}"#);
    assert_eq!(serde_json::from_str::<TagSet>(&json).unwrap(), tags);
}
