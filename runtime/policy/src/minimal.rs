//! The smallest statement that would allow a request.

use serde_json::{Value, json};

use crate::request::{Repr, Resource, Span};

/// A statement that allows this action on this resource and nothing else, ready to be pasted into a policy. Opaque parts
/// of the resource become `*`; characters that a policy would read as wildcards or variables are escaped.
///
/// ```
/// use stockade_policy::{Resource, minimal_allow};
///
/// let statement = minimal_allow("s3:GetObject", &Resource::literal("arn:aws:s3:::photos/a.png"));
/// assert_eq!(statement["Resource"], "arn:aws:s3:::photos/a.png");
/// ```
#[must_use]
pub fn minimal_allow(action: &str, resource: &Resource<'_>) -> Value {
    let resource = match &resource.0 {
        Repr::Literal(text) if text == "*" => "*".to_owned(),
        Repr::Literal(text) => escaped(text),
        Repr::Spans(spans) => spans
            .iter()
            .map(|span| match span {
                Span::Literal(text) => escaped(text),
                Span::Opaque => "*".to_owned(),
            })
            .collect(),
    };
    json!({ "Effect": "Allow", "Action": action, "Resource": resource })
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '*' | '?' | '$' => escaped.extend(['$', '{', c, '}']),
            c => escaped.push(c),
        }
    }
    escaped
}
