//! What a requirement sees of the captured values: all of them, or one list element's.

use std::borrow::Cow;

use stockade_spec::permission::{Capture, CaptureIndex, Predicate, Step};

use super::collector::Captured;

/// The captured values, narrowed to one element of one list where a requirement takes a list's
/// elements one at a time.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    captures: &'static [Capture],
    captured: &'a Captured,
    /// The path of the list and the element's index.
    element: Option<(&'static [Step], u32)>,
}

impl<'a> View<'a> {
    pub(super) fn new(captures: &'static [Capture], captured: &'a Captured) -> Self {
        Self {
            captures,
            captured,
            element: None,
        }
    }

    /// The view of one element of the list that `capture` lies in.
    pub(super) fn narrowed(self, capture: CaptureIndex, element: u32) -> Self {
        Self {
            element: self.list(capture).map(|list| (list, element)),
            ..self
        }
    }

    /// The elements of the list that `capture` lies in, in order, by what any capture saw of them.
    pub(super) fn elements(&self, capture: CaptureIndex) -> Vec<u32> {
        let Some(list) = self.list(capture) else {
            return Vec::new();
        };
        let mut elements = Vec::new();
        for index in 0..self.captures.len() {
            let Ok(index) = u16::try_from(index) else {
                break;
            };
            if self.list(index) == Some(list)
                && let Some(values) = self.captured.get(index)
            {
                elements.extend(values.elements());
            }
        }
        elements.sort_unstable();
        elements.dedup();
        elements
    }

    /// The path of the outermost list or map that a capture passes through.
    fn list(&self, capture: CaptureIndex) -> Option<&'static [Step]> {
        let steps = self.captures.get(usize::from(capture))?.steps;
        let end = steps
            .iter()
            .position(|step| !matches!(step, Step::Member(_)))?;
        Some(&steps[..end])
    }

    /// The element that this view sees of a capture; `None`: all of them.
    fn only(&self, capture: CaptureIndex) -> Option<u32> {
        let (list, element) = self.element?;
        (self.list(capture) == Some(list)).then_some(element)
    }

    /// The capture's path as overlays write it.
    pub(super) fn name(&self, capture: CaptureIndex) -> &'static str {
        self.captures
            .get(usize::from(capture))
            .map_or("such member", |capture| capture.name)
    }

    /// The values, each with the number of its innermost element.
    fn values(&self, capture: CaptureIndex) -> impl Iterator<Item = (&'a str, u32)> + use<'a> {
        let only = self.only(capture);
        self.captured
            .get(capture)
            .into_iter()
            .flat_map(|values| values.texts.iter().zip(&values.places))
            .filter(move |(_, place)| only.is_none_or(|only| only == place.outer))
            .map(|(text, place)| (text.as_str(), place.inner))
    }

    /// The values as text.
    pub(super) fn texts(&self, capture: CaptureIndex) -> impl Iterator<Item = &'a str> + use<'a> {
        self.values(capture).map(|(text, _)| text)
    }

    /// The values as a resolver takes them.
    pub(super) fn owned(&self, capture: CaptureIndex) -> Cow<'a, [String]> {
        match (self.only(capture), self.captured.get(capture)) {
            (None, Some(values)) => Cow::Borrowed(&values.texts),
            _ => Cow::Owned(self.texts(capture).map(str::to_owned).collect()),
        }
    }

    /// Names, each with the value of the same element or entry.
    pub(super) fn pairs(
        &self,
        names: CaptureIndex,
        values: CaptureIndex,
    ) -> Vec<(&'a str, Option<&'a str>)> {
        // Values come in the order of their places, as the names do, so one walk pairs them.
        let mut values = self.values(values).peekable();
        self.values(names)
            .map(|(name, place)| {
                while values.next_if(|(_, at)| *at < place).is_some() {}
                let value = values.next_if(|(_, at)| *at == place);
                (name, value.map(|(text, _)| text))
            })
            .collect()
    }

    /// Whether the member is present, and not an empty string or list.
    pub(super) fn is_present(&self, capture: CaptureIndex) -> bool {
        let only = self.only(capture);
        self.captured.get(capture).is_some_and(|values| {
            values
                .present()
                .any(|outer| only.is_none_or(|only| only == outer))
        })
    }

    pub(super) fn holds(&self, predicate: &Predicate) -> bool {
        match predicate {
            // Whether it is, the state tells, once the requirement's resource is known.
            Predicate::Always | Predicate::Missing => true,
            Predicate::Present(capture) => self.is_present(*capture),
            Predicate::Absent(capture) => !self.is_present(*capture),
            Predicate::OneOf(capture, wanted) => {
                self.texts(*capture).any(|text| wanted.contains(&text))
            }
            Predicate::Contains(capture, wanted) => {
                self.texts(*capture).any(|text| text.contains(wanted))
            }
            Predicate::Begins(capture, wanted) => self.texts(*capture).any(|text| {
                let start = text.trim_start().get(..wanted.len());
                start.is_some_and(|start| start.eq_ignore_ascii_case(wanted))
            }),
            Predicate::All(all) => all.iter().all(|predicate| self.holds(predicate)),
            Predicate::Any(any) => any.iter().any(|predicate| self.holds(predicate)),
            Predicate::Not(predicate) => !self.holds(predicate),
        }
    }
}
