//! Buckets: made, removed, found and listed.

use aws_smithy_types::DateTime;
use stockade_kit::failure::Failure;
use stockade_kit::page::{self, Markers};
use stockade_s3_api::shapes;
use stockade_spec::{Error, RequestContext};
use stockade_store::{Scan, Scope, StoreError};

use crate::state::{BUCKET_NAMES, BUCKETS, Bucket, BucketRecord, Garbage, OBJECTS, UPLOADS};
use crate::{S3, errors, names};

/// Buckets of this region have no location constraint.
const UNCONSTRAINED: &str = "us-east-1";

/// Most buckets of one page, and of an account ("Bucket quotas", Amazon S3 User Guide).
const MAX_BUCKETS: i32 = 10_000;

const MARKERS: Markers = Markers::new("s3:ListBuckets");

pub(crate) async fn create(
    s3: &S3,
    context: &RequestContext,
    input: shapes::CreateBucketRequest,
) -> Result<shapes::CreateBucketOutput, Error> {
    let name = &input.bucket;
    if !names::is_bucket_name(name) {
        return Err(names::invalid_bucket_name(name));
    }
    refuse_unsupported(&input)?;
    let acls = check_ownership(&input)?;
    let configuration = input.create_bucket_configuration.as_ref();
    let constraint = configuration
        .and_then(|configuration| configuration.location_constraint.as_ref())
        .map(|constraint| constraint.as_str());
    let region = place(&context.region, constraint)?;
    let record = BucketRecord {
        account: context.account.clone(),
        region: region.to_owned(),
        partition: context.partition.to_owned(),
        created: stockade_kit::time::epoch_seconds(context.now),
        id: stockade_kit::ids::request_id(),
        acls,
        policy: None,
        scope: Default::default(),
    };
    s3.store
        .write(|tx| {
            if let Some(existing) = Bucket::find(tx, name)? {
                return again(&existing, &context.account, region);
            }
            tx.put(BUCKETS, &Scope::global(), &[name], &record)?;
            let account = Scope::account(&record.account);
            tx.put(BUCKET_NAMES, &account, &[name], &())?;
            Ok(())
        })
        .await
        .map_err(Failure::into_error)?;
    Ok(shapes::CreateBucketOutput {
        location: Some(if region == UNCONSTRAINED {
            format!("/{name}")
        } else {
            format!("http://{name}.s3.amazonaws.com/")
        }),
        bucket_arn: Some(arn(context.partition, name)),
    })
}

/// What S3 says to whoever creates a bucket that is there. For reasons of its history, the owner
/// hears nothing of it in the first region.
fn again(existing: &Bucket, account: &str, region: &str) -> Result<(), Failure> {
    if existing.record.account != account {
        return Err(Error::new(
            "BucketAlreadyExists",
            409,
            "The requested bucket name is not available. The bucket namespace is shared by all \
             users of the system. Please select a different name and try again.",
        )
        .with_detail("BucketName", &existing.name)
        .into());
    }
    if region == UNCONSTRAINED && existing.record.region == UNCONSTRAINED {
        return Ok(());
    }
    Err(Error::new(
        "BucketAlreadyOwnedByYou",
        409,
        "Your previous request to create the named bucket succeeded and you already own it.",
    )
    .with_detail("BucketName", &existing.name)
    .into())
}

fn refuse_unsupported(input: &shapes::CreateBucketRequest) -> Result<(), Error> {
    let configuration = input.create_bucket_configuration.as_ref();
    let unsupported = [
        (
            input.object_lock_enabled_for_bucket == Some(true),
            "x-amz-bucket-object-lock-enabled",
        ),
        (
            input
                .bucket_namespace
                .as_ref()
                .is_some_and(|namespace| namespace.as_str() != "global"),
            "x-amz-bucket-namespace",
        ),
        (
            configuration.is_some_and(|it| it.location.is_some() || it.bucket.is_some()),
            "CreateBucketConfiguration",
        ),
        (
            configuration
                .and_then(|it| it.tags.as_ref())
                .is_some_and(|tags| !tags.is_empty()),
            "CreateBucketConfiguration.Tags",
        ),
    ];
    match unsupported.into_iter().find(|(asked, _)| *asked) {
        Some((_, what)) => Err(errors::header_not_implemented(what)),
        None => Ok(()),
    }
}

/// Whether objects may have ACLs. The bucket's own ACL is private.
fn check_ownership(input: &shapes::CreateBucketRequest) -> Result<bool, Error> {
    let acls = match input.object_ownership.as_ref().map(|it| it.as_str()) {
        None | Some("BucketOwnerEnforced") => false,
        Some("BucketOwnerPreferred" | "ObjectWriter") => true,
        Some(other) => {
            return Err(errors::invalid_argument(
                format!("Invalid x-amz-object-ownership header: {other}"),
                "x-amz-object-ownership",
                other,
            ));
        }
    };
    let sets_acl = input
        .acl
        .as_ref()
        .is_some_and(|acl| acl.as_str() != "private")
        || input.grant_full_control.is_some()
        || input.grant_read.is_some()
        || input.grant_read_acp.is_some()
        || input.grant_write.is_some()
        || input.grant_write_acp.is_some();
    match (sets_acl, acls) {
        (false, _) => Ok(acls),
        (true, true) => Err(errors::header_not_implemented("x-amz-acl")),
        (true, false) => Err(Error::new(
            "InvalidBucketAclWithObjectOwnership",
            400,
            "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
        )),
    }
}

/// The region that a bucket is made in. The first region's endpoint is the global one too, which
/// makes buckets anywhere; all others make them at home.
fn place<'a>(region: &'a str, constraint: Option<&'a str>) -> Result<&'a str, Error> {
    let Some(constraint) = constraint.filter(|constraint| !constraint.is_empty()) else {
        if region == UNCONSTRAINED {
            return Ok(region);
        }
        return Err(Error::new(
            "IllegalLocationConstraintException",
            400,
            "The unspecified location constraint is incompatible for the region specific endpoint \
             this request was sent to.",
        ));
    };
    if !shapes::BucketLocationConstraint::VALUES.contains(&constraint) {
        return Err(Error::new(
            "InvalidLocationConstraint",
            400,
            "The specified location-constraint is not valid",
        )
        .with_detail("LocationConstraint", constraint));
    }
    let home = if constraint == "EU" {
        "eu-west-1"
    } else {
        constraint
    };
    if region == home || region == UNCONSTRAINED {
        return Ok(home);
    }
    Err(Error::new(
        "IllegalLocationConstraintException",
        400,
        format!(
            "The {constraint} location constraint is incompatible for the region specific endpoint \
             this request was sent to."
        ),
    ))
}

fn arn(partition: &str, bucket: &str) -> String {
    format!("arn:{partition}:s3:::{bucket}")
}

pub(crate) async fn delete(s3: &S3, input: shapes::DeleteBucketRequest) -> Result<(), Error> {
    let garbage = s3
        .store
        .write(|tx| {
            let owner = input.expected_bucket_owner.as_deref();
            let bucket = Bucket::require(tx, &input.bucket, owner)?;
            let name = bucket.name.as_str();
            let all = Scan::under(std::slice::from_ref(&name));
            if tx.count(OBJECTS, bucket.scope(), all.limit(1)) > 0 {
                return Err(Error::new(
                    "BucketNotEmpty",
                    409,
                    "The bucket you tried to delete is not empty",
                )
                .with_detail("BucketName", name)
                .into());
            }
            // Uploads in progress do not keep a bucket alive.
            let uploads = tx
                .keys(UPLOADS, bucket.scope(), all)
                .collect::<Result<Vec<_>, StoreError>>()?;
            let mut blobs = Vec::new();
            for parts in uploads {
                if let [_, key, upload] = &parts[..] {
                    blobs.extend(bucket.drop_upload(tx, key, upload)?);
                }
            }
            tx.delete(
                BUCKET_NAMES,
                &Scope::account(&bucket.record.account),
                &[name],
            );
            tx.delete(BUCKETS, &Scope::global(), &[name]);
            Ok::<_, Failure>(Garbage::from(blobs))
        })
        .await?;
    s3.leases.discard(s3.store.blobs(), garbage);
    Ok(())
}

pub(crate) async fn head(
    s3: &S3,
    input: shapes::HeadBucketRequest,
) -> Result<shapes::HeadBucketOutput, Error> {
    let owner = input.expected_bucket_owner.as_deref();
    let bucket = Bucket::require(&s3.store.snapshot(), &input.bucket, owner)?;
    Ok(shapes::HeadBucketOutput {
        bucket_arn: Some(arn(&bucket.record.partition, &bucket.name)),
        bucket_region: Some(bucket.record.region.clone()),
        access_point_alias: Some(false),
        ..Default::default()
    })
}

pub(crate) async fn location(
    s3: &S3,
    input: shapes::GetBucketLocationRequest,
) -> Result<shapes::GetBucketLocationOutput, Error> {
    let owner = input.expected_bucket_owner.as_deref();
    let bucket = Bucket::require(&s3.store.snapshot(), &input.bucket, owner)?;
    let region = bucket.record.region.clone();
    Ok(shapes::GetBucketLocationOutput {
        location_constraint: (region != UNCONSTRAINED).then(|| region.into()),
    })
}

/// Never versioned: an empty configuration is how S3 says so.
pub(crate) async fn versioning(
    s3: &S3,
    input: shapes::GetBucketVersioningRequest,
) -> Result<shapes::GetBucketVersioningOutput, Error> {
    let owner = input.expected_bucket_owner.as_deref();
    Bucket::require(&s3.store.snapshot(), &input.bucket, owner)?;
    Ok(shapes::GetBucketVersioningOutput::default())
}

pub(crate) async fn list(
    s3: &S3,
    context: &RequestContext,
    input: shapes::ListBucketsRequest,
) -> Result<shapes::ListBucketsOutput, Error> {
    let limit = match input.max_buckets {
        Some(count) if !(1..=MAX_BUCKETS).contains(&count) => {
            return Err(errors::invalid_argument(
                format!("Argument max-buckets must be an integer between 1 and {MAX_BUCKETS}"),
                "max-buckets",
                count.to_string(),
            ));
        }
        asked => usize::try_from(asked.unwrap_or(MAX_BUCKETS)).unwrap_or(1),
    };
    let after = MARKERS
        .open(input.continuation_token.as_deref())
        .map_err(|_| {
            errors::invalid_argument(
                "The continuation token provided is incorrect",
                "continuation-token",
                input.continuation_token.clone().unwrap_or_default(),
            )
        })?;
    // The region is told to those who ask for anything in particular.
    let tells_region = input.max_buckets.is_some()
        || input.prefix.is_some()
        || input.bucket_region.is_some()
        || input.continuation_token.is_some();
    let snapshot = s3.store.snapshot();
    let account = Scope::account(&context.account);
    let after: Option<Vec<&str>> = after
        .as_ref()
        .map(|parts| parts.iter().map(String::as_str).collect());
    let mut scan = Scan::all().starting_with(input.prefix.as_deref().unwrap_or_default());
    if let Some(after) = &after {
        scan = scan.after(after);
    }
    let buckets = snapshot
        .keys(BUCKET_NAMES, &account, scan)
        .filter_map(|parts| {
            let found = parts.and_then(|parts| match parts.first() {
                Some(name) => Bucket::find(&snapshot, name),
                None => Ok(None),
            });
            found.transpose()
        })
        .filter(|found| match (found, &input.bucket_region) {
            (Ok(bucket), Some(region)) => bucket.record.region == *region,
            _ => true,
        });
    let page = page::collect(MARKERS, buckets, limit, |bucket| vec![&bucket.name])
        .map_err(Failure::from)?;
    let buckets = page.items.into_iter().map(|bucket| shapes::Bucket {
        creation_date: Some(DateTime::from_secs(bucket.record.created)),
        bucket_arn: Some(arn(&bucket.record.partition, &bucket.name)),
        name: Some(bucket.name),
        bucket_region: tells_region.then(|| bucket.record.region.clone()),
    });
    Ok(shapes::ListBucketsOutput {
        buckets: Some(buckets.collect()),
        owner: Some(names::owner(&context.account)),
        continuation_token: page.next,
        prefix: input.prefix,
    })
}
