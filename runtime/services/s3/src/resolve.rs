//! What authorization asks of buckets and objects.

use std::sync::Arc;

use stockade_spec::Facts;
use stockade_spec::resolve::{PolicyRole, ResourceFacts, ResourcePolicy, Scope};
use stockade_store::StoreError;

use crate::S3;
use crate::state::{Bucket, POLICIES};

impl Facts for S3 {
    fn facts(&self, _action: &str, resource: &str, _scope: &Scope<'_>) -> ResourceFacts {
        let Some((_, path)) = resource.split_once(":s3:::") else {
            return ResourceFacts::default();
        };
        let (bucket, key) = match path.split_once('/') {
            Some((bucket, key)) => (bucket, Some(key)),
            None => (path, None),
        };
        match self.known_of(bucket, key) {
            Ok(facts) => facts,
            Err(error) => {
                tracing::error!(%error, "the store failed");
                // Whose bucket it is cannot be told: nobody's, so that nothing is granted by it.
                ResourceFacts {
                    owner: Some(String::new()),
                    ..ResourceFacts::default()
                }
            }
        }
    }
}

impl S3 {
    fn known_of(&self, name: &str, key: Option<&str>) -> Result<ResourceFacts, StoreError> {
        let snapshot = self.store.snapshot();
        let Some(bucket) = Bucket::find(&snapshot, name)? else {
            return Ok(ResourceFacts::default());
        };
        let policy = snapshot
            .get(POLICIES, &stockade_store::Scope::global(), &[name])?
            .map(|document| ResourcePolicy {
                document: Arc::from(document),
                label: format!("bucket policy of {name}"),
                role: PolicyRole::Grants,
            });
        let mut keys = vec![(
            "s3:ResourceAccount".to_owned(),
            bucket.record.account.clone(),
        )];
        if let Some(key) = key
            && let Some(object) = bucket.object(&snapshot, key)?
        {
            let tags = object.attributes.tags.into_iter();
            keys.extend(tags.map(|(tag, value)| (format!("s3:ExistingObjectTag/{tag}"), value)));
        }
        Ok(ResourceFacts {
            owner: Some(bucket.record.account),
            policy,
            tags: Vec::new(),
            keys,
        })
    }
}

#[cfg(test)]
mod tests;
