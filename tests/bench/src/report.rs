//! The numbers as Markdown.

use std::fmt::Write as _;
use std::time::Duration;

use crate::load::{Plan, Sample};
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
    /// The slices, by round, in the order of [`Scenario::ALL`].
    pub samples: Vec<Vec<Option<Sample>>>,
}

impl Row {
    /// The slices of a scenario that were measured.
    fn of(&self, scenario: usize) -> impl Iterator<Item = &Sample> {
        self.samples[scenario].iter().flatten()
    }
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
    let Setting {
        machine,
        commit,
        peers,
        date,
    } = setting;
    let mut page = format!(
        "# Measurements\n\n\
         `./tests/bench/run` on {date}; commit {commit}; {machine}. Peers: {peers}.\n\n\
         In each of {} rounds every server has a slice of {} ms over {} kept-alive connections (at 8 MB four times as \
         long over a quarter of them), and none comes first more often than another; the Python servers take part in \
         three. Numbers are medians of slices, and what compares two servers is the median of what each round says: the \
         machine's own speed drifts more from one minute to the next than most of what is compared. Server and load \
         generator share the machine. Requests are signed; the user has three inline policies with five statements. \
         Soft mode alone decides and does not refuse: beside it, enforcing shows what signatures cost.\n",
        plan.rounds,
        plan.slice.as_millis(),
        plan.connections,
    );
    let all: Vec<_> = rows.iter().collect();
    let others: Vec<_> = rows.iter().skip(1).collect();
    table(&mut page, "Requests a second", &all, |row, scenario| {
        number(median(row.of(scenario).map(|sample| sample.rate).collect()))
    });
    table(&mut page, "Against bare hyper", &others, |row, scenario| {
        times(median(compared(row, &rows[0], scenario)))
    });
    table(
        &mut page,
        "Processor time a request, the kernel's included",
        &all,
        |row, scenario| microseconds(spent(row, scenario)),
    );
    costs(&mut page, rows);
    memory(&mut page, rows);
    page
}

/// A section with a row for each server and a column for each scenario.
fn table(page: &mut String, title: &str, rows: &[&Row], cell: impl Fn(&Row, usize) -> String) {
    heading(page, title, "server");
    for row in rows {
        let cells: Vec<_> = (0..Scenario::ALL.len())
            .map(|scenario| cell(row, scenario))
            .collect();
        line(page, row.target.name(), &cells);
    }
}

fn heading(page: &mut String, title: &str, first: &str) {
    // Writing to a string cannot fail, here and below.
    let _ = writeln!(page, "\n## {title}\n");
    line(
        page,
        first,
        &Scenario::ALL.map(|scenario| scenario.name().to_owned()),
    );
    let _ = writeln!(page, "|---|{}", "---:|".repeat(Scenario::ALL.len()));
}

fn line(page: &mut String, first: &str, cells: &[String]) {
    let _ = writeln!(page, "| {first} | {} |", cells.join(" | "));
}

fn costs(page: &mut String, rows: &[Row]) {
    heading(page, "What enforcement costs", "");
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
        let of = |target| rows.iter().find(|row| row.target == target);
        let Some((with, without)) = of(with).zip(of(without)) else {
            continue;
        };
        let cells: Vec<_> = (0..Scenario::ALL.len())
            .map(|scenario| loss(median(compared(with, without, scenario))))
            .collect();
        line(page, what, &cells);
    }
}

fn memory(page: &mut String, rows: &[Row]) {
    let _ = writeln!(
        page,
        "\n## Start and memory\n\n\
         | server | start to first answer | resident, idle | resident, after load |\n|---|---:|---:|---:|"
    );
    for row in rows {
        let start = row.start.map_or("—".to_owned(), |start| {
            format!("{:.1} ms", start.as_secs_f64() * 1000.0)
        });
        line(
            page,
            row.target.name(),
            &[start, megabytes(row.idle), megabytes(row.loaded)],
        );
    }
}

/// Processor time a request, over all slices.
fn spent(row: &Row, scenario: usize) -> Option<f64> {
    let answered: u32 = row.of(scenario).map(|sample| sample.answered).sum();
    let spent: Duration = row.of(scenario).map(|sample| sample.spent).sum();
    (answered > 0).then(|| spent.as_secs_f64() / f64::from(answered))
}

/// One server's rate against another's, in each round that has both.
fn compared(row: &Row, with: &Row, scenario: usize) -> Vec<f64> {
    std::iter::zip(&row.samples[scenario], &with.samples[scenario])
        .filter_map(|(one, other)| Some(one.as_ref()?.rate / other.as_ref()?.rate))
        .collect()
}

fn number(rate: Option<f64>) -> String {
    told(rate, |rate| {
        if rate < 100.0 {
            format!("{rate:.1}")
        } else {
            format!("{rate:.0}")
        }
    })
}

fn times(ratio: Option<f64>) -> String {
    told(ratio, |ratio| format!("{ratio:.2}x"))
}

fn microseconds(seconds: Option<f64>) -> String {
    told(seconds, |seconds| format!("{:.1} µs", seconds * 1e6))
}

fn loss(ratio: Option<f64>) -> String {
    told(ratio, |ratio| format!("{:.1} %", (1.0 - ratio) * 100.0))
}

/// A number that is missing is a dash.
fn told(number: Option<f64>, as_text: impl Fn(f64) -> String) -> String {
    number.map_or("—".to_owned(), as_text)
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
