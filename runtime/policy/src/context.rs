//! The request context: what condition keys and policy variables read.

use std::borrow::Cow;

use crate::key::{Key, print};

/// The values of one condition key.
#[derive(Debug, Clone)]
enum Values<'a> {
    One([Cow<'a, str>; 1]),
    Many(Vec<Cow<'a, str>>),
    /// Nobody can tell; the sentence says why.
    Unknown(Cow<'a, str>),
}

impl<'a> Values<'a> {
    fn as_slice(&self) -> &[Cow<'a, str>] {
        match self {
            Values::One(one) => one,
            Values::Many(many) => many,
            Values::Unknown(_) => &[],
        }
    }
}

/// Condition keys and their values for one request.
///
/// Keys are compared without regard to ASCII case, as AWS compares them ("Condition key names are not
/// case-sensitive", *IAM JSON policy elements: Condition*). A key that is absent and a key whose value set is empty are
/// told apart by [`Context::get`], and mean the same to every operator.
///
/// ```
/// use stockade_policy::Context;
///
/// let mut context = Context::new();
/// context.set("aws:SourceIp", "203.0.113.9");
/// context.set_many("aws:TagKeys", ["team", "stage"]);
/// assert_eq!(context.one("AWS:sourceip"), Some("203.0.113.9"));
/// assert_eq!(context.one("aws:TagKeys"), None, "more than one value");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Context<'a> {
    entries: Vec<Entry<'a>>,
    /// Whether an unknown family of keys is among the entries.
    families: bool,
}

#[derive(Debug, Clone)]
struct Entry<'a> {
    key: Cow<'a, str>,
    print: u64,
    values: Values<'a>,
}

impl Entry<'_> {
    fn is(&self, key: &str, print: u64) -> bool {
        self.print == print && self.key.eq_ignore_ascii_case(key)
    }

    fn is_family(&self) -> bool {
        matches!(self.values, Values::Unknown(_)) && self.key.ends_with(['/', ':'])
    }
}

/// What is known of a key.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Known<'c, 'a> {
    Absent,
    Values(&'c [Cow<'a, str>]),
    Unknown,
}

impl<'a> Context<'a> {
    /// A context without keys.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A context with room for `keys` keys.
    #[must_use]
    pub fn with_capacity(keys: usize) -> Self {
        Self {
            entries: Vec::with_capacity(keys),
            families: false,
        }
    }

    /// Sets a single-valued key, replacing what it held.
    pub fn set(&mut self, key: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) {
        self.put(key.into(), Values::One([value.into()]));
    }

    /// Sets a multi-valued key, replacing what it held. An empty set is kept as present and empty.
    pub fn set_many<V>(&mut self, key: impl Into<Cow<'a, str>>, values: impl IntoIterator<Item = V>)
    where
        V: Into<Cow<'a, str>>,
    {
        let values = values.into_iter().map(Into::into).collect();
        self.put(key.into(), Values::Many(values));
    }

    /// Says that a key has values that nobody here can tell, and why. A condition that reads it fails closed: it never
    /// holds in an Allow and always holds in a Deny.
    ///
    /// A key that ends in `/` or `:` stands for its whole family: all keys that begin so, but for those that are set
    /// themselves.
    ///
    /// ```
    /// use stockade_policy::Context;
    ///
    /// let mut context = Context::new();
    /// context.set_unknown("aws:ResourceTag/", "its tags are not kept here");
    /// context.set("aws:ResourceTag/team", "a");
    /// assert_eq!(context.unknown("aws:ResourceTag/stage"), Some("its tags are not kept here"));
    /// assert_eq!(context.unknown("aws:ResourceTag/team"), None);
    /// context.set_unknown("kms:EncryptionContext:", "another service sets it");
    /// assert!(context.unknown("kms:EncryptionContext:App").is_some());
    /// ```
    pub fn set_unknown(&mut self, key: impl Into<Cow<'a, str>>, why: impl Into<Cow<'a, str>>) {
        self.put(key.into(), Values::Unknown(why.into()));
    }

    /// Why the values of a key cannot be told; `None` for a key that is known or absent.
    #[must_use]
    pub fn unknown(&self, key: &str) -> Option<&str> {
        match self.values(key, print(key)) {
            Some(Values::Unknown(why)) => Some(why),
            _ => None,
        }
    }

    /// Whether any key has values that nobody here can tell.
    #[must_use]
    pub fn has_unknown(&self) -> bool {
        self.entries
            .iter()
            .any(|entry| matches!(entry.values, Values::Unknown(_)))
    }

    /// Removes a key and its values.
    pub fn remove(&mut self, key: &str) {
        self.entries.retain(|entry| !entry.is(key, print(key)));
    }

    /// The values of a key, or `None` when the request does not carry it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&[Cow<'a, str>]> {
        match self.values(key, print(key)) {
            None | Some(Values::Unknown(_)) => None,
            Some(values) => Some(values.as_slice()),
        }
    }

    pub(crate) fn known(&self, key: &Key) -> Known<'_, 'a> {
        match self.values(key.as_str(), key.print()) {
            None => Known::Absent,
            Some(Values::Unknown(_)) => Known::Unknown,
            Some(values) => Known::Values(values.as_slice()),
        }
    }

    /// The value of a key that has exactly one.
    #[must_use]
    pub fn one(&self, key: &str) -> Option<&str> {
        match self.get(key) {
            Some([value]) => Some(value),
            _ => None,
        }
    }

    /// Every key as it was set, with its values, in the order of first setting.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[Cow<'a, str>])> {
        self.entries
            .iter()
            .map(|entry| (entry.key.as_ref(), entry.values.as_slice()))
    }

    fn values(&self, key: &str, print: u64) -> Option<&Values<'a>> {
        self.entries
            .iter()
            .find(|entry| entry.is(key, print))
            .or_else(|| self.family(key))
            .map(|entry| &entry.values)
    }

    /// The entry of an unknown family that a key belongs to.
    fn family(&self, key: &str) -> Option<&Entry<'a>> {
        if !self.families {
            return None;
        }
        self.entries.iter().find(|entry| {
            entry.is_family()
                && key
                    .get(..entry.key.len())
                    .is_some_and(|start| start.eq_ignore_ascii_case(&entry.key))
        })
    }

    fn put(&mut self, key: Cow<'a, str>, values: Values<'a>) {
        let print = print(&key);
        let entry = Entry { key, print, values };
        self.families |= entry.is_family();
        match self
            .entries
            .iter_mut()
            .find(|held| held.is(&entry.key, print))
        {
            Some(held) => held.values = entry.values,
            None => self.entries.push(entry),
        }
    }
}
