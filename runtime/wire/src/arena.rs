//! Schemas built at run time, from a plain description.
//!
//! A service without typed code has its shapes described as [`Shape`]s that refer to each other by
//! index; [`Model::build`] makes the same [`Schema`]s of them that generated code has as `static`s.
//! A member's schema names no target (so that shapes may be recursive), which is why the model
//! keeps the table of targets beside the schemas.
//!
//! A model is built once for a service and lives as long as the process: its memory is never given
//! back, and in return its schemas are `&'static`, exactly as those of typed services.
//!
//! ```
//! use aws_smithy_schema::ShapeType;
//! use stockade_wire::arena::{Kind, Member, Model, Shape};
//!
//! let model = Model::build(
//!     "example",
//!     &[
//!         Shape::new("Text", Kind::Simple(ShapeType::String)),
//!         // A tree: its second member is a list of trees.
//!         Shape::new("Tree", Kind::Structure(vec![Member::new("Name", 0), Member::new("Kids", 2)])),
//!         Shape::new("Trees", Kind::list(Member::new("member", 1))),
//!     ],
//! )
//! .expect("every index is a shape's");
//! assert_eq!(model.schema(1).members().len(), 2);
//! assert_eq!(model.target(1, 1), Some(2));
//! ```

use std::collections::HashSet;
use std::fmt;

use aws_smithy_schema::traits::{HttpTrait, TimestampFormat};
use aws_smithy_schema::{Schema, ShapeId, ShapeType, intern_header_name};

/// An index into the description's shapes.
pub type ShapeIndex = usize;

/// How deep lists and maps may nest without a structure between them.
const MAX_NESTING: usize = 16;

/// A shape.
#[derive(Debug, Clone)]
pub struct Shape<'d> {
    /// Its name, without the namespace.
    pub name: &'d str,
    /// What it is.
    pub kind: Kind<'d>,
    /// What the model says of it beside.
    pub traits: Traits<'d>,
}

impl<'d> Shape<'d> {
    /// A shape without traits.
    pub fn new(name: &'d str, kind: Kind<'d>) -> Self {
        Self {
            name,
            kind,
            traits: Traits::default(),
        }
    }

    /// The same with traits.
    #[must_use]
    pub fn with(mut self, traits: Traits<'d>) -> Self {
        self.traits = traits;
        self
    }
}

/// What a shape is.
#[derive(Debug, Clone)]
pub enum Kind<'d> {
    /// A shape without members.
    Simple(ShapeType),
    /// A list of its member.
    List(Box<Member<'d>>),
    /// A map from key to value.
    Map(Box<(Member<'d>, Member<'d>)>),
    /// A structure.
    Structure(Vec<Member<'d>>),
    /// A union.
    Union(Vec<Member<'d>>),
}

impl<'d> Kind<'d> {
    /// A list.
    pub fn list(member: Member<'d>) -> Self {
        Self::List(Box::new(member))
    }

    /// A map.
    pub fn map(key: Member<'d>, value: Member<'d>) -> Self {
        Self::Map(Box::new((key, value)))
    }
}

type WithFlag = fn(Schema<'static>) -> Schema<'static>;
type WithText = fn(Schema<'static>, &'static str) -> Schema<'static>;

/// A member.
#[derive(Debug, Clone)]
pub struct Member<'d> {
    /// Its name.
    pub name: &'d str,
    /// The shape it is of.
    pub target: ShapeIndex,
    /// What the model says of it beside; its word goes before the target's.
    pub traits: Traits<'d>,
}

impl<'d> Member<'d> {
    /// A member without traits.
    pub fn new(name: &'d str, target: ShapeIndex) -> Self {
        Self {
            name,
            target,
            traits: Traits::default(),
        }
    }

    /// The same with traits.
    #[must_use]
    pub fn with(mut self, traits: Traits<'d>) -> Self {
        self.traits = traits;
        self
    }
}

/// What a model says of a shape or member: Smithy's traits, as far as the wire sees them.
#[derive(Debug, Clone, Default)]
pub struct Traits<'d> {
    /// The member must be present.
    pub required: bool,
    /// The list or map may hold nulls.
    pub sparse: bool,
    /// `sensitive`.
    pub sensitive: bool,
    /// `streaming`.
    pub streaming: bool,
    /// `jsonName`; in EC2's models, `ec2QueryName`.
    pub json_name: Option<&'d str>,
    /// `mediaType`.
    pub media_type: Option<&'d str>,
    /// `timestampFormat`.
    pub timestamp_format: Option<TimestampFormat>,
    /// `xmlName`.
    pub xml_name: Option<&'d str>,
    /// `xmlNamespace`: URI and prefix.
    pub xml_namespace: Option<(&'d str, Option<&'d str>)>,
    /// `xmlAttribute`.
    pub xml_attribute: bool,
    /// `xmlFlattened`.
    pub xml_flattened: bool,
    /// `s3UnwrappedXmlOutput`.
    pub xml_unwrapped_output: bool,
    /// `http` of an operation, on its input: method, URI, status.
    pub http: Option<(&'d str, &'d str, u16)>,
    /// `httpLabel`.
    pub http_label: bool,
    /// `httpPayload`.
    pub http_payload: bool,
    /// `httpQueryParams`.
    pub http_query_params: bool,
    /// `httpResponseCode`.
    pub http_response_code: bool,
    /// `httpHeader`.
    pub http_header: Option<&'d str>,
    /// `httpPrefixHeaders`.
    pub http_prefix_headers: Option<&'d str>,
    /// `httpQuery`.
    pub http_query: Option<&'d str>,
}

impl<'d> Traits<'d> {
    /// The member's traits, with those of its target that members take over.
    fn over(&self, target: &Self) -> Self {
        Self {
            sensitive: self.sensitive || target.sensitive,
            streaming: self.streaming || target.streaming,
            xml_flattened: self.xml_flattened || target.xml_flattened,
            media_type: self.media_type.or(target.media_type),
            timestamp_format: self.timestamp_format.or(target.timestamp_format),
            ..self.clone()
        }
    }
}

/// A description that cannot be built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelError {
    /// A member of the named shape targets an index that no shape has.
    NoSuchShape(String),
    /// The named list or map nests in itself, or too deeply, without a structure between.
    Endless(String),
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchShape(name) => write!(f, "a member of {name} targets no shape"),
            Self::Endless(name) => write!(f, "{name} nests endlessly"),
        }
    }
}

impl std::error::Error for ModelError {}

/// The schemas of a service, and the table of targets beside them.
#[derive(Debug)]
pub struct Model {
    built: Vec<Built>,
}

#[derive(Debug)]
struct Built {
    schema: &'static Schema<'static>,
    /// By member index; a list's element at 0; a map's value at 0.
    targets: Vec<ShapeIndex>,
    required: Vec<bool>,
    sparse: bool,
}

impl Model {
    /// Builds the schemas of a description.
    pub fn build(namespace: &str, shapes: &[Shape<'_>]) -> Result<Self, ModelError> {
        for shape in shapes {
            let known = |member: &Member<'_>| member.target < shapes.len();
            let all_known = match &shape.kind {
                Kind::Simple(_) => true,
                Kind::List(member) => known(member),
                Kind::Map(entry) => known(&entry.0) && known(&entry.1),
                Kind::Structure(members) | Kind::Union(members) => members.iter().all(known),
            };
            if !all_known {
                return Err(ModelError::NoSuchShape(shape.name.to_owned()));
            }
        }
        let mut builder = Builder {
            namespace: leak(namespace),
            shapes,
            texts: HashSet::new(),
        };
        let built = (0..shapes.len())
            .map(|index| builder.shape(index))
            .collect::<Result<_, _>>()?;
        Ok(Self { built })
    }

    /// A shape's schema.
    ///
    /// # Panics
    ///
    /// When the index is none of the description's: indices come from the description's author,
    /// never from a request.
    pub fn schema(&self, shape: ShapeIndex) -> &'static Schema<'static> {
        self.built[shape].schema
    }

    /// The shape of a member; of a list's element or a map's value at index 0.
    pub fn target(&self, shape: ShapeIndex, member: usize) -> Option<ShapeIndex> {
        self.built.get(shape)?.targets.get(member).copied()
    }

    /// Whether a structure's member must be present.
    pub fn is_required(&self, shape: ShapeIndex, member: usize) -> bool {
        let built = self.built.get(shape);
        built.is_some_and(|built| built.required.get(member) == Some(&true))
    }

    /// Whether a list or map may hold nulls.
    pub fn is_sparse(&self, shape: ShapeIndex) -> bool {
        self.built.get(shape).is_some_and(|built| built.sparse)
    }
}

fn leak(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

fn leak_schema(schema: Schema<'static>) -> &'static Schema<'static> {
    Box::leak(Box::new(schema))
}

struct Builder<'d, 's> {
    namespace: &'static str,
    shapes: &'s [Shape<'d>],
    /// Names repeat a lot: each is kept once.
    texts: HashSet<&'static str>,
}

impl Builder<'_, '_> {
    fn text(&mut self, text: &str) -> &'static str {
        if let Some(known) = self.texts.get(text) {
            return known;
        }
        let leaked = leak(text);
        self.texts.insert(leaked);
        leaked
    }

    fn id(&mut self, name: &str) -> ShapeId<'static> {
        let name = self.text(name);
        let id = self.text(&format!("{}#{name}", self.namespace));
        ShapeId::from_parts(id, self.namespace, name)
    }

    fn shape(&mut self, index: ShapeIndex) -> Result<Built, ModelError> {
        let shape = &self.shapes[index];
        let id = self.id(shape.name);
        let (schema, targets, required) = match &shape.kind {
            Kind::Simple(shape_type) => (Schema::new(id, *shape_type), Vec::new(), Vec::new()),
            Kind::List(member) => {
                let element = self.member(shape.name, member, 0, 0)?;
                (
                    Schema::new_list(id, element),
                    vec![member.target],
                    Vec::new(),
                )
            }
            Kind::Map(entry) => {
                let (key, value) = &**entry;
                let key = self.member(shape.name, key, 0, 0)?;
                let target = value.target;
                let value = self.member(shape.name, value, 1, 0)?;
                (Schema::new_map(id, key, value), vec![target], Vec::new())
            }
            Kind::Structure(members) | Kind::Union(members) => {
                let shape_type = self.shape_type(index);
                let schemas = members
                    .iter()
                    .enumerate()
                    .map(|(place, member)| self.member(shape.name, member, place, 0))
                    .collect::<Result<Vec<_>, _>>()?;
                let schemas: &'static [&'static Schema<'static>] = Vec::leak(schemas);
                (
                    Schema::new_struct(id, shape_type, schemas),
                    members.iter().map(|member| member.target).collect(),
                    members
                        .iter()
                        .map(|member| member.traits.required)
                        .collect(),
                )
            }
        };
        let schema = self.with_traits(schema, &shape.traits);
        Ok(Built {
            schema: leak_schema(schema),
            targets,
            required,
            sparse: shape.traits.sparse,
        })
    }

    fn shape_type(&self, index: ShapeIndex) -> ShapeType {
        match &self.shapes[index].kind {
            Kind::Simple(shape_type) => *shape_type,
            Kind::List(_) => ShapeType::List,
            Kind::Map(_) => ShapeType::Map,
            Kind::Structure(_) => ShapeType::Structure,
            Kind::Union(_) => ShapeType::Union,
        }
    }

    /// A member's schema. Lists and maps bring their elements' schemas along; structures do not,
    /// which is where recursion ends.
    fn member(
        &mut self,
        owner: &str,
        member: &Member<'_>,
        place: usize,
        nesting: usize,
    ) -> Result<&'static Schema<'static>, ModelError> {
        if nesting > MAX_NESTING {
            return Err(ModelError::Endless(owner.to_owned()));
        }
        let target = &self.shapes[member.target];
        let id = self.id(owner);
        let name = self.text(member.name);
        let schema = Schema::new_member(id, self.shape_type(member.target), name, place);
        let schema = match &target.kind {
            Kind::List(element) => {
                let element = self.member(target.name, element, 0, nesting + 1)?;
                schema.with_list_member(element)
            }
            Kind::Map(entry) => {
                let (key, value) = &**entry;
                let key = self.member(target.name, key, 0, nesting + 1)?;
                let value = self.member(target.name, value, 1, nesting + 1)?;
                schema.with_map_members(key, value)
            }
            Kind::Simple(_) | Kind::Structure(_) | Kind::Union(_) => schema,
        };
        let traits = member.traits.over(&target.traits);
        Ok(leak_schema(self.with_traits(schema, &traits)))
    }

    fn with_traits(&mut self, mut schema: Schema<'static>, traits: &Traits<'_>) -> Schema<'static> {
        let flags: [(bool, WithFlag); 8] = [
            (traits.sensitive, Schema::with_sensitive),
            (traits.streaming, Schema::with_streaming),
            (traits.xml_attribute, Schema::with_xml_attribute),
            (traits.xml_flattened, Schema::with_xml_flattened),
            (
                traits.xml_unwrapped_output,
                Schema::with_xml_unwrapped_output,
            ),
            (traits.http_label, Schema::with_http_label),
            (traits.http_payload, Schema::with_http_payload),
            (traits.http_query_params, Schema::with_http_query_params),
        ];
        for (holds, with) in flags {
            if holds {
                schema = with(schema);
            }
        }
        if traits.http_response_code {
            schema = schema.with_http_response_code();
        }
        let texts: [(Option<&str>, WithText); 5] = [
            (traits.json_name, Schema::with_json_name),
            (traits.media_type, Schema::with_media_type),
            (traits.xml_name, Schema::with_xml_name),
            (traits.http_prefix_headers, Schema::with_http_prefix_headers),
            (traits.http_query, Schema::with_http_query),
        ];
        for (text, with) in texts {
            if let Some(text) = text {
                schema = with(schema, self.text(text));
            }
        }
        if let Some(header) = traits.http_header {
            schema = schema.with_http_header(intern_header_name(header));
        }
        if let Some(format) = traits.timestamp_format {
            schema = schema.with_timestamp_format(format);
        }
        if let Some((uri, prefix)) = traits.xml_namespace {
            let prefix = prefix.map(|prefix| self.text(prefix));
            schema = schema.with_xml_namespace(self.text(uri), prefix);
        }
        if let Some((method, uri, code)) = traits.http {
            let http = HttpTrait::new(self.text(method), self.text(uri), Some(code));
            schema = schema.with_http(http);
        }
        schema
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_descriptions_are_refused() {
        let lost = [Shape::new("A", Kind::Structure(vec![Member::new("B", 1)]))];
        assert_eq!(
            Model::build("t", &lost).unwrap_err(),
            ModelError::NoSuchShape("A".to_owned())
        );
        let endless = [Shape::new("A", Kind::list(Member::new("member", 0)))];
        assert_eq!(
            Model::build("t", &endless).unwrap_err(),
            ModelError::Endless("A".to_owned())
        );
    }
}
