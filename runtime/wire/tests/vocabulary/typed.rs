//! The shapes by hand, as generated code has them.

use std::collections::HashMap;

use aws_smithy_schema::serde::{
    SerdeError, SerializableStruct, ShapeDeserializer, ShapeSerializer,
};
use aws_smithy_schema::{Schema, ShapeType, prelude, shape_id};
use aws_smithy_types::{Blob, DateTime};

macro_rules! member {
    ($owner:literal, $name:literal, $index:literal, $type:ident) => {
        Schema::new_member(shape_id!("test", $owner), ShapeType::$type, $name, $index)
    };
}

static TEXT_ELEMENT: Schema<'static> = member!("Texts", "member", 0, String);
static MAP_KEY: Schema<'static> = member!("TextMap", "key", 0, String);
static MAP_VALUE: Schema<'static> = member!("TextMap", "value", 1, String);
static NODE_ELEMENT: Schema<'static> = member!("Nodes", "member", 0, Structure);

static NAME: Schema<'static> = member!("Node", "Name", 0, String);
static COUNT: Schema<'static> = member!("Node", "Count", 1, Integer);
static WHEN: Schema<'static> = member!("Node", "When", 2, Timestamp);
static DATA: Schema<'static> = member!("Node", "Data", 3, Blob);
static TAGS: Schema<'static> =
    member!("Node", "Tags", 4, Map).with_map_members(&MAP_KEY, &MAP_VALUE);
static PARTS: Schema<'static> = member!("Node", "Parts", 5, List).with_list_member(&TEXT_ELEMENT);
static CHILD: Schema<'static> = member!("Node", "Child", 6, Structure);
static KIDS: Schema<'static> = member!("Node", "Kids", 7, List).with_list_member(&NODE_ELEMENT);

pub(crate) static NODE: Schema<'static> = Schema::new_struct(
    shape_id!("test", "Node"),
    ShapeType::Structure,
    &[&NAME, &COUNT, &WHEN, &DATA, &TAGS, &PARTS, &CHILD, &KIDS],
);

#[derive(Debug, Default)]
pub(crate) struct Node {
    name: String,
    count: Option<i32>,
    when: Option<DateTime>,
    data: Option<Blob>,
    tags: Option<HashMap<String, String>>,
    parts: Option<Vec<String>>,
    child: Option<Box<Node>>,
    kids: Option<Vec<Node>>,
}

impl Node {
    pub(crate) fn read(d: &mut dyn ShapeDeserializer) -> Result<Self, SerdeError> {
        let mut node = Self::default();
        let mut name = None;
        d.read_struct(&NODE, &mut |member, d| {
            match member.member_index() {
                Some(0) => name = Some(d.read_string(member)?),
                Some(1) => node.count = Some(d.read_integer(member)?),
                Some(2) => node.when = Some(d.read_timestamp(member)?),
                Some(3) => node.data = Some(d.read_blob(member)?),
                Some(4) => node.tags = Some(d.read_string_string_map(member)?),
                Some(5) => node.parts = Some(d.read_string_list(member)?),
                Some(6) => node.child = Some(Box::new(Self::read(d)?)),
                Some(7) => {
                    let mut kids = Vec::new();
                    d.read_list(member, &mut |d| {
                        kids.push(Self::read(d)?);
                        Ok(())
                    })?;
                    node.kids = Some(kids);
                }
                _ => {}
            }
            Ok(())
        })?;
        node.name = name.ok_or_else(|| SerdeError::missing_member("Name"))?;
        Ok(node)
    }
}

impl SerializableStruct for Node {
    fn schema(&self) -> &Schema<'_> {
        &NODE
    }

    fn serialize_members(&self, s: &mut dyn ShapeSerializer) -> Result<(), SerdeError> {
        s.write_string(&NAME, &self.name)?;
        if let Some(count) = self.count {
            s.write_integer(&COUNT, count)?;
        }
        if let Some(when) = &self.when {
            s.write_timestamp(&WHEN, when)?;
        }
        if let Some(data) = &self.data {
            s.write_blob(&DATA, data.clone())?;
        }
        if let Some(tags) = &self.tags {
            s.write_string_string_map(&TAGS, tags)?;
        }
        if let Some(parts) = &self.parts {
            s.write_string_list(&PARTS, parts)?;
        }
        if let Some(child) = &self.child {
            s.write_struct(&CHILD, &**child)?;
        }
        if let Some(kids) = &self.kids {
            s.write_list_with_length(&KIDS, kids.len(), &|s| {
                for kid in kids {
                    s.write_struct(&NODE, kid)?;
                }
                Ok(())
            })?;
        }
        Ok(())
    }
}

static BUCKET: Schema<'static> = member!("Put", "Bucket", 0, String).with_http_label();
static MARKER: Schema<'static> = member!("Put", "Marker", 1, List)
    .with_list_member(&TEXT_ELEMENT)
    .with_http_query("marker");
static LEVEL: Schema<'static> = member!("Put", "Level", 2, Integer).with_http_header("x-level");
static DATE: Schema<'static> = member!("Put", "Date", 3, Timestamp).with_http_header("x-date");
static META: Schema<'static> = member!("Put", "Meta", 4, Map)
    .with_map_members(&MAP_KEY, &MAP_VALUE)
    .with_http_prefix_headers("x-meta-");
static LIST: Schema<'static> = member!("Put", "List", 5, List)
    .with_list_member(&TEXT_ELEMENT)
    .with_http_header("x-list");
static BODY: Schema<'static> = member!("Put", "Node", 6, Structure).with_json_name("node");
static PUT: Schema<'static> = Schema::new_struct(
    shape_id!("test", "Put"),
    ShapeType::Structure,
    &[&BUCKET, &MARKER, &LEVEL, &DATE, &META, &LIST, &BODY],
);

/// A request's bound members and a body.
#[derive(Debug, Default)]
pub(crate) struct Put {
    bucket: Option<String>,
    marker: Option<Vec<String>>,
    bound: Bound,
}

#[derive(Debug, Default)]
struct Bound {
    level: Option<i32>,
    date: Option<DateTime>,
    meta: Option<HashMap<String, String>>,
    list: Option<Vec<String>>,
    node: Option<Node>,
}

impl Put {
    pub(crate) fn read(d: &mut dyn ShapeDeserializer) -> Result<Self, SerdeError> {
        let mut put = Self::default();
        d.read_struct(&PUT, &mut |member, d| {
            match member.member_index() {
                Some(0) => put.bucket = Some(d.read_string(member)?),
                Some(1) => put.marker = Some(d.read_string_list(member)?),
                Some(2) => put.bound.level = Some(d.read_integer(member)?),
                Some(3) => put.bound.date = Some(d.read_timestamp(member)?),
                Some(4) => put.bound.meta = Some(d.read_string_string_map(member)?),
                Some(5) => put.bound.list = Some(d.read_string_list(member)?),
                Some(6) => put.bound.node = Some(Node::read(d)?),
                _ => {}
            }
            Ok(())
        })?;
        Ok(put)
    }

    pub(crate) fn into_output(self) -> PutOutput {
        PutOutput {
            echo: format!(
                "{}/{}",
                self.bucket.unwrap_or_default(),
                self.marker.unwrap_or_default().join(",")
            ),
            bound: self.bound,
        }
    }
}

static ECHO: Schema<'static> = member!("PutOutput", "Echo", 0, String);
static OUT_LEVEL: Schema<'static> =
    member!("PutOutput", "Level", 1, Integer).with_http_header("x-level");
static OUT_DATE: Schema<'static> =
    member!("PutOutput", "Date", 2, Timestamp).with_http_header("x-date");
static OUT_META: Schema<'static> = member!("PutOutput", "Meta", 3, Map)
    .with_map_members(&MAP_KEY, &MAP_VALUE)
    .with_http_prefix_headers("x-meta-");
static OUT_LIST: Schema<'static> = member!("PutOutput", "List", 4, List)
    .with_list_member(&TEXT_ELEMENT)
    .with_http_header("x-list");
static OUT_BODY: Schema<'static> =
    member!("PutOutput", "Node", 5, Structure).with_json_name("node");
static PUT_OUTPUT: Schema<'static> = Schema::new_struct(
    shape_id!("test", "PutOutput"),
    ShapeType::Structure,
    &[
        &ECHO, &OUT_LEVEL, &OUT_DATE, &OUT_META, &OUT_LIST, &OUT_BODY,
    ],
)
.with_xml_name("PutResult");

/// The echo's answer.
#[derive(Debug)]
pub(crate) struct PutOutput {
    echo: String,
    bound: Bound,
}

impl SerializableStruct for PutOutput {
    fn schema(&self) -> &Schema<'_> {
        &PUT_OUTPUT
    }

    fn serialize_members(&self, s: &mut dyn ShapeSerializer) -> Result<(), SerdeError> {
        s.write_string(&ECHO, &self.echo)?;
        if let Some(level) = self.bound.level {
            s.write_integer(&OUT_LEVEL, level)?;
        }
        if let Some(date) = &self.bound.date {
            s.write_timestamp(&OUT_DATE, date)?;
        }
        if let Some(meta) = &self.bound.meta {
            s.write_map(&OUT_META, &|s| {
                for (key, value) in meta {
                    s.write_string(&prelude::STRING, key)?;
                    s.write_string(&prelude::STRING, value)?;
                }
                Ok(())
            })?;
        }
        if let Some(list) = &self.bound.list {
            s.write_string_list(&OUT_LIST, list)?;
        }
        if let Some(node) = &self.bound.node {
            s.write_struct(&OUT_BODY, node)?;
        }
        Ok(())
    }
}
