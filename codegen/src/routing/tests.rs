use std::collections::BTreeMap;
use std::path::Path;

use pretty_assertions::assert_eq;

use super::*;
use crate::model::Model;

/// A model of one service: its id, what its metadata has beside the usual, and its operations.
fn model(id: &str, metadata: &str, operations: &str) -> Model {
    let text = format!(
        "{{\n\"metadata\": {{\"apiVersion\":\"2020-01-01\",\"endpointPrefix\":\"{id}\",\
         \"serviceFullName\":\"Toy\",\"serviceId\":\"Toy\",\"signatureVersion\":\"v4\",{metadata}}},\n\
         \"operations\": {{\n{operations}\n}},\n\"pagination\": {{\n}},\n\"shapes\": {{\n\
         \"In\": {{\"members\":{{\"q\":{{\"location\":\"querystring\",\"shape\":\"S\"}}}},\
         \"required\":[\"q\"],\"type\":\"structure\"}},\n\
         \"S\": {{\"type\":\"string\"}}\n}}\n}}\n"
    );
    let file = format!("models/services/{id}.json");
    Model::parse(Path::new(&file), &text).unwrap()
}

fn models(services: Vec<Model>) -> Models {
    Models {
        global: crate::model::Global::default(),
        services: services
            .into_iter()
            .map(|model| (model.id.clone(), model))
            .collect(),
        authorization: BTreeMap::new(),
        managed_policies: BTreeMap::new(),
    }
}

/// Two services of the query protocol under one name, and a third under another.
fn twins() -> Models {
    let query = r#""protocol":"query","signingName":"toys""#;
    let get = r#""Get": {"http":{"method":"POST","requestUri":"/"}}"#;
    models(vec![
        model("ball", query, get),
        model("doll", query, get),
        model("kite", r#""protocol":"query""#, get),
    ])
}

const CLASS: &str = "[[class]]\nbecause = \"One API.\"\nserved = \"doll\"\nothers = [\"ball\"]\noperations = [\"Get\"]\n";

fn equivalents(text: &str, models: &Models) -> Result<Equivalents, Vec<String>> {
    let classes = wire::classes(models, &Endpoints::default());
    Equivalents::parse(text, models, &classes)
        .map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

fn name(text: &str) -> Name {
    let (service, operation) = text.split_once(':').unwrap();
    Name {
        service: service.to_owned(),
        operation: operation.to_owned(),
    }
}

/// The classes of models as lines.
fn classes(models: &Models, endpoints: &Endpoints) -> Vec<String> {
    let joined = |class: &std::collections::BTreeSet<Name>| {
        let names: Vec<String> = class.iter().map(ToString::to_string).collect();
        names.join(" ")
    };
    wire::classes(models, endpoints)
        .iter()
        .map(joined)
        .collect()
}

#[test]
fn a_listed_class_names_what_is_served() {
    let equivalents = equivalents(CLASS, &twins()).unwrap();
    for (asked, served) in [
        ("ball:Get", "doll:Get"),
        ("doll:Get", "doll:Get"),
        ("kite:Get", "kite:Get"),
    ] {
        assert_eq!(*equivalents.canonical(&name(asked)), name(served));
    }
}

#[test]
fn the_file_and_the_models_must_have_the_same_classes() {
    let file = "models/overlays/equivalents.toml";
    let missing = equivalents("class = []\n", &twins()).unwrap_err();
    assert_eq!(
        missing,
        [format!(
            "{file}:2: no class lists ball:Get, doll:Get, which nothing on the wire tells apart"
        )]
    );
    let more = CLASS.replace("[\"ball\"]", "[\"ball\", \"kite\"]");
    assert_eq!(
        equivalents(&more, &twins()).unwrap_err()[0],
        format!("{file}:5: the models have no such class: ball:Get, doll:Get, kite:Get")
    );
    let unknown = CLASS.replace("\"Get\"", "\"Get\", \"Set\"");
    assert_eq!(
        equivalents(&unknown, &twins()).unwrap_err(),
        [format!("{file}:5: there is no operation doll:Set")]
    );
    let twice = format!("{CLASS}{CLASS}");
    assert_eq!(
        equivalents(&twice, &twins()).unwrap_err(),
        [format!("{file}:10: the class of doll:Get is there twice")]
    );
    let silent = CLASS.replace("One API.", "");
    assert_eq!(equivalents(&silent, &twins()).unwrap_err().len(), 1);
}

#[test]
fn all_that_a_router_reads_tells_operations_apart() {
    let rest = r#""protocol":"rest-json","signingName":"toys""#;
    let http = |name: &str, method: &str, uri: &str, more: &str| {
        format!(r#""{name}": {{"http":{{"method":"{method}","requestUri":"{uri}"}}{more}}}"#)
    };
    let of = |lines: &[String]| {
        let ball = model("ball", rest, &http("Get", "GET", "/a/{b}", ""));
        classes(
            &models(vec![ball, model("doll", rest, &lines.join(",\n"))]),
            &Endpoints::default(),
        )
    };
    let input = r#","input":{"shape":"In"}"#;
    let apart = [
        http("A", "PUT", "/a/{b}", ""),
        http("B", "GET", "/a/b", ""),
        http("C", "GET", "/a/{b+}", ""),
        http("D", "GET", "/a/{b}/", ""),
        http("E", "GET", "/a/{b}?c", ""),
        http("F", "GET", "/a/{b}", input),
    ];
    assert_eq!(of(&apart), Vec::<String>::new());
    // Which member a label is bound to shows in no request.
    assert_eq!(of(&[http("G", "GET", "/a/{c}", "")]), ["ball:Get doll:G"]);
}

#[test]
fn a_name_of_its_own_tells_an_operation_apart() {
    let rest = r#""protocol":"rest-xml""#;
    let one = r#""List": {"http":{"method":"GET","requestUri":"/"}}"#;
    let two = format!("{one},\n{}", one.replace("List", "ListAll"));
    let models = models(vec![model("toy", rest, &two)]);
    assert_eq!(
        classes(&models, &Endpoints::default()),
        ["toy:List toy:ListAll"]
    );
    let text = "[toy]\nsigning_names = [\"express\"]\n[toy.operations]\nListAll = { signing_name = \"express\" }\n";
    let endpoints = Endpoints::parse(text, &models).unwrap();
    assert_eq!(classes(&models, &endpoints), Vec::<String>::new());
}

#[test]
fn endpoints_are_held_against_the_models() {
    let problems = |text: &str| -> Vec<String> {
        let problems = Endpoints::parse(text, &twins()).unwrap_err();
        problems.iter().map(ToString::to_string).collect()
    };
    let file = "models/overlays/endpoints.toml";
    assert_eq!(
        problems("[yoyo]\nhosts = [\"y\"]\n"),
        [format!("{file}:1: there is no service yoyo")]
    );
    assert_eq!(
        problems("[ball]\nhosts = [\n  \"ball\",\n]\n"),
        [format!("{file}:3: \"ball\" is what the model says already")]
    );
    assert_eq!(
        problems("[ball.operations]\nGet = { signing_name = \"x\" }\nSet = {}\n"),
        [
            format!("{file}:2: \"x\" is not among the service's signing_names"),
            format!("{file}:3: ball has no operation Set"),
        ]
    );
}

#[test]
fn hosts_are_the_models_and_the_overlays() {
    let operations = [("A", "data-"), ("B", "{b}."), ("C", "api.")].map(|(name, prefix)| {
        format!(
            r#""{name}": {{"endpoint":{{"hostPrefix":"{prefix}"}},"http":{{"method":"POST","requestUri":"/"}}}}"#
        )
    });
    let toy = model("toy", r#""protocol":"query""#, &operations.join(",\n"));
    let models = models(vec![toy]);
    let endpoints = Endpoints::parse("[toy]\nhosts = [\"toys\"]\n", &models).unwrap();
    assert_eq!(
        endpoints.hosts(&models.services["toy"]),
        ["api.toy", "data-toy", "toy", "toys"]
    );
}
