//! Payloads, statuses and roots: what HTTP bindings do beside the body's fields.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use aws_smithy_schema::ShapeType;
use aws_smithy_types::{Blob, Document};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Response};
use pretty_assertions::assert_eq;
use stockade_spec::Operation;
use stockade_spec::permission::{Class, Permissions, Source};
use stockade_wire::arena::{Kind, Member, Model, Shape, Traits};
use stockade_wire::decode::{DecodeError, Request, read};
use stockade_wire::encode::respond;
use stockade_wire::value::{self, Shaped, Value};
use stockade_wire::{Dialect, Protocol, Query};

static NO_PERMISSIONS: Permissions = Permissions {
    class: Class::Open,
    source: Source::Name,
    captures: &[],
    requirements: &[],
    follow_ups: &[],
    answers: None,
};

const TEXT: usize = 0;
const NUMBER: usize = 1;
const BYTES: usize = 2;
const ANY: usize = 3;
const CONFIGURATION: usize = 4;
/// The structure under test.
const ROOT: usize = 5;

fn model(members: Vec<Member<'_>>, traits: Traits<'_>) -> Model {
    Model::build(
        "test",
        &[
            Shape::new("Text", Kind::Simple(ShapeType::String)),
            Shape::new("Number", Kind::Simple(ShapeType::Integer)),
            Shape::new("Bytes", Kind::Simple(ShapeType::Blob)),
            Shape::new("Any", Kind::Simple(ShapeType::Document)),
            Shape::new(
                "Configuration",
                Kind::Structure(vec![Member::new("Location", TEXT)]),
            ),
            Shape::new("Root", Kind::Structure(members)).with(traits),
        ],
    )
    .unwrap()
}

fn payload<'d>() -> Traits<'d> {
    Traits {
        http_payload: true,
        required: true,
        ..Traits::default()
    }
}

fn decode(
    dialect: &Dialect<'_>,
    model: &Model,
    query: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Value, DecodeError> {
    let request = Request {
        dialect,
        method: &Method::PUT,
        labels: &[],
        query: &Query::parse(query).unwrap(),
        form: None,
        headers,
        body,
    };
    read(&request, |d| value::read(model, ROOT, d))
}

fn encode(dialect: &Dialect<'_>, model: &Model, status: u16, value: Value) -> Response<Bytes> {
    let operation = Operation {
        name: "Test",
        method: "GET",
        uri: "/",
        status,
        input: model.schema(ROOT),
        output: model.schema(ROOT),
        result_wrapper: None,
        streams_input: false,
        constraints: None,
        permissions: &NO_PERMISSIONS,
    };
    respond(dialect, &operation, &Shaped::new(model, ROOT, &value), "id").unwrap()
}

fn structure(members: impl IntoIterator<Item = Value>) -> Value {
    Value::Structure(members.into_iter().map(Some).collect())
}

fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

#[test]
fn structure_payloads_have_a_root_of_their_members_name() {
    let named = Traits {
        xml_name: Some("CreateBucketConfiguration"),
        ..payload()
    };
    let model = model(
        vec![Member::new("Configuration", CONFIGURATION).with(named)],
        Traits::default(),
    );
    let s3 = Dialect::s3();
    let none = HeaderMap::new();
    let body = "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
        <Location>eu</Location></CreateBucketConfiguration>";
    let value = decode(&s3, &model, "", &none, body.as_bytes()).unwrap();
    assert_eq!(value, structure([structure([text("eu")])]));
    let response = encode(&s3, &model, 200, value);
    let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    assert_eq!(response.body(), &format!("{declaration}{body}"));

    let other = decode(
        &s3,
        &model,
        "",
        &none,
        b"<Other><Location>eu</Location></Other>",
    );
    assert_eq!(other.unwrap_err().into_error(&s3).code, "MalformedXML");
    let empty = decode(&s3, &model, "", &none, b"")
        .unwrap_err()
        .into_error(&s3);
    assert_eq!(
        (&*empty.code, empty.status),
        ("MissingRequestBodyError", 400)
    );
}

#[test]
fn raw_payloads_are_the_body() {
    let json = Dialect::new(Protocol::RestJson);
    let none = HeaderMap::new();
    let raw = b"\x00\xff{";
    let bytes = model(
        vec![Member::new("Payload", BYTES).with(payload())],
        Traits::default(),
    );
    let value = decode(&json, &bytes, "", &none, raw).unwrap();
    assert_eq!(value, structure([Value::Blob(Blob::new(&raw[..]))]));
    let response = encode(&json, &bytes, 200, value);
    assert_eq!(&response.body()[..], raw);
    assert_eq!(
        response.headers()["content-type"],
        "application/octet-stream"
    );

    let policy = model(
        vec![Member::new("Policy", TEXT).with(payload())],
        Traits::default(),
    );
    let value = decode(&json, &policy, "", &none, b"{\"a\": 1}").unwrap();
    assert_eq!(value, structure([text("{\"a\": 1}")]));
    assert!(decode(&json, &policy, "", &none, raw).is_err());

    let any = model(
        vec![Member::new("Any", ANY).with(payload())],
        Traits::default(),
    );
    let value = decode(&json, &any, "", &none, b"[true, null]").unwrap();
    let list = Document::Array(vec![Document::Bool(true), Document::Null]);
    assert_eq!(value, structure([Value::Document(list)]));
    assert_eq!(&encode(&json, &any, 200, value).body()[..], b"[true,null]");
}

#[test]
fn the_status_is_the_members_or_the_operations() {
    let code = Traits {
        http_response_code: true,
        ..Traits::default()
    };
    let header = Traits {
        http_header: Some("x-text"),
        ..Traits::default()
    };
    let model = model(
        vec![
            Member::new("Status", NUMBER).with(code),
            Member::new("Text", TEXT).with(header),
        ],
        Traits::default(),
    );
    let json = Dialect::new(Protocol::RestJson);
    let response = encode(
        &json,
        &model,
        200,
        structure([Value::Integer(202), text("a\r\nb: c")]),
    );
    assert_eq!(response.status(), 202);
    assert_eq!(response.headers()["x-text"], "ab: c");
    assert!(response.body().is_empty());
    assert!(!response.headers().contains_key("content-type"));
    let response = encode(&json, &model, 204, Value::Structure(vec![None, None]));
    assert_eq!(response.status(), 204);
}

#[test]
fn an_answer_that_tells_its_range_is_partial() {
    let range = Traits {
        http_header: Some("Content-Range"),
        ..Traits::default()
    };
    let model = model(
        vec![Member::new("ContentRange", TEXT).with(range)],
        Traits::default(),
    );
    let status = |value| {
        let value = Value::Structure(vec![value]);
        encode(&Dialect::s3(), &model, 200, value).status()
    };
    assert_eq!(status(Some(text("bytes 0-1/2"))), 206);
    assert_eq!(status(None), 200);
}

#[test]
fn unwrapped_outputs_are_their_member() {
    let unwrapped = Traits {
        xml_unwrapped_output: true,
        ..Traits::default()
    };
    let model = model(vec![Member::new("LocationConstraint", TEXT)], unwrapped);
    let answer = |value| {
        let response = encode(&Dialect::s3(), &model, 200, Value::Structure(vec![value]));
        String::from_utf8(response.into_body().to_vec()).unwrap()
    };
    let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    let namespace = "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";
    assert_eq!(
        answer(Some(text("eu-west-1"))),
        format!("{declaration}<LocationConstraint {namespace}>eu-west-1</LocationConstraint>")
    );
    assert_eq!(
        answer(None),
        format!("{declaration}<LocationConstraint {namespace}/>")
    );
}

#[test]
fn one_value_is_one_value() {
    let query = Traits {
        http_query: Some("n"),
        ..Traits::default()
    };
    let header = Traits {
        http_header: Some("x-text"),
        ..Traits::default()
    };
    let model = model(
        vec![
            Member::new("N", NUMBER).with(query),
            Member::new("Text", TEXT).with(header),
        ],
        Traits::default(),
    );
    let s3 = Dialect::s3();
    let none = HeaderMap::new();
    let error = |query: &str, headers: &HeaderMap| {
        let error = decode(&s3, &model, query, headers, b"").unwrap_err();
        error.into_error(&s3).code.into_owned()
    };
    assert_eq!(error("n=1&n=2", &none), "InvalidArgument");
    assert_eq!(error("n=one", &none), "InvalidArgument");
    let mut twice = HeaderMap::new();
    twice.append("x-text", HeaderValue::from_static("a"));
    twice.append("x-text", HeaderValue::from_static("b"));
    assert_eq!(error("", &twice), "InvalidArgument");
}
