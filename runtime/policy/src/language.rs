//! Parts of the policy language, for those who look at documents without evaluating them.
//!
//! ```
//! use stockade_policy::language::{Family, Operator, Set, covers, is_service_principal, reads};
//!
//! let operator = Operator::parse("ForAnyValue:StringNotLikeIfExists").unwrap();
//! assert_eq!((operator.family, operator.set), (Family::String, Some(Set::AnyValue)));
//! assert!(operator.negated && operator.if_exists && operator.like);
//! assert!(reads(Family::Date, "2026-11-24T10:20:30Z") && !reads(Family::Number, "ten"));
//! assert!(is_service_principal("states.cn-north-1.amazonaws.com.cn"));
//! assert!(!is_service_principal("S3.amazonaws.com") && !is_service_principal(".amazonaws.com"));
//! assert!(covers("iam:Get*", "iam:GetUser") && !covers("iam:Get*", "iam:*User"));
//! ```

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::condition::{Decimal, Instant, bool_of};
use crate::opaque::{self, TextSym};
use crate::pattern::{Pattern, Piece, wildcards};

pub use crate::condition::{Family, Network, Operator, Set};
pub use crate::grammar::{ELEMENTS, PARTITIONS};
pub use crate::principal::{is_account_id, is_service_principal, names_principal};

/// Whether an operator of this family can read a value that has no variables.
#[must_use]
pub fn reads(family: Family, value: &str) -> bool {
    match family {
        Family::String => true,
        Family::Number => Decimal::parse(value).is_some(),
        Family::Date => Instant::parse(value).is_some(),
        Family::Bool | Family::Null => bool_of(value).is_some(),
        Family::Binary => STANDARD.decode(value).is_ok(),
        Family::Ip => Network::parse(value).is_some(),
        Family::Arn => crate::grammar::could_be_arn(value),
    }
}

/// Whether a pattern of `*` and `?` matches a text.
#[must_use]
pub fn matches(pattern: &str, text: &str) -> bool {
    Pattern::glob(pattern).matches(text)
}

/// Whether a pattern matches all that another pattern matches. Only a `*` is taken to cover a `*`, so the answer may be
/// no where `?*` would do.
#[must_use]
pub fn covers(pattern: &str, other: &str) -> bool {
    let text: Vec<TextSym> = wildcards(other)
        .flat_map(|piece| {
            let (text, wildcard) = match piece {
                Piece::Text(text) => (text, None),
                Piece::One => ("", Some(TextSym::One)),
                Piece::Star => ("", Some(TextSym::Opaque)),
            };
            text.chars().map(TextSym::Char).chain(wildcard)
        })
        .collect();
    opaque::covers(&Pattern::glob(pattern).syms(), &text)
}
