//! What an object carries beside its bytes: content headers, user metadata, tags, storage class,
//! encryption. Read from the headers of the three operations that make objects.

use std::collections::BTreeMap;

use aws_smithy_types::DateTime;
use serde::{Deserialize, Serialize};
use stockade_kit::tags::TagSet;
use stockade_s3_api::shapes;
use stockade_spec::Error;

use crate::state::BucketRecord;
use crate::{errors, tagging};

/// Most bytes of user metadata, names and values together ("Working with object metadata", Amazon
/// S3 User Guide).
const MAX_METADATA_BYTES: usize = 2048;

/// The type of an object that was uploaded without one.
pub(crate) const DEFAULT_CONTENT_TYPE: &str = "binary/octet-stream";

const STANDARD: &str = "STANDARD";

/// The storage classes that an object of a general purpose bucket can be put in.
const STORAGE_CLASSES: [&str; 8] = [
    STANDARD,
    "REDUCED_REDUNDANCY",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER",
    "DEEP_ARCHIVE",
    "GLACIER_IR",
];

/// See the [module](self).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Attributes {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cache_control: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) content_disposition: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) content_encoding: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) content_language: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) content_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    /// Seconds since the epoch.
    pub(crate) expires: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) website_redirect: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) metadata: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "TagSet::is_empty")]
    pub(crate) tags: TagSet,
    /// `None` is `STANDARD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) storage_class: Option<String>,
    /// `None` is `AES256`, with keys that S3 manages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) kms: Option<Kms>,
}

/// The encryption with KMS keys that the caller asked for: told, not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kms {
    /// `aws:kms` or `aws:kms:dsse`.
    pub(crate) algorithm: String,
    /// The key's ARN; `None` is the account's key for S3.
    pub(crate) key: Option<String>,
    pub(crate) bucket_key: Option<bool>,
}

impl Attributes {
    pub(crate) fn content_type(&self) -> &str {
        self.content_type.as_deref().unwrap_or(DEFAULT_CONTENT_TYPE)
    }

    /// As listings write it.
    pub(crate) fn storage_class_name(&self) -> &str {
        self.storage_class.as_deref().unwrap_or(STANDARD)
    }

    /// As headers have it: absent for the standard class.
    pub(crate) fn storage_class(&self) -> Option<shapes::StorageClass> {
        self.storage_class.as_deref().map(Into::into)
    }

    pub(crate) fn encryption(&self) -> Option<shapes::ServerSideEncryption> {
        let algorithm = self.kms.as_ref().map_or("AES256", |kms| &kms.algorithm);
        Some(algorithm.into())
    }

    pub(crate) fn kms_key(&self) -> Option<String> {
        self.kms.as_ref()?.key.clone()
    }

    pub(crate) fn bucket_key(&self) -> Option<bool> {
        self.kms.as_ref()?.bucket_key
    }

    /// Refuses to read what was put into an archive, as nothing is ever restored here.
    pub(crate) fn check_readable(&self) -> Result<(), Error> {
        match self.storage_class.as_deref() {
            Some(class @ ("GLACIER" | "DEEP_ARCHIVE")) => Err(Error::new(
                "InvalidObjectState",
                403,
                "The operation is not valid for the object's storage class",
            )
            .with_detail("StorageClass", class)),
            _ => Ok(()),
        }
    }
}

/// The members that `PutObject`, `CopyObject` and `CreateMultipartUpload` share, as they came.
#[derive(Debug, Default)]
pub(crate) struct Given {
    pub(crate) acl: Option<shapes::ObjectCannedACL>,
    /// Whether any `x-amz-grant-…` header is there.
    pub(crate) grants: bool,
    pub(crate) cache_control: Option<String>,
    pub(crate) content_disposition: Option<String>,
    pub(crate) content_encoding: Option<String>,
    pub(crate) content_language: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) expires: Option<DateTime>,
    pub(crate) website_redirect: Option<String>,
    pub(crate) metadata: Option<BTreeMap<String, String>>,
    pub(crate) tagging: Option<String>,
    pub(crate) storage_class: Option<shapes::StorageClass>,
    pub(crate) encryption: Option<shapes::ServerSideEncryption>,
    pub(crate) kms_key: Option<String>,
    pub(crate) bucket_key: Option<bool>,
    /// Whether the caller brings a key of its own.
    pub(crate) customer_key: bool,
    /// Whether any object lock header is there.
    pub(crate) object_lock: bool,
}

/// Takes [`Given`] out of an input.
macro_rules! given {
    ($input:expr) => {
        $crate::attributes::Given {
            acl: $input.acl.take(),
            grants: $input.grant_full_control.is_some()
                || $input.grant_read.is_some()
                || $input.grant_read_acp.is_some()
                || $input.grant_write_acp.is_some(),
            cache_control: $input.cache_control.take(),
            content_disposition: $input.content_disposition.take(),
            content_encoding: $input.content_encoding.take(),
            content_language: $input.content_language.take(),
            content_type: $input.content_type.take(),
            expires: $input.expires.take(),
            website_redirect: $input.website_redirect_location.take(),
            metadata: $input.metadata.take(),
            tagging: $input.tagging.take(),
            storage_class: $input.storage_class.take(),
            encryption: $input.server_side_encryption.take(),
            kms_key: $input.ssekms_key_id.take(),
            bucket_key: $input.bucket_key_enabled,
            customer_key: $crate::attributes::customer_key!($input),
            object_lock: $input.object_lock_mode.is_some()
                || $input.object_lock_retain_until_date.is_some()
                || $input.object_lock_legal_hold_status.is_some(),
        }
    };
}

/// Whether a request brings its own encryption key.
macro_rules! customer_key {
    ($input:expr) => {
        $input.sse_customer_algorithm.is_some()
            || $input.sse_customer_key.is_some()
            || $input.sse_customer_key_md5.is_some()
    };
}

pub(crate) use {customer_key, given};

/// Refuses keys that the caller brings: objects are not encrypted here, and one that can be read
/// without its key must not be taken for one that cannot.
pub(crate) fn refuse_customer_key(brings_key: bool) -> Result<(), Error> {
    if brings_key {
        return Err(errors::header_not_implemented(
            "x-amz-server-side-encryption-customer-algorithm",
        ));
    }
    Ok(())
}

impl Given {
    /// Whether the request says where or how the object is kept.
    pub(crate) fn changes_storage(&self) -> bool {
        self.storage_class.is_some() || self.encryption.is_some() || self.website_redirect.is_some()
    }

    /// Checks everything, and makes it an object's attributes.
    pub(crate) fn check(self, bucket: &BucketRecord) -> Result<Attributes, Error> {
        check_acl(self.acl.as_ref(), self.grants, bucket)?;
        refuse_customer_key(self.customer_key)?;
        if self.object_lock {
            return Err(errors::invalid_request(
                "Bucket is missing Object Lock Configuration",
            ));
        }
        if let Some(location) = &self.website_redirect
            && !["/", "http://", "https://"]
                .iter()
                .any(|start| location.starts_with(start))
        {
            return Err(Error::new(
                "InvalidRedirectLocation",
                400,
                "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.",
            ));
        }
        let metadata = self.metadata.unwrap_or_default();
        check_metadata(&metadata)?;
        let tags = match &self.tagging {
            Some(header) => tagging::parse_header(header)?,
            None => TagSet::default(),
        };
        Ok(Attributes {
            cache_control: self.cache_control,
            content_disposition: self.content_disposition,
            content_encoding: self.content_encoding.and_then(without_chunking),
            content_language: self.content_language,
            content_type: self.content_type.filter(|text| !text.is_empty()),
            expires: self.expires.map(|time| time.secs()),
            website_redirect: self.website_redirect,
            metadata,
            tags,
            storage_class: check_storage_class(self.storage_class)?,
            kms: check_encryption(self.encryption, self.kms_key, self.bucket_key, bucket)?,
        })
    }
}

/// With ACLs disabled, as they are unless the bucket says otherwise, S3 takes only those that
/// change nothing ("Controlling ownership of objects", Amazon S3 User Guide).
fn check_acl(
    acl: Option<&shapes::ObjectCannedACL>,
    grants: bool,
    bucket: &BucketRecord,
) -> Result<(), Error> {
    let changes_nothing = acl
        .is_none_or(|acl| matches!(acl.as_str(), "private" | "bucket-owner-full-control"))
        && !grants;
    if changes_nothing {
        return Ok(());
    }
    if matches!(acl, Some(shapes::ObjectCannedACL::Unknown(_))) {
        return Err(errors::invalid_argument(
            "",
            "x-amz-acl",
            acl.map_or("", |acl| acl.as_str()),
        ));
    }
    if bucket.acls {
        return Err(errors::header_not_implemented("x-amz-acl"));
    }
    Err(Error::new(
        "AccessControlListNotSupported",
        400,
        "The bucket does not allow ACLs",
    ))
}

fn check_metadata(metadata: &BTreeMap<String, String>) -> Result<(), Error> {
    let size: usize = metadata
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    if size <= MAX_METADATA_BYTES {
        return Ok(());
    }
    Err(Error::new(
        "MetadataTooLarge",
        400,
        "Your metadata headers exceed the maximum allowed metadata size",
    )
    .with_detail("Size", size.to_string())
    .with_detail("MaxSizeAllowed", MAX_METADATA_BYTES.to_string()))
}

/// `aws-chunked` is how the body travelled, not what it is.
fn without_chunking(encoding: String) -> Option<String> {
    let kept: Vec<&str> = encoding
        .split(',')
        .map(str::trim)
        .filter(|coding| !coding.eq_ignore_ascii_case("aws-chunked") && !coding.is_empty())
        .collect();
    (!kept.is_empty()).then(|| kept.join(","))
}

fn check_storage_class(class: Option<shapes::StorageClass>) -> Result<Option<String>, Error> {
    let Some(class) = class else {
        return Ok(None);
    };
    let name = class.as_str();
    if !STORAGE_CLASSES.contains(&name) {
        return Err(Error::new(
            "InvalidStorageClass",
            400,
            "The storage class you specified is not valid",
        )
        .with_detail("StorageClassRequested", name));
    }
    Ok((name != STANDARD).then(|| name.to_owned()))
}

fn check_encryption(
    algorithm: Option<shapes::ServerSideEncryption>,
    key: Option<String>,
    bucket_key: Option<bool>,
    bucket: &BucketRecord,
) -> Result<Option<Kms>, Error> {
    let algorithm = algorithm.map(|algorithm| algorithm.as_str().to_owned());
    match algorithm.as_deref() {
        None | Some("AES256") if key.is_some() => Err(errors::invalid_argument(
            "Server Side Encryption with AWS KMS managed key requires HTTP header \
             x-amz-server-side-encryption : aws:kms",
            "x-amz-server-side-encryption",
            algorithm.as_deref().unwrap_or("null"),
        )),
        None | Some("AES256") => Ok(None),
        Some(algorithm @ ("aws:kms" | "aws:kms:dsse")) => Ok(Some(Kms {
            algorithm: algorithm.to_owned(),
            key: key.map(|key| key_arn(key, bucket)),
            bucket_key,
        })),
        Some(_) => Err(Error::new(
            "InvalidEncryptionAlgorithmError",
            400,
            "The encryption request you specified is not valid. The valid value is AES256.",
        )),
    }
}

/// S3 answers with the key's ARN, whatever the request named it by.
fn key_arn(key: String, bucket: &BucketRecord) -> String {
    if key.starts_with("arn:") {
        return key;
    }
    let resource = if key.starts_with("alias/") {
        key
    } else {
        format!("key/{key}")
    };
    let (partition, region, account) = (&bucket.partition, &bucket.region, &bucket.account);
    format!("arn:{partition}:kms:{region}:{account}:{resource}")
}
