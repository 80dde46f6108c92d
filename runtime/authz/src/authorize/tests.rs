//! A shelf of books, its readers, and what they may do.

mod acting;
mod decisions;
mod examinations;
mod memory;

use std::any::Any;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::UNIX_EPOCH;

use aws_smithy_schema::serde::{
    SerdeError, SerializableStruct, ShapeDeserializer, ShapeSerializer,
};
use aws_smithy_schema::{Schema, ShapeType, shape_id};
use aws_smithy_types::byte_stream::ByteStream;
use stockade_spec::directory::{AttachedPolicy, Basis, Credential, Profile as Known};
use stockade_spec::filter::Filter;
use stockade_spec::operation::Operation;
use stockade_spec::permission::{
    Actor, Capture, FollowUp, KeyBinding, Part, Permissions, Predicate, Requirement, Resource,
    Source, Step, Value,
};
use stockade_spec::resolve::{
    Arguments, PolicyRole, Resolved, ResourceFacts, ResourcePolicy, Scope, StateKeys,
};
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
    operation("LendDearBook", &LENDING_DEAR),
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
const LENT: &[FollowUp] = &[
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
];

static LENDING: Permissions = Permissions {
    follow_ups: LENT,
    ..permissions(Class::Open, &[])
};

/// The same of a book that the caller must be allowed to get.
static LENDING_DEAR: Permissions = Permissions {
    follow_ups: LENT,
    ..permissions(Class::Requirements, &[TOLD])
};

/// A service whose one resource has a policy, an owner and a tag.
#[derive(Default)]
struct Shelf {
    owner: Option<&'static str>,
    policy: Option<&'static str>,
    /// Its books stand behind an upstream.
    elsewhere: bool,
    /// Whose a book is cannot be read.
    unreadable: bool,
    /// How often it was asked whose a book is.
    asked: AtomicU64,
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
        self.asked.fetch_add(1, Ordering::Relaxed);
        ResourceFacts {
            owner: self.owner.map(str::to_owned),
            policy: self.policy.map(|document| ResourcePolicy {
                document: document.into(),
                label: format!("policy of {resource}"),
                role: PolicyRole::Grants,
            }),
            is_unreadable: self.unreadable,
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
    /// The revision of all state; zero where nobody can tell.
    state: Arc<AtomicU64>,
}

/// All state, as it was at a revision.
#[derive(Debug)]
struct Revision {
    read: u64,
    state: Arc<AtomicU64>,
}

impl Basis for Revision {
    fn stands(&self) -> bool {
        self.state.load(Ordering::Relaxed) == self.read
    }
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

    fn observe(&self, work: &mut dyn FnMut()) -> Option<Box<dyn Basis>> {
        let read = self.state.load(Ordering::Relaxed);
        work();
        let state = Arc::clone(&self.state);
        (read != 0).then(|| Box::new(Revision { read, state }) as _)
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
