//! The configuration: flags, and the environment variable behind each.

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::error::{ContextKind, ContextValue};
use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};
use stockade_authz::Mode;
use stockade_authz::render::error::Style;

use crate::commands;

/// Where the server listens unless told otherwise: where LocalStack does, and for this machine alone.
const DEFAULT_ADDRESS: &str = "127.0.0.1:4566";

/// A local AWS that enforces IAM on every API, and tells you why.
#[derive(Debug, Parser)]
#[command(name = "stockade", version, args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: Serve,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the AWS APIs (the default)
    Serve(Serve),
    /// Print what operations need: actions, resources, condition keys
    Permissions(commands::permissions::Arguments),
    /// Print the global condition keys: what fills each, or why nothing does
    Keys(commands::keys::Arguments),
    /// Tell which permissions one request needs
    Explain(commands::explain::Arguments),
    /// Print the smallest policy for what a principal did, and what differs from those it has
    Policy(commands::policy::Arguments),
}

impl Cli {
    /// What the arguments and the environment say. Where they say nothing that can be meant, the process
    /// ends with what is wrong, and where it was said.
    pub(crate) fn read() -> Self {
        Self::try_parse().unwrap_or_else(|error| {
            if let Some(variable) = variable_of(&error)
                && std::env::var_os(&variable).is_some()
            {
                let _ = error.print();
                eprintln!("The environment variable {variable} sets it.");
                std::process::exit(error.exit_code());
            }
            error.exit()
        })
    }

    /// The command; serving is the default.
    pub(crate) fn chosen(self) -> Command {
        self.command.unwrap_or(Command::Serve(self.serve))
    }
}

/// What the server does and where.
#[derive(Debug, Clone, Args)]
pub(crate) struct Serve {
    /// Address to listen on
    #[arg(
        long,
        env = "GATEWAY_LISTEN",
        value_name = "ADDRESS",
        default_value = DEFAULT_ADDRESS,
        value_parser = address
    )]
    pub(crate) listen: SocketAddr,

    /// Refuse what IAM does not allow, as AWS does
    #[arg(long, env = "ENFORCE_IAM", value_name = "BOOL", default_value = "false", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = switch())]
    pub(crate) enforce_iam: bool,

    /// Decide and log, and let every request through (alone or with --enforce-iam)
    #[arg(long, env = "IAM_SOFT_MODE", value_name = "BOOL", default_value = "false", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = switch())]
    pub(crate) iam_soft_mode: bool,

    /// Explain denials in the log: permissions needed, granted and missing, and by which policies
    #[arg(long, env = "DEBUG", value_name = "BOOL", default_value = "false", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = switch())]
    pub(crate) debug: bool,

    /// Wording of denials
    #[arg(
        long,
        env = "IAM_ERROR_STYLE",
        value_name = "STYLE",
        default_value = "aws"
    )]
    pub(crate) iam_error_style: ErrorStyle,

    /// Refuse access keys that Stockade did not issue, instead of taking them for root
    #[arg(long, env = "STRICT_CREDENTIALS", value_name = "BOOL", default_value = "false", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = switch())]
    pub(crate) strict_credentials: bool,

    /// Refuse Lambda functions whose role does not exist, as AWS does
    #[arg(long, env = "STRICT_ROLES", value_name = "BOOL", default_value = "false", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = switch())]
    pub(crate) strict_roles: bool,

    /// Send allowed requests that nothing here handles to another emulator; SERVICE=URL sends all of a
    /// service's there. Repeatable; several are separated by commas or spaces
    #[arg(
        long,
        env = "UPSTREAM",
        value_name = "[SERVICE=]URL",
        hide_env_values = true
    )]
    pub(crate) upstream: Vec<String>,

    /// Sign forwarded requests: `pass` as sent (default), `account` with the account's number as key,
    /// or KEY:SECRET; SERVICE=… for one service. Repeatable
    #[arg(
        long,
        env = "UPSTREAM_SIGN",
        value_name = "[SERVICE=]HOW",
        hide_env_values = true
    )]
    pub(crate) upstream_sign: Vec<String>,

    /// Trust the authorities in this PEM file beside the system's, for upstreams with an https:// URL
    #[arg(long, env = "UPSTREAM_CA", value_name = "FILE")]
    pub(crate) upstream_ca: Option<PathBuf>,

    /// Form of the log
    #[arg(
        long,
        env = "LOG_FORMAT",
        value_name = "FORMAT",
        default_value = "text"
    )]
    pub(crate) log_format: LogFormat,
}

/// The wording of denials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ErrorStyle {
    /// AWS's code and sentence for the service and its protocol
    Aws,
    /// `AccessDeniedException`: Access to the specified resource is denied
    Localstack,
}

/// The form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// A readable line an entry
    Text,
    /// A JSON object an entry
    Json,
}

impl Serve {
    /// What a server started without flags would do.
    pub(crate) fn from_environment() -> Self {
        Cli::parse_from(["stockade"]).serve
    }

    /// Whether decisions are made, and whether they bind: soft mode wins.
    pub(crate) fn mode(&self) -> Mode {
        match (self.iam_soft_mode, self.enforce_iam) {
            (true, _) => Mode::Soft,
            (false, true) => Mode::Enforce,
            (false, false) => Mode::Off,
        }
    }

    /// The wording of denials.
    pub(crate) fn style(&self) -> Style {
        match self.iam_error_style {
            ErrorStyle::Aws => Style::Aws,
            ErrorStyle::Localstack => Style::Localstack,
        }
    }
}

/// An IP address and a port; an empty variable is an unset one.
fn address(text: &str) -> Result<SocketAddr, &'static str> {
    let text = if text.is_empty() {
        DEFAULT_ADDRESS
    } else {
        text
    };
    text.parse().map_err(|_| {
        "not one IP address and a port; give it as 127.0.0.1:4566, or 0.0.0.0:4566 for every interface"
    })
}

/// The environment variable behind the argument that an error is about.
fn variable_of(error: &clap::Error) -> Option<String> {
    let Some(ContextValue::String(wrong)) = error.get(ContextKind::InvalidArg) else {
        return None;
    };
    let mut command = Cli::command();
    command.build();
    let argument = command
        .get_arguments()
        .find(|argument| argument.to_string() == *wrong)?;
    Some(argument.get_env()?.to_string_lossy().into_owned())
}

/// `1`, `true`, `yes`, `on` and their opposites; an empty variable is an unset one.
fn switch() -> impl clap::builder::TypedValueParser<Value = bool> {
    use clap::builder::TypedValueParser as _;
    clap::builder::StringValueParser::new().try_map(|text| {
        if text.is_empty() {
            return Ok(false);
        }
        let text = std::ffi::OsString::from(text);
        BoolishValueParser::new()
            .parse_ref(&clap::Command::new("stockade"), None, &text)
            .map_err(|_| "neither true nor false; give 1 or 0, true or false")
    })
}
