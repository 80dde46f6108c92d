//! `stockade policy`: the smallest policy for what a principal did, asked of a running server.

use std::fmt::Write as _;

use clap::Args;
use http::{Method, Uri};
use serde_json::Value;

use super::pretty;
use super::server::{self, encoded};

/// Prints the smallest policy that allows what a principal did since the server started, then what its own policies lack
/// and what they allow without need. The server has to run with ENFORCE_IAM=1 or IAM_SOFT_MODE=1.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The ARN of a user or role; without one, a line for each principal that did something
    principal: Option<String>,

    /// Tell resources without their last part: arn:aws:s3:::photos/* for each of its objects
    #[arg(long)]
    generalize: bool,

    /// Print the server's answer as it is, for programs
    #[arg(long)]
    json: bool,

    /// The server to ask
    #[arg(long, value_name = "URL", default_value = server::DEFAULT)]
    endpoint: Uri,
}

/// What the command prints; the error says what to do instead.
pub(crate) fn run(arguments: &Arguments) -> Result<String, String> {
    let mut path = "/_stockade/policy".to_owned();
    if let Some(principal) = &arguments.principal {
        let principal = encoded(principal);
        let general = u8::from(arguments.generalize);
        let _ = write!(path, "?principal={principal}&generalize={general}");
    }
    let answer = server::ask(&arguments.endpoint, Method::GET, &path, Vec::new())?;
    let answer: Value = serde_json::from_slice(&answer).map_err(|error| error.to_string())?;
    if arguments.json {
        return pretty(&answer);
    }
    if arguments.principal.is_none() {
        return Ok(lines(&answer["principals"]).join("\n"));
    }
    text(&answer)
}

fn lines(values: &Value) -> Vec<String> {
    let values = values.as_array().map(Vec::as_slice).unwrap_or_default();
    values
        .iter()
        .map(|value| {
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned)
        })
        .collect()
}

/// The policy, and below it what differs.
fn text(answer: &Value) -> Result<String, String> {
    let mut text = pretty(&answer["policy"])?;
    for (title, member) in [
        ("Missing: needed, and not allowed", "missing"),
        ("Denied explicitly", "denied"),
    ] {
        let statements = lines(&answer[member]);
        if !statements.is_empty() {
            let _ = write!(text, "\n\n{title}:\n  {}", statements.join("\n  "));
        }
    }
    let unused = answer["unused"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    if !unused.is_empty() {
        text.push_str("\n\nUnused: allowed, and not needed:");
    }
    for part in unused {
        let entries: Vec<String> = ["actions", "resources"]
            .into_iter()
            .flat_map(|member| lines(&part[member]))
            .collect();
        let _ = write!(
            text,
            "\n  {} (statement {} of {})",
            entries.join(", "),
            part["statement"].as_str().unwrap_or_default(),
            part["policy"].as_str().unwrap_or_default(),
        );
    }
    Ok(text)
}
