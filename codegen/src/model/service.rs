//! One service's API model.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use serde_json::Value;

use super::{Auth, Location, Operation, Pagination, Shape, ShapeKind};
use crate::lined::{self, Entry, Place};

/// A service: what it is called, its operations and their shapes.
#[derive(Debug)]
pub(crate) struct Model {
    /// The file's stem, for example `lambda`.
    pub(crate) id: String,
    pub(crate) metadata: Metadata,
    pub(crate) operations: BTreeMap<String, Operation>,
    pub(crate) pagination: BTreeMap<String, Pagination>,
    pub(crate) shapes: BTreeMap<String, Shape>,
}

/// What a model says of its service as a whole.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Metadata {
    pub(crate) api_version: String,
    /// The label of the service's hosts: `lambda` in `lambda.us-east-1.amazonaws.com`.
    pub(crate) endpoint_prefix: String,
    pub(crate) service_id: String,
    pub(crate) service_full_name: String,
    signing_name: Option<String>,
    pub(crate) target_prefix: Option<String>,
    protocol: String,
    #[serde(default)]
    protocols: Vec<String>,
    json_version: Option<String>,
    #[serde(default, deserialize_with = "namespace")]
    pub(crate) xml_namespace: Option<String>,
    pub(crate) global_endpoint: Option<String>,
    signature_version: String,
    #[serde(default)]
    auth: Vec<String>,
    /// Present where errors of the query protocol are kept under the newer one.
    pub(crate) aws_query_compatible: Option<Value>,
    /// HTTP/2: `eventstream` or `optional`.
    #[serde(default)]
    pub(crate) protocol_settings: BTreeMap<String, Value>,
    /// Glacier's and one other's tree hashes.
    pub(crate) checksum_format: Option<String>,
}

fn namespace<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Form {
        Plain(String),
        Structured { uri: String },
    }
    Ok(
        Option::<Form>::deserialize(deserializer)?.map(|form| match form {
            Form::Plain(uri) | Form::Structured { uri } => uri,
        }),
    )
}

/// A way of putting shapes on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    AwsJson1_0,
    AwsJson1_1,
    RestJson,
    RestXml,
    Query,
    Ec2Query,
    RpcV2Cbor,
}

impl Protocol {
    /// Whether bodies are JSON or, with the same names, CBOR.
    pub(crate) fn is_json(self) -> bool {
        matches!(
            self,
            Self::AwsJson1_0 | Self::AwsJson1_1 | Self::RestJson | Self::RpcV2Cbor
        )
    }
}

impl Metadata {
    /// The service's name in credential scopes.
    pub(crate) fn signing_name(&self) -> &str {
        self.signing_name
            .as_deref()
            .unwrap_or(&self.endpoint_prefix)
    }

    fn protocol(&self, name: &str) -> Option<Protocol> {
        Some(match (name, self.json_version.as_deref()) {
            ("json", Some("1.1")) => Protocol::AwsJson1_1,
            ("json", _) => Protocol::AwsJson1_0,
            ("rest-json", _) => Protocol::RestJson,
            ("rest-xml", _) => Protocol::RestXml,
            ("query", _) => Protocol::Query,
            ("ec2", _) => Protocol::Ec2Query,
            ("smithy-rpc-v2-cbor", _) => Protocol::RpcV2Cbor,
            _ => return None,
        })
    }

    /// How an operation that says nothing of its own is authenticated.
    fn auth(&self) -> Auth {
        let bearer = self.signature_version == "bearer"
            || (!self.auth.is_empty()
                && self
                    .auth
                    .iter()
                    .all(|scheme| scheme == "smithy.api#httpBearerAuth"));
        if bearer { Auth::Bearer } else { Auth::SigV4 }
    }
}

impl Model {
    pub(crate) fn load(path: &Path) -> Result<Self> {
        Self::parse(path, &lined::read_file(path)?)
    }

    pub(crate) fn parse(file: &Path, text: &str) -> Result<Self> {
        let mut sections = lined::read(file, text)?;
        let mut section = |name: &str| {
            sections
                .remove(name)
                .with_context(|| format!("{}: has no section {name:?}; write it anew with `cargo run -p codegen -- sync`", file.display()))
        };
        let metadata = section("metadata")?;
        let [metadata_entry] = &metadata[..] else {
            bail!("{}: \"metadata\" must be one line", file.display());
        };
        let metadata: Metadata = metadata_entry.parse()?;
        let auth = metadata.auth();
        let operations = entries(&section("operations")?, |entry| {
            Operation::parse(entry, auth)
        })?;
        let pagination = entries(&section("pagination")?, |entry| entry.parse())?;
        let shapes = entries(&section("shapes")?, Shape::parse)?;
        let id = file
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let mut model = Self {
            id,
            metadata,
            operations,
            pagination,
            shapes,
        };
        model.check(&metadata_entry.place)?;
        model.name_labels();
        Ok(model)
    }

    /// Labels in URIs go by their members' names, where the model has another one for the wire (`{restapi_id}` of
    /// `restApiId`): no client sees them, and schemas know members by name.
    fn name_labels(&mut self) {
        for operation in self.operations.values_mut() {
            let input = operation
                .input
                .as_ref()
                .map(|input| &self.shapes[input].kind);
            let Some(ShapeKind::Structure(members)) = input else {
                continue;
            };
            for (name, member) in members {
                if let (Some(Location::Uri), Some(wire)) = (member.location, &member.location_name)
                {
                    operation.uri = operation
                        .uri
                        .replace(&format!("{{{wire}}}"), &format!("{{{name}}}"))
                        .replace(&format!("{{{wire}+}}"), &format!("{{{name}+}}"));
                }
            }
        }
    }

    pub(crate) fn api_version(&self) -> &str {
        &self.metadata.api_version
    }

    /// The protocol that clients use when they know several.
    pub(crate) fn protocol(&self) -> Protocol {
        self.protocols()[0]
    }

    /// Every protocol that the model offers, the default first; never empty.
    pub(crate) fn protocols(&self) -> Vec<Protocol> {
        let names = std::iter::once(&self.metadata.protocol).chain(&self.metadata.protocols);
        let mut protocols = Vec::new();
        for protocol in names.filter_map(|name| self.metadata.protocol(name)) {
            if !protocols.contains(&protocol) {
                protocols.push(protocol);
            }
        }
        protocols
    }

    /// Every name that is used is defined.
    fn check(&self, metadata: &Place) -> Result<()> {
        for name in std::iter::once(&self.metadata.protocol).chain(&self.metadata.protocols) {
            ensure!(
                self.metadata.protocol(name).is_some(),
                "{metadata}: protocol {name:?} is unknown; add it to codegen/src/model/service.rs"
            );
        }
        for (name, operation) in &self.operations {
            for reference in operation.input.iter().chain(&operation.output) {
                let shape = self.defined(reference, &operation.place)?;
                ensure!(
                    matches!(shape.kind, ShapeKind::Structure(_)),
                    "{}: {reference} of {name} is not a structure",
                    operation.place
                );
            }
            for reference in &operation.errors {
                self.defined(reference, &operation.place)?;
            }
        }
        for (name, shape) in &self.shapes {
            for target in shape.targets() {
                self.defined(target, &shape.place)?;
            }
            if let ShapeKind::Structure(members) | ShapeKind::Union(members) = &shape.kind {
                for member in shape.required.iter().chain(&shape.payload) {
                    ensure!(
                        members.contains_key(member),
                        "{}: {name} has no member {member}, which it names",
                        shape.place
                    );
                }
            }
        }
        Ok(())
    }

    fn defined(&self, name: &str, place: &Place) -> Result<&Shape> {
        self.shapes
            .get(name)
            .with_context(|| format!("{place}: shape {name} is not defined in this file"))
    }
}

/// A section's entries by key.
pub(super) fn entries<T>(
    section: &[Entry<'_>],
    parse: impl Fn(&Entry<'_>) -> Result<T>,
) -> Result<BTreeMap<String, T>> {
    section
        .iter()
        .map(|entry| Ok((entry.key.clone(), parse(entry)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TimestampFormat;

    const MODEL: &str = r#"{
"metadata": {"apiVersion":"2020-01-01","endpointPrefix":"toy","jsonVersion":"1.1","protocol":"json","serviceFullName":"Toy","serviceId":"Toy","signatureVersion":"v4"},
"operations": {
"Put": {"auth":["smithy.api#noAuth"],"authtype":"none","errors":["Bad"],"http":{"method":"PUT","requestUri":"/a/{b}","responseCode":201},"input":{"shape":"In"}}
},
"pagination": {
},
"shapes": {
"Bad": {"error":{"code":"Wrong","httpStatusCode":409},"exception":true,"members":{},"type":"structure"},
"Choice": {"members":{"x":{"shape":"S"}},"type":"structure","union":true},
"Doc": {"document":true,"members":{},"type":"structure"},
"In": {"members":{"a":{"location":"querystring","locationName":"A","shape":"T"},"b":{"location":"uri","shape":"S"},"c":{"shape":"Choice"},"d":{"shape":"Doc"}},"required":["b"],"type":"structure"},
"S": {"enum":["x","y"],"type":"string"},
"T": {"timestampFormat":"iso8601","type":"timestamp"}
}
}
"#;

    fn parse(text: &str) -> Result<Model> {
        Model::parse(Path::new("models/services/toy.json"), text)
    }

    #[test]
    fn a_model_is_read() {
        let model = parse(MODEL).unwrap();
        assert_eq!(
            (model.id.as_str(), model.protocols()),
            ("toy", vec![Protocol::AwsJson1_1])
        );
        assert_eq!(model.metadata.signing_name(), "toy");
        let put = &model.operations["Put"];
        assert_eq!(
            (put.method.as_str(), put.uri.as_str(), put.status),
            ("PUT", "/a/{b}", 201)
        );
        assert_eq!(
            (put.auth, put.errors.as_slice()),
            (Auth::None, [String::from("Bad")].as_slice())
        );
        assert!(matches!(model.shapes["Doc"].kind, ShapeKind::Document));
        assert!(matches!(model.shapes["Choice"].kind, ShapeKind::Union(_)));
        assert_eq!(model.shapes["S"].enum_values, ["x", "y"]);
        assert_eq!(
            model.shapes["T"].timestamp_format,
            Some(TimestampFormat::DateTime)
        );
        let error = model.shapes["Bad"].error.as_ref().unwrap();
        assert_eq!(
            (error.code.as_deref(), error.status, error.fault),
            (Some("Wrong"), Some(409), false)
        );
        let ShapeKind::Structure(members) = &model.shapes["In"].kind else {
            panic!()
        };
        assert_eq!(members["a"].location, Some(Location::Query));
        assert!(model.shapes["In"].required.contains("b"));
    }

    #[test]
    fn labels_go_by_their_members() {
        let text = MODEL.replace("/a/{b}", "/a/{b_id}/{rest+}").replace(
            "\"b\":{\"location\":\"uri\",\"shape\":\"S\"}",
            "\"b\":{\"location\":\"uri\",\"locationName\":\"b_id\",\"shape\":\"S\"},\
                 \"r\":{\"location\":\"uri\",\"locationName\":\"rest\",\"shape\":\"S\"}",
        );
        assert_eq!(parse(&text).unwrap().operations["Put"].uri, "/a/{b}/{r+}");
    }

    #[test]
    fn refusals_name_file_and_line() {
        let refused =
            |from: &str, to: &str| format!("{:#}", parse(&MODEL.replace(from, to)).unwrap_err());
        assert_eq!(
            refused("{\"shape\":\"Choice\"}", "{\"shape\":\"Choices\"}"),
            "models/services/toy.json:12: shape Choices is not defined in this file"
        );
        assert_eq!(
            refused("\"required\":[\"b\"]", "\"required\":[\"z\"]"),
            "models/services/toy.json:12: In has no member z, which it names"
        );
        assert!(
            refused("\"enum\"", "\"enumeration\"")
                .starts_with("models/services/toy.json:13: \"S\" is not as expected")
        );
        assert!(
            refused("\"protocol\":\"json\"", "\"protocol\":\"soap\"")
                .starts_with("models/services/toy.json:2: protocol \"soap\" is unknown")
        );
        assert!(
            refused("\"pagination\"", "\"waiters\"")
                .starts_with("models/services/toy.json: has no section \"pagination\"")
        );
    }

    #[test]
    fn a_missing_file_names_the_mending_command() {
        let error = Model::load(Path::new("/nonexistent/toy.json"))
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            "/nonexistent/toy.json: cannot be read; `cargo run -p codegen -- sync` writes it"
        );
    }
}
