//! The grammar: a document's JSON, element by element, to its compiled form.

mod element;

use crate::document::{Policy, Version};
use crate::error::{ParseError, Position};
use crate::grammar::{ELEMENTS, PolicyKind, Problem, Problems};
use crate::index::ActionIndex;
use crate::json::Json;
use crate::statement::Statement;

/// Reads a document, noting every problem, so that the one that AWS speaks of first can be reported.
pub(crate) struct Reader<'r> {
    problems: Problems,
    /// Whether the document is held to what AWS refuses when it is put, and what its caller knows of resources.
    strict: Option<ResourceFault<'r>>,
    /// Whether `${…}` is a variable.
    variables: bool,
}

/// Gives the message that refuses a resource.
type ResourceFault<'r> = &'r dyn Fn(&str) -> Option<String>;

impl<'r> Reader<'r> {
    pub(crate) fn new(kind: PolicyKind, strict: Option<ResourceFault<'r>>) -> Self {
        Self {
            problems: Problems::new(kind),
            strict,
            variables: false,
        }
    }

    fn kind(&self) -> PolicyKind {
        self.problems.kind()
    }

    /// Policies of organizations say the present version too (*SCP syntax*, *RCP syntax*), as AWS asks of whoever puts one.
    fn needs_2012(&self) -> bool {
        self.kind().needs_2012() || (self.strict.is_some() && self.kind().is_control())
    }

    fn syntax(&mut self, path: &str, detail: impl Into<String>) {
        self.problems.add(&Problem::Syntax, path, detail);
    }

    pub(crate) fn policy(mut self, text: &str) -> Result<Policy, ParseError> {
        let (mut version, mut id, mut statements) = (Version::V2008, None, Vec::new());
        match serde_json::from_str(text) {
            Ok(Json::Object(members)) => {
                version = self.version(&members);
                self.variables = version == Version::V2012;
                id = self.id(&members);
                statements = self.statements(&members);
                self.members("", &members, &["Version", "Id", "Statement"]);
            }
            Ok(_) => {
                self.problems
                    .add(&Problem::NotAnObject, "", "a policy is a JSON object");
            }
            Err(error) => {
                let problem = if text.starts_with('{') {
                    Problem::NotJson
                } else {
                    Problem::NotAnObject
                };
                let position = Position::Text {
                    line: error.line(),
                    column: error.column(),
                };
                self.problems.add_at(&problem, position, error.to_string());
            }
        }
        let kind = self.kind();
        self.problems.into_result()?;
        Ok(Policy {
            text: text.into(),
            kind,
            version,
            id,
            index: ActionIndex::new(&statements),
            statements: statements.into(),
        })
    }

    /// Refuses members that are unknown or there twice.
    fn members(&mut self, path: &str, members: &[(String, Json)], known: &[&str]) {
        for (index, (name, _)) in members.iter().enumerate() {
            if !known.is_empty() && !known.contains(&name.as_str()) {
                self.syntax(&join(path, name), format!("unknown element {name}"));
            } else if members[..index].iter().any(|(earlier, _)| earlier == name) {
                self.syntax(&join(path, name), format!("{name} is there twice"));
            }
        }
    }

    fn version(&mut self, members: &[(String, Json)]) -> Version {
        let version = match member(members, "Version") {
            None => Some(Version::V2008),
            Some(Json::Text(text)) => match text.as_str() {
                "2008-10-17" => Some(Version::V2008),
                "2012-10-17" => Some(Version::V2012),
                _ => None,
            },
            Some(_) => None,
        };
        match version {
            None => self.problems.add(
                &Problem::BadVersion,
                "Version",
                "the versions are 2012-10-17 and 2008-10-17",
            ),
            Some(Version::V2008) if self.needs_2012() => self.problems.add(
                &Problem::OldVersion,
                "Version",
                "a policy of this kind is of version 2012-10-17",
            ),
            Some(_) => {}
        }
        version.unwrap_or(Version::V2008)
    }

    fn id(&mut self, members: &[(String, Json)]) -> Option<Box<str>> {
        match member(members, "Id") {
            Some(Json::Text(id)) => Some(id.as_str().into()),
            Some(_) => {
                self.syntax("Id", "Id is a string");
                None
            }
            None => None,
        }
    }

    fn statements(&mut self, members: &[(String, Json)]) -> Vec<Statement> {
        let (items, listed) = match member(members, "Statement") {
            None => {
                self.problems.add(
                    &Problem::MissingStatement,
                    "",
                    "a policy has a Statement element",
                );
                return Vec::new();
            }
            Some(Json::List(items)) => (items.as_slice(), true),
            Some(one) => (std::slice::from_ref(one), false),
        };
        if items.is_empty() {
            self.problems.add(
                &Problem::EmptyStatement,
                "Statement",
                "a policy has at least one statement",
            );
        }
        let mut statements: Vec<Statement> = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let path = if listed {
                format!("Statement[{index}]")
            } else {
                "Statement".to_owned()
            };
            let Json::Object(members) = item else {
                self.syntax(&path, "a statement is a JSON object");
                continue;
            };
            let statement = self.statement(&path, members);
            if let Some(sid) = statement.sid()
                && statements.iter().any(|earlier| earlier.sid() == Some(sid))
            {
                self.problems.add(
                    &Problem::RepeatedSid,
                    &join(&path, "Sid"),
                    format!("another statement has the Sid {sid}"),
                );
            }
            statements.push(statement);
        }
        statements
    }

    fn statement(&mut self, path: &str, members: &[(String, Json)]) -> Statement {
        self.members(path, members, &ELEMENTS);
        let sid = self.sid(path, members);
        let effect = self.effect(path, members);
        let principals = self.principals(path, members, effect);
        let actions = self.actions(path, members);
        let resources = self.resources(path, members);
        let conditions = self.conditions(path, members);
        if self.strict.is_some() && self.kind() == PolicyKind::ResourceControl {
            self.resource_control(path, effect, principals.as_ref(), &actions);
        }
        let unknown_operator = conditions
            .iter()
            .find(|clause| !clause.is_known())
            .map(|clause| clause.operator().into());
        Statement {
            sid,
            effect,
            principals,
            actions,
            resources,
            conditions: conditions.into(),
            unknown_operator,
        }
    }
}

fn one_or_many(value: &Json) -> &[Json] {
    match value {
        Json::List(items) => items,
        one => std::slice::from_ref(one),
    }
}

fn member<'a>(members: &'a [(String, Json)], name: &str) -> Option<&'a Json> {
    members.iter().find(|(key, _)| key == name).map(|(_, v)| v)
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}
