//! What inputs' members demand beyond their types, as `stockade_spec::constraint` has it.

mod overlay;
mod pattern;
mod refusals;

#[cfg(test)]
mod tests;

pub(crate) use overlay::ConstraintOverlays;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail, ensure};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use self::overlay::Difference;
use self::refusals::Refusal;
use super::names;
use super::types::Types;
use crate::model::{Shape, ShapeKind};

/// The demanding shapes of one service's inputs.
pub(super) struct Constraints<'a> {
    types: &'a Types<'a>,
    /// The input shapes that demand something, in themselves or in what they hold.
    demands: BTreeMap<&'a str, Demand<'a>>,
    conceals: bool,
}

/// What one shape demands of its values themselves.
#[derive(Clone, Default)]
struct Demand<'a> {
    min: Option<f64>,
    max: Option<f64>,
    pattern: Option<&'a str>,
    sentence: Option<&'a str>,
    values: &'a [String],
    /// The service's answer to what breaks it.
    refusal: Option<&'a Refusal>,
}

impl Demand<'_> {
    fn is_empty(&self) -> bool {
        self.max.is_none() && self.min.is_none() && self.pattern.is_none() && self.values.is_empty()
    }
}

impl<'a> Constraints<'a> {
    /// Takes the demands from the model, changed as the overlay says.
    ///
    /// # Errors
    ///
    /// What the overlay names and the model has not.
    pub(super) fn new(types: &'a Types<'a>, overlays: &'a ConstraintOverlays) -> Result<Self> {
        let mut constraints = Self {
            types,
            demands: BTreeMap::new(),
            conceals: false,
        };
        let overlay = overlays.of(&types.model.id);
        if overlay.is_some_and(|overlay| overlay.unchecked) {
            return Ok(constraints);
        }
        let inputs = types.inputs();
        let mut own: BTreeMap<&str, Demand<'_>> = inputs
            .iter()
            .map(|name| (*name, own(types.shape(name))))
            .collect();
        if let Some(overlay) = overlay {
            constraints.conceals = overlay.conceals;
            let of_shapes = overlay
                .differences
                .iter()
                .filter_map(|it| it.refusal.as_ref());
            if let Some(refusals) = &overlay.refusals
                && let Err((at, message)) = refusals.check(types.model, of_shapes)
            {
                bail!(overlays.diagnostic(at, message));
            }
            for difference in &overlay.differences {
                for shape in &difference.shapes {
                    let problem = |message: &str| {
                        let name = shape.as_ref();
                        overlays.diagnostic(shape.span().start, format!("{name}: {message}"))
                    };
                    let demand = own
                        .get_mut(shape.as_ref().as_str())
                        .with_context(|| problem("no input of the service has such a shape"))?;
                    change(demand, difference)
                        .map_err(|message| anyhow::anyhow!(problem(message)))?;
                }
            }
        }
        // A shape is part of the graph when something that it leads to demands something.
        let mut kept: BTreeSet<&str> = own
            .iter()
            .filter(|(_, demand)| !demand.is_empty())
            .map(|(name, _)| *name)
            .collect();
        loop {
            let more: Vec<&str> = inputs
                .iter()
                .copied()
                .filter(|name| !kept.contains(name))
                .filter(|name| types.held(name).iter().any(|(_, held)| kept.contains(held)))
                .collect();
            if more.is_empty() {
                break;
            }
            kept.extend(more);
        }
        own.retain(|name, _| kept.contains(name));
        constraints.demands = own;
        Ok(constraints)
    }

    /// Whether no input demands anything.
    pub(super) fn is_empty(&self) -> bool {
        self.demands.is_empty()
    }

    /// The expression for an operation's demands on its input.
    pub(super) fn of_input(&self, input: Option<&str>) -> TokenStream {
        match input.filter(|input| self.demands.contains_key(input)) {
            Some(input) => {
                let ident = names::shouty(input);
                quote! { Some(&constraints::#ident) }
            }
            None => quote! { None },
        }
    }

    /// The file of shapes and patterns.
    ///
    /// # Errors
    ///
    /// A pattern that cannot be checked, with its place in the model; two shapes whose names are
    /// one in Rust.
    pub(super) fn emit(&self) -> Result<TokenStream> {
        let patterns = self.patterns()?;
        let mut idents = BTreeSet::new();
        let mut items = Vec::new();
        for (name, demand) in &self.demands {
            let ident = names::shouty(name);
            ensure!(
                idents.insert(ident.to_string()),
                "{}: the constraints of two shapes have the name {ident}; give them distinct ones \
                 in codegen/src/emit/typed/constraints",
                self.types.shape(name).place
            );
            items.push(self.shape(name, demand, &patterns)?);
            if let Some(pattern) = patterns.get(&(demand.pattern, demand.sentence))
                && pattern.first == *name
            {
                items.push(pattern.item());
            }
        }
        let items: TokenStream = items.into_iter().collect();
        let text = items.to_string();
        let imports = ["Bounds", "Member", "Pattern", "Refusal", "Within"]
            .into_iter()
            .filter(|name| {
                let used = [" ::", " {", " ="].map(|after| format!("{name}{after}"));
                used.iter().any(|used| text.contains(used))
            })
            .map(|name| format_ident!("{name}"));
        Ok(quote! {
            //! What the model demands of inputs beyond their types.

            use stockade_spec::constraint::{#(#imports,)* Shape};

            #items
        })
    }

    fn shape(
        &self,
        name: &str,
        demand: &Demand<'_>,
        patterns: &Patterns<'_>,
    ) -> Result<TokenStream> {
        let shape = self.types.shape(name);
        let ident = names::shouty(name);
        let mut fields = bounds(shape, demand)?;
        if let Some(pattern) = patterns.get(&(demand.pattern, demand.sentence)) {
            let ident = pattern.ident();
            fields.extend(quote! { pattern: Some(&#ident), });
        }
        if !demand.values.is_empty() {
            let values = demand.values;
            fields.extend(quote! { values: &[#(#values),*], });
        }
        if self.conceals || self.types.is_sensitive(name) {
            fields.extend(quote! { sensitive: true, });
        }
        if let Some(refusal) = demand.refusal {
            let refusal = refusal.emit();
            fields.extend(quote! { refusal: Some(&#refusal), });
        }
        fields.extend(self.within(name, shape));
        let doc = format!(" `{name}`.");
        Ok(quote! {
            #[doc = #doc]
            pub static #ident: Shape = Shape { #fields ..Shape::ANY };
        })
    }

    fn within(&self, name: &str, shape: &Shape) -> TokenStream {
        let reference = |target: &str| {
            let ident = names::shouty(target);
            self.demands
                .contains_key(target)
                .then(|| quote! { &#ident })
        };
        let option = |target: &str| match reference(target) {
            Some(reference) => quote! { Some(#reference) },
            None => quote! { None },
        };
        let within = match &shape.kind {
            ShapeKind::List(element) => match reference(&element.target) {
                Some(element) => quote! { Within::Elements(#element) },
                None => return TokenStream::new(),
            },
            ShapeKind::Map { key, value } => {
                let (keys, values) = (option(&key.target), option(&value.target));
                if keys.to_string() == "None" && values.to_string() == "None" {
                    return TokenStream::new();
                }
                quote! { Within::Entries { keys: #keys, values: #values } }
            }
            _ => {
                let held = self.types.held(name);
                let mut members = held
                    .iter()
                    .filter_map(|(index, target)| Some((index, reference(target)?)))
                    .map(|(index, reference)| {
                        let index = Literal::usize_unsuffixed(*index);
                        quote! { Member::new(#index, #reference) }
                    })
                    .peekable();
                if members.peek().is_none() {
                    return TokenStream::new();
                }
                quote! { Within::Members(&[#(#members),*]) }
            }
        };
        quote! { within: #within, }
    }

    /// The patterns, each once, under the name of the first shape that has it.
    fn patterns(&self) -> Result<Patterns<'_>> {
        let mut patterns = BTreeMap::new();
        for (name, demand) in &self.demands {
            let Some(text) = demand.pattern else {
                continue;
            };
            let key = (demand.pattern, demand.sentence);
            if patterns.contains_key(&key) {
                continue;
            }
            let regex = pattern::translate(text).map_err(|problem| {
                let place = &self.types.shape(name).place;
                anyhow::anyhow!(
                    "{place}: the pattern of {name} cannot be checked: {problem}; teach \
                     codegen/src/emit/typed/constraints/pattern.rs its dialect, or say in \
                     models/overlays/constraints.toml that the shape is unchecked"
                )
            })?;
            patterns.insert(
                key,
                Emitted {
                    first: name,
                    text,
                    regex,
                    sentence: demand.sentence,
                },
            );
        }
        Ok(patterns)
    }
}

/// Patterns by their text and the sentence about them.
type Patterns<'a> = BTreeMap<(Option<&'a str>, Option<&'a str>), Emitted<'a>>;

/// A pattern, as it is emitted.
struct Emitted<'a> {
    first: &'a str,
    text: &'a str,
    regex: String,
    sentence: Option<&'a str>,
}

impl Emitted<'_> {
    fn ident(&self) -> Ident {
        format_ident!("{}_PATTERN", names::shouty(self.first))
    }

    fn item(&self) -> TokenStream {
        let (ident, text, regex) = (self.ident(), self.text, &self.regex);
        let regex = (regex != text).then(|| quote! { .as_regex(#regex) });
        let sentence = self.sentence.map(|sentence| quote! { .saying(#sentence) });
        let doc = format!(" The pattern of `{}`.", self.first);
        quote! {
            #[doc = #doc]
            pub static #ident: Pattern = Pattern::new(#text)#regex #sentence;
        }
    }
}

/// What the model demands.
fn own(shape: &Shape) -> Demand<'_> {
    let is_string = matches!(shape.kind, ShapeKind::String);
    let mut demand = Demand {
        min: shape.min,
        max: shape.max,
        pattern: shape.pattern.as_deref().filter(|_| is_string),
        sentence: None,
        values: if is_string { &shape.enum_values } else { &[] },
        refusal: None,
    };
    // Every length is at least 0; that is told only beside other demands.
    let is_long = is_string
        || matches!(
            shape.kind,
            ShapeKind::Blob | ShapeKind::List(_) | ShapeKind::Map { .. }
        );
    let alone = demand.max.is_none() && demand.pattern.is_none() && demand.values.is_empty();
    if is_long && alone && demand.min == Some(0.0) {
        demand.min = None;
    }
    demand
}

/// Makes a demand what the overlay says of it.
fn change<'a>(demand: &mut Demand<'a>, difference: &'a Difference) -> Result<(), &'static str> {
    let before = demand.clone();
    if difference.unchecked {
        if demand.is_empty() {
            return Err("the model demands nothing of it; remove it");
        }
        *demand = Demand::default();
        return Ok(());
    }
    if let Some(min) = difference.min {
        demand.min = Some(min);
    }
    if let Some(max) = difference.max {
        demand.max = Some(max);
    }
    if let Some(sentence) = &difference.sentence {
        if demand.pattern.is_none() {
            return Err("it has no pattern that a sentence could be about");
        }
        demand.sentence = Some(sentence);
    }
    demand.refusal = difference.refusal.as_ref();
    let is_same = demand.min == before.min
        && demand.max == before.max
        && demand.sentence == before.sentence
        && demand.refusal.is_none();
    if is_same {
        return Err("this is what the model says; remove it");
    }
    Ok(())
}

/// The bounds of a shape of this kind.
fn bounds(shape: &Shape, demand: &Demand<'_>) -> Result<TokenStream> {
    if demand.min.is_none() && demand.max.is_none() {
        return Ok(TokenStream::new());
    }
    let bound = |value: Option<f64>, literal: &dyn Fn(f64) -> Result<Literal>| {
        Ok::<_, anyhow::Error>(match value {
            Some(value) => {
                let literal = literal(value)?;
                quote! { Some(#literal) }
            }
            None => quote! { None },
        })
    };
    let place = &shape.place;
    let whole = |value: f64| {
        ensure!(
            value.fract() == 0.0,
            "{place}: {value} bounds what has no fractions"
        );
        Ok(value)
    };
    let length = |value: f64| {
        ensure!(value >= 0.0, "{place}: {value} bounds a length");
        Ok(Literal::u64_unsuffixed(whole(value)? as u64))
    };
    let integer = |value: f64| Ok(Literal::i64_unsuffixed(whole(value)? as i64));
    let number = |value: f64| Ok(Literal::f64_unsuffixed(value));
    let (kind, min, max) = match shape.kind {
        ShapeKind::String | ShapeKind::Blob | ShapeKind::List(_) | ShapeKind::Map { .. } => (
            format_ident!("Length"),
            bound(demand.min, &length)?,
            bound(demand.max, &length)?,
        ),
        ShapeKind::Integer | ShapeKind::Long => (
            format_ident!("Integer"),
            bound(demand.min, &integer)?,
            bound(demand.max, &integer)?,
        ),
        ShapeKind::Float | ShapeKind::Double => (
            format_ident!("Number"),
            bound(demand.min, &number)?,
            bound(demand.max, &number)?,
        ),
        _ => bail!("{place}: what has bounds here has neither length nor value"),
    };
    Ok(quote! { bounds: Bounds::#kind { min: #min, max: #max }, })
}
