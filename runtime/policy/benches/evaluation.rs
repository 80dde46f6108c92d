//! Evaluations on one core: `cargo bench -p stockade-policy`.
//!
//! The budgets are a million simple evaluations a second and 50,000 large ones: 1 µs and 20 µs each. The memory that an
//! evaluation takes is counted beside its time: a simple one takes none.

use std::hint::black_box;
use std::sync::Arc;

use divan::{AllocProfiler, Bencher};
use stockade_policy::{
    Attached, Context, Policy, PolicyKind, PolicySet, Principal, Request, Source, evaluate,
};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

const USER: Principal<'static> = Principal::User {
    arn: "arn:aws:iam::123456789012:user/ana",
    account: "123456789012",
};
const ACTION: &str = "s3:GetObject";
const RESOURCE: &str = "arn:aws:s3:::photos/ana/1.png";

fn main() {
    divan::main();
}

/// One statement that allows.
#[divan::bench]
fn one_statement(bencher: Bencher<'_, '_>) {
    let policies = [policy(
        r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::photos/*"}"#,
    )];
    measure(bencher, &policies, RESOURCE, true);
}

/// As [`one_statement`], with a variable in the resource.
#[divan::bench]
fn one_statement_with_a_variable(bencher: Bencher<'_, '_>) {
    let policies = [policy(
        r#"{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::photos/${aws:username}/*"}"#,
    )];
    measure(bencher, &policies, RESOURCE, true);
}

/// Fifty policies of three statements, two of them with conditions that are read to their ends.
#[divan::bench]
fn fifty_policies_with_conditions(bencher: Bencher<'_, '_>) {
    let policies: Vec<Attached> = (0..50)
        .map(|number| {
            let effect = if number % 2 == 0 { "Allow" } else { "Deny" };
            policy(&format!(
                r#"{{"Effect":"Allow","Action":["s3:Get*","s3:List*"],"Resource":"arn:aws:s3:::bucket{number}/*"}},
                   {{"Effect":"{effect}","Action":"s3:*","Resource":"arn:aws:s3:::photos/${{aws:username}}/*","Condition":{{
                        "IpAddress":{{"aws:SourceIp":["198.51.100.0/24","203.0.113.0/24"]}},
                        "DateLessThan":{{"aws:CurrentTime":"2030-01-01T00:00:00Z"}},
                        "StringEquals":{{"aws:PrincipalTag/team":["blue","team{number}"]}}}}}},
                   {{"Effect":"Allow","Action":"*","Resource":"*","Condition":{{
                        "Bool":{{"aws:SecureTransport":"true"}},
                        "NumericLessThan":{{"aws:EpochTime":"{number}"}}}}}}"#
            ))
        })
        .collect();
    measure(bencher, &policies, RESOURCE, false);
}

/// A thousand statements about as many actions, in ten policies.
#[divan::bench]
fn thousand_statements_of_many_actions(bencher: Bencher<'_, '_>) {
    let policies = thousand(|number| {
        format!(
            r#"{{"Effect":"Allow","Action":["svc{}:Get*","s3:Put{number}*","s3:Delete?{number}*"],"Resource":"*"}}"#,
            number % 40
        )
    });
    measure(bencher, &policies, RESOURCE, false);
}

/// A thousand statements about the same action and as many resources, in ten policies.
#[divan::bench]
fn thousand_statements_of_one_action(bencher: Bencher<'_, '_>) {
    let policies = thousand(|number| {
        format!(
            r#"{{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket{number}/*"}}"#
        )
    });
    measure(bencher, &policies, RESOURCE, false);
}

/// Wildcards that match a long name at every place but for the last letter: the work is the product of the lengths.
#[divan::bench(args = [128, 256, 512, 1_024])]
fn adversarial_wildcards(bencher: Bencher<'_, '_>, length: usize) {
    let policies = [policy(&format!(
        r#"{{"Effect":"Allow","Action":"s3:*e*t*b*c*","Resource":"arn:aws:s3:::{}{}b"}}"#,
        "a*".repeat(length / 8),
        "a?".repeat(length / 8)
    ))];
    measure(
        bencher,
        &policies,
        &format!("arn:aws:s3:::{}", "a".repeat(length)),
        false,
    );
}

/// Wildcards that end their pieces and may run on beyond a colon, in a pattern that matches but for its beginning.
#[divan::bench(args = [128, 256, 512, 1_024])]
fn adversarial_pieces(bencher: Bencher<'_, '_>, length: usize) {
    let policies = [policy(
        r#"{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:b*:*:*:*:*:*:*:*:*:*:*"}"#,
    )];
    measure(
        bencher,
        &policies,
        &format!("arn:aws:s3:::{}", "a:".repeat(length / 2)),
        false,
    );
}

fn thousand(statement: impl Fn(usize) -> String) -> Vec<Attached> {
    let numbers: Vec<usize> = (0..1_000).collect();
    numbers
        .chunks(100)
        .map(|numbers| {
            let statements: Vec<String> = numbers.iter().map(|number| statement(*number)).collect();
            policy(&statements.join(","))
        })
        .collect()
}

fn policy(statements: &str) -> Attached {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
    let policy = Policy::parse(&text, PolicyKind::Identity).expect("the policy is well-formed");
    Attached::new(Arc::new(policy), Source::inline("bench", None))
}

fn measure(bencher: Bencher<'_, '_>, identity: &[Attached], resource: &str, allowed: bool) {
    let context = context();
    let set = PolicySet {
        identity,
        ..PolicySet::default()
    };
    let decide = || {
        let request = Request::new(USER, ACTION, resource, &context);
        evaluate(black_box(&request), black_box(&set)).is_allowed()
    };
    assert_eq!(decide(), allowed);
    bencher.bench_local(decide);
}

/// The keys of an ordinary request.
fn context() -> Context<'static> {
    let mut context = Context::new();
    for (key, value) in [
        ("aws:CurrentTime", "2026-11-24T10:00:00Z"),
        ("aws:EpochTime", "1795514400"),
        ("aws:SourceIp", "203.0.113.9"),
        ("aws:SecureTransport", "true"),
        ("aws:UserAgent", "aws-cli/2.15.0"),
        ("aws:PrincipalArn", "arn:aws:iam::123456789012:user/ana"),
        ("aws:PrincipalAccount", "123456789012"),
        ("aws:PrincipalType", "User"),
        ("aws:userid", "AIDAEXAMPLEEXAMPLE"),
        ("aws:username", "ana"),
        ("aws:PrincipalTag/team", "red"),
        ("aws:RequestedRegion", "us-east-1"),
        ("aws:ResourceAccount", "123456789012"),
    ] {
        context.set(key, value);
    }
    context
}
