//! What services do because of a request.

use std::net::IpAddr;

use pretty_assertions::assert_eq;
use stockade_spec::directory::{Guardrails, Organizations};

use super::*;

impl Case {
    /// What each that acts because of the request comes to.
    fn follow_up(self) -> Vec<(String, String)> {
        self.follow_up_from(None, |authorizer| authorizer)
    }

    /// The same, of a request from an address.
    fn follow_up_from(
        self,
        source_ip: Option<IpAddr>,
        with_more: impl FnOnce(Authorizer) -> Authorizer,
    ) -> Vec<(String, String)> {
        let authorizer = with_more(Authorizer::new(self.mode, Arc::new(self.directory), []));
        let context = context(self.caller, self.session);
        let decisions = with(&self.shelf, &context, 4, self.name, |request| {
            let facts = Facts {
                source_ip,
                ..request.facts
            };
            authorizer.follow_up(&Request { facts, ..*request })
        });
        let outcomes = decisions.into_iter().map(|decision| {
            let outcome = match (&decision.refusal, decision.first_denial()) {
                (Some(refusal), _) => refusal.why.clone(),
                (None, Some(_)) => "denied".to_owned(),
                (None, None) => "allowed".to_owned(),
            };
            (decision.principal.clone(), outcome)
        });
        outcomes.collect()
    }
}

const PRESS: &str = "press.amazonaws.com";
const READER: &str = "arn:aws:sts::111111111111:assumed-role/reader/shelf";
const ADA: &str = "arn:aws:iam::111111111111:user/ada";

fn outcomes(all: [(&str, &str); 4]) -> Vec<(String, String)> {
    all.map(|(who, outcome)| (who.to_owned(), outcome.to_owned()))
        .to_vec()
}

/// "AWS services that work with IAM", "Forward access sessions", "The confused deputy problem": a service is let by the
/// resource's policy alone, a role by its own, and a forwarded session by the caller's.
#[test]
fn services_act_as_themselves_as_roles_and_for_callers() {
    const UNKNOWN: &str = "because nobody here can tell which role shelf assumes";
    let nobody = outcomes([
        (PRESS, "denied"),
        (READER, "denied"),
        ("<unknown>", UNKNOWN),
        (ADA, "denied"),
    ]);
    assert_eq!(Case::default().follow_up(), nobody);
    let case = Case {
        directory: policies(&[GET]),
        ..Case::default()
    };
    let identities = outcomes([
        (PRESS, "denied"),
        (READER, "allowed"),
        ("<unknown>", UNKNOWN),
        (ADA, "allowed"),
    ]);
    assert_eq!(case.follow_up(), identities);
    const FOR_PRESS: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
        "Principal": {"Service": "press.amazonaws.com"}, "Action": "shelf:GetBook",
        "Resource": "*", "Condition": {"ArnEquals": {"aws:SourceArn": "arn:aws:press:::111111111111"}}}]}"#;
    let case = Case {
        shelf: Shelf {
            owner: Some("111111111111"),
            policy: Some(FOR_PRESS),
            ..Shelf::default()
        },
        ..Case::default()
    };
    let press = outcomes([
        (PRESS, "allowed"),
        (READER, "denied"),
        ("<unknown>", UNKNOWN),
        (ADA, "denied"),
    ]);
    assert_eq!(case.follow_up(), press);
}

/// "AWS global condition context keys": a forwarded session tells who forwards it, and a role's own call does not.
#[test]
fn forwarded_sessions_are_told() {
    const VIA: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
        "Action": "shelf:GetBook", "Resource": "*", "Condition": {
            "Bool": {"aws:ViaAWSService": "true"},
            "StringEquals": {"aws:CalledViaLast": "press.amazonaws.com"},
            "ForAnyValue:StringEquals": {"aws:CalledVia": "press.amazonaws.com"}}}]}"#;
    let case = Case {
        directory: policies(&[VIA]),
        ..Case::default()
    };
    let told: Vec<String> = case.follow_up().into_iter().map(|(_, told)| told).collect();
    assert_eq!(
        [&*told[0], &*told[1], &*told[3]],
        ["denied", "denied", "allowed"]
    );
}

#[test]
fn without_enforcement_nobody_is_asked_and_a_role_that_is_gone_acts_no_more() {
    let case = Case {
        mode: Mode::Off,
        ..Case::default()
    };
    assert_eq!(case.follow_up(), []);
    let case = Case {
        directory: Everyone {
            gone: true,
            ..policies(&[GET])
        },
        ..Case::default()
    };
    let gone = "because the role arn:aws:iam::111111111111:role/reader does not exist";
    assert_eq!(
        case.follow_up()[1],
        (
            "arn:aws:iam::111111111111:role/reader".to_owned(),
            gone.to_owned()
        )
    );
}

/// "Forward access sessions": such requests have the `aws:SourceIp` of the first one; a role's and a service's own come from
/// elsewhere.
#[test]
fn the_address_goes_with_the_forwarded_session_alone() {
    const FROM: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "shelf:GetBook",
        "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}]}"#;
    for (address, caller) in [([203, 0, 113, 9], "allowed"), ([198, 51, 100, 1], "denied")] {
        let case = Case {
            directory: policies(&[FROM]),
            ..Case::default()
        };
        let told = case.follow_up_from(Some(address.into()), |authorizer| authorizer);
        assert_eq!(told[1], (READER.to_owned(), "denied".to_owned()));
        assert_eq!(told[3], (ADA.to_owned(), caller.to_owned()));
    }
}

/// An organization of one account.
struct Alone(&'static str);

impl Organizations for Alone {
    fn guardrails(&self, account: &str) -> Option<Guardrails> {
        (account == self.0).then(|| Guardrails {
            organization: "o-shelves".into(),
            path: "o-shelves/r-1/".into(),
            is_management: true,
            service_control: None,
            resource_control: None,
        })
    }

    fn revision(&self) -> u64 {
        1
    }
}

/// "AWS global condition context keys", aws:SourceOrgID and aws:SourceOrgPaths: of the account for whose resource a service
/// acts, if it is a member of an organization.
#[test]
fn a_service_tells_the_organization_of_its_source() {
    const FOR_PRESS: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
        "Principal": {"Service": "press.amazonaws.com"}, "Action": "shelf:GetBook", "Resource": "*", "Condition": {
            "StringEquals": {"aws:SourceOrgID": "o-shelves"},
            "ForAnyValue:StringLike": {"aws:SourceOrgPaths": "o-shelves/r-1/*"}}}]}"#;
    for (member, expected) in [("111111111111", "allowed"), ("222222222222", "denied")] {
        let case = Case {
            shelf: Shelf {
                owner: Some("111111111111"),
                policy: Some(FOR_PRESS),
                ..Shelf::default()
            },
            ..Case::default()
        };
        let told = case.follow_up_from(None, |authorizer| {
            authorizer.with_organizations(Arc::new(Alone(member)))
        });
        assert_eq!(told[0], (PRESS.to_owned(), expected.to_owned()));
    }
}
