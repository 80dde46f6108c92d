//! Model names as Rust names.

use heck::{ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};
use proc_macro2::{Ident, Span};

/// A structure's, union's or enum's type: the model's name with its first letter raised.
pub(crate) fn type_name(shape: &str) -> Ident {
    let mut chars = shape.chars();
    let name = match chars.next() {
        Some(first) => first.to_ascii_uppercase().to_string() + chars.as_str(),
        None => String::from("_"),
    };
    Ident::new(&name, Span::call_site())
}

/// A member's field, an operation's method, an error's constructor.
pub(crate) fn snake(name: &str) -> Ident {
    raw_if_keyword(&name.to_snake_case())
}

/// A schema's static.
pub(crate) fn shouty(name: &str) -> Ident {
    Ident::new(&name.to_shouty_snake_case(), Span::call_site())
}

/// A union's variant.
pub(crate) fn variant(name: &str) -> Ident {
    Ident::new(&name.to_upper_camel_case(), Span::call_site())
}

/// The variants of an enum's values, distinct and in the values' order.
pub(crate) fn enum_variants(values: &[String]) -> Vec<Ident> {
    let mut taken = std::collections::BTreeSet::from([String::from("Unknown")]);
    values
        .iter()
        .map(|value| {
            let mut name = value
                .replace(|c: char| !c.is_ascii_alphanumeric(), "_")
                .to_upper_camel_case();
            if name.is_empty() {
                name.push_str("Empty");
            }
            if name.starts_with(|c: char| c.is_ascii_digit()) || name == "Self" {
                name.insert(0, 'V');
            }
            while !taken.insert(name.clone()) {
                name.push('_');
            }
            Ident::new(&name, Span::call_site())
        })
        .collect()
}

fn raw_if_keyword(name: &str) -> Ident {
    match name {
        "self" | "super" | "crate" => Ident::new(&format!("{name}_"), Span::call_site()),
        _ if syn::parse_str::<Ident>(name).is_err() => Ident::new_raw(name, Span::call_site()),
        _ => Ident::new(name, Span::call_site()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_snake_case_and_never_keywords() {
        assert_eq!(snake("SSECustomerAlgorithm"), "sse_customer_algorithm");
        assert_eq!(snake("ETag"), "e_tag");
        assert_eq!(snake("Type"), "r#type");
        assert_eq!(snake("self"), "self_");
    }

    #[test]
    fn enum_values_become_distinct_variants() {
        let values = ["python3.8", "python38", "aws:kms", "", "2xlarge"].map(String::from);
        let variants: Vec<String> = enum_variants(&values)
            .iter()
            .map(Ident::to_string)
            .collect();
        assert_eq!(
            variants,
            ["Python38", "Python38_", "AwsKms", "Empty", "V2xlarge"]
        );
    }
}
