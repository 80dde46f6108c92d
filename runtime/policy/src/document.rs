//! A policy document: from its text to its compiled form.

use std::fmt;

use crate::action::ActionSet;
use crate::condition::{Clause, Operator};
use crate::error::{ParseError, Position};
use crate::grammar::{PolicyKind, Problem, Problems, check_action, check_resource};
use crate::json::Json;
use crate::principal::{PrincipalPattern, PrincipalSet};
use crate::resource::ResourceSet;
use crate::statement::{Effect, Statement};

/// The version of the policy language that a document is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// `2008-10-17`, which is also meant when a document says none: no policy variables.
    V2008,
    /// `2012-10-17`.
    V2012,
}

/// A policy, compiled. Meant to be kept in an [`Arc`](std::sync::Arc) and shared by all requests.
#[derive(Debug, Clone)]
pub struct Policy {
    text: Box<str>,
    kind: PolicyKind,
    version: Version,
    id: Option<Box<str>>,
    statements: Box<[Statement]>,
}

impl Policy {
    /// Parses and compiles a document.
    ///
    /// A condition operator that is not known here does not make the document wrong: the policy carries it and
    /// [fails closed](Statement::unknown_operator). To refuse it as AWS does, use [`Policy::parse_strict`].
    ///
    /// # Errors
    /// With AWS's message when the grammar of this kind of policy refuses the document.
    pub fn parse(text: &str, kind: PolicyKind) -> Result<Self, ParseError> {
        Reader::new(kind, false).policy(text)
    }

    /// As [`Policy::parse`], and an operator that is not known here is an error, as it is for whoever puts a policy.
    ///
    /// # Errors
    /// As [`Policy::parse`].
    pub fn parse_strict(text: &str, kind: PolicyKind) -> Result<Self, ParseError> {
        Reader::new(kind, true).policy(text)
    }

    /// The document's text, as it was given.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The kind it was parsed as.
    #[must_use]
    pub fn kind(&self) -> PolicyKind {
        self.kind
    }

    /// Its version.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// Its `Id`.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Its statements, in order.
    #[must_use]
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Reads a document, noting every problem, so that the one that AWS speaks of first can be reported.
struct Reader {
    problems: Problems,
    strict: bool,
    /// Whether `${…}` is a variable.
    variables: bool,
}

impl Reader {
    fn new(kind: PolicyKind, strict: bool) -> Self {
        Self {
            problems: Problems::new(kind),
            strict,
            variables: false,
        }
    }

    fn kind(&self) -> PolicyKind {
        self.problems.kind()
    }

    fn syntax(&mut self, path: &str, detail: impl Into<String>) {
        self.problems.add(&Problem::Syntax, path, detail);
    }

    fn policy(mut self, text: &str) -> Result<Policy, ParseError> {
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
            Some(Version::V2008) if self.kind().needs_2012() => self.problems.add(
                &Problem::OldVersion,
                "Version",
                "a managed policy is of version 2012-10-17",
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
        self.members(
            path,
            members,
            &[
                "Sid",
                "Effect",
                "Principal",
                "NotPrincipal",
                "Action",
                "NotAction",
                "Resource",
                "NotResource",
                "Condition",
            ],
        );
        let sid = self.sid(path, members);
        let effect = self.effect(path, members);
        let principals = self.principals(path, members, effect);
        let actions = self.actions(path, members);
        let resources = self.resources(path, members);
        let conditions = self.conditions(path, members);
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

    fn sid(&mut self, path: &str, members: &[(String, Json)]) -> Option<Box<str>> {
        let path = &join(path, "Sid");
        match member(members, "Sid") {
            Some(Json::Text(sid)) => {
                if self.kind().is_permissions() && !sid.bytes().all(|b| b.is_ascii_alphanumeric()) {
                    self.problems.add(
                        &Problem::BadSid,
                        path,
                        format!("{sid} has characters other than letters and digits"),
                    );
                }
                (!sid.is_empty()).then(|| sid.as_str().into())
            }
            Some(_) => {
                self.syntax(path, "Sid is a string");
                None
            }
            None => None,
        }
    }

    fn effect(&mut self, path: &str, members: &[(String, Json)]) -> Effect {
        let path = &join(path, "Effect");
        match member(members, "Effect") {
            Some(Json::Text(effect)) if effect == "Allow" => return Effect::Allow,
            Some(Json::Text(effect)) if effect == "Deny" => return Effect::Deny,
            Some(Json::Text(effect)) => self.problems.add(
                &Problem::BadEffect(effect.clone()),
                path,
                "Effect is Allow or Deny",
            ),
            Some(_) => self.syntax(path, "Effect is a string"),
            None => self.problems.add(
                &Problem::MissingField("Effect"),
                path,
                "a statement has an Effect",
            ),
        }
        Effect::Deny
    }

    fn actions(&mut self, path: &str, members: &[(String, Json)]) -> ActionSet {
        let found = self.either(path, members, "Action", "NotAction");
        let (negated, name, written) = found.unwrap_or((false, "Action", Vec::new()));
        if written.is_empty() {
            self.problems
                .add(&Problem::NoActions, path, "a statement names actions");
        }
        for text in &written {
            if let Err(problem) = check_action(text) {
                self.problems.add(
                    &problem,
                    &join(path, name),
                    format!("{text} is not an action, such as s3:GetObject"),
                );
            }
        }
        ActionSet::new(negated, written)
    }

    fn resources(&mut self, path: &str, members: &[(String, Json)]) -> Option<ResourceSet> {
        let kind = self.kind();
        let found = self.either(path, members, "Resource", "NotResource");
        if kind == PolicyKind::Trust
            && let Some((negated, name, _)) = found
        {
            let problem = if negated {
                Problem::ProhibitedNotResource
            } else {
                Problem::ProhibitedResource
            };
            self.problems.add(
                &problem,
                &join(path, name),
                "a trust policy speaks of its own role only",
            );
            return None;
        }
        let (negated, name, written) = match found {
            Some(found) => found,
            None if !kind.needs_resource() => return None,
            None => (false, "Resource", Vec::new()),
        };
        if written.is_empty() {
            self.problems
                .add(&Problem::NoResources, path, "a statement names resources");
        }
        for text in &written {
            if kind.resources_are_arns()
                && let Err(problem) = check_resource(text, self.variables)
            {
                self.problems.add(
                    &problem,
                    &join(path, name),
                    format!("{text} is not a resource that a policy can name"),
                );
            }
        }
        Some(ResourceSet::new(negated, written, self.variables))
    }

    fn principals(
        &mut self,
        path: &str,
        members: &[(String, Json)],
        effect: Effect,
    ) -> Option<PrincipalSet> {
        let kind = self.kind();
        let plain = member(members, "Principal");
        let negative = member(members, "NotPrincipal");
        let (negated, name, value) = match (plain, negative) {
            (Some(_), Some(_)) => {
                self.syntax(path, "Principal and NotPrincipal exclude each other");
                return None;
            }
            (Some(value), None) => (false, "Principal", value),
            (None, Some(value)) => (true, "NotPrincipal", value),
            (None, None) => {
                if kind.needs_principal() {
                    self.problems.add(
                        &Problem::MissingField("Principal"),
                        path,
                        "a statement says whom it is about",
                    );
                }
                return None;
            }
        };
        let path = &join(path, name);
        if kind.prohibits_principal() {
            self.problems.add(
                &Problem::ProhibitedPrincipal,
                path,
                "who has the policy is whom it is about",
            );
            return None;
        }
        if negated && effect == Effect::Allow && kind == PolicyKind::Trust {
            self.problems.add(
                &Problem::NotPrincipalInAllow,
                path,
                "an Allow says whom it allows",
            );
        }
        let (mut entries, mut written) = (Vec::new(), Vec::new());
        match value {
            Json::Text(text) if text == "*" => {
                entries.push(PrincipalPattern::Any);
                written.push("*".into());
            }
            Json::Object(providers) => {
                self.members(path, providers, &[]);
                for (provider, value) in providers {
                    let of: fn(&str) -> PrincipalPattern = match provider.as_str() {
                        "AWS" => PrincipalPattern::aws,
                        "Service" => |text| PrincipalPattern::Service(text.into()),
                        "Federated" => |text| PrincipalPattern::Federated(text.into()),
                        "CanonicalUser" => |text| PrincipalPattern::CanonicalUser(text.into()),
                        _ => {
                            self.problems.add(
                                &Problem::BadPrincipal(provider.clone()),
                                path,
                                "principals are AWS, Service, Federated or CanonicalUser",
                            );
                            continue;
                        }
                    };
                    for text in self.texts(&join(path, provider), value) {
                        entries.push(of(&text));
                        written.push(format!("{provider}:{text}").into());
                    }
                }
            }
            _ => self.problems.add(
                &Problem::BadPrincipal(String::new()),
                path,
                "a principal is \"*\" or an object",
            ),
        }
        if entries.is_empty() {
            self.problems
                .add(&Problem::EmptyPrincipal, path, "no principal is named");
        }
        Some(PrincipalSet {
            negated,
            entries: entries.into(),
            written: written.into(),
        })
    }

    fn conditions(&mut self, path: &str, members: &[(String, Json)]) -> Vec<Clause> {
        let path = &join(path, "Condition");
        let operators = match member(members, "Condition") {
            None => return Vec::new(),
            Some(Json::Object(operators)) => operators,
            Some(_) => {
                self.syntax(path, "Condition is an object");
                return Vec::new();
            }
        };
        self.members(path, operators, &[]);
        let mut clauses = Vec::new();
        for (name, keys) in operators {
            let path = &join(path, name);
            let Json::Object(keys) = keys else {
                self.syntax(path, "an operator holds an object of keys");
                continue;
            };
            self.members(path, keys, &[]);
            let operator = Operator::parse(name);
            if operator.is_none() && self.strict && !keys.is_empty() {
                self.syntax(path, format!("{name} is not a condition operator"));
            }
            for (key, values) in keys {
                let path = &join(path, key);
                let wanted = self.values(path, values);
                match Clause::compile(name, operator, key, wanted.clone(), self.variables) {
                    Ok(clause) => clauses.push(clause),
                    Err(unreadable) => self.problems.add(
                        &Problem::Legacy,
                        path,
                        format!("{name} cannot read {}", wanted[unreadable.0]),
                    ),
                }
            }
        }
        clauses
    }

    /// The values of one condition key: strings, and what JSON writes without quotes.
    fn values(&mut self, path: &str, value: &Json) -> Vec<Box<str>> {
        let mut values = Vec::new();
        for item in one_or_many(value) {
            match item {
                Json::Text(text) => values.push(text.as_str().into()),
                Json::Bool(value) => values.push(value.to_string().into()),
                Json::Number(number) => values.push(number.to_string().into()),
                Json::Null | Json::List(_) | Json::Object(_) => {
                    self.syntax(path, "a condition value is a string, number or boolean");
                }
            }
        }
        values
    }

    fn texts(&mut self, path: &str, value: &Json) -> Vec<Box<str>> {
        let mut texts = Vec::new();
        for item in one_or_many(value) {
            match item {
                Json::Text(text) => texts.push(text.as_str().into()),
                _ => self.syntax(path, "a string, or a list of strings, belongs here"),
            }
        }
        texts
    }

    /// An element or its negation, with its entries; both at once are refused.
    fn either(
        &mut self,
        path: &str,
        members: &[(String, Json)],
        plain: &'static str,
        negative: &'static str,
    ) -> Option<(bool, &'static str, Vec<Box<str>>)> {
        match (member(members, plain), member(members, negative)) {
            (Some(_), Some(_)) => {
                self.syntax(path, format!("{plain} and {negative} exclude each other"));
                None
            }
            (Some(value), None) => Some((false, plain, self.texts(&join(path, plain), value))),
            (None, Some(value)) => Some((true, negative, self.texts(&join(path, negative), value))),
            (None, None) => None,
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
