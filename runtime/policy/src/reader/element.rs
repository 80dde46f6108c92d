//! The elements of a statement.

use super::{Reader, join, member, one_or_many};
use crate::action::ActionSet;
use crate::condition::{Clause, Operator};
use crate::grammar::{
    PolicyKind, Problem, check_action, check_resource, could_be_arn, is_trust_action,
};
use crate::json::Json;
use crate::principal::{PrincipalPattern, PrincipalSet, names_principal};
use crate::resource::ResourceSet;
use crate::statement::Effect;

impl Reader<'_> {
    pub(super) fn sid(&mut self, path: &str, members: &[(String, Json)]) -> Option<Box<str>> {
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

    pub(super) fn effect(&mut self, path: &str, members: &[(String, Json)]) -> Effect {
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

    pub(super) fn actions(&mut self, path: &str, members: &[(String, Json)]) -> ActionSet {
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
            } else if self.strict.is_some()
                && self.kind() == PolicyKind::Trust
                && !is_trust_action(text)
            {
                self.problems.add(
                    &Problem::NotTrustAction,
                    &join(path, name),
                    format!("{text} does not make a session of a role"),
                );
            }
        }
        ActionSet::new(negated, written)
    }

    pub(super) fn resources(
        &mut self,
        path: &str,
        members: &[(String, Json)],
    ) -> Option<ResourceSet> {
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
            if !kind.resources_are_arns() {
                continue;
            }
            let fault = self.strict.and_then(|fault| fault(text));
            let checked = check_resource(text, self.variables, self.strict.is_some())
                .and(fault.map_or(Ok(()), |message| Err(Problem::Resource(message))));
            if let Err(problem) = checked {
                self.problems.add(
                    &problem,
                    &join(path, name),
                    format!("{text} is not a resource that a policy can name"),
                );
            }
        }
        Some(ResourceSet::new(negated, written, self.variables))
    }

    pub(super) fn principals(
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
        if negated
            && effect == Effect::Allow
            && (self.strict.is_some() || kind == PolicyKind::Trust)
        {
            self.problems.add(
                &Problem::NotPrincipalInAllow,
                path,
                "an Allow says whom it allows",
            );
        } else if negated && kind == PolicyKind::Trust {
            self.problems.add(
                &Problem::ProhibitedNotPrincipal,
                path,
                "a trust policy says whom it is about",
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
                                &Problem::BadPrincipal(format!("\"{provider}\"")),
                                path,
                                "principals are AWS, Service, Federated or CanonicalUser",
                            );
                            continue;
                        }
                    };
                    for text in self.texts(&join(path, provider), value) {
                        if self.strict.is_some() && provider == "AWS" && !names_principal(&text) {
                            self.problems.add(
                                &Problem::BadPrincipal(format!("\"AWS\":\"{text}\"")),
                                &join(path, provider),
                                format!("{text} is no account, user, role or session"),
                            );
                        }
                        entries.push(of(&text));
                        written.push(format!("{provider}:{text}").into());
                    }
                }
            }
            _ => self.problems.add(
                &Problem::BadPrincipal("\"\"".into()),
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

    pub(super) fn conditions(&mut self, path: &str, members: &[(String, Json)]) -> Vec<Clause> {
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
            if operator.is_none() && self.strict.is_some() && !keys.is_empty() {
                self.syntax(path, format!("{name} is not a condition operator"));
            }
            for (key, values) in keys {
                let path = &join(path, key);
                let wanted = self.values(path, values);
                if self.strict.is_some()
                    && operator.is_some_and(Operator::compares_arns)
                    && let Some(text) = wanted.iter().find(|text| !could_be_arn(text))
                {
                    self.problems
                        .add(&Problem::Legacy, path, format!("{text} is not an ARN"));
                }
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

    /// What a resource control policy may not say (*RCP syntax*); AWS's own policy that allows everything is not held to it.
    pub(super) fn resource_control(
        &mut self,
        path: &str,
        effect: Effect,
        principals: Option<&PrincipalSet>,
        actions: &ActionSet,
    ) {
        let everyone = |set: &PrincipalSet| !set.negated && *set.entries == [PrincipalPattern::Any];
        let faults = [
            (effect == Effect::Allow, "Effect", "it can only deny"),
            (
                !principals.is_some_and(everyone),
                "Principal",
                "it speaks of all principals",
            ),
            (
                actions.negated || actions.written.iter().any(|text| &**text == "*"),
                "Action",
                "it names services by their actions' prefixes",
            ),
        ];
        for (found, name, detail) in faults {
            if found {
                self.problems
                    .add(&Problem::BeyondControl, &join(path, name), detail);
            }
        }
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
