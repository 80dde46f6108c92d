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
    /// Measured time of one round.
    pub measure: Duration,
    /// Time before that, which does not count.
    pub warm_up: Duration,
    /// Rounds; each goes through all servers before the next begins.
    pub rounds: usize,
}

/// Requests a second of one round.
///
/// # Errors
///
/// When a request fails or is refused: then there is nothing to measure.
pub async fn measure(
    server: &Server,
    keys: &Keys,
    scenario: Scenario,
    plan: Plan,
) -> io::Result<f64> {
    let plan = Plan {
        connections: scenario.connections(plan.connections),
        ..plan
    };
    repeat(server, keys, &scenario.request(), 200, plan).await
}

/// Requests a second of one round of a request that has to be answered with this status.
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
) -> io::Result<f64> {
    let bytes = request.signed(keys, &format!("127.0.0.1:{}", server.port));
    let counting_from = Instant::now() + plan.warm_up;
    let until = counting_from + plan.measure;
    let loops = (0..plan.connections).map(|_| {
        let (port, bytes, path) = (server.port, bytes.clone(), request.path.clone());
        tokio::spawn(async move {
            let mut connection = Connection::to(port);
            let mut count = 0_u32;
            while Instant::now() < until {
                let answer = connection.send(&bytes, false).await?;
                if answer.status != status {
                    return Err(io::Error::other(format!("{path}: HTTP {}", answer.status)));
                }
                let now = Instant::now();
                if now >= counting_from && now < until {
                    count += 1;
                }
            }
            Ok(count)
        })
    });
    let loops: Vec<_> = loops.collect();
    let mut total = 0_u32;
    for counting in loops {
        total += counting.await.map_err(io::Error::other)??;
    }
    Ok(f64::from(total) / plan.measure.as_secs_f64())
}
