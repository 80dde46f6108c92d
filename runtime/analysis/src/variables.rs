//! Policy variables (*IAM policy elements: Variables and tags*).

use stockade_policy::language::Family;

use crate::checks::{
    EMPTY_VARIABLE, INVALID_VARIABLE_FOR_OPERATOR, MISSING_BRACE_IN_VARIABLE,
    MISSING_QUOTE_IN_VARIABLE, UNSUPPORTED_SPACE_IN_VARIABLE, VARIABLE_UNSUPPORTED_IN_ELEMENT,
    VARIABLE_UNSUPPORTED_IN_VERSION,
};
use crate::document::Analysis;
use crate::statement::{Entry, Statement};

/// What stands between the braces.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Variable<'t> {
    inside: &'t str,
    closed: bool,
}

impl<'t> Variable<'t> {
    /// The key that it is of.
    pub(crate) fn key(self) -> &'t str {
        self.inside.split(',').next().unwrap_or_default().trim()
    }

    /// The variable as written.
    pub(crate) fn text(self) -> String {
        format!("${{{}}}", self.inside)
    }

    fn default(self) -> Option<&'t str> {
        self.inside
            .split_once(',')
            .map(|(_, default)| default.trim())
    }

    /// `${*}`, `${?}` and `${$}` stand for the character.
    fn is_escape(self) -> bool {
        matches!(self.inside, "*" | "?" | "$")
    }
}

/// A text without its variables and escapes, and the variables.
pub(crate) fn split(text: &str, variables: bool) -> (String, Vec<Variable<'_>>) {
    let (mut plain, mut found) = (String::new(), Vec::new());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${").filter(|_| variables) {
        plain.push_str(before);
        let (inside, closed, left) = match after.split_once('}') {
            Some((inside, left)) => (inside, true, left),
            None => (after, false, ""),
        };
        let variable = Variable { inside, closed };
        if !variable.is_escape() {
            found.push(variable);
        }
        rest = left;
    }
    plain.push_str(rest);
    (plain, found)
}

pub(crate) fn look(analysis: &mut Analysis<'_>, statement: &Statement<'_>) {
    for element in [&statement.actions, &statement.principal]
        .into_iter()
        .flatten()
    {
        for entry in &element.entries {
            for variable in split(entry.text, true).1 {
                let words = [variable.text()];
                let spots = vec![entry.spot.clone()];
                analysis
                    .report
                    .add(&VARIABLE_UNSUPPORTED_IN_ELEMENT, &[&words[0]], spots);
            }
        }
    }
    for entry in statement
        .resources
        .iter()
        .flat_map(|element| &element.entries)
    {
        variables(analysis, entry);
    }
    for clause in &statement.clauses {
        let family = clause.operator.map(|operator| operator.family);
        for value in &clause.values {
            let named = variables(analysis, value);
            if named && !matches!(family, Some(Family::String | Family::Arn) | None) {
                let spots = vec![value.spot.clone()];
                analysis
                    .report
                    .add(&INVALID_VARIABLE_FOR_OPERATOR, &[], spots);
            }
        }
    }
}

/// The form of a text's variables; whether it has any.
fn variables(analysis: &mut Analysis<'_>, entry: &Entry<'_>) -> bool {
    let spots = || vec![entry.spot.clone()];
    let (_, found) = split(entry.text, true);
    if found.is_empty() {
        return false;
    }
    if !analysis.has_variables {
        analysis
            .report
            .add(&VARIABLE_UNSUPPORTED_IN_VERSION, &[], spots());
        return true;
    }
    for variable in &found {
        let key = variable.inside.split(',').next().unwrap_or_default();
        let check = if !variable.closed {
            &MISSING_BRACE_IN_VARIABLE
        } else if variable.inside.trim().is_empty() {
            &EMPTY_VARIABLE
        } else if key.contains(' ') {
            &UNSUPPORTED_SPACE_IN_VARIABLE
        } else if variable.default().is_some_and(|text| !is_quoted(text)) {
            &MISSING_QUOTE_IN_VARIABLE
        } else {
            continue;
        };
        analysis.report.add(check, &[], spots());
    }
    true
}

fn is_quoted(text: &str) -> bool {
    text.len() >= 2 && text.starts_with('\'') && text.ends_with('\'')
}
