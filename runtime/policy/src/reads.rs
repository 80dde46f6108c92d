//! The condition keys that a policy reads.

use crate::document::{Policy, Version};
use crate::statement::Statement;
use crate::variable::keys_of;

impl Policy {
    /// The keys that a statement reads, of its conditions and of its variables, as they are written, each once, in the
    /// order of their first appearance. The statement must be one of this policy's.
    #[must_use]
    pub fn keys_of<'a>(&self, statement: &'a Statement) -> Vec<&'a str> {
        let mut keys: Vec<&str> = Vec::new();
        let mut add = |key: &'a str| {
            if !keys.iter().any(|held| held.eq_ignore_ascii_case(key)) {
                keys.push(key);
            }
        };
        let variables = self.version == Version::V2012;
        if let Some(resources) = statement.resources() {
            for text in resources.entries {
                keys_of(text, variables).for_each(&mut add);
            }
        }
        for clause in statement.conditions() {
            add(clause.key());
            for text in clause.wanted() {
                keys_of(text, variables).for_each(&mut add);
            }
        }
        keys
    }
}

#[cfg(test)]
mod tests {
    use crate::{Policy, PolicyKind};

    fn keys(version: &str) -> Vec<String> {
        let text = r#"{"Version":"VERSION","Statement":{"Effect":"Allow","Action":"s3:GetObject",
            "Resource":["arn:aws:s3:::b/${aws:username}/*","arn:aws:s3:::b/${$}{aws:userid}"],
            "Condition":{"StringEquals":{"AWS:UserName":"a","s3:prefix":"${aws:PrincipalTag/team, 'none'}"}}}}"#;
        let policy =
            Policy::parse(&text.replace("VERSION", version), PolicyKind::Identity).unwrap();
        let keys = policy.keys_of(&policy.statements()[0]);
        keys.into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn keys_of_conditions_and_variables_are_told_once() {
        let expected = ["aws:username", "s3:prefix", "aws:PrincipalTag/team"];
        assert_eq!(keys("2012-10-17"), expected);
    }

    #[test]
    fn the_older_version_has_no_variables() {
        assert_eq!(keys("2008-10-17"), ["AWS:UserName", "s3:prefix"]);
    }
}
