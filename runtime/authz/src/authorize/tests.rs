use std::any::Any;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::UNIX_EPOCH;

use aws_smithy_schema::serde::{
    SerdeError, SerializableStruct, ShapeDeserializer, ShapeSerializer,
};
use aws_smithy_schema::{Schema, ShapeType, shape_id};
use aws_smithy_types::byte_stream::ByteStream;
use pretty_assertions::assert_eq;
use stockade_spec::directory::{AttachedPolicy, Credential, Profile as Known};
use stockade_spec::filter::Filter;
use stockade_spec::operation::Operation;
use stockade_spec::permission::{
    Actor, Capture, FollowUp, KeyBinding, Part, Permissions, Predicate, Requirement, Resource,
    Source, Step, Value,
};
use stockade_spec::resolve::{Arguments, Resolved, ResourcePolicy, Scope};
use stockade_spec::service::{BoxFuture, Session};
use stockade_spec::{AnyShape, Denied, Error, Unit};

use super::*;
use crate::request::{Facts, Needs};

static NAME: Schema<'static> =
    Schema::new_member(shape_id!("shelf", "Input"), ShapeType::String, "Name", 0);
static INPUT: Schema<'static> =
    Schema::new_struct(shape_id!("shelf", "Input"), ShapeType::Structure, &[&NAME]);

struct Input(&'static str);

impl SerializableStruct for Input {
    fn schema(&self) -> &Schema<'_> {
        &INPUT
    }

    fn serialize_members(&self, serializer: &mut dyn ShapeSerializer) -> Result<(), SerdeError> {
        serializer.write_string(&NAME, self.0)
    }
}

impl AnyShape for Input {
    fn take_stream(&mut self) -> Option<ByteStream> {
        None
    }

    fn as_serializable(&self) -> &dyn SerializableStruct {
        self
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any + Send> {
        self
    }
}

const fn permissions(class: Class, requirements: &'static [Requirement]) -> Permissions {
    Permissions {
        class,
        source: Source::Overlay,
        captures: &[Capture {
            name: "Name",
            steps: &[Step::Member(0)],
        }],
        requirements,
        follow_ups: &[],
        answers: None,
    }
}

const fn operation(name: &'static str, permissions: &'static Permissions) -> Operation {
    Operation {
        name,
        method: "POST",
        uri: "/",
        status: 200,
        input: &INPUT,
        output: &INPUT,
        result_wrapper: None,
        streams_input: false,
        constraints: None,
        permissions,
    }
}

static OPERATIONS: &[Operation] = &[
    operation(
        "GetBook",
        &permissions(
            Class::Requirements,
            &[Requirement {
                action: "shelf:GetBook",
                resources: &[Resource::Template(&[
                    Part::Literal("arn:aws:shelf:::"),
                    Part::Capture {
                        capture: 0,
                        default: None,
                        filter: Some(Filter::Arn),
                    },
                ])],
                when: Predicate::Always,
                each: None,
                keys: &[],
                untold: &["shelf:Color"],
            }],
        ),
    ),
    operation("NoTemplate", &permissions(Class::Requirements, &[])),
    operation("Open", &permissions(Class::Open, &[])),
    operation(
        "FindBook",
        &permissions(
            Class::Requirements,
            &[Requirement {
                action: "shelf:GetBook",
                resources: &[Resource::Resolver {
                    name: "found",
                    index: 0,
                    arguments: &[],
                }],
                when: Predicate::Always,
                each: None,
                keys: &[],
                untold: &[],
            }],
        ),
    ),
    operation("LendBook", &LENDING),
];

const TOLD: Requirement = Requirement {
    action: "shelf:GetBook",
    resources: &[Resource::Template(&[
        Part::Literal("arn:aws:shelf:::"),
        Part::Capture {
            capture: 0,
            default: None,
            filter: None,
        },
    ])],
    when: Predicate::Always,
    each: None,
    keys: &[KeyBinding {
        key: "aws:SourceArn",
        value: Value::Literal("arn:aws:press:::{account}"),
    }],
    untold: &[],
};

/// What is lent is read by the press itself, by a role, and in the caller's name.
static LENDING: Permissions = Permissions {
    follow_ups: &[
        FollowUp {
            actor: Actor::Service("press.amazonaws.com"),
            requirement: TOLD,
        },
        FollowUp {
            actor: Actor::Role(&[Part::Literal("arn:aws:iam::111111111111:role/reader")]),
            requirement: TOLD,
        },
        FollowUp {
            actor: Actor::Role(&[Part::Opaque]),
            requirement: TOLD,
        },
        FollowUp {
            actor: Actor::Caller {
                via: "press.amazonaws.com",
            },
            requirement: TOLD,
        },
    ],
    ..permissions(Class::Open, &[])
};

/// A service whose one resource has a policy, an owner and a tag.
#[derive(Default)]
struct Shelf {
    owner: Option<&'static str>,
    policy: Option<&'static str>,
    /// Its books stand behind an upstream.
    elsewhere: bool,
}

impl Service for Shelf {
    fn id(&self) -> &'static str {
        "shelf"
    }

    fn operations(&self) -> &'static [Operation] {
        OPERATIONS
    }

    fn read(
        &self,
        _: usize,
        _: &mut dyn ShapeDeserializer,
        _: Option<ByteStream>,
    ) -> Result<Box<dyn AnyShape>, SerdeError> {
        Ok(Box::new(Unit))
    }

    fn handle<'a>(
        &'a self,
        _: usize,
        _: &'a RequestContext,
        input: Box<dyn AnyShape>,
        _: Denied,
    ) -> BoxFuture<'a, Result<Box<dyn AnyShape>, Error>> {
        Box::pin(async { Ok(input) })
    }

    fn resolve(&self, _: u16, _: &Scope<'_>, _: &Arguments<'_>) -> Resolved {
        Resolved::Begins("arn:aws:shelf:::open/".into())
    }

    fn admit(&self, _: usize, _: &RequestContext) -> Result<(), Error> {
        Ok(())
    }

    fn facts(&self, _: &str, resource: &str, _: &Scope<'_>) -> ResourceFacts {
        ResourceFacts {
            owner: self.owner.map(str::to_owned),
            policy: self.policy.map(|document| ResourcePolicy {
                document: document.into(),
                label: format!("policy of {resource}"),
                role: PolicyRole::Grants,
            }),
        }
    }

    fn state_keys(&self, _: &str, _: &str, _: &Scope<'_>) -> StateKeys {
        if self.elsewhere {
            return StateKeys::elsewhere("shelf");
        }
        StateKeys {
            tags: vec![("team".into(), "red".into())],
            ..StateKeys::default()
        }
    }
}

/// A directory in which everyone has the same policies.
#[derive(Default)]
struct Everyone {
    policies: Vec<&'static str>,
    boundary: Option<&'static str>,
    gone: bool,
    asked: AtomicU64,
    revision: AtomicU64,
}

fn attached(document: &str) -> AttachedPolicy {
    AttachedPolicy {
        document: document.into(),
        name: "p".into(),
        managed: false,
        attached_to: "arn:aws:iam::111111111111:user/ada".into(),
    }
}

impl Directory for Everyone {
    fn role_id(&self, arn: &str) -> Option<String> {
        (!self.gone && arn.ends_with("/reader")).then(|| "AROAEXAMPLE".to_owned())
    }

    fn credential(&self, _: &str) -> Option<Arc<Credential>> {
        None
    }

    fn profile(&self, _: &str, _: &Caller) -> Option<Known> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        (!self.gone).then(|| Known {
            policies: self.policies.iter().map(|text| attached(text)).collect(),
            boundary: self.boundary.map(attached),
            tags: vec![("team".into(), "red".into())],
        })
    }

    fn managed_policy(&self, arn: &str) -> Option<Arc<str>> {
        (arn == "arn:aws:iam::aws:policy/Read").then(|| GET.into())
    }

    fn revision(&self) -> u64 {
        self.revision.load(Ordering::Relaxed)
    }
}

const GET: &str = r#"{"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "shelf:GetBook", "Resource": "arn:aws:shelf:::open/*"}]}"#;
const OWN_TEAM: &str = r#"{"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "shelf:*", "Resource": "*", "Condition":
        {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}}]}"#;
const DENY: &str = r#"{"Version": "2012-10-17", "Statement": [
    {"Sid": "No", "Effect": "Deny", "Action": "*", "Resource": "*"}]}"#;
const FOR_ALL: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
    "Principal": "*", "Action": "shelf:GetBook", "Resource": "arn:aws:shelf:::open/*"}]}"#;

fn user() -> Caller {
    Caller::User {
        arn: "arn:aws:iam::111111111111:user/ada".into(),
        id: "AIDAEXAMPLE".into(),
        name: "ada".into(),
    }
}

struct Case {
    mode: Mode,
    directory: Everyone,
    shelf: Shelf,
    caller: Caller,
    session: Option<Session>,
    operation: usize,
    name: &'static str,
}

impl Default for Case {
    fn default() -> Self {
        Self {
            mode: Mode::Enforce,
            directory: Everyone::default(),
            shelf: Shelf::default(),
            caller: user(),
            session: None,
            operation: 0,
            name: "open/1",
        }
    }
}

fn ask(
    authorizer: &Authorizer,
    shelf: &Shelf,
    context: &RequestContext,
    operation: usize,
    name: &'static str,
) -> Option<Arc<Decision>> {
    with(shelf, context, operation, name, |request| {
        authorizer.authorize(request)
    })
}

fn with<T>(
    shelf: &Shelf,
    context: &RequestContext,
    operation: usize,
    name: &'static str,
    ask: impl FnOnce(&Request<'_>) -> T,
) -> T {
    ask(&Request {
        context,
        service: "shelf",
        operation: OPERATIONS[operation].name,
        needs: Some(Needs {
            permissions: OPERATIONS[operation].permissions,
            input: &Input(name),
            service: Some(shelf),
            divisible: true,
        }),
        facts: Facts {
            source_ip: None,
            secure: false,
            header: &|_| None,
        },
    })
}

fn context(caller: Caller, session: Option<Session>) -> RequestContext {
    RequestContext {
        caller,
        account: "111111111111".into(),
        region: "us-east-1".into(),
        partition: "aws",
        access_key: None,
        session: session.map(Arc::new),
        request_id: "1".into(),
        now: UNIX_EPOCH,
        origin: "http://localhost".into(),
    }
}

impl Case {
    fn decide(self) -> Option<Arc<Decision>> {
        let authorizer = Authorizer::new(self.mode, Arc::new(self.directory), []);
        let context = context(self.caller, self.session);
        ask(
            &authorizer,
            &self.shelf,
            &context,
            self.operation,
            self.name,
        )
    }

    /// The decision in a word, and why where it is a denial.
    fn outcome(self) -> String {
        let Some(decision) = self.decide() else {
            return "nothing to decide".to_owned();
        };
        match (&decision.refusal, decision.first_denial()) {
            (Some(refusal), _) => format!("refused {}", refusal.why),
            (None, Some(denial)) => format!("denied {}", denial.reason.clone().unwrap_or_default()),
            (None, None) => "allowed".to_owned(),
        }
    }
}

fn policies(policies: &[&'static str]) -> Everyone {
    Everyone {
        policies: policies.to_vec(),
        ..Everyone::default()
    }
}

const NOT_ALLOWED: &str = "denied because no identity-based policy allows the shelf:GetBook action";

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

impl Case {
    /// What each that acts because of the request comes to.
    fn follow_up(self) -> Vec<(String, String)> {
        let authorizer = Authorizer::new(self.mode, Arc::new(self.directory), []);
        let context = context(self.caller, self.session);
        let decisions = with(&self.shelf, &context, 4, self.name, |request| {
            authorizer.follow_up(request)
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
