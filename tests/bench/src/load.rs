//! Load: several connections, each sending the same request again as soon as it is answered.

use std::io;
use std::time::{Duration, Instant};

use crate::connection::Connection;
use crate::process::Server;
use crate::scenario::Scenario;
use crate::sign::{Keys, Request};

/// How much load, for how long.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Connections at once.
    pub connections: usize,
    /// Measured time of one slice.
    pub slice: Duration,
    /// Time before that, which does not count.
    pub warm_up: Duration,
    /// Rounds; each gives every server a slice before the next begins.
    pub rounds: usize,
}

/// What one slice showed.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// Requests a second.
    pub rate: f64,
    /// Processor time of the server, the kernel's included; for the warm-up too.
    pub spent: Duration,
    /// Requests that were answered in that time.
    pub answered: u32,
}

/// One slice of a scenario.
///
/// # Errors
///
/// When a request fails or is refused: then there is nothing to measure.
pub async fn measure(
    server: &Server,
    keys: &Keys,
    scenario: Scenario,
    plan: Plan,
) -> io::Result<Sample> {
    repeat(server, keys, &scenario.request(), 200, scenario.plan(plan)).await
}

/// One slice of a request that has to be answered with this status.
///
/// # Errors
///
/// When a request fails, or is answered otherwise.
pub async fn repeat(
    server: &Server,
    keys: &Keys,
    request: &Request,
    status: u16,
    plan: Plan,
) -> io::Result<Sample> {
    let bytes = request.signed(keys, &format!("127.0.0.1:{}", server.port));
    let spent_before = server.processor_time();
    let counting_from = Instant::now() + plan.warm_up;
    let until = counting_from + plan.slice;
    let loops = (0..plan.connections).map(|_| {
        let (port, bytes, path) = (server.port, bytes.clone(), request.path.clone());
        tokio::spawn(async move {
            let mut connection = Connection::to(port);
            let (mut all, mut counted) = (0_u32, 0_u32);
            while Instant::now() < until {
                let answer = connection.send(&bytes, false).await?;
                if answer.status != status {
                    return Err(io::Error::other(format!("{path}: HTTP {}", answer.status)));
                }
                all += 1;
                let now = Instant::now();
                if now >= counting_from && now < until {
                    counted += 1;
                }
            }
            Ok((all, counted))
        })
    });
    let loops: Vec<_> = loops.collect();
    let (mut all, mut counted) = (0_u32, 0_u32);
    for counting in loops {
        let (of_all, of_counted) = counting.await.map_err(io::Error::other)??;
        all += of_all;
        counted += of_counted;
    }
    Ok(Sample {
        rate: f64::from(counted) / plan.slice.as_secs_f64(),
        spent: server.processor_time().saturating_sub(spent_before),
        answered: all,
    })
}
