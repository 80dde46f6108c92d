//! Body documents.

use std::sync::LazyLock;

use aws_smithy_cbor::codec::CborCodec;
use aws_smithy_json::codec::{JsonCodec, JsonCodecSettings};
use aws_smithy_schema::codec::{Codec, FinishSerializer};
use aws_smithy_schema::serde::{SerdeError, SerializableStruct, ShapeSerializer};
use aws_smithy_schema::{Schema, prelude};
use aws_smithy_types::Document;
use bytes::Bytes;

use super::xml::{self, Xml};
use crate::{Dialect, Protocol};

/// S3's and EC2's declaration.
pub(crate) const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
/// The declaration of the other restXml services.
pub(crate) const SHORT_DECLARATION: &str = "<?xml version=\"1.0\"?>\n";

static JSON_RPC: LazyLock<JsonCodec> =
    LazyLock::new(|| JsonCodec::new(JsonCodecSettings::builder().use_json_name(false).build()));
static JSON_REST: LazyLock<JsonCodec> =
    LazyLock::new(|| JsonCodec::new(JsonCodecSettings::builder().build()));
static CBOR: LazyLock<CborCodec> = LazyLock::new(CborCodec::default);

/// The content type of a protocol's bodies.
pub(crate) const fn content_type(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::AwsJson1_0 => "application/x-amz-json-1.0",
        Protocol::AwsJson1_1 => "application/x-amz-json-1.1",
        Protocol::RestJson => "application/json",
        Protocol::RestXml => "application/xml",
        Protocol::Query => "text/xml",
        Protocol::Ec2Query => "text/xml;charset=UTF-8",
        Protocol::RpcV2Cbor => "application/cbor",
    }
}

/// The XML declaration of a service's answers; IAM and its kind write none.
pub(crate) const fn declaration(dialect: &Dialect<'_>) -> &'static str {
    match dialect.protocol {
        Protocol::RestXml if dialect.s3 => DECLARATION,
        Protocol::RestXml => SHORT_DECLARATION,
        Protocol::Ec2Query => DECLARATION,
        _ => "",
    }
}

/// A JSON or CBOR document of a structure.
pub(crate) fn structure(
    protocol: Protocol,
    value: &dyn SerializableStruct,
) -> Result<Bytes, SerdeError> {
    fn with<C: Codec>(codec: &C, value: &dyn SerializableStruct) -> Result<Bytes, SerdeError> {
        let mut serializer = codec.create_serializer();
        serializer.write_struct(value.schema(), value)?;
        Ok(Bytes::from(serializer.finish()))
    }
    match protocol {
        Protocol::AwsJson1_0 | Protocol::AwsJson1_1 => with(&*JSON_RPC, value),
        Protocol::RpcV2Cbor => with(&*CBOR, value),
        Protocol::RestJson | Protocol::RestXml | Protocol::Query | Protocol::Ec2Query => {
            with(&*JSON_REST, value)
        }
    }
}

/// A JSON document of a document.
pub(super) fn document(value: &Document) -> Result<Bytes, SerdeError> {
    let mut serializer = JSON_REST.create_serializer();
    // Under its member's schema the codec would write the member's name before it.
    serializer.write_document(&prelude::DOCUMENT, value)?;
    Ok(Bytes::from(serializer.finish()))
}

/// Writes the element `root` around a structure's members, with the service's namespace where the shape has none.
pub(crate) fn element(
    out: &mut String,
    root: Option<&str>,
    namespace: Option<&str>,
    value: &dyn SerializableStruct,
) -> Result<(), SerdeError> {
    Xml::document(out, root, namespace).write_struct(value.schema(), value)
}

/// Writes a structure's members as elements, without one around them.
pub(crate) fn elements(out: &mut String, value: &dyn SerializableStruct) -> Result<(), SerdeError> {
    value.serialize_members(&mut Xml::members(out))
}

/// Writes the document of an output whose only member is the root element itself (S3's
/// `GetBucketLocation`); an absent member is an empty element.
pub(super) fn unwrapped(
    out: &mut String,
    dialect: &Dialect<'_>,
    value: &dyn SerializableStruct,
) -> Result<(), SerdeError> {
    let before = out.len();
    value.serialize_members(&mut Xml::document(out, None, dialect.xml_namespace))?;
    if out.len() == before
        && let Some(member) = value.schema().members().first()
    {
        let name = xml::name(member);
        let namespace = dialect.xml_namespace.unwrap_or_default();
        out.push_str(&format!("<{name} xmlns=\"{namespace}\"/>"));
    }
    Ok(())
}

/// The document of a payload structure.
pub(super) fn payload(
    dialect: &Dialect<'_>,
    member: &Schema<'_>,
    value: &dyn SerializableStruct,
) -> Result<Bytes, SerdeError> {
    if dialect.protocol != Protocol::RestXml {
        return structure(dialect.protocol, value);
    }
    let namespace = member
        .xml_namespace()
        .map(|namespace| namespace.uri())
        .or(dialect.xml_namespace);
    let name = member.xml_name().map(|name| name.value());
    let mut document = declaration(dialect).to_owned();
    element(&mut document, name, namespace, value)?;
    Ok(Bytes::from(document))
}
