//! As much of PartiQL for DynamoDB as tells what a statement is about ("PartiQL statements for DynamoDB", Amazon DynamoDB
//! Developer Guide).

/// The table that a statement names, and its index.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Table<'a> {
    pub(super) name: &'a str,
    pub(super) index: Option<&'a str>,
}

/// The table behind `FROM` (SELECT, DELETE, and SELECT within EXISTS), `INTO` (INSERT) or `UPDATE`.
pub(super) fn table(statement: &str) -> Option<Table<'_>> {
    let mut tokens = Tokens(statement);
    let verb =
        tokens.find(|token| !matches!(token, Token::Mark('(')) && !token.is_word("EXISTS"))?;
    let before = match verb {
        Token::Word(word) if word.eq_ignore_ascii_case("UPDATE") => None,
        Token::Word(word) if word.eq_ignore_ascii_case("INSERT") => Some("INTO"),
        Token::Word(word) if word.eq_ignore_ascii_case("SELECT") => Some("FROM"),
        Token::Word(word) if word.eq_ignore_ascii_case("DELETE") => Some("FROM"),
        _ => return None,
    };
    if let Some(word) = before {
        tokens.find(|token| token.is_word(word))?;
    }
    let name = tokens.next()?.name()?;
    let index = match (tokens.next(), tokens.next()) {
        (Some(Token::Mark('.')), Some(index)) => Some(index.name()?),
        _ => None,
    };
    Some(Table { name, index })
}

/// A statement's tokens; comments are not part of the language.
struct Tokens<'a>(&'a str);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    /// A keyword or a name without quotes.
    Word(&'a str),
    /// A name in double quotes.
    Name(&'a str),
    /// A text in single quotes.
    Text,
    Mark(char),
}

impl<'a> Token<'a> {
    fn is_word(self, word: &str) -> bool {
        matches!(self, Token::Word(found) if found.eq_ignore_ascii_case(word))
    }

    fn name(self) -> Option<&'a str> {
        match self {
            Token::Word(name) | Token::Name(name) => Some(name),
            Token::Text | Token::Mark(_) => None,
        }
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let text = self.0.trim_start();
        let first = text.chars().next()?;
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
        let (token, rest) = match first {
            '"' => {
                let (name, rest) = text[1..].split_once('"')?;
                (Token::Name(name), rest)
            }
            '\'' => (Token::Text, text[1..].split_once('\'')?.1),
            c if is_word(c) => {
                let end = text.find(|c| !is_word(c)).unwrap_or(text.len());
                let (word, rest) = text.split_at(end);
                (Token::Word(word), rest)
            }
            c => (Token::Mark(c), &text[c.len_utf8()..]),
        };
        self.0 = rest;
        Some(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_found() {
        for (statement, name, index) in [
            ("SELECT * FROM Music", "Music", None),
            (
                "select \"from\", 'from' from \"my.table\" where a=1",
                "my.table",
                None,
            ),
            (
                "SELECT a FROM \"Music\".\"by-year\" WHERE a = ?",
                "Music",
                Some("by-year"),
            ),
            (
                "INSERT INTO \"Music\" VALUE {'Artist' : 'Acme Band'}",
                "Music",
                None,
            ),
            (
                "\n UPDATE \"Music\" SET AwardsWon=1 WHERE a='b'",
                "Music",
                None,
            ),
            (
                "DELETE FROM \"Music\" WHERE \"Artist\" = 'x'",
                "Music",
                None,
            ),
            (
                "EXISTS(SELECT * FROM \"Music\" WHERE a = 'x' AND b = 1)",
                "Music",
                None,
            ),
        ] {
            assert_eq!(table(statement), Some(Table { name, index }), "{statement}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_not_guessed() {
        for statement in [
            "",
            "SELECT",
            "SELECT * FROM",
            "SELECT * FROM \"open",
            "SELECT * FROM 'text'",
            "DROP TABLE Music",
            "EXISTS",
        ] {
            assert_eq!(table(statement), None, "{statement}");
        }
    }
}
