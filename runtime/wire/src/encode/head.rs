//! The members of an answer that stand outside its body's document: status, headers, payload.

use aws_smithy_schema::Schema;
use aws_smithy_schema::serde::{SerdeError, SerializableStruct, ShapeSerializer};
use aws_smithy_schema::traits::TimestampFormat;
use aws_smithy_types::date_time::Format;
use aws_smithy_types::{BigDecimal, BigInteger, Blob, DateTime, Document, base64};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, StatusCode};

use super::body;
use super::header_value;
use crate::Dialect;

/// How many headers a REST protocol's answer is given room for at first: as many as S3's answers have. The others' have
/// next to none.
const HEADERS: usize = 12;

/// Whether HTTP bindings put the member of an output or error elsewhere than into the body's
/// document.
pub(crate) fn is_bound(member: &Schema<'_>) -> bool {
    member.has_http_response_binding()
}

/// See [`is_bound`].
pub(crate) fn is_unbound(member: &Schema<'_>) -> bool {
    !is_bound(member)
}

/// A payload and its content type.
pub(super) struct Payload {
    pub(super) bytes: Bytes,
    pub(super) content_type: &'static str,
}

/// What a nested write belongs to.
enum Within {
    /// The structure itself.
    Structure,
    /// A header's list: its elements so far.
    List(Vec<String>),
    /// Prefix headers: the prefix, and the key that waits for its value.
    Map(String, Option<String>),
}

/// Collects the bound members; drops the others.
pub(super) struct Head<'d> {
    dialect: &'d Dialect<'d>,
    pub(super) status: Option<StatusCode>,
    pub(super) headers: HeaderMap,
    pub(super) payload: Option<Payload>,
    within: Within,
}

impl<'d> Head<'d> {
    pub(super) fn new(dialect: &'d Dialect<'d>) -> Self {
        Self {
            dialect,
            status: None,
            headers: match dialect.is_rest() {
                true => HeaderMap::with_capacity(HEADERS),
                false => HeaderMap::new(),
            },
            payload: None,
            within: Within::Structure,
        }
    }

    fn insert(&mut self, name: &str, value: http::HeaderValue) -> Result<(), SerdeError> {
        let name = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| SerdeError::write_failed(format!("{name:?} is no header name")))?;
        self.headers.insert(name, value);
        Ok(())
    }

    /// Writes one scalar where it belongs.
    fn text(&mut self, schema: &Schema<'_>, text: &str) -> Result<(), SerdeError> {
        match &mut self.within {
            Within::List(elements) => {
                elements.push(text.to_owned());
                return Ok(());
            }
            Within::Map(prefix, key) => {
                if let Some(key) = key.take() {
                    let name = format!("{prefix}{key}");
                    return self.insert(&name, header_value::metadata(text));
                }
                *key = Some(text.to_owned());
                return Ok(());
            }
            Within::Structure => {}
        }
        if let Some(header) = schema.http_header() {
            let value = if schema.media_type().is_some() {
                header_value::plain(&base64::encode(text))
            } else {
                header_value::plain(text)
            };
            return self.insert(header.value(), value);
        }
        if schema.http_response_code().is_some() {
            self.status = text.parse().ok();
        } else if schema.http_payload().is_some() {
            self.payload = Some(Payload {
                bytes: Bytes::copy_from_slice(text.as_bytes()),
                content_type: "text/plain",
            });
        }
        Ok(())
    }

    fn is_top(&self) -> bool {
        matches!(self.within, Within::Structure)
    }
}

/// Scalars that are written as they display.
macro_rules! displayed {
    ($($name:ident($type:ty)),* $(,)?) => {
        $(fn $name(&mut self, schema: &Schema<'_>, value: $type) -> Result<(), SerdeError> {
            if self.is_top() && !is_bound(schema) {
                return Ok(());
            }
            self.text(schema, &value.to_string())
        })*
    };
}

/// Floating-point numbers with Smithy's names for what has no digits.
fn float_text(value: f64) -> String {
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    value.to_string()
}

type Write<'w> = &'w dyn Fn(&mut dyn ShapeSerializer) -> Result<(), SerdeError>;

impl ShapeSerializer for Head<'_> {
    displayed! {
        write_boolean(bool),
        write_byte(i8),
        write_short(i16),
        write_integer(i32),
        write_long(i64),
    }

    fn write_float(&mut self, schema: &Schema<'_>, value: f32) -> Result<(), SerdeError> {
        if value.is_finite() {
            return self.text(schema, &value.to_string());
        }
        self.text(schema, &float_text(value.into()))
    }

    fn write_double(&mut self, schema: &Schema<'_>, value: f64) -> Result<(), SerdeError> {
        self.text(schema, &float_text(value))
    }

    fn write_big_integer(
        &mut self,
        schema: &Schema<'_>,
        value: &BigInteger,
    ) -> Result<(), SerdeError> {
        self.text(schema, value.as_ref())
    }

    fn write_big_decimal(
        &mut self,
        schema: &Schema<'_>,
        value: &BigDecimal,
    ) -> Result<(), SerdeError> {
        self.text(schema, value.as_ref())
    }

    fn write_string(&mut self, schema: &Schema<'_>, value: &str) -> Result<(), SerdeError> {
        self.text(schema, value)
    }

    fn write_blob(&mut self, schema: &Schema<'_>, value: Blob) -> Result<(), SerdeError> {
        if self.is_top() && schema.http_payload().is_some() {
            self.payload = Some(Payload {
                bytes: Bytes::from(value.into_inner()),
                content_type: "application/octet-stream",
            });
            return Ok(());
        }
        if self.is_top() && !is_bound(schema) {
            return Ok(());
        }
        self.text(schema, &base64::encode(value.as_ref()))
    }

    fn write_timestamp(&mut self, schema: &Schema<'_>, value: &DateTime) -> Result<(), SerdeError> {
        if self.is_top() && !is_bound(schema) {
            return Ok(());
        }
        let format = match schema.timestamp_format().map(|t| t.format()) {
            Some(TimestampFormat::EpochSeconds) => Format::EpochSeconds,
            Some(TimestampFormat::DateTime) => Format::DateTime,
            _ => Format::HttpDate,
        };
        let text = value
            .fmt(format)
            .map_err(|error| SerdeError::write_failed(error.to_string()))?;
        self.text(schema, &text)
    }

    fn write_struct(
        &mut self,
        schema: &Schema<'_>,
        value: &dyn SerializableStruct,
    ) -> Result<(), SerdeError> {
        if self.is_top() && schema.http_payload().is_some() {
            self.payload = Some(Payload {
                bytes: body::payload(self.dialect, schema, value)?,
                content_type: body::content_type(self.dialect.protocol),
            });
        }
        Ok(())
    }

    fn write_list(&mut self, schema: &Schema<'_>, write: Write<'_>) -> Result<(), SerdeError> {
        let Some(header) = schema.http_header() else {
            return Ok(());
        };
        self.within = Within::List(Vec::new());
        let written = write(self);
        let elements = match std::mem::replace(&mut self.within, Within::Structure) {
            Within::List(elements) => elements,
            Within::Structure | Within::Map(..) => Vec::new(),
        };
        written?;
        if elements.is_empty() {
            return Ok(());
        }
        let dates = schema
            .member()
            .is_some_and(|member| member.shape_type() == aws_smithy_schema::ShapeType::Timestamp);
        let joined = header_value::list(&elements, !dates);
        self.insert(header.value(), header_value::plain(&joined))
    }

    fn write_map(&mut self, schema: &Schema<'_>, write: Write<'_>) -> Result<(), SerdeError> {
        let Some(prefix) = schema.http_prefix_headers() else {
            return Ok(());
        };
        self.within = Within::Map(prefix.value().to_owned(), None);
        let written = write(self);
        self.within = Within::Structure;
        written
    }

    fn write_document(&mut self, schema: &Schema<'_>, value: &Document) -> Result<(), SerdeError> {
        if self.is_top() && schema.http_payload().is_some() {
            self.payload = Some(Payload {
                bytes: body::document(value)?,
                content_type: "application/json",
            });
        }
        Ok(())
    }

    fn write_null(&mut self, _: &Schema<'_>) -> Result<(), SerdeError> {
        Ok(())
    }
}
