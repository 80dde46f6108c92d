//! Tag sets and the rules that AWS has for them ("Tag naming limits and requirements").

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

/// Most tags that a resource can have, in almost every service.
pub const MAX_TAGS: usize = 50;
/// Longest key in characters; the shortest has one.
pub const MAX_KEY_CHARS: usize = 128;
/// Longest value in characters; it may be empty.
pub const MAX_VALUE_CHARS: usize = 256;
/// Keys that begin so are AWS's own, in any case of letters.
pub const RESERVED_PREFIX: &str = "aws:";

/// Where services differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Most tags of a resource.
    pub max: usize,
    /// Whether `Team` and `team` are one key, as in IAM. In most services they are two.
    pub fold_case: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            max: MAX_TAGS,
            fold_case: false,
        }
    }
}

/// What is wrong with tags; each service has its own code and words for each.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TagError {
    /// Two tags of one request have the same key.
    #[error("the tag key {key} is given twice")]
    Duplicate {
        /// The second of them.
        key: String,
    },
    /// The key begins with `aws:`.
    #[error("the tag key {key} is reserved")]
    Reserved {
        /// The key.
        key: String,
    },
    /// The resource would have too many tags.
    #[error("there would be {count} tags, the limit is {max}")]
    TooMany {
        /// As many as there would be.
        count: usize,
        /// The limit.
        max: usize,
    },
    /// The key is empty or too long.
    #[error("the tag key {key:?} is empty or too long")]
    KeyLength {
        /// The key.
        key: String,
    },
    /// The value is too long.
    #[error("the value of tag {key} is too long")]
    ValueLength {
        /// The tag's key.
        key: String,
    },
    /// The key has a character that no tag may have.
    #[error("the tag key {key:?} has a character that is not allowed")]
    KeyCharacter {
        /// The key.
        key: String,
    },
    /// The value has a character that no tag may have.
    #[error("the value of tag {key} has a character that is not allowed")]
    ValueCharacter {
        /// The tag's key.
        key: String,
    },
}

/// The tags of a resource, sorted by key. Serialised as a map.
///
/// ```
/// use stockade_kit::tags::{Rules, TagSet};
///
/// let rules = Rules::default();
/// let mut tags = TagSet::parse([("team", "red"), ("stage", "test")], rules).unwrap();
/// tags.merge(TagSet::parse([("team", "blue")], rules).unwrap(), rules).unwrap();
/// tags.remove(["stage"], rules);
/// assert_eq!(tags.iter().collect::<Vec<_>>(), [("team", "blue")]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TagSet {
    tags: BTreeMap<String, String>,
}

impl TagSet {
    /// The tags of a request, checked.
    ///
    /// # Errors
    ///
    /// The first rule that they break.
    pub fn parse<K, V>(
        pairs: impl IntoIterator<Item = (K, V)>,
        rules: Rules,
    ) -> Result<Self, TagError>
    where
        K: Into<String>,
        V: Into<String>,
    {
        let mut tags = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for (key, value) in pairs {
            let (key, value) = (key.into(), value.into());
            check_key(&key)?;
            check_value(&key, &value)?;
            if !seen.insert(folded(&key, rules)) {
                return Err(TagError::Duplicate { key });
            }
            tags.insert(key, value);
        }
        check_count(tags.len(), rules)?;
        Ok(Self { tags })
    }

    /// Adds tags; one whose key is there already replaces it (spelling of the key included).
    ///
    /// # Errors
    ///
    /// [`TagError::TooMany`]; then nothing has changed.
    pub fn merge(&mut self, more: Self, rules: Rules) -> Result<(), TagError> {
        let mut merged = self.clone();
        merged.remove(more.tags.keys().map(String::as_str), rules);
        merged.tags.extend(more.tags);
        check_count(merged.tags.len(), rules)?;
        *self = merged;
        Ok(())
    }

    /// Removes the tags with these keys, where there are any.
    pub fn remove<'k>(&mut self, keys: impl IntoIterator<Item = &'k str>, rules: Rules) {
        let gone: BTreeSet<String> = keys.into_iter().map(|key| folded(key, rules)).collect();
        self.tags
            .retain(|key, _| !gone.contains(&folded(key, rules)));
    }

    /// The value of the tag with exactly this key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.tags.get(key).map(String::as_str)
    }

    /// Keys and values, sorted by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.tags
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// How many tags there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tags.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tags.is_empty()
    }
}

impl IntoIterator for TagSet {
    type Item = (String, String);
    type IntoIter = std::collections::btree_map::IntoIter<String, String>;

    fn into_iter(self) -> Self::IntoIter {
        self.tags.into_iter()
    }
}

/// Checks a key by itself, as `Untag…` operations do.
///
/// # Errors
///
/// What is wrong with its length, prefix or characters.
pub fn check_key(key: &str) -> Result<(), TagError> {
    let chars = key.chars().count();
    let key_owned = || key.to_owned();
    if chars == 0 || chars > MAX_KEY_CHARS {
        return Err(TagError::KeyLength { key: key_owned() });
    }
    if !key.chars().all(is_allowed) {
        return Err(TagError::KeyCharacter { key: key_owned() });
    }
    let start = key.as_bytes().get(..RESERVED_PREFIX.len());
    if start.is_some_and(|start| start.eq_ignore_ascii_case(RESERVED_PREFIX.as_bytes())) {
        return Err(TagError::Reserved { key: key_owned() });
    }
    Ok(())
}

fn check_value(key: &str, value: &str) -> Result<(), TagError> {
    let key = || key.to_owned();
    if value.chars().count() > MAX_VALUE_CHARS {
        return Err(TagError::ValueLength { key: key() });
    }
    if !value.chars().all(is_allowed) {
        return Err(TagError::ValueCharacter { key: key() });
    }
    Ok(())
}

fn check_count(count: usize, rules: Rules) -> Result<(), TagError> {
    if count > rules.max {
        return Err(TagError::TooMany {
            count,
            max: rules.max,
        });
    }
    Ok(())
}

/// Letters, separators and numbers of all languages.
static WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\A[\p{L}\p{Z}\p{N}]\z").ok());

/// `[\p{L}\p{Z}\p{N}_.:/=+\-@]`, the pattern that most models have for both.
fn is_allowed(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || " _.:/=+-@".contains(c);
    }
    WORDS
        .as_ref()
        .is_some_and(|words| words.is_match(c.encode_utf8(&mut [0; 4])))
}

fn folded(key: &str, rules: Rules) -> String {
    if rules.fold_case {
        key.to_lowercase()
    } else {
        key.to_owned()
    }
}

#[cfg(test)]
mod tests;
