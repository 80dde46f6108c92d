//! `stockade explain`: what one request needs, and whether a principal may make it.

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::PathBuf;

use clap::Args;
use http::{Method, Uri};
use serde_json::{Value, json};
use stockade_authz::fill::Required;
use stockade_authz::render::examination::without_permission;
use stockade_gateway::{Explained, Explainer, Vantage};
use stockade_spec::Error;

use super::pretty;
use super::server::{self, encoded};

/// Tells which permissions a request needs, without a server: of an operation with an input, or of a captured HTTP request.
///
/// With --as it asks a running server whether a principal may make the request: by which statements of which policies it is
/// allowed or denied, what each layer of policies says (identity-based policies, permissions boundary, session policies,
/// resource-based policy, service and resource control policies), which condition keys were read with which values, and the
/// smallest statement that would have allowed it. Nothing is performed, and the request enters neither /_stockade/decisions
/// nor what `stockade policy` reports. What services do because of the request is decided as well, for those whom they act as.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// A service's id, as `aws` names it: sqs
    #[arg(required_unless_present = "request", requires = "operation")]
    service: Option<String>,

    /// An operation of it: SendMessage
    operation: Option<String>,

    /// The operation's input as JSON with the API's member names (as for `aws --cli-input-json`); `@FILE` reads it from a file,
    /// `-` from standard input
    #[arg(long, value_name = "JSON", default_value = "{}")]
    input: String,

    /// A captured HTTP/1.1 request instead, head and body; `-` reads standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["service", "operation", "input"])]
    request: Option<PathBuf>,

    /// The caller's account; a captured request's access key may name another
    #[arg(long, value_name = "ID", default_value = "000000000000")]
    account: String,

    /// The region; a captured request's signature may name another
    #[arg(
        long,
        env = "AWS_DEFAULT_REGION",
        value_name = "REGION",
        default_value = "us-east-1"
    )]
    region: String,

    /// Decide as this principal: the ARN of a user, role, session or root, a key that the server issued, a service such as
    /// lambda.amazonaws.com, or `anonymous`. A role is taken as a session without policies of its own, a session's ARN as the
    /// newest session of that name
    #[arg(long = "as", value_name = "ARN")]
    principal: Option<String>,

    /// The server to ask, with --as
    #[arg(long, value_name = "URL", default_value = server::DEFAULT, requires = "principal")]
    endpoint: Uri,

    /// Print JSON, for programs
    #[arg(long)]
    json: bool,
}

/// What is explained.
enum Subject<'a> {
    /// A captured request.
    Request(Vec<u8>),
    /// An operation with an input.
    Input(&'a str, &'a str, Vec<u8>),
}

impl Arguments {
    fn subject(&self) -> Result<Subject<'_>, String> {
        match (&self.request, &self.service, &self.operation) {
            (Some(file), ..) => Ok(Subject::Request(read(file)?)),
            (None, Some(service), Some(operation)) => {
                let input = match self.input.strip_prefix('@') {
                    Some(file) => read(&PathBuf::from(file))?,
                    None if self.input == "-" => read(&PathBuf::from("-"))?,
                    None => self.input.clone().into_bytes(),
                };
                Ok(Subject::Input(service, operation, input))
            }
            _ => Err("Name a service and an operation, or a captured --request".to_owned()),
        }
    }
}

/// What the command prints; the error says what is wrong with the request. `explainer` is asked for unless a server is.
pub(crate) fn run(
    arguments: &Arguments,
    explainer: impl FnOnce() -> Result<Explainer, String>,
) -> Result<String, String> {
    let subject = arguments.subject()?;
    if let Some(principal) = &arguments.principal {
        return ask(arguments, principal, subject);
    }
    let explainer = explainer()?;
    let vantage = Vantage {
        account: arguments.account.clone(),
        region: arguments.region.clone(),
        caller: format!("arn:aws:iam::{}:user/caller", arguments.account),
    };
    let explained = match subject {
        Subject::Request(bytes) => explainer.request(&stockade_gateway::parse(&bytes)?, &vantage),
        Subject::Input(service, operation, input) => {
            explainer.input(service, operation, &input, &vantage)
        }
    };
    let explained =
        explained.map_err(|error: Error| format!("{}: {}", error.code, error.message))?;
    if arguments.json {
        pretty(&as_json(&explained))
    } else {
        Ok(as_text(&explained))
    }
}

/// What a server answers for a principal.
fn ask(arguments: &Arguments, principal: &str, subject: Subject<'_>) -> Result<String, String> {
    let mut path = format!(
        "/_stockade/explain?as={}&account={}&region={}&text={}",
        encoded(principal),
        encoded(&arguments.account),
        encoded(&arguments.region),
        u8::from(!arguments.json),
    );
    let body = match subject {
        Subject::Request(bytes) => bytes,
        Subject::Input(service, operation, input) => {
            let (service, operation) = (encoded(service), encoded(operation));
            let _ = write!(path, "&service={service}&operation={operation}");
            input
        }
    };
    let answer = server::ask(&arguments.endpoint, Method::POST, &path, body)?;
    if arguments.json {
        let value: Value = serde_json::from_slice(&answer).map_err(|error| error.to_string())?;
        return pretty(&value);
    }
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn read(file: &PathBuf) -> Result<Vec<u8>, String> {
    if file.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::stdin()
            .read_to_end(&mut bytes)
            .map_err(|error| format!("Standard input cannot be read: {error}"))?;
        return Ok(bytes);
    }
    std::fs::read(file).map_err(|error| format!("{} cannot be read: {error}", file.display()))
}

fn as_text(explained: &Explained) -> String {
    let mut lines = vec![format!("{}:{}", explained.service, explained.operation)];
    lines.push(match without_permission(explained.class) {
        Some(free) => format!("  {free}"),
        None if explained.required.is_empty() => {
            "  no permission applies to this request: root alone may make it".to_owned()
        }
        None => "  needs".to_owned(),
    });
    for required in &explained.required {
        lines.extend(needed(required));
    }
    let mut last = None;
    for act in &explained.follow_ups {
        let actor = act.actor.to_string();
        if last.as_ref() != Some(&actor) {
            lines.push(format!("  then, as {actor}"));
            last = Some(actor);
        }
        lines.extend(needed(&act.required));
    }
    lines.join("\n")
}

/// A requirement's lines.
fn needed(required: &Required) -> Vec<String> {
    let mut lines = vec![format!("    {} on {}", required.action, resource(required))];
    if required.of_missing {
        lines.push("      while the role does not exist".to_owned());
    }
    if let Some(why) = &required.unfilled {
        lines.push(format!("      denied to all but root: {why}"));
    }
    for (key, values) in &required.keys {
        lines.push(match values {
            Ok(values) if values.is_empty() => format!("      {key}: the action has no such key"),
            Ok(values) => format!("      {key} = {}", values.join(", ")),
            Err(why) => format!("      {key} cannot be told: {why}"),
        });
    }
    lines
}

fn as_json(explained: &Explained) -> Value {
    let required = explained.required.iter().map(of_required);
    let mut value = json!({
        "service": explained.service,
        "operation": explained.operation,
        "class": explained.class.to_string(),
        "required": required.collect::<Vec<_>>(),
    });
    if !explained.follow_ups.is_empty() {
        let follow_ups = explained.follow_ups.iter().map(|act| {
            let mut value = of_required(&act.required);
            value["as"] = json!(act.actor.to_string());
            value
        });
        value["followUps"] = follow_ups.collect();
    }
    value
}

fn of_required(required: &Required) -> Value {
    let keys = required.keys.iter().map(|(key, values)| {
        let values = match values {
            Ok(values) => json!(values),
            Err(why) => json!({ "unknown": why }),
        };
        (key.to_string(), values)
    });
    json!({
        "action": required.action,
        "resource": resource(required),
        "keys": keys.collect::<serde_json::Map<_, _>>(),
        "ofMissing": required.of_missing,
        "unfilled": required.unfilled,
    })
}

/// The resource, with what nobody here can know as templates write it.
pub(crate) fn resource(required: &Required) -> String {
    unknown(&required.resource.to_string())
}

fn unknown(name: &str) -> String {
    name.replace("<unknown>", "{?}")
}

#[cfg(test)]
mod tests;
