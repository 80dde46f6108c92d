//! ARNs as patterns and as what they are matched against.
//!
//! AWS compares an ARN piece by piece: a wildcard in one of the first five pieces stays within it, the sixth takes all
//! the rest (*IAM JSON policy elements: Condition operators*, ARN operators).

use crate::Context;
use crate::pattern::{Case, TextSym};
use crate::request::{Repr, Resource, Span};
use crate::variable::{Reading, Template, split_colons};

/// Partition, service, region, account and resource of an ARN.
const PIECES: usize = 5;

/// A compiled ARN pattern.
#[derive(Debug, Clone)]
pub(crate) enum ArnPattern {
    /// `*` alone.
    Any,
    /// A pattern for each piece.
    Pieces(Box<[Template; PIECES]>),
    /// Not an ARN: compared as one text, with names that are not ARNs either.
    Plain(Template),
}

impl ArnPattern {
    pub(crate) fn parse(text: &str, reading: Reading) -> Self {
        if text == "*" {
            return Self::Any;
        }
        match pieces(text, reading.variables) {
            Some(pieces) => Self::Pieces(Box::new(
                pieces.map(|piece| Template::parse(piece, reading)),
            )),
            None => Self::Plain(Template::parse(text, reading)),
        }
    }

    /// Whether a policy variable stands in it.
    pub(crate) fn has_variable(&self) -> bool {
        let is_variable = |template: &Template| matches!(template, Template::Variable(_));
        match self {
            Self::Any => false,
            Self::Pieces(pieces) => pieces.iter().any(is_variable),
            Self::Plain(template) => is_variable(template),
        }
    }

    /// Whether the name matches; `None` when the value of a variable cannot be told. With `every`, all values of the
    /// name's opaque parts must match, else one is enough.
    pub(crate) fn matches(
        &self,
        name: &Name<'_>,
        every: bool,
        context: &Context<'_>,
    ) -> Option<bool> {
        match (self, name) {
            (Self::Any, _) => Some(true),
            (Self::Pieces(want), Name::Arn(have)) => {
                all(want.iter().zip(have), |(pattern, piece)| {
                    pattern.matches(piece, Case::Sensitive, context)
                })
            }
            (Self::Pieces(want), Name::OpaqueArn(have)) => {
                all(want.iter().zip(have.iter()), |(pattern, piece)| {
                    pattern.matches_opaque(piece, every, context)
                })
            }
            (Self::Plain(want), Name::Plain(have)) => want.matches(have, Case::Sensitive, context),
            (Self::Plain(want), Name::OpaquePlain(have)) => {
                want.matches_opaque(have, every, context)
            }
            // An unknown name could be any ARN; `*` is the only pattern that covers it.
            (Self::Pieces(_), Name::OpaquePlain(_)) => Some(!every),
            _ => Some(false),
        }
    }
}

/// Conjunction of three-valued tests: a false wins over an unknown.
fn all<T>(items: impl Iterator<Item = T>, mut test: impl FnMut(T) -> Option<bool>) -> Option<bool> {
    let mut outcome = Some(true);
    for item in items {
        match test(item) {
            Some(true) => {}
            Some(false) => return Some(false),
            None => outcome = None,
        }
    }
    outcome
}

/// The pieces after `arn:`; missing ones count as `*`, as AWS fills them in.
pub(crate) fn pieces(text: &str, variables: bool) -> Option<[&str; PIECES]> {
    let mut split = split_colons(text, PIECES + 1, variables).into_iter();
    if split.next() != Some("arn") {
        return None;
    }
    Some(std::array::from_fn(|_| split.next().unwrap_or("*")))
}

/// What a pattern is matched against, split once for all patterns.
#[derive(Debug)]
pub(crate) enum Name<'a> {
    Arn([&'a str; PIECES]),
    Plain(&'a str),
    OpaqueArn(Box<[Vec<TextSym>; PIECES]>),
    OpaquePlain(Vec<TextSym>),
}

impl<'a> Name<'a> {
    pub(crate) fn literal(text: &'a str) -> Self {
        let mut split = text.splitn(PIECES + 1, ':');
        if split.next() != Some("arn") {
            return Self::Plain(text);
        }
        let mut complete = true;
        let pieces = std::array::from_fn(|_| {
            split.next().unwrap_or_else(|| {
                complete = false;
                ""
            })
        });
        if complete {
            Self::Arn(pieces)
        } else {
            Self::Plain(text)
        }
    }

    pub(crate) fn of(resource: &'a Resource<'_>) -> Self {
        match &resource.0 {
            Repr::Literal(text) => Self::literal(text),
            Repr::Spans(spans) => Self::opaque(spans),
        }
    }

    fn opaque(spans: &[Span<'_>]) -> Self {
        let text: Vec<TextSym> = spans
            .iter()
            .flat_map(|span| -> Box<dyn Iterator<Item = TextSym> + '_> {
                match span {
                    Span::Literal(text) => Box::new(text.chars().map(TextSym::Char)),
                    Span::Opaque => Box::new(std::iter::once(TextSym::Opaque)),
                    Span::Characters(count) => {
                        Box::new(std::iter::repeat_n(TextSym::One, (*count).into()))
                    }
                }
            })
            .collect();
        let mut pieces = text.splitn(PIECES + 1, |sym| *sym == TextSym::Char(':'));
        let arn = ['a', 'r', 'n'].map(TextSym::Char);
        if pieces.next() == Some(&arn[..]) {
            let pieces: Vec<Vec<TextSym>> = pieces.map(<[TextSym]>::to_vec).collect();
            if let Ok(pieces) = <[Vec<TextSym>; PIECES]>::try_from(pieces) {
                return Self::OpaqueArn(Box::new(pieces));
            }
        }
        Self::OpaquePlain(text)
    }
}
