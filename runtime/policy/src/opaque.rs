//! Patterns held against texts with unknown parts: whether they match whatever those are, and whether they could match.

/// A symbol of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sym {
    Char(char),
    /// Any one character.
    One,
    /// Any characters.
    Star,
    /// Any one character but a colon.
    OneWithin,
    /// Any characters but colons.
    Within,
}

/// A symbol of a text with unknown parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextSym {
    Char(char),
    /// One character that is not known, and no colon.
    One,
    /// Any number of characters that are not known.
    Opaque,
}

/// Whether every value of the text's opaque parts matches, for a pattern of [`Sym::Char`], [`Sym::One`] and [`Sym::Star`].
/// Only a `*` can cover an opaque part, so `?*` is not taken to cover one.
pub(crate) fn covers(syms: &[Sym], text: &[TextSym]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut retry = None;
    loop {
        match (syms.get(p), text.get(t)) {
            (Some(Sym::Star), _) => {
                p += 1;
                retry = Some((p, t));
                continue;
            }
            (Some(Sym::Char(a)), Some(TextSym::Char(b))) if a == b => {
                p += 1;
                t += 1;
                continue;
            }
            (Some(Sym::One), Some(TextSym::Char(_) | TextSym::One)) => {
                p += 1;
                t += 1;
                continue;
            }
            (None, None) => return true,
            _ => {}
        }
        match retry {
            Some((after, from)) if from < text.len() => {
                p = after;
                t = from + 1;
                retry = Some((after, t));
            }
            _ => return false,
        }
    }
}

/// Whether some value of the text's opaque parts matches. The work is the product of the lengths.
pub(crate) fn could_match(syms: &[Sym], text: &[TextSym]) -> bool {
    // row[t]: the symbols from p on can match the text from t on. Filled from the end of both.
    let mut row = vec![false; text.len() + 1];
    let mut next = row.clone();
    for p in (0..=syms.len()).rev() {
        for t in (0..=text.len()).rev() {
            let skip_opaque =
                |next: &[bool]| matches!(text.get(t), Some(TextSym::Opaque)) && next[t + 1];
            next[t] = match (syms.get(p), text.get(t)) {
                (None, None) => true,
                (None, Some(_)) => skip_opaque(&next),
                (Some(Sym::Star | Sym::Within), None) => row[t],
                (Some(Sym::Within), Some(TextSym::Char(':'))) => row[t],
                (Some(Sym::Star | Sym::Within), Some(_)) => row[t] || next[t + 1],
                (Some(_), Some(TextSym::Opaque)) => row[t] || skip_opaque(&next),
                (Some(Sym::OneWithin), Some(TextSym::Char(':'))) => false,
                (Some(_), Some(TextSym::One))
                | (Some(Sym::One | Sym::OneWithin), Some(TextSym::Char(_))) => row[t + 1],
                (Some(Sym::Char(a)), Some(TextSym::Char(b))) => a == b && row[t + 1],
                (Some(_), None) => false,
            };
        }
        std::mem::swap(&mut row, &mut next);
        // What the last symbols match nowhere, no earlier ones can mend.
        if !row.contains(&true) {
            return false;
        }
    }
    row[0]
}
