//! What differs between services on the wire.

/// The protocol a service speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// `awsJson1_0`: RPC with `X-Amz-Target` and JSON bodies.
    AwsJson10,
    /// `awsJson1_1`: as [`Protocol::AwsJson10`], with another content type.
    AwsJson11,
    /// `restJson1`: HTTP bindings and JSON bodies.
    RestJson1,
    /// `restXml`: HTTP bindings and XML bodies.
    RestXml,
    /// `awsQuery`: form parameters in, XML out.
    AwsQuery,
    /// `ec2Query`: as [`Protocol::AwsQuery`], with names and lists of its own.
    Ec2Query,
    /// `rpcv2Cbor`: RPC with CBOR bodies.
    RpcV2Cbor,
}

impl Protocol {
    /// Whether members are bound to labels, query, headers and payload.
    pub const fn is_rest(self) -> bool {
        matches!(self, Self::RestJson1 | Self::RestXml)
    }

    /// Whether requests are form parameters.
    pub const fn is_form(self) -> bool {
        matches!(self, Self::AwsQuery | Self::Ec2Query)
    }
}

/// How one service speaks: its protocol and what its model adds to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect<'a> {
    /// The protocol.
    pub protocol: Protocol,
    /// The service's XML namespace, for example `https://iam.amazonaws.com/doc/2010-05-08/`.
    pub xml_namespace: Option<&'a str>,
    /// The service is S3: signatures are computed over the path as sent, errors stand without a
    /// wrapper, and answers carry `x-amz-request-id` and `x-amz-id-2`.
    pub s3: bool,
    /// The service once spoke the query protocol and tells query's error codes in a header
    /// (`awsQueryCompatible`).
    pub query_compatible: bool,
}

impl<'a> Dialect<'a> {
    /// A service that adds nothing to its protocol.
    pub const fn new(protocol: Protocol) -> Self {
        Self {
            protocol,
            xml_namespace: None,
            s3: false,
            query_compatible: false,
        }
    }

    /// S3's dialect.
    pub const fn s3() -> Dialect<'static> {
        Dialect {
            protocol: Protocol::RestXml,
            xml_namespace: Some("http://s3.amazonaws.com/doc/2006-03-01/"),
            s3: true,
            query_compatible: false,
        }
    }

    /// The same with an XML namespace.
    #[must_use]
    pub const fn with_xml_namespace(mut self, namespace: &'a str) -> Self {
        self.xml_namespace = Some(namespace);
        self
    }
}
