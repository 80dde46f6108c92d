//! `stockade explain`: what one request needs.

use std::io::Read as _;
use std::path::PathBuf;

use bytes::Bytes;
use clap::Args;
use http::Request;
use serde_json::{Value, json};
use stockade_authz::fill::{Acting, Required};
use stockade_gateway::{Explained, Explainer, Vantage};
use stockade_spec::Error;
use stockade_spec::permission::Class;

/// The most headers that a captured request may have.
const MAX_HEADERS: usize = 100;

/// Tells which permissions a request needs, without a server: of an operation with an input, or of a captured HTTP request.
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

    /// Print JSON, for programs
    #[arg(long)]
    json: bool,
}

/// What the command prints; the error says what is wrong with the request.
pub(crate) fn run(arguments: &Arguments, explainer: &Explainer) -> Result<String, String> {
    let vantage = Vantage {
        account: arguments.account.clone(),
        region: arguments.region.clone(),
        caller: format!("arn:aws:iam::{}:user/caller", arguments.account),
    };
    let told = |error: Error| format!("{}: {}", error.code, error.message);
    let explained = match (&arguments.request, &arguments.service, &arguments.operation) {
        (Some(file), ..) => {
            let request = parse(&read(file)?)?;
            explainer.request(&request, &vantage).map_err(told)?
        }
        (None, Some(service), Some(operation)) => {
            let input = match arguments.input.strip_prefix('@') {
                Some(file) => read(&PathBuf::from(file))?,
                None if arguments.input == "-" => read(&PathBuf::from("-"))?,
                None => arguments.input.clone().into_bytes(),
            };
            explainer
                .input(service, operation, &input, &vantage)
                .map_err(told)?
        }
        _ => return Err("Name a service and an operation, or a captured --request".to_owned()),
    };
    if arguments.json {
        serde_json::to_string_pretty(&as_json(&explained)).map_err(|error| error.to_string())
    } else {
        Ok(as_text(&explained))
    }
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

/// A captured HTTP/1.1 request. Its body is all that follows the head: a capture may have been cut or put together by hand.
fn parse(bytes: &[u8]) -> Result<Request<Bytes>, String> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut head = httparse::Request::new(&mut headers);
    let malformed = |why: String| format!("This is no HTTP request: {why}");
    let length = match head.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => {
            return Err(malformed(
                "its head has no empty line at its end".to_owned(),
            ));
        }
        Err(error) => return Err(malformed(error.to_string())),
    };
    let mut request = Request::builder()
        .method(head.method.unwrap_or_default())
        .uri(head.path.unwrap_or_default());
    for header in head.headers.iter() {
        request = request.header(header.name, header.value);
    }
    request
        .body(Bytes::copy_from_slice(&bytes[length..]))
        .map_err(|error| malformed(error.to_string()))
}

fn as_text(explained: &Explained) -> String {
    let mut lines = vec![format!("{}:{}", explained.service, explained.operation)];
    lines.push(match explained.class {
        Class::Requirements if explained.required.is_empty() => {
            "  no permission applies to this request: root alone may make it".to_owned()
        }
        Class::Requirements => "  needs".to_owned(),
        Class::Open => "  needs no permission, only a signature".to_owned(),
        Class::Unsigned => "  needs no permission and no signature".to_owned(),
        Class::Bearer => "  needs a bearer token, and no permission".to_owned(),
    });
    for required in &explained.required {
        lines.extend(needed(required));
    }
    let mut last = None;
    for act in &explained.follow_ups {
        let actor = actor(&act.actor);
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
    if let Some(why) = &required.unfilled {
        lines.push(format!("      denied to all but root: {why}"));
    }
    for (key, values) in &required.keys {
        lines.push(match values {
            Ok(values) => format!("      {key} = {}", values.join(", ")),
            Err(why) => format!("      {key} cannot be told: {why}"),
        });
    }
    lines
}

/// As whom a service acts, as overlays write it.
pub(crate) fn actor(actor: &Acting) -> String {
    match actor {
        Acting::Caller { via } => format!("caller via {via}"),
        Acting::Role(role) => format!("role {}", unknown(&role.to_string())),
        Acting::Service(name) => format!("service {name}"),
    }
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
            value["as"] = json!(actor(&act.actor));
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
