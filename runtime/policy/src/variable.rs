//! Policy variables: `${aws:username}`, `${aws:PrincipalTag/team, 'none'}`, and the escapes `${*}`, `${?}`, `${$}`.

use crate::Context;
use crate::pattern::{Case, Pattern, Sym, TextSym, glob, wildcards};

/// How a text of a policy is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    /// Whether `${…}` is a variable: only in documents of version 2012-10-17.
    pub(crate) variables: bool,
    /// Whether `*` and `?` are wildcards.
    pub(crate) wildcards: bool,
}

/// A text with wildcards and variables, compiled as far as it can be before a request is known.
#[derive(Debug, Clone)]
pub(crate) enum Template {
    Fixed(Pattern),
    Variable(Box<[Part]>),
}

#[derive(Debug, Clone)]
pub(crate) enum Part {
    Syms(Box<[Sym]>),
    Variable {
        key: Box<str>,
        default: Option<Box<str>>,
    },
}

impl Template {
    pub(crate) fn parse(text: &str, reading: Reading) -> Self {
        let mut parts = Vec::new();
        let mut syms: Vec<Sym> = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (plain, reference) = split_variable(rest, reading.variables);
            if reading.wildcards {
                syms.extend(wildcards(plain));
            } else {
                syms.extend(plain.chars().map(Sym::Char));
            }
            let Some((inside, after)) = reference else {
                break;
            };
            rest = after;
            match inside {
                "*" => syms.push(Sym::Char('*')),
                "?" => syms.push(Sym::Char('?')),
                "$" => syms.push(Sym::Char('$')),
                _ => {
                    if !syms.is_empty() {
                        parts.push(Part::Syms(std::mem::take(&mut syms).into()));
                    }
                    parts.push(variable(inside));
                }
            }
        }
        if parts.is_empty() {
            return Self::Fixed(Pattern::from_syms(syms));
        }
        if !syms.is_empty() {
            parts.push(Part::Syms(syms.into()));
        }
        Self::Variable(parts.into())
    }

    /// Whether a known text matches; `None` when the value of a variable cannot be told.
    pub(crate) fn matches(&self, text: &str, case: Case, context: &Context<'_>) -> Option<bool> {
        match self {
            Self::Fixed(pattern) => Some(pattern.matches(text, case)),
            Self::Variable(parts) => match fill(parts, context) {
                Filled::Syms(syms) => Some(glob(&syms, text, case)),
                Filled::Null => Some(false),
                Filled::Unknown => None,
            },
        }
    }

    /// As [`Template::matches`], for a text with opaque parts: with `every`, whether all their values match, else
    /// whether any could.
    pub(crate) fn matches_opaque(
        &self,
        text: &[TextSym],
        every: bool,
        context: &Context<'_>,
    ) -> Option<bool> {
        let filled;
        let pattern = match self {
            Self::Fixed(pattern) => pattern,
            Self::Variable(parts) => match fill(parts, context) {
                Filled::Syms(syms) => {
                    filled = Pattern::from_syms(syms);
                    &filled
                }
                Filled::Null => return Some(false),
                Filled::Unknown => return None,
            },
        };
        Some(if every {
            pattern.covers(text)
        } else {
            pattern.could_match(text)
        })
    }
}

/// A template with the values of its variables put in.
enum Filled {
    Syms(Vec<Sym>),
    /// A variable has no value: nothing is equal or like it (*IAM policy elements: Variables and tags*, Policy variables
    /// with no value).
    Null,
    /// The value of a variable cannot be told, or there are several.
    Unknown,
}

/// Puts the values of one request in. Characters of a value are literal: a value cannot bring a wildcard in.
fn fill(parts: &[Part], context: &Context<'_>) -> Filled {
    let mut syms = Vec::with_capacity(64);
    for part in parts {
        match part {
            Part::Syms(fixed) => syms.extend_from_slice(fixed),
            Part::Variable { key, default } => {
                let value = match (context.get(key), default) {
                    (Some([value]), _) => value.as_ref(),
                    (Some([_, _, ..]), _) => return Filled::Unknown,
                    (None, _) if context.unknown(key).is_some() => return Filled::Unknown,
                    (Some([]) | None, Some(default)) => default,
                    (Some([]) | None, None) => return Filled::Null,
                };
                syms.extend(value.chars().map(Sym::Char));
            }
        }
    }
    Filled::Syms(syms)
}

/// Splits off the text up to the next `${…}`, with its inside and what follows. An opening without an end is text.
fn split_variable(text: &str, variables: bool) -> (&str, Option<(&str, &str)>) {
    if variables
        && let Some((plain, after)) = text.split_once("${")
        && let Some((inside, after)) = after.split_once('}')
    {
        return (plain, Some((inside, after)));
    }
    (text, None)
}

fn variable(inside: &str) -> Part {
    let (key, default) = match inside.split_once(',') {
        Some((key, default)) => (key.trim(), Some(default.trim())),
        None => (inside.trim(), None),
    };
    let default = default
        .and_then(|text| text.strip_prefix('\''))
        .and_then(|text| text.strip_suffix('\''));
    Part::Variable {
        key: key.into(),
        default: default.map(Into::into),
    }
}

/// Splits at colons that are not inside `${…}`, into at most `limit` pieces.
pub(crate) fn split_colons(text: &str, limit: usize, variables: bool) -> Vec<&str> {
    let mut pieces = Vec::with_capacity(limit);
    let (mut start, mut at) = (0, 0);
    while pieces.len() + 1 < limit && at < text.len() {
        let rest = &text[at..];
        if variables
            && rest.starts_with("${")
            && let Some(end) = rest.find('}')
        {
            at += end;
        } else if rest.starts_with(':') {
            pieces.push(&text[start..at]);
            start = at + 1;
        }
        at += text[at..].chars().next().map_or(1, char::len_utf8);
    }
    pieces.push(&text[start..]);
    pieces
}
