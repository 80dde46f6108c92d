//! What decoding large bodies costs; run by name with optimisation.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Instant;

use aws_smithy_schema::ShapeType;
use http::{HeaderMap, Method};
use stockade_wire::arena::{Kind, Member, Model, Shape, Traits};
use stockade_wire::decode::{Request, read};
use stockade_wire::value::{self, Value};
use stockade_wire::{Dialect, Query};

/// S3's `DeleteObjects`: a flattened list of structures in a payload.
fn delete_objects() -> Model {
    let objects = Traits {
        xml_flattened: true,
        xml_name: Some("Object"),
        ..Traits::default()
    };
    let payload = Traits {
        http_payload: true,
        xml_name: Some("Delete"),
        ..Traits::default()
    };
    Model::build(
        "s3",
        &[
            Shape::new("Text", Kind::Simple(ShapeType::String)),
            Shape::new("Flag", Kind::Simple(ShapeType::Boolean)),
            Shape::new(
                "ObjectIdentifier",
                Kind::Structure(vec![Member::new("Key", 0), Member::new("VersionId", 0)]),
            ),
            Shape::new("ObjectIdentifierList", Kind::list(Member::new("member", 2))),
            Shape::new(
                "Delete",
                Kind::Structure(vec![
                    Member::new("Objects", 3).with(objects),
                    Member::new("Quiet", 1),
                ]),
            ),
            Shape::new(
                "DeleteObjectsRequest",
                Kind::Structure(vec![Member::new("Delete", 4).with(payload)]),
            ),
        ],
    )
    .unwrap()
}

#[test]
#[ignore = "a measurement, not a check"]
fn measure_delete_objects() {
    let model = delete_objects();
    for count in [1_000, 10_000] {
        let mut body = String::from("<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
        for number in 0..count {
            body.push_str(&format!(
                "<Object><Key>photos/2026/{number:08}.jpg</Key></Object>"
            ));
        }
        body.push_str("<Quiet>true</Quiet></Delete>");
        let rounds = 20;
        let start = Instant::now();
        for _ in 0..rounds {
            let request = Request {
                dialect: &Dialect::s3(),
                method: &Method::POST,
                labels: &[],
                query: &Query::default(),
                form: None,
                headers: &HeaderMap::new(),
                body: body.as_bytes(),
            };
            let value = read(&request, |d| value::read(&model, 5, d)).unwrap();
            let Value::Structure(members) = value else {
                panic!("not a structure");
            };
            assert!(members[0].is_some());
        }
        println!(
            "{count} keys, {} bytes: {:?}",
            body.len(),
            start.elapsed() / rounds
        );
    }
}
