//! XML documents of structures ("XML bindings", Smithy 2.0).
//!
//! `aws-smithy-xml` has a writer as well. To know what to escape it holds each letter of each text against nine others,
//! and it keeps what it writes apart from the document around it; for a small answer this one takes an eighth of the
//! instructions.

#[cfg(test)]
mod tests;

use std::fmt::{self, Write as _};

use aws_smithy_schema::Schema;
use aws_smithy_schema::serde::{SerdeError, SerializableStruct, ShapeSerializer};
use aws_smithy_schema::traits::TimestampFormat;
use aws_smithy_types::date_time::Format;
use aws_smithy_types::{BigDecimal, BigInteger, Blob, DateTime, Document, base64};

/// Writes elements at the end of a document.
pub(crate) struct Xml<'o> {
    out: &'o mut String,
    within: Within<'o>,
}

/// What is being written, and so how its parts are called.
#[derive(Clone, Copy)]
enum Within<'o> {
    /// A document's root: its name, and its namespace where the shape has none of its own.
    Document(Option<&'o str>, Option<&'o str>),
    /// A structure's elements.
    Structure,
    /// A structure's start tag, which its attributes stand in.
    StartTag,
    /// A list whose elements have this name.
    List(&'o str),
    /// A map: the names of its entries, keys and values, and which of the latter two comes next.
    Map([&'o str; 3], Next),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Key,
    Value,
}

type Write<'w> = &'w dyn Fn(&mut dyn ShapeSerializer) -> Result<(), SerdeError>;

impl<'o> Xml<'o> {
    /// A writer of one element, whose name and namespace are these unless its schema says otherwise of the latter.
    pub(crate) fn document(
        out: &'o mut String,
        root: Option<&'o str>,
        namespace: Option<&'o str>,
    ) -> Self {
        let within = Within::Document(root, namespace);
        Self { out, within }
    }

    /// A writer of a structure's elements, without one around them.
    pub(crate) fn members(out: &'o mut String) -> Self {
        let within = Within::Structure;
        Self { out, within }
    }

    fn inner<'i>(&'i mut self, within: Within<'i>) -> Xml<'i> {
        Xml {
            out: self.out,
            within,
        }
    }

    /// What an element of this schema is called here.
    fn name<'n>(&self, schema: &'n Schema<'n>) -> &'n str
    where
        'o: 'n,
    {
        match self.within {
            Within::Document(Some(name), _) | Within::List(name) => name,
            Within::Map([_, key, _], Next::Key) => key,
            Within::Map([_, _, value], Next::Value) => value,
            Within::Document(None, _) | Within::Structure | Within::StartTag => name(schema),
        }
    }

    /// Whether what has this schema belongs to another part of the structure: attributes to its start tag, all else to
    /// its elements.
    fn skips(&self, schema: &Schema<'_>) -> bool {
        match self.within {
            Within::Structure => schema.xml_attribute(),
            Within::StartTag => !schema.xml_attribute(),
            _ => false,
        }
    }

    /// An element: `attributes` writes into its start tag, `content` behind it.
    fn element(
        &mut self,
        schema: &Schema<'_>,
        attributes: impl FnOnce(&mut Self) -> Result<(), SerdeError>,
        content: impl FnOnce(&mut Self) -> Result<(), SerdeError>,
    ) -> Result<(), SerdeError> {
        if self.skips(schema) {
            return Ok(());
        }
        let name = self.name(schema);
        let entry = match self.within {
            Within::Map([entry, ..], next) => Some((entry, next)),
            _ => None,
        };
        if let Some((entry, Next::Key)) = entry {
            self.push_all(["<", entry, ">"]);
        }
        self.push_all(["<", name]);
        self.namespace(schema);
        attributes(self)?;
        self.out.push('>');
        content(self)?;
        self.push_all(["</", name, ">"]);
        if let Some((entry, Next::Value)) = entry {
            self.push_all(["</", entry, ">"]);
        }
        if let Within::Map(_, next) = &mut self.within {
            *next = match next {
                Next::Key => Next::Value,
                Next::Value => Next::Key,
            };
        }
        Ok(())
    }

    fn namespace(&mut self, schema: &Schema<'_>) {
        if let Some(namespace) = schema.xml_namespace() {
            match namespace.prefix() {
                Some(prefix) => self.push_all([" xmlns:", prefix]),
                None => self.out.push_str(" xmlns"),
            }
            self.push_all(["=\"", namespace.uri(), "\""]);
        } else if let Within::Document(_, Some(uri)) = self.within {
            self.push_all([" xmlns=\"", uri, "\""]);
        }
    }

    /// An element or attribute that holds text.
    fn text(
        &mut self,
        schema: &Schema<'_>,
        write: impl FnOnce(&mut String) -> fmt::Result,
    ) -> Result<(), SerdeError> {
        let written = |out: &mut String| {
            write(out).map_err(|_| SerdeError::write_failed("a value cannot be written"))
        };
        if matches!(self.within, Within::StartTag) && schema.xml_attribute() {
            self.push_all([" ", name(schema), "=\""]);
            written(self.out)?;
            self.out.push('"');
            return Ok(());
        }
        self.element(schema, |_| Ok(()), |xml| written(xml.out))
    }

    fn number(&mut self, schema: &Schema<'_>, value: impl fmt::Display) -> Result<(), SerdeError> {
        self.text(schema, |out| write!(out, "{value}"))
    }

    fn push_all<const COUNT: usize>(&mut self, pieces: [&str; COUNT]) {
        for piece in pieces {
            self.out.push_str(piece);
        }
    }
}

/// What a schema has its element called.
pub(super) fn name<'n>(schema: &'n Schema<'n>) -> &'n str {
    schema
        .xml_name()
        .map(|name| name.value())
        .or_else(|| schema.original_name())
        .or_else(|| schema.member_name())
        .unwrap_or_else(|| schema.shape_id().shape_name())
}

/// What a part of a list or map is called: as its member says, or as XML bindings call it by default.
fn part<'n>(member: Option<&'n Schema<'n>>, default: &'static str) -> &'n str {
    member
        .and_then(|member| member.xml_name())
        .map_or(default, |name| name.value())
}

/// What stands for a character that XML 1.0 has no way to write: Unicode's own sign for it.
const REPLACEMENT: char = '\u{fffd}';

/// Text as the content of an element or attribute. Beside what is markup, ends of lines are escaped, which parsers would
/// make one kind of. Characters that no document may hold (XML 1.0, section 2.2) are replaced, so that one of
/// them does not make a whole listing unreadable.
pub(crate) fn push_text(out: &mut String, text: &str) {
    // U+0085, U+2028 and the pair U+FFFE and U+FFFF begin with the bytes C2, E2 and EF.
    let plain = |byte: u8| {
        byte >= b' ' && !matches!(byte, b'&' | b'<' | b'>' | b'"' | b'\'' | 0xC2 | 0xE2 | 0xEF)
    };
    // Without an end at the first that is not, many bytes are looked at at once.
    if text.bytes().fold(true, |all, byte| all & plain(byte)) {
        return out.push_str(text);
    }
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\r' => out.push_str("&#xD;"),
            '\n' => out.push_str("&#xA;"),
            '\u{85}' => out.push_str("&#x85;"),
            '\u{2028}' => out.push_str("&#x2028;"),
            '\0'..='\x08' | '\x0b'..='\x1f' | '\u{fffe}' | '\u{ffff}' => out.push(REPLACEMENT),
            letter => out.push(letter),
        }
    }
}

/// Numbers as XML schemas have them, which `Display` would write `inf`.
macro_rules! float {
    ($name:ident($type:ty)) => {
        fn $name(&mut self, schema: &Schema<'_>, value: $type) -> Result<(), SerdeError> {
            match value {
                <$type>::INFINITY => self.number(schema, "Infinity"),
                <$type>::NEG_INFINITY => self.number(schema, "-Infinity"),
                value => self.number(schema, value),
            }
        }
    };
}

/// Values whose text is that of `Display`, and holds nothing to escape.
macro_rules! plain {
    ($($name:ident($type:ty)),* $(,)?) => {
        $(fn $name(&mut self, schema: &Schema<'_>, value: $type) -> Result<(), SerdeError> {
            self.number(schema, value)
        })*
    };
}

impl ShapeSerializer for Xml<'_> {
    fn write_struct(
        &mut self,
        schema: &Schema<'_>,
        value: &dyn SerializableStruct,
    ) -> Result<(), SerdeError> {
        let has_attributes = || {
            let members = value.schema().members();
            members.iter().any(|member| member.xml_attribute())
        };
        self.element(
            schema,
            |xml| match has_attributes() {
                true => value.serialize_members(&mut xml.inner(Within::StartTag)),
                false => Ok(()),
            },
            |xml| value.serialize_members(&mut xml.inner(Within::Structure)),
        )
    }

    fn write_list(&mut self, schema: &Schema<'_>, write: Write<'_>) -> Result<(), SerdeError> {
        if schema.xml_flattened() {
            if self.skips(schema) {
                return Ok(());
            }
            let name = self.name(schema);
            return write(&mut self.inner(Within::List(name)));
        }
        let name = part(schema.member(), "member");
        self.element(
            schema,
            |_| Ok(()),
            |xml| write(&mut xml.inner(Within::List(name))),
        )
    }

    fn write_map(&mut self, schema: &Schema<'_>, write: Write<'_>) -> Result<(), SerdeError> {
        let (key, value) = (part(schema.key(), "key"), part(schema.member(), "value"));
        if schema.xml_flattened() {
            if self.skips(schema) {
                return Ok(());
            }
            let names = [self.name(schema), key, value];
            return write(&mut self.inner(Within::Map(names, Next::Key)));
        }
        let names = ["entry", key, value];
        self.element(
            schema,
            |_| Ok(()),
            |xml| write(&mut xml.inner(Within::Map(names, Next::Key))),
        )
    }

    plain! {
        write_boolean(bool),
        write_byte(i8),
        write_short(i16),
        write_integer(i32),
        write_long(i64),
    }

    float!(write_float(f32));
    float!(write_double(f64));

    fn write_big_integer(
        &mut self,
        schema: &Schema<'_>,
        value: &BigInteger,
    ) -> Result<(), SerdeError> {
        self.number(schema, value.as_ref())
    }

    fn write_big_decimal(
        &mut self,
        schema: &Schema<'_>,
        value: &BigDecimal,
    ) -> Result<(), SerdeError> {
        self.number(schema, value.as_ref())
    }

    fn write_string(&mut self, schema: &Schema<'_>, value: &str) -> Result<(), SerdeError> {
        self.text(schema, |out| {
            push_text(out, value);
            Ok(())
        })
    }

    fn write_blob(&mut self, schema: &Schema<'_>, value: Blob) -> Result<(), SerdeError> {
        self.number(schema, base64::encode(value))
    }

    fn write_timestamp(&mut self, schema: &Schema<'_>, value: &DateTime) -> Result<(), SerdeError> {
        let format = match schema.timestamp_format().map(|format| format.format()) {
            None | Some(TimestampFormat::DateTime) => Format::DateTime,
            Some(TimestampFormat::EpochSeconds) => Format::EpochSeconds,
            Some(TimestampFormat::HttpDate) => Format::HttpDate,
            Some(other) => {
                let unknown = format!("no timestamp is written as {other:?}");
                return Err(SerdeError::unsupported(unknown));
            }
        };
        let text = value
            .fmt(format)
            .map_err(|error| SerdeError::write_failed(error.to_string()))?;
        self.number(schema, text)
    }

    fn write_document(&mut self, _: &Schema<'_>, _: &Document) -> Result<(), SerdeError> {
        Err(SerdeError::unsupported("XML holds no documents"))
    }

    /// What is null is absent.
    fn write_null(&mut self, _: &Schema<'_>) -> Result<(), SerdeError> {
        Ok(())
    }
}
