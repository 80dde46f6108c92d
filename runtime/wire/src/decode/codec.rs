//! The body codecs, set up for a server: strict, with an explicit depth.

use std::sync::LazyLock;

use aws_smithy_cbor::codec::{CborCodec, CborCodecSettings};
use aws_smithy_json::codec::{JsonCodec, JsonCodecSettings};
use aws_smithy_schema::codec::Codec;
use aws_smithy_schema::serde::{SerdeError, ShapeDeserializer};
use aws_smithy_xml::codec::{XmlCodec, XmlCodecSettings};

use super::MAX_DEPTH;
use crate::Protocol;

static JSON_RPC: LazyLock<JsonCodec> = LazyLock::new(|| json(false));
static JSON_REST: LazyLock<JsonCodec> = LazyLock::new(|| json(true));

static XML: LazyLock<XmlCodec> = LazyLock::new(|| {
    // The root's name is checked by the binder: a payload's root is named by its member, which the
    // codec does not see.
    XmlCodec::new(
        XmlCodecSettings::builder()
            .validate_document(true)
            .strict_collection_element_names(true)
            .max_depth(MAX_DEPTH)
            .build(),
    )
});

// The codec has no setter for the depth; its own limit of 128 stands.
static CBOR: LazyLock<CborCodec> =
    LazyLock::new(|| CborCodec::new(CborCodecSettings::default().enforce_strictness(true)));

/// awsJson takes no notice of `jsonName`; restJson1 does (Smithy, "AWS JSON protocols").
fn json(use_json_name: bool) -> JsonCodec {
    JsonCodec::new(
        JsonCodecSettings::builder()
            .enforce_strictness(true)
            .validate_skipped_string_encoding(true)
            .use_json_name(use_json_name)
            .max_depth(MAX_DEPTH)
            .build(),
    )
}

/// Runs `f` with the deserializer of a body that is not a form.
pub(super) fn with_body<T>(
    protocol: Protocol,
    body: &[u8],
    f: impl FnOnce(&mut dyn ShapeDeserializer) -> Result<T, SerdeError>,
) -> Result<T, SerdeError> {
    match protocol {
        Protocol::AwsJson1_0 | Protocol::AwsJson1_1 => f(&mut JSON_RPC.create_deserializer(body)),
        Protocol::RestJson => f(&mut JSON_REST.create_deserializer(body)),
        Protocol::RestXml => f(&mut XML.create_deserializer(body)),
        Protocol::RpcV2Cbor => f(&mut CBOR.create_deserializer(body)),
        Protocol::Query | Protocol::Ec2Query => {
            Err(SerdeError::unsupported("a form is not read by a codec"))
        }
    }
}
