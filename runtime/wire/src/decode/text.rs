//! One header, query parameter or label, read as the member bound to it.

use std::borrow::Cow;

use aws_smithy_schema::serde::{SerdeError, ShapeDeserializer};
use aws_smithy_schema::traits::TimestampFormat;
use aws_smithy_schema::{Schema, ShapeType};
use aws_smithy_types::{BigDecimal, BigInteger, Blob, DateTime, Document};

use super::scalar::{self, refuse_aggregates, scalars_from_text};

/// How a list is written in one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Separator {
    /// Header values: commas, with quoted strings; HTTP dates bring a comma of their own.
    Comma,
    /// One value each: repeated query parameters.
    Repeated,
}

/// The values of one name.
pub(super) struct Text<'v> {
    values: Vec<Cow<'v, str>>,
    separator: Separator,
    timestamps: TimestampFormat,
    /// The element at hand while a list is read.
    element: Option<Cow<'v, str>>,
}

impl<'v> Text<'v> {
    pub(super) fn new(
        values: Vec<Cow<'v, str>>,
        separator: Separator,
        timestamps: TimestampFormat,
    ) -> Self {
        Self {
            values,
            separator,
            timestamps,
            element: None,
        }
    }

    fn text(&mut self) -> Result<Cow<'v, str>, SerdeError> {
        if let Some(element) = self.element.take() {
            return Ok(element);
        }
        match &self.values[..] {
            [one] => Ok(one.clone()),
            [first, ..] if self.separator == Separator::Repeated => Ok(first.clone()),
            many => Ok(Cow::Owned(many.join(","))),
        }
    }

    fn timestamps(&self) -> TimestampFormat {
        self.timestamps
    }

    fn elements(&self, list: &Schema<'_>) -> Result<Vec<Cow<'v, str>>, SerdeError> {
        if self.separator == Separator::Repeated {
            return Ok(self.values.clone());
        }
        let http_dates = list.member().is_some_and(|member| {
            member.shape_type() == ShapeType::Timestamp
                && member
                    .timestamp_format()
                    .is_none_or(|t| t.format() == TimestampFormat::HttpDate)
        });
        let mut elements = Vec::new();
        for value in &self.values {
            split_header(value, http_dates, &mut elements)?;
        }
        Ok(elements)
    }
}

/// Splits a header value at its commas (RFC 9110, "Lists").
fn split_header<'v>(
    value: &str,
    http_dates: bool,
    out: &mut Vec<Cow<'v, str>>,
) -> Result<(), SerdeError> {
    let mut rest = value.trim();
    while !rest.is_empty() {
        if let Some(quoted) = rest.strip_prefix('"') {
            let mut element = String::new();
            let mut letters = quoted.char_indices();
            let end = loop {
                match letters.next() {
                    Some((at, '"')) => break at + 1,
                    Some((_, '\\')) => match letters.next() {
                        Some((_, escaped)) => element.push(escaped),
                        None => return Err(unfinished()),
                    },
                    Some((_, letter)) => element.push(letter),
                    None => return Err(unfinished()),
                }
            };
            out.push(Cow::Owned(element));
            rest = quoted[end..].trim_start();
            match rest.strip_prefix(',') {
                Some(after) => rest = after.trim_start(),
                None if rest.is_empty() => {}
                None => return Err(SerdeError::invalid_input("expected a comma in the list")),
            }
            continue;
        }
        let skip = if http_dates {
            rest.find(',').map_or(rest.len(), |at| at + 1)
        } else {
            0
        };
        let end = rest[skip..].find(',').map_or(rest.len(), |at| skip + at);
        out.push(Cow::Owned(rest[..end].trim().to_owned()));
        rest = rest.get(end + 1..).unwrap_or_default().trim_start();
    }
    Ok(())
}

fn unfinished() -> SerdeError {
    SerdeError::invalid_input("a quoted string does not end")
}

impl ShapeDeserializer for Text<'_> {
    scalars_from_text!();
    refuse_aggregates!(structure);
    refuse_aggregates!(map);

    fn read_blob(&mut self, _: &Schema<'_>) -> Result<Blob, SerdeError> {
        scalar::blob(&self.text()?)
    }

    fn read_string(&mut self, schema: &Schema<'_>) -> Result<String, SerdeError> {
        let text = self.text()?;
        // A string with a media type travels in a header as base64 (Smithy, "httpHeader trait").
        if schema.media_type().is_some() && schema.http_header().is_some() {
            return String::from_utf8(scalar::blob(&text)?.into_inner())
                .map_err(|_| SerdeError::invalid_input("Invalid UTF-8"));
        }
        Ok(text.into_owned())
    }

    fn read_list(
        &mut self,
        schema: &Schema<'_>,
        consumer: &mut dyn FnMut(&mut dyn ShapeDeserializer) -> Result<(), SerdeError>,
    ) -> Result<(), SerdeError> {
        if self.element.is_some() {
            return Err(SerdeError::unsupported(
                "a list in a list cannot stand here",
            ));
        }
        for element in self.elements(schema)? {
            self.element = Some(element);
            consumer(self)?;
        }
        self.element = None;
        Ok(())
    }

    fn container_size(&self) -> Option<usize> {
        None
    }
}

/// A map of names to values: prefix headers, or all query parameters.
pub(super) struct Pairs<'v> {
    entries: Vec<(String, Vec<Cow<'v, str>>)>,
    separator: Separator,
}

impl<'v> Pairs<'v> {
    pub(super) fn new(separator: Separator) -> Self {
        Self {
            entries: Vec::new(),
            separator,
        }
    }

    pub(super) fn add(&mut self, name: String, value: Cow<'v, str>) {
        match self.entries.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) => values.push(value),
            None => self.entries.push((name, vec![value])),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn text(&mut self) -> Result<Cow<'v, str>, SerdeError> {
        Err(SerdeError::type_mismatch("expected a map"))
    }

    fn timestamps(&self) -> TimestampFormat {
        TimestampFormat::DateTime
    }
}

impl ShapeDeserializer for Pairs<'_> {
    scalars_from_text!();
    refuse_aggregates!(structure);
    refuse_aggregates!(list);

    fn read_blob(&mut self, _: &Schema<'_>) -> Result<Blob, SerdeError> {
        scalar::blob(&self.text()?)
    }

    fn read_string(&mut self, _: &Schema<'_>) -> Result<String, SerdeError> {
        self.text().map(Cow::into_owned)
    }

    fn read_map(
        &mut self,
        _: &Schema<'_>,
        consumer: &mut dyn FnMut(String, &mut dyn ShapeDeserializer) -> Result<(), SerdeError>,
    ) -> Result<(), SerdeError> {
        for (name, values) in std::mem::take(&mut self.entries) {
            let mut value = Text::new(values, self.separator, TimestampFormat::DateTime);
            consumer(name, &mut value)?;
        }
        Ok(())
    }

    fn container_size(&self) -> Option<usize> {
        Some(self.entries.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(value: &str, dates: bool) -> Result<Vec<String>, SerdeError> {
        let mut out = Vec::new();
        split_header(value, dates, &mut out)?;
        Ok(out.into_iter().map(Cow::into_owned).collect())
    }

    /// The cases of Smithy's HTTP header list bindings.
    #[test]
    fn header_lists() {
        assert_eq!(split("a, b,c", false).unwrap(), ["a", "b", "c"]);
        assert_eq!(
            split(r#""b,c", "\"def\"", a"#, false).unwrap(),
            ["b,c", "\"def\"", "a"]
        );
        assert_eq!(
            split(
                "Mon, 16 Dec 2019 23:48:18 GMT, Tue, 17 Dec 2019 23:48:18 GMT",
                true
            )
            .unwrap(),
            [
                "Mon, 16 Dec 2019 23:48:18 GMT",
                "Tue, 17 Dec 2019 23:48:18 GMT"
            ]
        );
        assert!(split("\"a", false).is_err());
        assert!(split("", false).unwrap().is_empty());
    }
}
