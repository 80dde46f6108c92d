//! The catalog of all services: what they are called, which protocols they speak, how their
//! operations stand on the wire, of which shapes they are made and what they need to be allowed.
//!
//! The tables are generated; the operations of a service are kept as text and read on first use.
//!
//! ```
//! use stockade_spec::catalog::{Auth, Operations, Segment};
//!
//! let operations = Operations::new("GetObject GET /{Bucket}/{Key+}?x-id=GetObject\n");
//! let get = operations.by_name("GetObject").unwrap();
//! assert_eq!(get.path[..], [Segment::Label("Bucket"), Segment::Greedy("Key")]);
//! assert_eq!(get.query[..], [("x-id", Some("GetObject"))]);
//! assert_eq!(get.auth, Auth::SigV4);
//! ```

use std::sync::OnceLock;

use crate::constraint::Refusals;

/// All services and the ways to find one.
#[derive(Debug)]
pub struct Catalog {
    /// Sorted by [`Service::id`].
    pub services: &'static [Service],
    /// By the name in credential scopes: `lambda`, `s3`, `monitoring`.
    pub by_signing_name: Index,
    /// By what precedes the dot in `X-Amz-Target`; the service's name under RPC v2 too.
    pub by_target_prefix: Index,
    /// By the label (or labels, with their dots) of a host that name the service:
    /// `data.iot` of `data.iot.eu-west-1.amazonaws.com`.
    pub by_host: Index,
    /// Services of the query and EC2 protocols by `Version`.
    pub by_query_version: Index,
}

/// Keys and the places of their services in [`Catalog::services`], sorted by key.
pub type Index = &'static [(&'static str, &'static [u16])];

impl Catalog {
    /// The service of an id, for example `lambda`.
    pub fn service(&self, id: &str) -> Option<&'static Service> {
        let place = self
            .services
            .binary_search_by(|service| service.id.cmp(id))
            .ok()?;
        self.services.get(place)
    }

    /// The services that one of the indexes knows under a key: none, one, or several that only the
    /// rest of the request tells apart.
    pub fn find(&self, index: Index, key: &str) -> impl Iterator<Item = &'static Service> + use<> {
        let services = self.services;
        let places = match index.binary_search_by(|(other, _)| (*other).cmp(key)) {
            Ok(place) => index[place].1,
            Err(_) => &[],
        };
        places
            .iter()
            .filter_map(move |place| services.get(usize::from(*place)))
    }
}

/// One service.
#[derive(Debug)]
pub struct Service {
    /// botocore's name of it, for example `lambda`.
    pub id: &'static str,
    /// The model's `serviceId`, for example `Lambda`.
    pub service_id: &'static str,
    /// The service in credential scopes.
    pub signing_name: &'static str,
    /// What its hosts begin with.
    pub endpoint_prefix: &'static str,
    /// What precedes the dot in `X-Amz-Target`; the service's name under RPC v2.
    pub target_prefix: Option<&'static str>,
    /// For example `2015-03-31`.
    pub api_version: &'static str,
    /// All that its clients may speak, the default first; never empty.
    pub protocols: &'static [Protocol],
    /// The namespace of its XML.
    pub xml_namespace: Option<&'static str>,
    /// The host of a service without regions, for example `iam.amazonaws.com`.
    pub global_endpoint: Option<&'static str>,
    /// Errors under newer protocols also carry the query protocol's code.
    pub query_compatible: bool,
    /// Messages about values that break constraints do not tell the values.
    pub conceals: bool,
    /// Its own error about values that break constraints; most have the protocol's.
    pub refusals: Option<&'static Refusals>,
    /// Its operations.
    pub operations: Operations,
    /// Its shapes: the text of `generated/catalog/shapes`.
    pub shapes: Packed,
    /// What its operations need: the table of `generated/catalog/permissions`.
    pub permissions: Packed,
}

/// A text that lies deflated (in zlib's format) in the binary until someone asks for it.
#[derive(Debug, Clone, Copy)]
pub struct Packed(pub &'static [u8]);

/// A way of putting shapes on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// `awsJson1_0`: `X-Amz-Target`, JSON.
    AwsJson1_0,
    /// `awsJson1_1`: the same with another content type.
    AwsJson1_1,
    /// `restJson1`: methods and paths, JSON.
    RestJson,
    /// `restXml`: methods and paths, XML.
    RestXml,
    /// `awsQuery`: forms in, XML out.
    Query,
    /// `ec2Query`: EC2's form of it.
    Ec2Query,
    /// `smithy-rpc-v2-cbor`: `/service/…/operation/…`, CBOR.
    RpcV2Cbor,
}

/// A service's operations, read from their text on first use.
#[derive(Debug)]
pub struct Operations {
    text: &'static str,
    parsed: OnceLock<Box<[CatalogOperation]>>,
}

/// One operation on the wire.
#[derive(Debug, PartialEq, Eq)]
pub struct CatalogOperation {
    /// For example `CreateFunction`.
    pub name: &'static str,
    /// The name on the wire where it differs (CloudFront's carry the API's version).
    pub wire_name: &'static str,
    /// The HTTP method.
    pub method: &'static str,
    /// The path between its slashes; empty for `/`.
    pub path: Box<[Segment]>,
    /// Whether the path ends in a slash that is not the first one.
    pub trailing_slash: bool,
    /// Query parameters that the request must have: constant ones, and where another operation has
    /// the same method and URI, those of required members.
    pub query: Box<[(&'static str, Option<&'static str>)]>,
    /// Headers that the request must have, in lower case, where another operation has the same
    /// method and URI.
    pub headers: Box<[&'static str]>,
    /// A second method that clients use.
    pub also: Option<&'static str>,
    /// The name in credential scopes that tells the operation from another one with the same method
    /// and URI.
    pub signing_name: Option<&'static str>,
    /// The service and operation that is served where nothing on the wire tells the two apart.
    pub served_as: Option<(&'static str, &'static str)>,
    /// The operation that takes its place where a member of the body says so, and nothing else does.
    pub rival: Option<Rival>,
    /// How callers are authenticated.
    pub auth: Auth,
    /// The body is not part of the signature.
    pub unsigned_payload: bool,
    /// The body must come with a checksum or `Content-MD5`.
    pub checksum_required: bool,
    /// What precedes the endpoint's host, with labels: `{AccountId}.`.
    pub host_prefix: Option<&'static str>,
}

/// An operation that only its body tells from another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rival {
    /// The member of the body that it requires and the other one does not have.
    pub member: &'static str,
    /// Its service.
    pub service: &'static str,
    /// Its name.
    pub operation: &'static str,
}

/// One part of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Segment {
    /// This text.
    Literal(&'static str),
    /// One segment, bound to the member.
    Label(&'static str),
    /// One or more segments, bound to the member.
    Greedy(&'static str),
}

/// How an operation's callers are authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// With a signature.
    SigV4,
    /// Not at all.
    Unsigned,
    /// With a bearer token.
    Bearer,
}

impl Operations {
    /// Operations from their text: one a line, `Name METHOD /uri?query flag…`, sorted by name.
    /// Empty lines and those that begin with `#` are passed over, as is a line that is malformed:
    /// its operation is then unknown.
    pub const fn new(text: &'static str) -> Self {
        Self {
            text,
            parsed: OnceLock::new(),
        }
    }

    /// All of them, sorted by name.
    pub fn all(&self) -> &[CatalogOperation] {
        self.parsed.get_or_init(|| {
            self.text
                .lines()
                .filter_map(CatalogOperation::parse)
                .collect()
        })
    }

    /// The operation of a name.
    pub fn by_name(&self, name: &str) -> Option<&CatalogOperation> {
        let all = self.all();
        let place = all
            .binary_search_by(|operation| operation.name.cmp(name))
            .ok()?;
        all.get(place)
    }
}

impl CatalogOperation {
    fn parse(line: &'static str) -> Option<Self> {
        if line.starts_with('#') {
            return None;
        }
        let mut words = line.split(' ');
        let (name, method, uri) = (words.next()?, words.next()?, words.next()?);
        let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
        let inner = path.strip_prefix('/')?;
        let trimmed = inner.strip_suffix('/').unwrap_or(inner);
        let mut operation = Self {
            name,
            wire_name: name,
            method,
            path: trimmed
                .split('/')
                .filter(|part| !part.is_empty())
                .map(Segment::parse)
                .collect(),
            trailing_slash: trimmed.len() < inner.len(),
            query: query
                .split('&')
                .filter(|part| !part.is_empty())
                .map(|part| match part.split_once('=') {
                    Some((key, value)) => (key, Some(value)),
                    None => (part, None),
                })
                .collect(),
            headers: Box::default(),
            also: None,
            signing_name: None,
            served_as: None,
            rival: None,
            auth: Auth::SigV4,
            unsigned_payload: false,
            checksum_required: false,
            host_prefix: None,
        };
        let mut headers = Vec::new();
        for flag in words {
            match flag.split_once('=') {
                None if flag == "unsigned" => operation.auth = Auth::Unsigned,
                None if flag == "bearer" => operation.auth = Auth::Bearer,
                None if flag == "unsigned-payload" => operation.unsigned_payload = true,
                None if flag == "checksum" => operation.checksum_required = true,
                Some(("header", name)) => headers.push(name),
                Some(("host", prefix)) => operation.host_prefix = Some(prefix),
                Some(("wire", name)) => operation.wire_name = name,
                Some(("also", method)) => operation.also = Some(method),
                Some(("signed", name)) => operation.signing_name = Some(name),
                Some(("as", name)) => operation.served_as = Some(name.split_once(':')?),
                Some(("unless", text)) => {
                    let (member, name) = text.split_once(':')?;
                    let (service, operation_name) = name.split_once(':')?;
                    operation.rival = Some(Rival {
                        member,
                        service,
                        operation: operation_name,
                    });
                }
                _ => return None,
            }
        }
        operation.headers = headers.into();
        Some(operation)
    }

    /// Whether method, path and constant query are those of the operation. `path` begins with `/`
    /// and is still percent-encoded; `has` answers whether the request's query has a parameter,
    /// with that value where one is given.
    ///
    /// Several operations of a service can match: the one with more literal segments, and then with
    /// more constant query, is meant. [`specificity`](Self::specificity) puts them in order.
    pub fn matches(
        &self,
        method: &str,
        path: &str,
        has: impl Fn(&str, Option<&str>) -> bool,
    ) -> bool {
        self.has_method(method)
            && self.matches_path(path)
            && self.query.iter().all(|(key, value)| {
                // Clients send the operation's name as a help to logs; a hand-made request has none.
                *key == "x-id" || has(key, *value)
            })
    }

    /// Whether requests come with this method.
    pub fn has_method(&self, method: &str) -> bool {
        self.method == method || self.also == Some(method)
    }

    /// Literal segments, then segments that are not greedy, then constant query parameters: of the
    /// operations that match a request, the greatest is meant.
    pub fn specificity(&self) -> (usize, usize, usize) {
        let literals = self
            .path
            .iter()
            .filter(|part| matches!(part, Segment::Literal(_)))
            .count();
        let single = self
            .path
            .iter()
            .filter(|part| !matches!(part, Segment::Greedy(_)))
            .count();
        let query = self.query.iter().filter(|(key, _)| *key != "x-id").count();
        (literals, single, query)
    }

    fn matches_path(&self, path: &str) -> bool {
        let Some(path) = path.strip_prefix('/') else {
            return false;
        };
        let greedy = self
            .path
            .iter()
            .position(|part| matches!(part, Segment::Greedy(_)));
        let Some(greedy) = greedy else {
            // A slash too many at the end is forgiven, as AWS's front ends do.
            let path = path.strip_suffix('/').unwrap_or(path);
            let mut parts = path.split('/').filter(|_| !path.is_empty());
            return self
                .path
                .iter()
                .all(|segment| parts.next().is_some_and(|part| segment.matches(part)))
                && parts.next().is_none();
        };
        let parts: Vec<&str> = path.split('/').collect();
        let after = self.path.len() - greedy - 1;
        // What is bound to the greedy label must not be empty: `/bucket/` names no key.
        parts.len() > greedy + after
            && self.path[..greedy]
                .iter()
                .zip(&parts)
                .all(|(segment, part)| segment.matches(part))
            && parts[greedy..parts.len() - after]
                .iter()
                .any(|part| !part.is_empty())
            && self.path[greedy + 1..]
                .iter()
                .zip(&parts[parts.len() - after..])
                .all(|(segment, part)| segment.matches(part))
    }
}

impl Segment {
    fn parse(text: &'static str) -> Self {
        match text
            .strip_prefix('{')
            .and_then(|label| label.strip_suffix('}'))
        {
            Some(label) => match label.strip_suffix('+') {
                Some(label) => Self::Greedy(label),
                None => Self::Label(label),
            },
            None => Self::Literal(text),
        }
    }

    fn matches(self, part: &str) -> bool {
        match self {
            Self::Literal(text) => text == part,
            Self::Label(_) | Self::Greedy(_) => !part.is_empty(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static TEXT: &str = "# header\n\
        CreateThing PUT /v1/things/ wire=CreateThing2020_05_31 also=POST\n\
        DeleteObject DELETE /{Bucket}/{Key+}?x-id=DeleteObject\n\
        GetObjectAcl GET /{Bucket}/{Key+}?acl\n\
        GetPolicy GET /mrap/{name+}/policy\n\
        Odd GET /odd surprising\n\
        Root GET / unsigned host={AccountId}.\n\
        SelectType GET /{Bucket}?list-type=2 bearer unsigned-payload\n\
        Twin GET / signed=other as=service:Root unless=Payload:service:Other\n";

    fn none(_: &str, _: Option<&str>) -> bool {
        false
    }

    #[test]
    fn lines_become_operations() {
        let operations = Operations::new(TEXT);
        // The header is passed over, as is the line with an unknown flag.
        assert_eq!(operations.all().len(), 7);
        let root = operations.by_name("Root").unwrap();
        assert!(root.path.is_empty() && !root.trailing_slash);
        assert_eq!(
            (root.auth, root.host_prefix),
            (Auth::Unsigned, Some("{AccountId}."))
        );
        let select = operations.by_name("SelectType").unwrap();
        assert_eq!(select.query[..], [("list-type", Some("2"))]);
        assert_eq!((select.auth, select.unsigned_payload), (Auth::Bearer, true));
        let create = operations.by_name("CreateThing").unwrap();
        assert_eq!(
            (create.wire_name, create.trailing_slash),
            ("CreateThing2020_05_31", true)
        );
        assert!(create.has_method("PUT") && create.has_method("POST"));
        let twin = operations.by_name("Twin").unwrap();
        assert_eq!(
            (twin.signing_name, twin.served_as),
            (Some("other"), Some(("service", "Root")))
        );
        let rival = Rival {
            member: "Payload",
            service: "service",
            operation: "Other",
        };
        assert_eq!(twin.rival, Some(rival));
        assert!(operations.by_name("Odd").is_none());
    }

    #[test]
    fn requests_are_matched() {
        let operations = Operations::new(TEXT);
        let matches = |name: &str, method: &str, path: &str| {
            operations
                .by_name(name)
                .unwrap()
                .matches(method, path, none)
        };
        assert!(matches("DeleteObject", "DELETE", "/b/a/deep/key"));
        assert!(matches("DeleteObject", "DELETE", "/b//a/"));
        assert!(!matches("DeleteObject", "DELETE", "/b/"), "no key");
        assert!(!matches("DeleteObject", "DELETE", "/b"));
        assert!(!matches("DeleteObject", "GET", "/b/k"));
        assert!(matches("CreateThing", "PUT", "/v1/things"));
        assert!(!matches("CreateThing", "PUT", "/v1/things/x"));
        assert!(matches("GetPolicy", "GET", "/mrap/a/b/policy"));
        assert!(!matches("GetPolicy", "GET", "/mrap/policy"));
        assert!(matches("Root", "GET", "/"));
        assert!(!matches("Root", "GET", "/x"));
        assert!(
            !matches("GetObjectAcl", "GET", "/b/k"),
            "the constant query is missing"
        );
        let acl = operations.by_name("GetObjectAcl").unwrap();
        assert!(acl.matches("GET", "/b/k", |key, value| key == "acl" && value.is_none()));
    }

    #[test]
    fn services_are_found() {
        static SERVICES: [Service; 2] = [service("a"), service("b")];
        static CATALOG: Catalog = Catalog {
            services: &SERVICES,
            by_signing_name: &[("other", &[1]), ("same", &[0, 1])],
            by_target_prefix: &[],
            by_host: &[],
            by_query_version: &[],
        };
        let ids = |key| -> Vec<&str> {
            CATALOG
                .find(CATALOG.by_signing_name, key)
                .map(|service| service.id)
                .collect()
        };
        assert_eq!(
            (ids("same"), ids("other"), ids("none")),
            (vec!["a", "b"], vec!["b"], vec![])
        );
        assert_eq!(CATALOG.service("b").unwrap().id, "b");
        assert!(CATALOG.service("c").is_none());
    }

    const fn service(id: &'static str) -> Service {
        Service {
            id,
            service_id: id,
            signing_name: id,
            endpoint_prefix: id,
            target_prefix: None,
            api_version: "2020-01-01",
            protocols: &[Protocol::RestJson],
            xml_namespace: None,
            global_endpoint: None,
            query_compatible: false,
            conceals: false,
            refusals: None,
            operations: Operations::new(""),
            shapes: Packed(&[]),
            permissions: Packed(&[]),
        }
    }
}
