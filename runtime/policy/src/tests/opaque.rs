//! Resources with parts that are not known: the safe side.

use super::{USER, identity};
use crate::{Context, PolicySet, Request, Resource, Span, evaluate};

/// A resource with an opaque part for each `<>`, and three unknown characters for each `<3>`.
fn resource(text: &str) -> Resource<'static> {
    let mut spans = Vec::new();
    for (index, literal) in text.split('<').enumerate() {
        let literal = match literal.split_once('>') {
            Some((count, literal)) if index > 0 => {
                spans.push(match count.parse() {
                    Ok(count) => Span::Characters(count),
                    Err(_) => Span::Opaque,
                });
                literal
            }
            _ => literal,
        };
        if !literal.is_empty() {
            spans.push(Span::Literal(literal.to_owned().into()));
        }
    }
    Resource::from_spans(spans)
}

fn decide(statements: &str, name: &str) -> bool {
    let policy = [identity(statements)];
    let set = PolicySet {
        identity: &policy,
        ..PolicySet::default()
    };
    let context = Context::new();
    let request = Request::new(USER, "kms:Decrypt", resource(name), &context);
    evaluate(&request, &set).is_allowed()
}

const SECRET: &str = "arn:aws:kms:us-east-1:123456789012:secret:a-<3>";
const KEY: &str = "arn:aws:kms:us-east-1:123456789012:key/<>";

#[test]
fn an_allow_must_cover_every_value() {
    for (element, pattern, name, expected) in [
        ("Resource", "*", KEY, true),
        ("Resource", "arn:aws:kms:*:*:key/*", KEY, true),
        (
            "Resource",
            "arn:aws:kms:us-east-1:123456789012:key/1*",
            KEY,
            false,
        ),
        (
            "Resource",
            "arn:aws:kms:us-east-1:123456789012:key/1",
            KEY,
            false,
        ),
        (
            "Resource",
            "arn:aws:kms:us-east-1:123456789012:key/?",
            KEY,
            false,
        ),
        (
            "Resource",
            "arn:aws:kms:us-east-1:123456789012:*-x",
            "arn:aws:kms:us-east-1:123456789012:<>-x",
            true,
        ),
        (
            "Resource",
            "arn:aws:kms:us-east-1:123456789012:*-y",
            "arn:aws:kms:us-east-1:123456789012:<>-x",
            false,
        ),
        (
            "Resource",
            "arn:aws:kms:*:123456789012:key/1",
            "arn:aws:kms:<>:123456789012:key/1",
            true,
        ),
        (
            "Resource",
            "arn:aws:kms:eu-west-1:123456789012:key/1",
            "arn:aws:kms:<>:123456789012:key/1",
            false,
        ),
        (
            "Resource",
            "arn:aws:kms:us-east-1:123456789012:secret:a-???",
            SECRET,
            true,
        ),
        (
            "Resource",
            "arn:aws:kms:us-east-1:123456789012:secret:a-*",
            SECRET,
            true,
        ),
        (
            "Resource",
            "arn:aws:kms:us-east-1:123456789012:secret:a-????",
            SECRET,
            false,
        ),
        (
            "Resource",
            "arn:aws:kms:us-east-1:123456789012:secret:a-b??",
            SECRET,
            false,
        ),
        ("Resource", "arn:aws:kms:*:*:*", "<>", false),
        ("Resource", "*", "<>", true),
        (
            "NotResource",
            "arn:aws:kms:us-east-1:123456789012:key/1",
            KEY,
            false,
        ),
        (
            "NotResource",
            "arn:aws:kms:eu-west-1:123456789012:key/1",
            KEY,
            true,
        ),
    ] {
        let statement = format!(r#"{{"Effect":"Allow","Action":"kms:*","{element}":"{pattern}"}}"#);
        assert_eq!(
            decide(&statement, name),
            expected,
            "{element} {pattern} {name}"
        );
    }
}

#[test]
fn a_deny_needs_one_value() {
    for (element, pattern, name, denied) in [
        (
            "Resource",
            "arn:aws:kms:us-east-1:123456789012:key/1",
            KEY,
            true,
        ),
        (
            "Resource",
            "arn:aws:kms:us-east-1:123456789012:key/?1",
            KEY,
            true,
        ),
        (
            "Resource",
            "arn:aws:kms:us-east-1:123456789012:alias/1",
            KEY,
            false,
        ),
        (
            "Resource",
            "arn:aws:kms:eu-west-1:123456789012:key/1",
            KEY,
            false,
        ),
        (
            "Resource",
            "arn:aws:kms:us-east-1:123456789012:*9",
            "arn:aws:kms:us-east-1:123456789012:<>x",
            false,
        ),
        (
            "Resource",
            "arn:aws:kms:us-east-1:123456789012:a*b*c",
            "arn:aws:kms:us-east-1:123456789012:a<>c",
            true,
        ),
        (
            "Resource",
            "arn:aws:kms:eu-west-1:123456789012:key/1",
            "<>",
            true,
        ),
        (
            "Resource",
            "arn:aws:kms:us-east-1:123456789012:secret:a-b??",
            SECRET,
            true,
        ),
        (
            "Resource",
            "arn:aws:kms:us-east-1:123456789012:secret:a-????",
            SECRET,
            false,
        ),
        (
            "Resource",
            "arn:aws:kms:us-east-1:123456789012:secret:b-*",
            SECRET,
            false,
        ),
        (
            "NotResource",
            "arn:aws:kms:us-east-1:123456789012:key/1",
            KEY,
            true,
        ),
        (
            "NotResource",
            "arn:aws:kms:us-east-1:123456789012:key/*",
            KEY,
            false,
        ),
    ] {
        let statements = format!(
            r#"{{"Effect":"Allow","Action":"*","Resource":"*"}},
               {{"Effect":"Deny","Action":"kms:*","{element}":"{pattern}"}}"#
        );
        assert_eq!(
            !decide(&statements, name),
            denied,
            "{element} {pattern} {name}"
        );
    }
}

#[test]
fn a_pattern_for_a_resource_matches_it_alone() {
    assert_eq!(
        resource(KEY).pattern(),
        "arn:aws:kms:us-east-1:123456789012:key/*"
    );
    assert_eq!(
        resource(SECRET).pattern(),
        "arn:aws:kms:us-east-1:123456789012:secret:a-???"
    );
    assert_eq!(
        Resource::literal("arn:aws:s3:::b/a*").pattern(),
        "arn:aws:s3:::b/a${*}"
    );
    assert_eq!(Resource::any().pattern(), "*");
}
