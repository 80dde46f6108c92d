//! Requests that nobody makes: what each policy and condition key said of them.

use pretty_assertions::assert_eq;
use stockade_policy::{Layer, Place};

use super::*;
use crate::examination::{KeyValue, Said};
use crate::render;
use crate::ring::Filter;

impl Case {
    fn examine(self, refusal: Option<&str>) -> Option<Examination> {
        let authorizer = Authorizer::new(self.mode, Arc::new(self.directory), []);
        let context = context(self.caller, self.session);
        let examination = with(
            &self.shelf,
            &context,
            self.operation,
            self.name,
            |request| authorizer.examine(request, refusal.map(str::to_owned)),
        );
        assert!(
            authorizer.ring().last(&Filter::default(), 10).is_empty(),
            "nothing is kept"
        );
        examination
    }
}

/// Two statements about the action, of which one applies, and one about another.
const READER: &str = r#"{"Version": "2012-10-17", "Statement": [
    {"Sid": "Open", "Effect": "Allow", "Action": "shelf:GetBook", "Resource": "arn:aws:shelf:::open/*"},
    {"Effect": "Deny", "Action": "shelf:*", "Resource": "*",
     "Condition": {"StringEquals": {"shelf:Color": "red", "aws:PrincipalType": "AssumedRole"}}},
    {"Effect": "Allow", "Action": "shelf:LendBook", "Resource": "*"}]}"#;

#[test]
fn each_layer_and_statement_is_told() {
    let case = Case {
        directory: policies(&[READER]),
        ..Case::default()
    };
    let examination = case.examine(None).unwrap();
    assert!(examination.decision.is_allowed());
    let [Some(hearing)] = &examination.hearings[..] else {
        panic!("one requirement: {:?}", examination.hearings);
    };
    let said: Vec<(Layer, Said)> = hearing
        .layers
        .iter()
        .map(|voice| (voice.layer, voice.said))
        .collect();
    assert_eq!(
        said,
        [
            (Layer::Identity, Said::Allows),
            (Layer::Boundary, Said::Absent),
            (Layer::Session, Said::Absent),
            (Layer::Resource, Said::Absent),
            (Layer::ServiceControl, Said::Absent),
            (Layer::ResourceControl, Said::Absent),
        ]
    );
    let [policy] = &hearing.layers[0].policies[..] else {
        panic!("one policy");
    };
    assert_eq!(policy.others, 1);
    let statements: Vec<_> = policy
        .statements
        .iter()
        .map(|stated| {
            (
                stated.label.as_str(),
                stated.place,
                stated.applies,
                stated.misses.len(),
            )
        })
        .collect();
    let at = |line, column| Some(Place { line, column });
    assert_eq!(
        statements,
        [("Open", at(2, 5), true, 0), ("1", at(3, 5), false, 2)]
    );
    let keys: Vec<_> = hearing
        .keys
        .iter()
        .map(|read| (read.key.as_str(), &read.value))
        .collect();
    let user = KeyValue::Values(vec!["User".to_owned()]);
    assert_eq!(
        keys,
        [
            ("shelf:Color", &KeyValue::Absent),
            ("aws:PrincipalType", &user)
        ]
    );
}

#[test]
fn a_key_that_nobody_can_tell_is_told_as_such_and_denies() {
    let case = Case {
        directory: policies(&[
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*",
            "Resource": "*", "Condition": {"StringEquals": {"shelf:Color": "red"}}}]}"#,
        ]),
        shelf: Shelf {
            elsewhere: true,
            ..Shelf::default()
        },
        ..Case::default()
    };
    let examination = case.examine(None).unwrap();
    assert!(!examination.decision.is_allowed());
    let hearing = examination.hearings[0].as_ref().unwrap();
    assert!(matches!(hearing.keys[0].value, KeyValue::Unknown(_)));
    assert_eq!(hearing.layers[0].said, Said::Nothing);
}

/// It is told as enforcement would have it, whatever the mode is.
#[test]
fn what_the_mode_is_does_not_matter() {
    for mode in [Mode::Off, Mode::Soft, Mode::Enforce] {
        let case = Case {
            mode,
            directory: policies(&[]),
            ..Case::default()
        };
        let examination = case.examine(None).unwrap();
        assert!(examination.decision.blocks(), "{mode:?}");
    }
}

#[test]
fn what_the_service_refuses_is_heard_by_no_policy() {
    let case = Case {
        directory: policies(&[READER]),
        ..Case::default()
    };
    let examination = case.examine(Some("whatever policies say")).unwrap();
    let refusal = examination.decision.refusal.as_ref().unwrap();
    assert_eq!(refusal.why, "whatever policies say");
    assert!(examination.hearings.is_empty() && examination.then.is_empty());
    let text = render::examination::text(&examination);
    assert!(
        text.contains("shelf:GetBook is denied whatever policies say"),
        "{text}"
    );
}

#[test]
fn what_needs_no_permission_is_not_examined() {
    let free = Case {
        operation: 2,
        ..Case::default()
    };
    assert!(free.examine(None).is_none());
}

/// What services do then is decided for those whom they act as; see [`acting`](super::acting).
#[test]
fn what_follows_is_examined_too() {
    let case = Case {
        directory: policies(&[READER]),
        operation: 5,
        ..Case::default()
    };
    let examination = case.examine(None).unwrap();
    let then: Vec<_> = examination
        .then
        .iter()
        .map(|then| {
            (
                then.actor.as_str(),
                then.decision.is_allowed(),
                then.hearings.len(),
            )
        })
        .collect();
    assert_eq!(
        then,
        [
            ("service press.amazonaws.com", false, 1),
            ("role arn:aws:iam::111111111111:role/reader", true, 1),
            ("role {?}", false, 0),
            ("caller via press.amazonaws.com", true, 1),
        ]
    );
    let text = render::examination::text(&examination);
    for line in [
        "\nif it is let, then as service press.amazonaws.com: denied",
        "\nif it is let, then as caller via press.amazonaws.com: allowed",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    let value = render::json::examination(&examination);
    assert_eq!(
        value["then"][1]["as"],
        "role arn:aws:iam::111111111111:role/reader"
    );
    assert_eq!(value["then"][1]["decision"], "allowed");
    assert_eq!(
        value["then"][0]["permissions"][0]["layers"][0]["says"],
        "absent"
    );
}
