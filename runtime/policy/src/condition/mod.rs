//! `Condition` (*IAM JSON policy elements: Condition operators*, *Conditions with multiple context keys or values*).

mod date;
mod ip;
mod numeric;
mod operator;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub(crate) use date::Instant;
pub use ip::Network;
pub(crate) use numeric::Decimal;
pub use operator::{Family, Operator, Set};

use crate::Context;
use crate::arn::{ArnPattern, Name};
use crate::context::Known;
use crate::key::Key;
use crate::statement::Effect;
use crate::variable::{Lack, Reading, Template, any};
use operator::{Comparison, Test};

/// One operator applied to one key. All clauses of a statement must hold.
#[derive(Debug, Clone)]
pub struct Clause {
    written: Box<str>,
    /// `None` for an operator that is not known here.
    operator: Option<Operator>,
    key: Key,
    wanted: Box<[Box<str>]>,
    values: Values,
}

/// The clause's values, compiled for its operator.
#[derive(Debug, Clone)]
enum Values {
    Text(Box<[Template]>),
    /// Compared without regard to case.
    Caseless(Box<[Template]>),
    Arn(Box<[ArnPattern]>),
    Number(Comparison, Box<[Decimal<Box<str>>]>),
    Date(Comparison, Box<[Instant]>),
    Bool {
        wanted: Box<[Template]>,
        /// Whether a value is neither a boolean nor made by a variable. AWS's grammar takes it, and no document says what
        /// it then is.
        strange: bool,
    },
    Bytes(Box<[Box<[u8]>]>),
    Network(Box<[Network]>),
    /// Operators without values of a type: `Null`, and those not known.
    Plain,
}

/// A value that the operator cannot read; holds its position among the values.
pub(crate) struct Unreadable(pub(crate) usize);

impl Clause {
    pub(crate) fn compile(
        written: &str,
        operator: Option<Operator>,
        key: &str,
        wanted: Vec<Box<str>>,
        variables: bool,
    ) -> Result<Self, Unreadable> {
        let values = match operator {
            None => Values::Plain,
            Some(operator) => compile_values(operator.test, &wanted, variables)?,
        };
        Ok(Self {
            written: written.into(),
            operator,
            key: Key::new(key),
            wanted: wanted.into(),
            values,
        })
    }

    /// The operator as written, for example `ForAnyValue:StringLikeIfExists`.
    #[must_use]
    pub fn operator(&self) -> &str {
        &self.written
    }

    /// Whether the operator is known here.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.operator.is_some()
    }

    /// The condition key as written.
    #[must_use]
    pub fn key(&self) -> &str {
        self.key.as_str()
    }

    /// The values as written.
    #[must_use]
    pub fn wanted(&self) -> &[Box<str>] {
        &self.wanted
    }

    /// Whether the clause holds. Where a value cannot be read or a variable's cannot be told, nothing matches; what a
    /// negated operator makes of that depends on the effect, so that an Allow never applies for lack of knowledge.
    pub(crate) fn holds(&self, effect: Effect, context: &Context<'_>) -> bool {
        let Some(operator) = self.operator else {
            return effect == Effect::Deny;
        };
        let found = match context.known(&self.key) {
            Known::Unknown => return effect == Effect::Deny,
            Known::Absent | Known::Values([]) => None,
            Known::Values(values) => Some(values),
        };
        if operator.test == Test::Null {
            let absent = found.is_none();
            return self.wanted.iter().any(|wanted| match bool_of(wanted) {
                Some(wants_absent) => wants_absent == absent,
                None => effect == Effect::Deny,
            });
        }
        let Some(found) = found else {
            return operator.if_exists
                || match operator.set {
                    Some(Set::AllValues) => true,
                    Some(Set::AnyValue) => false,
                    None => operator.negated,
                };
        };
        // To set operators an empty string is a set without values (*Set operators for multivalued context keys*).
        if operator.set.is_some() && found.iter().all(|value| value.is_empty()) {
            return operator.set == Some(Set::AllValues);
        }
        let satisfied = |value: &str| match (self.matches(value, context), operator.negated) {
            (Ok(matched), negated) => matched != negated,
            (Err(Lack::Value), negated) => negated && effect == Effect::Deny,
            (Err(Lack::Knowledge), _) => effect == Effect::Deny,
        };
        match (operator.set, operator.negated) {
            (Some(Set::AllValues), _) | (None, true) => found.iter().all(|value| satisfied(value)),
            (Some(Set::AnyValue), _) | (None, false) => found.iter().any(|value| satisfied(value)),
        }
    }

    /// Whether a value of the request equals one of the clause's.
    fn matches(&self, value: &str, context: &Context<'_>) -> Result<bool, Lack> {
        match &self.values {
            Values::Text(templates) => any(templates, |template| template.matches(value, context)),
            Values::Caseless(templates) => any(templates, |template| {
                template.matches_ignoring_case(value, context)
            }),
            Values::Arn(patterns) => {
                let name = Name::literal(value);
                any(patterns, |pattern| pattern.matches(&name, true, context))
            }
            Values::Number(comparison, wanted) => {
                let value = Decimal::parse(value).ok_or(Lack::Value)?;
                let test = |wanted: &Decimal<_>| comparison.test(value.compare(wanted));
                Ok(wanted.iter().any(test))
            }
            Values::Date(comparison, wanted) => {
                let value = Instant::parse(value).ok_or(Lack::Value)?;
                let test = |wanted: &Instant| comparison.test(value.cmp(wanted));
                Ok(wanted.iter().any(test))
            }
            Values::Bool { wanted, strange } => {
                bool_of(value).ok_or(Lack::Value)?;
                let matched = any(wanted, |template| {
                    template.matches_ignoring_case(value, context)
                })?;
                if matched || !strange {
                    Ok(matched)
                } else {
                    Err(Lack::Knowledge)
                }
            }
            Values::Bytes(wanted) => {
                let value = STANDARD.decode(value).map_err(|_| Lack::Value)?;
                Ok(wanted.iter().any(|wanted| **wanted == *value))
            }
            Values::Network(wanted) => {
                let value = value.parse().map_err(|_| Lack::Value)?;
                Ok(wanted.iter().any(|network| network.contains(value)))
            }
            Values::Plain => Err(Lack::Value),
        }
    }
}

fn compile_values(test: Test, wanted: &[Box<str>], variables: bool) -> Result<Values, Unreadable> {
    let templates = |wildcards: bool| {
        let reading = Reading {
            variables,
            wildcards,
        };
        wanted
            .iter()
            .map(|text| Template::parse(text, reading))
            .collect()
    };
    Ok(match test {
        Test::StringEquals => Values::Text(templates(false)),
        Test::StringEqualsIgnoreCase => Values::Caseless(templates(false)),
        Test::StringLike => Values::Text(templates(true)),
        Test::Arn => Values::Arn(
            wanted
                .iter()
                .map(|text| ArnPattern::parse(text, variables))
                .collect(),
        ),
        Test::Numeric(comparison) => {
            let decimal = |text| Decimal::parse(text).map(Decimal::into_owned);
            Values::Number(comparison, read(wanted, decimal)?)
        }
        Test::Date(comparison) => Values::Date(comparison, read(wanted, Instant::parse)?),
        Test::Bool => {
            let is_strange =
                |text: &str| bool_of(text).is_none() && !(variables && text.contains("${"));
            Values::Bool {
                strange: wanted.iter().any(|text| is_strange(text)),
                wanted: templates(false),
            }
        }
        Test::Binary => Values::Bytes(read(wanted, |text| {
            STANDARD.decode(text).ok().map(Into::into)
        })?),
        Test::Ip => Values::Network(read(wanted, Network::parse)?),
        Test::Null => Values::Plain,
    })
}

fn read<'a, T>(
    wanted: &'a [Box<str>],
    parse: impl Fn(&'a str) -> Option<T>,
) -> Result<Box<[T]>, Unreadable> {
    wanted
        .iter()
        .enumerate()
        .map(|(index, text)| parse(text).ok_or(Unreadable(index)))
        .collect()
}

pub(crate) fn bool_of(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
