//! The servers under measurement: how each is started, when it answers, and what memory it holds.

use std::io;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::connection::Connection;
use crate::scenario::ROOT;
use crate::sign::Request;

/// How long the slowest of them may take to answer for the first time.
const DEADLINE: Duration = Duration::from_secs(60);

/// Where the programs are.
#[derive(Clone, Debug)]
pub struct Programs {
    /// Stockade's binary.
    pub stockade: PathBuf,
    /// The folder of the Python environment's programs.
    pub python: PathBuf,
}

/// One server in one configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// hyper with nothing behind it.
    Bare,
    /// Stockade as it starts.
    Open,
    /// Stockade deciding, without verifying signatures and without refusing.
    Soft,
    /// Stockade verifying and deciding.
    Enforcing,
    /// moto's server.
    Moto,
    /// moto's server with its authentication and authorization on.
    MotoEnforcing,
    /// ministack.
    Ministack,
    /// ministack with its authentication and authorization on.
    MinistackEnforcing,
}

impl Target {
    /// All, in the order of the report.
    pub const ALL: [Self; 8] = [
        Self::Bare,
        Self::Open,
        Self::Soft,
        Self::Enforcing,
        Self::Moto,
        Self::MotoEnforcing,
        Self::Ministack,
        Self::MinistackEnforcing,
    ];

    /// What the report calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare hyper",
            Self::Open => "Stockade",
            Self::Soft => "Stockade, soft mode",
            Self::Enforcing => "Stockade, enforcing",
            Self::Moto => "moto",
            Self::MotoEnforcing => "moto, enforcing",
            Self::Ministack => "ministack",
            Self::MinistackEnforcing => "ministack, enforcing",
        }
    }

    /// Whether it is one of the Python servers, which take seconds where others take milliseconds.
    pub fn is_python(self) -> bool {
        matches!(
            self,
            Self::Moto | Self::MotoEnforcing | Self::Ministack | Self::MinistackEnforcing
        )
    }

    fn command(self, programs: &Programs, port: u16) -> io::Result<Command> {
        let with_port = |program: &Path, arguments: &[&str]| {
            let mut command = Command::new(program);
            command.args(arguments);
            command
        };
        let address = format!("127.0.0.1:{port}");
        let port = port.to_string();
        let moto = programs.python.join("moto_server");
        let ministack = programs.python.join("ministack");
        Ok(match self {
            Self::Bare => with_port(&std::env::current_exe()?, &["bare", &port]),
            Self::Open => with_port(&programs.stockade, &["--listen", &address]),
            Self::Soft => with_port(
                &programs.stockade,
                &["--listen", &address, "--iam-soft-mode"],
            ),
            Self::Enforcing => {
                with_port(&programs.stockade, &["--listen", &address, "--enforce-iam"])
            }
            Self::Moto | Self::MotoEnforcing => with_port(&moto, &["-H", "127.0.0.1", "-p", &port]),
            Self::Ministack => {
                let mut command = with_port(&ministack, &[]);
                command.env("GATEWAY_PORT", port);
                command
            }
            Self::MinistackEnforcing => {
                let mut command = with_port(&ministack, &[]);
                command.env("GATEWAY_PORT", port).env("AUTH", "true");
                command
            }
        })
    }
}

/// A running server, ended when dropped.
#[derive(Debug)]
pub struct Server {
    /// Which it is.
    pub target: Target,
    /// Where it listens.
    pub port: u16,
    /// From starting the process to its first answer.
    pub started_in: Duration,
    process: Child,
}

impl Server {
    /// Starts it and waits for its first answer, that of GetCallerIdentity.
    ///
    /// # Errors
    ///
    /// When the program cannot be started, ends, or does not answer in time.
    pub async fn start(target: Target, programs: &Programs) -> io::Result<Self> {
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let mut command = target.command(programs, port)?;
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let host = format!("127.0.0.1:{port}");
        let request = Request::query("sts", "Action=GetCallerIdentity&Version=2011-06-15")
            .signed(&ROOT.keys(), &host);

        let began = Instant::now();
        let process = command.spawn()?;
        let mut server = Self {
            target,
            port,
            started_in: Duration::ZERO,
            process,
        };
        loop {
            match Connection::to(port).send(&request, true).await {
                Ok(answer) if answer.status == 200 => break,
                Ok(answer) => {
                    let body = String::from_utf8_lossy(&answer.body).into_owned();
                    return Err(io::Error::other(format!(
                        "{}: {} {body}",
                        target.name(),
                        answer.status
                    )));
                }
                Err(_) if began.elapsed() < DEADLINE && server.process.try_wait()?.is_none() => {
                    tokio::time::sleep(Duration::from_micros(200)).await;
                }
                Err(error) => return Err(error),
            }
        }
        server.started_in = began.elapsed();
        Ok(server)
    }

    /// Resident memory of the process and all that it started, in bytes.
    pub fn resident_bytes(&self) -> u64 {
        family(self.process.id())
            .into_iter()
            .map(resident_bytes)
            .sum()
    }

    /// Processor time that the process and all that it started have spent so far.
    pub fn processor_time(&self) -> Duration {
        family(self.process.id())
            .into_iter()
            .map(processor_time)
            .sum()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The process may have ended by itself; then there is nothing to end.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// A process, and all that it started.
fn family(process: u32) -> Vec<u32> {
    let children = std::fs::read_to_string(format!("/proc/{process}/task/{process}/children"))
        .unwrap_or_default();
    let children = children
        .split_whitespace()
        .filter_map(|child| child.parse().ok())
        .flat_map(family);
    std::iter::once(process).chain(children).collect()
}

fn resident_bytes(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|value| value.trim().trim_end_matches(" kB").parse::<u64>().ok())
        .map_or(0, |kilobytes| kilobytes * 1024)
}

/// User's and kernel's time of a process, threads that have ended included, to a hundredth of a second.
fn processor_time(process: u32) -> Duration {
    /// What Linux tells programs of its clock, whatever it uses itself.
    const TICKS_A_SECOND: f64 = 100.0;
    let times = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // proc(5): the name stands in parentheses and may hold blanks; utime and stime are the 12th and 13th after it.
    let ticks: u32 = times
        .rsplit(')')
        .next()
        .into_iter()
        .flat_map(|after| after.split_whitespace().skip(11).take(2))
        .filter_map(|field| field.parse::<u32>().ok())
        .sum();
    Duration::from_secs_f64(f64::from(ticks) / TICKS_A_SECOND)
}
