//! The numbers as Markdown.

use std::fmt::Write as _;
use std::time::Duration;

use crate::load::Plan;
use crate::process::Target;
use crate::scenario::Scenario;

/// What was measured of one server; a number that could not be measured is missing.
#[derive(Debug)]
pub struct Row {
    /// Which server.
    pub target: Target,
    /// From starting the process to its first answer.
    pub start: Option<Duration>,
    /// Resident memory after the first answer, in bytes.
    pub idle: Option<u64>,
    /// Resident memory after all load, in bytes.
    pub loaded: Option<u64>,
    /// Requests a second, in the order of [`Scenario::ALL`].
    pub rates: Vec<Option<f64>>,
}

/// Where and of what the numbers are.
#[derive(Debug)]
pub struct Setting {
    /// The processor, and how many of them.
    pub machine: String,
    /// The commit that was measured.
    pub commit: String,
    /// The versions of the others.
    pub peers: String,
    /// The day.
    pub date: String,
}

/// The whole page.
pub fn render(rows: &[Row], plan: Plan, setting: &Setting) -> String {
    let mut page = String::new();
    let Setting {
        machine,
        commit,
        peers,
        date,
    } = setting;
    let seconds = plan.measure.as_secs_f64();
    // Writing to a string cannot fail.
    let _ = write!(
        page,
        "# Measurements\n\n\
         `./tests/bench/run` on {date}; commit {commit}; {machine}. Peers: {peers}.\n\n\
         Each number is the median of {} rounds of {seconds} s over {} kept-alive connections (a quarter of them at 8 MB); a round goes through all \
         servers before the next begins. Server and load generator share the machine. Requests are signed; the user has \
         three inline policies with five statements. Soft mode alone decides and does not refuse: beside it, enforcing \
         shows what signatures cost.\n\n",
        plan.rounds, plan.connections,
    );
    let _ = writeln!(page, "## Requests a second\n");
    let names: Vec<_> = Scenario::ALL
        .iter()
        .map(|scenario| scenario.name())
        .collect();
    let _ = writeln!(
        page,
        "| server | {} |\n|---|{}",
        names.join(" | "),
        "---:|".repeat(names.len())
    );
    for row in rows {
        let cells: Vec<_> = row.rates.iter().map(|rate| number(*rate)).collect();
        let _ = writeln!(page, "| {} | {} |", row.target.name(), cells.join(" | "));
    }
    let _ = writeln!(page, "\n## Against bare hyper\n");
    let _ = writeln!(
        page,
        "| server | {} |\n|---|{}",
        names.join(" | "),
        "---:|".repeat(names.len())
    );
    for row in rows.iter().filter(|row| row.target != Target::Bare) {
        let cells = (0..Scenario::ALL.len()).map(|index| {
            times(
                rate(rows, row.target, index),
                rate(rows, Target::Bare, index),
            )
        });
        let _ = writeln!(
            page,
            "| {} | {} |",
            row.target.name(),
            cells.collect::<Vec<_>>().join(" | ")
        );
    }
    let _ = writeln!(page, "\n## What enforcement costs\n");
    let _ = writeln!(
        page,
        "| | {} |\n|---|{}",
        names.join(" | "),
        "---:|".repeat(names.len())
    );
    for (what, with, without) in [
        (
            "the decision (soft mode against off)",
            Target::Soft,
            Target::Open,
        ),
        (
            "the signature (enforcing against soft mode)",
            Target::Enforcing,
            Target::Soft,
        ),
        (
            "both (enforcing against off)",
            Target::Enforcing,
            Target::Open,
        ),
    ] {
        let cells = (0..Scenario::ALL.len())
            .map(|index| loss(rate(rows, with, index), rate(rows, without, index)));
        let _ = writeln!(
            page,
            "| {what} | {} |",
            cells.collect::<Vec<_>>().join(" | ")
        );
    }
    let _ = writeln!(page, "\n## Start and memory\n");
    let _ = writeln!(
        page,
        "| server | start to first answer | resident, idle | resident, after load |\n|---|---:|---:|---:|"
    );
    for row in rows {
        let start = row.start.map_or("—".to_owned(), |start| {
            format!("{:.1} ms", start.as_secs_f64() * 1000.0)
        });
        let _ = writeln!(
            page,
            "| {} | {start} | {} | {} |",
            row.target.name(),
            megabytes(row.idle),
            megabytes(row.loaded)
        );
    }
    page
}

fn rate(rows: &[Row], target: Target, index: usize) -> Option<f64> {
    rows.iter()
        .find(|row| row.target == target)
        .and_then(|row| row.rates.get(index).copied().flatten())
}

fn number(rate: Option<f64>) -> String {
    rate.map_or("—".to_owned(), |rate| {
        if rate < 100.0 {
            format!("{rate:.1}")
        } else {
            format!("{rate:.0}")
        }
    })
}

fn times(rate: Option<f64>, of: Option<f64>) -> String {
    rate.zip(of)
        .map_or("—".to_owned(), |(rate, of)| format!("{:.2}x", rate / of))
}

fn loss(with: Option<f64>, without: Option<f64>) -> String {
    with.zip(without).map_or("—".to_owned(), |(with, without)| {
        format!("{:.1} %", (1.0 - with / without) * 100.0)
    })
}

fn megabytes(bytes: Option<u64>) -> String {
    bytes.map_or("—".to_owned(), |bytes| {
        format!("{} MB", bytes / 1_000_000)
    })
}

/// The middle one of some numbers.
pub fn median(mut numbers: Vec<f64>) -> Option<f64> {
    numbers.sort_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    match numbers.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(numbers[middle]),
        _ => Some((numbers[middle - 1] + numbers[middle]) / 2.0),
    }
}
