//! Which statements of a policy may speak of an action, found without trying each of them.
//!
//! What all entries of all `Action` elements begin with, up to their first wildcard, is kept in order. Of the entries that an
//! action could match, the beginnings are beginnings of the action: the list is narrowed letter by letter, as one goes down a
//! trie, and what ends on the way is a candidate.

use crate::action::ActionPattern;
use crate::pattern::{Pattern, Piece, Token, glob};
use crate::statement::Statement;

/// With fewer statements, to try each costs less than to search.
const WORTHWHILE: usize = 8;

/// The index of a policy.
#[derive(Debug, Clone)]
pub(crate) struct ActionIndex {
    /// Statements that speak of all actions, or of all but some.
    broad: Box<[u32]>,
    /// In order of their beginnings.
    entries: Box<[Entry]>,
}

#[derive(Debug, Clone)]
struct Entry {
    head: Box<str>,
    tail: Tail,
    statement: u32,
}

/// What follows an entry's beginning.
#[derive(Debug, Clone)]
enum Tail {
    Nothing,
    Anything,
    Tokens(Box<[Token]>),
}

impl Tail {
    fn matches(&self, rest: &str) -> bool {
        match self {
            Tail::Nothing => rest.is_empty(),
            Tail::Anything => true,
            Tail::Tokens(tokens) => glob(tokens.len(), |at| tokens[at].piece(), rest),
        }
    }
}

impl ActionIndex {
    /// The index of these statements; `None` when they are few.
    pub(crate) fn new(statements: &[Statement]) -> Option<Self> {
        if statements.len() < WORTHWHILE {
            return None;
        }
        let (mut broad, mut entries) = (Vec::new(), Vec::new());
        for (number, statement) in (0..).zip(statements) {
            let set = &statement.actions;
            let any = set
                .entries
                .iter()
                .any(|entry| matches!(entry, ActionPattern::Any));
            if set.negated || any {
                broad.push(number);
                continue;
            }
            for entry in &set.entries {
                if let ActionPattern::Of(pattern) = entry {
                    let (head, tail) = split(pattern);
                    entries.push(Entry {
                        head: head.into(),
                        tail,
                        statement: number,
                    });
                }
            }
        }
        entries.sort_by(|a: &Entry, b| a.head.cmp(&b.head));
        Some(Self {
            broad: broad.into(),
            entries: entries.into(),
        })
    }

    /// The statements that speak of a folded action, in no order and some of them twice.
    pub(crate) fn candidates<'a>(
        &'a self,
        statements: &'a [Statement],
        action: &'a str,
    ) -> impl Iterator<Item = (usize, &'a Statement)> {
        let listed = Descent {
            entries: &self.entries,
            action,
            depth: 0,
        }
        .filter_map(move |entry| {
            let rest = action.get(entry.head.len()..)?;
            entry.tail.matches(rest).then_some(entry.statement)
        });
        let numbered = |number: u32| (number as usize, &statements[number as usize]);
        self.broad
            .iter()
            .copied()
            .map(numbered)
            .filter(move |(_, statement)| statement.actions.matches(action))
            .chain(listed.map(numbered))
    }
}

fn split(pattern: &Pattern) -> (&str, Tail) {
    match pattern {
        Pattern::Any => ("", Tail::Anything),
        Pattern::Exact(text) => (text, Tail::Nothing),
        Pattern::Prefix(text) => (text, Tail::Anything),
        Pattern::Glob(tokens) => match tokens
            .split_first()
            .map(|(first, rest)| (first.piece(), rest))
        {
            Some((Piece::Text(text), rest)) => (text, Tail::Tokens(rest.into())),
            _ => ("", Tail::Tokens(tokens.clone())),
        },
    }
}

/// Goes down the ordered entries along an action, giving those whose beginnings are the action's.
struct Descent<'a> {
    /// Those that begin with the action's first `depth` letters, in order, without those given already.
    entries: &'a [Entry],
    action: &'a str,
    depth: usize,
}

impl<'a> Iterator for Descent<'a> {
    type Item = &'a Entry;

    fn next(&mut self) -> Option<&'a Entry> {
        loop {
            let (first, rest) = self.entries.split_first()?;
            if first.head.len() == self.depth {
                self.entries = rest;
                return Some(first);
            }
            let letter = *self.action.as_bytes().get(self.depth)?;
            let depth = self.depth;
            // Those that end at this depth are gone, so that each has a letter here.
            let at = |entry: &Entry| entry.head.as_bytes()[depth];
            let from = self.entries.partition_point(|entry| at(entry) < letter);
            let to = self.entries.partition_point(|entry| at(entry) <= letter);
            self.entries = &self.entries[from..to];
            self.depth += 1;
        }
    }
}
