//! What holds for all policies and requests.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};
use stockade_policy::{
    Context, Decision, Policy, PolicyKind, PolicySet, Principal, Request, Resource, Span, evaluate,
};

use crate::generate::{Of, action, make_trust, opposites, policy, resource, statement, world};
use crate::printed::printed;
use crate::world::{Combines, Who, World};

/// The kinds of policies that a statement can be added to.
#[derive(Debug, Clone, Copy)]
enum Place {
    Identity,
    Session,
    Resource,
    Organization,
}

fn place() -> impl Strategy<Value = Place> {
    select(vec![
        Place::Identity,
        Place::Session,
        Place::Resource,
        Place::Organization,
    ])
}

/// The statement in a policy of its own, there where it belongs.
fn with(world: &World, place: Place, effect: &str, statement: &Value) -> World {
    let mut world = world.clone();
    let mut statement = statement.clone();
    statement["Effect"] = json!(effect);
    let mut policy = json!({ "Version": "2012-10-17", "Statement": statement });
    let elements = policy["Statement"].as_object_mut().unwrap();
    if let Some(spared) = elements.remove("NotPrincipal") {
        elements.insert("Principal".to_owned(), spared);
    }
    match place {
        Place::Resource => {
            if world.combines == Combines::AsTrustPolicy {
                make_trust(&mut policy);
            }
            world.resource_policies.push(policy);
        }
        Place::Identity | Place::Session | Place::Organization => {
            elements.remove("Principal");
            match place {
                Place::Session => world
                    .session
                    .iter_mut()
                    .for_each(|all| all.push(policy.clone())),
                Place::Organization => world
                    .scps
                    .iter_mut()
                    .for_each(|all| all.push(policy.clone())),
                Place::Identity | Place::Resource => world.identity.push(policy),
            }
        }
    }
    world
}

/// The same policies and statements, last first.
fn reversed(world: &World) -> World {
    fn turn(policies: &mut [Value]) {
        policies.reverse();
        policies.iter_mut().for_each(turn_statements);
    }
    fn turn_statements(policy: &mut Value) {
        if let Value::Array(statements) = &mut policy["Statement"] {
            statements.reverse();
        }
    }
    let mut world = world.clone();
    let lists = [
        &mut world.identity,
        &mut world.resource_policies,
        &mut world.grants,
    ];
    lists.into_iter().for_each(|policies| turn(policies));
    world.boundary.iter_mut().for_each(turn_statements);
    world.session.iter_mut().for_each(|policies| turn(policies));
    world
        .endpoint
        .iter_mut()
        .for_each(|policies| turn(policies));
    for levels in [&mut world.scps, &mut world.rcps] {
        levels.reverse();
        levels.iter_mut().for_each(|policies| turn(policies));
    }
    world
}

/// Whether a user with this one statement, completed to an allow of everything, may.
fn allows(elements: Value, action: &str, resource: &str, context: &Context<'_>) -> bool {
    let mut statement = json!({ "Effect": "Allow" });
    for (name, other, default) in [
        ("Action", "NotAction", "*"),
        ("Resource", "NotResource", "*"),
    ] {
        if elements.get(name).is_none() && elements.get(other).is_none() {
            statement[name] = json!(default);
        }
    }
    let (Value::Object(all), Value::Object(elements)) = (&mut statement, elements) else {
        return false;
    };
    all.extend(elements);
    let policy = json!({ "Version": "2012-10-17", "Statement": statement });
    let identity = [crate::world::compile(PolicyKind::Identity, &policy)];
    let set = PolicySet {
        identity: &identity,
        ..PolicySet::default()
    };
    let user = Principal::User {
        arn: "arn:aws:iam::111122223333:user/ana",
        account: "111122223333",
    };
    evaluate(&Request::new(user, action, resource, context), &set).is_allowed()
}

proptest! {
    #![proptest_config(crate::cases(500))]

    #[test]
    fn adding_a_deny_never_allows(world in world(), deny in statement(Of::Resource), place in place()) {
        let more = with(&world, place, "Deny", &deny);
        prop_assert!(world.is_allowed() || !more.is_allowed());
    }

    #[test]
    fn adding_an_allow_never_denies(world in world(), allow in statement(Of::Resource), place in place()) {
        let more = with(&world, place, "Allow", &allow);
        prop_assert!(!world.is_allowed() || more.is_allowed());
    }

    #[test]
    fn order_never_matters(world in world()) {
        prop_assert_eq!(world.decide(), reversed(&world).decide());
    }

    #[test]
    fn statements_of_one_policy_may_as_well_be_policies_of_their_own(world in world()) {
        let mut apart = world.clone();
        apart.identity = world
            .identity
            .iter()
            .flat_map(|policy| {
                let statements = match &policy["Statement"] {
                    Value::Array(statements) => statements.clone(),
                    one => vec![one.clone()],
                };
                let version = policy["Version"].clone();
                statements
                    .into_iter()
                    .map(move |statement| json!({ "Version": version, "Statement": statement }))
            })
            .collect();
        prop_assert_eq!(world.decide(), apart.decide());
    }

    #[test]
    fn a_boundary_never_widens(world in world()) {
        let mut free = world.clone();
        free.boundary = None;
        prop_assert!(!world.is_allowed() || free.is_allowed());
    }

    #[test]
    fn session_policies_never_widen_a_role(world in world()) {
        let mut free = world.clone();
        if matches!(free.who, Who::Session { .. }) {
            free.session = None;
        }
        prop_assert!(!world.is_allowed() || free.is_allowed());
    }

    #[test]
    fn organizations_and_endpoints_never_widen(world in world()) {
        let mut free = world.clone();
        (free.scps, free.rcps, free.endpoint) = Default::default();
        prop_assert!(!world.is_allowed() || free.is_allowed());
    }

    #[test]
    fn a_context_that_no_policy_reads_changes_nothing(world in world()) {
        let mut bare = world.clone();
        bare.context.0.clear();
        let reads = world.ask(|request, set| set.reads_context(request.action));
        prop_assert!(reads || world.decide() == bare.decide());
    }

    /// A part of the resource that is not known is taken for the worst.
    #[test]
    fn what_is_allowed_of_an_unknown_resource_is_allowed_of_each(
        world in world(), from in any::<Index>(), length in 0_usize..6, counted in any::<bool>(),
    ) {
        let from = from.index(world.resource.len() + 1);
        let to = (from + length).min(world.resource.len());
        // What is unknown before the fifth colon is taken not to contain one.
        let hidden = world.resource[from..to].split(':').next().unwrap_or_default();
        let to = from + hidden.len();
        let unknown = if counted { Span::Characters(hidden.len() as u8) } else { Span::Opaque };
        let spans = vec![
            Span::Literal((&world.resource[..from]).into()),
            unknown,
            Span::Literal((&world.resource[to..]).into()),
        ];
        let guessed = world.ask(|request, set| {
            let request = Request { resource: Resource::from_spans(spans), ..request.clone() };
            evaluate(&request, set).is_allowed()
        });
        prop_assert!(!guessed || world.is_allowed());
    }

    /// A key that nobody can tell is taken for the worst.
    #[test]
    fn what_is_allowed_with_an_unknown_key_is_allowed_with_each_of_its_values(
        world in world(), key in select(vec![
            "aws:username", "aws:PrincipalTag/team", "aws:PrincipalTag/", "aws:TagKeys", "s3:max-keys", "aws:SourceIp",
            "aws:PrincipalArn",
        ]),
    ) {
        let mut context = Context::new();
        for (name, values) in &world.context.0 {
            context.set_many(*name, values.iter().map(String::as_str));
        }
        if key.ends_with('/') {
            context.remove("aws:PrincipalTag/team");
        }
        context.set_unknown(key, "it is not kept here");
        let guessed = world.ask(|request, set| {
            let request = Request { context: &context, ..request.clone() };
            evaluate(&request, set).is_allowed()
        });
        prop_assert!(!guessed || world.is_allowed());
    }

    #[test]
    fn a_denial_says_why_and_an_allow_does_not(world in world()) {
        let (decision, reason) = world.ask(|request, set| {
            let evaluation = evaluate(request, set);
            (evaluation.decision(), evaluation.aws_reason())
        });
        prop_assert_eq!(decision == Decision::Allowed, reason.is_none());
    }

    #[test]
    fn not_action_is_the_complement_of_action(entries in action(0), name in "s3:[GPu][eut]{1,2}Object|sqs:SendMessage") {
        let context = Context::new();
        let (_, entries) = entries;
        let holds = |element: &str| allows(json!({ element: entries }), &name, "arn:aws:s3:::a/x", &context);
        prop_assert_ne!(holds("Action"), holds("NotAction"));
    }

    #[test]
    fn not_resource_is_the_complement_of_resource(
        entries in resource(0), name in "arn:aws:s3:::[ab*]/x|arn:aws:sqs:us-east-1:111122223333:(b:)?a|\\*",
        user in prop::option::of("[ab]"),
    ) {
        let mut context = Context::new();
        if let Some(user) = user {
            context.set("aws:username", user);
        }
        let (_, entries) = entries;
        let holds = |element: &str| allows(json!({ element: entries }), "s3:GetObject", &name, &context);
        prop_assert_ne!(holds("Resource"), holds("NotResource"));
    }

    #[test]
    fn a_negated_operator_is_the_complement_on_one_value_that_is_there(
        (positive, negative, wanted, found) in opposites(),
        suffix in select(vec!["", "IfExists"]),
    ) {
        let mut context = Context::new();
        context.set("example:Key", found);
        let holds = |operator: &str| {
            let condition = json!({ "Condition": { format!("{operator}{suffix}"): { "example:Key": wanted } } });
            allows(condition, "s3:GetObject", "arn:aws:s3:::a/x", &context)
        };
        prop_assert_ne!(holds(positive), holds(negative), "{} {}", positive, found);
    }

    #[test]
    fn what_is_printed_is_what_was_parsed(
        (of, kind) in select(vec![
            (Of::Principal, PolicyKind::Identity),
            (Of::Resource, PolicyKind::Resource),
            (Of::Guard, PolicyKind::ServiceControl),
            (Of::GuardOfResources, PolicyKind::VpcEndpoint),
        ]).prop_flat_map(|(of, kind)| (policy(of), Just(kind))),
    ) {
        let parsed = Policy::parse(&of.to_string(), kind).unwrap();
        let again = Policy::parse(&parsed.to_string(), kind).unwrap();
        prop_assert_eq!(printed(&parsed), printed(&again));
        let anew = Policy::parse(&printed(&parsed).to_string(), kind).unwrap();
        prop_assert_eq!(printed(&parsed), printed(&anew));
    }

    #[test]
    fn what_is_printed_decides_as_what_was_parsed(world in world()) {
        let mut anew = world.clone();
        for policy in &mut anew.identity {
            *policy = printed(&crate::world::compile(PolicyKind::Identity, policy).policy);
        }
        if anew.combines != Combines::AsTrustPolicy {
            for policy in &mut anew.resource_policies {
                *policy = printed(&crate::world::compile(PolicyKind::Resource, policy).policy);
            }
        }
        prop_assert_eq!(world.decide(), anew.decide());
    }
}
