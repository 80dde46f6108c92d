//! Cases about documents: accepted, or refused in AWS's words.

use serde::Deserialize;
use stockade_policy::{Policy, PolicyKind};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Document {
    kind: Kind,
    /// The document.
    text: Option<String>,
    /// Or its statement alone.
    statement: Option<String>,
    /// AWS's message; without one the document is accepted.
    message: Option<String>,
    /// Where the fault is.
    at: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Identity,
    Managed,
    Session,
    Resource,
    ResourceImplied,
    Trust,
    ServiceControl,
    ResourceControl,
    VpcEndpoint,
}

impl Kind {
    fn of_policy(self) -> PolicyKind {
        match self {
            Kind::Identity => PolicyKind::Identity,
            Kind::Managed => PolicyKind::Managed,
            Kind::Session => PolicyKind::Session,
            Kind::Resource => PolicyKind::Resource,
            Kind::ResourceImplied => PolicyKind::ResourceImplied,
            Kind::Trust => PolicyKind::Trust,
            Kind::ServiceControl => PolicyKind::ServiceControl,
            Kind::ResourceControl => PolicyKind::ResourceControl,
            Kind::VpcEndpoint => PolicyKind::VpcEndpoint,
        }
    }
}

impl Document {
    pub(crate) fn failure(&self) -> Option<String> {
        let text = match (&self.text, &self.statement) {
            (Some(text), None) => text.clone(),
            (None, Some(statement)) => {
                format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#)
            }
            _ => return Some("a case has either a text or a statement".to_owned()),
        };
        match (
            Policy::parse_strict(&text, self.kind.of_policy()),
            &self.message,
        ) {
            (Ok(_), None) => None,
            (Ok(_), Some(message)) => Some(format!("accepted instead of refused with: {message}")),
            (Err(error), None) => Some(format!(
                "refused instead of accepted: {error} ({} at {})",
                error.detail(),
                error.position()
            )),
            (Err(error), Some(message)) if error.message() != message => Some(format!(
                "refused with: {error} ({})\n  instead of: {message}",
                error.detail()
            )),
            (Err(error), Some(_)) => {
                let place = error.position().to_string();
                self.at
                    .as_ref()
                    .filter(|at| **at != place)
                    .map(|at| format!("found at {place} instead of {at}"))
            }
        }
    }
}
