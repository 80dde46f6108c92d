//! The form of every file under `models/`: JSON of named sections, one entry a line, keys sorted.
//!
//! ```json
//! {
//! "metadata": {"apiVersion":"2015-03-31"},
//! "operations": {
//! "AddPermission": {"http":{"method":"POST"}},
//! "CreateAlias": {"http":{"method":"POST"}}
//! }
//! }
//! ```
//!
//! An update of a model is then a diff of whole operations and shapes, and an error names the line
//! of the operation or shape that it is about.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// One section of a file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Section {
    /// A value on the section's own line.
    Value(Value),
    /// A line for each entry.
    Entries(BTreeMap<String, Value>),
}

/// Writes sections in their normal form.
pub(crate) fn write(sections: &BTreeMap<&str, Section>) -> String {
    let mut text = String::from("{\n");
    for (index, (name, section)) in sections.iter().enumerate() {
        if index > 0 {
            text.push_str(",\n");
        }
        text.push_str(&format!("{}: ", Value::from(*name)));
        match section {
            Section::Value(value) => text.push_str(&compact(value)),
            Section::Entries(entries) => {
                text.push('{');
                for (index, (key, value)) in entries.iter().enumerate() {
                    text.push_str(if index > 0 { ",\n" } else { "\n" });
                    text.push_str(&format!("{}: ", Value::from(key.as_str())));
                    text.push_str(&compact(value));
                }
                text.push_str("\n}");
            }
        }
    }
    text.push_str("\n}\n");
    text
}

/// A value in one line, the keys of all its objects sorted.
pub(crate) fn compact(value: &Value) -> String {
    let mut value = value.clone();
    value.sort_all_objects();
    value.to_string()
}

/// A place in a file, for errors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) file: PathBuf,
    /// Counted from 1.
    pub(crate) line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file.display(), self.line)
    }
}

/// One line's key and value, not parsed yet.
#[derive(Debug, Clone)]
pub(crate) struct Entry<'a> {
    pub(crate) key: String,
    pub(crate) place: Place,
    text: &'a str,
}

impl Entry<'_> {
    /// The value, in its type.
    pub(crate) fn parse<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(self.text).with_context(|| {
            format!(
                "{}: {:?} is not as expected; files under models/ are written by \
                 `cargo run -p codegen -- sync`",
                self.place, self.key
            )
        })
    }
}

/// A file's sections, each with its entries in the file's order. A section on one line has one
/// entry, under its own name.
pub(crate) type Sections<'a> = BTreeMap<String, Vec<Entry<'a>>>;

/// Reads the text of a file in normal form; `file` is for errors only.
pub(crate) fn read<'a>(file: &Path, text: &'a str) -> Result<Sections<'a>> {
    let mut sections = Sections::new();
    let mut open: Option<(String, Vec<Entry<'a>>)> = None;
    let mut closed = false;
    let mut last = 0;
    for (index, line) in text.lines().enumerate() {
        let place = Place {
            file: file.to_owned(),
            line: index + 1,
        };
        last = place.line;
        let malformed = || {
            format!(
                "{place}: not a line of a model; write it anew with `cargo run -p codegen -- sync`"
            )
        };
        ensure!(!closed, malformed());
        let line = line.strip_suffix(',').unwrap_or(line);
        match (&mut open, line) {
            _ if index == 0 => ensure!(line == "{", malformed()),
            (Some(_), "}") => {
                if let Some((name, entries)) = open.take() {
                    sections.insert(name, entries);
                }
            }
            (None, "}") => closed = true,
            (Some((_, entries)), _) => {
                let (key, text) = split(line).with_context(malformed)?;
                if entries
                    .last()
                    .is_some_and(|before: &Entry<'_>| before.key >= key)
                {
                    bail!(
                        "{place}: {key:?} is out of order or there twice; sort the section's lines"
                    );
                }
                entries.push(Entry { key, place, text });
            }
            (None, _) => {
                let (key, text) = split(line).with_context(malformed)?;
                if text == "{" {
                    open = Some((key, Vec::new()));
                } else {
                    sections.insert(key.clone(), vec![Entry { key, place, text }]);
                }
            }
        }
    }
    ensure!(
        closed,
        "{}:{last}: the file ends too early; write it anew with `cargo run -p codegen -- sync`",
        file.display()
    );
    Ok(sections)
}

/// `"key": value` as key and value.
fn split(line: &str) -> Option<(String, &str)> {
    let mut stream = serde_json::Deserializer::from_str(line).into_iter::<String>();
    let key = stream.next()?.ok()?;
    let text = line.get(stream.byte_offset()..)?.strip_prefix(": ")?;
    Some((key, text))
}

/// A file's text; an error says how to make the file.
pub(crate) fn read_file(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| {
        format!(
            "{}: cannot be read; `cargo run -p codegen -- sync` writes it",
            path.display()
        )
    })
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use serde_json::json;

    use super::*;

    #[test]
    fn writes_one_entry_a_line_with_sorted_keys() {
        let sections = BTreeMap::from([
            (
                "shapes",
                Section::Entries(BTreeMap::from([
                    (
                        String::from("B"),
                        json!({"type": "list", "member": {"z": 1, "a": 2}}),
                    ),
                    (String::from("A"), json!({"type": "string"})),
                ])),
            ),
            ("metadata", Section::Value(json!({"b": 1, "a": 2}))),
        ]);
        let text = write(&sections);
        assert_eq!(
            text,
            "{\n\"metadata\": {\"a\":2,\"b\":1},\n\"shapes\": {\n\"A\": {\"type\":\"string\"},\n\
             \"B\": {\"member\":{\"a\":2,\"z\":1},\"type\":\"list\"}\n}\n}\n"
        );
        let read = read(Path::new("x.json"), &text).unwrap();
        assert_eq!(read["shapes"].len(), 2);
        assert_eq!(read["shapes"][1].place.line, 5);
        assert_eq!(
            read["metadata"][0].parse::<Value>().unwrap(),
            json!({"a": 2, "b": 1})
        );
    }

    #[test]
    fn an_empty_section_is_read_back() {
        let text = write(&BTreeMap::from([(
            "shapes",
            Section::Entries(BTreeMap::new()),
        )]));
        assert!(serde_json::from_str::<Value>(&text).is_ok());
        assert_eq!(read(Path::new("x.json"), &text).unwrap()["shapes"].len(), 0);
    }

    #[test]
    fn errors_name_file_and_line() {
        let at = |text: &str| {
            read(Path::new("models/x.json"), text)
                .unwrap_err()
                .to_string()
        };
        assert!(
            at("{\n\"a\": {\n\"B\": 1,\n\"A\": 2\n}\n}\n")
                .starts_with("models/x.json:4: \"A\" is out of order")
        );
        assert!(at("{\n\"a\": {\n<<<<<<< ours\n").starts_with("models/x.json:3: not a line"));
        assert!(
            at("{\n\"a\": {\n\"B\": 1").starts_with("models/x.json:3: the file ends too early")
        );
        let sections = read(Path::new("models/x.json"), "{\n\"a\": {\"b\" 1}\n}\n").unwrap();
        let error = sections["a"][0].parse::<Value>().unwrap_err().to_string();
        assert!(
            error.starts_with("models/x.json:2: \"a\" is not as expected"),
            "{error}"
        );
    }
}
