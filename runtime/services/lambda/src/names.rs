//! Names of functions: the one place that reads them.
//!
//! `name`, `123456789012:function:name`, `function:name` or an ARN, each with or without
//! `:qualifier` ("FunctionName", AWS Lambda API Reference).

use stockade_kit::arn::Arn;
use stockade_kit::ids;
use stockade_kit::validate::{Demand, violation};
use stockade_lambda_api::{constraints, errors};
use stockade_spec::Error;
use stockade_spec::constraint::Shape;
use stockade_spec::resolve::Scope;

use crate::errors::{function_not_found, invalid, validation};

/// The version that is edited.
pub(crate) const LATEST: &str = "$LATEST";

/// Longest name in characters.
const MAX_NAME_CHARS: usize = 64;

/// A function, wherever it is, and whether or not there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Function {
    pub(crate) partition: String,
    pub(crate) region: String,
    pub(crate) account: String,
    pub(crate) name: String,
}

impl Function {
    /// Its ARN.
    pub(crate) fn arn(&self) -> String {
        let Self {
            partition,
            region,
            account,
            name,
        } = self;
        format!("arn:{partition}:lambda:{region}:{account}:function:{name}")
    }

    /// The ARN of one of its versions or aliases; its own without a qualifier.
    pub(crate) fn qualified_arn(&self, qualifier: Option<&str>) -> String {
        match qualifier {
            Some(qualifier) => format!("{}:{qualifier}", self.arn()),
            None => self.arn(),
        }
    }

    /// Where its records lie.
    pub(crate) fn scope(&self) -> stockade_store::Scope {
        stockade_store::Scope::new(&self.account, &self.region)
    }
}

/// A function, or a version or alias of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) function: Function,
    pub(crate) qualifier: Option<String>,
}

impl Target {
    /// The ARN that it names.
    pub(crate) fn arn(&self) -> String {
        self.function.qualified_arn(self.qualifier.as_deref())
    }

    /// Reads a name, whatever it names; what it leaves out is the scope's. `None` if it is no name.
    pub(crate) fn parse(scope: &Scope<'_>, text: &str) -> Option<Self> {
        let (partition, region, account, rest);
        if text.starts_with("arn:") {
            let arn: Arn = text.parse().ok()?;
            if arn.service != "lambda" || arn.region.is_empty() || !ids::is_account_id(&arn.account)
            {
                return None;
            }
            rest = arn.resource.strip_prefix("function:")?.to_owned();
            (partition, region, account) = (arn.partition, arn.region, arn.account);
        } else {
            let partial = text
                .split_once(':')
                .filter(|(account, _)| ids::is_account_id(account))
                .and_then(|(account, rest)| Some((account, rest.strip_prefix("function:")?)));
            (partition, region) = (scope.partition.to_owned(), scope.region.to_owned());
            (account, rest) = match partial {
                Some((account, rest)) => (account.to_owned(), rest.to_owned()),
                None => {
                    let rest = text.strip_prefix("function:").unwrap_or(text);
                    (scope.account.to_owned(), rest.to_owned())
                }
            };
        }
        let (name, qualifier) = match rest.split_once(':') {
            Some((name, qualifier)) => (name, Some(qualifier)),
            None => (rest.as_str(), None),
        };
        if !is_word(name, MAX_NAME_CHARS) || qualifier.is_some_and(|text| !is_qualifier(text)) {
            return None;
        }
        Some(Self {
            function: Function {
                partition,
                region,
                account,
                name: name.to_owned(),
            },
            qualifier: qualifier.map(str::to_owned),
        })
    }

    /// What a request means by `FunctionName` and `Qualifier`.
    ///
    /// # Errors
    ///
    /// `ValidationException` for what the model takes for a name or a qualifier and is none, `InvalidParameterValueException`
    /// for two qualifiers that differ, `ResourceNotFoundException` for a function of another region
    /// or partition.
    pub(crate) fn of(
        scope: &Scope<'_>,
        name: &str,
        qualifier: Option<&str>,
    ) -> Result<Self, Error> {
        let mut target = Self::parse(scope, name).ok_or_else(|| unreadable(name))?;
        if let Some(qualifier) = qualifier {
            if !is_qualifier(qualifier) {
                let demanded = &constraints::NUMERIC_LATEST_PUBLISHED_OR_ALIAS_QUALIFIER;
                return Err(misformed("qualifier", qualifier, demanded));
            }
            if target
                .qualifier
                .as_deref()
                .is_some_and(|own| own != qualifier)
            {
                return Err(invalid(
                    "The derived qualifier from the function name does not match the specified \
                     qualifier.",
                ));
            }
            target.qualifier = Some(qualifier.to_owned());
        }
        let region = &target.function.region;
        // Records are not kept by partition: another one's ARN must not reach this one's function.
        if target.function.partition != scope.partition {
            return Err(function_not_found(&target.arn()));
        }
        if region != scope.region {
            return Err(errors::resource_not_found_exception(format!(
                "Functions from '{region}' are not reachable in this region ('{}')",
                scope.region
            )));
        }
        Ok(target)
    }
}

impl Function {
    /// What a request means by `FunctionName` where only whole functions are meant.
    ///
    /// # Errors
    ///
    /// Those of [`Target::of`], and `InvalidParameterValueException` for a version or alias.
    pub(crate) fn of(scope: &Scope<'_>, name: &str) -> Result<Self, Error> {
        let target = Target::of(scope, name, None)?;
        match target.qualifier {
            None => Ok(target.function),
            Some(_) => Err(invalid(
                "This operation is permitted on Lambda functions only. Aliases and versions do not \
                 support this operation. Please specify either a function name or an unqualified \
                 function ARN.",
            )),
        }
    }
}

/// Whether a qualifier names an alias; else it is [`LATEST`] or a version's number.
pub(crate) fn is_alias(qualifier: &str) -> bool {
    is_word(qualifier, 128) && !qualifier.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_qualifier(text: &str) -> bool {
    text == LATEST || is_word(text, 128)
}

fn is_word(text: &str, max: usize) -> bool {
    (1..=max).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// A name within the model's pattern that no function can have.
fn unreadable(text: &str) -> Error {
    let name = text.rsplit(':').next().unwrap_or(text);
    if name.len() > MAX_NAME_CHARS && is_word(name, name.len()) {
        let demand = Demand::MaxLength(MAX_NAME_CHARS as u64);
        return validation(violation("functionName", Some(text), demand));
    }
    misformed("functionName", text, &constraints::NAMESPACED_FUNCTION_NAME)
}

/// A value that is told to break its member's pattern.
fn misformed(member: &str, value: &str, demanded: &Shape) -> Error {
    let pattern = demanded.pattern.map_or("", |pattern| pattern.text);
    validation(violation(member, Some(value), Demand::Pattern(pattern)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCOPE: Scope<'_> = Scope {
        partition: "aws",
        region: "us-east-1",
        account: "000000000000",
        caller: None,
    };

    fn read(text: &str) -> Option<(String, String, Option<String>)> {
        let target = Target::parse(&SCOPE, text)?;
        Some((
            target.function.account,
            target.function.name,
            target.qualifier,
        ))
    }

    fn known(
        account: &str,
        name: &str,
        qualifier: Option<&str>,
    ) -> Option<(String, String, Option<String>)> {
        Some((account.into(), name.into(), qualifier.map(str::to_owned)))
    }

    #[test]
    fn all_forms_are_read() {
        let (own, other) = ("000000000000", "123456789012");
        assert_eq!(read("f"), known(own, "f", None));
        assert_eq!(read("f:PROD"), known(own, "f", Some("PROD")));
        assert_eq!(read("f:$LATEST"), known(own, "f", Some("$LATEST")));
        assert_eq!(read("function:f"), known(own, "f", None));
        assert_eq!(read("123456789012:function:f"), known(other, "f", None));
        assert_eq!(
            read("123456789012:function:f:1"),
            known(other, "f", Some("1"))
        );
        let arn = "arn:aws:lambda:us-east-1:123456789012:function:f";
        assert_eq!(read(arn), known(other, "f", None));
        assert_eq!(read(&format!("{arn}:1")), known(other, "f", Some("1")));
        // Twelve digits alone are a name.
        assert_eq!(read("123456789012"), known(own, "123456789012", None));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        let long = "a".repeat(65);
        for bad in [
            "",
            "a b",
            "*",
            "f:",
            ":f",
            "f:1:2",
            "f:$OLDEST",
            "f.g",
            &long,
            "arn:aws:lambda:us-east-1:123456789012:layer:f",
            "arn:aws:s3:us-east-1:123456789012:function:f",
            "arn:aws:lambda:us-east-1::function:f",
            "arn:aws:lambda::123456789012:function:f",
            "arn:aws:lambda:us-east-1:123456789012:function:f:1:2",
        ] {
            assert_eq!(read(bad), None, "{bad}");
            let error = Target::of(&SCOPE, bad, None).unwrap_err();
            assert_eq!(
                (&*error.code, error.status),
                ("ValidationException", 400),
                "{bad}"
            );
        }
    }

    #[test]
    fn qualifiers_must_agree() {
        let target = Target::of(&SCOPE, "f:1", Some("1")).unwrap();
        assert_eq!(
            target.arn(),
            "arn:aws:lambda:us-east-1:000000000000:function:f:1"
        );
        let error = Target::of(&SCOPE, "f:1", Some("2")).unwrap_err();
        assert_eq!(error.code, "InvalidParameterValueException");
        let error = Target::of(&SCOPE, "f", Some("$1")).unwrap_err();
        assert_eq!(error.code, "ValidationException");
        let error = Function::of(&SCOPE, "f:1").unwrap_err();
        assert_eq!(error.code, "InvalidParameterValueException");
    }

    #[test]
    fn other_partitions_are_out_of_reach() {
        let arn = "arn:aws-cn:lambda:us-east-1:000000000000:function:f";
        let error = Target::of(&SCOPE, arn, None).unwrap_err();
        assert_eq!(error.message, format!("Function not found: {arn}"));
    }

    #[test]
    fn other_regions_are_out_of_reach() {
        let arn = "arn:aws:lambda:eu-west-1:000000000000:function:f";
        let error = Target::of(&SCOPE, arn, None).unwrap_err();
        assert_eq!(
            (&*error.code, error.status),
            ("ResourceNotFoundException", 404)
        );
        assert_eq!(
            error.message,
            "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')"
        );
    }
}
