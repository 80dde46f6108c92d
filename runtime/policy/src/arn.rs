//! ARNs as patterns and as what they are matched against.
//!
//! AWS compares an ARN piece by piece: a wildcard in one of the first five pieces stays within it, the sixth takes all
//! the rest (*IAM JSON policy elements: Condition operators*, ARN operators). In a `Resource`, a `*` that ends a piece may
//! also run on beyond its colon (*IAM JSON policy elements: Resource*).

use crate::Context;
use crate::opaque::{Sym, TextSym, could_match};
use crate::pattern::{Pattern, Token};
use crate::request::{Repr, Resource, Span};
use crate::variable::{Lack, Part, Reading, Template, all, parts, split_colons};

/// Partition, service, region, account and resource of an ARN.
const PIECES: usize = 5;

/// The order in which pieces are compared: those that differ most between resources first.
const ORDER: [usize; PIECES] = [4, 1, 2, 3, 0];

/// A compiled ARN pattern.
#[derive(Debug, Clone)]
pub(crate) enum ArnPattern {
    /// `*` alone.
    Any,
    /// A pattern for each piece.
    Pieces(Box<Pieces>),
    /// Not an ARN: compared as one text, with names that are not ARNs either.
    Plain(Template),
}

#[derive(Debug, Clone)]
pub(crate) struct Pieces {
    apart: [Template; PIECES],
    /// All of them at once, where the first four have neither wildcards nor variables.
    whole: Option<Whole>,
    across: Option<Across>,
}

/// A pattern compared as one text, which is faster and comes to the same where the first pieces are plain.
#[derive(Debug, Clone)]
enum Whole {
    Fixed(Pattern),
    /// The text up to the last piece, which has a variable.
    Before(Box<str>),
}

/// A resource pattern whose wildcards may run on beyond a colon.
#[derive(Debug, Clone)]
struct Across {
    syms: Box<[AcrossPart]>,
    colons: usize,
}

#[derive(Debug, Clone)]
enum AcrossPart {
    Free(Part),
    /// A `?` or `*` of the first pieces that stays within its own.
    Within(Sym),
}

impl ArnPattern {
    /// A pattern of an ARN condition operator.
    pub(crate) fn parse(text: &str, variables: bool) -> Self {
        let reading = Reading {
            variables,
            wildcards: true,
        };
        if text == "*" {
            return Self::Any;
        }
        let Some(written) = pieces(text, variables) else {
            return Self::Plain(Template::parse(text, reading));
        };
        let apart = written.map(|piece| Template::parse(piece, reading));
        let ([first @ .., _], [.., last]) = (&written, &apart);
        let plain = |piece: &&str| !piece.contains(['*', '?', '$']);
        let whole = first.iter().all(plain).then(|| {
            let head = format!("arn:{}:", first.join(":"));
            match last {
                Template::Fixed(pattern) => Whole::Fixed(pattern.after(&head)),
                Template::Variable(_) => Whole::Before(head.into()),
            }
        });
        Self::Pieces(Box::new(Pieces {
            apart,
            whole,
            across: None,
        }))
    }

    /// An entry of `Resource` or `NotResource`.
    pub(crate) fn parse_resource(text: &str, variables: bool) -> Self {
        let mut pattern = Self::parse(text, variables);
        if let Self::Pieces(pieces) = &mut pattern {
            pieces.across = Across::parse(text, variables);
        }
        pattern
    }

    /// Whether a policy variable stands in it.
    pub(crate) fn has_variable(&self) -> bool {
        let is_variable = |template: &Template| matches!(template, Template::Variable(_));
        match self {
            Self::Any => false,
            Self::Pieces(pieces) => pieces.apart.iter().any(is_variable),
            Self::Plain(template) => is_variable(template),
        }
    }

    /// Whether the name matches. With `every`, all values of the name's opaque parts must match, else one is enough.
    pub(crate) fn matches(
        &self,
        name: &Name<'_>,
        every: bool,
        context: &Context<'_>,
    ) -> Result<bool, Lack> {
        match (self, name) {
            (Self::Any, _) => Ok(true),
            (Self::Plain(want), Name::Plain(have)) => want.matches(have, context),
            (Self::Plain(want), Name::OpaquePlain(have)) => {
                want.matches_opaque(have, every, context)
            }
            // An unknown name could be any ARN; `*` is the only pattern that covers it.
            (Self::Pieces(_), Name::OpaquePlain(_)) => Ok(!every),
            (Self::Pieces(_), Name::Plain(_)) | (Self::Plain(_), _) => Ok(false),
            (Self::Pieces(want), Name::Arn { text, pieces }) => want.matches(text, pieces, context),
            (Self::Pieces(want), Name::OpaqueArn { text, pieces }) => {
                want.matches_opaque(text, pieces, every, context)
            }
        }
    }
}

impl Pieces {
    fn matches(
        &self,
        text: &str,
        have: &[&str; PIECES],
        context: &Context<'_>,
    ) -> Result<bool, Lack> {
        match (&self.whole, &self.apart) {
            (Some(Whole::Fixed(pattern)), _) => return Ok(pattern.matches(text)),
            (Some(Whole::Before(head)), [.., last]) => {
                return match text.strip_prefix(&**head) {
                    Some(rest) => last.matches(rest, context),
                    None => Ok(false),
                };
            }
            (None, _) => {}
        }
        let apart = all(ORDER, |at| self.apart[at].matches(have[at], context));
        match &self.across {
            Some(across) if apart != Ok(true) => {
                // A wildcard that runs on takes a colon more than the pattern has.
                let colons = text.bytes().filter(|byte| *byte == b':').count();
                if colons <= across.colons {
                    return apart;
                }
                let text: Vec<TextSym> = text.chars().map(TextSym::Char).collect();
                across.could_match(&text, context)
            }
            _ => apart,
        }
    }

    fn matches_opaque(
        &self,
        text: &[TextSym],
        have: &[Vec<TextSym>; PIECES],
        every: bool,
        context: &Context<'_>,
    ) -> Result<bool, Lack> {
        let apart = all(ORDER, |at| {
            self.apart[at].matches_opaque(&have[at], every, context)
        });
        match &self.across {
            // To be certain of every value, the pieces apart are enough to go by.
            Some(across) if apart != Ok(true) && !every => across.could_match(text, context),
            _ => apart,
        }
    }
}

impl Across {
    /// `None` for a pattern without a wildcard that may run on from one of the first pieces.
    fn parse(text: &str, variables: bool) -> Option<Self> {
        let reading = Reading {
            variables,
            wildcards: true,
        };
        let pieces = split_colons(text, PIECES + 1, variables);
        let first = pieces.len().min(PIECES);
        if !pieces[..first].iter().any(|piece| piece.ends_with('*')) {
            return None;
        }
        let mut syms = Vec::new();
        for (index, piece) in pieces.iter().enumerate() {
            if index > 0 {
                syms.push(AcrossPart::Free(Part::Token(Token::Text(":".into()))));
            }
            let parts = parts(piece, reading);
            let last = parts.len().saturating_sub(1);
            for (at, part) in parts.into_iter().enumerate() {
                syms.push(match &part {
                    Part::Token(Token::One) if index < PIECES => AcrossPart::Within(Sym::OneWithin),
                    Part::Token(Token::Star) if index < PIECES && at < last => {
                        AcrossPart::Within(Sym::Within)
                    }
                    _ => AcrossPart::Free(part),
                });
            }
        }
        Some(Self {
            syms: syms.into(),
            colons: text.bytes().filter(|byte| *byte == b':').count(),
        })
    }

    fn could_match(&self, text: &[TextSym], context: &Context<'_>) -> Result<bool, Lack> {
        let mut syms = Vec::with_capacity(64);
        for part in &self.syms {
            match part {
                AcrossPart::Free(part) => match part.piece(context)? {
                    Some(piece) => syms.extend(piece.syms()),
                    None => return Ok(false),
                },
                AcrossPart::Within(sym) => syms.push(*sym),
            }
        }
        Ok(could_match(&syms, text))
    }
}

/// The pieces after `arn:`; missing ones count as `*`, as AWS fills them in.
fn pieces(text: &str, variables: bool) -> Option<[&str; PIECES]> {
    let mut split = split_colons(text, PIECES + 1, variables).into_iter();
    if split.next() != Some("arn") {
        return None;
    }
    Some(std::array::from_fn(|_| split.next().unwrap_or("*")))
}

/// The partition, service, region, account and resource of an ARN; `None` of what is none.
///
/// ```
/// use stockade_policy::split_arn;
///
/// let table = "arn:aws:dynamodb:us-east-1:123456789012:table/a:b";
/// assert_eq!(split_arn(table), Some(["aws", "dynamodb", "us-east-1", "123456789012", "table/a:b"]));
/// assert_eq!(split_arn("arn:aws:s3"), None);
/// ```
#[must_use]
pub fn split_arn(text: &str) -> Option<[&str; PIECES]> {
    let mut rest = text.strip_prefix("arn:")?;
    let mut pieces = [""; PIECES];
    let [first @ .., last] = &mut pieces;
    for piece in first {
        // Pieces are short: to look at each byte is faster than to set up a search.
        let colon = rest.bytes().position(|byte| byte == b':')?;
        (*piece, rest) = (&rest[..colon], &rest[colon + 1..]);
    }
    *last = rest;
    Some(pieces)
}

/// What a pattern is matched against, split once for all patterns.
#[derive(Debug)]
pub(crate) enum Name<'a> {
    Arn {
        text: &'a str,
        pieces: [&'a str; PIECES],
    },
    Plain(&'a str),
    OpaqueArn {
        text: Vec<TextSym>,
        pieces: Box<[Vec<TextSym>; PIECES]>,
    },
    OpaquePlain(Vec<TextSym>),
}

impl<'a> Name<'a> {
    pub(crate) fn literal(text: &'a str) -> Self {
        match split_arn(text) {
            Some(pieces) => Self::Arn { text, pieces },
            None => Self::Plain(text),
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
                return Self::OpaqueArn {
                    text,
                    pieces: Box::new(pieces),
                };
            }
        }
        Self::OpaquePlain(text)
    }
}
