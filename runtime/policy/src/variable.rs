//! Policy variables: `${aws:username}`, `${aws:PrincipalTag/team, 'none'}`, and the escapes `${*}`, `${?}`, `${$}`.

use crate::Context;
use crate::context::Known;
use crate::key::Key;
use crate::opaque::{Sym, TextSym, could_match, covers};
use crate::pattern::{Pattern, Piece, Token, glob, push, same_ignoring_case, wildcards};

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
    Token(Token),
    Variable { key: Key, default: Option<Box<str>> },
}

/// Why a comparison has no outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lack {
    /// A variable has several values, or a value of the request is none of the operator's.
    Value,
    /// Nobody can tell the value of a variable.
    Knowledge,
}

/// Conjunction: a false wins over a lack.
pub(crate) fn all<T>(
    items: impl IntoIterator<Item = T>,
    test: impl FnMut(T) -> Result<bool, Lack>,
) -> Result<bool, Lack> {
    until(false, items, test)
}

/// Disjunction: a true wins over a lack.
pub(crate) fn any<T>(
    items: impl IntoIterator<Item = T>,
    test: impl FnMut(T) -> Result<bool, Lack>,
) -> Result<bool, Lack> {
    until(true, items, test)
}

fn until<T>(
    decisive: bool,
    items: impl IntoIterator<Item = T>,
    mut test: impl FnMut(T) -> Result<bool, Lack>,
) -> Result<bool, Lack> {
    let mut lack = None;
    for item in items {
        match test(item) {
            Ok(outcome) if outcome == decisive => return Ok(decisive),
            Ok(_) => {}
            Err(found) => lack = lack.max(Some(found)),
        }
    }
    lack.map_or(Ok(!decisive), Err)
}

impl Part {
    /// The part as it stands for one request; `None` for a variable without a value, to which nothing is equal or like
    /// (*IAM policy elements: Variables and tags*, Policy variables with no value). Characters of a value are text: a value
    /// cannot bring a wildcard in.
    pub(crate) fn piece<'a>(&'a self, context: &'a Context<'_>) -> Result<Option<Piece<'a>>, Lack> {
        match self {
            Part::Token(token) => Ok(Some(token.piece())),
            Part::Variable { key, default } => {
                let text = match context.known(key) {
                    Known::Values([value]) => Some(value.as_ref()),
                    Known::Values([]) | Known::Absent => default.as_deref(),
                    Known::Values(_) => return Err(Lack::Value),
                    Known::Unknown => return Err(Lack::Knowledge),
                };
                Ok(text.map(Piece::Text))
            }
        }
    }
}

/// How many parts of a template are put together without allocating.
const INLINE: usize = 8;

impl Template {
    pub(crate) fn parse(text: &str, reading: Reading) -> Self {
        let parts = parts(text, reading);
        let tokens = parts.iter().map(|part| match part {
            Part::Token(token) => Some(token.clone()),
            Part::Variable { .. } => None,
        });
        match tokens.collect() {
            Some(tokens) => Self::Fixed(Pattern::from_tokens(tokens)),
            None => Self::Variable(parts.into()),
        }
    }

    /// Whether a known text matches.
    pub(crate) fn matches(&self, text: &str, context: &Context<'_>) -> Result<bool, Lack> {
        match self {
            Self::Fixed(pattern) => Ok(pattern.matches(text)),
            Self::Variable(parts) => with_pieces(parts, context, |pieces| {
                glob(pieces.len(), |at| pieces[at], text)
            }),
        }
    }

    /// Whether a known text equals a template without wildcards but for case.
    pub(crate) fn matches_ignoring_case(
        &self,
        text: &str,
        context: &Context<'_>,
    ) -> Result<bool, Lack> {
        match self {
            Self::Fixed(Pattern::Exact(want)) if want.is_ascii() && text.is_ascii() => {
                Ok(want.eq_ignore_ascii_case(text))
            }
            Self::Fixed(Pattern::Exact(want)) => {
                Ok(same_ignoring_case(std::iter::once(&**want), text))
            }
            Self::Fixed(_) => Ok(false),
            Self::Variable(parts) => with_pieces(parts, context, |pieces| {
                let texts = pieces.iter().map(|piece| match *piece {
                    Piece::Text(text) => text,
                    Piece::One | Piece::Star => "",
                });
                same_ignoring_case(texts, text)
            }),
        }
    }

    /// As [`Template::matches`], for a text with opaque parts: with `every`, whether all their values match, else
    /// whether any could.
    pub(crate) fn matches_opaque(
        &self,
        text: &[TextSym],
        every: bool,
        context: &Context<'_>,
    ) -> Result<bool, Lack> {
        let syms = match self {
            Self::Fixed(pattern) => pattern.syms(),
            Self::Variable(parts) => match syms(parts, context)? {
                Some(syms) => syms,
                None => return Ok(false),
            },
        };
        Ok(if every {
            covers(&syms, text)
        } else {
            could_match(&syms, text)
        })
    }
}

/// The parts' symbols for one request; `None` when a variable has no value.
fn syms(parts: &[Part], context: &Context<'_>) -> Result<Option<Vec<Sym>>, Lack> {
    let mut syms = Vec::with_capacity(64);
    for part in parts {
        match part.piece(context)? {
            Some(piece) => syms.extend(piece.syms()),
            None => return Ok(None),
        }
    }
    Ok(Some(syms))
}

/// Tests the parts' pieces for one request; false when a variable has no value.
fn with_pieces(
    parts: &[Part],
    context: &Context<'_>,
    test: impl FnOnce(&[Piece<'_>]) -> bool,
) -> Result<bool, Lack> {
    let mut inline = [Piece::One; INLINE];
    let mut many;
    let pieces = if let Some(inline) = inline.get_mut(..parts.len()) {
        inline
    } else {
        many = vec![Piece::One; parts.len()];
        &mut many
    };
    for (piece, part) in pieces.iter_mut().zip(parts) {
        match part.piece(context)? {
            Some(found) => *piece = found,
            None => return Ok(false),
        }
    }
    Ok(test(pieces))
}

/// The parts of a text.
pub(crate) fn parts(text: &str, reading: Reading) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut tokens = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (plain, reference) = split_variable(rest, reading.variables);
        if reading.wildcards {
            wildcards(plain).for_each(|piece| push(&mut tokens, piece));
        } else if !plain.is_empty() {
            push(&mut tokens, Piece::Text(plain));
        }
        let Some((inside, after)) = reference else {
            break;
        };
        rest = after;
        match inside {
            "*" | "?" | "$" => push(&mut tokens, Piece::Text(inside)),
            _ => {
                parts.extend(tokens.drain(..).map(Part::Token));
                parts.push(variable(inside));
            }
        }
    }
    parts.extend(tokens.into_iter().map(Part::Token));
    parts
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

/// The keys of the variables of a text.
pub(crate) fn keys_of(text: &str, variables: bool) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (_, reference) = split_variable(rest, variables);
        let (inside, after) = reference?;
        rest = after;
        Some(inside)
    })
    .filter(|inside| !matches!(*inside, "*" | "?" | "$"))
    .map(|inside| inside.split(',').next().unwrap_or(inside).trim())
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
        key: Key::new(key),
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
