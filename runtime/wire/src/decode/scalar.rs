//! Scalars from text, as headers, queries, labels and form parameters carry them.

use std::str::FromStr;

use aws_smithy_schema::Schema;
use aws_smithy_schema::serde::SerdeError;
use aws_smithy_schema::traits::TimestampFormat;
use aws_smithy_types::date_time::Format;
use aws_smithy_types::{Blob, DateTime, base64};

/// `true` and `false`, in any case: SDKs differ.
pub(super) fn boolean(text: &str) -> Result<bool, SerdeError> {
    if text.eq_ignore_ascii_case("true") {
        Ok(true)
    } else if text.eq_ignore_ascii_case("false") {
        Ok(false)
    } else {
        Err(invalid(text, "Boolean"))
    }
}

/// A number; `kind` is its name in the message.
pub(super) fn number<T: FromStr>(text: &str, kind: &str) -> Result<T, SerdeError> {
    // Rust's parsers also take `+1`, `inf` and `nan`, which Smithy's formats do not have.
    let plain =
        |byte: u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b'e' | b'E' | b'+');
    if text.starts_with('+') || !text.bytes().all(plain) {
        return Err(invalid(text, kind));
    }
    text.parse().map_err(|_| invalid(text, kind))
}

/// A floating-point number, with the three names that Smithy gives to what JSON has no digits for.
pub(super) fn float(text: &str, kind: &str) -> Result<f64, SerdeError> {
    match text {
        "NaN" => Ok(f64::NAN),
        "Infinity" => Ok(f64::INFINITY),
        "-Infinity" => Ok(f64::NEG_INFINITY),
        _ => number(text, kind),
    }
}

/// Base64.
pub(super) fn blob(text: &str) -> Result<Blob, SerdeError> {
    base64::decode(text)
        .map(Blob::new)
        .map_err(|_| SerdeError::invalid_input("Invalid Base64 encoding"))
}

/// A timestamp in its member's format, or in the place's.
pub(super) fn timestamp(
    text: &str,
    schema: &Schema<'_>,
    default: TimestampFormat,
) -> Result<DateTime, SerdeError> {
    let format = schema.timestamp_format().map_or(default, |t| t.format());
    let (format, wording) = match format {
        TimestampFormat::EpochSeconds => (Format::EpochSeconds, "be a number of seconds"),
        TimestampFormat::HttpDate => (Format::HttpDate, "follow RFC 7231"),
        _ => (Format::DateTimeWithOffset, "follow ISO8601"),
    };
    DateTime::from_str(text, format)
        .map_err(|_| SerdeError::invalid_input(format!("timestamp must {wording}")))
}

fn invalid(text: &str, kind: &str) -> SerdeError {
    SerdeError::invalid_input(format!("{text} can not be converted to {kind}"))
}

/// The scalar half of [`ShapeDeserializer`](aws_smithy_schema::serde::ShapeDeserializer), strings
/// and blobs apart, for a type with `fn text(&mut self) -> Result<Cow<str>, SerdeError>` and
/// `fn timestamps(&self) -> TimestampFormat`.
macro_rules! scalars_from_text {
    () => {
        fn read_boolean(&mut self, _: &Schema<'_>) -> Result<bool, SerdeError> {
            scalar::boolean(&self.text()?)
        }
        fn read_byte(&mut self, _: &Schema<'_>) -> Result<i8, SerdeError> {
            scalar::number(&self.text()?, "Byte")
        }
        fn read_short(&mut self, _: &Schema<'_>) -> Result<i16, SerdeError> {
            scalar::number(&self.text()?, "Short")
        }
        fn read_integer(&mut self, _: &Schema<'_>) -> Result<i32, SerdeError> {
            scalar::number(&self.text()?, "Integer")
        }
        fn read_long(&mut self, _: &Schema<'_>) -> Result<i64, SerdeError> {
            scalar::number(&self.text()?, "Long")
        }
        fn read_float(&mut self, _: &Schema<'_>) -> Result<f32, SerdeError> {
            scalar::float(&self.text()?, "Float").map(|wide| wide as f32)
        }
        fn read_double(&mut self, _: &Schema<'_>) -> Result<f64, SerdeError> {
            scalar::float(&self.text()?, "Double")
        }
        fn read_big_integer(&mut self, _: &Schema<'_>) -> Result<BigInteger, SerdeError> {
            scalar::number(&self.text()?, "BigInteger")
        }
        fn read_big_decimal(&mut self, _: &Schema<'_>) -> Result<BigDecimal, SerdeError> {
            scalar::number(&self.text()?, "BigDecimal")
        }
        fn read_timestamp(&mut self, schema: &Schema<'_>) -> Result<DateTime, SerdeError> {
            let default = self.timestamps();
            scalar::timestamp(&self.text()?, schema, default)
        }
        fn read_document(&mut self, _: &Schema<'_>) -> Result<Document, SerdeError> {
            Err(SerdeError::unsupported("a document cannot stand here"))
        }
        fn is_null(&self) -> bool {
            false
        }
        fn skip_value(&mut self) -> Result<(), SerdeError> {
            Ok(())
        }
    };
}

/// Aggregates that cannot stand in a place.
macro_rules! refuse_aggregates {
    (structure) => {
        fn read_struct(
            &mut self,
            _: &Schema<'_>,
            _: &mut dyn FnMut(&Schema<'_>, &mut dyn ShapeDeserializer) -> Result<(), SerdeError>,
        ) -> Result<(), SerdeError> {
            Err(SerdeError::type_mismatch("a structure cannot stand here"))
        }
    };
    (list) => {
        fn read_list(
            &mut self,
            _: &Schema<'_>,
            _: &mut dyn FnMut(&mut dyn ShapeDeserializer) -> Result<(), SerdeError>,
        ) -> Result<(), SerdeError> {
            Err(SerdeError::type_mismatch("a list cannot stand here"))
        }
    };
    (map) => {
        fn read_map(
            &mut self,
            _: &Schema<'_>,
            _: &mut dyn FnMut(String, &mut dyn ShapeDeserializer) -> Result<(), SerdeError>,
        ) -> Result<(), SerdeError> {
            Err(SerdeError::type_mismatch("a map cannot stand here"))
        }
    };
}

pub(super) use {refuse_aggregates, scalars_from_text};
