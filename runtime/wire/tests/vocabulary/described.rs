//! The same shapes, described.

use std::sync::LazyLock;

use aws_smithy_schema::ShapeType;
use aws_smithy_schema::serde::{SerdeError, ShapeDeserializer};
use bytes::Bytes;
use http::Response;
use stockade_spec::Operation;
use stockade_wire::Dialect;
use stockade_wire::arena::{Kind, Member, Model, Shape, Traits};
use stockade_wire::encode::respond;
use stockade_wire::value::{Shaped, Value, read};

const NODE: usize = 7;
const PUT: usize = 8;
const PUT_OUTPUT: usize = 9;

static MODEL: LazyLock<Model> = LazyLock::new(|| {
    let header = |name| Traits {
        http_header: Some(name),
        ..Traits::default()
    };
    let meta = Traits {
        http_prefix_headers: Some("x-meta-"),
        ..Traits::default()
    };
    let body = Traits {
        json_name: Some("node"),
        ..Traits::default()
    };
    let shapes = [
        Shape::new("Text", Kind::Simple(ShapeType::String)),
        Shape::new("Number", Kind::Simple(ShapeType::Integer)),
        Shape::new("Time", Kind::Simple(ShapeType::Timestamp)),
        Shape::new("Bytes", Kind::Simple(ShapeType::Blob)),
        Shape::new(
            "TextMap",
            Kind::map(Member::new("key", 0), Member::new("value", 0)),
        ),
        Shape::new("Texts", Kind::list(Member::new("member", 0))),
        Shape::new("Nodes", Kind::list(Member::new("member", NODE))),
        Shape::new(
            "Node",
            Kind::Structure(vec![
                Member::new("Name", 0).with(Traits {
                    required: true,
                    ..Traits::default()
                }),
                Member::new("Count", 1),
                Member::new("When", 2),
                Member::new("Data", 3),
                Member::new("Tags", 4),
                Member::new("Parts", 5),
                Member::new("Child", NODE),
                Member::new("Kids", 6),
            ]),
        ),
        Shape::new(
            "Put",
            Kind::Structure(vec![
                Member::new("Bucket", 0).with(Traits {
                    http_label: true,
                    ..Traits::default()
                }),
                Member::new("Marker", 5).with(Traits {
                    http_query: Some("marker"),
                    ..Traits::default()
                }),
                Member::new("Level", 1).with(header("x-level")),
                Member::new("Date", 2).with(header("x-date")),
                Member::new("Meta", 4).with(meta.clone()),
                Member::new("List", 5).with(header("x-list")),
                Member::new("Node", NODE).with(body.clone()),
            ]),
        ),
        Shape::new(
            "PutOutput",
            Kind::Structure(vec![
                Member::new("Echo", 0),
                Member::new("Level", 1).with(header("x-level")),
                Member::new("Date", 2).with(header("x-date")),
                Member::new("Meta", 4).with(meta),
                Member::new("List", 5).with(header("x-list")),
                Member::new("Node", NODE).with(body),
            ]),
        )
        .with(Traits {
            xml_name: Some("PutResult"),
            ..Traits::default()
        }),
    ];
    Model::build("test", &shapes).unwrap()
});

pub(crate) fn read_node(d: &mut dyn ShapeDeserializer) -> Result<Value, SerdeError> {
    read(&MODEL, NODE, d)
}

pub(crate) fn read_put(d: &mut dyn ShapeDeserializer) -> Result<Value, SerdeError> {
    read(&MODEL, PUT, d)
}

pub(crate) fn respond_node(
    dialect: &Dialect<'_>,
    operation: &Operation,
    node: &Value,
) -> Result<Response<Bytes>, SerdeError> {
    respond(dialect, operation, &Shaped::new(&MODEL, NODE, node), "id")
}

pub(crate) fn respond_put(
    dialect: &Dialect<'_>,
    operation: &Operation,
    put: Value,
) -> Result<Response<Bytes>, SerdeError> {
    let Value::Structure(mut members) = put else {
        panic!("a structure reads as one");
    };
    let text = |value: Option<Value>| match value {
        Some(Value::String(text)) => text,
        Some(Value::List(elements)) => {
            let texts = elements.into_iter().map(|element| match element {
                Value::String(text) => text,
                other => panic!("{other:?}"),
            });
            texts.collect::<Vec<_>>().join(",")
        }
        None => String::new(),
        other => panic!("{other:?}"),
    };
    let bucket = text(members.remove(0));
    let marker = text(members.remove(0));
    members.insert(0, Some(Value::String(format!("{bucket}/{marker}"))));
    let output = Value::Structure(members);
    respond(
        dialect,
        operation,
        &Shaped::new(&MODEL, PUT_OUTPUT, &output),
        "id",
    )
}
