//! The text of a service's shapes, as `codegen/src/emit/shapes.rs` writes it, and its way into schemas.

use std::collections::HashMap;

use aws_smithy_schema::ShapeType;
use aws_smithy_schema::traits::TimestampFormat;
use stockade_wire::arena::{Kind, Member, Model, Shape, ShapeIndex, Traits};

type Parsed<T> = Result<T, String>;

/// The simple types by name; a shape of each begins every model, in this order.
const SIMPLE: [(&str, ShapeType); 9] = [
    ("string", ShapeType::String),
    ("blob", ShapeType::Blob),
    ("timestamp", ShapeType::Timestamp),
    ("document", ShapeType::Document),
    ("boolean", ShapeType::Boolean),
    ("integer", ShapeType::Integer),
    ("long", ShapeType::Long),
    ("float", ShapeType::Float),
    ("double", ShapeType::Double),
];

/// The input of an operation that has none: a structure without members.
const UNIT: &str = "Unit";
const UNIT_INDEX: ShapeIndex = SIMPLE.len();

/// An operation's line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct OperationLine<'t> {
    pub(crate) name: &'t str,
    pub(crate) input: Option<&'t str>,
}

/// A service's text, taken apart.
#[derive(Debug)]
pub(crate) struct Text<'t> {
    pub(crate) operations: Vec<OperationLine<'t>>,
    /// The shapes' lines by name.
    shapes: HashMap<&'t str, &'t str>,
}

impl<'t> Text<'t> {
    pub(crate) fn parse(text: &'t str) -> Parsed<Self> {
        let (operations, shapes) = text
            .split_once("\n\n")
            .ok_or("no empty line stands between operations and shapes")?;
        let operations = operations
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| {
                let mut words = line.split(' ');
                let (Some(name), Some(input)) = (words.next(), words.next()) else {
                    return Err(format!("{line:?} is no operation"));
                };
                Ok(OperationLine {
                    name,
                    input: Some(input).filter(|input| *input != "-"),
                })
            })
            .collect::<Parsed<_>>()?;
        let shapes = shapes
            .lines()
            .filter_map(|line| Some((line.split(' ').next()?, line)))
            .collect();
        Ok(Self { operations, shapes })
    }

    /// The schemas of the operations' inputs and all that these reach, and the inputs' indices, in the operations' order.
    /// Outputs cost as much again, and nobody here writes them.
    pub(crate) fn inputs(&self, namespace: &str) -> Parsed<(Model, Vec<ShapeIndex>)> {
        let mut builder = Builder {
            text: self,
            indices: HashMap::new(),
            lines: Vec::new(),
        };
        let mut inputs = Vec::with_capacity(self.operations.len());
        for operation in &self.operations {
            inputs.push(match operation.input {
                Some(name) => builder.index(name)?,
                None => UNIT_INDEX,
            });
        }
        let mut shapes: Vec<Shape<'_>> = SIMPLE
            .iter()
            .map(|(name, kind)| Shape::new(name, Kind::Simple(*kind)))
            .collect();
        shapes.push(Shape::new(UNIT, Kind::Structure(Vec::new())));
        // A shape's members may bring further shapes.
        let mut at = 0;
        while let Some(line) = builder.lines.get(at).copied() {
            shapes.push(builder.shape(line)?);
            at += 1;
        }
        let model = Model::build(namespace, &shapes).map_err(|error| error.to_string())?;
        Ok((model, inputs))
    }
}

struct Builder<'a, 't> {
    text: &'a Text<'t>,
    indices: HashMap<&'t str, ShapeIndex>,
    /// The lines of the shapes that have an index, in its order.
    lines: Vec<&'t str>,
}

impl<'t> Builder<'_, 't> {
    fn index(&mut self, name: &'t str) -> Parsed<ShapeIndex> {
        if let Some(simple) = SIMPLE.iter().position(|(simple, _)| *simple == name) {
            return Ok(simple);
        }
        if let Some(index) = self.indices.get(name) {
            return Ok(*index);
        }
        let line = self
            .text
            .shapes
            .get(name)
            .ok_or_else(|| format!("there is no shape {name}"))?;
        let index = UNIT_INDEX + 1 + self.lines.len();
        self.lines.push(line);
        self.indices.insert(name, index);
        Ok(index)
    }

    fn shape(&mut self, line: &'t str) -> Parsed<Shape<'t>> {
        let mut words = line.split(' ');
        let (name, kind) = (words.next().unwrap_or_default(), words.next());
        let mut traits = Traits::default();
        let mut members = Vec::new();
        for word in words {
            match word.strip_prefix('@') {
                Some(word) => shape_trait(&mut traits, word)
                    .ok_or_else(|| format!("{name} has an unknown trait @{word}"))?,
                None => members.push(self.member(name, word)?),
            }
        }
        let malformed = || format!("{line:?} is no shape");
        let kind = match (kind.ok_or_else(malformed)?, members.len()) {
            ("structure", _) => Kind::Structure(members),
            ("union", _) => Kind::Union(members),
            ("list", 1) => Kind::list(members.remove(0)),
            ("map", 2) => {
                let value = members.remove(1);
                Kind::map(members.remove(0), value)
            }
            _ => return Err(malformed()),
        };
        Ok(Shape::new(name, kind).with(traits))
    }

    fn member(&mut self, owner: &str, word: &'t str) -> Parsed<Member<'t>> {
        let (name, rest) = word
            .split_once(':')
            .ok_or_else(|| format!("{owner} has a member {word:?} without a target"))?;
        let mut parts = rest.split(',');
        let target = self.index(parts.next().unwrap_or_default())?;
        let (name, required) = match name.strip_suffix('!') {
            Some(name) => (name, true),
            None => (name, false),
        };
        let mut traits = Traits {
            required,
            ..Traits::default()
        };
        for part in parts {
            member_trait(&mut traits, part)
                .ok_or_else(|| format!("{owner}.{name} has an unknown trait {part:?}"))?;
        }
        // A stream is not part of the value that is read.
        traits.required &= !traits.streaming;
        Ok(Member::new(name, target).with(traits))
    }
}

/// A trait of a whole shape; errors' codes and statuses are for answers.
fn shape_trait<'t>(traits: &mut Traits<'t>, word: &'t str) -> Option<()> {
    match word.split_once('=') {
        None if word == "sparse" => traits.sparse = true,
        None if word == "unwrapped" => traits.xml_unwrapped_output = true,
        Some(("name", name)) => traits.xml_name = Some(name),
        Some(("namespace", uri)) => traits.xml_namespace = Some((uri, None)),
        Some(("error", _)) => {}
        _ => return None,
    }
    Some(())
}

fn member_trait<'t>(traits: &mut Traits<'t>, word: &'t str) -> Option<()> {
    match word.split_once('=') {
        None => match word {
            "payload" => traits.http_payload = true,
            "streaming" => traits.streaming = true,
            "flattened" => traits.xml_flattened = true,
            "attribute" => traits.xml_attribute = true,
            "label" => traits.http_label = true,
            "parameters" => traits.http_query_params = true,
            "status" => traits.http_response_code = true,
            "epoch" => traits.timestamp_format = Some(TimestampFormat::EpochSeconds),
            "date-time" => traits.timestamp_format = Some(TimestampFormat::DateTime),
            "http-date" => traits.timestamp_format = Some(TimestampFormat::HttpDate),
            _ => return None,
        },
        Some((name, value)) => match name {
            "name" => {
                traits.json_name = Some(value);
                traits.xml_name = Some(value);
            }
            "json" => traits.json_name = Some(value),
            "xml" => traits.xml_name = Some(value),
            "header" => traits.http_header = Some(value),
            "headers" => traits.http_prefix_headers = Some(value),
            "query" => traits.http_query = Some(value),
            "namespace" => traits.xml_namespace = Some((value, None)),
            "prefix" => {
                let (uri, _) = traits.xml_namespace?;
                traits.xml_namespace = Some((uri, Some(value)));
            }
            _ => return None,
        },
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    const TEXT: &str = "# header\n\
        Look - - 202\n\
        Put In Out 200 wrapper=PutResult Bad\n\
        \n\
        Bad structure @error=Wrong,409\n\
        In structure a:timestamp,query=A,date-time b!:string,label c:L,json=C k:M,flattened,name=K\n\
        L list @sparse member:In\n\
        M map key:string value:In,namespace=http://x/y,prefix=p\n\
        Out structure x:string\n";

    #[test]
    fn a_text_becomes_schemas_of_the_inputs_alone() {
        let text = Text::parse(TEXT).unwrap();
        let names: Vec<_> = text.operations.iter().map(|line| line.name).collect();
        assert_eq!(names, ["Look", "Put"]);
        let (model, inputs) = text.inputs("toy").unwrap();
        let unit = model.schema(inputs[0]);
        assert!(unit.members().is_empty());
        let put = model.schema(inputs[1]);
        let members: Vec<_> = put
            .members()
            .iter()
            .map(|member| member.member_name().unwrap())
            .collect();
        assert_eq!(members, ["a", "b", "c", "k"]);
        let a = put.members()[0];
        assert_eq!(a.http_query().unwrap().value(), "A");
        assert!(put.members()[1].http_label().is_some());
        assert!(model.is_required(inputs[1], 1));
        assert_eq!(put.members()[2].json_name().unwrap().value(), "C");
        let map = put.members()[3];
        assert!(map.xml_flattened());
        assert_eq!(map.xml_name().unwrap().value(), "K");
        // Recursion: the list's elements and the map's values are the input again.
        let list = model.target(inputs[1], 2).unwrap();
        assert!(model.is_sparse(list));
        assert_eq!(model.target(list, 0), Some(inputs[1]));
    }

    #[test]
    fn a_stream_is_not_missed() {
        let text = "Put In - 200\n\nIn structure body!:blob,payload,streaming\n";
        let (model, inputs) = Text::parse(text).unwrap().inputs("toy").unwrap();
        assert!(!model.is_required(inputs[0], 0));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let wrong = |text: &str| {
            Text::parse(text)
                .and_then(|text| text.inputs("toy").map(|_| ()))
                .unwrap_err()
        };
        assert!(wrong("Put In - 200\n").contains("empty line"));
        assert!(wrong("Put\n\n").contains("no operation"));
        assert!(wrong("Put In - 200\n\nOut structure").contains("no shape In"));
        assert!(wrong("Put In - 200\n\nIn tree").contains("is no shape"));
        assert!(wrong("Put In - 200\n\nIn structure @odd").contains("@odd"));
        assert!(wrong("Put In - 200\n\nIn structure a:string,odd").contains("\"odd\""));
        assert!(wrong("Put In - 200\n\nIn structure a").contains("without a target"));
        assert!(wrong("Put In - 200\n\nIn structure a:string,prefix=p").contains("prefix=p"));
    }
}
