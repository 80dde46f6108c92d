//! What is asked: a principal, an action, a resource, and a context.

use std::borrow::Cow;

use crate::{Context, Principal};

/// One authorization question.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// Who asks.
    pub principal: Principal<'a>,
    /// The action as `prefix:Name`, for example `s3:GetObject`; compared without regard to case.
    pub action: &'a str,
    /// What the action is asked for.
    pub resource: Resource<'a>,
    /// Condition keys of the request.
    pub context: &'a Context<'a>,
    /// The canonical user id of the principal's account, where the service speaks of such ids in a `CanonicalUser`
    /// principal.
    pub canonical_user: Option<&'a str>,
}

impl<'a> Request<'a> {
    /// A request without a canonical user id.
    #[must_use]
    pub fn new(
        principal: Principal<'a>,
        action: &'a str,
        resource: impl Into<Resource<'a>>,
        context: &'a Context<'a>,
    ) -> Self {
        Self {
            principal,
            action,
            resource: resource.into(),
            context,
            canonical_user: None,
        }
    }
}

/// A part of a resource: known text, or a part that is not known when the request is decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span<'a> {
    /// Known text.
    Literal(Cow<'a, str>),
    /// Any text, the empty one included. Before an ARN's fifth colon it is taken not to contain a colon.
    Opaque,
    /// This many characters that are not known, none of them a colon.
    Characters(u8),
}

/// The resource of a request: an ARN, `*` for an action that AWS does not scope to a resource, or another name.
///
/// A resource with opaque spans is decided on the safe side: an allow counts only when its pattern covers every value
/// of the opaque part, a deny counts as soon as its pattern could match one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource<'a>(pub(crate) Repr<'a>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Repr<'a> {
    Literal(Cow<'a, str>),
    Spans(Vec<Span<'a>>),
}

impl<'a> Resource<'a> {
    /// A resource that is known in full.
    #[must_use]
    pub fn literal(text: impl Into<Cow<'a, str>>) -> Self {
        Self(Repr::Literal(text.into()))
    }

    /// The resource of an action that is not scoped to one: only a `*` pattern matches it.
    #[must_use]
    pub fn any() -> Self {
        Self(Repr::Literal(Cow::Borrowed("*")))
    }

    /// A resource made of known and opaque parts, in order.
    #[must_use]
    pub fn from_spans(spans: Vec<Span<'a>>) -> Self {
        let known = spans.iter().map(|span| match span {
            Span::Literal(text) => Some(text.as_ref()),
            Span::Opaque | Span::Characters(_) => None,
        });
        match known.collect::<Option<String>>() {
            Some(text) => Self::literal(text),
            None => Self(Repr::Spans(spans)),
        }
    }

    /// The name, when it is known in full.
    #[must_use]
    pub fn as_literal(&self) -> Option<&str> {
        match &self.0 {
            Repr::Literal(text) => Some(text),
            Repr::Spans(_) => None,
        }
    }

    /// Whether any part is unknown.
    #[must_use]
    pub fn is_opaque(&self) -> bool {
        matches!(self.0, Repr::Spans(_))
    }

    /// The narrowest pattern that covers the resource: opaque parts become `*` or `?`, and characters that a policy of version
    /// 2012-10-17 would read as wildcards or variables are escaped. The resource `*` stays what it is.
    #[must_use]
    pub fn pattern(&self) -> Cow<'_, str> {
        match &self.0 {
            Repr::Literal(text) if text == "*" => Cow::Borrowed(text),
            Repr::Literal(text) => escaped(text),
            Repr::Spans(spans) => {
                let patterns = spans.iter().map(|span| match span {
                    Span::Literal(text) => escaped(text),
                    Span::Opaque => Cow::Borrowed("*"),
                    Span::Characters(count) => Cow::Owned("?".repeat((*count).into())),
                });
                Cow::Owned(patterns.collect())
            }
        }
    }
}

fn escaped(text: &str) -> Cow<'_, str> {
    // To look at all bytes is faster than to stop at the first, which nearly no name has.
    let is_special = |byte| matches!(byte, b'*' | b'?' | b'$');
    if !text
        .bytes()
        .fold(false, |found, byte| found | is_special(byte))
    {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '*' | '?' | '$' => escaped.extend(['$', '{', c, '}']),
            c => escaped.push(c),
        }
    }
    Cow::Owned(escaped)
}

impl<'a> From<&'a str> for Resource<'a> {
    fn from(text: &'a str) -> Self {
        Self::literal(text)
    }
}

impl From<String> for Resource<'_> {
    fn from(text: String) -> Self {
        Self::literal(text)
    }
}

/// The text of the resource, with `<unknown>` for each opaque part and `?` for each unknown character.
impl std::fmt::Display for Resource<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            Repr::Literal(text) => f.write_str(text),
            Repr::Spans(spans) => spans.iter().try_for_each(|span| match span {
                Span::Literal(text) => f.write_str(text),
                Span::Opaque => f.write_str("<unknown>"),
                Span::Characters(count) => f.write_str(&"?".repeat((*count).into())),
            }),
        }
    }
}
