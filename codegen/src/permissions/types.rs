//! Which of an action's resource types a resource is of, and which condition keys AWS sets for them.

use super::keys;
use crate::model::{Action, Authorization};
use stockade_spec::template::{Part, Resource};

/// What stands for a placeholder when an ARN's form is compared.
const PLACEHOLDER: char = '\0';

/// The resource types of an action that a resource is of, by the fixed parts of their ARN formats; none when it cannot
/// be told, as of a member that holds the whole ARN.
pub(super) fn of<'a>(
    resource: &Resource,
    action: &'a Action,
    reference: &Authorization,
) -> Vec<&'a str> {
    let Resource::Template(parts) = resource else {
        return Vec::new();
    };
    let form: String = parts.iter().map(form_of_part).collect();
    let Some(form) = Form::parse(&form) else {
        return Vec::new();
    };
    // The format with most in common: `a:b/` rather than `a:`.
    let mut best = 0;
    let mut types = Vec::new();
    for name in action.resource_types.keys() {
        let Some(kind) = reference.resource_types.get(name) else {
            continue;
        };
        for arn in &kind.arns {
            let format = placeholders(arn);
            let alike = Form::parse(&format).map_or(0, |format| form.alike(&format));
            if alike == 0 || alike < best {
                continue;
            }
            if alike > best {
                types.clear();
                best = alike;
            }
            if !types.contains(&name.as_str()) {
                types.push(name);
            }
        }
    }
    types
}

/// The condition keys that the reference lists for the resource types themselves.
pub(super) fn keys<'a>(types: &[&str], reference: &'a Authorization) -> Vec<&'a str> {
    types
        .iter()
        .filter_map(|name| reference.resource_types.get(*name))
        .flat_map(|kind| &kind.condition_keys)
        .map(String::as_str)
        .collect()
}

/// Whether AWS sets a key for an action on resources of these types; without types, on any.
pub(super) fn sets(action: &Action, types: &[&str], key: &str) -> bool {
    if types.is_empty() {
        return true;
    }
    let mut of_types = types
        .iter()
        .filter_map(|name| action.resource_types.get(*name))
        .flat_map(|usage| &usage.condition_keys);
    let is_key = |listed: &String| keys::is(listed, key);
    action.condition_keys.iter().any(is_key) || of_types.any(is_key)
}

/// An ARN with its placeholders marked.
struct Form<'a> {
    service: &'a str,
    resource: &'a str,
}

impl<'a> Form<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut fields = text.splitn(6, ':');
        (fields.next()? == "arn").then_some(())?;
        Some(Self {
            service: fields.nth(1)?,
            resource: fields.nth(2)?,
        })
    }

    /// How much of the resource's beginning a format shares with this form; 0: it is of another kind.
    fn alike(&self, format: &Form<'_>) -> usize {
        if self.service != format.service {
            return 0;
        }
        if self.resource == format.resource {
            return usize::MAX;
        }
        let head = format
            .resource
            .split(PLACEHOLDER)
            .next()
            .unwrap_or_default();
        if self.resource.starts_with(head) {
            head.len()
        } else {
            0
        }
    }
}

fn form_of_part(part: &Part) -> String {
    match part {
        Part::Literal(text) => text.replace('*', &PLACEHOLDER.to_string()),
        _ => PLACEHOLDER.to_string(),
    }
}

/// `${Name}` of a format as placeholders.
fn placeholders(arn: &str) -> String {
    let mut form = String::new();
    let mut rest = arn;
    while let Some((text, after)) = rest.split_once("${") {
        form.push_str(text);
        form.push(PLACEHOLDER);
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    form.push_str(rest);
    form
}

#[cfg(test)]
mod tests {
    use super::*;
    use stockade_spec::template::syntax;

    fn alike(resource: &str, format: &str) -> usize {
        let Resource::Template(parts) = syntax::resource(resource).unwrap() else {
            panic!("{resource} is no template");
        };
        let form: String = parts.iter().map(form_of_part).collect();
        let format = placeholders(format);
        Form::parse(&form).map_or(0, |form| form.alike(&Form::parse(&format).unwrap()))
    }

    #[test]
    fn a_resource_is_of_the_type_whose_format_it_has() {
        let subnet = "arn:${Partition}:ec2:${Region}:${Account}:subnet/${SubnetId}";
        let reservation = "arn:${Partition}:ec2:${Region}:${Account}:subnet-cidr-reservation/${Id}";
        let made = "arn:{partition}:ec2:{region}:{account}:subnet/*";
        assert_eq!(alike(made, subnet), usize::MAX);
        assert_eq!(alike(made, reservation), 0);
        let named = "arn:{partition}:ec2:{region}:{account}:subnet/{?}/{SubnetId}";
        assert_eq!(alike(named, subnet), "subnet/".len());
        assert_eq!(alike("{SubnetArn}", subnet), 0);
    }

    #[test]
    fn an_object_is_no_bucket() {
        let object = "arn:{partition}:s3:::{Bucket}/{Key}";
        assert_eq!(
            alike(object, "arn:${Partition}:s3:::${BucketName}/${ObjectName}"),
            usize::MAX
        );
        assert_eq!(alike(object, "arn:${Partition}:s3:::${BucketName}"), 0);
    }
}
