//! What a template makes of a member's text before it stands in a resource: `{QueueUrl|last}`.
//!
//! A filter is a pure function of one text and knows no state; what only state can tell is a resolver's, or opaque.
//!
//! ```
//! use stockade_spec::filter::{Filter, Filtered};
//!
//! let last = Filter::parse("last").unwrap();
//! let url = "https://sqs.us-east-1.amazonaws.com/123456789012/orders";
//! assert_eq!(last.apply(url), Some(Filtered::Text("orders".into())));
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
    /// The account that a catalog's id begins with: 12 digits. Without them the member is as good as absent.
    Account,
    /// The path of a nested catalog, with a `/` before it: `123456789012:s3tables/box` and `s3tables/box` are `/s3tables/box`,
    /// and an account alone is as good as absent ("Data Catalog objects", AWS Glue Developer Guide).
    Catalog,
    /// An ARN replaces the whole template; what another text means (a name, where the ARN has an id) nobody here can know.
    Whole,
    /// The model of a cross-region inference profile, by id or ARN: `us.amazon.nova-lite` is of `amazon.nova-lite`. What
    /// an application's profile is of nobody here can know ("Use an inference profile", Amazon Bedrock User Guide).
    Model,
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
    pub const ALL: [Self; 9] = [
        Self::Arn,
        Self::Last,
        Self::Parent,
        Self::Id,
        Self::Key,
        Self::Account,
        Self::Catalog,
        Self::Whole,
        Self::Model,
    ];

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
            Self::Account => "account",
            Self::Catalog => "catalog",
            Self::Whole => "whole",
            Self::Model => "model",
        }
    }

    /// What it makes of a text; `None` where the text says nothing of what the filter is after.
    pub fn apply(self, text: &str) -> Option<Filtered<'_>> {
        let is_arn = text.starts_with("arn:");
        Some(match self {
            Self::Arn | Self::Last | Self::Whole if is_arn => Filtered::Whole(text),
            Self::Whole => Filtered::Opaque("".into()),
            Self::Arn => Filtered::Text(text.into()),
            Self::Last => Filtered::Text(text.rsplit('/').next().unwrap_or(text).into()),
            Self::Parent => match text.rsplit('/').nth(1).filter(|part| !part.is_empty()) {
                Some(parent) => Filtered::Text(parent.into()),
                None => Filtered::Opaque("".into()),
            },
            Self::Id => Filtered::Text(text.rsplit([':', '/']).next().unwrap_or(text).into()),
            Self::Key => key(text, is_arn),
            Self::Account => Filtered::Text(owned(text).0?.into()),
            Self::Catalog => Filtered::Text(format!("/{}", owned(text).1?).into()),
            Self::Model => {
                let name = text.rsplit('/').next().unwrap_or(text);
                match name.split_once('.') {
                    Some((_, model)) => Filtered::Text(model.into()),
                    None => Filtered::Opaque("".into()),
                }
            }
        })
    }
}

/// The account that a text begins with, and what it says beside.
fn owned(text: &str) -> (Option<&str>, Option<&str>) {
    let (first, rest) = match text.split_once(':') {
        Some((first, rest)) => (first, Some(rest)),
        None => (text, None),
    };
    if first.len() == 12 && first.bytes().all(|byte| byte.is_ascii_digit()) {
        (Some(first), rest)
    } else {
        (None, Some(text))
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
        let text = |text: &'static str| Some(Filtered::Text(text.into()));
        let url = "https://sqs.us-east-1.amazonaws.com/123456789012/orders";
        assert_eq!(Filter::Last.apply(url), text("orders"));
        assert_eq!(Filter::Last.apply("orders"), text("orders"));
        assert_eq!(Filter::Parent.apply(url), text("123456789012"));
        assert_eq!(
            Filter::Parent.apply("orders"),
            Some(Filtered::Opaque("".into()))
        );
        assert_eq!(Filter::Id.apply("arn:aws:x:us-east-1::box/a"), text("a"));
        assert_eq!(Filter::Arn.apply("box"), text("box"));
        assert_eq!(
            Filter::Arn.apply("arn:aws:x:::b"),
            Some(Filtered::Whole("arn:aws:x:::b"))
        );
        assert_eq!(Filter::Key.apply("1234"), text("key/1234"));
        let arn = "arn:aws:kms:us-east-1:123456789012:key/1234";
        assert_eq!(Filter::Key.apply(arn), Some(Filtered::Whole(arn)));
        for alias in ["alias/a", "arn:aws:kms:us-east-1:123456789012:alias/a"] {
            assert_eq!(
                Filter::Key.apply(alias),
                Some(Filtered::Opaque("key/".into()))
            );
        }
        let opaque = Some(Filtered::Opaque("".into()));
        assert_eq!(Filter::Whole.apply(arn), Some(Filtered::Whole(arn)));
        assert_eq!(Filter::Whole.apply("a"), opaque);
        let profile =
            "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-lite";
        assert_eq!(Filter::Model.apply(profile), text("amazon.nova-lite"));
        let profile = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1";
        assert_eq!(Filter::Model.apply(profile), opaque);
        for (id, account, catalog) in [
            ("123456789012", text("123456789012"), None),
            ("123456789012:box/a", text("123456789012"), text("/box/a")),
            ("box/a", None, text("/box/a")),
        ] {
            assert_eq!(Filter::Account.apply(id), account);
            assert_eq!(Filter::Catalog.apply(id), catalog);
        }
    }
}
