//! Form parameters, as the query protocols write structures (Smithy, "AWS query protocol" and
//! "AWS EC2 query protocol").
//!
//! The parameters are sorted once; a structure, list or map is a range of them that shares a
//! prefix.

use std::borrow::Cow;

use aws_smithy_schema::Schema;
use aws_smithy_schema::serde::{SerdeError, ShapeDeserializer};
use aws_smithy_schema::traits::TimestampFormat;
use aws_smithy_types::{BigDecimal, BigInteger, Blob, DateTime, Document};

use super::MAX_DEPTH;
use super::guard::within;
use super::scalar::{self, scalars_from_text};

/// How many elements a list or map may have.
pub const MAX_ELEMENTS: usize = 10_000;

/// How members and lists are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// `awsQuery`: `xmlName` or the member's name; lists are `Name.member.1` unless flattened.
    Query,
    /// `ec2Query`: the schema's `jsonName` stands for `ec2QueryName` (JSON has no other use in that
    /// protocol), else the capitalised `xmlName`, else the member's name; lists are `Name.1`.
    Ec2,
}

/// A deserializer over form parameters.
pub struct Form<'p> {
    /// Sorted by name.
    pairs: Vec<(&'p str, &'p str)>,
    naming: Naming,
    /// The name so far: empty at the root, else without a dot at its end.
    path: String,
    depth: u32,
}

impl<'p> Form<'p> {
    /// Sorts the parameters. One that comes twice is refused when a member reads it.
    pub fn new(pairs: impl IntoIterator<Item = (&'p str, &'p str)>, naming: Naming) -> Self {
        let mut pairs: Vec<_> = pairs.into_iter().collect();
        pairs.sort_by(|left, right| left.0.cmp(right.0));
        Self {
            pairs,
            naming,
            path: String::new(),
            depth: 0,
        }
    }

    /// The parameters named `path`, or below it.
    fn exact(&self) -> &[(&'p str, &'p str)] {
        let start = self.pairs.partition_point(|(name, _)| *name < &*self.path);
        let same = self.pairs[start..].partition_point(|(name, _)| *name == self.path);
        &self.pairs[start..start + same]
    }

    /// The parameters below `path`, that is, those that go on with a dot.
    fn below(&self) -> &[(&'p str, &'p str)] {
        let beyond = |name: &str| match name.strip_prefix(&*self.path) {
            // `.` sorts among the bytes that may follow the path: compare with it.
            Some(rest) => rest.as_bytes().first().copied().unwrap_or(0).cmp(&b'.'),
            None => name.cmp(&self.path),
        };
        let start = self.pairs.partition_point(|(name, _)| beyond(name).is_lt());
        let end = self.pairs[start..].partition_point(|(name, _)| beyond(name).is_eq());
        &self.pairs[start..start + end]
    }

    fn is_present(&self) -> bool {
        !self.exact().is_empty() || !self.below().is_empty()
    }

    fn text(&mut self) -> Result<Cow<'p, str>, SerdeError> {
        match self.exact() {
            [(_, value)] => Ok(Cow::Borrowed(value)),
            [] => Err(SerdeError::invalid_input(
                "Start of structure or map found where not expected.",
            )),
            _ => Err(SerdeError::invalid_input(format!(
                "Duplicate parameter {}",
                self.path
            ))),
        }
    }

    fn timestamps(&self) -> TimestampFormat {
        TimestampFormat::DateTime
    }

    /// Runs `f` with `segment` added to the path.
    fn at<T>(&mut self, segment: &str, f: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        if length > 0 && !segment.is_empty() {
            self.path.push('.');
        }
        self.path.push_str(segment);
        let result = f(self);
        self.path.truncate(length);
        result
    }

    /// Enters a structure, list or map; a parameter of its own name must be empty (`Tags=` is the
    /// empty list).
    fn enter(&mut self) -> Result<(), SerdeError> {
        if self.depth >= MAX_DEPTH {
            return Err(SerdeError::invalid_input("Structure nested too deeply"));
        }
        if !self.path.is_empty() && self.exact().iter().any(|(_, value)| !value.is_empty()) {
            return Err(SerdeError::invalid_input(
                "Unexpected complex element termination",
            ));
        }
        self.depth += 1;
        Ok(())
    }

    /// The numbers that follow the path, in order, each as it was written.
    fn indices(&self) -> Result<Vec<(u32, &'p str)>, SerdeError> {
        let skip = self.path.len() + 1;
        let mut indices: Vec<(u32, &'p str)> = Vec::new();
        for (name, _) in self.below() {
            let segment = name[skip..].split('.').next().unwrap_or_default();
            if indices.last().is_some_and(|(_, last)| *last == segment) {
                continue;
            }
            let digits = !segment.is_empty() && segment.bytes().all(|b| b.is_ascii_digit());
            let number = segment.parse().ok().filter(|_| digits).ok_or_else(|| {
                SerdeError::invalid_input(format!("Key {segment} is not a valid index"))
            })?;
            if indices.len() == MAX_ELEMENTS {
                return Err(SerdeError::invalid_input("Too many list elements"));
            }
            indices.push((number, segment));
        }
        indices.sort_unstable();
        // `1`, `1.a` and `10` may interleave in name order; equal numbers written differently are
        // two values of one element.
        indices.dedup_by(|left, right| left.1 == right.1);
        if indices.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return Err(SerdeError::invalid_input("Duplicate list index"));
        }
        Ok(indices)
    }

    fn each(
        &mut self,
        f: &mut dyn FnMut(&mut Self) -> Result<(), SerdeError>,
    ) -> Result<(), SerdeError> {
        for (_, segment) in self.indices()? {
            self.at(segment, &mut *f)?;
        }
        Ok(())
    }
}

/// A member's name among the parameters.
fn member_name<'s>(member: &'s Schema<'s>, naming: Naming) -> Cow<'s, str> {
    let plain = member.member_name().unwrap_or_default();
    let xml_name = member.xml_name().map(|name| name.value());
    match naming {
        Naming::Ec2 => {
            if let Some(name) = member.json_name() {
                return Cow::Borrowed(name.value());
            }
            capitalised(xml_name.unwrap_or(plain))
        }
        Naming::Query => {
            // A flattened list goes by its elements' name where they have one.
            let element = member
                .xml_flattened()
                .then(|| member.member().and_then(Schema::xml_name))
                .flatten()
                .map(|name| name.value());
            Cow::Borrowed(element.or(xml_name).unwrap_or(plain))
        }
    }
}

fn capitalised(name: &str) -> Cow<'_, str> {
    match name.as_bytes().first() {
        Some(first) if first.is_ascii_lowercase() => {
            let mut owned = name.to_owned();
            owned[..1].make_ascii_uppercase();
            Cow::Owned(owned)
        }
        _ => Cow::Borrowed(name),
    }
}

impl ShapeDeserializer for Form<'_> {
    scalars_from_text!();

    fn read_blob(&mut self, _: &Schema<'_>) -> Result<Blob, SerdeError> {
        scalar::blob(&self.text()?)
    }

    fn read_string(&mut self, _: &Schema<'_>) -> Result<String, SerdeError> {
        self.text().map(Cow::into_owned)
    }

    fn read_struct(
        &mut self,
        schema: &Schema<'_>,
        consumer: &mut dyn FnMut(&Schema<'_>, &mut dyn ShapeDeserializer) -> Result<(), SerdeError>,
    ) -> Result<(), SerdeError> {
        self.enter()?;
        let naming = self.naming;
        for member in schema.members() {
            self.at(&member_name(member, naming), |form| {
                if !form.is_present() {
                    return Ok(());
                }
                consumer(member, form)
                    .map_err(|error| within(member.member_name().unwrap_or_default(), error))
            })?;
        }
        self.depth -= 1;
        Ok(())
    }

    fn read_list(
        &mut self,
        schema: &Schema<'_>,
        consumer: &mut dyn FnMut(&mut dyn ShapeDeserializer) -> Result<(), SerdeError>,
    ) -> Result<(), SerdeError> {
        self.enter()?;
        let item = match self.naming {
            Naming::Ec2 => "",
            Naming::Query if schema.xml_flattened() => "",
            Naming::Query => schema
                .member()
                .and_then(Schema::xml_name)
                .map_or("member", |name| name.value()),
        };
        let mut number = 0usize;
        self.at(item, |form| {
            form.each(&mut |element| {
                number += 1;
                consumer(element).map_err(|error| within(format_args!("{number}.member"), error))
            })
        })?;
        self.depth -= 1;
        Ok(())
    }

    fn read_map(
        &mut self,
        schema: &Schema<'_>,
        consumer: &mut dyn FnMut(String, &mut dyn ShapeDeserializer) -> Result<(), SerdeError>,
    ) -> Result<(), SerdeError> {
        self.enter()?;
        let name_of = |part: Option<&Schema<'_>>, default: &str| {
            part.and_then(Schema::xml_name)
                .map_or(default, |name| name.value())
                .to_owned()
        };
        let key_name = name_of(schema.key(), "key");
        let value_name = name_of(schema.member(), "value");
        let entry = if schema.xml_flattened() || self.naming == Naming::Ec2 {
            ""
        } else {
            "entry"
        };
        self.at(entry, |form| {
            form.each(&mut |entry| {
                let key = entry.at(&key_name, |form| form.text().map(Cow::into_owned))?;
                entry.at(&value_name, |form| {
                    if !form.is_present() {
                        return Err(SerdeError::invalid_input("Map entry without a value"));
                    }
                    consumer(key, form).map_err(|error| within("value", error))
                })
            })
        })?;
        self.depth -= 1;
        Ok(())
    }

    fn container_size(&self) -> Option<usize> {
        None
    }
}
