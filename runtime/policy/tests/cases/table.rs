//! Reads the table: what a case leaves out, its group says, and what the group leaves out, its file's defaults.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use toml::{Table, Value};

use crate::decision::Decision;
use crate::document::Document;

/// One case, with all that it inherits.
pub(crate) struct Case {
    pub(crate) file: String,
    pub(crate) rule: String,
    pub(crate) document: String,
    /// All that is asked, as text, to tell whether two cases ask the same.
    pub(crate) asked: String,
    pub(crate) question: Question,
}

pub(crate) enum Question {
    Decision(Box<Decision>),
    Document(Document),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    title: String,
    document: String,
    #[serde(default)]
    policies: Table,
    #[serde(default)]
    defaults: Table,
    group: Vec<Table>,
}

/// Every case of every file, in order.
pub(crate) fn read() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/policy");
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect();
    paths.sort();
    paths.iter().flat_map(|path| cases_of(path)).collect()
}

fn cases_of(path: &Path) -> Vec<Case> {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let text = fs::read_to_string(path).unwrap();
    let file: File = toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(!file.title.is_empty(), "{name} has no title");
    let mut cases = Vec::new();
    for mut group in file.group {
        let title = group.remove("title");
        assert!(title.is_some(), "{name}: a group has no title");
        let own = group.remove("case").unwrap_or_else(|| {
            panic!("{name}: group {title:?} has no cases");
        });
        let Value::Array(own) = own else {
            panic!("{name}: the cases of {title:?} are a list of tables");
        };
        for case in own {
            let Value::Table(case) = case else {
                panic!("{name}: the cases of {title:?} are a list of tables");
            };
            let merged = merge(merge(file.defaults.clone(), group.clone()), case);
            cases.push(resolve(&name, &file.document, &file.policies, merged));
        }
    }
    cases
}

/// The outer table under the inner one; of contexts, key by key.
fn merge(mut outer: Table, inner: Table) -> Table {
    for (key, value) in inner {
        match (key.as_str(), outer.get_mut(&key), value) {
            ("context", Some(Value::Table(held)), Value::Table(more)) => held.extend(more),
            (_, _, value) => {
                outer.insert(key, value);
            }
        }
    }
    outer
}

fn resolve(file: &str, document: &str, policies: &Table, mut case: Table) -> Case {
    let mut text = |name: &str| match case.remove(name) {
        Some(Value::String(text)) => Some(text),
        Some(other) => panic!("{file}: {name} is a string, not {other}"),
        None => None,
    };
    let rule = text("rule").unwrap_or_else(|| panic!("{file}: a case has no rule"));
    let document = text("document").unwrap_or_else(|| document.to_owned());
    let read = format!("{file}: {rule}");
    let asked = {
        let mut question = case.clone();
        for answer in ["expect", "by", "says", "message", "at"] {
            question.remove(answer);
        }
        if question.contains_key("kind") {
            question.to_string()
        } else {
            format!("{question}{policies}")
        }
    };
    let question = if case.contains_key("kind") {
        Question::Document(case.try_into().expect(&read))
    } else {
        let mut decision: Decision = case.try_into().expect(&read);
        decision.policies = policies.clone();
        Question::Decision(Box::new(decision))
    };
    Case {
        file: file.to_owned(),
        rule,
        document,
        asked,
        question,
    }
}
