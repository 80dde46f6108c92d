//! The generator: AWS's published models in, Rust and tables out.
//!
//! `sync` turns pinned upstream packages into the normalised files under `models/`; `generate`
//! turns those into `generated/`; `check` says whether `generated/` is what `generate` would write.
//! It deliberately knows nothing of how requests are served: what it emits is written in the types
//! of `stockade-spec`.
//!
//! ```text
//! cargo run -p codegen -- generate
//! ```

mod check;
mod emit;
mod lined;
#[allow(
    dead_code,
    reason = "models are typed whole, so that a trait nobody reads is still checked"
)]
mod model;
mod permissions;
mod routing;
mod sync;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use clap::{Parser, Subcommand};

/// Turns AWS's models into Stockade's generated crates.
#[derive(Debug, Parser)]
#[command(
    name = "codegen",
    version,
    after_help = "\
The usual order, after a change of models/pins.toml: sync, generate, review the diff, commit.
After a change of models/overlays or of codegen itself: generate."
)]
struct Arguments {
    /// The workspace's root; found from the current directory when not given.
    #[arg(long, global = true, value_name = "DIRECTORY")]
    root: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Fetch the packages of models/pins.toml and write models/ anew.
    ///
    /// Packages are fetched with `python3 -m pip download` and `npm pack`, so that their
    /// configuration (index, registry, proxy, certificates) holds; the sha256 of each is checked,
    /// and what was fetched is kept under target/codegen-cache. models/pins.toml and
    /// models/overlays are read, never written.
    Sync,
    /// Write generated/ from models/; files there that nothing generates any more are removed.
    Generate,
    /// Fail, naming files, when generated/ is not what `generate` would write. Writes nothing.
    Check,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    let root = match &arguments.root {
        Some(root) => root.clone(),
        None => find_root()?,
    };
    match arguments.command {
        Command::Sync => sync::run(&root),
        Command::Generate => check::generate(&root),
        Command::Check => check::check(&root),
    }
}

/// The nearest directory upwards that has `models/pins.toml`.
fn find_root() -> Result<PathBuf> {
    let mut directory = std::env::current_dir().context("the current directory cannot be read")?;
    while !directory.join("models/pins.toml").is_file() {
        ensure!(
            directory.pop(),
            "no models/pins.toml here or above; run inside the workspace or name it with --root"
        );
    }
    Ok(directory)
}
