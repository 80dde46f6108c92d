//! Services whose actions are HTTP's verbs and whose resources are paths: `apigateway:GET` on
//! `arn:aws:apigateway:us-east-1::/restapis/a1b2` ("Control access to a REST API with IAM permissions", Amazon API
//! Gateway Developer Guide).

use super::input::{Input, plain};
use super::prefixes::Own;
use super::rules::Named;
use crate::model::{Authorization, Location, Operation};
use stockade_spec::filter::Filter;
use stockade_spec::template::{Part, Resource, Source};

/// The action that an operation's HTTP method names.
pub(super) fn name<'a>(operation: &Operation, own: &Own<'a>) -> Option<Named<'a>> {
    let (reference, action) = own
        .references
        .iter()
        .find_map(|reference| Some((*reference, reference.actions.get(&operation.method)?)))?;
    Some(Named {
        name: format!("{}:{}", reference.prefix, operation.method),
        known: Some((reference, action)),
        source: Source::Name,
    })
}

/// Whether an action, `prefix:Name`, is a verb.
pub(super) fn is_verb(action: &str) -> bool {
    let verb = action.split(':').next_back().unwrap_or_default();
    ["GET", "PUT", "POST", "PATCH", "DELETE"].contains(&verb)
}

/// The resource that an operation's path is: of the form that the reference has for it, else of that of the others.
pub(super) fn resource(
    operation: &Operation,
    reference: &Authorization,
    input: &Input<'_>,
) -> Resource {
    let path = path(&operation.uri);
    let format = reference
        .resource_types
        .values()
        .flat_map(|kind| &kind.arns)
        .find(|arn| arn.splitn(6, ':').nth(5).is_some_and(|of| alike(of, path)));
    let has_account = format.is_some_and(|arn| arn.contains("${Account}"));
    let text = |text: &str| Part::Literal(text.to_owned());
    let mut parts = vec![
        text("arn:"),
        Part::Partition,
        text(&format!(":{}:", reference.prefix)),
        Part::Region,
        text(":"),
    ];
    parts.extend(has_account.then_some(Part::Account));
    parts.push(text(":"));
    let mut rest = path;
    while let Some((before, label, after)) = label(rest) {
        parts.push(text(before));
        parts.push(bound(label, input));
        rest = after;
    }
    parts.extend((!rest.is_empty()).then(|| text(rest)));
    Resource::Template(parts)
}

/// A path without its constant query and without the API's version: resources have none.
fn path(uri: &str) -> &str {
    let path = uri.split('?').next().unwrap_or(uri);
    let is_version = |segment: &str| {
        segment
            .strip_prefix('v')
            .is_some_and(|number| number.parse::<u8>().is_ok())
    };
    match path[1..].find('/') {
        Some(end) if is_version(&path[1..=end]) => &path[end + 1..],
        _ => path,
    }
}

/// Whether a path is of a format: its labels are where the format's placeholders are.
fn alike(format: &str, path: &str) -> bool {
    let one = |(format, path): (&str, &str)| {
        let is_placeholder = format.starts_with("${") && format.find('}') == Some(format.len() - 1);
        if path.starts_with('{') {
            is_placeholder
        } else {
            format == path
        }
    };
    format.split('/').count() == path.split('/').count()
        && format.split('/').zip(path.split('/')).all(one)
}

/// What stands before the first label, the label, and what follows it.
fn label(path: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = path.split_once('{')?;
    let (label, after) = rest.split_once('}')?;
    Some((before, label.trim_end_matches('+'), after))
}

/// The member that a label is of; an ARN within a path is encoded, as it was on its way.
fn bound(label: &str, input: &Input<'_>) -> Part {
    let member = input
        .members()
        .into_iter()
        .find(|found| found.member.location == Some(Location::Uri) && found.name == label);
    match member {
        Some(found) => Part::Member {
            filter: plain(found.name)
                .ends_with("arn")
                .then_some(Filter::Encoded),
            path: found.path,
            default: None,
        },
        None => Part::Opaque,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_compared_by_their_forms() {
        for (format, uri) in [
            ("/restapis/${RestApiId}", "/restapis/{restapi_id}"),
            ("/apis/${ApiId}/stages", "/v2/apis/{apiId}/stages"),
            ("/restapis", "/restapis?mode=import"),
            ("/v2", "/v2"),
        ] {
            assert!(alike(format, path(uri)), "{format} {uri}");
        }
        for (format, uri) in [
            ("/restapis", "/restapis/{restapi_id}"),
            ("/domainnames/${Name}+${Id}", "/domainnames/{domain_name}"),
            ("/apis/${ApiId}", "/apis/all"),
        ] {
            assert!(!alike(format, path(uri)), "{format} {uri}");
        }
        assert_eq!(label("/a/{b+}/c"), Some(("/a/", "b", "/c")));
        assert_eq!(label("/c"), None);
    }
}
