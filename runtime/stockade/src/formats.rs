//! The formats of resources' ARNs, as IAM's authorization reference has them, for whoever names resources by them.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use stockade_catalog::REFERENCES;
use stockade_iam::Formats;
use stockade_spec::reference::Reference;

/// The reference, a prefix read at its first use.
#[derive(Default)]
pub(crate) struct Reading(Mutex<HashMap<String, Arc<Reference>>>);

impl Reading {
    /// What the reference has of a prefix; a text that cannot be read has nothing.
    fn prefix(&self, prefix: &str) -> Option<Arc<Reference>> {
        let prefix = prefix.to_ascii_lowercase();
        let packed = REFERENCES.packed(&prefix)?;
        let mut read = self.0.lock();
        let reference = read.entry(prefix).or_insert_with(|| {
            let text = stockade_described::unpack(packed);
            Arc::new(
                text.and_then(|text| Reference::parse(&text))
                    .unwrap_or_default(),
            )
        });
        Some(Arc::clone(reference))
    }
}

impl Formats for Reading {
    fn format(&self, action: &str, resource: &str) -> Option<String> {
        let (prefix, name) = action.split_once(':')?;
        let reference = self.prefix(prefix)?;
        let types = reference.action(name)?.types.keys();
        let mut formats = types
            .filter_map(|name| reference.types.get(name))
            .flat_map(|kind| &kind.arns);
        let fitting = formats.clone().filter(|format| fits(format, resource));
        // The longest says most of the resource: an object's, and not that of a bucket of any name.
        let format = fitting
            .max_by_key(|format| format.len())
            .or_else(|| formats.next());
        format.cloned()
    }
}

/// Whether an ARN has a format: each placeholder stands for any text.
fn fits(format: &str, arn: &str) -> bool {
    let mut pieces = format.split("${");
    let Some(mut rest) = arn.strip_prefix(pieces.next().unwrap_or_default()) else {
        return false;
    };
    let mut literal_ends = true;
    for piece in pieces {
        let literal = piece.split_once('}').map_or("", |(_, literal)| literal);
        literal_ends = !literal.is_empty();
        let Some(at) = rest.find(literal) else {
            return false;
        };
        rest = &rest[at + literal.len()..];
    }
    !literal_ends || rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `EvaluationResult` (IAM API Reference): the format of the simulated type of resource.
    #[test]
    fn the_format_is_that_of_the_resource() {
        let formats = Reading::default();
        let of = |action, resource| formats.format(action, resource);
        assert_eq!(
            of(
                "lambda:InvokeFunction",
                "arn:aws:lambda:us-east-1:111122223333:function:f"
            ),
            Some(
                "arn:${Partition}:lambda:${Region}:${Account}:function:${FunctionName}".to_owned()
            )
        );
        assert_eq!(
            of("iam:TagUser", "arn:aws:iam::111122223333:user/ana"),
            Some("arn:${Partition}:iam::${Account}:user/${UserNameWithPath}".to_owned())
        );
        let object = of("s3:GetObject", "arn:aws:s3:::bucket/key");
        assert!(
            object.is_some_and(|format| format.starts_with("arn:${Partition}:s3:::${BucketName}/"))
        );
        assert_eq!(of("s3:ListAllMyBuckets", "arn:aws:s3:::bucket"), None);
        assert_eq!(of("nothing:Fly", "arn:aws:s3:::bucket"), None);
    }
}
