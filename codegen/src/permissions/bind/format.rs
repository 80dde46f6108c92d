//! ARN formats: their pieces, what their placeholders speak of, and which of them is the resource's own.

use super::*;

/// A piece of an ARN format.
pub(super) enum Piece<'a> {
    Text(&'a str),
    Fixed(Part),
    Slot(Slot<'a>),
}

/// A placeholder that a member may fill.
pub(super) struct Slot<'a> {
    /// The placeholder's [`common`] name.
    pub(super) name: String,
    /// It is the resource's own name, not that of something above it.
    pub(super) own: bool,
    pub(super) filled: Option<&'a Found<'a>>,
}

impl<'a> Binder<'a> {
    /// The type that the operation's name speaks of, with at least this relation to it.
    pub(super) fn about<'b>(&self, types: &[&'b str], least: u8) -> Option<&'b str> {
        types
            .iter()
            .flat_map(|name| {
                let stems = self.stems(name).into_iter().enumerate();
                stems.map(move |(at, stem)| {
                    let relation = names::relation(&self.noun, &stem);
                    // The type's own name stands first, and says more than its placeholder's.
                    (relation, at == 0, stem.len(), std::cmp::Reverse(*name))
                })
            })
            .filter(|(relation, ..)| *relation >= least)
            .max()
            .map(|(.., std::cmp::Reverse(name))| name)
    }

    pub(super) fn arns(&self, resource_type: &str) -> &'a [String] {
        self.reference
            .resource_types
            .get(resource_type)
            .map(|kind| kind.arns.as_slice())
            .unwrap_or_default()
    }

    /// What members and operations call a type: its name, and what its own placeholder speaks of.
    pub(super) fn stems(&self, resource_type: &str) -> Vec<String> {
        let own = common(resource_type);
        let mut stems = vec![own.strip_suffix("resource").unwrap_or(&own).to_owned()];
        for arn in self.arns(resource_type) {
            let slots: Vec<String> = placeholders(arn).map(common).collect();
            let own = own_slot(slots.iter().map(String::as_str), resource_type);
            let own = own.map(|own| slots[own].as_str()).unwrap_or_default();
            let (stem, _) = stem(own);
            if !["", "resource", "account", "random", "region"].contains(&stem)
                && !stems.iter().any(|known| known == stem)
            {
                stems.push(stem.to_owned());
            }
        }
        for arn in self
            .arns(resource_type)
            .iter()
            .filter(|arn| arn.ends_with('}'))
        {
            let kind = kind_in(arn).map(common).unwrap_or_default();
            let says_more = stems.iter().any(|known| names::relation(&kind, known) > 0);
            if says_more && !stems.contains(&kind) {
                stems.push(kind);
            }
        }
        stems
    }

    /// Whether a placeholder speaks of another type than this one.
    pub(super) fn is_another(&self, placeholder: &str, name: &str) -> bool {
        self.named_by(stem(placeholder).0, name).is_some()
    }

    /// Whether what a placeholder speaks of stands last in ARNs of its own type, so that an ARN tells it.
    pub(super) fn ends_its_arn(&self, placeholder: &str, name: &str) -> bool {
        let (stem, _) = stem(placeholder);
        let Some(above) = self.named_by(stem, name) else {
            return true;
        };
        self.arns(above).iter().all(|arn| {
            let slots: Vec<String> = placeholders(arn).map(common).collect();
            let own = own_slot(slots.iter().map(String::as_str), above);
            own.is_some_and(|own| own + 1 == slots.len())
        })
    }

    /// The type, other than this one, that a stem names.
    pub(super) fn named_by(&self, stem: &str, name: &str) -> Option<&'a str> {
        self.reference
            .resource_types
            .keys()
            .filter(|other| *other != name)
            .find(|other| self.stems(other).iter().any(|known| known == stem))
            .map(String::as_str)
    }
}

/// A format's placeholders that members fill.
pub(super) fn placeholders(arn: &str) -> impl Iterator<Item = &str> {
    split(arn)
        .into_iter()
        .filter_map(Result::err)
        .filter(|name| !["Partition", "Region", "Account", "AccountId"].contains(name))
}

/// Which of a format's placeholders is the resource's own: the last that begins as the type is called, else the last that
/// says what it names.
pub(super) fn own_slot<'b>(
    slots: impl Iterator<Item = &'b str>,
    resource_type: &str,
) -> Option<usize> {
    let own = common(resource_type);
    let slots: Vec<&str> = slots.collect();
    let says = |slot: &str| {
        let (stem, kind) = stem(slot);
        kind != Kind::Other && !["opaque", "random", "unique"].contains(&stem)
    };
    slots
        .iter()
        .rposition(|slot| slot.starts_with(&own) && says(slot))
        .or_else(|| slots.iter().rposition(|slot| says(slot)))
        .or_else(|| slots.len().checked_sub(1))
}

/// What an ARN format calls its kind of resource: `key-value-store` in `…:key-value-store/${ResourceId}`.
pub(super) fn kind_in(arn: &str) -> Option<&str> {
    let text = split(arn).into_iter().filter_map(Result::ok).next_back()?;
    text.rsplit([':', '/']).find(|word| word.len() > 3)
}

/// An ARN format as text (`Ok`) and names of placeholders (`Err`).
pub(super) fn split(arn: &str) -> Vec<Result<&str, &str>> {
    let mut parts = Vec::new();
    let mut rest = arn;
    while let Some((text, after)) = rest.split_once("${") {
        if !text.is_empty() {
            parts.push(Ok(text));
        }
        let Some((name, after)) = after.split_once('}') else {
            rest = after;
            break;
        };
        parts.push(Err(name));
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Ok(rest));
    }
    parts
}
