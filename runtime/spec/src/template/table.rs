//! A service's permissions as a plain text: people review it, and the binary reads it back.
//!
//! The first line counts the operations. A block for each follows: its name with class and source, and below
//! it the list for whose elements it answers one by one, and each requirement with its resources, the list it is taken
//! over, when it applies and the condition keys it sets and those that nobody can tell.
//!
//! ```text
//! CreateAlias · requirements · name
//!   lambda:CreateAlias
//!     on @function(FunctionName)
//! ```
//!
//! What services need that act because of the call stands below that, each with as whom they act:
//!
//! ```text
//!   as service sns.amazonaws.com: sqs:SendMessage
//!     on {Endpoint}
//!     when Protocol == 'sqs'
//! ```

use std::fmt::Write as _;

use super::syntax::{self, Parsed};
use super::{
    Class, FollowUp, Key, LeftOut, OperationPermissions, Path, Permissions, Predicate, Requirement,
    Source, Why,
};

/// What stands between the words of an operation's first line.
const SEPARATOR: &str = " · ";
const ACTOR: &str = "as ";
const DEPENDENT: &str = "(dependent, ";
/// What a line of keys that nobody can tell begins with; they follow by their names, those of the action's own prefix
/// without it.
const UNTOLD: &str = "untold ";
const ANSWERS: &str = "answers for each ";
const NOTHING: &str = "no template: root alone may call it";

/// A service's table.
pub fn write(service: &str, permissions: &Permissions) -> String {
    let mut text = coverage(service, permissions);
    for (name, operation) in permissions {
        text.push_str("\n\n");
        text.push_str(&block(name, operation));
    }
    text.push('\n');
    text
}

/// One operation's block, without a line's end after it.
pub fn block(name: &str, operation: &OperationPermissions) -> String {
    let mut text = format!("{name}{SEPARATOR}{}", operation.class);
    if operation.class == Class::Requirements {
        let _ = write!(text, "{SEPARATOR}{}", operation.source);
    }
    if let Some(because) = &operation.because {
        let _ = write!(text, "{SEPARATOR}{because}");
    }
    if operation.class == Class::Requirements && operation.requirements.is_empty() {
        let _ = write!(text, "\n  {NOTHING}");
    }
    if let Some(answers) = &operation.answers {
        let _ = write!(text, "\n  {ANSWERS}{answers}");
    }
    for requirement in &operation.requirements {
        one(&mut text, requirement, "");
    }
    for FollowUp { actor, requirement } in &operation.follow_ups {
        one(&mut text, requirement, &format!("{ACTOR}{actor}: "));
    }
    for LeftOut { action, why } in &operation.left_out {
        let _ = write!(text, "\n  {DEPENDENT}{}: {action})", why.as_str());
    }
    text
}

fn one(text: &mut String, requirement: &Requirement, actor: &str) {
    let _ = write!(text, "\n  {actor}{}", requirement.action);
    if requirement.resources.is_empty() {
        text.push_str("\n    on *");
    }
    for resource in &requirement.resources {
        let _ = write!(text, "\n    on {resource}");
    }
    if let Some(each) = &requirement.each {
        let _ = write!(text, "\n    each {each}");
    }
    if requirement.when != Predicate::Always {
        let _ = write!(text, "\n    when {}", requirement.when);
    }
    for key in &requirement.keys {
        let _ = write!(text, "\n    {} = {}", key.name, key.value);
    }
    if !requirement.untold.is_empty() {
        let prefix = prefix(&requirement.action);
        let names: Vec<&str> = requirement
            .untold
            .iter()
            .map(|key| match key.strip_prefix(prefix) {
                Some(name) if !name.contains(':') => name,
                _ => key,
            })
            .collect();
        let _ = write!(text, "\n    {UNTOLD}{}", names.join(" "));
    }
}

/// An action's prefix with its colon, which its own keys have too.
fn prefix(action: &str) -> &str {
    action.split_inclusive(':').next().unwrap_or_default()
}

/// One line: how many operations there are, and where their actions come from.
pub fn coverage(service: &str, permissions: &Permissions) -> String {
    let count = |test: &dyn Fn(&OperationPermissions) -> bool| {
        permissions
            .values()
            .filter(|operation| test(operation))
            .count()
    };
    let by_source = |source: Source| {
        count(&|operation| operation.class == Class::Requirements && operation.source == source)
    };
    let of_class = |class: Class| count(&|operation| operation.class == class);
    format!(
        "{service}: {} operations; by name {}, by link {}, inferred {}, by overlay {}; open {}, unsigned {}, bearer {}",
        permissions.len(),
        by_source(Source::Name),
        by_source(Source::Link),
        by_source(Source::Inferred),
        by_source(Source::Overlay),
        of_class(Class::Open),
        of_class(Class::Unsigned),
        of_class(Class::Bearer),
    )
}

/// The blocks of a table by operation, not yet parsed; lines before the first one are passed over.
pub fn blocks(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split("\n\n").filter_map(|block| {
        let block = block.trim_end();
        let first = block.lines().next()?;
        Some((first.split_once(SEPARATOR)?.0, block))
    })
}

/// Parses an operation's block; an error is a sentence with the line that is wrong.
pub fn parse(block: &str) -> Parsed<OperationPermissions> {
    let mut lines = block.lines();
    let first = lines.next().unwrap_or_default();
    let mut operation = head(first)?;
    for line in lines {
        let parsed = if let Some(detail) = line.strip_prefix("    ") {
            let follow_up = operation.follow_ups.last_mut();
            match follow_up
                .map(|one| &mut one.requirement)
                .or(operation.requirements.last_mut())
            {
                Some(requirement) => add(requirement, detail),
                None => Err("it belongs to no requirement".to_owned()),
            }
        } else {
            match line.strip_prefix("  ") {
                Some(NOTHING) => Ok(()),
                Some(text) => rest(&mut operation, text),
                None => Err("it is not indented".to_owned()),
            }
        };
        parsed.map_err(|problem| format!("{line:?}: {problem}"))?;
    }
    Ok(operation)
}

/// A line below an operation's first one, and above no requirement.
fn rest(operation: &mut OperationPermissions, text: &str) -> Parsed<()> {
    if let Some(text) = text.strip_prefix(DEPENDENT) {
        operation.left_out.push(left_out(text)?);
    } else if let Some(path) = text.strip_prefix(ANSWERS) {
        operation.answers = Some(path_of(path)?);
    } else if let Some(text) = text.strip_prefix(ACTOR) {
        let (actor, action) = text
            .rsplit_once(": ")
            .ok_or_else(|| "it says as whom, but not what".to_owned())?;
        operation.follow_ups.push(FollowUp {
            actor: syntax::actor(actor)?,
            requirement: requirement(action),
        });
    } else {
        operation.requirements.push(requirement(text));
    }
    Ok(())
}

fn path_of(text: &str) -> Parsed<Path> {
    Path::parse(text).ok_or_else(|| format!("{text:?} is no path"))
}

/// `on what only the service knows: ec2:RunInstances)`
fn left_out(text: &str) -> Parsed<LeftOut> {
    Why::ALL
        .into_iter()
        .find_map(|why| {
            let action = text.strip_prefix(why.as_str())?.strip_prefix(": ")?;
            Some(LeftOut {
                action: action.strip_suffix(')')?.to_owned(),
                why,
            })
        })
        .ok_or_else(|| "it gives no known reason".to_owned())
}

fn head(line: &str) -> Parsed<OperationPermissions> {
    let mut words = line.split(SEPARATOR).skip(1);
    let class = match words.next() {
        Some("requirements") => Class::Requirements,
        Some("open") => Class::Open,
        Some("unsigned") => Class::Unsigned,
        Some("bearer") => Class::Bearer,
        _ => return Err(format!("{line:?} has no class")),
    };
    let source = match class {
        Class::Requirements => match words.next() {
            Some("name") => Source::Name,
            Some("link") => Source::Link,
            Some("inferred") => Source::Inferred,
            Some("overlay") => Source::Overlay,
            _ => return Err(format!("{line:?} has no source")),
        },
        _ => Source::Overlay,
    };
    Ok(OperationPermissions {
        class,
        source,
        because: words.next().map(str::to_owned),
        requirements: Vec::new(),
        follow_ups: Vec::new(),
        answers: None,
        left_out: Vec::new(),
    })
}

fn requirement(action: &str) -> Requirement {
    Requirement {
        action: action.to_owned(),
        resources: Vec::new(),
        when: Predicate::Always,
        each: None,
        keys: Vec::new(),
        untold: Vec::new(),
    }
}

fn add(requirement: &mut Requirement, detail: &str) -> Parsed<()> {
    if let Some(resource) = detail.strip_prefix("on ") {
        if resource != "*" {
            requirement.resources.push(syntax::resource(resource)?);
        }
    } else if let Some(path) = detail.strip_prefix("each ") {
        requirement.each = Some(path_of(path)?);
    } else if let Some(predicate) = detail.strip_prefix("when ") {
        requirement.when = syntax::predicate(predicate)?;
    } else if let Some(names) = detail.strip_prefix(UNTOLD) {
        let prefix = prefix(&requirement.action);
        let whole = |name: &str| match name.contains(':') {
            true => name.to_owned(),
            false => format!("{prefix}{name}"),
        };
        requirement.untold = names.split(' ').map(whole).collect();
    } else {
        let (name, value) = detail
            .split_once(" = ")
            .ok_or_else(|| "it is neither resource, list, predicate nor key".to_owned())?;
        requirement.keys.push(Key {
            name: name.to_owned(),
            value: syntax::key_value(value)?,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "toy: 3 operations; by name 1, by link 0, inferred 0, by overlay 1; open 1, unsigned 0, bearer 0

Look · open · Looking at toys (Toy User Guide)

Play · requirements · name
  answers for each Lids[]
  toy:Play
    on arn:{partition}:toy:{region}:{account}:box/{Box|arn}
    on @lid(Box, Lids[].Name)
    each Lids[]
    when Lids && !(Box == 'x' || Box ~ 'y')
    aws:RequestTag/ = {Tags[].Key}={Tags[].Value}
    toy:Loud = present(Noise)
    untold Age box:Color Label/ toy:Maker:
  toy:Watch
    on *
  (dependent, without a member to trigger it: kms:Decrypt)

Stop · requirements · overlay
  no template: root alone may call it
";

    #[test]
    fn what_is_written_is_read_back() {
        let permissions: Permissions = blocks(TABLE)
            .map(|(name, block)| (name.to_owned(), parse(block).unwrap()))
            .collect();
        assert_eq!(permissions.len(), 3);
        assert_eq!(permissions["Play"].requirements.len(), 2);
        assert_eq!(
            permissions["Play"].requirements[0].untold,
            ["toy:Age", "box:Color", "toy:Label/", "toy:Maker:"]
        );
        let answers = permissions["Play"].answers.as_ref();
        assert_eq!(answers.map(ToString::to_string).as_deref(), Some("Lids[]"));
        assert_eq!(
            permissions["Play"].left_out,
            [LeftOut {
                action: "kms:Decrypt".to_owned(),
                why: Why::Unknown
            }]
        );
        assert_eq!(
            permissions["Look"].because.as_deref(),
            Some("Looking at toys (Toy User Guide)")
        );
        assert_eq!(write("toy", &permissions), TABLE);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (block, wrong) in [
            ("Play", "has no class"),
            ("Play · perhaps", "has no class"),
            ("Play · requirements", "has no source"),
            ("Play · requirements · name\n    on x", "no requirement"),
            ("Play · requirements · name\ntoy:Play", "not indented"),
            (
                "Play · requirements · name\n  toy:Play\n    on {Box",
                "{ without its }",
            ),
            ("Play · requirements · name\n  toy:Play\n    odd", "neither"),
            (
                "Play · requirements · name\n  toy:Play\n    each []",
                "no path",
            ),
            (
                "Play · requirements · name\n  answers for each []",
                "no path",
            ),
        ] {
            let error = parse(block).unwrap_err();
            assert!(error.contains(wrong), "{error}");
        }
    }
}
