//! What is judged again, and what is not.

use pretty_assertions::assert_eq;

use super::*;

/// Readers of one shelf, and the authorizer that they ask.
struct Library {
    directory: Arc<Everyone>,
    authorizer: Authorizer,
    shelf: Shelf,
}

impl Library {
    /// At the first revision of its state.
    fn new(identity: &'static str, shelf: Shelf) -> Self {
        let directory = Arc::new(policies(&[identity]));
        let library = Self {
            authorizer: Authorizer::new(Mode::Enforce, Arc::clone(&directory) as _, []),
            directory,
            shelf,
        };
        library.is_at(1);
        library
    }

    fn is_at(&self, revision: u64) {
        self.directory.state.store(revision, Ordering::Relaxed);
    }

    /// Whether somebody may get a book, and how often the shelf was asked whose it is. Policies of principals have a cache of
    /// their own.
    fn asked(&self, context: &RequestContext, name: &'static str) -> (bool, u64) {
        let before = self.shelf.asked.load(Ordering::Relaxed);
        let decision = ask(&self.authorizer, &self.shelf, context, 0, name).unwrap();
        let asked = self.shelf.asked.load(Ordering::Relaxed) - before;
        (decision.is_allowed(), asked)
    }
}

const AGAIN: (bool, u64) = (true, 1);
const REMEMBERED: (bool, u64) = (true, 0);

#[test]
fn a_question_is_judged_again_when_what_it_was_judged_by_has_changed() {
    let library = Library::new(GET, Shelf::default());
    let ada = context(user(), None);
    // The first time that a question is asked may be the last.
    assert_eq!(library.asked(&ada, "open/1"), AGAIN);
    assert_eq!(library.asked(&ada, "open/1"), AGAIN);
    assert_eq!(library.asked(&ada, "open/1"), REMEMBERED);
    for revision in 2..4 {
        library.is_at(revision);
        assert_eq!(library.asked(&ada, "open/1"), AGAIN);
        assert_eq!(library.asked(&ada, "open/1"), REMEMBERED);
    }
    // Nor is anything remembered of a state that nobody can tell.
    library.is_at(0);
    assert_eq!(library.asked(&ada, "open/1"), AGAIN);
    assert_eq!(library.asked(&ada, "open/1"), AGAIN);
}

#[test]
fn what_is_asked_once_takes_no_room() {
    let library = Library::new(GET, Shelf::default());
    let ada = context(user(), None);
    assert_eq!(library.asked(&ada, "open/0"), AGAIN);
    assert_eq!(library.asked(&ada, "open/0"), AGAIN);
    for number in 1..10_000 {
        let name: &'static str = format!("open/{number}").leak();
        assert_eq!(library.asked(&ada, name), AGAIN);
    }
    assert_eq!(library.asked(&ada, "open/0"), REMEMBERED);
}

#[test]
fn whatever_a_verdict_depends_on_makes_another_question() {
    let library = Library::new(GET, Shelf::default());
    let ada = context(user(), None);
    for _ in 0..2 {
        assert_eq!(library.asked(&ada, "open/1"), AGAIN);
    }
    assert_eq!(library.asked(&ada, "open/2"), AGAIN, "another resource");
    assert_eq!(library.asked(&ada, "closed/1"), (false, 1), "a denied one");
    let limited = Session {
        policies: vec![DENY.into()],
        ..Session::default()
    };
    let session = context(user(), Some(limited));
    assert_eq!(
        library.asked(&session, "open/1"),
        (false, 1),
        "a session's policy"
    );
    let bob = Caller::User {
        arn: "arn:aws:iam::111111111111:user/bob".into(),
        id: "AIDABOB".into(),
        name: "bob".into(),
    };
    for (other, what) in [
        (
            RequestContext {
                caller: bob,
                ..ada.clone()
            },
            "another caller",
        ),
        (
            RequestContext {
                account: "222222222222".into(),
                ..ada.clone()
            },
            "another account",
        ),
        (
            RequestContext {
                region: "eu-west-1".into(),
                ..ada.clone()
            },
            "another region",
        ),
        (
            RequestContext {
                partition: "aws-cn",
                ..ada.clone()
            },
            "another partition",
        ),
    ] {
        assert_eq!(library.asked(&other, "open/1"), AGAIN, "{what}");
    }
    // What only tells who asked, and when, does not.
    let later = RequestContext {
        request_id: "2".into(),
        now: UNIX_EPOCH + std::time::Duration::from_secs(1),
        ..ada
    };
    assert_eq!(library.asked(&later, "open/1"), REMEMBERED);
}

#[test]
fn what_reads_a_condition_key_is_judged_each_time() {
    const SOON: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "shelf:GetBook",
        "Resource": "*", "Condition": {"DateLessThan": {"aws:CurrentTime": "1970-01-01T00:01:00Z"}}}]}"#;
    const OWN: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "shelf:GetBook",
        "Resource": "arn:aws:shelf:::${aws:PrincipalTag/team}/*"}]}"#;
    const PUBLIC: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*",
        "Action": "shelf:GetBook", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}"#;
    for (identity, resource, name) in [
        (SOON, None, "open/1"),
        (OWN, None, "red/1"),
        (GET, Some(PUBLIC), "open/1"),
    ] {
        let shelf = Shelf {
            policy: resource,
            ..Shelf::default()
        };
        let library = Library::new(identity, shelf);
        let ada = context(user(), None);
        for _ in 0..3 {
            assert_eq!(library.asked(&ada, name), AGAIN, "{identity}");
        }
    }
    // The time has come.
    let library = Library::new(SOON, Shelf::default());
    let ada = context(user(), None);
    assert_eq!(library.asked(&ada, "open/1"), AGAIN);
    assert_eq!(library.asked(&ada, "open/1"), AGAIN);
    let later = RequestContext {
        now: UNIX_EPOCH + std::time::Duration::from_secs(60),
        ..ada
    };
    assert_eq!(library.asked(&later, "open/1"), (false, 1));
}

/// What is remembered is noted and kept as what is judged.
#[test]
fn each_decision_is_its_own() {
    let library = Library::new(GET, Shelf::default());
    let ada = context(user(), None);
    for id in ["1", "2", "3"] {
        let context = RequestContext {
            request_id: id.into(),
            ..ada.clone()
        };
        library.asked(&context, "open/1");
        // A reset forgets what was noted, and the next request notes it again.
        if id == "2" {
            library.authorizer.ledger().clear();
        }
    }
    let last = library
        .authorizer
        .ring()
        .last(&crate::Filter::default(), 10);
    let ids: Vec<&str> = last.iter().map(|decision| &*decision.request_id).collect();
    assert_eq!(ids, ["3", "2", "1"]);
    assert_eq!(library.shelf.asked.load(Ordering::Relaxed), 2);
    assert_eq!(last[0].verdicts[0].statements.len(), 1);
    let ada = "arn:aws:iam::111111111111:user/ada";
    assert_eq!(library.authorizer.ledger().principals(), [ada]);
}
