//! `stockade permissions`: the tables of what operations need.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use clap::Args;
use serde_json::{Value, json};
use stockade_catalog::{CATALOG, SERVICES};
use stockade_spec::catalog::Service;
use stockade_spec::permission::Class;
use stockade_spec::template::{OperationPermissions, Permissions, Predicate, Requirement, table};

use super::pretty;

/// Prints what callers of an operation, of a service's operations, or of all services need.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// A service's id, as `aws` names it: s3, lambda, dynamodb; without one, a line for each service
    service: Option<String>,

    /// An operation of it: PutObject
    operation: Option<String>,

    /// Print JSON, for programs
    #[arg(long, conflicts_with = "markdown")]
    json: bool,

    /// Print a Markdown table, for documents
    #[arg(long)]
    markdown: bool,
}

/// What the command prints; the error says what to ask for instead.
pub(crate) fn run(arguments: &Arguments) -> Result<String, String> {
    let Some(id) = &arguments.service else {
        return overview(arguments);
    };
    let service = CATALOG.service(id).ok_or_else(|| {
        let near: Vec<&str> = SERVICES
            .iter()
            .map(|service| service.id)
            .filter(|known| known.contains(id.as_str()) || id.contains(known))
            .collect();
        let hint = match near.as_slice() {
            [] => "`stockade permissions` lists them".to_owned(),
            near => format!("did you mean {}?", near.join(" or ")),
        };
        format!("There is no service {id}; {hint}")
    })?;
    let mut permissions = read(service)?;
    if let Some(operation) = &arguments.operation {
        permissions.retain(|name, _| name.eq_ignore_ascii_case(operation));
        if permissions.is_empty() {
            return Err(format!(
                "{id} has no operation {operation}; `stockade permissions {id}` lists them"
            ));
        }
    }
    if arguments.json {
        return pretty(&of_service(id, &permissions));
    }
    if arguments.markdown {
        return Ok(markdown(id, &permissions));
    }
    if arguments.operation.is_some() {
        let blocks: Vec<String> = permissions
            .iter()
            .map(|(name, operation)| table::block(name, operation))
            .collect();
        return Ok(blocks.join("\n\n"));
    }
    Ok(table::write(id, &permissions).trim_end().to_owned())
}

fn read(service: &Service) -> Result<Permissions, String> {
    let text = stockade_described::unpack(service.permissions)?;
    table::blocks(&text)
        .map(|(name, block)| Ok((name.to_owned(), table::parse(block)?)))
        .collect::<Result<_, String>>()
        .map_err(|problem| format!("The table of {} is unreadable: {problem}", service.id))
}

fn overview(arguments: &Arguments) -> Result<String, String> {
    let mut lines = Vec::with_capacity(SERVICES.len());
    let mut all = serde_json::Map::new();
    for service in &SERVICES {
        let permissions = read(service)?;
        if arguments.json {
            all.insert(service.id.to_owned(), of_service(service.id, &permissions));
        } else {
            lines.push(table::coverage(service.id, &permissions));
        }
    }
    if arguments.json {
        return pretty(&Value::Object(all));
    }
    if arguments.markdown {
        let rows = lines.iter().filter_map(|line| {
            let (service, counts) = line.split_once(": ")?;
            Some(format!("| {service} | {counts} |"))
        });
        let head = [
            "| service | operations |".to_owned(),
            "|---|---|".to_owned(),
        ];
        return Ok(head.into_iter().chain(rows).collect::<Vec<_>>().join("\n"));
    }
    Ok(lines.join("\n"))
}

fn of_service(id: &str, permissions: &Permissions) -> Value {
    let operations: Vec<Value> = permissions
        .iter()
        .map(|(name, operation)| of_operation(name, operation))
        .collect();
    json!({ "service": id, "operations": operations })
}

fn of_operation(name: &str, operation: &OperationPermissions) -> Value {
    let mut value = json!({
        "operation": name,
        "class": operation.class.to_string(),
        "requirements": operation.requirements.iter().map(of_requirement).collect::<Vec<_>>(),
    });
    if !operation.follow_ups.is_empty() {
        let follow_ups = operation.follow_ups.iter().map(|follow_up| {
            let mut value = of_requirement(&follow_up.requirement);
            value["as"] = json!(follow_up.actor.to_string());
            value
        });
        value["followUps"] = follow_ups.collect();
    }
    if operation.class == Class::Requirements {
        value["source"] = json!(operation.source.to_string());
    }
    if let Some(because) = &operation.because {
        value["because"] = json!(because);
    }
    if let Some(answers) = &operation.answers {
        value["answersForEach"] = json!(answers.to_string());
    }
    if !operation.left_out.is_empty() {
        let left_out: BTreeMap<&str, &str> = operation
            .left_out
            .iter()
            .map(|one| (one.action.as_str(), one.why.as_str()))
            .collect();
        value["notAskedFor"] = json!(left_out);
    }
    value
}

fn of_requirement(requirement: &Requirement) -> Value {
    let mut value = json!({
        "action": requirement.action,
        "resources": resources(requirement),
    });
    if requirement.when != Predicate::Always {
        value["when"] = json!(requirement.when.to_string());
    }
    if let Some(each) = &requirement.each {
        value["each"] = json!(each.to_string());
    }
    if !requirement.keys.is_empty() {
        value["keys"] = requirement
            .keys
            .iter()
            .map(|key| (key.name.clone(), json!(key.value.to_string())))
            .collect::<serde_json::Map<_, _>>()
            .into();
    }
    value
}

fn resources(requirement: &Requirement) -> Vec<String> {
    if requirement.resources.is_empty() {
        return vec!["*".to_owned()];
    }
    requirement
        .resources
        .iter()
        .map(ToString::to_string)
        .collect()
}

fn markdown(id: &str, permissions: &Permissions) -> String {
    let mut text = format!(
        "## {id}\n\n| operation | action | resource | when | condition keys |\n|---|---|---|---|---|"
    );
    for (name, operation) in permissions {
        if operation.requirements.is_empty() {
            let _ = write!(text, "\n| {name} | {} | | | |", operation.class);
        }
        for requirement in &operation.requirements {
            let _ = write!(text, "\n| {name} | {}", cells(requirement));
        }
    }
    let acting = permissions
        .iter()
        .flat_map(|(name, operation)| operation.follow_ups.iter().map(move |one| (name, one)));
    for (index, (name, follow_up)) in acting.enumerate() {
        if index == 0 {
            text.push_str(
                "\n\n### What services need that act because of a call\n\n\
                 | operation | as | action | resource | when | condition keys |\n|---|---|---|---|---|---|",
            );
        }
        let actor = code(&follow_up.actor.to_string());
        let _ = write!(
            text,
            "\n| {name} | {actor} | {}",
            cells(&follow_up.requirement)
        );
    }
    text
}

/// A requirement's cells, with the bar at the row's end.
fn cells(requirement: &Requirement) -> String {
    let keys: Vec<String> = requirement
        .keys
        .iter()
        .map(|key| code(&format!("{} = {}", key.name, key.value)))
        .collect();
    let resources: Vec<String> = resources(requirement)
        .iter()
        .map(|resource| code(resource))
        .collect();
    let when = match &requirement.when {
        Predicate::Always => String::new(),
        when => code(&when.to_string()),
    };
    format!(
        "{} | {} | {when} | {} |",
        code(&requirement.action),
        resources.join("<br>"),
        keys.join("<br>"),
    )
}

/// Code in a table's cell: a bar would end the cell.
fn code(text: &str) -> String {
    format!("`{}`", text.replace('|', "\\|"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(words: &[&str]) -> Result<String, String> {
        #[derive(clap::Parser)]
        struct Cli {
            #[command(flatten)]
            arguments: Arguments,
        }
        let words = ["permissions"].iter().chain(words);
        super::run(&<Cli as clap::Parser>::parse_from(words).arguments)
    }

    #[test]
    fn one_operation_in_each_form() {
        let text = run(&["iam", "deleteaccesskey"]).unwrap();
        assert_eq!(
            text,
            "DeleteAccessKey · requirements · name\n  iam:DeleteAccessKey\n    on @user(UserName)"
        );
        let json: Value =
            serde_json::from_str(&run(&["iam", "DeleteAccessKey", "--json"]).unwrap()).unwrap();
        assert_eq!(
            json["operations"][0]["requirements"][0],
            json!({"action": "iam:DeleteAccessKey", "resources": ["@user(UserName)"]})
        );
        let markdown = run(&["iam", "DeleteAccessKey", "--markdown"]).unwrap();
        assert!(
            markdown
                .ends_with("| DeleteAccessKey | `iam:DeleteAccessKey` | `@user(UserName)` |  |  |"),
            "{markdown}"
        );
    }

    /// "Subscribing an Amazon SQS queue to an Amazon SNS topic": SNS sends as itself, for the topic.
    #[test]
    fn follow_ups_stand_apart_with_their_principal() {
        let text = run(&["sns", "Subscribe"]).unwrap();
        let follow_up = "\n  as service sns.amazonaws.com: sqs:SendMessage\n    on {Endpoint}\n    \
                         when Protocol == 'sqs'\n    aws:SourceAccount = {account}\n    aws:SourceArn = {TopicArn}";
        assert!(text.contains(follow_up), "{text}");
        let json: Value =
            serde_json::from_str(&run(&["sns", "Subscribe", "--json"]).unwrap()).unwrap();
        let follow_up = &json["operations"][0]["followUps"][0];
        assert_eq!(follow_up["as"], "service sns.amazonaws.com");
        assert_eq!(follow_up["action"], "sqs:SendMessage");
        let markdown = run(&["sns", "Subscribe", "--markdown"]).unwrap();
        let row =
            "\n| Subscribe | `service sns.amazonaws.com` | `sqs:SendMessage` | `{Endpoint}` |";
        assert!(markdown.contains(row), "{markdown}");
    }

    #[test]
    fn all_services_have_a_line() {
        assert_eq!(run(&[]).unwrap().lines().count(), SERVICES.len());
    }

    #[test]
    fn what_is_not_there_is_said() {
        assert!(run(&["dynamo"]).unwrap_err().contains("dynamodb"));
        assert!(run(&["nimbus"]).unwrap_err().contains("lists them"));
        assert!(
            run(&["sqs", "Fly"])
                .unwrap_err()
                .contains("no operation Fly")
        );
    }
}
