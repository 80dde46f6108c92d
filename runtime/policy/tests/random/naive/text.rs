//! Wildcards and variables (*IAM JSON policy elements: Resource*; *IAM policy elements: Variables and tags*).

use crate::world::Context;

/// One sign of a pattern.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Sign {
    Letter(char),
    AnyOne,
    AnyText,
}

/// A text of a policy as signs, with the values of variables put in; `None` when a variable has no value.
pub(super) fn signs(
    text: &str,
    wildcards: bool,
    variables: bool,
    context: &Context,
) -> Option<Vec<Sign>> {
    let letters: Vec<char> = text.chars().collect();
    let mut signs = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        let end = letters[at..].iter().position(|letter| *letter == '}');
        if variables && letters[at..].starts_with(&['$', '{']) && end.is_some() {
            let end = at + end.unwrap_or_default();
            let inside: String = letters[at + 2..end].iter().collect();
            let value = match inside.as_str() {
                "*" | "?" | "$" => inside,
                _ => value_of(&inside, context)?,
            };
            signs.extend(value.chars().map(Sign::Letter));
            at = end + 1;
            continue;
        }
        signs.push(match letters[at] {
            '*' if wildcards => Sign::AnyText,
            '?' if wildcards => Sign::AnyOne,
            letter => Sign::Letter(letter),
        });
        at += 1;
    }
    Some(signs)
}

/// The value of `key` or of `key, 'default'`.
fn value_of(inside: &str, context: &Context) -> Option<String> {
    let mut halves = inside.splitn(2, ',');
    let key = halves.next().unwrap_or_default().trim();
    let default = halves
        .next()
        .map(|text| text.trim().trim_matches('\'').to_owned());
    match context.values(key) {
        [value] => Some(value.clone()),
        _ => default,
    }
}

/// Whether the signs stand for the text.
pub(super) fn stands_for(signs: &[Sign], text: &[char]) -> bool {
    match signs.first() {
        None => text.is_empty(),
        Some(Sign::AnyText) => (0..=text.len()).any(|skip| stands_for(&signs[1..], &text[skip..])),
        Some(Sign::AnyOne) => !text.is_empty() && stands_for(&signs[1..], &text[1..]),
        Some(Sign::Letter(letter)) => {
            text.first() == Some(letter) && stands_for(&signs[1..], &text[1..])
        }
    }
}

pub(super) fn matches(pattern: Option<Vec<Sign>>, text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    pattern.is_some_and(|signs| stands_for(&signs, &text))
}

/// The six parts of an ARN pattern; colons inside of variables do not count, and parts that are left out are wildcards.
pub(super) fn parts(text: &str, variables: bool) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut inside = false;
    for (at, letter) in text.char_indices() {
        if variables && text[at..].starts_with("${") && text[at..].contains('}') {
            inside = true;
        }
        if letter == '}' {
            inside = false;
        }
        if letter == ':' && !inside && parts.len() < 6 {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(letter);
        }
    }
    parts.resize(6, "*".to_owned());
    parts
}
