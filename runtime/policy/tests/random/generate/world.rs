//! Whole requests.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::condition::context;
use super::statement::{Of, make_trust, policy};
use super::{CANONICAL, OTHER, OWN, maybe};
use crate::world::{Combines, Who, World};

fn who() -> impl Strategy<Value = Who> {
    let account = || prop_oneof![4 => Just(OWN), 1 => Just(OTHER)];
    prop_oneof![
        1 => account().prop_map(|account| Who::Root { account }),
        4 => (account(), select(vec!["ana", "bo"])).prop_map(|(account, name)| Who::User {
            account,
            arn: format!("arn:aws:iam::{account}:user/{name}"),
        }),
        4 => (account(), select(vec!["app", "team/web"]), select(vec!["one", "two"])).prop_map(
            |(account, role, session)| Who::Session {
                account,
                role: format!("arn:aws:iam::{account}:role/{role}"),
                arn: format!(
                    "arn:aws:sts::{account}:assumed-role/{}/{session}",
                    role.trim_start_matches("team/")
                ),
            }
        ),
        2 => account().prop_map(|account| Who::FederatedUser {
            account,
            user: format!("arn:aws:iam::{account}:user/ana"),
            arn: format!("arn:aws:sts::{account}:federated-user/guest"),
        }),
        1 => select(vec!["lambda.amazonaws.com", "sns.amazonaws.com"]).prop_map(Who::Service),
        1 => Just(Who::Federated("accounts.google.com")),
        1 => Just(Who::Anonymous),
    ]
}

fn modern(of: Of) -> impl Strategy<Value = Value> {
    policy(of).prop_map(|mut policy| {
        policy["Version"] = json!("2012-10-17");
        policy
    })
}

fn policies(of: Of, most: usize) -> impl Strategy<Value = Vec<Value>> {
    prop_oneof![
        1 => Just(Vec::new()),
        9 => prop::collection::vec(policy(of), 1..=most),
    ]
}

fn levels(of: Of) -> impl Strategy<Value = Vec<Vec<Value>>> {
    let level = prop::collection::vec(policy(of), 1..3);
    prop_oneof![3 => Just(Vec::new()), 1 => prop::collection::vec(level, 1..4)]
}

fn action_and_resource() -> impl Strategy<Value = (&'static str, &'static str)> {
    prop_oneof![
        6 => (
            select(vec!["s3:GetObject", "s3:PutObject"]),
            select(vec!["arn:aws:s3:::a/x", "arn:aws:s3:::b/x", "arn:aws:s3:::a/*"]),
        ),
        2 => (
            Just("sqs:SendMessage"),
            select(vec![
                "arn:aws:sqs:us-east-1:111122223333:a",
                "arn:aws:sqs:us-east-1:444455556666:a",
                "arn:aws:sqs:us-east-1:111122223333:b:a",
            ]),
        ),
        1 => Just(("s3:ListAllMyBuckets", "*")),
    ]
}

/// A whole request.
pub(crate) fn world() -> impl Strategy<Value = World> {
    let combines = prop_oneof![
        6 => Just(Combines::Usually),
        2 => Just(Combines::AsKeyPolicy),
        1 => Just(Combines::AsTrustPolicy),
    ];
    let facts = (
        who(),
        maybe(2, select(vec![CANONICAL.to_owned(), "ffff".to_owned()])),
        action_and_resource(),
        prop_oneof![
            4 => Just(Some(OWN.to_owned())),
            1 => Just(Some(OTHER.to_owned())),
            1 => Just(None),
        ],
        context(),
        combines,
        (
            prop::bool::weighted(0.1),
            prop::bool::weighted(0.1),
            prop::bool::weighted(0.1),
        ),
    );
    let layers = (
        policies(Of::Principal, 3),
        maybe(3, modern(Of::Principal)),
        maybe(3, policies(Of::Principal, 2)),
        policies(Of::Resource, 2),
        prop_oneof![4 => Just(Vec::new()), 1 => policies(Of::Resource, 1)],
        levels(Of::Guard),
        levels(Of::GuardOfResources),
        maybe(5, policies(Of::GuardOfResources, 2)),
    );
    (facts, layers).prop_map(|(facts, layers)| {
        let (who, canonical_user, (action, resource), owner, context, combines, exempt) = facts;
        let (identity, boundary, session, mut resource_policies, grants, scps, rcps, endpoint) =
            layers;
        if combines == Combines::AsTrustPolicy {
            resource_policies.iter_mut().for_each(make_trust);
        }
        // Root users have no boundary, users no session policies, and the others neither.
        let bounded = matches!(
            who,
            Who::User { .. } | Who::Session { .. } | Who::FederatedUser { .. }
        );
        let session_able = matches!(who, Who::Session { .. } | Who::FederatedUser { .. });
        World {
            canonical_user,
            action: action.to_owned(),
            resource: resource.to_owned(),
            owner,
            context,
            identity,
            boundary: boundary.filter(|_| bounded),
            session: session.filter(|_| session_able),
            resource_policies,
            combines,
            grants,
            scps,
            rcps,
            endpoint,
            principal_manages: exempt.0,
            resource_manages: exempt.1,
            service_linked: exempt.2 && matches!(who, Who::Session { .. }),
            who,
        }
    })
}
