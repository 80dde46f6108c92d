//! Who may do what, and why not.

use pretty_assertions::assert_eq;

use super::*;
use crate::authorize::judge::owner;

#[test]
fn identity_policies_allow_and_deny() {
    let with = |texts: &[&'static str]| Case {
        directory: policies(texts),
        ..Case::default()
    };
    assert_eq!(with(&[]).outcome(), NOT_ALLOWED);
    assert_eq!(with(&[GET]).outcome(), "allowed");
    assert_eq!(
        with(&[GET, DENY]).outcome(),
        "denied with an explicit deny in an identity-based policy"
    );
    let other = Case {
        name: "closed/1",
        ..with(&[GET])
    };
    assert_eq!(other.outcome(), NOT_ALLOWED);
    // Tags of the principal and of the resource reach the policy.
    assert_eq!(with(&[OWN_TEAM]).outcome(), "allowed");
}

/// Of what only begins so, an allow has to cover all that it may be, and a deny any.
#[test]
fn a_resource_of_which_the_beginning_is_known() {
    const ONE: &str = r#"{"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "shelf:GetBook", "Resource": "arn:aws:shelf:::open/1"}]}"#;
    const NOT_ONE: &str = r#"{"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Action": "shelf:GetBook", "Resource": "arn:aws:shelf:::open/1"}]}"#;
    let with = |texts: &[&'static str]| Case {
        directory: policies(texts),
        operation: 3,
        ..Case::default()
    };
    assert_eq!(with(&[GET]).outcome(), "allowed");
    assert_eq!(with(&[ONE]).outcome(), NOT_ALLOWED);
    assert!(with(&[GET, NOT_ONE]).outcome().contains("explicit deny"));
}

#[test]
fn boundaries_and_session_policies_limit() {
    let bounded = Case {
        directory: Everyone {
            boundary: Some(DENY),
            ..policies(&[GET])
        },
        ..Case::default()
    };
    assert_eq!(
        bounded.outcome(),
        "denied with an explicit deny in a permissions boundary"
    );
    let session = |session| Case {
        directory: policies(&[OWN_TEAM]),
        caller: Caller::AssumedRole {
            role_arn: "arn:aws:iam::111111111111:role/r".into(),
            session_arn: "arn:aws:sts::111111111111:assumed-role/r/s".into(),
            id: "AROAEXAMPLE:s".into(),
        },
        session: Some(session),
        name: "closed/1",
        ..Case::default()
    };
    let limited = |policy_arns: Vec<String>| Session {
        policy_arns,
        ..Session::default()
    };
    assert_eq!(session(limited(Vec::new())).outcome(), "allowed");
    assert_eq!(
        session(limited(vec!["arn:aws:iam::aws:policy/Read".into()])).outcome(),
        "denied because no session policy allows the shelf:GetBook action"
    );
    assert_eq!(
        session(limited(vec!["arn:aws:iam::aws:policy/Gone".into()])).outcome(),
        "refused because the session policy arn:aws:iam::aws:policy/Gone does not exist"
    );
}

#[test]
fn a_resource_policy_grants_to_strangers_and_other_accounts_need_both() {
    let open = |caller, owner| Case {
        shelf: Shelf {
            owner,
            policy: Some(FOR_ALL),
            ..Shelf::default()
        },
        caller,
        ..Case::default()
    };
    let other = Some("222222222222");
    assert_eq!(open(Caller::Anonymous, other).outcome(), "allowed");
    assert_eq!(open(user(), Some("111111111111")).outcome(), "allowed");
    assert_eq!(open(user(), other).outcome(), NOT_ALLOWED);
    let closed = Case {
        caller: Caller::Anonymous,
        ..Case::default()
    };
    assert!(closed.outcome().starts_with("denied"));
}

#[test]
fn root_needs_no_template_and_no_policy() {
    for operation in [0, 1] {
        let root = Case {
            caller: Caller::Root,
            operation,
            ..Case::default()
        };
        assert_eq!(root.outcome(), "allowed");
    }
}

#[test]
fn what_cannot_be_told_is_refused() {
    let missing = Case {
        directory: policies(&[OWN_TEAM]),
        operation: 1,
        ..Case::default()
    };
    assert_eq!(
        missing.outcome(),
        "refused because no permission template is known for shelf:NoTemplate, so only root may \
         call it"
    );
    let gone = Case {
        directory: Everyone {
            gone: true,
            ..Everyone::default()
        },
        ..Case::default()
    };
    assert_eq!(
        gone.outcome(),
        "refused because the principal no longer exists"
    );
    let unreadable = Case {
        directory: policies(&["{"]),
        ..Case::default()
    };
    assert!(
        unreadable
            .outcome()
            .starts_with("refused because the policy p cannot be read")
    );
    let unfilled = Case {
        directory: policies(&[OWN_TEAM]),
        name: "",
        ..Case::default()
    };
    assert_eq!(
        unfilled.outcome(),
        "denied because the request has no Name, which names the resource"
    );
}

#[test]
fn open_operations_and_no_enforcement_leave_nothing_to_decide() {
    let open = Case {
        operation: 2,
        ..Case::default()
    };
    assert_eq!(open.outcome(), "nothing to decide");
    let off = Case {
        mode: Mode::Off,
        ..Case::default()
    };
    assert_eq!(off.outcome(), "nothing to decide");
}

#[test]
fn soft_mode_denies_and_does_not_block() {
    let soft = Case {
        mode: Mode::Soft,
        ..Case::default()
    };
    let decision = soft.decide().unwrap();
    assert!(!decision.is_allowed() && !decision.blocks());
}

#[test]
fn profiles_are_read_once_a_revision_and_decisions_are_kept() {
    let directory = Arc::new(policies(&[GET]));
    let authorizer = Authorizer::new(Mode::Enforce, directory.clone(), []);
    let shelf = Shelf::default();
    let context = context(user(), None);
    for name in ["open/1", "closed/1", "open/2"] {
        ask(&authorizer, &shelf, &context, 0, name).unwrap();
    }
    assert_eq!(directory.asked.load(Ordering::Relaxed), 1);
    directory.revision.store(1, Ordering::Relaxed);
    ask(&authorizer, &shelf, &context, 0, "open/1").unwrap();
    assert_eq!(directory.asked.load(Ordering::Relaxed), 2);

    let all = crate::Filter::default();
    assert_eq!(authorizer.ring().last(&all, 100).len(), 4);
    assert_eq!(authorizer.ring().last(&all, 2).len(), 2);
    let denied = crate::Filter {
        denied: true,
        principal: Some("arn:aws:iam::111111111111:user/ada".into()),
    };
    assert_eq!(authorizer.ring().last(&denied, 100).len(), 1);
    let others = crate::Filter {
        principal: Some("arn:aws:iam::111111111111:user/bob".into()),
        ..all
    };
    assert!(authorizer.ring().last(&others, 100).is_empty());
}

#[test]
fn what_only_a_state_elsewhere_tells_fails_closed_and_is_said() {
    const RED: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*",
        "Resource": "*", "Condition": {"StringEquals": {"shelf:color": "red"}}}]}"#;
    const NO_BLUE: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*",
        "Resource": "*", "Condition": {"StringEqualsIfExists": {"shelf:Color": "blue"}}}]}"#;
    const NO_OTHER: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*",
        "Resource": "*", "Condition": {"StringEquals": {"shelf:Size": "blue"}}}]}"#;
    let with = |texts: &[&'static str]| Case {
        directory: policies(texts),
        shelf: Shelf {
            elsewhere: true,
            ..Shelf::default()
        },
        ..Case::default()
    };
    let why = "because the resource's state is not kept here";
    assert_eq!(
        with(&[RED]).outcome(),
        format!("{NOT_ALLOWED} (one with a condition on shelf:color does not apply, {why})")
    );
    assert_eq!(
        with(&[GET, NO_BLUE]).outcome(),
        format!(
            "denied with an explicit deny in an identity-based policy (its condition on shelf:Color applies, {why})"
        )
    );
    assert_eq!(with(&[GET, NO_OTHER]).outcome(), "allowed");
    // Where the state is here, what it does not have is absent.
    let here = |texts: &[&'static str]| Case {
        directory: policies(texts),
        ..Case::default()
    };
    assert_eq!(here(&[RED]).outcome(), NOT_ALLOWED);
    const NO_RED: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*",
        "Resource": "*", "Condition": {"StringEquals": {"shelf:Color": "red"}}}]}"#;
    assert_eq!(here(&[GET, NO_RED]).outcome(), "allowed");
}

#[test]
fn a_resource_whose_state_cannot_be_read_is_refused_whatever_policies_allow() {
    const ALL: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}"#;
    let with = |unreadable| Case {
        directory: policies(&[ALL]),
        shelf: Shelf {
            unreadable,
            ..Shelf::default()
        },
        ..Case::default()
    };
    assert_eq!(with(false).outcome(), "allowed");
    let outcome = with(true).outcome();
    assert!(
        outcome.starts_with("refused because the state of arn:aws:shelf:"),
        "{outcome}"
    );
    assert!(outcome.ends_with(" cannot be read"), "{outcome}");
}

/// What a member may do in its organization is under its own account's policies, though the ARN is another's.
#[test]
fn whose_a_resource_is_the_state_says_before_the_arn() {
    let facts = |owner: Option<&str>| ResourceFacts {
        owner: owner.map(str::to_owned),
        ..ResourceFacts::default()
    };
    let of_two = "arn:aws:shelf::222222222222:book/1";
    for (resource, said, expected) in [
        (of_two, None, Some("222222222222")),
        (of_two, Some("111111111111"), Some("111111111111")),
        (of_two, Some(""), Some("222222222222")),
        (
            "arn:aws:shelf:::book/1",
            Some("111111111111"),
            Some("111111111111"),
        ),
        ("arn:aws:shelf::aws:book/1", None, None),
        ("*", None, None),
    ] {
        assert_eq!(
            owner(resource, &facts(said)),
            expected,
            "{resource} {said:?}"
        );
    }
}
