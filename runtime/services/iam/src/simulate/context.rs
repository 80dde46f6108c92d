//! The keys that a simulation is given.

use stockade_iam_api::shapes::{ContextEntry, ContextKeyTypeEnum};
use stockade_policy::language::{Family, reads};
use stockade_spec::Error;

use crate::simulate::invalid;

/// Keys with their values, each key once.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    held: Vec<(String, Vec<String>)>,
}

impl Keys {
    /// Those of a request. A key whose type takes one value has one, and values are of their key's type.
    pub(crate) fn new(entries: Vec<ContextEntry>) -> Result<Self, Error> {
        let mut keys = Self::default();
        for entry in entries {
            let name = entry
                .context_key_name
                .ok_or_else(|| invalid("A context entry has no ContextKeyName."))?;
            if keys.has(&name) {
                return Err(invalid(format!("Duplicate context key: {name}.")));
            }
            let values = entry.context_key_values.unwrap_or_default();
            if let Some(kind) = &entry.context_key_type {
                check(&name, kind, &values)?;
            }
            keys.held.push((name, values));
        }
        Ok(keys)
    }

    /// Sets a key that is not set.
    pub(crate) fn tell(&mut self, key: impl Into<String>, value: impl Into<String>) {
        let key = key.into();
        if !self.has(&key) {
            self.held.push((key, vec![value.into()]));
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.held
            .iter()
            .map(|(key, values)| (key.as_str(), values.as_slice()))
    }

    fn has(&self, key: &str) -> bool {
        let mut held = self.held.iter();
        held.any(|(held, _)| held.eq_ignore_ascii_case(key))
    }
}

fn check(name: &str, kind: &ContextKeyTypeEnum, values: &[String]) -> Result<(), Error> {
    let kind = kind.as_str();
    let single = kind.strip_suffix("List");
    if single.is_none() && values.len() != 1 {
        return Err(invalid(format!(
            "Context key {kind} expected a single value, but received {}.",
            values.len()
        )));
    }
    let (family, expected) = match single.unwrap_or(kind) {
        "numeric" => (Family::Number, "numeric format"),
        "date" => (Family::Date, "DateTime format"),
        "ip" => (Family::Ip, "IP address"),
        "binary" => (Family::Binary, "base-64 encoded binary format"),
        _ => return Ok(()),
    };
    if values.iter().all(|value| reads(family, value)) {
        return Ok(());
    }
    Err(invalid(format!(
        "Invalid context value for key {name}: expected {expected}."
    )))
}
