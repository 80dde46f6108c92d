//! A service's shapes as the wire sees them, as text that the binary reads on first use.
//!
//! The operations come first, a line each: `Name Input Output status`, with `-` for an input or output that is not there,
//! then `wrapper=` the element around a query protocol's result, and the errors. An empty line follows, and then the
//! structures, unions, lists and maps that the operations reach, a line each: name, kind, the shape's traits (`@…`), and
//! the members as `name:target`. A `!` after the name says that the member is required; traits follow the target after
//! commas. Simple shapes are not listed: targets in lower case are the simple types, and their traits are the members'.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use anyhow::{Result, ensure};

use super::HEADER;
use super::binding::{Binding, binding};
use super::typed::ShapeOverlay;
use crate::model::{Member, Model, Shape, ShapeKind, TimestampFormat};

/// The text of one service.
pub(super) fn emit(model: &Model, overlay: &ShapeOverlay) -> Result<String> {
    let writer = Writer { model, overlay };
    let mut text = format!("# {HEADER}\n");
    for (name, operation) in &model.operations {
        let shape = |shape: &Option<String>| shape.clone().unwrap_or_else(|| "-".to_owned());
        let (input, output) = (shape(&operation.input), shape(&operation.output));
        let _ = write!(text, "{name} {input} {output} {}", operation.status);
        if let Some(wrapper) = &operation.result_wrapper {
            let _ = write!(text, " wrapper={wrapper}");
        }
        for error in &operation.errors {
            let _ = write!(text, " {error}");
        }
        text.push('\n');
    }
    text.push('\n');
    for name in reached(model) {
        let line = writer.shape(name, &model.shapes[name])?;
        text.push_str(&line);
        text.push('\n');
    }
    Ok(text)
}

/// The shapes with members that the operations reach.
fn reached(model: &Model) -> BTreeSet<&str> {
    let mut reached = BTreeSet::new();
    let mut pending: Vec<&str> = Vec::new();
    for operation in model.operations.values() {
        pending.extend(operation.input.as_deref());
        pending.extend(operation.output.as_deref());
        pending.extend(operation.errors.iter().map(String::as_str));
    }
    while let Some(name) = pending.pop() {
        let shape = &model.shapes[name];
        if simple(shape).is_none() && reached.insert(name) {
            pending.extend(shape.targets());
        }
    }
    reached
}

/// The name of a simple type.
fn simple(shape: &Shape) -> Option<&'static str> {
    Some(match shape.kind {
        ShapeKind::String => "string",
        ShapeKind::Blob => "blob",
        ShapeKind::Timestamp => "timestamp",
        ShapeKind::Document => "document",
        ShapeKind::Boolean => "boolean",
        ShapeKind::Integer => "integer",
        ShapeKind::Long => "long",
        ShapeKind::Float => "float",
        ShapeKind::Double => "double",
        ShapeKind::Structure(_)
        | ShapeKind::Union(_)
        | ShapeKind::List(_)
        | ShapeKind::Map { .. } => return None,
    })
}

struct Writer<'a> {
    model: &'a Model,
    overlay: &'a ShapeOverlay,
}

impl Writer<'_> {
    fn shape(&self, name: &str, shape: &Shape) -> Result<String> {
        let mut words = vec![name.to_owned()];
        match &shape.kind {
            ShapeKind::Structure(members) | ShapeKind::Union(members) => {
                let kind = match shape.kind {
                    ShapeKind::Union(_) => "union",
                    _ => "structure",
                };
                words.push(kind.to_owned());
                words.extend(self.structure_traits(name, shape));
                for (member_name, member) in members {
                    words.push(self.member(shape, member_name, member));
                }
            }
            ShapeKind::List(element) => {
                words.push("list".to_owned());
                words.extend(shape.sparse.then(|| "@sparse".to_owned()));
                words.push(self.member(shape, "member", element));
            }
            ShapeKind::Map { key, value } => {
                words.push("map".to_owned());
                words.extend(shape.sparse.then(|| "@sparse".to_owned()));
                words.push(self.member(shape, "key", key));
                words.push(self.member(shape, "value", value));
            }
            _ => {}
        }
        ensure!(
            words.iter().all(|word| !word.contains([' ', '\n', '#'])),
            "{}: {name} has a text that the catalog's lines cannot hold; adapt codegen/src/emit/shapes.rs and \
             runtime/described/src/text.rs",
            shape.place
        );
        Ok(words.join(" "))
    }

    fn structure_traits(&self, name: &str, shape: &Shape) -> Vec<String> {
        let mut traits = Vec::new();
        let root = self.overlay.root(name).or(shape.location_name.as_deref());
        if let Some(root) = root {
            traits.push(format!("@name={root}"));
        }
        if let Some(uri) = self.overlay.namespace_of_root(name) {
            traits.push(format!("@namespace={uri}"));
        }
        if self.overlay.is_unwrapped(name) {
            traits.push("@unwrapped".to_owned());
        }
        if let Some(error) = &shape.error {
            let code = error.code.as_deref().unwrap_or(name);
            let status = error.status.unwrap_or(if error.fault { 500 } else { 400 });
            traits.push(format!("@error={code},{status}"));
        }
        traits
    }

    fn member(&self, owner: &Shape, name: &str, member: &Member) -> String {
        let target = &self.model.shapes[&member.target];
        let mut text = name.to_owned();
        if owner.required.contains(name) {
            text.push('!');
        }
        let _ = write!(text, ":{}", simple(target).unwrap_or(&member.target));
        let mut flag = |holds: bool, name: &str| {
            if holds {
                let _ = write!(text, ",{name}");
            }
        };
        let payload = owner.payload.as_deref() == Some(name);
        let streaming = member.streaming || target.streaming || target.event_stream;
        flag(payload, "payload");
        flag(payload && streaming, "streaming");
        flag(member.flattened || target.flattened, "flattened");
        flag(member.xml_attribute, "attribute");
        match binding(self.model, name, member, target) {
            Binding::Body { json, xml } => {
                let named = |text: &mut String, trait_name, wire: Option<String>| {
                    if let Some(wire) = wire {
                        let _ = write!(text, ",{trait_name}={wire}");
                    }
                };
                if json == xml {
                    named(&mut text, "name", json);
                } else {
                    named(&mut text, "json", json);
                    named(&mut text, "xml", xml);
                }
            }
            Binding::Header(wire) => {
                let _ = write!(text, ",header={wire}");
            }
            Binding::PrefixHeaders(wire) => {
                let _ = write!(text, ",headers={wire}");
            }
            Binding::Query(wire) => {
                let _ = write!(text, ",query={wire}");
            }
            Binding::Label => text.push_str(",label"),
            Binding::QueryParameters => text.push_str(",parameters"),
            Binding::Status => text.push_str(",status"),
        }
        let space = member
            .xml_namespace
            .as_ref()
            .or(target.xml_namespace.as_ref());
        if let Some(space) = space {
            let _ = write!(text, ",namespace={}", space.uri);
            if let Some(prefix) = &space.prefix {
                let _ = write!(text, ",prefix={prefix}");
            }
        }
        if let Some(format) = member.timestamp_format.or(target.timestamp_format) {
            text.push_str(match format {
                TimestampFormat::EpochSeconds => ",epoch",
                TimestampFormat::DateTime => ",date-time",
                TimestampFormat::HttpDate => ",http-date",
            });
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use pretty_assertions::assert_eq;

    use super::*;

    const MODEL: &str = r#"{
"metadata": {"apiVersion":"2020-01-01","endpointPrefix":"toy","protocol":"rest-json","serviceFullName":"Toy","serviceId":"Toy","signatureVersion":"v4"},
"operations": {
"Look": {"http":{"method":"GET","requestUri":"/","responseCode":202}},
"Put": {"errors":["Bad"],"http":{"method":"PUT","requestUri":"/{b}"},"input":{"shape":"In"}}
},
"pagination": {
},
"shapes": {
"Bad": {"error":{"code":"Wrong","httpStatusCode":409},"exception":true,"members":{},"type":"structure"},
"Bytes": {"streaming":true,"type":"blob"},
"In": {"members":{"a":{"location":"querystring","locationName":"A","shape":"T"},"b":{"location":"uri","shape":"S"},"body":{"shape":"Bytes"},"c":{"locationName":"C","shape":"L"},"h":{"location":"header","locationName":"X-H","shape":"S"}},"payload":"body","required":["b"],"type":"structure"},
"L": {"member":{"shape":"In"},"sparse":true,"type":"list"},
"S": {"type":"string"},
"T": {"timestampFormat":"iso8601","type":"timestamp"},
"Unused": {"members":{},"type":"structure"}
}
}
"#;

    #[test]
    fn operations_and_the_shapes_that_they_reach() {
        let model = Model::parse(Path::new("models/services/toy.json"), MODEL).unwrap();
        let text = emit(&model, &ShapeOverlay::default()).unwrap();
        let (header, lines) = text.split_once('\n').unwrap();
        assert!(header.contains(HEADER));
        assert_eq!(
            lines,
            "Look - - 202\n\
             Put In - 200 Bad\n\
             \n\
             Bad structure @error=Wrong,409\n\
             In structure a:timestamp,query=A,date-time b!:string,label body:blob,payload,streaming c:L,json=C \
             h:string,header=x-h\n\
             L list @sparse member:In\n"
        );
    }
}
