//! The notation's little languages: resources, condition keys' values, predicates.
//!
//! `models/overlays/README.md` is their reference.

use crate::filter::Filter;
use crate::permission::OPAQUE;

use super::{Actor, Call, KeyValue, MISSING, Part, Path, Predicate, Resource};

/// What was parsed, or a sentence on what is wrong with the text.
pub type Parsed<T> = Result<T, String>;

/// A resource: an ARN template or `@resolver(Member, …)`.
pub fn resource(text: &str) -> Parsed<Resource> {
    if text.starts_with('@') {
        return call(text).map(Resource::Resolver);
    }
    if text.is_empty() {
        return Err("an empty resource; leave `resource` out for an action without one".to_owned());
    }
    parts(text).map(Resource::Template)
}

/// As whom a service acts: `role {Role}`, `service s3.amazonaws.com`, `caller via athena.amazonaws.com`.
pub fn actor(text: &str) -> Parsed<Actor> {
    let is_principal = |name: &str| {
        !name.contains([' ', '/']) && parts(name).is_ok_and(|parts| parts.iter().all(is_of_request))
    };
    match text.split_once(' ') {
        Some(("role", role)) if !role.is_empty() => parts(role).map(Actor::Role),
        Some(("service", name)) if is_principal(name) => Ok(Actor::Service(name.to_owned())),
        Some(("caller", via)) => via
            .strip_prefix("via ")
            .filter(|name| is_principal(name))
            .map(|name| Actor::Caller {
                via: name.to_owned(),
            })
            .ok_or_else(|| unknown_actor(text)),
        _ => Err(unknown_actor(text)),
    }
}

fn unknown_actor(text: &str) -> String {
    format!(
        "{text:?} is nobody that a service acts as; it is \"role …\" with a role's ARN, \"service …\" with a service \
         principal, or \"caller via …\" with one"
    )
}

/// A condition key's value.
pub fn key_value(text: &str) -> Parsed<KeyValue> {
    if text.starts_with('@') {
        return call(text).map(KeyValue::Resolver);
    }
    if let Some(name) = text.strip_prefix("header:") {
        return Ok(KeyValue::Header(name.to_ascii_lowercase()));
    }
    if text == "unset()" {
        return Ok(KeyValue::Unset);
    }
    if let Some(inner) = text
        .strip_prefix("present(")
        .and_then(|rest| rest.strip_suffix(')'))
    {
        return path(inner).map(KeyValue::Presence);
    }
    if let Some(inner) = text
        .strip_prefix("sole(")
        .and_then(|rest| rest.strip_suffix(')'))
    {
        let (names, values) = named(inner)
            .ok_or_else(|| format!("{text:?} has no names; it is written sole(Names: Values)"))?;
        return Ok(KeyValue::Sole {
            names: path(names)?,
            values: paths(values)?,
        });
    }
    if let Some(inner) = text
        .strip_prefix("attributes(")
        .and_then(|rest| rest.strip_suffix(')'))
    {
        return attributes(inner);
    }
    if let Some(inner) = text
        .strip_prefix("equated(")
        .and_then(|rest| rest.strip_suffix(')'))
    {
        return equated(inner);
    }
    let parts = parts(text)?;
    let member = |part: &Part| match part {
        Part::Member {
            path,
            default: None,
            filter: None,
        } => Some(path.clone()),
        _ => None,
    };
    match parts.as_slice() {
        parts if parts.iter().all(is_of_request) && !text.contains(['(', ')']) => {
            Some(KeyValue::Literal(text.to_owned()))
        }
        parts if parts.iter().all(is_of_request) => None,
        [one] if let Some(path) = member(one) => Some(KeyValue::Member(path)),
        [names, Part::Literal(equals), values] if equals == "=" => member(names)
            .zip(member(values))
            .map(|(names, values)| KeyValue::Pairs { names, values }),
        _ => Some(KeyValue::Template(parts)),
    }
    .ok_or_else(|| {
        format!(
            "{text:?} is no key's value; it is a text, {{Member}}, a text with both, {{Names}}={{Values}}, \
             sole(Names: Values), attributes(Names | Expression | Placeholders: Names), \
             equated(Expression | Placeholders: Values | Names: Values), present(Member), unset(), header:name or @resolver(Member)"
        )
    })
}

/// `Names: Values`.
fn named(text: &str) -> Option<(&str, &str)> {
    text.split_once(':')
}

/// Paths with commas between them.
fn paths(text: &str) -> Parsed<Vec<Path>> {
    text.split(',').map(path).collect()
}

/// `Expression | Placeholders: Values | Names: Values`, the last of which may be left out.
fn equated(text: &str) -> Parsed<KeyValue> {
    let mut sections = text.split('|');
    let expression = path(sections.next().unwrap_or_default())?;
    let several = |text: &str| {
        let (names, values) = named(text).ok_or_else(|| format!("{text:?} is no Names: Values"))?;
        Ok::<_, String>((path(names)?, paths(values)?))
    };
    let (values, texts) = several(sections.next().unwrap_or_default())?;
    let otherwise = sections.next().map(several).transpose()?;
    match sections.next() {
        Some(section) => Err(format!("{section:?} is more than an expression's values")),
        None => Ok(KeyValue::Equated {
            expression,
            values,
            texts,
            otherwise,
        }),
    }
}

/// `Names, Names | Expression, Expression | Placeholders: Names`, the last two of which may be left out.
fn attributes(text: &str) -> Parsed<KeyValue> {
    let mut sections = text.split('|');
    let plain = paths(sections.next().unwrap_or_default())?;
    let expressions = sections.next().map(paths).transpose()?.unwrap_or_default();
    let names = match sections.next() {
        None => None,
        Some(names) => {
            let (names, values) =
                named(names).ok_or_else(|| format!("{names:?} is no Placeholders: Names"))?;
            Some((path(names)?, path(values)?))
        }
    };
    match sections.next() {
        Some(section) => Err(format!("{section:?} is more than an expression's names")),
        None => Ok(KeyValue::Attributes {
            plain,
            expressions,
            names,
        }),
    }
}

/// Whether a part is text or one that the request itself decides.
fn is_of_request(part: &Part) -> bool {
    matches!(
        part,
        Part::Literal(_) | Part::Partition | Part::Region | Part::Account | Part::DnsSuffix
    )
}

/// The text for an absent member: of the request alone, or `{?}`.
fn default(text: &str) -> Parsed<String> {
    if text == OPAQUE || parts(text)?.iter().all(is_of_request) {
        Ok(text.to_owned())
    } else {
        Err(format!(
            "{text:?} cannot stand for an absent member; a text can (with {{partition}}, {{region}} or {{account}}), \
             or {{?}}"
        ))
    }
}

/// `@name(Member, …)`.
fn call(text: &str) -> Parsed<Call> {
    let malformed =
        || format!("{text:?} is no call of a resolver; it is written @name(Member, Member)");
    let (name, rest) = text
        .strip_prefix('@')
        .and_then(|rest| rest.split_once('('))
        .ok_or_else(malformed)?;
    let inner = rest.strip_suffix(')').ok_or_else(malformed)?;
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.is_empty() || !name.chars().all(is_word) {
        return Err(malformed());
    }
    let arguments = inner
        .split(',')
        .map(str::trim)
        .filter(|text| !text.is_empty());
    Ok(Call {
        name: name.to_owned(),
        arguments: arguments.map(path).collect::<Parsed<_>>()?,
    })
}

fn path(text: &str) -> Parsed<Path> {
    Path::parse(text.trim()).ok_or_else(|| {
        format!("{text:?} is no path to a member; one is written A.B[].C or Tags{{keys}}")
    })
}

/// Text with `{placeholders}`.
fn parts(text: &str) -> Parsed<Vec<Part>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        if open > 0 {
            parts.push(Part::Literal(rest[..open].to_owned()));
        }
        let close =
            closing(&rest[open..]).ok_or_else(|| format!("{text:?} has a {{ without its }}"))?;
        parts.push(placeholder(&rest[open + 1..open + close])?);
        rest = &rest[open + close + 1..];
    }
    if rest.contains('}') {
        return Err(format!("{text:?} has a }} without its {{"));
    }
    if !rest.is_empty() {
        parts.push(Part::Literal(rest.to_owned()));
    }
    Ok(parts)
}

/// Where the brace that `text` begins with closes.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

fn placeholder(text: &str) -> Parsed<Part> {
    Ok(match text {
        "partition" => Part::Partition,
        "region" => Part::Region,
        "account" => Part::Account,
        "dnsSuffix" => Part::DnsSuffix,
        "?" => Part::Opaque,
        _ => {
            let (name, default) = match text.split_once('=') {
                Some((name, text)) => (name, Some(default(text)?)),
                None => (text, None),
            };
            let (name, filter) = match name.split_once('|') {
                Some((name, filter)) => (name, Some(self::filter(filter)?)),
                None => (name, None),
            };
            Part::Member {
                path: path(name)?,
                default,
                filter,
            }
        }
    })
}

fn filter(name: &str) -> Parsed<Filter> {
    Filter::parse(name).ok_or_else(|| {
        let known = Filter::ALL.map(Filter::name).join(", ");
        format!("there is no filter {name:?}; there are {known}")
    })
}

/// When a requirement applies: `A && !B || C == 'x'`, with parentheses.
pub fn predicate(text: &str) -> Parsed<Predicate> {
    let mut tokens = tokens(text)?;
    tokens.reverse();
    let parsed = any(&mut tokens)?;
    match tokens.pop() {
        None if is_alternative(&parsed, true) => Err(format!(
            "{text:?}: {MISSING}() stands alone or is joined with others by &&"
        )),
        None => Ok(parsed),
        Some(token) => Err(format!("unexpected {token:?} in {text:?}")),
    }
}

/// Whether a predicate has [`Predicate::Missing`] elsewhere than `at_top` or within what is joined there by `&&`.
fn is_alternative(predicate: &Predicate, at_top: bool) -> bool {
    let within = |inner: &Predicate| is_alternative(inner, false);
    match predicate {
        Predicate::Missing => !at_top,
        Predicate::All(all) if at_top => all
            .iter()
            .any(|one| *one != Predicate::Missing && within(one)),
        Predicate::All(all) | Predicate::Any(all) => all.iter().any(within),
        Predicate::Not(inner) => within(inner),
        _ => false,
    }
}

/// A stack: the next token is the last.
type Tokens<'a> = Vec<&'a str>;

fn tokens(text: &str) -> Parsed<Tokens<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let length = if let Some(mark) = ["&&", "||", "==", "!=", "!", "~", "^", "(", ")"]
            .into_iter()
            .find(|mark| rest.starts_with(mark))
        {
            mark.len()
        } else if let Some(quoted) = rest.strip_prefix('\'') {
            quoted
                .find('\'')
                .ok_or_else(|| format!("{text:?} has a ' without its '"))?
                + 2
        } else {
            rest.find([' ', '&', '|', '=', '!', '~', '^', '(', ')', '\''])
                .unwrap_or(rest.len())
        };
        let (token, after) = rest.split_at(length);
        tokens.push(token);
        rest = after.trim_start();
    }
    Ok(tokens)
}

fn any(tokens: &mut Tokens<'_>) -> Parsed<Predicate> {
    joined(tokens, "||", all, Predicate::Any)
}

fn all(tokens: &mut Tokens<'_>) -> Parsed<Predicate> {
    joined(tokens, "&&", one, Predicate::All)
}

fn joined(
    tokens: &mut Tokens<'_>,
    with: &str,
    next: fn(&mut Tokens<'_>) -> Parsed<Predicate>,
    join: fn(Vec<Predicate>) -> Predicate,
) -> Parsed<Predicate> {
    let first = next(tokens)?;
    let mut several = vec![first];
    while tokens.pop_if(|token| *token == with).is_some() {
        several.push(next(tokens)?);
    }
    Ok(if several.len() == 1 {
        several.remove(0)
    } else {
        join(several)
    })
}

fn one(tokens: &mut Tokens<'_>) -> Parsed<Predicate> {
    match tokens.pop() {
        None => Err("a predicate ends too early".to_owned()),
        Some("!") => Ok(match one(tokens)? {
            Predicate::Present(path) => Predicate::Absent(path),
            inner => Predicate::Not(Box::new(inner)),
        }),
        Some("(") => {
            let inner = any(tokens)?;
            tokens
                .pop_if(|token| *token == ")")
                .map(|_| inner)
                .ok_or_else(|| "a ( without its )".to_owned())
        }
        Some(MISSING) if tokens.pop_if(|token| *token == "(").is_some() => tokens
            .pop_if(|token| *token == ")")
            .map(|_| Predicate::Missing)
            .ok_or_else(|| format!("{MISSING}() takes nothing")),
        Some(name) => {
            let path = path(name)?;
            match tokens.pop_if(|token| matches!(*token, "==" | "!=" | "~" | "^")) {
                None => Ok(Predicate::Present(path)),
                Some(operator) => {
                    let value = tokens
                        .pop()
                        .and_then(|token| token.strip_prefix('\''))
                        .and_then(|token| token.strip_suffix('\''))
                        .ok_or_else(|| format!("{path} {operator} what? Values are written 'so'"))?
                        .to_owned();
                    Ok(match operator {
                        "~" => Predicate::Contains(path, value),
                        "^" => Predicate::Begins(path, value),
                        "==" => Predicate::OneOf(path, vec![value]),
                        _ => Predicate::Not(Box::new(Predicate::OneOf(path, vec![value]))),
                    })
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_parsed_is_written_back() {
        for text in [
            "arn:{partition}:s3:::{Bucket}/{Key}",
            "arn:{partition}:iam::{account}:user{Path=/}{UserName}",
            "arn:{partition}:kms:{region}:{account}:key/{KeyId|arn}",
            "arn:aws:x:::{Delete.Objects[].Key}/{?}",
            "arn:{partition}:glue:{region}:{CatalogId|account={account}}:catalog{CatalogId|catalog=}",
            "arn:aws:x:::box/{Name={?}}",
            "@function(FunctionName, Qualifier)",
        ] {
            assert_eq!(resource(text).unwrap().to_string(), text);
        }
        for text in [
            "lambda.amazonaws.com",
            "lambda.{region}.{dnsSuffix}",
            "{Prefix}",
            "arn:{partition}:ec2:{region}:{account}:subnet/{SubnetId|arn}",
            "{?}",
            "{Tags[].Key}={Tags[].Value}",
            "{Tags{keys}}={Tags{values}}",
            "sole(Key{keys}: Key{values}.S, Key{values}.N)",
            "attributes(Key{keys}, AttributesToGet[])",
            "attributes(Key{keys} | ProjectionExpression, FilterExpression | Names{keys}: Names{values})",
            "equated(KeyConditionExpression | Values{keys}: Values{values}.S, Values{values}.N)",
            "equated(Condition | Values{keys}: Values{values}.S | Conditions{keys}: Conditions{values}.List[].S)",
            "present(MFA)",
            "header:x-amz-acl",
            "@tag_keys(Tagging)",
        ] {
            assert_eq!(key_value(text).unwrap().to_string(), text);
        }
        for text in [
            "A",
            "!A",
            "A == 'x'",
            "A && !B",
            "A || (B && C.D[].E)",
            "CopySource ~ '?versionId='",
            "!(KeyId ^ 'alias/') && Statement ^ 'select'",
        ] {
            assert_eq!(predicate(text).unwrap().to_string(), text);
        }
        assert_eq!(
            predicate("A != 'x' && !(B || C)").unwrap().to_string(),
            "!(A == 'x') && !(B || C)"
        );
    }

    #[test]
    fn actors_are_parsed_and_written_back() {
        for text in [
            "role {Role}",
            "role arn:{partition}:iam::{account}:role/{Role|arn}",
            "role {?}",
            "service logs.{region}.amazonaws.com",
            "caller via athena.amazonaws.com",
        ] {
            assert_eq!(actor(text).unwrap().to_string(), text);
        }
        for text in [
            "",
            "role",
            "role ",
            "role {",
            "service",
            "service {Name}",
            "service a b",
            "caller",
            "caller x",
            "s3",
        ] {
            assert!(actor(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_malformed_is_refused() {
        for text in [
            "",
            "arn:{Bucket",
            "arn:Bucket}",
            "{A..B}",
            "@Function(A)",
            "@f(A",
            "{A[0]}",
            "{A|first}",
            "{A={B}}",
        ] {
            assert!(resource(text).is_err(), "{text}");
        }
        for text in [
            "a{B",
            "sole(A)",
            "sole(A: )",
            "attributes()",
            "attributes(A | B | C)",
            "attributes(A | B | C: D | E)",
            "equated(A)",
            "equated(A | B)",
            "equated(A | B: C | D)",
            "equated(A | B: C | D: E | F)",
            "a (b)",
            "present(A",
            "{A}={B=x}",
        ] {
            assert!(key_value(text).is_err(), "{text}");
        }
        for text in [
            "",
            "A &&",
            "A == x",
            "(A",
            "A B",
            "A == 'x",
            "&& A",
            "missing(A)",
            "!missing()",
            "A || missing()",
            "A && (B || missing())",
        ] {
            assert!(predicate(text).is_err(), "{text}");
        }
    }
}
