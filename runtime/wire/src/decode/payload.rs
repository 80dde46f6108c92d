//! Members that are the body itself.

use std::borrow::Cow;

use aws_smithy_schema::serde::{SerdeError, ShapeDeserializer};
use aws_smithy_schema::traits::TimestampFormat;
use aws_smithy_schema::{Schema, ShapeType};
use aws_smithy_types::{BigDecimal, BigInteger, Blob, DateTime, Document};
use aws_smithy_xml::decode::Document as XmlDocument;

use super::scalar::{self, refuse_aggregates, scalars_from_text};
use crate::Protocol;

/// Whether the payload is the member's own bytes, rather than a document of the protocol.
pub(super) fn is_raw(member: &Schema<'_>, protocol: Protocol) -> bool {
    match member.shape_type() {
        ShapeType::Structure | ShapeType::Union | ShapeType::List | ShapeType::Map => false,
        ShapeType::Document => protocol != Protocol::RestJson,
        _ => true,
    }
}

/// Checks the root element of a payload whose member names it.
pub(super) fn check_root(member: &Schema<'_>, body: &[u8]) -> Result<(), SerdeError> {
    let Some(name) = member.xml_name() else {
        return Ok(());
    };
    let malformed = |error: &dyn std::fmt::Display| SerdeError::invalid_input(error.to_string());
    let mut document = XmlDocument::try_from(body).map_err(|error| malformed(&error))?;
    let root = document.root_element().map_err(|error| malformed(&error))?;
    if root.start_el().local() == name.value() {
        Ok(())
    } else {
        Err(SerdeError::invalid_input(format!(
            "expected the root element {}",
            name.value()
        )))
    }
}

/// A body as a blob or a text.
pub(super) struct Raw<'b>(pub(super) &'b [u8]);

impl<'b> Raw<'b> {
    fn text(&mut self) -> Result<Cow<'b, str>, SerdeError> {
        std::str::from_utf8(self.0)
            .map(Cow::Borrowed)
            .map_err(|_| SerdeError::invalid_input("Invalid UTF-8"))
    }

    fn timestamps(&self) -> TimestampFormat {
        TimestampFormat::DateTime
    }
}

impl ShapeDeserializer for Raw<'_> {
    scalars_from_text!();
    refuse_aggregates!(structure);
    refuse_aggregates!(list);
    refuse_aggregates!(map);

    fn read_blob(&mut self, _: &Schema<'_>) -> Result<Blob, SerdeError> {
        Ok(Blob::new(self.0))
    }

    fn read_string(&mut self, _: &Schema<'_>) -> Result<String, SerdeError> {
        self.text().map(Cow::into_owned)
    }

    fn container_size(&self) -> Option<usize> {
        None
    }
}
