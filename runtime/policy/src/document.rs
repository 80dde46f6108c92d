//! A policy document: from its text to its compiled form.

use std::fmt;

use crate::error::ParseError;
use crate::grammar::PolicyKind;
use crate::index::ActionIndex;
use crate::reader::Reader;
use crate::statement::Statement;

/// The version of the policy language that a document is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// `2008-10-17`, which is also meant when a document says none: no policy variables.
    V2008,
    /// `2012-10-17`.
    V2012,
}

/// A policy, compiled. Meant to be kept in an [`Arc`](std::sync::Arc) and shared by all requests.
#[derive(Debug, Clone)]
pub struct Policy {
    pub(crate) text: Box<str>,
    pub(crate) kind: PolicyKind,
    pub(crate) version: Version,
    pub(crate) id: Option<Box<str>>,
    pub(crate) statements: Box<[Statement]>,
    pub(crate) index: Option<ActionIndex>,
}

impl Policy {
    /// Parses and compiles a document.
    ///
    /// A condition operator that is not known here does not make the document wrong: the policy carries it and
    /// [fails closed](Statement::unknown_operator). To refuse it as AWS does, use [`Policy::parse_strict`].
    ///
    /// # Errors
    /// With AWS's message when the grammar of this kind of policy refuses the document.
    pub fn parse(text: &str, kind: PolicyKind) -> Result<Self, ParseError> {
        Reader::new(kind, None).policy(text)
    }

    /// As [`Policy::parse`], with the strictness that AWS has towards whoever puts a policy: an operator that is not known
    /// here is an error, and so is a variable in the account's place of a resource's ARN.
    ///
    /// # Errors
    /// As [`Policy::parse`].
    pub fn parse_strict(text: &str, kind: PolicyKind) -> Result<Self, ParseError> {
        Self::parse_stricter(text, kind, &|_| None)
    }

    /// As [`Policy::parse_strict`], with what the caller knows of the resources of single services: asked for each
    /// well-formed entry of `Resource`, it gives the message that refuses it.
    ///
    /// # Errors
    /// As [`Policy::parse`].
    ///
    /// ```
    /// use stockade_policy::{Policy, PolicyKind};
    ///
    /// let text = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b"}}"#;
    /// let unknown = |resource: &str| Some(format!("Nobody knows {resource}."));
    /// let error = Policy::parse_stricter(text, PolicyKind::Managed, &unknown).unwrap_err();
    /// assert_eq!(error.message(), "Nobody knows arn:aws:s3:::b.");
    /// ```
    pub fn parse_stricter(
        text: &str,
        kind: PolicyKind,
        resource_fault: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ParseError> {
        Reader::new(kind, Some(resource_fault)).policy(text)
    }

    /// The document's text, as it was given.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The kind it was parsed as.
    #[must_use]
    pub fn kind(&self) -> PolicyKind {
        self.kind
    }

    /// Its version.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// Its `Id`.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Whether a statement about a folded action reads a request's context.
    pub(crate) fn reads_context(&self, action: &str) -> bool {
        match &self.index {
            Some(index) => index
                .candidates(&self.statements, action)
                .any(|(_, statement)| statement.reads_context()),
            None => self
                .statements
                .iter()
                .any(|statement| statement.reads_context() && statement.actions.matches(action)),
        }
    }

    /// Its statements, in order.
    #[must_use]
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
