use std::collections::BTreeSet;
use std::time::UNIX_EPOCH;

use pretty_assertions::assert_eq;
use stockade_policy::Context;
use stockade_spec::resolve::StateKeys;
use stockade_spec::service::Session;
use stockade_spec::{Caller, RequestContext};

use super::*;
use crate::context::{self, tests};
use crate::guards::Standing;
use crate::request::Facts;

/// What the permission templates set, from inputs and for what services do afterwards.
const BY_TEMPLATES: [&str; 4] = [
    "aws:RequestTag/",
    "aws:TagKeys",
    "aws:SourceAccount",
    "aws:SourceArn",
];

fn request(caller: Caller) -> RequestContext {
    let session = Session {
        tags: vec![("team".into(), "red".into())],
        source_identity: Some("ada".into()),
        issued: Some(UNIX_EPOCH),
        mfa: true,
        ..Session::default()
    };
    tests::context(caller, Some(session))
}

fn callers() -> [Caller; 4] {
    let user = Caller::User {
        arn: "arn:aws:iam::123456789012:user/ada".into(),
        id: "AIDAEXAMPLE".into(),
        name: "ada".into(),
    };
    let service = Caller::Service {
        name: "sns.amazonaws.com".into(),
    };
    [Caller::Root, user, service, Caller::Anonymous]
}

/// The names of a context's keys, those of tags without the tag.
fn names(keys: &Context<'_>) -> Vec<String> {
    keys.iter()
        .map(|(key, _)| {
            key.split_once('/')
                .map_or(key.to_owned(), |(head, _)| format!("{head}/"))
        })
        .collect()
}

#[test]
fn the_keys_that_are_set_are_those_that_the_table_calls_filled() {
    let facts = Facts {
        source_ip: Some([203, 0, 113, 9].into()),
        secure: true,
        header: &|_| Some("text".to_owned()),
    };
    let standing = Standing::of("o-example", "o-example/r-root/");
    let state = StateKeys {
        tags: vec![("stage".into(), "prod".into())],
        ..StateKeys::default()
    };
    let mut set: BTreeSet<String> = BY_TEMPLATES.map(str::to_owned).into();
    for caller in callers() {
        let request = request(caller);
        let mut keys = context::global(&request, &facts, &[]);
        standing.tell_principal(&mut keys);
        standing.tell_resource(&mut keys);
        standing.tell_source(&mut keys);
        context::forwarded(&mut keys, &request, "cloudformation.amazonaws.com");
        let told = Vec::new();
        let keys = context::requirement(keys, &told, &state, &[], Some("123456789012"));
        set.extend(names(&keys));
    }
    let filled = GLOBAL_KEYS.iter().filter(|key| key.told.is_filled());
    let filled: BTreeSet<String> = filled.map(|key| key.name.to_owned()).collect();
    assert_eq!(set, filled);
}

#[test]
fn a_key_stands_in_the_table_once_and_says_something() {
    let names: BTreeSet<String> = GLOBAL_KEYS
        .iter()
        .map(|key| key.name.to_ascii_lowercase())
        .collect();
    assert_eq!(names.len(), GLOBAL_KEYS.len());
    assert!(GLOBAL_KEYS.iter().all(|key| !key.told.why().is_empty()));
}
