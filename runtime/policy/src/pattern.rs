//! Wildcard patterns: `*` for any run of characters, `?` for exactly one.

use crate::opaque::Sym;

/// An element of a pattern. A `*` that an escape (`${*}`) made literal is text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    Text(Box<str>),
    One,
    Star,
}

impl Token {
    pub(crate) fn piece(&self) -> Piece<'_> {
        match self {
            Token::Text(text) => Piece::Text(text),
            Token::One => Piece::One,
            Token::Star => Piece::Star,
        }
    }
}

/// A token as it stands for one request, when its variable has a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    Text(&'a str),
    One,
    Star,
}

impl Piece<'_> {
    pub(crate) fn syms(self) -> impl Iterator<Item = Sym> {
        let (text, wildcard) = match self {
            Piece::Text(text) => (text, None),
            Piece::One => ("", Some(Sym::One)),
            Piece::Star => ("", Some(Sym::Star)),
        };
        text.chars().map(Sym::Char).chain(wildcard)
    }
}

/// Splits a text at its wildcards.
pub(crate) fn wildcards(text: &str) -> impl Iterator<Item = Piece<'_>> {
    text.split_inclusive(['*', '?']).flat_map(|part| {
        let (plain, wildcard) = match part.strip_suffix('*') {
            Some(plain) => (plain, Some(Piece::Star)),
            None => match part.strip_suffix('?') {
                Some(plain) => (plain, Some(Piece::One)),
                None => (part, None),
            },
        };
        let plain = (!plain.is_empty()).then_some(Piece::Text(plain));
        plain.into_iter().chain(wildcard)
    })
}

/// Adds a piece to a pattern in the making: texts join, a second `*` in a row says nothing new.
pub(crate) fn push(tokens: &mut Vec<Token>, piece: Piece<'_>) {
    match (piece, tokens.last_mut()) {
        (Piece::Text(text), Some(Token::Text(held))) => {
            let joined = [held, text].concat();
            *held = joined.into();
        }
        (Piece::Text(text), _) => tokens.push(Token::Text(text.into())),
        (Piece::One, _) => tokens.push(Token::One),
        (Piece::Star, Some(Token::Star)) => {}
        (Piece::Star, _) => tokens.push(Token::Star),
    }
}

/// A compiled pattern. The common forms have their own variant so that they cost one comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Pattern {
    Any,
    Exact(Box<str>),
    Prefix(Box<str>),
    Glob(Box<[Token]>),
}

impl Pattern {
    /// Reads `*` and `?` as wildcards.
    pub(crate) fn glob(text: &str) -> Self {
        let mut tokens = Vec::new();
        wildcards(text).for_each(|piece| push(&mut tokens, piece));
        Self::from_tokens(tokens)
    }

    pub(crate) fn from_tokens(tokens: Vec<Token>) -> Self {
        match tokens.as_slice() {
            [] => Self::Exact("".into()),
            [Token::Star] => Self::Any,
            [Token::Text(text)] => Self::Exact(text.clone()),
            [Token::Text(text), Token::Star] => Self::Prefix(text.clone()),
            _ => Self::Glob(tokens.into()),
        }
    }

    /// The pattern of the texts that begin with this one and go on as the pattern has it.
    pub(crate) fn after(&self, head: &str) -> Self {
        let mut tokens = Vec::new();
        push(&mut tokens, Piece::Text(head));
        let (text, rest) = self.parts();
        push(&mut tokens, Piece::Text(text));
        rest.iter()
            .for_each(|token| push(&mut tokens, token.piece()));
        Self::from_tokens(tokens)
    }

    pub(crate) fn matches(&self, text: &str) -> bool {
        match self {
            Pattern::Any => true,
            Pattern::Exact(want) => **want == *text,
            Pattern::Prefix(want) => text.as_bytes().starts_with(want.as_bytes()),
            Pattern::Glob(tokens) => glob(tokens.len(), |at| tokens[at].piece(), text),
        }
    }

    /// The text that it begins with, and what follows.
    fn parts(&self) -> (&str, &[Token]) {
        match self {
            Pattern::Any => ("", &[Token::Star]),
            Pattern::Exact(text) => (text, &[]),
            Pattern::Prefix(text) => (text, &[Token::Star]),
            Pattern::Glob(tokens) => ("", tokens),
        }
    }

    pub(crate) fn syms(&self) -> Vec<Sym> {
        let (text, rest) = self.parts();
        let tokens = rest.iter().map(Token::piece);
        std::iter::once(Piece::Text(text))
            .chain(tokens)
            .flat_map(Piece::syms)
            .collect()
    }
}

/// Two pointers and one point to fall back to: a later `*` makes every earlier one settled, so the work is at most the
/// product of the lengths, never exponential.
pub(crate) fn glob<'p>(count: usize, piece: impl Fn(usize) -> Piece<'p>, text: &str) -> bool {
    let (mut p, mut t) = (0, 0);
    // The piece after the last `*`, and where it was tried.
    let mut retry: Option<(usize, usize)> = None;
    let at = |t: usize| text.get(t..).and_then(|rest| rest.chars().next());
    loop {
        let step = if p == count {
            if t == text.len() {
                return true;
            }
            None
        } else {
            match piece(p) {
                Piece::Star => {
                    p += 1;
                    if p == count {
                        return true;
                    }
                    retry = Some((p, t));
                    Some(0)
                }
                Piece::Text(want) => {
                    let rest = text.as_bytes().get(t..).unwrap_or_default();
                    let found = rest.starts_with(want.as_bytes());
                    p += usize::from(found);
                    found.then_some(want.len())
                }
                Piece::One => {
                    p += 1;
                    at(t).map(char::len_utf8)
                }
            }
        };
        if let Some(length) = step {
            t += length;
            continue;
        }
        let Some((after, tried)) = retry else {
            return false;
        };
        let Some(skipped) = at(tried) else {
            return false;
        };
        let mut next = tried + skipped.len_utf8();
        // What follows the `*` is found faster than tried at each place.
        if let Piece::Text(want) = piece(after) {
            match text.get(next..).and_then(|rest| rest.find(want)) {
                Some(distance) => next += distance,
                None => return false,
            }
        }
        (p, t) = (after, next);
        retry = Some((after, next));
    }
}

/// Compares without regard to case.
pub(crate) fn same_ignoring_case<'a>(pieces: impl Iterator<Item = &'a str>, text: &str) -> bool {
    let lower = |c: char| c.to_lowercase();
    pieces
        .flat_map(str::chars)
        .flat_map(lower)
        .eq(text.chars().flat_map(lower))
}
