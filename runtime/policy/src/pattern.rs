//! Wildcard patterns: `*` for any run of characters, `?` for exactly one.

/// A symbol of a pattern. A `*` that an escape (`${*}`) made literal is a [`Sym::Char`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sym {
    Char(char),
    One,
    Star,
}

/// A symbol of a text with unknown parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextSym {
    Char(char),
    /// One character that is not known.
    One,
    /// Any number of characters that are not known.
    Opaque,
}

/// Whether letters are compared by case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    Sensitive,
    Ignored,
}

impl Case {
    fn eq(self, a: char, b: char) -> bool {
        if a == b {
            return true;
        }
        match self {
            Case::Sensitive => false,
            Case::Ignored if a.is_ascii() && b.is_ascii() => a.eq_ignore_ascii_case(&b),
            Case::Ignored => a.to_lowercase().eq(b.to_lowercase()),
        }
    }

    fn eq_str(self, a: &str, b: &str) -> bool {
        match self {
            Case::Sensitive => a == b,
            Case::Ignored => {
                a.eq_ignore_ascii_case(b)
                    || (!(a.is_ascii() && b.is_ascii())
                        && a.chars()
                            .flat_map(char::to_lowercase)
                            .eq(b.chars().flat_map(char::to_lowercase)))
            }
        }
    }
}

/// A compiled pattern. The common forms have their own variant so that they cost one comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Pattern {
    Any,
    Exact(Box<str>),
    Prefix(Box<str>),
    Glob(Box<[Sym]>),
}

impl Pattern {
    /// Reads `*` and `?` as wildcards.
    pub(crate) fn glob(text: &str) -> Self {
        Self::from_syms(wildcards(text).collect())
    }

    pub(crate) fn from_syms(mut syms: Vec<Sym>) -> Self {
        syms.dedup_by(|a, b| *a == Sym::Star && *b == Sym::Star);
        let literal = |syms: &[Sym]| -> Option<Box<str>> {
            syms.iter()
                .map(|sym| match sym {
                    Sym::Char(c) => Some(*c),
                    Sym::One | Sym::Star => None,
                })
                .collect::<Option<String>>()
                .map(Into::into)
        };
        if let Some(text) = literal(&syms) {
            return Self::Exact(text);
        }
        if let Some((Sym::Star, head)) = syms.split_last()
            && let Some(text) = literal(head)
        {
            return if text.is_empty() {
                Self::Any
            } else {
                Self::Prefix(text)
            };
        }
        Self::Glob(syms.into())
    }

    pub(crate) fn matches(&self, text: &str, case: Case) -> bool {
        match self {
            Pattern::Any => true,
            Pattern::Exact(want) => case.eq_str(want, text),
            Pattern::Prefix(want) => match (case, text.get(..want.len())) {
                (_, Some(head)) if case.eq_str(want, head) => true,
                (Case::Sensitive, _) => false,
                // Case folding can change the length of a text beyond ASCII.
                (Case::Ignored, _) => !want.is_ascii() && glob(&self.syms(), text, case),
            },
            Pattern::Glob(syms) => glob(syms, text, case),
        }
    }

    /// Whether every value of the text's opaque parts matches. Only a `*` can cover an opaque part, so `?*` is not taken
    /// to cover one.
    pub(crate) fn covers(&self, text: &[TextSym]) -> bool {
        let syms = self.syms();
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

    /// Whether some value of the text's opaque parts matches.
    pub(crate) fn could_match(&self, text: &[TextSym]) -> bool {
        let syms = self.syms();
        // row[t]: the symbols from p on can match the text from t on. Filled from the end of both.
        let mut row = vec![false; text.len() + 1];
        for p in (0..=syms.len()).rev() {
            let mut next = vec![false; text.len() + 1];
            for t in (0..=text.len()).rev() {
                let skip_opaque =
                    |next: &[bool]| matches!(text.get(t), Some(TextSym::Opaque)) && next[t + 1];
                next[t] = match (syms.get(p), text.get(t)) {
                    (None, None) => true,
                    (None, Some(_)) => skip_opaque(&next),
                    (Some(Sym::Star), Some(_)) => row[t] || next[t + 1],
                    (Some(Sym::Star), None) => row[t],
                    (Some(_), Some(TextSym::Opaque)) => row[t] || skip_opaque(&next),
                    (Some(_), Some(TextSym::One)) | (Some(Sym::One), Some(TextSym::Char(_))) => {
                        row[t + 1]
                    }
                    (Some(Sym::Char(a)), Some(TextSym::Char(b))) => a == b && row[t + 1],
                    (Some(_), None) => false,
                };
            }
            row = next;
        }
        row[0]
    }

    fn syms(&self) -> Vec<Sym> {
        let chars = |text: &str| text.chars().map(Sym::Char).collect::<Vec<_>>();
        match self {
            Pattern::Any => vec![Sym::Star],
            Pattern::Exact(text) => chars(text),
            Pattern::Prefix(text) => {
                let mut syms = chars(text);
                syms.push(Sym::Star);
                syms
            }
            Pattern::Glob(syms) => syms.to_vec(),
        }
    }
}

pub(crate) fn wildcards(text: &str) -> impl Iterator<Item = Sym> {
    text.chars().map(|c| match c {
        '*' => Sym::Star,
        '?' => Sym::One,
        c => Sym::Char(c),
    })
}

/// Two pointers and one point to fall back to: a later `*` makes every earlier one settled, so the work is at most the
/// product of the lengths, never exponential.
pub(crate) fn glob(syms: &[Sym], text: &str, case: Case) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut retry = None;
    let at = |t: usize| text.get(t..).and_then(|rest| rest.chars().next());
    loop {
        match (syms.get(p), at(t)) {
            (Some(Sym::Star), _) => {
                p += 1;
                if p == syms.len() {
                    return true;
                }
                retry = Some((p, t));
                continue;
            }
            (Some(Sym::Char(a)), Some(b)) if case.eq(*a, b) => {
                p += 1;
                t += b.len_utf8();
                continue;
            }
            (Some(Sym::One), Some(b)) => {
                p += 1;
                t += b.len_utf8();
                continue;
            }
            (None, None) => return true,
            _ => {}
        }
        match retry {
            Some((after, from)) => {
                let Some(skipped) = at(from) else {
                    return false;
                };
                p = after;
                t = from + skipped.len_utf8();
                retry = Some((after, t));
            }
            None => return false,
        }
    }
}
