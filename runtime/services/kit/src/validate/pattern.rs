//! Patterns as models write them (Java's dialect), as the `regex` crate understands them.
//!
//! What differs: Java matches the whole input, its `\w`, `\d` and `\s` are ASCII, its `.` stops at
//! more line ends, and some of its named classes have other names. Look-around and back-references
//! have no counterpart: such a pattern is not checked.

use std::{collections::HashMap, sync::LazyLock};

use parking_lot::RwLock;
use regex::{Regex, RegexBuilder};

/// Largest compiled pattern in bytes; some models repeat a class tens of thousands of times.
const COMPILED_LIMIT: usize = 4 * 1024 * 1024;

/// Compiled at first use, `None` for what cannot be expressed. Bounded by the models' patterns,
/// which are constants of the program.
static COMPILED: LazyLock<RwLock<HashMap<&'static str, Option<Regex>>>> =
    LazyLock::new(RwLock::default);

/// Whether the whole text matches a model's pattern; `None` if the pattern cannot be expressed.
#[must_use]
pub fn matches(pattern: &'static str, text: &str) -> Option<bool> {
    if let Some(known) = COMPILED.read().get(pattern) {
        return known.as_ref().map(|regex| regex.is_match(text));
    }
    let compiled = compile(pattern);
    let answer = compiled.as_ref().map(|regex| regex.is_match(text));
    COMPILED.write().insert(pattern, compiled);
    answer
}

/// Whether a pattern can be checked at all.
#[must_use]
pub fn is_expressible(pattern: &str) -> bool {
    compile(pattern).is_some()
}

fn compile(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(&format!(r"\A(?:{})\z", translate(pattern)))
        .size_limit(COMPILED_LIMIT)
        .build()
        .ok()
}

fn translate(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut depth = 0_usize;
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '\\' => rest = escape(rest, depth > 0, &mut out),
            '.' if depth == 0 => out.push_str(r"[^\n\r\u{85}\u{2028}\u{2029}]"),
            '[' => {
                depth += 1;
                out.push(c);
            }
            ']' => {
                depth = depth.saturating_sub(1);
                out.push(c);
            }
            // Set operators of the regex crate that mean nothing in Java.
            '-' | '~' if depth > 0 && rest.starts_with(c) => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

/// Translates what follows a backslash; returns what follows that.
fn escape<'p>(rest: &'p str, in_class: bool, out: &mut String) -> &'p str {
    const CLASSES: [(char, &str); 3] = [('w', "a-zA-Z0-9_"), ('d', "0-9"), ('s', r" \t\n\x0B\f\r")];
    const NAMED: [(&str, &str); 13] = [
        ("p{ASCII}", r"\x00-\x7F"),
        ("p{Alnum}", "a-zA-Z0-9"),
        ("p{Alpha}", "a-zA-Z"),
        ("p{Blank}", r" \t"),
        ("p{Cntrl}", r"\x00-\x1F\x7F"),
        ("p{Digit}", "0-9"),
        ("p{Graph}", "!-~"),
        ("p{Lower}", "a-z"),
        ("p{Print}", " -~"),
        ("p{Punct}", r"!-/:-@\[-`{-~"),
        ("p{Space}", r" \t\n\x0B\f\r"),
        ("p{Upper}", "A-Z"),
        ("p{XDigit}", "0-9a-fA-F"),
    ];

    let Some(c) = rest.chars().next() else {
        out.push('\\');
        return rest;
    };
    let after = &rest[c.len_utf8()..];
    if let Some((_, set)) = CLASSES
        .iter()
        .find(|(name, _)| *name == c.to_ascii_lowercase())
    {
        // A class within a class is a union in both dialects, so brackets never hurt.
        out.push_str(if c.is_ascii_uppercase() { "[^" } else { "[" });
        out.push_str(set);
        out.push(']');
        return after;
    }
    for (name, set) in NAMED {
        for (spelled, open) in [(name.to_owned(), "["), (name.replacen('p', "P", 1), "[^")] {
            if let Some(after) = rest.strip_prefix(spelled.as_str()) {
                out.push_str(open);
                out.push_str(set);
                out.push(']');
                return after;
            }
        }
    }
    if let Some(tail) = rest.strip_prefix("p{Is") {
        // Java's \p{IsAlphabetic}, \p{IsLatin}: the regex crate knows the names without "Is".
        out.push_str(r"\p{");
        return tail;
    }
    match c {
        'Z' | 'z' => out.push_str(r"\z"),
        // Escapes of characters that need none are errors to the regex crate.
        '<' | '>' | ' ' | '_' => out.push(c),
        '-' if !in_class => out.push('-'),
        _ if !c.is_ascii() => out.push(c),
        _ => {
            out.push('\\');
            out.push(c);
        }
    }
    after
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_patterns_mean_what_they_mean_on_aws() {
        // Patterns of IAM's, STS's and Lambda's models.
        for (pattern, good, bad) in [
            (r"[\w+=,.@-]+", "a.b-c@d", "a/b"),
            (r"[\w+=,.@-]+", "A_9", "ä"),
            (r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)", "/ops/", "ops/"),
            (r"[\w]+", "abc123", "abc 123"),
            (
                r"[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+",
                "{\"a\":\n\"ü\"}",
                "\u{1}",
            ),
            (r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+", "größe 2 = +-@", "a#b"),
            (r"[\u0020-\u00FF]+", "abc", "\n"),
            (r"(|[a-zA-Z0-9$_-]+)", "$LATEST", "a b"),
            (r".*", "a b", "a\rb"),
            (r"[^\s]+", "ab", "a\tb"),
            (r"[\S]+", "ab", "a b"),
            (r"^\p{ASCII}+$", "ab", "é"),
            (r"\d{12}", "123456789012", "١٢٣٤٥٦٧٨٩٠١٢"),
            (
                r"(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(-gov)?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?",
                "arn:aws:lambda:us-east-1:123456789012:function:f:$LATEST",
                "f g",
            ),
        ] {
            assert_eq!(matches(pattern, good), Some(true), "{pattern} {good:?}");
            assert_eq!(matches(pattern, bad), Some(false), "{pattern} {bad:?}");
        }
    }

    #[test]
    fn the_whole_text_must_match() {
        assert_eq!(matches("a|b", "ab"), Some(false));
        assert_eq!(matches("a|b", "b"), Some(true));
        assert_eq!(matches("[a-z]+", "abc\n"), Some(false));
    }

    #[test]
    fn what_cannot_be_expressed_is_said() {
        assert!(!is_expressible(r"(?!aws:)[a-z]+"));
        assert!(!is_expressible(r"(a)\1"));
        assert!(!is_expressible("["));
        assert_eq!(matches(r"(?!aws:)[a-z]+", "x"), None);
        assert!(is_expressible(r"[\w+=,.@-]+"));
    }
}
