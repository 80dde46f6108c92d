use super::*;

#[test]
fn etags_match_quoted_or_not_in_lists() {
    for tags in ["abc", "\"abc\"", "W/\"abc\"", "\"x\", \"abc\"", "*"] {
        assert!(matches(tags, "abc"), "{tags}");
    }
    for tags in ["", "ab", "\"abcd\"", "\"x\",\"y\""] {
        assert!(!matches(tags, "abc"), "{tags}");
    }
}

#[test]
fn a_failed_if_match_comes_before_everything() {
    let now = DateTime::from_secs(10);
    let conditions = ReadConditions {
        if_match: Some("x"),
        if_none_match: Some("abc"),
        if_modified_since: Some(&now),
        if_unmodified_since: Some(&now),
    };
    assert_eq!(conditions.check("abc", 20), Err(Failed::Match));
    let conditions = ReadConditions {
        if_match: Some("abc"),
        ..conditions
    };
    assert_eq!(conditions.check("abc", 20), Err(Failed::NoneMatch));
    assert_eq!(ReadConditions::default().check("abc", 20), Ok(()));
}
