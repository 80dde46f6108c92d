//! What authorization asks of requests, buckets and objects.

use std::time::SystemTime;

use stockade_kit::time;
use stockade_s3_api::permissions::Resolvers;
use stockade_spec::Facts;
use stockade_spec::resolve::{
    Arguments, PolicyRole, Resolved, ResourceFacts, ResourcePolicy, Scope, StateKeys,
};
use stockade_store::StoreError;

use crate::S3;
use crate::attributes::Kms;
use crate::copy::Source;
use crate::state::Bucket;

/// All values of all arguments.
fn values<'a>(arguments: &Arguments<'a>) -> impl Iterator<Item = &'a String> {
    arguments.iter().flat_map(|values| values.iter())
}

/// What each value of the arguments resolves to.
fn each(
    arguments: &Arguments<'_>,
    resolve: impl Fn(&str) -> Result<Vec<String>, String>,
) -> Resolved {
    let resolved: Result<Vec<_>, _> = values(arguments).map(|value| resolve(value)).collect();
    match resolved {
        Ok(all) => Resolved::Known(all.into_iter().flatten().collect()),
        Err(why) => Resolved::Unknown(why),
    }
}

fn source(header: &str) -> Result<Source, String> {
    Source::parse(header).map_err(|error| format!("the copy source: {}", error.message))
}

/// What encryption with KMS comes to; needless where there is none.
fn told(found: Result<Option<Kms>, StoreError>, tell: impl Fn(Kms) -> Resolved) -> Resolved {
    match found {
        Ok(Some(kms)) => tell(kms),
        Ok(None) => Resolved::Needless,
        Err(error) => Resolved::Unknown(format!("the store failed: {error}")),
    }
}

/// The key that something is encrypted with, where AWS does not manage it: everyone of the account may use `aws/s3`
/// through S3 ("Default key policy", AWS managed keys).
fn key(kms: &Kms) -> Resolved {
    let Some(key) = &kms.key else {
        return Resolved::Needless;
    };
    match key.split_once(":alias/") {
        None => Resolved::one(key),
        Some((_, name)) if name.starts_with("aws/") => Resolved::Needless,
        // Which key an alias is of is KMS' state.
        Some((account, _)) => Resolved::Begins(format!("{account}:key/")),
    }
}

impl Resolvers for S3 {
    fn bucket_of_missing_object(&self, scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        let [[bucket], [key]] = arguments else {
            return Resolved::Unknown("the request names no object".to_owned());
        };
        if self.elsewhere {
            // Whether the object is missing shows in the answer. Nothing but that it is missing would be withheld.
            return Resolved::Needless;
        }
        match self.lacks_object(bucket, key) {
            Ok(false) => Resolved::Needless,
            Ok(true) => Resolved::one(format!("arn:{}:s3:::{bucket}", scope.partition)),
            Err(error) => Resolved::Unknown(format!("the store failed: {error}")),
        }
    }

    fn copy_source(&self, scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        each(arguments, |header| {
            let Source { bucket, key, .. } = source(header)?;
            Ok(vec![format!("arn:{}:s3:::{bucket}/{key}", scope.partition)])
        })
    }

    fn copy_source_version(&self, _scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        each(arguments, |header| {
            Ok(source(header)?.version.into_iter().collect())
        })
    }

    fn context_of_object(&self, scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        let [[bucket], [key]] = arguments else {
            return Resolved::Unknown("the request names no object".to_owned());
        };
        told(self.kms_of_object(bucket, key), |kms| {
            let path = match kms.bucket_key {
                Some(true) => bucket.clone(),
                _ => format!("{bucket}/{key}"),
            };
            Resolved::one(format!("arn:{}:s3:::{path}", scope.partition))
        })
    }

    fn key_of_copy_source(&self, _scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        let [[header]] = arguments else {
            return Resolved::Unknown("the request names no copy source".to_owned());
        };
        match source(header) {
            Ok(source) => told(self.kms_of_object(&source.bucket, &source.key), |kms| {
                key(&kms)
            }),
            Err(why) => Resolved::Unknown(why),
        }
    }

    fn key_of_object(&self, _scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        let [[bucket], [name]] = arguments else {
            return Resolved::Unknown("the request names no object".to_owned());
        };
        told(self.kms_of_object(bucket, name), |kms| key(&kms))
    }

    fn key_of_upload(&self, _scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        let [[bucket], [name], [upload]] = arguments else {
            return Resolved::Unknown("the request names no upload".to_owned());
        };
        told(self.kms_of_upload(bucket, name, upload), |kms| key(&kms))
    }

    fn remaining_days(&self, _scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        let now = time::epoch_seconds(SystemTime::now());
        each(arguments, |text| {
            let until = time::parse_iso8601(text).or_else(|| time::parse_http_date(text));
            let until = until.ok_or_else(|| format!("{text} is not a time"))?;
            let days = (until.secs() - now).div_euclid(86_400);
            Ok(vec![days.max(0).to_string()])
        })
    }

    fn tagged_copy(&self, scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        let [sources, [bucket], [key]] = arguments else {
            return Resolved::Unknown("the request names no object".to_owned());
        };
        match self.tagged_sources(scope, sources) {
            Ok(tagged) if tagged.is_empty() => Resolved::Needless,
            Ok(_) => Resolved::one(format!("arn:{}:s3:::{bucket}/{key}", scope.partition)),
            Err(why) => Resolved::Unknown(why),
        }
    }

    fn tagged_copy_source(&self, scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        let [sources] = arguments else {
            return Resolved::Unknown("the request names no source".to_owned());
        };
        match self.tagged_sources(scope, sources) {
            Ok(tagged) if tagged.is_empty() => Resolved::Needless,
            Ok(tagged) => Resolved::Known(tagged),
            Err(why) => Resolved::Unknown(why),
        }
    }

    fn tag_keys(&self, _scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        each(arguments, |header| {
            let pairs = form_urlencoded::parse(header.as_bytes());
            Ok(pairs.map(|(key, _)| key.into_owned()).collect())
        })
    }

    fn tags(&self, _scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        each(arguments, |header| {
            form_urlencoded::parse(header.as_bytes())
                .map(|(key, value)| {
                    // The pair could be taken for one of a shorter key.
                    if key.contains('=') {
                        return Err(format!("the tag key {key} cannot be a condition key"));
                    }
                    Ok(format!("{key}={value}"))
                })
                .collect()
        })
    }
}

/// The bucket and the key that an ARN names.
fn named(resource: &str) -> Option<(&str, Option<&str>)> {
    let (_, rest) = resource.strip_prefix("arn:")?.split_once(':')?;
    let path = rest.strip_prefix("s3:::")?;
    Some(match path.split_once('/') {
        Some((bucket, key)) => (bucket, Some(key)),
        None => (path, None),
    })
}

impl Facts for S3 {
    fn facts(&self, _action: &str, resource: &str, _scope: &Scope<'_>) -> ResourceFacts {
        let Some((name, _)) = named(resource) else {
            return ResourceFacts::default();
        };
        match Bucket::find(&self.store.snapshot(), name) {
            Ok(None) => ResourceFacts::default(),
            Ok(Some(bucket)) => ResourceFacts {
                owner: Some(bucket.record.account.clone()),
                policy: bucket.record.policy.clone().map(|document| ResourcePolicy {
                    document,
                    label: format!("bucket policy of {name}"),
                    role: PolicyRole::Grants,
                }),
                is_unreadable: false,
            },
            Err(error) => {
                tracing::error!(%error, "the store failed");
                ResourceFacts::unreadable()
            }
        }
    }

    fn state_keys(&self, _action: &str, resource: &str, _scope: &Scope<'_>) -> StateKeys {
        let Some((bucket, key)) = named(resource) else {
            // An access point's state is nobody's here; what is no resource has none.
            return if resource.starts_with("arn:") {
                StateKeys::elsewhere("s3")
            } else {
                StateKeys::default()
            };
        };
        match self.keys_of(bucket, key) {
            Ok(keys) => StateKeys {
                keys,
                ..StateKeys::default()
            },
            Err(error) => {
                tracing::error!(%error, "the store failed");
                StateKeys::elsewhere("s3")
            }
        }
    }
}

impl S3 {
    /// Whether the bucket is there and the object is not.
    fn lacks_object(&self, bucket: &str, key: &str) -> Result<bool, StoreError> {
        let snapshot = self.store.snapshot();
        let bucket = Bucket::find(&snapshot, bucket)?;
        Ok(bucket.is_some_and(|bucket| !bucket.has_object(&snapshot, key)))
    }

    fn kms_of_object(&self, bucket: &str, key: &str) -> Result<Option<Kms>, StoreError> {
        let snapshot = self.store.snapshot();
        let Some(bucket) = Bucket::find(&snapshot, bucket)? else {
            return Ok(None);
        };
        let object = bucket.object(&snapshot, key)?;
        Ok(object.and_then(|object| object.attributes.kms.clone()))
    }

    fn kms_of_upload(
        &self,
        bucket: &str,
        key: &str,
        upload: &str,
    ) -> Result<Option<Kms>, StoreError> {
        let snapshot = self.store.snapshot();
        let Some(bucket) = Bucket::find(&snapshot, bucket)? else {
            return Ok(None);
        };
        let record = bucket.upload(&snapshot, key, upload)?;
        Ok(record.and_then(|record| record.attributes.kms))
    }

    /// The ARNs of those sources of a copy that have tags, or may have: objects that are elsewhere.
    fn tagged_sources(&self, scope: &Scope<'_>, headers: &[String]) -> Result<Vec<String>, String> {
        let failed = |error: StoreError| format!("the store failed: {error}");
        let snapshot = self.store.snapshot();
        let mut tagged = Vec::new();
        for header in headers {
            let Source { bucket, key, .. } = source(header)?;
            let object = match Bucket::find(&snapshot, &bucket).map_err(failed)? {
                Some(bucket) => bucket.object(&snapshot, &key).map_err(failed)?,
                None => None,
            };
            if self.elsewhere || object.is_some_and(|object| !object.attributes.tags.is_empty()) {
                tagged.push(format!("arn:{}:s3:::{bucket}/{key}", scope.partition));
            }
        }
        Ok(tagged)
    }

    /// The condition keys of a bucket, or of an object in it.
    fn keys_of(
        &self,
        bucket: &str,
        key: Option<&str>,
    ) -> Result<Vec<(String, String)>, StoreError> {
        let snapshot = self.store.snapshot();
        let Some(bucket) = Bucket::find(&snapshot, bucket)? else {
            return Ok(Vec::new());
        };
        let account = bucket.record.account.clone();
        let mut keys = vec![("s3:ResourceAccount".to_owned(), account)];
        if let Some(key) = key
            && let Some(object) = bucket.object(&snapshot, key)?
        {
            let tags = object.attributes.tags.iter();
            keys.extend(
                tags.map(|(tag, value)| (format!("s3:ExistingObjectTag/{tag}"), value.to_owned())),
            );
        }
        Ok(keys)
    }
}

#[cfg(test)]
mod tests;
