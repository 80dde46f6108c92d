//! Patterns as models write them (Java's dialect), as the `fancy-regex` crate understands them.
//!
//! What differs: Java matches the whole input, its `\w`, `\d` and `\s` are ASCII, its `.` stops at
//! more line ends, and some of its named classes have other names.

use stockade_spec::constraint::compile;

/// A model's pattern in the crate's dialect, or why it has no counterpart there.
pub(super) fn translate(pattern: &str) -> Result<String, String> {
    let regex = dialect(pattern);
    match compile(&regex) {
        Ok(_) => Ok(regex),
        // The crate's explanations may have several lines; the last one tells the reason.
        Err(error) => Err(error
            .to_string()
            .lines()
            .last()
            .unwrap_or_default()
            .to_owned()),
    }
}

fn dialect(pattern: &str) -> String {
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

    fn matches(pattern: &str, text: &str) -> bool {
        let regex = compile(&translate(pattern).unwrap()).unwrap();
        regex.is_match(text).unwrap()
    }

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
            assert!(matches(pattern, good), "{pattern} {good:?}");
            assert!(!matches(pattern, bad), "{pattern} {bad:?}");
        }
    }

    #[test]
    fn look_around_is_kept() {
        // Lambda's `Alias`, IAM's `accountAliasType`.
        for (pattern, good, bad) in [
            ("(?!^[0-9]+$)([a-zA-Z0-9-_]+)", "v1", "1"),
            (
                "^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$",
                "my-account",
                "my--account",
            ),
        ] {
            assert!(matches(pattern, good), "{pattern} {good:?}");
            assert!(!matches(pattern, bad), "{pattern} {bad:?}");
        }
    }

    #[test]
    fn what_has_no_counterpart_is_said() {
        assert!(translate("[").is_err());
        // A lone half of a surrogate pair.
        assert!(translate(r"[\uD800\uDC00]").is_err());
    }
}
