//! What a template makes of a member's text before it stands in a resource: `{QueueUrl|last}`.
//!
//! A filter is a pure function of one text and knows no state; what only state can tell is a resolver's, or opaque.
//!
//! ```
//! use stockade_spec::filter::{Filter, Filtered};
//!
//! let last = Filter::parse("last").unwrap();
//! let url = "https://sqs.us-east-1.amazonaws.com/123456789012/orders";
//! assert_eq!(last.apply(url), Filtered::Text("orders".into()));
//! ```

use std::borrow::Cow;

/// A filter; the name it is written by is that of its variant in lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// A value that is an ARN replaces the whole template; another one stands as it is.
    Arn,
    /// What follows the last `/`: a queue's name in its URL. An ARN replaces the whole template.
    Last,
    /// What stands between the last two `/`: the account in a queue's URL. Without two of them the text is of no
    /// account in particular: opaque.
    Parent,
    /// What follows the last `:` or `/` of an ARN or path; an ARN does not replace the template.
    Id,
    /// A KMS key: `key/` and an id, an ARN of a key as it is; of an alias nobody here knows the key, so that its id is
    /// opaque ("Key identifiers (KeyId)", AWS Key Management Service Developer Guide).
    Key,
}

/// What a filter makes of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filtered<'a> {
    /// This stands in the template.
    Text(Cow<'a, str>),
    /// This text stands in the template, and what nobody here can know after it.
    Opaque(Cow<'a, str>),
    /// This replaces the whole template.
    Whole(&'a str),
}

impl Filter {
    /// Every filter.
    pub const ALL: [Self; 5] = [Self::Arn, Self::Last, Self::Parent, Self::Id, Self::Key];

    /// The filter of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|filter| filter.name() == name)
    }

    /// The name it is written by.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Arn => "arn",
            Self::Last => "last",
            Self::Parent => "parent",
            Self::Id => "id",
            Self::Key => "key",
        }
    }

    /// What it makes of a text.
    pub fn apply(self, text: &str) -> Filtered<'_> {
        let is_arn = text.starts_with("arn:");
        match self {
            Self::Arn | Self::Last if is_arn => Filtered::Whole(text),
            Self::Arn => Filtered::Text(text.into()),
            Self::Last => Filtered::Text(text.rsplit('/').next().unwrap_or(text).into()),
            Self::Parent => match text.rsplit('/').nth(1).filter(|part| !part.is_empty()) {
                Some(parent) => Filtered::Text(parent.into()),
                None => Filtered::Opaque("".into()),
            },
            Self::Id => Filtered::Text(text.rsplit([':', '/']).next().unwrap_or(text).into()),
            Self::Key => key(text, is_arn),
        }
    }
}

fn key(text: &str, is_arn: bool) -> Filtered<'_> {
    let resource = text.splitn(6, ':').nth(5).unwrap_or_default();
    if text.starts_with("alias/") || (is_arn && resource.starts_with("alias/")) {
        Filtered::Opaque("key/".into())
    } else if is_arn {
        Filtered::Whole(text)
    } else {
        Filtered::Text(format!("key/{text}").into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_found_by_its_name() {
        for filter in Filter::ALL {
            assert_eq!(Filter::parse(filter.name()), Some(filter));
        }
        assert_eq!(Filter::parse("first"), None);
    }

    #[test]
    fn texts_are_filtered() {
        let text = |text: &'static str| Filtered::Text(text.into());
        let url = "https://sqs.us-east-1.amazonaws.com/123456789012/orders";
        assert_eq!(Filter::Last.apply(url), text("orders"));
        assert_eq!(Filter::Last.apply("orders"), text("orders"));
        assert_eq!(Filter::Parent.apply(url), text("123456789012"));
        assert_eq!(Filter::Parent.apply("orders"), Filtered::Opaque("".into()));
        assert_eq!(Filter::Id.apply("arn:aws:x:us-east-1::box/a"), text("a"));
        assert_eq!(Filter::Arn.apply("box"), text("box"));
        assert_eq!(
            Filter::Arn.apply("arn:aws:x:::b"),
            Filtered::Whole("arn:aws:x:::b")
        );
        assert_eq!(Filter::Key.apply("1234"), text("key/1234"));
        let arn = "arn:aws:kms:us-east-1:123456789012:key/1234";
        assert_eq!(Filter::Key.apply(arn), Filtered::Whole(arn));
        for alias in ["alias/a", "arn:aws:kms:us-east-1:123456789012:alias/a"] {
            assert_eq!(Filter::Key.apply(alias), Filtered::Opaque("key/".into()));
        }
    }
}
