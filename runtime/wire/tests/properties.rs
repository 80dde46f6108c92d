//! Properties: what is encoded decodes to the same; decoders are total.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::LazyLock;

use aws_smithy_schema::ShapeType;
use aws_smithy_schema::serde::SerializableStruct;
use aws_smithy_types::{Blob, DateTime};
use http::{HeaderMap, HeaderValue, Method};
use proptest::prelude::*;
use stockade_spec::Operation;
use stockade_spec::permission::{Class, Permissions, Source};
use stockade_wire::arena::{Kind, Member, Model, Shape, Traits};
use stockade_wire::decode::{DecodeError, Request, read};
use stockade_wire::encode::respond;
use stockade_wire::sigv4::{self, Parts};
use stockade_wire::value::{self, Shaped, Value};
use stockade_wire::{Dialect, Protocol, Query};

const NODE: usize = 10;

/// A structure of everything, itself included.
static MODEL: LazyLock<Model> = LazyLock::new(|| {
    let members = (0..10).map(|target| Member::new(NAMES[target], target));
    let flat = Traits {
        xml_flattened: true,
        ..Traits::default()
    };
    let node = members
        .chain([Member::new("Self", NODE), Member::new("Flat", 8).with(flat)])
        .collect();
    let simple = |name, shape_type| Shape::new(name, Kind::Simple(shape_type));
    Model::build(
        "test",
        &[
            simple("Flag", ShapeType::Boolean),
            simple("Small", ShapeType::Byte),
            simple("Number", ShapeType::Integer),
            simple("Long", ShapeType::Long),
            simple("Real", ShapeType::Double),
            simple("Text", ShapeType::String),
            simple("Bytes", ShapeType::Blob),
            simple("Time", ShapeType::Timestamp),
            Shape::new("List", Kind::list(Member::new("member", NODE))),
            Shape::new(
                "Map",
                Kind::map(Member::new("key", 5), Member::new("value", NODE)),
            ),
            Shape::new("Node", Kind::Structure(node)),
        ],
    )
    .unwrap()
});

const NAMES: [&str; 10] = [
    "Flag", "Small", "Number", "Long", "Real", "Text", "Bytes", "Time", "List", "Map",
];

static NO_PERMISSIONS: Permissions = Permissions {
    class: Class::Open,
    source: Source::Name,
    captures: &[],
    requirements: &[],
    follow_ups: &[],
    answers: None,
};

/// Text that XML 1.0 can hold.
fn text() -> impl Strategy<Value = String> {
    "[ -~\\tà-ÿ€😀]{0,12}"
}

fn maybe(value: impl Strategy<Value = Value> + 'static) -> BoxedStrategy<Option<Value>> {
    proptest::option::of(value).boxed()
}

fn node(depth: u32) -> BoxedStrategy<Value> {
    let scalars = vec![
        maybe(any::<bool>().prop_map(Value::Bool)),
        maybe(any::<i8>().prop_map(|n| Value::Integer(n.into()))),
        maybe(any::<i32>().prop_map(|n| Value::Integer(n.into()))),
        maybe(any::<i64>().prop_map(Value::Integer)),
        maybe((-1e12f64..1e12).prop_map(Value::Float)),
        maybe(text().prop_map(Value::String)),
        maybe(any::<Vec<u8>>().prop_map(|b| Value::Blob(Blob::new(b)))),
        maybe((0..4_000_000_000i64).prop_map(|s| Value::Timestamp(DateTime::from_secs(s)))),
    ];
    let none = || Just(None).boxed();
    let mut members = scalars;
    if depth == 0 {
        members.extend([none(), none(), none(), none()]);
    } else {
        // An empty flattened list leaves no trace on the wire.
        let list = |least: usize| {
            proptest::collection::vec(node(depth - 1), least..3).prop_map(Value::List)
        };
        let map = proptest::collection::btree_map("[a-z]{1,4}", node(depth - 1), 0..3)
            .prop_map(|entries| Value::Map(entries.into_iter().collect()));
        members.extend([
            maybe(list(0)),
            maybe(map),
            maybe(node(depth - 1)),
            maybe(list(1)),
        ]);
    }
    members.prop_map(Value::Structure).boxed()
}

fn decode(protocol: Protocol, query: &Query, body: &[u8]) -> Result<Value, DecodeError> {
    let dialect = Dialect::new(protocol);
    let request = Request {
        dialect: &dialect,
        method: &Method::POST,
        labels: &[],
        query,
        form: None,
        headers: &HeaderMap::new(),
        body,
    };
    read(&request, |d| value::read(&MODEL, NODE, d))
}

fn encode(protocol: Protocol, value: &Value) -> Vec<u8> {
    let shaped = Shaped::new(&MODEL, NODE, value);
    let operation = Operation {
        name: "Echo",
        method: "POST",
        uri: "/",
        status: 200,
        input: MODEL.schema(NODE),
        output: MODEL.schema(NODE),
        result_wrapper: Some("EchoResult"),
        streams_input: false,
        constraints: None,
        permissions: &NO_PERMISSIONS,
    };
    assert_eq!(shaped.schema().members().len(), 12);
    let dialect = Dialect::new(protocol);
    respond(&dialect, &operation, &shaped, "id")
        .unwrap()
        .into_body()
        .to_vec()
}

const CODECS: [Protocol; 4] = [
    Protocol::AwsJson1_1,
    Protocol::RestJson,
    Protocol::RestXml,
    Protocol::RpcV2Cbor,
];

const ALL: [Protocol; 6] = [
    Protocol::AwsJson1_0,
    Protocol::RestJson,
    Protocol::RestXml,
    Protocol::Query,
    Protocol::Ec2Query,
    Protocol::RpcV2Cbor,
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_encoded_decodes_to_the_same(value in node(2)) {
        for protocol in CODECS {
            let bytes = encode(protocol, &value);
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let decoded = decode(protocol, &Query::default(), &bytes);
            prop_assert_eq!(decoded.as_ref(), Ok(&value), "{:?}: {}", protocol, text);
        }
    }

    #[test]
    fn decoders_are_total(bytes in any::<Vec<u8>>()) {
        for protocol in ALL {
            let _ = decode(protocol, &Query::default(), &bytes);
        }
    }

    #[test]
    fn decoders_are_total_near_the_truth(
        value in node(1),
        at in any::<proptest::sample::Index>(),
        byte in any::<u8>(),
    ) {
        for protocol in CODECS {
            let mut bytes = encode(protocol, &value);
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = byte;
                let _ = decode(protocol, &Query::default(), &bytes);
                let _ = decode(protocol, &Query::default(), &bytes[..at]);
            }
        }
    }

    #[test]
    fn forms_are_total(pairs in proptest::collection::vec(
        ("(Self|List|Map|Flat|Text)(\\.(member|entry|1|2|key|value|Self|Text|x)){0,5}", "[a-z0-9]{0,2}"),
        0..12,
    )) {
        let form: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        for protocol in [Protocol::Query, Protocol::Ec2Query] {
            let _ = decode(protocol, &Query::default(), form.join("&").as_bytes());
        }
    }

    #[test]
    fn signature_parsing_is_total(header in "(AWS4-HMAC-SHA256 )?[ -~]{0,80}", query in "[ -~]{0,80}") {
        let query = Query::parse(&query).unwrap_or_default();
        let mut headers = HeaderMap::new();
        headers.insert("authorization", HeaderValue::from_str(&header).unwrap());
        let parts = Parts { method: &Method::GET, path: "/", query: &query, headers: &headers };
        let _ = sigv4::identify(&parts);
        for dialect in [Dialect::s3(), Dialect::new(Protocol::Query)] {
            if let Err(error) = sigv4::parse(&parts, &dialect) {
                prop_assert!(error.into_error(&dialect).status >= 400);
            }
        }
    }
}
