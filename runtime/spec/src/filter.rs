//! What a template makes of a member's text before it stands in a resource: `{QueueUrl|last}`.
//!
//! A filter is a pure function of one text and knows no state; what only state can tell is a resolver's, or opaque.
//!
//! ```
//! use stockade_spec::filter::{Filter, Filtered};
//!
//! let last = Filter::parse("last").unwrap();
//! let url = "https://sqs.us-east-1.amazonaws.com/123456789012/orders";
//! assert_eq!(last.apply(url), Some(Filtered::text("orders")));
//! ```

mod partiql;

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but what RFC 3986 calls unreserved.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A filter; the name it is written by is that of its variant in lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// A value that is an ARN replaces the whole template; another one stands as it is.
    Arn,
    /// A value that is an ARN replaces what stands before it, and what follows it still follows: an index of a table.
    Base,
    /// What follows the last `/`: a queue's name in its URL. An ARN replaces the whole template.
    Last,
    /// What stands between the last two `/`: the account in a queue's URL. Without two of them the text is of no
    /// account in particular: opaque.
    Parent,
    /// What follows the last `:` or `/` of an ARN or path; an ARN does not replace the template.
    Id,
    /// What stands before the first `|`: the stream's ARN in a shard iterator of DynamoDB Streams.
    Head,
    /// A KMS key: `key/` and an id, an ARN of a key as it is; of an alias nobody here knows the key, so that its id is
    /// opaque ("Key identifiers (KeyId)", AWS Key Management Service Developer Guide).
    Key,
    /// A KMS alias, by its name or ARN: `alias/NAME`. A key without one is as good as absent.
    Alias,
    /// A secret: its name and the `-` and six characters that Secrets Manager adds to it. A complete ARN replaces the
    /// template, and so does a partial one, with what it lacks ("GetSecretValue", AWS Secrets Manager API Reference).
    Secret,
    /// A parameter's name without its first `/` and without its `:version` or `:label`; an ARN replaces the template
    /// ("Working with parameter versions", AWS Systems Manager User Guide).
    Parameter,
    /// Nothing, for a document that Amazon owns and whose ARN has no account: its name begins with `AWS` or `Amazon`.
    /// Another name is as good as absent.
    Amazon,
    /// An event bus as a rule's name has it: `BUS/`, and nothing for the default one.
    Bus,
    /// The topic of an SNS subscription's ARN replaces the template.
    Topic,
    /// A log group by its name, or by its ARN, which replaces what stands before it; a `:*` at the end of that is none of
    /// its name ("Log group", Amazon CloudWatch Logs User Guide).
    Group,
    /// Percent-encoded, as an ARN stands within a path.
    Encoded,
    /// The table of a PartiQL statement, `TABLE` or `TABLE/index/INDEX`; an ARN in its place replaces the template. Of a
    /// statement that cannot be read the table is opaque.
    Table,
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
    /// What stands before the `:` in the last part of an id or ARN: the project of a build, the group of a report.
    Project,
    /// AWS WAF's scope as its ARNs have it: `REGIONAL` is `regional`, `CLOUDFRONT` is `global`.
    Scope,
    /// The address in a mail's `Name <address>`; one without a name stands as it is.
    Address,
    /// An IAM user or role as the ARN of an EKS access entry has it: `role/123456789012/NAME`. How that writes a path
    /// nobody here can know ("Create access entries", Amazon EKS User Guide).
    Principal,
    /// A record's name as Route 53 compares it: in small letters, without the dot at its end, other characters by their
    /// octal codes ("Using IAM policy conditions for fine-grained access control", Amazon Route 53 Developer Guide).
    Record,
    /// A task definition's `FAMILY:REVISION`; which revision a family alone means nobody here can know, and an ARN replaces
    /// the template ("RunTask", Amazon ECS API Reference).
    Revision,
    /// What follows the first `/`: `app/NAME/ID` of a load balancer's ARN. Without one the text is opaque.
    Tail,
}

/// What a filter makes of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filtered<'a> {
    /// This stands in the template.
    pub text: Cow<'a, str>,
    /// What it replaces there.
    pub replaces: Replaces,
    /// What follows the text, and nobody here can know.
    pub unknown: Unknown,
}

/// What of a template a filtered text replaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replaces {
    /// Its own place.
    Place,
    /// Its own place and all that stands before.
    Before,
    /// The whole template.
    All,
}

/// A part of a text that is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// There is none.
    Nothing,
    /// Any text.
    Text,
    /// So many characters.
    Characters(u8),
}

impl<'a> Filtered<'a> {
    /// A text in its place.
    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self {
            text: text.into(),
            replaces: Replaces::Place,
            unknown: Unknown::Nothing,
        }
    }

    /// A text in its place, and what nobody here can know after it.
    pub fn opaque(text: impl Into<Cow<'a, str>>) -> Self {
        Self {
            unknown: Unknown::Text,
            ..Self::text(text)
        }
    }

    /// A text in place of the whole template.
    pub fn whole(text: impl Into<Cow<'a, str>>) -> Self {
        Self::text(text).in_place_of(Replaces::All)
    }

    fn in_place_of(self, replaces: Replaces) -> Self {
        Self { replaces, ..self }
    }
}

impl Filter {
    /// Every filter.
    pub const ALL: [Self; 27] = [
        Self::Arn,
        Self::Base,
        Self::Last,
        Self::Parent,
        Self::Id,
        Self::Head,
        Self::Key,
        Self::Alias,
        Self::Secret,
        Self::Parameter,
        Self::Amazon,
        Self::Bus,
        Self::Topic,
        Self::Group,
        Self::Encoded,
        Self::Table,
        Self::Account,
        Self::Catalog,
        Self::Whole,
        Self::Model,
        Self::Project,
        Self::Scope,
        Self::Address,
        Self::Principal,
        Self::Record,
        Self::Revision,
        Self::Tail,
    ];

    /// The filter of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|filter| filter.name() == name)
    }

    /// The name it is written by.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Arn => "arn",
            Self::Base => "base",
            Self::Last => "last",
            Self::Parent => "parent",
            Self::Id => "id",
            Self::Head => "head",
            Self::Key => "key",
            Self::Alias => "alias",
            Self::Secret => "secret",
            Self::Parameter => "parameter",
            Self::Amazon => "amazon",
            Self::Bus => "bus",
            Self::Topic => "topic",
            Self::Group => "group",
            Self::Encoded => "encoded",
            Self::Table => "table",
            Self::Account => "account",
            Self::Catalog => "catalog",
            Self::Whole => "whole",
            Self::Model => "model",
            Self::Project => "project",
            Self::Scope => "scope",
            Self::Address => "address",
            Self::Principal => "principal",
            Self::Record => "record",
            Self::Revision => "revision",
            Self::Tail => "tail",
        }
    }

    /// What it makes of a text; `None` where the text says nothing of what the filter is after.
    pub fn apply(self, text: &str) -> Option<Filtered<'_>> {
        let is_arn = text.starts_with("arn:");
        Some(match self {
            Self::Arn | Self::Last | Self::Whole if is_arn => Filtered::whole(text),
            Self::Whole => Filtered::opaque(""),
            Self::Base if is_arn => Filtered::text(text).in_place_of(Replaces::Before),
            Self::Arn | Self::Base => Filtered::text(text),
            Self::Last => Filtered::text(last(text, &['/'])),
            Self::Parent => match text.rsplit('/').nth(1).filter(|part| !part.is_empty()) {
                Some(parent) => Filtered::text(parent),
                None => Filtered::opaque(""),
            },
            Self::Id => Filtered::text(last(text, &[':', '/'])),
            Self::Head => Filtered::text(text.split_once('|')?.0),
            Self::Key => key(text),
            Self::Alias => Filtered::text(alias(text)?.1),
            Self::Secret => secret(text),
            Self::Parameter => parameter(text),
            Self::Amazon => {
                let owned = ["AWS", "Amazon"].iter().any(|name| text.starts_with(name));
                Filtered::text(owned.then_some("")?)
            }
            Self::Bus => match last(text, &[':', '/']) {
                "default" => Filtered::text(""),
                name => Filtered::text(format!("{name}/")),
            },
            Self::Topic => {
                let end = text
                    .match_indices(':')
                    .nth(5)
                    .map_or(text.len(), |(at, _)| at);
                Filtered::whole(&text[..end])
            }
            Self::Group if is_arn => Filtered::text(text.strip_suffix(":*").unwrap_or(text))
                .in_place_of(Replaces::Before),
            Self::Group => Filtered::text(text),
            Self::Encoded => Filtered::text(utf8_percent_encode(text, ENCODED)),
            Self::Table => partiql::table(text).map_or_else(|| Filtered::opaque(""), table),
            Self::Account => Filtered::text(owned(text).0?),
            Self::Catalog => Filtered::text(format!("/{}", owned(text).1?)),
            Self::Model => match last(text, &['/']).split_once('.') {
                Some((_, model)) => Filtered::text(model),
                None => Filtered::opaque(""),
            },
            Self::Project => {
                let name = last(text, &['/']);
                Filtered::text(name.split(':').next().unwrap_or(name))
            }
            Self::Scope => match text {
                "CLOUDFRONT" => Filtered::text("global"),
                _ => Filtered::text(text.to_ascii_lowercase()),
            },
            Self::Address => {
                let inner = text.rsplit_once('<').map_or(text, |(_, address)| address);
                Filtered::text(inner.trim_end().trim_end_matches('>'))
            }
            Self::Principal => principal(text),
            Self::Record => Filtered::text(record(text)),
            Self::Revision => revision(text),
            Self::Tail => match text.split_once('/') {
                Some((_, tail)) => Filtered::text(tail),
                None => Filtered::opaque(""),
            },
        })
    }
}

fn last<'a>(text: &'a str, separators: &[char]) -> &'a str {
    text.rsplit(separators).next().unwrap_or(text)
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

/// What an ARN says before its resource, and an alias' name.
fn alias(text: &str) -> Option<(&str, &str)> {
    let at = match text.match_indices(':').nth(4) {
        Some((at, _)) if text.starts_with("arn:") => at + 1,
        _ => 0,
    };
    let (before, name) = text.split_at(at);
    name.starts_with("alias/").then_some((before, name))
}

fn key(text: &str) -> Filtered<'_> {
    match alias(text) {
        Some(("", _)) => Filtered::opaque("key/"),
        Some((before, _)) => Filtered::opaque(format!("{before}key/")).in_place_of(Replaces::All),
        None if text.starts_with("arn:") => Filtered::whole(text),
        None => Filtered::text(format!("key/{text}")),
    }
}

fn revision(text: &str) -> Filtered<'_> {
    let is_arn = text.starts_with("arn:");
    let name = if is_arn { last(text, &['/']) } else { text };
    let filtered = if name.contains(':') {
        Filtered::text(text)
    } else {
        Filtered::opaque(format!("{text}:"))
    };
    filtered.in_place_of(if is_arn {
        Replaces::All
    } else {
        Replaces::Place
    })
}

fn secret(text: &str) -> Filtered<'_> {
    let is_arn = text.starts_with("arn:");
    let is_complete = text.rsplit_once('-').is_some_and(|(_, end)| {
        end.len() == SECRET_SUFFIX.into() && end.bytes().all(|byte| byte.is_ascii_alphanumeric())
    });
    if is_arn && is_complete {
        return Filtered::whole(text);
    }
    Filtered {
        text: format!("{text}-").into(),
        replaces: if is_arn {
            Replaces::All
        } else {
            Replaces::Place
        },
        unknown: Unknown::Characters(SECRET_SUFFIX),
    }
}

/// How many characters Secrets Manager adds to a secret's name, behind a hyphen.
const SECRET_SUFFIX: u8 = 6;

fn parameter(text: &str) -> Filtered<'_> {
    let is_arn = text.starts_with("arn:");
    let end = text
        .match_indices(':')
        .nth(if is_arn { 5 } else { 0 })
        .map_or(text.len(), |(at, _)| at);
    let name = &text[..end];
    if is_arn {
        Filtered::whole(name)
    } else {
        Filtered::text(name.strip_prefix('/').unwrap_or(name))
    }
}

fn table(table: partiql::Table<'_>) -> Filtered<'_> {
    let name = match table.index {
        Some(index) => format!("{}/index/{index}", table.name).into(),
        None => Cow::Borrowed(table.name),
    };
    if name.starts_with("arn:") {
        Filtered::whole(name)
    } else {
        Filtered::text(name)
    }
}

fn principal(text: &str) -> Filtered<'_> {
    let mut fields = text.splitn(6, ':').skip(4);
    let (Some(account), Some((kind, name))) = (
        fields.next(),
        fields.next().and_then(|rest| rest.split_once('/')),
    ) else {
        return Filtered::opaque("");
    };
    if name.contains('/') {
        Filtered::opaque(format!("{kind}/{account}/"))
    } else {
        Filtered::text(format!("{kind}/{account}/{name}"))
    }
}

fn record(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for byte in name.strip_suffix('.').unwrap_or(name).bytes() {
        match byte.to_ascii_lowercase() {
            // A backslash begins a code that the name already has.
            plain @ (b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'\\') => {
                normal.push(plain.into());
            }
            other => normal.push_str(&format!("\\{other:03o}")),
        }
    }
    normal
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

    /// What stands in a template in the end: `~` before a text that replaces what is before it, `=` before one that
    /// replaces all, `*` and `?` for what is not known.
    fn applied(filter: &str, text: &str) -> Option<String> {
        let filtered = Filter::parse(filter).unwrap().apply(text)?;
        let replaces = match filtered.replaces {
            Replaces::Place => "",
            Replaces::Before => "~",
            Replaces::All => "=",
        };
        let unknown = match filtered.unknown {
            Unknown::Nothing => String::new(),
            Unknown::Text => "*".to_owned(),
            Unknown::Characters(count) => "?".repeat(count.into()),
        };
        Some(format!("{replaces}{}{unknown}", filtered.text))
    }

    #[test]
    fn texts_are_filtered() {
        for (filter, text, expected) in [
            (
                "last",
                "https://sqs.us-east-1.amazonaws.com/123456789012/orders",
                "orders",
            ),
            ("last", "orders", "orders"),
            (
                "parent",
                "https://sqs.us-east-1.amazonaws.com/123456789012/orders",
                "123456789012",
            ),
            ("parent", "orders", "*"),
            ("id", "arn:aws:x:us-east-1::box/a", "a"),
            ("arn", "box", "box"),
            ("arn", "arn:aws:x:::b", "=arn:aws:x:::b"),
            ("base", "box", "box"),
            ("base", "arn:aws:x:::b", "~arn:aws:x:::b"),
            ("head", "arn:aws:x:::b|1|AAAA", "arn:aws:x:::b"),
            ("key", "1234", "key/1234"),
            (
                "key",
                "arn:aws:kms:us-east-1:123456789012:key/1234",
                "=arn:aws:kms:us-east-1:123456789012:key/1234",
            ),
            ("key", "alias/a", "key/*"),
            (
                "key",
                "arn:aws:kms:us-east-1:123456789012:alias/a",
                "=arn:aws:kms:us-east-1:123456789012:key/*",
            ),
            ("alias", "alias/a", "alias/a"),
            (
                "alias",
                "arn:aws:kms:us-east-1:123456789012:alias/a",
                "alias/a",
            ),
            ("secret", "box", "box-??????"),
            ("secret", "my-secret", "my-secret-??????"),
            (
                "secret",
                "arn:aws:secretsmanager:us-east-1:123456789012:secret:box",
                "=arn:aws:secretsmanager:us-east-1:123456789012:secret:box-??????",
            ),
            (
                "secret",
                "arn:aws:secretsmanager:us-east-1:123456789012:secret:box-a1B2c3",
                "=arn:aws:secretsmanager:us-east-1:123456789012:secret:box-a1B2c3",
            ),
            ("parameter", "/a/b", "a/b"),
            ("parameter", "a:3", "a"),
            (
                "parameter",
                "arn:aws:ssm:us-east-1:123456789012:parameter/a/b:new",
                "=arn:aws:ssm:us-east-1:123456789012:parameter/a/b",
            ),
            ("amazon", "AWS-RunShellScript", ""),
            ("amazon", "AmazonCloudWatch-ManageAgent", ""),
            ("group", "app", "app"),
            (
                "group",
                "arn:aws:logs:us-east-1:123456789012:log-group:app:*",
                "~arn:aws:logs:us-east-1:123456789012:log-group:app",
            ),
            ("bus", "default", ""),
            ("bus", "orders", "orders/"),
            (
                "bus",
                "arn:aws:events:us-east-1:123456789012:event-bus/default",
                "",
            ),
            (
                "bus",
                "arn:aws:events:us-east-1:123456789012:event-bus/orders",
                "orders/",
            ),
            (
                "topic",
                "arn:aws:sns:us-east-1:123456789012:orders:5be8f5b4",
                "=arn:aws:sns:us-east-1:123456789012:orders",
            ),
            (
                "encoded",
                "arn:aws:a:::b/c-d",
                "arn%3Aaws%3Aa%3A%3A%3Ab%2Fc-d",
            ),
            ("table", "SELECT * FROM \"Music\" WHERE a = 1", "Music"),
            (
                "table",
                "SELECT * FROM \"Music\".\"byYear\"",
                "Music/index/byYear",
            ),
            (
                "table",
                "DELETE FROM \"arn:aws:dynamodb:us-east-1:123456789012:table/Music\" WHERE a = 1",
                "=arn:aws:dynamodb:us-east-1:123456789012:table/Music",
            ),
            ("table", "ALTER TABLE Music", "*"),
            ("account", "123456789012", "123456789012"),
            ("account", "123456789012:box/a", "123456789012"),
            ("catalog", "123456789012:box/a", "/box/a"),
            ("catalog", "box/a", "/box/a"),
            ("whole", "arn:aws:x:::b", "=arn:aws:x:::b"),
            ("whole", "a", "*"),
            ("model", "us.amazon.nova-lite", "amazon.nova-lite"),
            ("project", "site:1-2", "site"),
            (
                "project",
                "arn:aws:codebuild:us-east-1:123456789012:build/site:1-2",
                "site",
            ),
            ("address", "Ann <a@example.com>", "a@example.com"),
            ("address", "a@example.com", "a@example.com"),
            (
                "principal",
                "arn:aws:iam::123456789012:role/a",
                "role/123456789012/a",
            ),
            (
                "principal",
                "arn:aws:iam::123456789012:user/b/a",
                "user/123456789012/*",
            ),
            ("principal", "a", "*"),
            ("record", "WWW.example.com.", "www.example.com"),
            ("record", "*.example.com", "\\052.example.com"),
            ("record", "\\052.example.com", "\\052.example.com"),
            ("revision", "web:3", "web:3"),
            ("revision", "web", "web:*"),
            (
                "revision",
                "arn:aws:ecs:us-east-1:123456789012:task-definition/web:3",
                "=arn:aws:ecs:us-east-1:123456789012:task-definition/web:3",
            ),
            (
                "revision",
                "arn:aws:ecs:us-east-1:123456789012:task-definition/web",
                "=arn:aws:ecs:us-east-1:123456789012:task-definition/web:*",
            ),
            (
                "tail",
                "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/a/1",
                "net/a/1",
            ),
            ("tail", "a", "*"),
            ("scope", "REGIONAL", "regional"),
            ("scope", "CLOUDFRONT", "global"),
            (
                "model",
                "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-lite",
                "amazon.nova-lite",
            ),
            (
                "model",
                "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1",
                "*",
            ),
        ] {
            assert_eq!(
                applied(filter, text).as_deref(),
                Some(expected),
                "{text}|{filter}"
            );
        }
        for (filter, text) in [
            ("alias", "1234"),
            ("alias", "arn:aws:kms:us-east-1:123456789012:key/1234"),
            ("amazon", "mine"),
            ("head", "opaque"),
            ("account", "box/a"),
            ("catalog", "123456789012"),
        ] {
            assert_eq!(applied(filter, text), None, "{text}|{filter}");
        }
    }
}
