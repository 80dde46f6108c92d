//! Names of condition operators.

use std::cmp::Ordering;

/// A condition operator, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Operator {
    pub(super) qualifier: Qualifier,
    pub(super) test: Test,
    pub(super) negated: bool,
    pub(super) if_exists: bool,
}

/// How the values of a multi-valued key are taken together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Qualifier {
    None,
    ForAllValues,
    ForAnyValue,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Test {
    StringEquals,
    StringEqualsIgnoreCase,
    StringLike,
    Numeric(Comparison),
    Date(Comparison),
    Bool,
    Binary,
    Ip,
    Arn,
    Null,
}

/// How a value of the request must stand to the value of the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    pub(super) fn test(self, ordering: Ordering) -> bool {
        match self {
            Comparison::Equal => ordering.is_eq(),
            Comparison::Less => ordering.is_lt(),
            Comparison::LessOrEqual => ordering.is_le(),
            Comparison::Greater => ordering.is_gt(),
            Comparison::GreaterOrEqual => ordering.is_ge(),
        }
    }

    fn parse(suffix: &str) -> Option<(Self, bool)> {
        Some(match suffix {
            "equals" => (Comparison::Equal, false),
            "notequals" => (Comparison::Equal, true),
            "lessthan" => (Comparison::Less, false),
            "lessthanequals" => (Comparison::LessOrEqual, false),
            "greaterthan" => (Comparison::Greater, false),
            "greaterthanequals" => (Comparison::GreaterOrEqual, false),
            _ => return None,
        })
    }
}

impl Operator {
    pub(crate) fn compares_arns(self) -> bool {
        self.test == Test::Arn
    }

    /// Reads an operator's name without regard to case; `None` for one that is not known here.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let lower = name.to_ascii_lowercase();
        let (qualifier, rest) = if let Some(rest) = lower.strip_prefix("forallvalues:") {
            (Qualifier::ForAllValues, rest)
        } else if let Some(rest) = lower.strip_prefix("foranyvalue:") {
            (Qualifier::ForAnyValue, rest)
        } else {
            (Qualifier::None, lower.as_str())
        };
        let (base, if_exists) = match rest.strip_suffix("ifexists") {
            Some(base) => (base, true),
            None => (rest, false),
        };
        let (test, negated) = match base {
            "stringequals" => (Test::StringEquals, false),
            "stringnotequals" => (Test::StringEquals, true),
            "stringequalsignorecase" => (Test::StringEqualsIgnoreCase, false),
            "stringnotequalsignorecase" => (Test::StringEqualsIgnoreCase, true),
            "stringlike" => (Test::StringLike, false),
            "stringnotlike" => (Test::StringLike, true),
            "bool" => (Test::Bool, false),
            "binaryequals" => (Test::Binary, false),
            "ipaddress" => (Test::Ip, false),
            "notipaddress" => (Test::Ip, true),
            "arnequals" | "arnlike" => (Test::Arn, false),
            "arnnotequals" | "arnnotlike" => (Test::Arn, true),
            // Absence is what it asks for, so it has no IfExists form and nothing to take together.
            "null" if !if_exists && qualifier == Qualifier::None => (Test::Null, false),
            _ => {
                if let Some(suffix) = base.strip_prefix("numeric") {
                    let (comparison, negated) = Comparison::parse(suffix)?;
                    (Test::Numeric(comparison), negated)
                } else {
                    let (comparison, negated) = Comparison::parse(base.strip_prefix("date")?)?;
                    (Test::Date(comparison), negated)
                }
            }
        };
        Some(Self {
            qualifier,
            test,
            negated,
            if_exists,
        })
    }
}
