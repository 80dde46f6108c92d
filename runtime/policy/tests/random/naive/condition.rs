//! *IAM JSON policy elements: Condition operators*; *Conditions with multiple context keys or values*; *Set operators for
//! multivalued context keys*.

use serde_json::Value;

use super::dates::seconds;
use super::statement::each;
use super::text::{matches, parts, signs};
use crate::world::Context;

/// All operators and all their keys have to hold.
pub(super) fn holds(element: &Value, variables: bool, context: &Context) -> bool {
    let Value::Object(operators) = element else {
        return true;
    };
    operators.iter().all(|(operator, keys)| {
        let Value::Object(keys) = keys else {
            return true;
        };
        keys.iter()
            .all(|(key, wanted)| clause(operator, key, &each(wanted), variables, context))
    })
}

fn clause(
    operator: &str,
    key: &str,
    wanted: &[String],
    variables: bool,
    context: &Context,
) -> bool {
    let found = context.values(key);
    if operator == "Null" {
        return wanted
            .iter()
            .any(|wanted| (wanted == "true") == found.is_empty());
    }
    let (set, rest) = match operator.split_once(':') {
        Some((set, rest)) => (Some(set), rest),
        None => (None, operator),
    };
    let (name, if_exists) = match rest.strip_suffix("IfExists") {
        Some(name) => (name, true),
        None => (rest, false),
    };
    let negated = name.contains("Not");
    let name = name.replace("Not", "");
    if found.is_empty() && if_exists {
        return true;
    }
    let null = found.iter().all(String::is_empty);
    let value_holds = |value: &String| {
        let equal = wanted
            .iter()
            .any(|wanted| compare(&name, wanted, value, variables, context));
        equal != negated
    };
    match set {
        Some("ForAllValues") => null || found.iter().all(value_holds),
        Some(_) => !null && found.iter().any(value_holds),
        None if found.is_empty() => negated,
        None => found.iter().all(value_holds),
    }
}

fn compare(name: &str, wanted: &str, value: &str, variables: bool, context: &Context) -> bool {
    let text = |wildcards: bool| signs(wanted, wildcards, variables, context);
    let number = |text: &str| text.parse::<f64>().unwrap_or_default();
    let order = |from: &str, a: f64, b: f64| match from {
        "Equals" => a == b,
        "LessThan" => a < b,
        "LessThanEquals" => a <= b,
        "GreaterThan" => a > b,
        "GreaterThanEquals" => a >= b,
        _ => false,
    };
    if let Some(order_name) = name.strip_prefix("Numeric") {
        return order(order_name, number(value), number(wanted));
    }
    if let Some(order_name) = name.strip_prefix("Date") {
        return order(order_name, seconds(value) as f64, seconds(wanted) as f64);
    }
    match name {
        "StringEquals" | "BinaryEquals" => matches(text(false), value),
        "StringEqualsIgnoreCase" => {
            let wanted = text(false).map(|signs| {
                signs
                    .into_iter()
                    .map(|sign| match sign {
                        super::text::Sign::Letter(letter) => {
                            super::text::Sign::Letter(letter.to_ascii_lowercase())
                        }
                        sign => sign,
                    })
                    .collect()
            });
            matches(wanted, &value.to_ascii_lowercase())
        }
        "StringLike" => matches(text(true), value),
        "Bool" => wanted.eq_ignore_ascii_case(value),
        "ArnEquals" | "ArnLike" => {
            let (wanted, value) = (parts(wanted, variables), parts(value, false));
            wanted
                .iter()
                .zip(&value)
                .all(|(wanted, value)| matches(signs(wanted, true, variables, context), value))
        }
        "IpAddress" => {
            let (network, length) = match wanted.split_once('/') {
                Some((network, length)) => (network, length.parse().unwrap_or_default()),
                None => (wanted, usize::MAX),
            };
            let (network, address) = (bits(network), bits(value));
            let length = length.min(network.len());
            network.len() == address.len() && network[..length] == address[..length]
        }
        _ => false,
    }
}

/// The bits of an address as a text of noughts and ones; IPv6 addresses are written in full.
fn bits(address: &str) -> String {
    if address.contains(':') {
        let group = |text: &str| format!("{:016b}", u16::from_str_radix(text, 16).unwrap_or(0));
        address.split(':').map(group).collect()
    } else {
        let byte = |text: &str| format!("{:08b}", text.parse::<u8>().unwrap_or(0));
        address.split('.').map(byte).collect()
    }
}
