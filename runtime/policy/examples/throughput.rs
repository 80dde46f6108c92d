//! Evaluations a second on one core: `cargo run --release -p stockade-policy --example throughput`.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use stockade_policy::{
    Attached, Context, ParseError, Policy, PolicyKind, PolicySet, Principal, Request, Source,
    evaluate,
};

const USER: Principal<'static> = Principal::User {
    arn: "arn:aws:iam::123456789012:user/ana",
    account: "123456789012",
};

fn main() -> Result<(), ParseError> {
    let mut context = Context::new();
    for (key, value) in [
        ("aws:CurrentTime", "2026-11-24T10:00:00Z"),
        ("aws:EpochTime", "1795514400"),
        ("aws:SourceIp", "203.0.113.9"),
        ("aws:SecureTransport", "true"),
        ("aws:PrincipalArn", "arn:aws:iam::123456789012:user/ana"),
        ("aws:PrincipalAccount", "123456789012"),
        ("aws:username", "ana"),
        ("aws:PrincipalTag/team", "red"),
        ("aws:RequestedRegion", "us-east-1"),
    ] {
        context.set(key, value);
    }

    let simple = [attached(
        r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::photos/*"}"#,
    )?];
    measure("1 statement", &simple, &context);

    let large: Vec<Attached> = (0..50)
        .map(|number| {
            attached(&format!(
                r#"{{"Effect":"Allow","Action":["s3:Get*","s3:List*"],"Resource":"arn:aws:s3:::bucket{number}/*"}},
                   {{"Effect":"{}","Action":"s3:*","Resource":"arn:aws:s3:::photos/${{aws:username}}/*","Condition":{{
                        "StringEquals":{{"aws:PrincipalTag/team":["blue","team{number}"]}},
                        "IpAddress":{{"aws:SourceIp":["198.51.100.0/24","203.0.113.0/24"]}},
                        "DateLessThan":{{"aws:CurrentTime":"2030-01-01T00:00:00Z"}}}}}},
                   {{"Effect":"Allow","Action":"*","Resource":"*","Condition":{{
                        "NumericLessThan":{{"aws:EpochTime":"{number}"}},
                        "Bool":{{"aws:SecureTransport":"true"}}}}}}"#,
                if number % 2 == 0 { "Allow" } else { "Deny" }
            ))
        })
        .collect::<Result<_, _>>()?;
    measure(
        "50 policies, 150 statements with conditions",
        &large,
        &context,
    );
    Ok(())
}

fn attached(statements: &str) -> Result<Attached, ParseError> {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
    let policy = Policy::parse(&text, PolicyKind::Identity)?;
    Ok(Attached::new(
        Arc::new(policy),
        Source::inline("bench", None),
    ))
}

fn measure(name: &str, identity: &[Attached], context: &Context<'_>) {
    let set = PolicySet {
        identity,
        ..PolicySet::default()
    };
    let started = Instant::now();
    let mut count = 0_u32;
    while started.elapsed() < Duration::from_secs(1) {
        for _ in 0..100 {
            let request = Request::new(
                USER,
                "s3:GetObject",
                "arn:aws:s3:::photos/ana/1.png",
                context,
            );
            black_box(evaluate(black_box(&request), black_box(&set)).is_allowed());
            count += 1;
        }
    }
    let rate = f64::from(count) / started.elapsed().as_secs_f64();
    println!("{name}: {rate:.0} evaluations a second");
}
