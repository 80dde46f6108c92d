//! Measures Stockade beside bare hyper and other emulators, in one run.
//!
//! It treats every server alike: starts it as a process, talks HTTP to it, reads its memory from `/proc`. It knows no more
//! of Stockade than its command line. `tests/bench/run` builds what is needed and calls it:
//!
//! ```text
//! stockade-bench --stockade PATH --python FOLDER --commit ID --peers TEXT [--rounds N]
//!     [--milliseconds N] [--connections N]
//! ```
//!
//! With `--sizes TEXT`, a row of a table in each of its lines, it measures the path of services without code instead.

use std::collections::HashMap;
use std::error::Error;
use std::time::Duration;

use load::Plan;
use process::{Programs, Server, Target};
use report::{Row, Setting, median};
use scenario::Scenario;

mod bare;
mod catalog;
mod connection;
mod load;
mod process;
mod report;
mod scenario;
mod sign;

/// Starts of one server, to tell how long it takes.
const STARTS: usize = 11;

/// Starts of a server that takes seconds.
const SLOW_STARTS: usize = 3;

/// Rounds of a server that is slower by tens of times: what is told of it needs no more.
const SLOW_ROUNDS: usize = 3;

#[tokio::main(worker_threads = 1)]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [mode, port] = arguments.as_slice()
        && mode == "bare"
    {
        return Ok(serve_bare(port.parse()?)?);
    }
    let options = Options::parse(&arguments)?;
    if options.values.contains_key("sizes") {
        let page =
            catalog::measure(&options.programs(), options.plan, options.value("sizes")).await?;
        print!("{page}");
        return Ok(());
    }
    let rows = run(&options).await;
    print!(
        "{}",
        report::render(&rows, options.plan, &options.setting()?)
    );
    Ok(())
}

/// A runtime like the one that a server gets by default: a worker for each processor.
fn serve_bare(port: u16) -> std::io::Result<()> {
    std::thread::spawn(move || {
        tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?
            .block_on(bare::serve(port))
    })
    .join()
    .map_err(|_| std::io::Error::other("the bare server ended"))?
}

struct Options {
    values: HashMap<String, String>,
    plan: Plan,
}

impl Options {
    fn parse(arguments: &[String]) -> Result<Self, Box<dyn Error>> {
        let mut values = HashMap::new();
        for pair in arguments.chunks(2) {
            let [name, value] = pair else {
                return Err(format!("{} needs a value", pair[0]).into());
            };
            let name = name
                .strip_prefix("--")
                .ok_or_else(|| format!("{name} is no option"))?;
            values.insert(name.to_owned(), value.clone());
        }
        let number =
            |name: &str, default: u64| values.get(name).map_or(Ok(default), |value| value.parse());
        let plan = Plan {
            connections: usize::try_from(number("connections", 16)?)?,
            slice: Duration::from_millis(number("milliseconds", 300)?),
            warm_up: Duration::from_millis(100),
            rounds: usize::try_from(number("rounds", 25)?)?,
        };
        Ok(Self { values, plan })
    }

    fn value(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    fn programs(&self) -> Programs {
        Programs {
            stockade: self.value("stockade").into(),
            python: self.value("python").into(),
        }
    }

    fn setting(&self) -> Result<Setting, Box<dyn Error>> {
        let processors = std::fs::read_to_string("/proc/cpuinfo")?;
        let model = processors
            .lines()
            .find_map(|line| line.strip_prefix("model name"))
            .unwrap_or_default();
        let cores = std::thread::available_parallelism()?;
        let date = time::OffsetDateTime::now_utc().date();
        Ok(Setting {
            machine: format!(
                "{cores} cores, {}",
                model.trim_start_matches([' ', '\t', ':'])
            ),
            commit: self.value("commit").to_owned(),
            peers: self.value("peers").to_owned(),
            date: date.to_string(),
        })
    }
}

async fn run(options: &Options) -> Vec<Row> {
    let programs = options.programs();
    let mut rows = Vec::new();
    let mut servers = Vec::new();
    for target in Target::ALL {
        let mut row = Row {
            target,
            start: None,
            idle: None,
            loaded: None,
            samples: vec![vec![None; options.plan.rounds]; Scenario::ALL.len()],
        };
        row.start = start(target, &programs).await;
        match ready(target, &programs).await {
            Ok((server, keys, idle)) => {
                row.idle = Some(idle);
                servers.push((rows.len(), server, keys));
            }
            Err(error) => eprintln!("{} is left out: {error}", target.name()),
        }
        rows.push(row);
    }
    for (index, scenario) in Scenario::ALL.into_iter().enumerate() {
        for round in 0..options.plan.rounds {
            eprintln!(
                "{}: round {} of {}",
                scenario.name(),
                round + 1,
                options.plan.rounds
            );
            // Nobody comes always first, or always after the same one.
            let from = round % servers.len().max(1);
            for (row, server, keys) in servers[from..].iter().chain(&servers[..from]) {
                if server.target.is_python() && round >= SLOW_ROUNDS {
                    continue;
                }
                match load::measure(server, keys, scenario, options.plan).await {
                    Ok(sample) => rows[*row].samples[index][round] = Some(sample),
                    Err(error) => eprintln!(
                        "{} fails at {}: {error}",
                        server.target.name(),
                        scenario.name()
                    ),
                }
            }
        }
    }
    for (row, server, _) in &servers {
        rows[*row].loaded = Some(server.resident_bytes());
    }
    rows
}

/// The median time from the start of the process to its first answer.
async fn start(target: Target, programs: &Programs) -> Option<Duration> {
    let mut times = Vec::new();
    for _ in 0..if target.is_python() {
        SLOW_STARTS
    } else {
        STARTS
    } {
        let server = Server::start(target, programs).await.ok()?;
        times.push(server.started_in.as_secs_f64());
    }
    median(times).map(Duration::from_secs_f64)
}

/// A server for the load, with its user, and the memory that it held before.
async fn ready(target: Target, programs: &Programs) -> std::io::Result<(Server, sign::Keys, u64)> {
    let server = Server::start(target, programs).await?;
    let idle = server.resident_bytes();
    let keys = scenario::prepare(&server).await?;
    Ok((server, keys, idle))
}
