//! Where a member stands on the wire, and what it is called there.

use crate::model::{Location, Member, Model, Protocol, Shape, ShapeKind};

/// A member's place in the HTTP message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Binding {
    /// In the body, under names that are the member's own where they are `None`.
    Body {
        json: Option<String>,
        xml: Option<String>,
    },
    /// In the header of this name, in lower case.
    Header(String),
    /// In the headers that begin so.
    PrefixHeaders(String),
    Label,
    Query(String),
    /// All query parameters that no other member takes.
    QueryParameters,
    Status,
}

/// The binding of a member to the protocols that its service speaks.
pub(super) fn binding(model: &Model, name: &str, member: &Member, target: &Shape) -> Binding {
    let wire = member.location_name.as_deref().unwrap_or(name).to_owned();
    match member.location {
        Some(Location::Header) => Binding::Header(wire.to_ascii_lowercase()),
        Some(Location::PrefixHeaders) => Binding::PrefixHeaders(wire),
        Some(Location::Uri) => Binding::Label,
        Some(Location::Query) if matches!(target.kind, ShapeKind::Map { .. }) => {
            Binding::QueryParameters
        }
        Some(Location::Query) => Binding::Query(wire),
        Some(Location::StatusCode) => Binding::Status,
        None => {
            let protocols = model.protocols();
            let speaks = |protocol: Protocol| protocols.contains(&protocol);
            let other = (wire != name).then_some(wire);
            // EC2's parameters have a name of their own where a model gives one; the schema keeps it as the JSON name.
            let json = match &member.query_name {
                Some(query) if speaks(Protocol::Ec2Query) => Some(query.clone()),
                _ => other
                    .clone()
                    .filter(|_| protocols.iter().any(|protocol| protocol.is_json())),
            };
            let xml = other.filter(|_| protocols.iter().any(|protocol| !protocol.is_json()));
            Binding::Body { json, xml }
        }
    }
}
