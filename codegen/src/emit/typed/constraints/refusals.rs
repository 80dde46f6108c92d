//! A service's own error about inputs that break constraints.

use proc_macro2::TokenStream;
use quote::quote;
use serde::Deserialize;
use toml::Spanned;

use crate::model::{Model, ShapeKind};

/// One code, and a reason for each kind of violation, as `stockade_spec::constraint::Refusals` has them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Refusals {
    code: Spanned<String>,
    /// The error's member that tells the reason.
    member: Spanned<String>,
    missing: Refusal,
    too_short: Refusal,
    too_long: Refusal,
    too_small: Refusal,
    too_great: Refusal,
    pattern: Refusal,
    values: Refusal,
    element: Refusal,
}

/// How one kind of violation is answered.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Refusal {
    reason: Spanned<String>,
    sentence: String,
}

impl Refusal {
    pub(super) fn emit(&self) -> TokenStream {
        let (reason, sentence) = (self.reason.as_ref(), &self.sentence);
        quote! { Refusal { reason: #reason, sentence: #sentence } }
    }
}

/// Where the overlay names what the model has not, and what that is.
pub(super) type Unknown = (usize, String);

impl Refusals {
    pub(super) fn emit(&self) -> TokenStream {
        let (code, member) = (self.code.as_ref(), self.member.as_ref());
        let [
            missing,
            too_short,
            too_long,
            too_small,
            too_great,
            pattern,
            values,
            element,
        ] = self.all().map(Refusal::emit);
        quote! {
            Refusals {
                code: #code,
                member: #member,
                missing: #missing,
                too_short: #too_short,
                too_long: #too_long,
                too_small: #too_small,
                too_great: #too_great,
                pattern: #pattern,
                values: #values,
                element: #element,
            }
        }
    }

    fn all(&self) -> [&Refusal; 8] {
        [
            &self.missing,
            &self.too_short,
            &self.too_long,
            &self.too_small,
            &self.too_great,
            &self.pattern,
            &self.values,
            &self.element,
        ]
    }

    /// Holds the error, its member and the reasons, those that shapes have of their own too, against the model.
    pub(super) fn check<'a>(
        &'a self,
        model: &Model,
        own: impl IntoIterator<Item = &'a Refusal>,
    ) -> Result<(), Unknown> {
        let code = self.code.as_ref();
        let unknown = |at: &Spanned<String>, what: &str| {
            Err((at.span().start, format!("{}: {what}", at.as_ref())))
        };
        let Some(error) = model.shapes.get(code).filter(|it| it.error.is_some()) else {
            return unknown(&self.code, "the model has no such error");
        };
        let ShapeKind::Structure(members) = &error.kind else {
            return unknown(&self.code, "the model has no such error");
        };
        let Some(member) = members.get(self.member.as_ref()) else {
            return unknown(&self.member, "the error has no such member");
        };
        let reasons = &model.shapes[&member.target].enum_values;
        for refusal in self.all().into_iter().chain(own) {
            if !reasons.contains(refusal.reason.as_ref()) {
                return unknown(&refusal.reason, "the error has no such reason");
            }
        }
        Ok(())
    }
}
