//! Properties that hold for all policies and requests.

use proptest::prelude::*;

use super::*;
use crate::opaque::{TextSym, could_match, covers};
use crate::pattern::Pattern;
use crate::{Policy, Resource, explain};

fn statement() -> impl Strategy<Value = String> {
    let action = prop::sample::select(vec!["*", "s3:*", "s3:Get*", "s3:PutObject", "iam:*"]);
    let resource = prop::sample::select(vec![
        "*",
        "arn:aws:s3:::a/*",
        "arn:aws:s3:::b",
        "arn:aws:s3:::${aws:username}/*",
        "arn:aws:sns:*:*:t",
    ]);
    let condition = prop::sample::select(vec![
        "{}",
        r#"{"StringEquals":{"aws:username":"ana"}}"#,
        r#"{"StringNotLike":{"aws:username":"b*"}}"#,
        r#"{"ForAllValues:StringEquals":{"aws:TagKeys":["x","y"]}}"#,
        r#"{"BoolIfExists":{"aws:SecureTransport":"true"}}"#,
        r#"{"Unheard":{"a":"b"}}"#,
    ]);
    (
        prop::bool::ANY,
        prop::bool::ANY,
        action,
        prop::bool::ANY,
        resource,
        condition,
    )
        .prop_map(|(deny, not_action, action, not_resource, resource, condition)| {
            format!(
                r#"{{"Effect":"{}","{}Action":"{action}","{}Resource":"{resource}","Condition":{condition}}}"#,
                if deny { "Deny" } else { "Allow" },
                if not_action { "Not" } else { "" },
                if not_resource { "Not" } else { "" },
            )
        })
}

fn policies() -> impl Strategy<Value = Vec<Attached>> {
    let statements = prop::collection::vec(statement(), 1..4);
    prop::collection::vec(statements, 0..4).prop_map(|policies| {
        policies
            .iter()
            .map(|statements| identity(&statements.join(",")))
            .collect()
    })
}

fn context() -> impl Strategy<Value = Context<'static>> {
    let user = prop::option::of(prop::sample::select(vec!["ana", "bo"]));
    let tags = prop::collection::vec(prop::sample::select(vec!["x", "y", "z"]), 0..3);
    (user, tags, prop::option::of(prop::bool::ANY)).prop_map(|(user, tags, secure)| {
        let mut context = Context::new();
        if let Some(user) = user {
            context.set("aws:username", user);
        }
        context.set_many("aws:TagKeys", tags);
        if let Some(secure) = secure {
            context.set("aws:SecureTransport", secure.to_string());
        }
        context
    })
}

fn question() -> impl Strategy<Value = (&'static str, &'static str)> {
    (
        prop::sample::select(vec!["s3:GetObject", "s3:PutObject", "iam:GetUser"]),
        prop::sample::select(vec![
            "arn:aws:s3:::a/1",
            "arn:aws:s3:::ana/1",
            "arn:aws:s3:::b",
            "arn:aws:sns:us-east-1:123456789012:t",
            "*",
        ]),
    )
}

fn decided(identity: &[Attached], boundary: Option<&Attached>, request: &Request<'_>) -> Decision {
    let set = PolicySet {
        identity,
        boundary,
        ..PolicySet::default()
    };
    evaluate(request, &set).decision()
}

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

    #[test]
    fn a_deny_never_allows(
        policies in policies(), deny in statement(), context in context(), (action, name) in question(),
    ) {
        let request = Request::new(USER, action, name, &context);
        let before = decided(&policies, None, &request);
        let mut more = policies;
        more.push(identity(&deny.replace("\"Allow\"", "\"Deny\"")));
        let after = decided(&more, None, &request);
        prop_assert!(before == Decision::Allowed || after != Decision::Allowed);
    }

    #[test]
    fn a_context_that_nobody_reads_changes_nothing(
        policies in policies(), boundary in statement(), context in context(), (action, name) in question(),
    ) {
        let boundary = identity(&boundary);
        let set = PolicySet { identity: &policies, boundary: Some(&boundary), ..PolicySet::default() };
        let empty = Context::new();
        let with = evaluate(&Request::new(USER, action, name, &context), &set);
        let without = Request::new(USER, action, name, &empty);
        prop_assert!(set.reads_context(action) || outcome(&with) == outcome(&evaluate(&without, &set)));
    }

    #[test]
    fn order_does_not_matter(
        statements in prop::collection::vec(statement(), 1..5), context in context(), (action, name) in question(),
    ) {
        let request = Request::new(USER, action, name, &context);
        let one = [identity(&statements.join(","))];
        let reversed: Vec<_> = statements.iter().rev().cloned().collect();
        let reversed_one = [identity(&reversed.join(","))];
        let apart: Vec<_> = reversed.iter().map(|statement| identity(statement)).collect();
        let expected = decided(&one, None, &request);
        prop_assert_eq!(decided(&reversed_one, None, &request), expected);
        prop_assert_eq!(decided(&apart, None, &request), expected);
    }

    #[test]
    fn a_boundary_never_widens(
        policies in policies(), boundary in statement(), context in context(), (action, name) in question(),
    ) {
        let request = Request::new(USER, action, name, &context);
        let boundary = identity(&boundary);
        let without = decided(&policies, None, &request);
        let with = decided(&policies, Some(&boundary), &request);
        prop_assert!(without == Decision::Allowed || with != Decision::Allowed);
    }

    #[test]
    fn negated_elements_are_complements(
        pattern in "s3:[GetPut*?]{0,6}", resource in "arn:aws:s3:::[ab*?]{1,4}", name in "[ab]{0,4}",
    ) {
        let context = Context::new();
        let name = format!("arn:aws:s3:::{name}");
        let applies = |action: &str, resource: &str| {
            let statement = identity(&format!(r#"{{"Effect":"Allow",{action},{resource}}}"#));
            allows(&statement, "s3:Put", &name, &context)
        };
        let all = r#""Resource":"*""#;
        prop_assert_ne!(
            applies(&format!(r#""Action":"{pattern}""#), all),
            applies(&format!(r#""NotAction":"{pattern}""#), all)
        );
        let any = r#""Action":"*""#;
        prop_assert_ne!(
            applies(any, &format!(r#""Resource":"{resource}""#)),
            applies(any, &format!(r#""NotResource":"{resource}""#))
        );
    }

    #[test]
    fn parsing_never_panics(text in "\\PC{0,80}") {
        for kind in [PolicyKind::Identity, PolicyKind::Resource, PolicyKind::Trust] {
            let _ = Policy::parse(&text, kind);
        }
    }

    #[test]
    fn parsing_documents_never_panics(
        element in prop::sample::select(vec![
            "Version", "Id", "Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal",
            "NotPrincipal", "Condition", "Statement",
        ]),
        value in prop_oneof![
            Just("null".to_owned()), Just("[]".to_owned()), Just("{}".to_owned()), Just("[[1e400]]".to_owned()),
            Just(r#"{"DateEquals":{"a":"99999999999-99-99T99"}}"#.to_owned()),
            Just(r#"{"IpAddress":{"a":["1.2.3.4/999",""]}}"#.to_owned()),
            "[a-z:*$ {}?,'-]{0,20}".prop_map(|text| format!("\"{text}\"")),
        ],
    ) {
        let inside = format!(
            r#"{{"Statement":{{"Effect":"Allow","Action":"*","Resource":"*","{element}":{value}}}}}"#
        );
        let beside = format!(r#"{{"{element}":{value}}}"#);
        for text in [inside, beside] {
            for kind in [PolicyKind::Identity, PolicyKind::Resource, PolicyKind::Trust, PolicyKind::ResourceControl] {
                if let Ok(policy) = Policy::parse_strict(&text, kind) {
                    let attached = [Attached::new(policy.into(), Source::inline("any", None))];
                    let set = PolicySet { identity: &attached, resource: &attached, ..PolicySet::default() };
                    let context = Context::new();
                    let request = Request::new(USER, "s3:GetObject", "arn:aws:s3:::b", &context);
                    let _ = explain(&request, &set);
                }
            }
        }
    }

    #[test]
    fn decisions_never_panic(action in "\\PC{0,20}", name in "\\PC{0,30}", policies in policies()) {
        let context = Context::new();
        let request = Request::new(USER, &action, Resource::literal(name), &context);
        let _ = decided(&policies, None, &request);
    }
}
