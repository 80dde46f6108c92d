//! Condition keys that the request itself sets.

use std::borrow::Cow;
use std::collections::HashSet;

use stockade_spec::expression;
use stockade_spec::permission::{CaptureIndex, KeyBinding, Value};
use stockade_spec::resolve::Resolved;

use super::view::View;
use super::{Source, template};

/// Condition keys with their values, or why they cannot be told; one without values is absent, whatever else would set it.
pub type Keys = Vec<(Cow<'static, str>, Result<Vec<String>, String>)>;

/// What a requirement's condition keys are told from, for whoever asks: few policies read any.
#[derive(Clone, Copy)]
pub(crate) struct KeySource<'a> {
    pub(super) bindings: &'static [KeyBinding],
    pub(super) view: View<'a>,
    pub(super) source: &'a Source<'a>,
}

impl KeySource<'_> {
    pub(crate) fn tell(&self) -> Keys {
        tell(self.bindings, &self.view, self.source)
    }
}

fn tell(bindings: &[KeyBinding], view: &View<'_>, source: &Source<'_>) -> Keys {
    let mut keys = Keys::new();
    for binding in bindings {
        let key = binding.key;
        match &binding.value {
            Value::Literal(text) => {
                let text = source.scope.expand(text);
                add(&mut keys, key.into(), [text.into_owned()]);
            }
            Value::Capture(index) => {
                add(&mut keys, key.into(), view.texts(*index).map(str::to_owned))
            }
            Value::Template(parts) => {
                for filled in template(parts, view, &source.scope) {
                    match filled.resource.as_literal() {
                        Some(text) => add(&mut keys, key.into(), [text.to_owned()]),
                        None if filled.missing.is_some() => {}
                        None => {
                            let why = "only the service's state can tell it";
                            keys.push((key.into(), Err(why.to_owned())));
                        }
                    }
                }
            }
            Value::Pairs { names, values } => {
                for (name, value) in view.pairs(*names, *values) {
                    let name = Cow::Owned(format!("{key}{name}"));
                    add(&mut keys, name, [value.unwrap_or_default().to_owned()]);
                }
            }
            Value::Sole { names, values } => match sole(view, *names, values) {
                Some(values) => add(&mut keys, key.into(), values),
                None => {
                    let why = "which of the names is the one is the service's state";
                    keys.push((key.into(), Err(why.to_owned())));
                }
            },
            Value::Attributes {
                plain,
                expressions,
                names,
            } => match attributes(view, plain, expressions, *names) {
                Some(names) => add(&mut keys, key.into(), names),
                None => {
                    let why = "an expression of the request cannot be read";
                    keys.push((key.into(), Err(why.to_owned())));
                }
            },
            Value::Equated {
                expression,
                values,
                texts,
                otherwise,
            } => match equated(view, *expression, *values, texts, *otherwise) {
                Some(values) => add(&mut keys, key.into(), values),
                None => {
                    let why = "which condition is the partition key's is the service's state";
                    keys.push((key.into(), Err(why.to_owned())));
                }
            },
            Value::Unset => keys.push((key.into(), Ok(Vec::new()))),
            Value::Presence(index) => {
                add(&mut keys, key.into(), [view.is_present(*index).to_string()]);
            }
            Value::Header(name) => add(&mut keys, key.into(), (source.header)(name)),
            Value::Resolver {
                index, arguments, ..
            } => match source.resolve(*index, arguments, view) {
                Resolved::Known(pairs) if key.ends_with('/') => {
                    for pair in pairs {
                        let (name, value) = pair.split_once('=').unwrap_or((&pair, ""));
                        let name = Cow::Owned(format!("{key}{name}"));
                        add(&mut keys, name, [value.to_owned()]);
                    }
                }
                Resolved::Known(values) => add(&mut keys, key.into(), values),
                Resolved::Needless => {}
                Resolved::Begins(text) => {
                    keys.push((
                        key.into(),
                        Err(format!("only its beginning is known: {text}")),
                    ));
                }
                Resolved::Unknown(why) => keys.push((key.into(), Err(why))),
            },
        }
    }
    keys
}

/// The values of what has one name alone.
fn sole(view: &View<'_>, names: CaptureIndex, values: &[CaptureIndex]) -> Option<Vec<String>> {
    let mut count = 0;
    let mut first = None;
    for name in view.texts(names) {
        if *first.get_or_insert(name) != name {
            return None;
        }
        count += 1;
    }
    let values: Vec<String> = values
        .iter()
        .flat_map(|index| view.texts(*index))
        .map(str::to_owned)
        .collect();
    (values.len() == count).then_some(values)
}

/// The attributes that members name and expressions speak of, each once.
fn attributes(
    view: &View<'_>,
    plain: &[CaptureIndex],
    expressions: &[CaptureIndex],
    names: Option<(CaptureIndex, CaptureIndex)>,
) -> Option<Vec<String>> {
    let names = names.map_or_else(Vec::new, |(names, values)| view.pairs(names, values));
    let name = |placeholder: &str| {
        let found = names.iter().find(|(known, _)| *known == placeholder);
        found.and_then(|(_, name)| *name)
    };
    let mut found: Vec<&str> = plain.iter().flat_map(|index| view.texts(*index)).collect();
    for expression in expressions.iter().flat_map(|index| view.texts(*index)) {
        found.extend(expression::attributes(expression, name)?);
    }
    // One attribute is told once, however often it is spoken of.
    let mut once = HashSet::new();
    found.retain(|name| once.insert(*name));
    Some(found.into_iter().map(str::to_owned).collect())
}

/// The value that a key condition's one equality tests for; without one, those of the conditions' sole name.
fn equated(
    view: &View<'_>,
    expression: CaptureIndex,
    values: CaptureIndex,
    texts: &[CaptureIndex],
    otherwise: Option<(CaptureIndex, &[CaptureIndex])>,
) -> Option<Vec<String>> {
    let Some(condition) = view.texts(expression).next() else {
        let (names, values) = otherwise?;
        let values = sole(view, names, values)?;
        return (!values.is_empty()).then_some(values);
    };
    let placeholder = expression::equated(condition)?;
    texts.iter().find_map(|texts| {
        let mut pairs = view.pairs(values, *texts).into_iter();
        let (_, text) = pairs.find(|(name, _)| *name == placeholder)?;
        text.map(|text| vec![text.to_owned()])
    })
}

/// Adds values to a key; a key without values is not set.
fn add(keys: &mut Keys, key: Cow<'static, str>, values: impl IntoIterator<Item = String>) {
    let mut values = values.into_iter().peekable();
    if values.peek().is_none() {
        return;
    }
    match keys
        .iter_mut()
        .find(|(held, _)| held.eq_ignore_ascii_case(&key))
    {
        Some((_, Ok(held))) => held.extend(values),
        // What is known of a key in part is not known.
        Some((_, Err(_))) => {}
        None => keys.push((key, Ok(values.collect()))),
    }
}
