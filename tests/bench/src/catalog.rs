//! What a service costs that has no code: each request beside one of a service that has, and its first use.

use std::fmt::Write as _;
use std::io;
use std::time::{Duration, Instant};

use crate::connection::Connection;
use crate::load::{self, Plan};
use crate::process::{Programs, Server, Target};
use crate::report::median;
use crate::scenario::{self, ROOT};
use crate::sign::Request;

/// Starts of a server, to tell what the first use of a service costs.
const STARTS: usize = 5;

/// Both services' operations, none of which anyone handles.
const ALLOW: &str = r#"{"Version":"2012-10-17","Statement":[
    {"Effect":"Allow","Action":["lambda:*","scheduler:*"],"Resource":"*"}]}"#;

/// Calls of alike size, of AWS Lambda and of Amazon EventBridge Scheduler.
fn pairs() -> [(&'static str, Request, Request); 2] {
    [
        (
            "a list, without a body",
            Request::rest("GET", "lambda", "/2018-10-31/layers", ""),
            Request::rest("GET", "scheduler", "/schedules", ""),
        ),
        (
            "a creation, with JSON",
            Request::rest(
                "POST",
                "lambda",
                "/2015-03-31/event-source-mappings",
                r#"{"FunctionName":"bench","StartingPosition":"LATEST"}"#,
            ),
            Request::rest(
                "POST",
                "scheduler",
                "/schedule-groups/bench",
                r#"{"ClientToken":"00000000-0000-0000-0000-000000000000"}"#,
            ),
        ),
    ]
}

/// Services with many shapes, and one with few.
fn services() -> [(&'static str, Request); 4] {
    [
        ("SQS", Request::json("sqs", "AmazonSQS.ListQueues")),
        ("Glue", Request::json("glue", "AWSGlue.ListJobs")),
        (
            "SageMaker",
            Request::json("sagemaker", "SageMaker.ListModels"),
        ),
        (
            "EC2",
            Request::query("ec2", "Action=DescribeInstances&Version=2016-11-15"),
        ),
    ]
}

/// The section of the report. `sizes` are the last table's rows.
///
/// # Errors
///
/// When the server does not start, or answers otherwise than it has to.
pub async fn measure(programs: &Programs, plan: Plan, sizes: &str) -> io::Result<String> {
    let mut page = String::from(
        "\n## Services without code\n\nLambda has code here, EventBridge Scheduler has none; these calls nobody handles: each is \
         routed, its signature verified, its input read, its caller authorized, and answered with 501.\n\n\
         | requests a second, enforcing | with code | without | without against with |\n|---|---:|---:|---:|\n",
    );
    let server = Server::start(Target::Enforcing, programs).await?;
    let keys = scenario::prepare(&server).await?;
    scenario::grant(&server, "unhandled", ALLOW).await?;
    for (what, typed, described) in pairs() {
        let (mut with, mut without, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..plan.rounds {
            let one = load::repeat(&server, &keys, &typed, 501, plan).await?.rate;
            let other = load::repeat(&server, &keys, &described, 501, plan)
                .await?
                .rate;
            with.push(one);
            without.push(other);
            ratios.push(other / one);
        }
        let medians = (median(with), median(without), median(ratios));
        let (Some(with), Some(without), Some(ratio)) = medians else {
            continue;
        };
        // Writing to a string cannot fail.
        let _ = writeln!(page, "| {what} | {with:.0} | {without:.0} | {ratio:.2}x |");
    }
    page.push_str(
        "\nThe first request of a service reads its shapes and permissions.\n\n\
         | service | first request | next | resident memory grows by |\n|---|---:|---:|---:|\n",
    );
    for (name, request) in services() {
        let (mut firsts, mut nexts, mut grown) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..STARTS {
            let server = Server::start(Target::Enforcing, programs).await?;
            let before = server.resident_bytes();
            firsts.push(once(&server, &request).await?.as_secs_f64());
            nexts.push(once(&server, &request).await?.as_secs_f64());
            grown.push(server.resident_bytes().saturating_sub(before) as f64);
        }
        let told = |numbers: Vec<f64>, unit: f64| median(numbers).unwrap_or_default() / unit;
        let _ = writeln!(
            page,
            "| {name} | {:.1} ms | {:.1} ms | {:.1} MB |",
            told(firsts, 1e-3),
            told(nexts, 1e-3),
            told(grown, 1e6)
        );
    }
    let _ = write!(page, "\n| size | |\n|---|---:|\n{}\n", sizes.trim_end());
    Ok(page)
}

/// How long one request of root's takes, on a connection of its own.
async fn once(server: &Server, request: &Request) -> io::Result<Duration> {
    let bytes = request.signed(&ROOT.keys(), &format!("127.0.0.1:{}", server.port));
    let began = Instant::now();
    let answer = Connection::to(server.port).send(&bytes, false).await?;
    match answer.status {
        501 => Ok(began.elapsed()),
        status => Err(io::Error::other(format!(
            "{}: HTTP {status}",
            request.service
        ))),
    }
}
