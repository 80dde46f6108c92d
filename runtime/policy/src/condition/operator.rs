//! Names of condition operators.

use std::cmp::Ordering;

/// A condition operator, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operator {
    /// What it compares.
    pub family: Family,
    /// How the values of a multivalued key are taken together.
    pub set: Option<Set>,
    /// Whether it is a `…Not…` form.
    pub negated: bool,
    /// Whether it ends in `IfExists`.
    pub if_exists: bool,
    /// Whether its name says that values are patterns.
    pub like: bool,
    pub(super) test: Test,
}

/// The qualifier before an operator, for multivalued keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Set {
    /// `ForAllValues:`.
    AllValues,
    /// `ForAnyValue:`.
    AnyValue,
}

/// What operators compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// `String…`.
    String,
    /// `Numeric…`.
    Number,
    /// `Date…`.
    Date,
    /// `Bool`.
    Bool,
    /// `BinaryEquals`.
    Binary,
    /// `IpAddress` and `NotIpAddress`.
    Ip,
    /// `Arn…`.
    Arn,
    /// `Null`.
    Null,
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

impl Test {
    fn family(self) -> Family {
        match self {
            Self::StringEquals | Self::StringEqualsIgnoreCase | Self::StringLike => Family::String,
            Self::Numeric(_) => Family::Number,
            Self::Date(_) => Family::Date,
            Self::Bool => Family::Bool,
            Self::Binary => Family::Binary,
            Self::Ip => Family::Ip,
            Self::Arn => Family::Arn,
            Self::Null => Family::Null,
        }
    }
}

impl Operator {
    pub(crate) fn compares_arns(self) -> bool {
        self.test == Test::Arn
    }

    /// Reads an operator's name without regard to case; `None` for one that is not known here.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let lower = name.to_ascii_lowercase();
        let (set, rest) = if let Some(rest) = lower.strip_prefix("forallvalues:") {
            (Some(Set::AllValues), rest)
        } else if let Some(rest) = lower.strip_prefix("foranyvalue:") {
            (Some(Set::AnyValue), rest)
        } else {
            (None, lower.as_str())
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
            "null" if !if_exists && set.is_none() => (Test::Null, false),
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
            family: test.family(),
            set,
            negated,
            if_exists,
            like: base.ends_with("like"),
            test,
        })
    }
}
