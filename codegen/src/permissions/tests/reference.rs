//! The tables against IAM's authorization reference: of what an action requires, nothing is left unasked.

use super::*;

/// What stands for any text in a pattern.
const ANY: char = '\0';

/// Required resource types that an operation's own action is not asked for on, and why.
const UNASKED: [(&str, &str, &str, &str); 4] = [
    (
        "bedrock",
        "CreateModelInvocationJob",
        "custom-model",
        "a custom model is named by its ARN, an id alone is a foundation model's",
    ),
    (
        "bedrock",
        "CreateProvisionedModelThroughput",
        "custom-model",
        "a custom model is named by its ARN, an id alone is a foundation model's",
    ),
    (
        "bedrock",
        "GetInferenceProfile",
        "application-inference-profile",
        "an application's profile is named by its ARN",
    ),
    (
        "bedrock",
        "UpdateProvisionedModelThroughput",
        "custom-model",
        "a custom model is named by its ARN, an id alone is a foundation model's",
    ),
];

/// A template or an ARN format as a pattern, for comparison: what is not text may be anything.
fn pattern(resource: &Resource) -> Option<String> {
    let Resource::Template(parts) = resource else {
        return None;
    };
    let part = |part: &Part| match part {
        Part::Literal(text) => text.replace('*', &ANY.to_string()),
        _ => ANY.to_string(),
    };
    Some(parts.iter().map(part).collect())
}

fn format(arn: &str) -> String {
    let mut pattern = String::new();
    let mut rest = arn;
    while let Some((text, after)) = rest.split_once("${") {
        pattern.push_str(text);
        pattern.push(ANY);
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    pattern.push_str(rest);
    pattern.replace('*', &ANY.to_string())
}

/// Whether some text is of both patterns: which ends of the other one's can be left over after each of the one's beginnings.
fn meet(one: &str, other: &str) -> bool {
    let other: Vec<char> = other.chars().collect();
    // Whether the first so many characters of the other pattern can be matched by what was read of the one.
    let skip_any = |reached: &mut Vec<bool>| {
        for at in 0..other.len() {
            if reached[at] && other[at] == ANY {
                reached[at + 1] = true;
            }
        }
    };
    let mut reached = vec![false; other.len() + 1];
    reached[0] = true;
    skip_any(&mut reached);
    for read in one.chars() {
        let mut next = vec![false; other.len() + 1];
        for at in 0..=other.len() {
            if !reached[at] {
                continue;
            }
            if read == ANY {
                next[at..].fill(true);
                break;
            }
            match other.get(at) {
                Some(&ANY) => next[at] = true,
                Some(&wanted) if wanted == read => next[at + 1] = true,
                _ => {}
            }
        }
        reached = next;
        skip_any(&mut reached);
    }
    reached[other.len()]
}

/// Whether a resource may be of a format: its service and what follows its account. A member that holds an ARN may be of any.
fn names(resource: &str, format: &str) -> bool {
    let parts = |text: &str| {
        let mut fields = text.splitn(6, ':').map(str::to_owned);
        (fields.next()? == "arn").then_some(())?;
        Some((fields.nth(1)?, fields.nth(2)?))
    };
    match (parts(resource), parts(format)) {
        (Some(resource), Some(format)) => resource.0 == format.0 && meet(&resource.1, &format.1),
        _ => true,
    }
}

#[test]
fn patterns_meet_where_a_text_is_of_both() {
    for (one, other, expected) in [
        ("box/a", "box/a", true),
        ("box/a", "box/b", false),
        ("box/\0", "box/\0/lid/\0", true),
        ("\0/DELETE/\0", "\0/\0/\0", true),
        ("box/\0", "lid/\0", false),
        ("\0", "lid/\0", true),
        ("box/\0/a", "box/\0/b", false),
    ] {
        assert_eq!(meet(one, other), expected, "{one:?} {other:?}");
        assert_eq!(meet(other, one), expected, "{other:?} {one:?}");
    }
}

#[test]
fn what_the_reference_requires_is_asked_for() {
    let mut unasked = BTreeSet::new();
    for (service, permissions) in &*PERMISSIONS {
        for (operation, needs) in permissions {
            let Some(own) = needs.requirements.first() else {
                continue;
            };
            let Some((reference, action)) = known_action(&MODELS.authorization, &own.action) else {
                continue;
            };
            let of_own = |requirement: &&Requirement| requirement.action == own.action;
            let resources: Vec<&Resource> = needs
                .requirements
                .iter()
                .filter(of_own)
                .flat_map(|requirement| &requirement.resources)
                .collect();
            let required = action
                .resource_types
                .iter()
                .filter(|(_, usage)| usage.required);
            for (name, _) in required {
                let Some(kind) = reference.resource_types.get(name) else {
                    continue;
                };
                let is_asked = resources.iter().any(|resource| match pattern(resource) {
                    Some(pattern) => kind.arns.iter().any(|arn| names(&pattern, &format(arn))),
                    // A resolver makes an ARN of the state.
                    None => true,
                });
                if !(is_asked || kind.arns.is_empty()) {
                    unasked.insert((service.as_str(), operation.as_str(), name.as_str()));
                }
            }
        }
    }
    let reviewed: BTreeSet<_> = UNASKED
        .iter()
        .map(|(service, operation, name, _)| (*service, *operation, *name))
        .collect();
    assert_eq!(unasked, reviewed);
}
