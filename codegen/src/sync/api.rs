//! API models: botocore's, without documentation and what else nothing here reads.
//!
//! Of each service the newest API version is taken, with the package's own corrections
//! (`service-2.sdk-extras.json`, `paginators-1.sdk-extras.json`) merged in as the package merges
//! them. Every trait is either kept or dropped by name: one that is in neither list stops `sync`,
//! so that a model update cannot bring a new binding that goes unnoticed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};

use super::Files;
use super::archive::Archive;
use crate::lined::{self, Section};

type Object = Map<String, Value>;

/// What is kept of an object, and what is known and dropped.
struct Traits {
    kept: &'static [&'static str],
    dropped: &'static [&'static str],
}

const METADATA: Traits = Traits {
    kept: &[
        "apiVersion",
        "auth",
        "awsQueryCompatible",
        "checksumFormat",
        "endpointPrefix",
        "globalEndpoint",
        "jsonVersion",
        "protocol",
        "protocolSettings",
        "protocols",
        "serviceFullName",
        "serviceId",
        "signatureVersion",
        "signingName",
        "targetPrefix",
        "xmlNamespace",
    ],
    dropped: &["ripServiceName", "serviceAbbreviation", "uid"],
};

const OPERATION: Traits = Traits {
    kept: &[
        "auth",
        "authtype",
        "deprecated",
        "endpoint",
        "endpointdiscovery",
        "errors",
        "http",
        "httpChecksum",
        "httpChecksumRequired",
        "idempotent",
        "input",
        "name",
        "output",
        "readonly",
        "requestcompression",
        "unsignedPayload",
    ],
    dropped: &[
        "deprecatedMessage",
        "deprecatedSince",
        "documentation",
        "documentationUrl",
        "endpointoperation",
        "operationContextParams",
        "staticContextParams",
    ],
};

/// An operation's input, output or error.
const REFERENCE: Traits = Traits {
    kept: &["locationName", "resultWrapper", "shape", "xmlNamespace"],
    dropped: &["documentation"],
};

const SHAPE: Traits = Traits {
    kept: &[
        "box",
        "deprecated",
        "document",
        "enum",
        "error",
        "event",
        "eventstream",
        "exception",
        "fault",
        "flattened",
        "key",
        "locationName",
        "max",
        "member",
        "members",
        "min",
        "pattern",
        "payload",
        "required",
        "requiresLength",
        "sensitive",
        "sparse",
        "streaming",
        "timestampFormat",
        "type",
        "union",
        "value",
        "xmlNamespace",
    ],
    dropped: &[
        "deprecatedMessage",
        "deprecatedSince",
        "documentation",
        "retryable",
        "synthetic",
        "wrapper",
        "xmlOrder",
    ],
};

const MEMBER: Traits = Traits {
    kept: &[
        "box",
        "deprecated",
        "enum",
        "eventpayload",
        "eventheader",
        "flattened",
        "hostLabel",
        "idempotencyToken",
        "jsonvalue",
        "location",
        "locationName",
        "queryName",
        "sensitive",
        "shape",
        "streaming",
        "timestampFormat",
        "xmlAttribute",
        "xmlNamespace",
    ],
    dropped: &[
        "contextParam",
        "deprecatedMessage",
        "deprecatedSince",
        "documentation",
    ],
};

const PAGINATOR: Traits = Traits {
    kept: &[
        "input_token",
        "limit_key",
        "more_results",
        "output_token",
        "result_key",
    ],
    dropped: &["non_aggregate_keys"],
};

/// The normalised model of every service.
pub(super) fn normalise(package: &Archive) -> Result<Files> {
    const DATA: &str = "botocore/data/";
    let mut newest: BTreeMap<&str, &str> = BTreeMap::new();
    for name in package.under(DATA) {
        let parts: Vec<&str> = name.split('/').collect();
        if let [service, version, "service-2.json.gz" | "service-2.json"] = parts[..] {
            let entry = newest.entry(service).or_default();
            *entry = (*entry).max(version);
        }
    }
    if newest.is_empty() {
        bail!(
            "{}: has no models; adapt codegen/src/sync/api.rs",
            package.place(DATA)
        );
    }
    let mut files = Files::new();
    for (service, version) in newest {
        let folder = format!("{DATA}{service}/{version}/");
        let (model, place) = load(package, &folder, "service-2")?;
        let (paginators, _) = load(package, &folder, "paginators-1")?;
        let text = service_text(model, paginators).with_context(|| {
            format!("{place}: a trait is to be kept or dropped in codegen/src/sync/api.rs")
        })?;
        files.insert(PathBuf::from(format!("{service}.json")), text);
    }
    Ok(files)
}

/// A model file with its corrections merged in, and its name for errors; empty where there is none.
fn load(package: &Archive, folder: &str, name: &str) -> Result<(Object, String)> {
    let mut model = Object::new();
    let mut place = package.place(folder);
    for suffix in [".json", ".json.gz"] {
        let file = format!("{folder}{name}{suffix}");
        if package.has(&file) {
            model = package.json(&file)?;
            place = package.place(&file);
        }
    }
    let extras = format!("{folder}{name}.sdk-extras.json");
    if package.has(&extras)
        && let Some(Value::Object(extra)) = package.json::<Object>(&extras)?.remove("merge")
    {
        merge(&mut model, extra);
    }
    Ok((model, place))
}

/// Objects are merged member by member; anything else is replaced.
fn merge(base: &mut Object, extra: Object) {
    for (key, value) in extra {
        match (base.get_mut(&key), value) {
            (Some(Value::Object(base)), Value::Object(extra)) => merge(base, extra),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

fn service_text(mut model: Object, mut paginators: Object) -> Result<String> {
    let metadata = strip(object(&mut model, "metadata")?, &METADATA, "metadata")?;

    let mut operations = BTreeMap::new();
    for (name, value) in object(&mut model, "operations")? {
        let operation = operation(value, &name).with_context(|| format!("operation {name}"))?;
        operations.insert(name, Value::Object(operation));
    }
    let mut shapes = BTreeMap::new();
    for (name, value) in object(&mut model, "shapes")? {
        let shape = shape(value).with_context(|| format!("shape {name}"))?;
        shapes.insert(name, Value::Object(shape));
    }
    let mut pagination = BTreeMap::new();
    if paginators.contains_key("pagination") {
        for (name, value) in object(&mut paginators, "pagination")? {
            // The package's paginators outlive operations that were removed.
            if operations.contains_key(&name) {
                let paginator = strip(into_object(value)?, &PAGINATOR, "paginator")?;
                pagination.insert(name, Value::Object(paginator));
            }
        }
    }
    drop_unreached(&operations, &mut shapes);
    Ok(lined::write(&BTreeMap::from([
        ("metadata", Section::Value(Value::Object(metadata))),
        ("operations", Section::Entries(operations)),
        ("pagination", Section::Entries(pagination)),
        ("shapes", Section::Entries(shapes)),
    ])))
}

fn operation(value: Value, key: &str) -> Result<Object> {
    let mut operation = strip(into_object(value)?, &OPERATION, "operation")?;
    // The model's key is the operation's name; a different `name` is the one on the wire.
    if operation.get("name").is_some_and(|name| name == key) {
        operation.remove("name");
    }
    for part in ["input", "output"] {
        if let Some(reference) = operation.remove(part) {
            let reference = strip(into_object(reference)?, &REFERENCE, part)?;
            operation.insert(part.into(), Value::Object(reference));
        }
    }
    if let Some(errors) = operation.remove("errors") {
        let Value::Array(errors) = errors else {
            bail!("errors are not a list")
        };
        let names = errors
            .into_iter()
            .map(|error| {
                into_object(error)?
                    .remove("shape")
                    .context("an error has no shape")
            })
            .collect::<Result<Vec<_>>>()?;
        operation.insert("errors".into(), Value::Array(names));
    }
    Ok(operation)
}

fn shape(value: Value) -> Result<Object> {
    let mut shape = strip(into_object(value)?, &SHAPE, "shape")?;
    for part in ["member", "key", "value"] {
        if let Some(member) = shape.remove(part) {
            shape.insert(
                part.into(),
                Value::Object(strip(into_object(member)?, &MEMBER, part)?),
            );
        }
    }
    if shape.contains_key("members") {
        let mut members = Object::new();
        for (name, member) in object(&mut shape, "members")? {
            let member = strip(into_object(member)?, &MEMBER, &name)?;
            members.insert(name, Value::Object(member));
        }
        shape.insert("members".into(), Value::Object(members));
    }
    Ok(shape)
}

/// Removes the shapes that no operation leads to: nothing can read or write them.
fn drop_unreached(operations: &BTreeMap<String, Value>, shapes: &mut BTreeMap<String, Value>) {
    let mut pending: Vec<String> = Vec::new();
    for operation in operations.values() {
        for part in ["input", "output"] {
            pending.extend(operation[part]["shape"].as_str().map(String::from));
        }
        for error in operation["errors"].as_array().into_iter().flatten() {
            pending.extend(error.as_str().map(String::from));
        }
    }
    let mut reached = BTreeSet::new();
    while let Some(name) = pending.pop() {
        let Some(shape) = shapes.get(&name) else {
            continue;
        };
        if reached.insert(name) {
            for part in ["member", "key", "value"] {
                pending.extend(shape[part]["shape"].as_str().map(String::from));
            }
            for member in shape["members"]
                .as_object()
                .into_iter()
                .flat_map(Map::values)
            {
                pending.extend(member["shape"].as_str().map(String::from));
            }
        }
    }
    // Errors that only the service's documentation ties to operations are kept.
    shapes.retain(|name, shape| reached.contains(name) || shape["exception"] == true);
}

fn strip(object: Object, traits: &Traits, what: &str) -> Result<Object> {
    let mut kept = Object::new();
    for (key, value) in object {
        if traits.kept.contains(&key.as_str()) {
            kept.insert(key, value);
        } else if !traits.dropped.contains(&key.as_str()) {
            bail!("{what}: unknown trait {key:?}");
        }
    }
    Ok(kept)
}

fn object(parent: &mut Object, key: &str) -> Result<Object> {
    into_object(
        parent
            .remove(key)
            .with_context(|| format!("{key:?} is missing"))?,
    )
}

fn into_object(value: Value) -> Result<Object> {
    match value {
        Value::Object(object) => Ok(object),
        other => bail!("an object is expected, found {other}"),
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    const MODEL: &str = r#"{
        "version": "2.0", "documentation": "<p>x</p>",
        "metadata": {"apiVersion": "2020-01-01", "uid": "x", "endpointPrefix": "toy", "protocol": "json",
            "serviceId": "Toy", "serviceFullName": "Toy", "signatureVersion": "v4"},
        "operations": {"Put": {"name": "Put", "documentation": "d", "http": {"method": "POST", "requestUri": "/"},
            "input": {"shape": "In", "documentation": "d"}, "errors": [{"shape": "Bad"}]}},
        "shapes": {
            "Unused": {"type": "string"},
            "In": {"type": "structure", "documentation": "d", "required": ["b"],
                "members": {"b": {"shape": "S", "documentation": "d"}, "a": {"shape": "S", "location": "header",
                "locationName": "x-a", "contextParam": {"name": "A"}}}},
            "S": {"type": "string", "max": 5},
            "Bad": {"type": "structure", "members": {}, "exception": true, "error": {"httpStatusCode": 409}}
        }
    }"#;

    fn package(model: &str) -> Archive {
        Archive::of(&[
            ("botocore/data/toy/2019-01-01/service-2.json", "{}"),
            ("botocore/data/toy/2020-01-01/service-2.json", model),
            (
                "botocore/data/toy/2020-01-01/service-2.sdk-extras.json",
                r#"{"version": 1.0, "merge": {"shapes": {"In": {"members": {"c": {"shape": "S"}}}}}}"#,
            ),
            (
                "botocore/data/toy/2020-01-01/paginators-1.json",
                r#"{"pagination": {"Put": {"input_token": "a", "output_token": "b", "result_key": "c"}, "Gone": {}}}"#,
            ),
        ])
    }

    #[test]
    fn the_newest_version_is_stripped_merged_and_sorted() {
        let files = normalise(&package(MODEL)).unwrap();
        assert_eq!(
            files[&PathBuf::from("toy.json")],
            r#"{
"metadata": {"apiVersion":"2020-01-01","endpointPrefix":"toy","protocol":"json","serviceFullName":"Toy","serviceId":"Toy","signatureVersion":"v4"},
"operations": {
"Put": {"errors":["Bad"],"http":{"method":"POST","requestUri":"/"},"input":{"shape":"In"}}
},
"pagination": {
"Put": {"input_token":"a","output_token":"b","result_key":"c"}
},
"shapes": {
"Bad": {"error":{"httpStatusCode":409},"exception":true,"members":{},"type":"structure"},
"In": {"members":{"a":{"location":"header","locationName":"x-a","shape":"S"},"b":{"shape":"S"},"c":{"shape":"S"}},"required":["b"],"type":"structure"},
"S": {"max":5,"type":"string"}
}
}
"#
        );
    }

    #[test]
    fn an_unknown_trait_stops_it() {
        let model = MODEL.replace("\"max\": 5", "\"newBinding\": 5");
        let error = format!("{:#}", normalise(&package(&model)).unwrap_err());
        assert!(
            error.contains("2020-01-01/service-2.json: a trait is to be kept or dropped"),
            "{error}"
        );
        assert!(
            error.ends_with("shape S: shape: unknown trait \"newBinding\""),
            "{error}"
        );
    }

    #[test]
    fn malformed_json_tells_its_line() {
        let error = format!("{:#}", normalise(&package("{\n  nonsense\n}")).unwrap_err());
        assert!(error.contains("service-2.json: not as expected"), "{error}");
        assert!(error.contains("line 2"), "{error}");
    }
}
