//! What requests need, by AWS's documents: the cases of `tests/spots`, and the command around them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use pretty_assertions::assert_eq;
use serde::Deserialize;
use stockade_authz::fill::Act;
use stockade_store::Store;

use super::*;
use crate::compose::compose;
use crate::config::Serve;

fn explainer() -> Explainer {
    let parties = compose(&Serve::from_environment(), &Store::in_memory()).unwrap();
    Explainer::new(parties.catalog, parties.services)
}

/// One case of a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    operation: String,
    /// The title of the AWS document that says so.
    source: String,
    input: String,
    /// All that the request needs, as `action on resource`.
    needs: Vec<String>,
    /// All that services need that act because of the request, as `as whom: action on resource`.
    then: Option<Vec<String>>,
    /// By action: condition keys that are among those set.
    #[serde(default)]
    keys: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    case: Vec<Case>,
}

/// The cases by service.
fn spots() -> Vec<(String, Vec<Case>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/spots");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "toml"))
        .collect();
    files.sort();
    files
        .iter()
        .map(|path| {
            let text = std::fs::read_to_string(path).unwrap();
            let file: File =
                toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let service = path.file_stem().unwrap().to_string_lossy().into_owned();
            (service, file.case)
        })
        .collect()
}

/// What is wrong with a case.
fn check(explainer: &Explainer, service: &str, case: &Case) -> Result<(), String> {
    let vantage = Vantage {
        account: "123456789012".to_owned(),
        region: "us-east-1".to_owned(),
        caller: "arn:aws:iam::123456789012:user/alice".to_owned(),
    };
    let explained = explainer
        .input(service, &case.operation, case.input.as_bytes(), &vantage)
        .map_err(|error| format!("{}: {}", error.code, error.message))?;
    let mut needs: Vec<String> = explained
        .required
        .iter()
        .map(|required| format!("{} on {}", required.action, resource(required)))
        .collect();
    let mut expected = case.needs.clone();
    needs.sort();
    needs.dedup();
    expected.sort();
    if needs != expected {
        return Err(format!("needs {needs:#?}\n  expected {expected:#?}"));
    }
    if let Some(expected) = &case.then {
        let then: BTreeSet<String> = explained
            .follow_ups
            .iter()
            .map(|act| {
                let Act { actor, required } = act;
                format!("{}: {} on {}", actor, required.action, resource(required))
            })
            .collect();
        let expected: BTreeSet<String> = expected.iter().cloned().collect();
        if then != expected {
            return Err(format!("then {then:#?}\n  expected {expected:#?}"));
        }
    }
    for (action, keys) in &case.keys {
        let then = explained.follow_ups.iter().map(|act| &act.required);
        let of_action: Vec<_> = explained
            .required
            .iter()
            .chain(then)
            .filter(|required| required.action == action)
            .collect();
        for (key, values) in keys {
            let set = of_action.iter().any(|required| {
                required
                    .keys
                    .iter()
                    .any(|(name, set)| name.eq_ignore_ascii_case(key) && set.as_ref() == Ok(values))
            });
            if !set {
                let all: Vec<_> = of_action.iter().map(|required| &required.keys).collect();
                return Err(format!("{action} has not {key} = {values:?}, but {all:?}"));
            }
        }
    }
    Ok(())
}

#[test]
fn spots_need_what_the_documents_say() {
    let explainer = explainer();
    let mut wrong = Vec::new();
    let (mut services, mut cases) = (0, 0);
    for (service, spots) in spots() {
        services += 1;
        for case in &spots {
            cases += 1;
            assert!(
                !case.source.is_empty(),
                "{service} {}: no source",
                case.operation
            );
            if let Err(problem) = check(&explainer, &service, case) {
                wrong.push(format!(
                    "{service} {} ({}): {problem}",
                    case.operation, case.source
                ));
            }
        }
    }
    println!("{cases} cases of {services} services");
    assert!(
        wrong.is_empty(),
        "{} of {cases} cases:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

fn explain(words: &[&str]) -> Result<String, String> {
    #[derive(clap::Parser)]
    struct Cli {
        #[command(flatten)]
        arguments: Arguments,
    }
    let words = ["explain"].iter().chain(words);
    run(&<Cli as clap::Parser>::parse_from(words).arguments, || {
        Ok(explainer())
    })
}

#[test]
fn an_input_is_explained() {
    let text = explain(&[
        "lambda",
        "CreateFunction",
        "--input",
        r#"{"FunctionName": "f", "Role": "arn:aws:iam::000000000000:role/r", "Code": {}}"#,
    ])
    .unwrap();
    assert_eq!(
        text,
        "lambda:CreateFunction\n  needs\n    \
         lambda:CreateFunction on arn:aws:lambda:us-east-1:000000000000:function:f\n    \
         iam:PassRole on arn:aws:iam::000000000000:role/r\n      \
         iam:PassedToService = lambda.amazonaws.com\n  \
         then, as role arn:aws:iam::000000000000:role/r\n    \
         logs:CreateLogGroup on arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/f\n    \
         logs:CreateLogStream on arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/f:log-stream:{?}\n    \
         logs:PutLogEvents on arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/f:log-stream:{?}"
    );
}

#[test]
fn a_captured_request_is_explained() {
    let file = std::env::temp_dir().join(format!("stockade-explain-{}", std::process::id()));
    let request = "POST / HTTP/1.1\r\nHost: localhost:4566\r\nX-Amz-Target: DynamoDB_20120810.DeleteTable\r\n\
         Content-Type: application/x-amz-json-1.0\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential=111122223333/20260101/eu-west-1/dynamodb/aws4_request, \
         SignedHeaders=host, Signature=00\r\n\r\n{\"TableName\": \"t\"}";
    std::fs::write(&file, request).unwrap();
    let json: Value =
        serde_json::from_str(&explain(&["--request", file.to_str().unwrap(), "--json"]).unwrap())
            .unwrap();
    std::fs::remove_file(&file).unwrap();
    assert_eq!(json["operation"], "DeleteTable");
    assert_eq!(json["required"][0]["action"], "dynamodb:DeleteTable");
    assert_eq!(
        json["required"][0]["resource"],
        "arn:aws:dynamodb:eu-west-1:111122223333:table/t"
    );
}

/// "Search requests" (Amazon CloudSearch Developer Guide): the parameters may come as a form, which boto3 does.
#[test]
fn a_query_may_come_as_a_form() {
    let file = std::env::temp_dir().join(format!("stockade-form-{}", std::process::id()));
    let form = "format=sdk&pretty=true&q=star+wars";
    let request = format!(
        "POST /2013-01-01/search HTTP/1.1\r\nHost: search-movies-abc.us-east-1.cloudsearch.amazonaws.com\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    std::fs::write(&file, request).unwrap();
    let told = explain(&["--request", file.to_str().unwrap()]).unwrap();
    std::fs::remove_file(&file).unwrap();
    assert!(
        told.starts_with("cloudsearchdomain:Search\n  needs\n    cloudsearch:search on "),
        "{told}"
    );
}

#[test]
fn follow_ups_are_told_apart_in_json() {
    let input = r#"{"TopicArn": "arn:aws:sns:us-east-1:000000000000:t", "Protocol": "sqs",
        "Endpoint": "arn:aws:sqs:us-east-1:000000000000:q"}"#;
    let json: Value =
        serde_json::from_str(&explain(&["sns", "Subscribe", "--input", input, "--json"]).unwrap())
            .unwrap();
    assert_eq!(json["required"].as_array().unwrap().len(), 1);
    assert_eq!(
        json["followUps"],
        serde_json::json!([{
            "as": "service sns.amazonaws.com",
            "action": "sqs:SendMessage",
            "resource": "arn:aws:sqs:us-east-1:000000000000:q",
            "keys": {
                "aws:SourceAccount": ["000000000000"],
                "aws:SourceArn": ["arn:aws:sns:us-east-1:000000000000:t"],
            },
            "ofMissing": false,
            "unfilled": null,
        }])
    );
}

#[test]
fn what_cannot_be_explained_is_said() {
    assert!(
        explain(&["nimbus", "Fly"])
            .unwrap_err()
            .contains("no service nimbus")
    );
    assert!(
        explain(&["sqs", "Fly"])
            .unwrap_err()
            .contains("no operation Fly")
    );
    assert!(explain(&["sqs", "SendMessage", "--input", "{"]).is_err());
    assert!(
        explain(&["sqs", "SendMessage", "--input", "@/nowhere"])
            .unwrap_err()
            .contains("/nowhere")
    );
    assert_eq!(
        explain(&["sts", "GetCallerIdentity"]).unwrap(),
        "sts:GetCallerIdentity\n  needs no permission, only a signature"
    );
}
