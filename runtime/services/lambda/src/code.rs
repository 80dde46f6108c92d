//! A function's code: where it comes from, and whether it can be unzipped.

use std::io::{self, Cursor, Read};

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use bytes::{Bytes, BytesMut};
use sha2::{Digest, Sha256};
use stockade_kit::failure::Failure;
use stockade_lambda_api::errors::invalid_parameter_value_exception as invalid;
use stockade_lambda_api::shapes::{FunctionCode, PackageType, UpdateFunctionCodeRequest};
use stockade_spec::Error;
use stockade_store::Staged;
use zip::ZipArchive;

use crate::Lambda;
use crate::state::{CodeRecord, Package};

/// Largest package within a request, in bytes ("Lambda quotas").
pub(crate) const MAX_DIRECT_BYTES: usize = 52_428_800;
/// Largest content of a package, in bytes ("Lambda quotas"). What comes from S3 cannot be longer
/// either.
pub(crate) const MAX_UNZIPPED_BYTES: u64 = 262_144_000;
/// The longest request that AWS names when a package within it is too large.
const MAX_REQUEST_BYTES: usize = 69_905_067;

/// Where a request says that the code is.
#[derive(Debug)]
pub(crate) struct Source {
    zip: Option<Bytes>,
    bucket: Option<String>,
    key: Option<String>,
    version: Option<String>,
    image: Option<String>,
    kms_key: Option<String>,
}

impl From<FunctionCode> for Source {
    fn from(code: FunctionCode) -> Self {
        Self {
            zip: code.zip_file.map(|blob| blob.into_inner().into()),
            bucket: code.s3_bucket,
            key: code.s3_key,
            version: code.s3_object_version,
            image: code.image_uri,
            kms_key: code.source_kms_key_arn,
        }
    }
}

impl Source {
    /// Takes the source out of a request to update the code.
    pub(crate) fn take(input: &mut UpdateFunctionCodeRequest) -> Self {
        Self {
            zip: input.zip_file.take().map(|blob| blob.into_inner().into()),
            bucket: input.s3_bucket.take(),
            key: input.s3_key.take(),
            version: input.s3_object_version.take(),
            image: input.image_uri.take(),
            kms_key: input.source_kms_key_arn.take(),
        }
    }
}

/// Code that was received: the record of it, and its bytes, which vanish unless they are kept.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) record: CodeRecord,
    staged: Option<Staged>,
}

impl Received {
    /// A record that names the code is committed.
    pub(crate) fn keep(self) {
        if let Some(staged) = self.staged {
            staged.keep();
        }
    }
}

/// Receives the code that a request brings or names.
pub(crate) async fn receive(
    lambda: &Lambda,
    operation: &str,
    package_type: &PackageType,
    architectures: Vec<String>,
    source: Source,
) -> Result<Received, Error> {
    let kms_key = source.kms_key.clone().filter(|key| !key.is_empty());
    let record = |package, sha256| CodeRecord {
        package,
        sha256,
        architectures,
        kms_key,
    };
    if *package_type == PackageType::Image {
        let uri = image(operation, source)?;
        let sha256 = digest(uri.as_bytes());
        return Ok(Received {
            record: record(Package::Image { uri }, sha256),
            staged: None,
        });
    }
    let bytes = package(lambda, operation, source).await?;
    let content = bytes.clone();
    // Unzipping is work for a processor, and would hold up all others on this thread.
    let sha256 = tokio::task::spawn_blocking(move || {
        unzip(&content, MAX_UNZIPPED_BYTES)?;
        Ok::<_, Error>(digest(&content))
    })
    .await
    .map_err(|_| Error::internal())??;
    let staged = lambda
        .store
        .blobs()
        .put_bytes(bytes)
        .await
        .map_err(Failure::from)?;
    Ok(Received {
        record: record(Package::Zip(staged.blob().clone()), sha256),
        staged: Some(staged),
    })
}

fn image(operation: &str, source: Source) -> Result<String, Error> {
    if source.zip.is_some() || source.bucket.is_some() || source.key.is_some() {
        return Err(invalid(
            "Please don't provide S3Bucket, S3Key, S3ObjectVersion or ZipFile when the function's \
             packageType is Image.",
        ));
    }
    source.image.ok_or_else(|| {
        let doing = match operation {
            "CreateFunction" => "creating",
            _ => "updating",
        };
        invalid(format!(
            "Please provide ImageUri when {doing} a function with packageType Image."
        ))
    })
}

async fn package(lambda: &Lambda, operation: &str, source: Source) -> Result<Bytes, Error> {
    if source.image.is_some() {
        let doing = match operation {
            "CreateFunction" => "creating",
            _ => "updating",
        };
        return Err(invalid(format!(
            "Please don't provide ImageUri when {doing} a function with packageType Zip."
        )));
    }
    match (source.zip, source.bucket, source.key) {
        (Some(bytes), None, None) if bytes.len() > MAX_DIRECT_BYTES => Err(Error::new(
            "RequestEntityTooLargeException",
            413,
            format!(
                "Request must be smaller than {MAX_REQUEST_BYTES} bytes for the {operation} \
                 operation"
            ),
        )),
        (Some(bytes), None, None) => Ok(bytes),
        (Some(_), _, _) => Err(invalid(
            "Please do not provide other FunctionCode parameters when providing a ZipFile.",
        )),
        (None, Some(bucket), Some(key)) => {
            fetch(lambda, &bucket, &key, source.version.as_deref()).await
        }
        (None, Some(_), None) => Err(invalid("S3Key is required when S3Bucket is provided.")),
        (None, None, Some(_)) => Err(invalid("S3Bucket is required when S3Key is provided.")),
        (None, None, None) => Err(invalid("Please provide a source for function code.")),
    }
}

async fn fetch(
    lambda: &Lambda,
    bucket: &str,
    key: &str,
    version: Option<&str>,
) -> Result<Bytes, Error> {
    let refused = |code: &str, message: &str| {
        invalid(format!(
            "Error occurred while GetObject. S3 Error Code: {code}. S3 Error Message: {message}"
        ))
    };
    let opened = lambda.objects.open(bucket, key, version).await;
    let mut stream = opened.map_err(|error| refused(&error.code, &error.message))?;
    let mut bytes = BytesMut::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|error| {
            tracing::error!(%error, "a package in S3 could not be read");
            Error::internal()
        })?;
        if (bytes.len() + chunk.len()) as u64 > MAX_UNZIPPED_BYTES {
            return Err(too_large(MAX_UNZIPPED_BYTES));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

fn digest(bytes: &[u8]) -> String {
    BASE64.encode(Sha256::digest(bytes))
}

fn too_large(max: u64) -> Error {
    invalid(format!("Unzipped size must be smaller than {max} bytes"))
}

fn cannot_unzip<E>(_: E) -> Error {
    invalid("Could not unzip uploaded file. Please check your file, then try to upload again.")
}

/// Unzips a package to nowhere: its checksums are compared, its true size is counted.
fn unzip(package: &[u8], max: u64) -> Result<(), Error> {
    if package.is_empty() {
        return Err(invalid("Uploaded file must be a non-empty zip"));
    }
    let mut archive = ZipArchive::new(Cursor::new(package)).map_err(cannot_unzip)?;
    if archive.is_empty() {
        return Err(invalid("Uploaded file must be a non-empty zip"));
    }
    let mut left = max;
    for place in 0..archive.len() {
        let entry = archive.by_index(place).map_err(cannot_unzip)?;
        let mut content = entry.take(left + 1);
        let count = io::copy(&mut content, &mut io::sink()).map_err(cannot_unzip)?;
        left = left.checked_sub(count).ok_or_else(|| too_large(max))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::package;

    #[test]
    fn what_counts_is_the_content() {
        let package = package(&"0".repeat(10_000));
        assert!(package.len() < 1000);
        unzip(&package, 10_000).unwrap();
        let error = unzip(&package, 9_999).unwrap_err();
        assert_eq!(error.code, "InvalidParameterValueException");
        assert_eq!(
            error.message,
            "Unzipped size must be smaller than 9999 bytes"
        );
        assert_eq!(
            too_large(MAX_UNZIPPED_BYTES).message,
            "Unzipped size must be smaller than 262144000 bytes"
        );
    }
}
