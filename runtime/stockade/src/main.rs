//! Stockade, the program: configuration, logging, composition, and the server's life.

mod commands;
mod compose;
mod config;
mod formats;
mod logging;
mod screen;

use std::error::Error;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use stockade_gateway::{Config, Explainer, Gateway};
use stockade_store::Store;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::config::{Cli, Command, Serve};

/// A small request asks for memory some hundred times; the system's allocator made that a fifth of
/// its time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match Cli::read().chosen() {
        Command::Serve(config) => run(&config),
        Command::Permissions(arguments) => print(commands::permissions::run(&arguments)),
        Command::Keys(arguments) => print(commands::keys::run(&arguments)),
        Command::Explain(arguments) => print(explain(&arguments)),
        Command::Policy(arguments) => print(commands::policy::run(&arguments)),
    }
}

fn explain(arguments: &commands::explain::Arguments) -> Result<String, String> {
    commands::explain::run(arguments, || {
        let parties = compose::compose(&Serve::from_environment(), &Store::in_memory())?;
        Ok(Explainer::new(parties.catalog, parties.services))
    })
}

/// Prints what a command found, or what is wrong with it.
fn print(outcome: Result<String, String>) -> ExitCode {
    match outcome {
        Ok(text) => {
            // Whoever closed the output has read enough.
            let _ = writeln!(std::io::stdout(), "{text}");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn run(config: &Serve) -> ExitCode {
    let _log = match logging::start(config.log_format, config.debug) {
        Ok(log) => log,
        Err(error) => {
            eprintln!("The log could not be started: {error}");
            return ExitCode::FAILURE;
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!(%error, "The runtime could not be started.");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(serve(config)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(config: &Serve) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(config.listen).await.map_err(|error| {
        format!(
            "Cannot listen on {}: {error}. Choose another address with --listen or GATEWAY_LISTEN.",
            config.listen
        )
    })?;
    let store = Store::in_memory();
    let parties = compose::compose(config, &store)?;
    let screen = screen::screen(config, listener.local_addr()?, &parties);
    let gateway = Gateway::new(
        Config {
            mode: config.mode(),
            style: config.style(),
            strict_credentials: config.strict_credentials,
        },
        parties,
    );
    // Whoever closed the output does not need the screen.
    let _ = writeln!(std::io::stdout(), "{screen}");
    let (mut terminate, mut interrupt) = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
    );
    let stop = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!(target: "stockade", "Stopping: requests under way are finished.");
    };
    stockade_gateway::serve(Arc::new(gateway), listener, stop).await;
    store.shutdown().await;
    Ok(())
}
