//! Session tags: those of the request, and those that a chained session inherits.

use std::collections::BTreeSet;

use stockade_kit::tags::{Rules, TagError, TagSet};
use stockade_spec::{Error, Session};
use stockade_sts_api::shapes;

use crate::error::{invalid_parameter_value, validation};

/// Keys of session tags are one whatever their case: "Pass session tags in AWS STS", IAM User Guide.
const RULES: Rules = Rules {
    max: 50,
    fold_case: true,
};

/// The tags that a session carries, and which of them the next one inherits.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct SessionTags {
    pub(crate) tags: Vec<(String, String)>,
    pub(crate) transitive: Vec<String>,
}

/// The tags of a request, sorted by key.
pub(crate) fn requested(tags: Option<Vec<shapes::Tag>>) -> Result<SessionTags, Error> {
    let pairs = tags.unwrap_or_default().into_iter();
    let tags = TagSet::parse(pairs.map(|tag| (tag.key, tag.value)), RULES).map_err(refusal)?;
    Ok(SessionTags {
        tags: tags.into_iter().collect(),
        transitive: Vec::new(),
    })
}

/// The tags of a role's session: the request's, and the transitive ones of the session that asks.
pub(crate) fn chained(
    tags: Option<Vec<shapes::Tag>>,
    transitive: Option<Vec<String>>,
    asking: Option<&Session>,
) -> Result<SessionTags, Error> {
    let mut session = requested(tags)?;
    let transitive = transitive.unwrap_or_default();
    let given = folded(session.tags.iter().map(|(key, _)| key));
    if !folded(&transitive).is_subset(&given) {
        return Err(invalid_parameter_value(
            "The specified transitive tag key must be included in the requested tags.",
        ));
    }
    session.transitive = transitive;
    let Some(asking) = asking else {
        return Ok(session);
    };
    let inherited = folded(&asking.transitive_tags);
    if !inherited.is_disjoint(&given) {
        return Err(invalid_parameter_value(
            "One of the specified transitive tag keys can't be set because it conflicts with a \
             transitive tag key from the calling session.",
        ));
    }
    for (key, value) in &asking.tags {
        if inherited.contains(&key.to_lowercase()) {
            session.tags.push((key.clone(), value.clone()));
            session.transitive.push(key.clone());
        }
    }
    if session.tags.len() > RULES.max {
        return Err(refusal(TagError::TooMany {
            count: session.tags.len(),
            max: RULES.max,
        }));
    }
    Ok(session)
}

fn folded<'k>(keys: impl IntoIterator<Item = &'k String>) -> BTreeSet<String> {
    keys.into_iter().map(|key| key.to_lowercase()).collect()
}

fn refusal(error: TagError) -> Error {
    match error {
        TagError::Duplicate { .. } => invalid_parameter_value(
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        ),
        TagError::Reserved { .. } => invalid_parameter_value(
            "System tag keys (those that begin with aws:) cannot be passed as session tags.",
        ),
        TagError::TooMany { max, .. } => {
            validation(format!("A session cannot have more than {max} tags."))
        }
        // The model's demands have been checked before, with their own words.
        TagError::KeyLength { .. }
        | TagError::ValueLength { .. }
        | TagError::KeyCharacter { .. }
        | TagError::ValueCharacter { .. } => validation(error.to_string()),
    }
}
