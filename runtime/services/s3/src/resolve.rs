//! What authorization asks of requests, buckets and objects.

use std::sync::Arc;
use std::time::SystemTime;

use stockade_kit::time;
use stockade_s3_api::permissions::Resolvers;
use stockade_spec::Facts;
use stockade_spec::resolve::{
    Arguments, PolicyRole, Resolved, ResourceFacts, ResourcePolicy, Scope,
};
use stockade_store::StoreError;

use crate::S3;
use crate::copy::Source;
use crate::state::{Bucket, POLICIES};

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

    fn remaining_days(&self, _scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        let now = time::epoch_seconds(SystemTime::now());
        each(arguments, |text| {
            let until = time::parse_iso8601(text).or_else(|| time::parse_http_date(text));
            let until = until.ok_or_else(|| format!("{text} is not a time"))?;
            let days = (until.secs() - now).div_euclid(86_400);
            Ok(vec![days.max(0).to_string()])
        })
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

    fn via_service(&self, scope: &Scope<'_>, _arguments: &Arguments<'_>) -> Resolved {
        let domain = match scope.partition {
            "aws-cn" => "amazonaws.com.cn",
            _ => "amazonaws.com",
        };
        Resolved::one(format!("s3.{}.{domain}", scope.region))
    }
}

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
    /// Whether the bucket is there and the object is not.
    fn lacks_object(&self, bucket: &str, key: &str) -> Result<bool, StoreError> {
        let snapshot = self.store.snapshot();
        let bucket = Bucket::find(&snapshot, bucket)?;
        Ok(bucket.is_some_and(|bucket| !bucket.has_object(&snapshot, key)))
    }

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
            let tags = object.attributes.tags.iter();
            let tags =
                tags.map(|(tag, value)| (format!("s3:ExistingObjectTag/{tag}"), value.to_owned()));
            keys.extend(tags);
        }
        Ok(ResourceFacts {
            owner: Some(bucket.record.account.clone()),
            policy,
            keys,
            ..ResourceFacts::default()
        })
    }
}

#[cfg(test)]
mod tests;
