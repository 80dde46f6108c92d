//! `Resource` and `NotResource`.

use crate::Context;
use crate::arn::{ArnPattern, Name};
use crate::statement::Effect;
use crate::variable::{Lack, any};

/// A compiled `Resource` or `NotResource` element.
#[derive(Debug, Clone)]
pub(crate) struct ResourceSet {
    pub(crate) negated: bool,
    entries: Box<[ArnPattern]>,
    /// Whether an entry holds a policy variable.
    pub(crate) variables: bool,
    /// The entries as written.
    pub(crate) written: Box<[Box<str>]>,
}

impl ResourceSet {
    pub(crate) fn new(negated: bool, written: Vec<Box<str>>, variables: bool) -> Self {
        let entries: Box<[ArnPattern]> = written
            .iter()
            .map(|text| ArnPattern::parse_resource(text, variables))
            .collect();
        Self {
            negated,
            variables: entries.iter().any(ArnPattern::has_variable),
            entries,
            written: written.into(),
        }
    }

    /// Whether the statement speaks of the resource. Where that is not certain (an opaque part, a variable of several
    /// values in a `NotResource`, one that nobody can tell), the answer is the one that refuses: an Allow does not apply, a
    /// Deny does.
    pub(crate) fn matches(&self, effect: Effect, name: &Name<'_>, context: &Context<'_>) -> bool {
        // Of what is listed, an Allow of a Resource and a Deny of a NotResource want certainty; their counterparts are
        // content with the possibility.
        let every = (effect == Effect::Allow) != self.negated;
        let listed = match any(&self.entries, |entry| entry.matches(name, every, context)) {
            Ok(listed) => listed,
            Err(Lack::Value) => self.negated && effect == Effect::Allow,
            Err(Lack::Knowledge) => !every,
        };
        listed != self.negated
    }
}
