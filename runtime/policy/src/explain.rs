//! Why a request was decided as it was, statement by statement.

use std::fmt;

use serde::Serialize;

use crate::action::Folded;
use crate::answer::{Decision, Layer};
use crate::evaluate::evaluate;
use crate::request::Request;
use crate::set::{PolicySet, Source};
use crate::statement::{Effect, Statement, Subject};

/// Everything that took part in a decision, in words. Owned, so that it can be kept and sent.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {
    /// The decision.
    pub decision: Decision,
    /// The layer that settled it.
    pub layer: Layer,
    /// AWS's wording of a denial.
    pub reason: Option<String>,
    /// Every statement of every policy that was consulted.
    pub statements: Vec<Spoken>,
}

/// What one statement had to say.
#[derive(Debug, Clone, Serialize)]
pub struct Spoken {
    /// The layer it belongs to.
    pub layer: Layer,
    /// The policy it is part of.
    pub source: Source,
    /// Its `Sid`.
    pub sid: Option<String>,
    /// Its position in the policy, from 0.
    pub index: usize,
    /// Its effect.
    pub effect: Effect,
    /// Whether it applies to the request.
    pub applies: bool,
    /// Why it does not apply; empty when it does, unless it applies because of an operator that is not known.
    pub misses: Vec<Miss>,
}

/// One reason why a statement does not apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", tag = "element")]
pub enum Miss {
    /// The action is not among those named.
    Action {
        /// The element's entries as written.
        wanted: Vec<String>,
        /// Whether they are those of `NotAction`.
        negated: bool,
        /// The action of the request.
        found: String,
    },
    /// The resource is not among those named.
    Resource {
        /// The element's entries as written.
        wanted: Vec<String>,
        /// Whether they are those of `NotResource`.
        negated: bool,
        /// The resource of the request, with `<unknown>` for its opaque parts.
        found: String,
    },
    /// The principal is not among those named.
    Principal {
        /// The element's entries as written.
        wanted: Vec<String>,
        /// Whether they are those of `NotPrincipal`.
        negated: bool,
    },
    /// A condition does not hold.
    Condition {
        /// The operator as written.
        operator: String,
        /// The condition key as written.
        key: String,
        /// The values that the policy names.
        wanted: Vec<String>,
        /// The values of the request; `None` when it does not carry the key.
        found: Option<Vec<String>>,
    },
    /// A condition reads a key whose values cannot be told, and fails closed.
    UnknownKey {
        /// The condition key as written.
        key: String,
        /// Why.
        why: String,
    },
    /// The statement has a condition operator that is not known here, and fails closed.
    UnknownOperator {
        /// The operator as written.
        operator: String,
    },
}

impl fmt::Display for Miss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let not = |negated: &bool| if *negated { "Not" } else { "" };
        match self {
            Miss::Action {
                wanted,
                negated,
                found,
            } => write!(f, "{found} is not within {}Action {wanted:?}", not(negated)),
            Miss::Resource {
                wanted,
                negated,
                found,
            } => write!(
                f,
                "{found} is not within {}Resource {wanted:?}",
                not(negated)
            ),
            Miss::Principal { wanted, negated } => {
                write!(
                    f,
                    "the caller is not within {}Principal {wanted:?}",
                    not(negated)
                )
            }
            Miss::Condition {
                operator,
                key,
                wanted,
                found,
            } => {
                write!(f, "{operator} of {key} wants {wanted:?}, ")?;
                match found {
                    Some(values) => write!(f, "the request has {values:?}"),
                    None => f.write_str("the request does not carry the key"),
                }
            }
            Miss::UnknownKey { key, why } => write!(f, "{key} cannot be told: {why}"),
            Miss::UnknownOperator { operator } => write!(
                f,
                "the condition operator {operator} is not known here: an Allow with it never applies, a Deny with it \
                 always does"
            ),
        }
    }
}

/// Evaluates the request and says of every statement whether it applies, and if not, why not. Costs far more than
/// [`evaluate`]; meant for what is logged or shown.
#[must_use]
pub fn explain(request: &Request<'_>, set: &PolicySet<'_>) -> Explanation {
    let evaluation = evaluate(request, set);
    let action = Folded::new(request.action);
    let subject = Subject::of(request, set, &action);
    let mut statements = Vec::new();
    for consulted in set.consulted(&request.principal) {
        let policy = consulted.policy;
        for (index, statement) in policy.policy.statements().iter().enumerate() {
            statements.push(Spoken {
                layer: consulted.layer,
                source: policy.source.clone(),
                sid: statement.sid().map(str::to_owned),
                index,
                effect: statement.effect(),
                applies: statement.applies(&subject).is_some(),
                misses: misses(statement, request, &subject),
            });
        }
    }
    Explanation {
        decision: evaluation.decision(),
        layer: evaluation.layer(),
        reason: evaluation.aws_reason(),
        statements,
    }
}

fn misses(statement: &Statement, request: &Request<'_>, subject: &Subject<'_>) -> Vec<Miss> {
    let mut misses = Vec::new();
    let texts = |texts: &[Box<str>]| texts.iter().map(|text| text.to_string()).collect();
    if !statement.actions.matches(subject.action) {
        misses.push(Miss::Action {
            wanted: texts(&statement.actions.written),
            negated: statement.actions.negated,
            found: request.action.to_owned(),
        });
    }
    if let Some(set) = &statement.resources
        && !statement.about_resource(subject)
    {
        misses.push(Miss::Resource {
            wanted: texts(&set.written),
            negated: set.negated,
            found: request.resource.to_string(),
        });
    }
    if let Some(set) = &statement.principals
        && statement.grant(subject).is_none()
    {
        misses.push(Miss::Principal {
            wanted: texts(&set.written),
            negated: set.negated,
        });
    }
    if let Some(operator) = statement.unknown_operator() {
        misses.push(Miss::UnknownOperator {
            operator: operator.to_owned(),
        });
        return misses;
    }
    for clause in statement.conditions() {
        if clause.holds(statement.effect(), subject.context) {
            continue;
        }
        if let Some(why) = subject.context.unknown(clause.key()) {
            misses.push(Miss::UnknownKey {
                key: clause.key().to_owned(),
                why: why.to_owned(),
            });
        } else {
            misses.push(Miss::Condition {
                operator: clause.operator().to_owned(),
                key: clause.key().to_owned(),
                wanted: texts(clause.wanted()),
                found: subject
                    .context
                    .get(clause.key())
                    .map(|values| values.iter().map(|value| value.to_string()).collect()),
            });
        }
    }
    misses
}
