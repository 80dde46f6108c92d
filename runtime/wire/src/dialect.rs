//! What differs between services on the wire.

use stockade_spec::catalog::Service;
use stockade_spec::constraint::Refusals;

pub use stockade_spec::catalog::Protocol;

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
    /// Messages about values that break constraints do not tell the values, nor that there is none.
    pub conceals: bool,
    /// The service's own error about values that break constraints.
    pub refusals: Option<&'static Refusals>,
}

impl<'a> Dialect<'a> {
    /// A service that adds nothing to its protocol.
    pub const fn new(protocol: Protocol) -> Self {
        Self {
            protocol,
            xml_namespace: None,
            s3: false,
            query_compatible: false,
            conceals: false,
            refusals: None,
        }
    }

    /// The dialect of a service of the catalog under one of its protocols.
    pub fn of(service: &Service, protocol: Protocol) -> Dialect<'static> {
        let s3 = service.id == "s3";
        Dialect {
            protocol,
            xml_namespace: service.xml_namespace,
            s3,
            query_compatible: service.query_compatible
                && !matches!(protocol, Protocol::Query | Protocol::Ec2Query),
            conceals: service.conceals,
            refusals: service.refusals,
        }
    }

    /// S3's dialect.
    pub const fn s3() -> Dialect<'static> {
        Dialect {
            protocol: Protocol::RestXml,
            xml_namespace: Some("http://s3.amazonaws.com/doc/2006-03-01/"),
            s3: true,
            query_compatible: false,
            conceals: false,
            refusals: None,
        }
    }

    /// The same with an XML namespace.
    #[must_use]
    pub const fn with_xml_namespace(mut self, namespace: &'a str) -> Self {
        self.xml_namespace = Some(namespace);
        self
    }

    /// Whether members are bound to labels, query, headers and payload.
    pub(crate) const fn is_rest(&self) -> bool {
        matches!(self.protocol, Protocol::RestJson | Protocol::RestXml)
    }
}
