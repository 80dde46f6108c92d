//! The case table `tests/analysis/*.toml`, held against the crate. Its README tells the format.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use stockade_analysis::{Authority, Finding, PolicyType, Step, codes, validate};
use stockade_catalog::REFERENCES;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    title: String,
    document: String,
    group: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    title: String,
    document: Option<String>,
    #[serde(default)]
    kind: Kind,
    resource_type: Option<String>,
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    rule: String,
    document: Option<String>,
    kind: Option<Kind>,
    resource_type: Option<String>,
    /// The document, or its statement, or the statement's condition.
    text: Option<String>,
    statement: Option<String>,
    condition: Option<String>,
    /// The document is made longer than this by white space or a text without.
    padded: Option<Padding>,
    /// The codes of all that is found, in order.
    finds: Option<Vec<String>>,
    /// Codes of which none is found.
    lacks: Option<Vec<String>>,
    /// The sentence of the first finding.
    says: Option<String>,
    /// The paths of the first finding, and the texts there.
    at: Option<Vec<(String, String)>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Padding {
    /// How many characters.
    count: usize,
    /// What they are.
    with: char,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    #[default]
    Identity,
    Resource,
    ServiceControl,
    ResourceControl,
}

impl Kind {
    fn policy_type(self) -> PolicyType {
        match self {
            Self::Identity => PolicyType::Identity,
            Self::Resource => PolicyType::Resource,
            Self::ServiceControl => PolicyType::ServiceControl,
            Self::ResourceControl => PolicyType::ResourceControl,
        }
    }
}

impl Case {
    fn text(&self) -> String {
        let version =
            |statement: &str| format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#);
        let mut text = match (&self.text, &self.statement, &self.condition) {
            (Some(text), None, None) => text.clone(),
            (None, Some(statement), None) => version(statement),
            (None, None, Some(condition)) => version(&format!(
                r#"{{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::photos/a","Condition":{condition}}}"#
            )),
            _ => panic!(
                "{}: a case has a text, a statement or a condition",
                self.rule
            ),
        };
        if let Some(Padding { count, with }) = self.padded {
            text = text.replace("PADDING", &with.to_string().repeat(count));
        }
        text
    }
}

fn path(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Index(index) => text.push_str(&format!("[{index}]")),
            Step::Key(name) => text.push_str(&format!("/{name}:")),
            Step::Value(name) => text.push_str(&format!("/{name}")),
        }
    }
    text
}

fn found(case: &Case, group: &Group) -> (String, Vec<Finding>) {
    let text = case.text();
    let kind = case.kind.unwrap_or(group.kind).policy_type();
    let resource_type = case.resource_type.as_ref().or(group.resource_type.as_ref());
    let authority = Authority::new(&REFERENCES, stockade_described::unpack);
    let findings = validate(&text, kind, resource_type.map(String::as_str), &authority);
    (text, findings)
}

/// What a case got instead of what it expects; `None` when it holds.
fn failure(case: &Case, group: &Group) -> Option<String> {
    let (text, findings) = found(case, group);
    let codes: Vec<&str> = findings.iter().map(|finding| finding.code).collect();
    if let Some(finds) = &case.finds
        && *finds != codes
    {
        return Some(format!("found {codes:?} instead of {finds:?}"));
    }
    for code in case.lacks.iter().flatten() {
        if codes.contains(&code.as_str()) {
            return Some(format!("found {code} among {codes:?}"));
        }
    }
    let first = findings.first();
    if let Some(says) = &case.says {
        let details = first.map_or("", |finding| &finding.details);
        if details != says {
            return Some(format!("says: {details}\n  instead of: {says}"));
        }
    }
    if let Some(at) = &case.at {
        let places: Vec<(String, String)> = first
            .iter()
            .flat_map(|finding| &finding.locations)
            .map(|location| {
                let (start, end) = (location.start.offset, location.end.offset);
                let part: String = text.chars().skip(start).take(end - start).collect();
                (path(&location.path), part)
            })
            .collect();
        if places != *at {
            return Some(format!("at {places:?} instead of {at:?}"));
        }
    }
    None
}

fn files() -> Vec<(String, File)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/analysis");
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect();
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let file = toml::from_str(&fs::read_to_string(path).unwrap());
        let file: File = file.unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, file)
    };
    paths.iter().map(read).collect()
}

#[test]
fn every_case_holds() {
    let mut failures = Vec::new();
    let mut rules = BTreeSet::new();
    for (name, file) in files() {
        assert!(!file.title.is_empty(), "{name} has no title");
        for group in &file.group {
            assert!(!group.title.is_empty(), "{name}: a group has no title");
            for case in &group.case {
                let new = rules.insert((name.clone(), case.rule.clone()));
                assert!(new, "{name}: two cases have the rule {}", case.rule);
                let asks = case.finds.is_some() || case.lacks.is_some();
                assert!(asks, "{name}: {} expects nothing", case.rule);
                if let Some(what) = failure(case, group) {
                    let document = case.document.as_ref().or(group.document.as_ref());
                    let document = document.unwrap_or(&file.document);
                    failures.push(format!(
                        "{name}: {}\n  document: {document}\n  {what}\n",
                        case.rule
                    ));
                }
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} cases fail:\n\n{}",
        failures.len(),
        failures.join("\n")
    );
}

#[test]
fn every_check_has_a_case_for_it_and_one_against() {
    let (mut with, mut without) = (BTreeSet::new(), BTreeSet::new());
    for (_, file) in files() {
        for case in file.group.into_iter().flat_map(|group| group.case) {
            with.extend(case.finds.into_iter().flatten());
            without.extend(case.lacks.into_iter().flatten());
        }
    }
    let known: BTreeSet<String> = codes().map(str::to_owned).collect();
    let lack = |cases: &BTreeSet<String>| known.difference(cases).cloned().collect::<Vec<_>>();
    assert_eq!(lack(&with), Vec::<String>::new(), "no case finds these");
    assert_eq!(lack(&without), Vec::<String>::new(), "no case lacks these");
    let strange: Vec<_> = with
        .union(&without)
        .filter(|code| !known.contains(*code))
        .collect();
    assert!(strange.is_empty(), "there are no such checks: {strange:?}");
}

/// The page's codes are the crate's, but for those that say why not.
#[test]
fn every_code_of_the_reference_is_built_or_says_why_not() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/analysis/codes.txt"
    );
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let of_page: Vec<(&str, Option<&str>)> = lines
        .map(|line| match line.split_once(": ") {
            Some((code, why)) => (code, Some(why)),
            None => (line, None),
        })
        .collect();
    let wanted = of_page.iter().filter(|(_, why)| why.is_none());
    let wanted: BTreeSet<&str> = wanted.map(|(code, _)| *code).collect();
    let built: BTreeSet<&str> = codes().collect();
    assert_eq!(built, wanted);
    assert!(of_page.is_sorted());
}
