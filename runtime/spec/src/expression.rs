//! As much of DynamoDB's expressions as tells which attributes they are about, and what a key is equated with ("Using
//! expressions in DynamoDB", Amazon DynamoDB Developer Guide). What is not understood is not told.

/// The top-level attributes that an expression speaks of, in order of mention. `names` resolves `#placeholders`.
///
/// `None` where the expression cannot be read, or a placeholder has no name.
pub fn attributes<'a>(
    expression: &'a str,
    names: impl Fn(&str) -> Option<&'a str>,
) -> Option<Vec<&'a str>> {
    let tokens = tokens(expression)?;
    let mut found: Vec<&str> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let next = tokens.get(at + 1);
        // What follows a dot is nested.
        if at > 0 && tokens[at - 1] == Token::Mark('.') {
            continue;
        }
        let name = match token {
            Token::Placeholder(placeholder) => names(placeholder)?,
            Token::Word(word) if next == Some(&Token::Mark('(')) && !is_operator(word) => {
                if !FUNCTIONS.contains(word) {
                    return None;
                }
                continue;
            }
            Token::Word(word) if is_operator(word) || is_clause(word, next) => continue,
            Token::Word(word) => word,
            Token::Value(_) | Token::Mark(_) => continue,
        };
        if !found.contains(&name) {
            found.push(name);
        }
    }
    Some(found)
}

/// The placeholder of the value that a key condition's partition key equals.
///
/// A key condition tests the partition key for equality, and at most one sort key in any way. `None` where two keys are
/// tested for equality, so that only the table's schema tells them apart, or the expression cannot be read.
pub fn equated(expression: &str) -> Option<&str> {
    let tokens = tokens(expression)?;
    let mut equated = None;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Word(word)
                if word.eq_ignore_ascii_case("OR") || word.eq_ignore_ascii_case("NOT") =>
            {
                return None;
            }
            Token::Mark('=')
                if !matches!(
                    at.checked_sub(1).map(|at| tokens[at]),
                    Some(Token::Mark('<' | '>'))
                ) =>
            {
                let key = tokens.get(at.checked_sub(1)?)?;
                let (Token::Word(_) | Token::Placeholder(_), Some(Token::Value(value)), None) =
                    (key, tokens.get(at + 1), equated)
                else {
                    return None;
                };
                equated = Some(*value);
            }
            _ => {}
        }
    }
    equated
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    /// An attribute, an operator, a clause or a function.
    Word(&'a str),
    /// `#name`
    Placeholder(&'a str),
    /// `:value`
    Value(&'a str),
    Mark(char),
}

const FUNCTIONS: [&str; 8] = [
    "attribute_exists",
    "attribute_not_exists",
    "attribute_type",
    "begins_with",
    "contains",
    "size",
    "if_not_exists",
    "list_append",
];

/// Reserved words, which no attribute is called without a placeholder.
fn is_operator(word: &str) -> bool {
    const OPERATORS: [&str; 5] = ["AND", "OR", "NOT", "BETWEEN", "IN"];
    OPERATORS
        .iter()
        .any(|operator| word.eq_ignore_ascii_case(operator))
}

/// Whether a word begins a clause of an update: an attribute follows it.
fn is_clause(word: &str, next: Option<&Token<'_>>) -> bool {
    const CLAUSES: [&str; 4] = ["SET", "REMOVE", "ADD", "DELETE"];
    CLAUSES
        .iter()
        .any(|clause| word.eq_ignore_ascii_case(clause))
        && matches!(next, Some(Token::Word(_) | Token::Placeholder(_)))
}

fn tokens(expression: &str) -> Option<Vec<Token<'_>>> {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut tokens = Vec::new();
    let mut rest = expression.trim_start();
    while let Some(first) = rest.chars().next() {
        let sigil = usize::from(matches!(first, '#' | ':'));
        let end = rest[sigil..]
            .find(|c| !is_of_name(c))
            .map_or(rest.len(), |end| end + sigil);
        let (token, length) = match first {
            '#' if end > 1 => (Token::Placeholder(&rest[..end]), end),
            ':' if end > 1 => (Token::Value(&rest[..end]), end),
            c if is_of_name(c) => (Token::Word(&rest[..end]), end),
            '[' => {
                let end = rest.find(']')?;
                let is_index = end > 1 && rest[1..end].bytes().all(|b| b.is_ascii_digit());
                rest = rest[is_index.then_some(end + 1)?..].trim_start();
                continue;
            }
            '.' | ',' | '(' | ')' | '=' | '<' | '>' | '+' | '-' => (Token::Mark(first), 1),
            _ => return None,
        };
        tokens.push(token);
        rest = rest[length..].trim_start();
    }
    Some(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attributes_of(expression: &str) -> Option<Vec<&str>> {
        attributes(expression, |placeholder| match placeholder {
            "#n" => Some("Name"),
            "#a" => Some("Address"),
            _ => None,
        })
    }

    /// "Using IAM policy conditions for fine-grained access control": `Name, Address.City` is about Name and Address.
    #[test]
    fn top_level_attributes_are_told() {
        for (expression, expected) in [
            ("Name, Address.City", &["Name", "Address"][..]),
            (
                "#n, #a.#n, Scores[0].Points, Scores[1]",
                &["Name", "Address", "Scores"],
            ),
            // "Condition expressions" and "Update expressions".
            (
                "attribute_not_exists(Id) AND (Price BETWEEN :lo AND :hi OR NOT Kind IN (:a, :b))",
                &["Id", "Price", "Kind"],
            ),
            (
                "SET Price = if_not_exists(Old, :zero) + :p, #n.#a = list_append(:l, Tags) REMOVE Brand, #a[2] ADD Count :one \
                 DELETE Color :c",
                &[
                    "Price", "Old", "Name", "Tags", "Brand", "Address", "Count", "Color",
                ],
            ),
            (
                "size(Photo) >= :n AND begins_with(set, :s)",
                &["Photo", "set"],
            ),
            ("SET remove = :x ADD remove :y", &["remove"]),
            ("", &[]),
        ] {
            assert_eq!(
                attributes_of(expression).as_deref(),
                Some(expected),
                "{expression}"
            );
        }
        for expression in [
            "#unknown = :x",
            "hash(Id) = :x",
            "a; b",
            "\"Name\"",
            "a[x]",
            "a[1",
            "#",
            ": x",
            "é",
        ] {
            assert_eq!(attributes_of(expression), None, "{expression}");
        }
    }

    /// "Key condition expressions for the Query operation".
    #[test]
    fn the_partition_key_is_what_one_equality_tests() {
        for (expression, value) in [
            ("Id = :id", ":id"),
            ("#id=:id", ":id"),
            ("ForumName = :name AND Subject > :subject", ":name"),
            ("(Subject >= :a) and (ForumName = :name)", ":name"),
            ("begins_with(Sort, :s) AND Id = :id", ":id"),
            ("Id = :id AND Sort BETWEEN :lo AND :hi", ":id"),
        ] {
            assert_eq!(equated(expression), Some(value), "{expression}");
        }
        for expression in [
            "ForumName = :name AND Subject = :subject",
            "Id = :a OR Id = :b",
            "NOT Id = :a",
            "Id > :a",
            ":id = Id",
            "Id = Other",
            "Id = ",
            "= :id",
            "",
            "Id = :id; drop",
        ] {
            assert_eq!(equated(expression), None, "{expression}");
        }
    }
}
