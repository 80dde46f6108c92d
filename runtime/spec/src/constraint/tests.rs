use super::*;

static ANY: Shape = Shape::ANY;
static MEMBERS: Shape = Shape {
    within: Within::Members(&[Member::new(2, &ANY), Member::new(7, &ANY)]),
    ..Shape::ANY
};

#[test]
fn members_are_found_by_index() {
    assert!(MEMBERS.member(2).is_some() && MEMBERS.member(7).is_some());
    assert!(MEMBERS.member(0).is_none() && MEMBERS.member(8).is_none());
    assert!(ANY.member(2).is_none());
}

#[test]
fn the_whole_text_must_match() {
    let either = Pattern::new("a|b");
    assert!(either.matches("b"));
    assert!(!either.matches("ab"));
    assert!(!Pattern::new("[a-z]+").matches("abc\n"));
}

#[test]
fn look_around_is_understood() {
    // Lambda's name of an alias, which is no number, and its name of a bucket.
    let alias = Pattern::new("(?!^[0-9]+$)([a-zA-Z0-9-_]+)");
    assert!(alias.matches("1a") && alias.matches("PROD"));
    assert!(!alias.matches("12") && !alias.matches("$LATEST"));
    let bucket = Pattern::new(r"[0-9A-Za-z\.\-_]*(?<!\.)");
    assert!(bucket.matches("my.bucket"));
    assert!(!bucket.matches("bucket."));
}

#[test]
fn what_takes_too_long_does_not_match() {
    let slow = Pattern::new("(?=(a+)+b)[ab]+");
    assert!(slow.matches("aab"));
    assert!(!slow.matches(&"a".repeat(100_000)));
}

#[test]
fn what_does_not_compile_matches_nothing() {
    let broken = Pattern::new("[");
    assert!(compile("[").is_err());
    assert!(!broken.matches("["));
}
