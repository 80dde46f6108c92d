//! What AWS's documents say a call needs, against what the generator makes of it.

use super::*;

/// The file says what its lines are.
const SAID: &str = include_str!("documents.txt");

/// A line of the file, with the title of the document above it.
struct Said<'a> {
    title: &'a str,
    operation: &'a str,
    action: &'a str,
    resource: &'a str,
    when: &'a str,
    key: Option<&'a str>,
}

/// What is said of one service.
fn said(service: &str) -> Vec<Said<'static>> {
    let mut title = "";
    let mut here = false;
    let mut said = Vec::new();
    for line in SAID.lines().skip(2) {
        if let Some(name) = line.strip_prefix("== ") {
            here = name.trim_end_matches(" ==") == service;
        } else if let Some(name) = line.strip_prefix("# ") {
            title = name;
        } else if here && !line.is_empty() {
            let mut fields = line.split(" | ");
            let mut field = || fields.next().unwrap();
            let (operation, action, resource, when) = (field(), field(), field(), field());
            said.push(Said {
                title,
                operation,
                action,
                resource,
                when,
                key: fields.next(),
            });
        }
    }
    said
}

#[test]
fn calls_need_what_the_documents_say() {
    let mut count = 0;
    for service in SERVICES {
        let permissions = permissions(service);
        for said in said(service) {
            let template = &permissions[said.operation];
            let found = template.requirements.iter().any(|requirement| {
                let mut resources: Vec<String> = requirement
                    .resources
                    .iter()
                    .map(ToString::to_string)
                    .collect();
                if resources.is_empty() {
                    resources.push("*".to_owned());
                }
                let keys: Vec<String> = requirement
                    .keys
                    .iter()
                    .map(|key| format!("{}={}", key.name, key.value))
                    .collect();
                requirement.action == said.action
                    && resources.iter().any(|resource| resource == said.resource)
                    && requirement.when.to_string() == said.when
                    && said
                        .key
                        .is_none_or(|key| keys.iter().any(|known| known == key))
            });
            assert!(
                found,
                "{}: {} needs {} on {} when {} with {:?}; it has\n{template:#?}",
                said.title, said.operation, said.action, said.resource, said.when, said.key
            );
            count += 1;
        }
    }
    assert!(count >= 100, "the file is read whole");
}

#[test]
fn classes() {
    let sts = permissions("sts");
    // "GetCallerIdentity": no permissions are required. "Permissions for GetSessionToken": neither.
    assert_eq!(sts["GetCallerIdentity"].class, Class::Open);
    assert_eq!(sts["GetSessionToken"].class, Class::Open);
    // "AssumeRoleWithWebIdentity": calling it needs no AWS credentials.
    assert_eq!(sts["AssumeRoleWithWebIdentity"].class, Class::Unsigned);
    assert_eq!(sts["AssumeRoleWithSAML"].class, Class::Unsigned);
    assert_eq!(sts["GetAccessKeyInfo"].class, Class::Requirements);
}

/// What must not be asked: a bucket in the caller's own region with no options needs one action, a
/// plain function two.
#[test]
fn a_plain_call_needs_no_more() {
    let always = |service: &str, operation: &str| -> Vec<String> {
        permissions(service)[operation]
            .requirements
            .iter()
            .filter(|requirement| requirement.when == Predicate::Always)
            .map(|requirement| requirement.action.clone())
            .collect()
    };
    assert_eq!(
        always("lambda", "CreateFunction"),
        ["lambda:CreateFunction", "iam:PassRole"]
    );
    assert_eq!(always("s3", "PutObject"), ["s3:PutObject"]);
    assert_eq!(always("sts", "AssumeRole"), ["sts:AssumeRole"]);
    assert_eq!(always("iam", "CreateUser"), ["iam:CreateUser"]);
    let bucket = &permissions("s3")["CreateBucket"].requirements;
    let negative = bucket
        .iter()
        .filter(|one| one.when.to_string().starts_with('!'))
        .count();
    assert_eq!(
        negative, 1,
        "only s3:CreateBucket applies to a call without options"
    );
}
