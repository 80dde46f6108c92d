//! The crate `stockade-catalog`: every service for routing and naming, and the indexes to find one.
//!
//! The operations of a service are a text file, one a line, that is read when the service is first
//! asked for: nobody pays for the hundreds of services that a run does not touch.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use proc_macro2::{Literal, TokenStream};
use quote::quote;
use stockade_spec::template::{Permissions, table};

use super::typed::{ConstraintOverlays, ShapeOverlay};
use super::{HEADER, Outputs};
use crate::model::{Auth, Model, Models, Operation, Protocol};
use crate::routing::{Demands, Endpoints, Name, Part, Routing, parts};

/// What overlays say of services in the catalog.
pub(super) struct Overlaid<'a> {
    pub(super) shapes: &'a BTreeMap<String, ShapeOverlay>,
    pub(super) constraints: &'a ConstraintOverlays,
}

/// The crate's files.
pub(super) fn emit(
    models: &Models,
    routing: &Routing,
    overlaid: &Overlaid<'_>,
    permissions: &BTreeMap<String, Permissions>,
) -> Result<Outputs> {
    let root = PathBuf::from("catalog");
    let mut outputs = Outputs::new();
    let no_overlay = ShapeOverlay::default();
    let open = open(models);
    for model in models.services.values() {
        let file = root.join("services").join(format!("{}.txt", model.id));
        outputs.insert(file, operations(model, routing, &open)?.into_bytes());
        let file = root.join("shapes").join(format!("{}.txt", model.id));
        let overlay = overlaid.shapes.get(&model.id).unwrap_or(&no_overlay);
        outputs.insert(file, super::shapes::emit(model, overlay)?.into_bytes());
    }
    for (id, permissions) in permissions {
        let file = root.join("permissions").join(format!("{id}.txt"));
        let text = format!("# {HEADER}\n{}", table::write(id, permissions));
        outputs.insert(file, text.into_bytes());
    }
    let services: Vec<&Model> = models.services.values().collect();
    outputs.extend(super::authorization::emit(&root, models)?);
    outputs.insert(
        root.join("src/services.rs"),
        super::rust_file(&table(&services, overlaid.constraints))?,
    );
    outputs.insert(
        root.join("src/indexes.rs"),
        super::rust_file(&indexes(&services, &routing.endpoints)?)?,
    );
    outputs.insert(
        root.join("src/lib.rs"),
        super::rust_file(&library(services.len()))?,
    );
    outputs.insert(root.join("build.rs"), super::rust_file(&build_script())?);
    let mut manifest = super::manifest_with("stockade-catalog", &["stockade-spec"]);
    manifest.extend_from_slice(b"\n[build-dependencies]\nflate2.workspace = true\n");
    outputs.insert(root.join("Cargo.toml"), manifest);
    Ok(outputs)
}

fn library(count: usize) -> TokenStream {
    let front = super::front_page(&format!(
        "The catalog of {count} services: their names, protocols and operations on the wire, and IAM's\n\
         authorization reference.\n\n\
         The types, and how a service is found, are `stockade_spec::catalog`'s.\n\n\
         ```\n\
         use stockade_catalog::CATALOG;\n\n\
         let lambda = CATALOG.service(\"lambda\").unwrap();\n\
         assert_eq!(lambda.operations.by_name(\"Invoke\").unwrap().method, \"POST\");\n\
         ```"
    ));
    quote! {
        #front

        mod authorization;
        mod indexes;
        mod services;

        pub use authorization::REFERENCES;
        pub use indexes::CATALOG;
        pub use services::SERVICES;
    }
}

/// The catalog's build script: the larger texts go into the binary deflated.
fn build_script() -> TokenStream {
    quote! {
        //! Deflates the texts that the binary reads a service at a time.

        use std::fs::{self, File};
        use std::io::{self, Write};
        use std::path::PathBuf;

        use flate2::Compression;
        use flate2::write::ZlibEncoder;

        fn main() -> io::Result<()> {
            let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default());
            for folder in ["authorization", "shapes", "permissions"] {
                println!("cargo:rerun-if-changed={folder}");
                fs::create_dir_all(out.join(folder))?;
                for entry in fs::read_dir(folder)? {
                    let path = entry?.path();
                    let target = out.join(folder).join(path.file_name().unwrap_or_default());
                    let mut encoder = ZlibEncoder::new(File::create(target)?, Compression::best());
                    encoder.write_all(&fs::read(&path)?)?;
                    encoder.finish()?;
                }
            }
            Ok(())
        }
    }
}

/// The services whose callers choose with what a path begins, as S3's buckets do, by signing name.
fn open(models: &Models) -> BTreeMap<&str, Vec<&str>> {
    let mut open: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for model in models.services.values() {
        let chosen = model.operations.values().any(|operation| {
            let (path, _) = parts(&operation.uri);
            matches!(path.first(), Some(Part::Label | Part::Greedy))
        });
        if chosen {
            let services = open.entry(model.metadata.signing_name()).or_default();
            services.push(&model.id);
        }
    }
    open
}

/// A service's operations as text.
fn operations(
    model: &Model,
    routing: &Routing,
    open: &BTreeMap<&str, Vec<&str>>,
) -> Result<String> {
    let mut text = format!("# {HEADER}\n");
    let rest = model
        .protocols()
        .iter()
        .any(|protocol| matches!(protocol, Protocol::RestJson | Protocol::RestXml));
    let (mut of_place, mut of_path) = (BTreeMap::new(), BTreeMap::new());
    for operation in model.operations.values().filter(|_| rest) {
        let (path, constants) = parts(&operation.uri);
        let method = &operation.method;
        *of_path.entry((method, path.clone())).or_insert(0) += 1;
        *of_place.entry((method, path, constants)).or_insert(0) += 1;
    }
    let beside_open = open
        .get(model.metadata.signing_name())
        .is_some_and(|services| services.iter().any(|id| *id != model.id));
    let several = |count: Option<&i32>| count.is_some_and(|count| *count > 1);
    for (name, operation) in &model.operations {
        let (path, constants) = parts(&operation.uri);
        let plain = constants.is_empty();
        let begins_fixed = matches!(path.first(), Some(Part::Literal(_)));
        let shared_path = several(of_path.get(&(&operation.method, path.clone())));
        let shared = several(of_place.get(&(&operation.method, path, constants)));
        let all = Demands::of(model, operation);
        let mut demands = Demands::default();
        // What has no constants is what is left where those of others are missing, so that only
        // what it requires tells it from a request that is nobody's.
        if shared || (plain && shared_path) {
            demands.query = all.query;
        }
        // Without a signature, nothing else may tell whose request it is; nor may it beside paths of the caller's choice.
        if shared || (beside_open && begins_fixed) || operation.auth == Auth::None {
            demands.headers = all.headers;
        }
        text.push_str(&line(model, name, operation, &demands, routing)?);
        text.push('\n');
    }
    Ok(text)
}

/// `Name METHOD /uri?query flag…`.
fn line(
    model: &Model,
    name: &str,
    operation: &Operation,
    demands: &Demands,
    routing: &Routing,
) -> Result<String> {
    let Operation { method, uri, .. } = operation;
    let mut full = uri.clone();
    for name in &demands.query {
        full.push(if full.contains('?') { '&' } else { '?' });
        full.push_str(name);
    }
    let mut words = vec![name.to_owned(), method.clone(), full];
    match operation.auth {
        Auth::SigV4 => {}
        Auth::None => words.push("unsigned".into()),
        Auth::Bearer => words.push("bearer".into()),
    }
    if operation.unsigned_payload {
        words.push("unsigned-payload".into());
    }
    let checksum = operation.http_checksum.as_ref();
    if operation.http_checksum_required || checksum.is_some_and(|c| c.request_checksum_required) {
        words.push("checksum".into());
    }
    if let Some(prefix) = &operation.host_prefix {
        words.push(format!("host={prefix}"));
    }
    if let Some(wire) = &operation.wire_name {
        words.push(format!("wire={wire}"));
    }
    words.extend(demands.headers.iter().map(|name| format!("header={name}")));
    if let Some(method) = routing.endpoints.second_method(model, name) {
        words.push(format!("also={method}"));
    }
    if let Some(signing_name) = routing.endpoints.own_signing_name(model, name) {
        words.push(format!("signed={signing_name}"));
    }
    let itself = Name {
        service: model.id.clone(),
        operation: name.to_owned(),
    };
    let canonical = routing.equivalents.canonical(&itself);
    if *canonical != itself {
        words.push(format!("as={canonical}"));
    }
    if let Some((member, rival)) = routing.equivalents.rival(&itself) {
        words.push(format!("unless={member}:{rival}"));
    }
    let path = uri.split('?').next().unwrap_or_default();
    let labels_fill_segments = path.split('/').all(|part| {
        !part.contains(['{', '}'])
            || (part.starts_with('{') && part.find('}') == Some(part.len() - 1))
    });
    ensure!(
        uri.starts_with('/')
            && labels_fill_segments
            && words.iter().all(|word| !word.contains([' ', '\n', '#'])),
        "{}: {name} has the URI {uri:?}, which the catalog's lines cannot hold; adapt \
         codegen/src/emit/catalog.rs and runtime/spec/src/catalog.rs",
        operation.place
    );
    Ok(words.join(" "))
}

fn table(services: &[&Model], constraints: &ConstraintOverlays) -> TokenStream {
    let count = services.len();
    let entries = services.iter().map(|model| {
        let (id, metadata) = (&model.id, &model.metadata);
        let (service_id, endpoint_prefix) = (&metadata.service_id, &metadata.endpoint_prefix);
        let (signing_name, api_version) = (metadata.signing_name(), model.api_version());
        let target_prefix = option(metadata.target_prefix.as_deref());
        let xml_namespace = option(metadata.xml_namespace.as_deref());
        let global_endpoint = option(metadata.global_endpoint.as_deref());
        let query_compatible = metadata.aws_query_compatible.is_some();
        let conceals = constraints.conceals(id);
        let refusals = match constraints.refusals(id) {
            Some(refusals) => quote! { Some(&#refusals) },
            None => quote! { None },
        };
        let protocols = model.protocols().into_iter().map(protocol);
        let file = format!("../services/{id}.txt");
        let (shapes, permissions) = (
            format!("/shapes/{id}.txt"),
            format!("/permissions/{id}.txt"),
        );
        quote! {
            Service {
                id: #id,
                service_id: #service_id,
                signing_name: #signing_name,
                endpoint_prefix: #endpoint_prefix,
                target_prefix: #target_prefix,
                api_version: #api_version,
                protocols: &[#(#protocols),*],
                xml_namespace: #xml_namespace,
                global_endpoint: #global_endpoint,
                query_compatible: #query_compatible,
                conceals: #conceals,
                refusals: #refusals,
                operations: Operations::new(include_str!(#file)),
                shapes: Packed(include_bytes!(concat!(env!("OUT_DIR"), #shapes))),
                permissions: Packed(include_bytes!(concat!(env!("OUT_DIR"), #permissions))),
            }
        }
    });
    quote! {
        use stockade_spec::catalog::{Operations, Packed, Protocol, Service};
        use stockade_spec::constraint::{Refusal, Refusals};

        /// Every service, sorted by id.
        pub static SERVICES: [Service; #count] = [#(#entries),*];
    }
}

fn option(text: Option<&str>) -> TokenStream {
    text.map_or_else(|| quote! { None }, |text| quote! { Some(#text) })
}

fn protocol(protocol: Protocol) -> TokenStream {
    match protocol {
        Protocol::AwsJson1_0 => quote! { Protocol::AwsJson1_0 },
        Protocol::AwsJson1_1 => quote! { Protocol::AwsJson1_1 },
        Protocol::RestJson => quote! { Protocol::RestJson },
        Protocol::RestXml => quote! { Protocol::RestXml },
        Protocol::Query => quote! { Protocol::Query },
        Protocol::Ec2Query => quote! { Protocol::Ec2Query },
        Protocol::RpcV2Cbor => quote! { Protocol::RpcV2Cbor },
    }
}

fn indexes(services: &[&Model], endpoints: &Endpoints) -> Result<TokenStream> {
    let by_signing_name = index(services, |model| {
        endpoints
            .all_signing_names(model)
            .into_iter()
            .map(str::to_owned)
            .collect()
    })?;
    let by_target_prefix = index(services, |model| {
        // In paths of RPC v2, clients may leave a name's namespace out.
        let whole = model.metadata.target_prefix.as_deref();
        let bare = whole.and_then(|name| name.rsplit('.').next());
        let keys = whole
            .into_iter()
            .chain(bare.filter(|bare| Some(*bare) != whole));
        keys.map(str::to_owned).collect()
    })?;
    let by_host = index(services, |model| endpoints.hosts(model))?;
    let by_query_version = index(services, |model| {
        let speaks_query = model
            .protocols()
            .iter()
            .any(|protocol| matches!(protocol, Protocol::Query | Protocol::Ec2Query));
        let version = model.api_version().to_owned();
        if speaks_query {
            vec![version]
        } else {
            Vec::new()
        }
    })?;
    Ok(quote! {
        use stockade_spec::catalog::Catalog;

        use crate::SERVICES;

        /// Every service and the ways to find one.
        pub static CATALOG: Catalog = Catalog {
            services: &SERVICES,
            by_signing_name: &[#by_signing_name],
            by_target_prefix: &[#by_target_prefix],
            by_host: &[#by_host],
            by_query_version: &[#by_query_version],
        };
    })
}

/// Keys with the places of their services, sorted.
fn index(services: &[&Model], keys: impl Fn(&Model) -> Vec<String>) -> Result<TokenStream> {
    let mut places: BTreeMap<String, Vec<Literal>> = BTreeMap::new();
    for (place, model) in services.iter().enumerate() {
        let place =
            u16::try_from(place).context("more services than the catalog's indexes hold")?;
        for key in keys(model) {
            places
                .entry(key)
                .or_default()
                .push(Literal::u16_unsuffixed(place));
        }
    }
    let entries = places
        .iter()
        .map(|(key, places)| quote! { (#key, &[#(#places),*]) });
    Ok(quote! { #(#entries),* })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use pretty_assertions::assert_eq;

    use super::*;

    fn model(operation: &str) -> Model {
        let text = format!(
            "{{\n\"metadata\": {{\"apiVersion\":\"2020-01-01\",\"endpointPrefix\":\"toy\",\"protocol\":\"rest-json\",\
             \"serviceFullName\":\"Toy\",\"serviceId\":\"Toy\",\"signatureVersion\":\"v4\"}},\n\
             \"operations\": {{\n\"Act\": {operation}\n}},\n\"pagination\": {{\n}},\n\"shapes\": {{\n}}\n}}\n"
        );
        Model::parse(Path::new("models/services/toy.json"), &text).unwrap()
    }

    #[test]
    fn a_line_has_name_method_uri_and_flags() {
        let text = |operation| {
            operations(&model(operation), &Routing::default(), &BTreeMap::new())
                .unwrap()
                .lines()
                .nth(1)
                .unwrap()
                .to_owned()
        };
        assert_eq!(
            text(r#"{"http":{"method":"GET","requestUri":"/a/{b}/{c+}?d=e"}}"#),
            "Act GET /a/{b}/{c+}?d=e"
        );
        assert_eq!(
            text(
                r#"{"auth":["smithy.api#noAuth"],"authtype":"none","endpoint":{"hostPrefix":"data."},"http":{"method":"POST","requestUri":"/"},"name":"Act2020"}"#
            ),
            "Act POST / unsigned host=data. wire=Act2020"
        );
        assert_eq!(
            text(
                r#"{"authtype":"v4-unsigned-body","http":{"method":"PUT","requestUri":"/"},"unsignedPayload":true}"#
            ),
            "Act PUT / unsigned-payload"
        );
    }

    #[test]
    fn a_uri_that_no_line_can_hold_is_refused_with_its_place() {
        let operation = r#"{"http":{"method":"GET","requestUri":"/a/{b}:act"}}"#;
        let error = operations(&model(operation), &Routing::default(), &BTreeMap::new())
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("models/services/toy.json:4: Act has the URI"),
            "{error}"
        );
    }

    #[test]
    fn an_index_gathers_the_services_of_a_key() {
        let (a, b) = (
            model("{\"http\":{\"method\":\"GET\",\"requestUri\":\"/\"}}"),
            model("{\"http\":{\"method\":\"GET\",\"requestUri\":\"/\"}}"),
        );
        let tokens = index(&[&a, &b], |model| {
            vec![model.metadata.signing_name().to_owned()]
        })
        .unwrap();
        assert_eq!(tokens.to_string(), quote! { ("toy", &[0, 1]) }.to_string());
    }
}
