//! A document as a tree whose parts know where they stand in the text.

use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// How deep a document is looked into; a policy's own parts are less deep.
const MAX_DEPTH: usize = 12;

/// A JSON value and its place in the text, in bytes.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) span: Range<usize>,
    pub(crate) value: Value,
}

#[derive(Debug)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    /// As written.
    Number(String),
    Text(String),
    List(Vec<Node>),
    Object(Vec<Member>),
    /// Deeper than a policy goes.
    Beyond,
}

/// A member of an object.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) key: String,
    /// Where the key stands, its quotes included.
    pub(crate) key_span: Range<usize>,
    pub(crate) value: Node,
}

/// A text that is no JSON.
#[derive(Debug)]
pub(crate) enum Malformed {
    /// From this byte on.
    At(usize),
    /// A string in this place is none.
    Text(Range<usize>),
}

/// Members as they come, repeated ones included.
struct Pairs<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Pairs<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<'a>(std::marker::PhantomData<&'a ()>);

        impl<'de: 'a, 'a> Visitor<'de> for Members<'a> {
            type Value = Pairs<'a>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<'a>, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }

        deserializer.deserialize_map(Members(std::marker::PhantomData))
    }
}

impl Node {
    /// Reads a document.
    pub(crate) fn parse(text: &str) -> Result<Self, Malformed> {
        match serde_json::from_str::<&RawValue>(text) {
            Ok(raw) => read(text, raw, 0),
            Err(error) if error.is_eof() => Err(Malformed::At(text.len())),
            Err(error) => {
                let line = text
                    .split_inclusive('\n')
                    .take(error.line().saturating_sub(1))
                    .map(str::len)
                    .sum::<usize>();
                let at = (line + error.column().saturating_sub(1)).min(text.len());
                Err(Malformed::At(at))
            }
        }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The items of a list, or the value itself as the only one.
    pub(crate) fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => std::slice::from_ref(self),
        }
    }

    pub(crate) fn is_list(&self) -> bool {
        matches!(self.value, Value::List(_))
    }

    pub(crate) fn is_empty_list(&self) -> bool {
        matches!(&self.value, Value::List(items) if items.is_empty())
    }

    pub(crate) fn members(&self) -> Option<&[Member]> {
        match &self.value {
            Value::Object(members) => Some(members),
            _ => None,
        }
    }

    /// What an object says but for some of its members, as a text that is the same for all that say the same. The order of
    /// an object's members and of a list's items does not count, as neither does in a policy.
    pub(crate) fn meaning(&self, except: &[&str]) -> String {
        let mut meaning = self.normal();
        if let Some(members) = meaning.as_object_mut() {
            members.retain(|key, _| !except.contains(&key.as_str()));
        }
        meaning.to_string()
    }

    fn normal(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match &self.value {
            Value::Null | Value::Beyond => Json::Null,
            Value::Bool(value) => Json::from(*value),
            Value::Number(number) => Json::from(number.as_str()),
            Value::Text(text) => Json::from(text.as_str()),
            Value::List(items) => match &items[..] {
                [one] => one.normal(),
                _ => {
                    let mut items: Vec<Json> = items.iter().map(Node::normal).collect();
                    items.sort_by_key(Json::to_string);
                    Json::from(items)
                }
            },
            Value::Object(members) => {
                let mut members: Vec<_> = members
                    .iter()
                    .map(|member| (member.key.clone(), member.value.normal()))
                    .collect();
                members.sort_by(|one, other| one.0.cmp(&other.0));
                Json::Object(members.into_iter().collect())
            }
        }
    }
}

fn read(whole: &str, raw: &RawValue, depth: usize) -> Result<Node, Malformed> {
    let text = raw.get();
    let span = span(whole, text);
    if depth > MAX_DEPTH {
        return Ok(Node {
            span,
            value: Value::Beyond,
        });
    }
    let malformed = || Malformed::Text(span.clone());
    let value = match text.as_bytes().first() {
        Some(b'{') => {
            let pairs: Pairs<'_> = serde_json::from_str(text).map_err(|_| malformed())?;
            let members = pairs.0.into_iter().map(|(key, value)| {
                let key_span = self::span(whole, key.get());
                let key = serde_json::from_str(key.get())
                    .map_err(|_| Malformed::Text(key_span.clone()))?;
                Ok(Member {
                    key,
                    key_span,
                    value: read(whole, value, depth + 1)?,
                })
            });
            Value::Object(members.collect::<Result<_, _>>()?)
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(text).map_err(|_| malformed())?;
            let items = items.into_iter().map(|item| read(whole, item, depth + 1));
            Value::List(items.collect::<Result<_, _>>()?)
        }
        Some(b'"') => Value::Text(serde_json::from_str(text).map_err(|_| malformed())?),
        Some(b't' | b'f') => Value::Bool(text == "true"),
        Some(b'n') => Value::Null,
        _ => Value::Number(text.to_owned()),
    };
    Ok(Node { span, value })
}

/// Where a part of the text stands in it.
fn span(whole: &str, part: &str) -> Range<usize> {
    let begin = part.as_ptr().addr() - whole.as_ptr().addr();
    begin..begin + part.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_know_their_places() {
        let text = " { \"a\" : [ 1 , \"b\\n\" ] , \"a\":null }";
        let node = Node::parse(text).unwrap();
        let members = node.members().unwrap();
        assert_eq!(&text[members[0].key_span.clone()], "\"a\"");
        let items = members[0].value.items();
        assert_eq!(&text[items[1].span.clone()], "\"b\\n\"");
        assert_eq!(items[1].text(), Some("b\n"));
        assert_eq!(members.len(), 2);
    }

    #[test]
    fn faults_are_found_where_they_are() {
        let at = |text| match Node::parse(text) {
            Err(Malformed::At(at)) => at,
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(
            [at(""), at("{"), at("{nonsense"), at("{\n x")],
            [0, 1, 1, 3]
        );
        assert!(matches!(
            Node::parse(r#"["\ud800"]"#),
            Err(Malformed::Text(Range { start: 1, end: 9 }))
        ));
    }

    #[test]
    fn depth_is_no_danger() {
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        assert!(Node::parse(&deep).is_ok());
    }
}
